"""Captions that Illinois gives its measures in place of titles ("SCH CD-VENTILATION"), in words (datasette/captions.yml)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from settings import SITE
from text.sentences import sentences
from text.yaml_config import read_yaml

#: As long as they are at most, with their marks.
LONGEST = 32
#: A sentence that a heading has room for.
_ROOM = 200
#: An appropriation, sometimes of two; "$5 MILLION" is none.
_MONEY = re.compile(r"\$+(?=[A-Z])")
#: A word of a title, with its hyphens and apostrophes.
WORD = re.compile(r"[^\W\d_][\w'’.-]*")
#: Two words and the hyphen between them; the second may be the first of the next pair.
_HYPHEN = re.compile(r"(?P<first>[^\W\d_]+)-(?=(?P<last>[^\W\d_]+))")
#: One act and nothing else: no list of acts, and nothing said of it in the same sentence.
_CREATES = re.compile(r"Creates the (?P<name>[^.,;:\n]{4,120}? Act(?: of \d{4})?)\.(?=\s|$)")


@dataclass(frozen=True)
class Captions:
    """The words of captions.yml, by its keys."""

    before: dict[str, str]
    named: dict[str, str]
    after: dict[str, str]
    words: dict[str, str]
    capitals: frozenset[str]
    whole: frozenset[str]
    joined: frozenset[str]
    joining_first: frozenset[str]
    joining_last: frozenset[str]


@cache
def load_captions() -> Captions:
    """The words for the parts of a caption.

    Raises:
        ValueError: a part of the file is missing, or none that is known.
    """
    entries = read_yaml(SITE / "captions.yml")
    parts = set(Captions.__dataclass_fields__)
    if wrong := sorted(parts ^ set(entries)):
        raise ValueError(f"captions.yml: its parts are {', '.join(sorted(parts))}: see {wrong[0]!r}")
    return Captions(
        **{key: _texts(entries[key]) for key in ("before", "named", "after", "words")},
        capitals=frozenset(entries["capitals"]),
        whole=frozenset(entries["whole"]),
        joined=frozenset(entries["joined"]),
        joining_first=frozenset(entries["joining_first"]),
        joining_last=frozenset(entries["joining_last"]),
    )


def _texts(entries: dict[object, object]) -> dict[str, str]:
    return {str(key): str(said) for key, said in entries.items()}


def said_by_summary(title: str, abstract: str | None) -> str | None:
    """The heading that a summary gives where the title is only a caption, or None: the act that it creates (``Creates the Let
    America Read Act. Provides that …``), or its first sentence where that says all (``Mourns the death of Ann Reader.``)."""
    if not _is_caption(title) or not abstract or not abstract.strip():
        return None
    if found := _CREATES.match(abstract):
        return found["name"]
    if abstract.split(maxsplit=1)[0] not in load_captions().whole:
        return None
    start, end = sentences(abstract)[0]
    said = abstract[start:end].rstrip(".")
    return said if len(said) <= _ROOM else None


def in_words(title: str, quiet: Callable[[str], str]) -> str | None:
    """``SCH CD-VENTILATION`` -> ``School Code: ventilation``; None where the title is no caption, or nobody knows its first part.

    Args:
        quiet: a word of capitals as it is written within a sentence.
    """
    if not _is_caption(title):
        return None
    known, money = load_captions(), _MONEY.match(title)
    head, _, rest = title[money.end() if money else 0 :].partition("-")
    if head in known.named and rest:
        return f"{known.named[head]}: {WORD.sub(lambda word: _kept(word[0], str.capitalize), rest)}"
    if head not in known.before and not money:
        return None
    subject = known.before.get(head) or WORD.sub(lambda word: _kept(word[0], quiet), head)
    said = ", ".join(
        known.after.get(part) or WORD.sub(lambda word: _kept(word[0], quiet), part) for part in _dashes(rest)
    )
    return (
        f"Appropriation: {', '.join(filter(None, (subject, said)))}"
        if money
        else f"{subject}: {said}"
        if said
        else None
    )


def _dashes(rest: str) -> list[str]:
    """``TESTS-PART-TIME STAFF`` -> ``["TESTS", "PART-TIME STAFF"]``: parted at each hyphen that joins no words."""
    parts, start = [], 0
    for hyphen in _HYPHEN.finditer(rest):
        if not _joins(hyphen["first"].lower(), hyphen["last"].lower()):
            parts.append(rest[start : hyphen.end("first")])
            start = hyphen.start("last")
    return [*parts, rest[start:]]


def _joins(first: str, last: str) -> bool:
    known = load_captions()
    return first in known.joining_first or last in known.joining_last or f"{first}-{last}" in known.joined


def _is_caption(title: str) -> bool:
    return len(title) <= LONGEST and title.isupper()


def _kept(word: str, spelled: Callable[[str], str]) -> str:
    """A word, part by part ("DHS-DIRECT"): the whole one where captions.yml knows it as cut, with its capitals where that says
    so, or as it is spelled."""
    known = load_captions()
    return "-".join(
        known.words.get(part) or (part if part in known.capitals else spelled(part)) for part in word.split("-")
    )
