"""What a document is, before any position is asked about: its level of government, its kind, whether libraries are in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from positions.catalog.records import LEVELS
from text.phrases import PhraseIndex, pattern
from text.tokens import fold_words
from text.yaml_config import rules_of

#: Characters of a summary, and of a text without one, that are read as the opening of a document.
_SUMMARY, _TEXT = 2_500, 1_500
#: Words of the opening that say what a document is about; what follows may be details.
LEAD = 60
#: Words of a title that are read as one that says it all.
_TERSE = 12
#: The official title of a bill, where a short one stands in its place and the summary begins with it: "To amend ...".
_OFFICIAL = re.compile(
    r"\s*((?:an? (?:bill|act|(?:house |senate )?(?:joint |concurrent )?resolution)\b|to |relating to |proposing |expressing )"
    r"[^\n]{,600}?)(?:\.\s|\n|$)",
    re.IGNORECASE,
)
_LIBRARY_WORDS = Path(__file__).with_name("library_words.yml")
_KINDS = Path(__file__).with_name("kinds.yml")
#: The kind of kinds.yml that the beginning of a summary says, and its length.
_BY_SUMMARY, _BEGINNING = "approvals", 300
_WANTED, _UNLESS = 0, 1
_CITY = re.compile(r"us-[a-z]{2}-[a-z]{3,}-")
_STATE = re.compile(r"us-[a-z]{2}-")
_FEDERAL = re.compile(r"us-(\d+|fr|regs|courts?|[a-z]{3,})-")
_ABROAD = re.compile(r"(ca|uk)-\d")
_CORPORATE = re.compile(r"corp-")


@dataclass(frozen=True)
class Subject:
    """``level`` is one of `LEVELS`, None where the id does not tell; ``kind`` one of kinds.yml, None for any other.

    ``title`` are the folded words of the title, and of the official title where the summary begins with one; ``terse`` says
    that the title has few words. ``opening`` are the folded words of the summary, or of the beginning of the text where
    there is no summary.
    """

    level: str | None
    kind: str | None
    title: Sequence[str]
    opening: Sequence[str]
    terse: bool
    library_in_title: bool
    library_in_opening: bool

    @property
    def lead(self) -> Sequence[str]:
        return self.opening[:LEAD]


def read_subject(document_id: str, fields: Mapping[str, str | None]) -> Subject:
    """What can be told from the id, the title and the opening of a document (``title``, ``abstract``, ``text``)."""
    title = fields.get("title") or ""
    opening = (fields.get("abstract") or "")[:_SUMMARY] or (fields.get("text") or "")[:_TEXT]
    title_words, opening_words = fold_words(title), fold_words(opening)
    return Subject(
        level_of(document_id),
        kind_of(title, fields.get("abstract") or ""),
        [*title_words, *fold_words(official_title(fields))],
        opening_words,
        len(title_words) <= _TERSE,
        names_libraries(title_words),
        names_libraries(opening_words),
    )


def official_title(fields: Mapping[str, str | None]) -> str:
    """What a bill calls itself in full, when its summary begins with that; else nothing."""
    found = _OFFICIAL.match(fields.get("abstract") or "")
    return found[1] if found else ""


def level_of(document_id: str) -> str | None:
    """The level of government by the id (crawlers.items.document_id), one of `LEVELS`; None where it does not tell."""
    federal, state, local, abroad, corporate = LEVELS
    forms = ((local, _CITY), (federal, _FEDERAL), (state, _STATE), (abroad, _ABROAD), (corporate, _CORPORATE))
    for level, form in forms:
        if form.match(document_id):
            return level
    return None


def kind_of(title: str, summary: str = "") -> str | None:
    """The kind of kinds.yml that the title belongs to, or the beginning of the summary: such a document touches no position."""
    said = {_BY_SUMMARY: summary[:_BEGINNING]}
    return next((kind for kind, form in kinds().items() if form.search(said.get(kind, title.strip()))), None)


def names_libraries(words: Sequence[str]) -> bool:
    """Whether folded words name a library matter (library_words.yml)."""
    found: dict[int, list[tuple[int, ...]]] = {_WANTED: [], _UNLESS: []}
    for at, item, what in library_words().candidates(words):
        if (place := item.find(words, at, len(words))) is not None:
            found[what].append(place)
    taken = {at for place in found[_UNLESS] for at in place}
    return any(taken.isdisjoint(place) for place in found[_WANTED])


@cache
def library_words(path: Path = _LIBRARY_WORDS) -> PhraseIndex:
    """The phrases of library_words.yml."""
    listed = (("words", _WANTED), ("unless", _UNLESS))
    with rules_of(path) as raw:
        return PhraseIndex((pattern(source), what) for name, what in listed for source in raw[name])


@cache
def kinds(path: Path = _KINDS) -> dict[str, re.Pattern[str]]:
    """A pattern for the titles of each kind of kinds.yml."""
    with rules_of(path) as raw:
        return {
            kind: re.compile("|".join(f"(?:{each})" for each in forms), re.IGNORECASE) for kind, forms in raw.items()
        }
