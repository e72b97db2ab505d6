"""What says in short what a federal bill is about: its official title, what other titles add to it, and its newest summary.

Policy areas and positions are read from it, and a bill that comes near one gets its text collected. So a bill whose words
another chamber replaced must not be known by its first title alone, nor one that holds several acts by its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawlers.items import Summary, Title

_AMENDED = re.compile(r"Short Titles?.* Engrossed Amendment (House|Senate) bill text")
_OF_PARTS = re.compile(r"Short Titles?.* for portions of ", re.IGNORECASE)


def abstract(title: str, titles: Sequence[Title], summaries: Sequence[Summary]) -> str | None:
    """The paragraphs of the abstract, each where it says more than the title shown; None where nothing does.

    Acts within a bill are named until it has a summary, which says what is in them.
    """
    official = next((each.title for each in titles if each.kind.startswith("Official Title")), None)
    newest = max(summaries, key=lambda summary: summary.acted_on, default=None)
    parts = [official if official != title else None, newest.text if newest else None]
    known = "\n".join(part for part in (title, *parts) if part).casefold()
    parts[1:1] = _others([each for each in titles if each.title.casefold() not in known], with_parts=not newest)
    return "\n\n".join(part for part in parts if part) or None


def _others(titles: Sequence[Title], *, with_parts: bool) -> Iterator[str]:
    """The titles that another chamber gave the bill, and those of the acts in it, a paragraph each."""
    groups: dict[str, dict[str, None]] = {}
    for each in titles:
        if amended := _AMENDED.match(each.kind):
            groups.setdefault(f"As the {amended[1]} amended it", {})[each.title] = None
        elif with_parts and _OF_PARTS.match(each.kind):
            groups.setdefault("Acts in it", {})[each.title] = None
    return (f"{name}: {'; '.join(found)}." for name, found in groups.items())
