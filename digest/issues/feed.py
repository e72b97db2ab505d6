"""The feed of public issues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pages.export.atom import Entry, write_atom
from pages.export.feeds import of_each_place
from pages.http import formatting


def feed(found: Sequence[Mapping[str, Any]], site: str) -> bytes:
    """Return the feed of some rows of `issues.archive`, newest first."""
    entries = [
        Entry(
            id=f"{site}/digest/{issue['id']}",
            title=f"{formatting.date_in_words(issue['day'])}: {formatting.count(issue['entries'], 'item')}",
            link=f"{site}/digest/{issue['id']}",
            on=issue["released_at"],
            summary=issue["note"] or "",
        )
        for issue in found
    ]
    about = of_each_place(site)
    return write_atom("Information policy digest", site, "/digest", "/digest.atom", entries, key="/digest", about=about)
