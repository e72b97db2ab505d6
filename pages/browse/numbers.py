"""The number of a document in whatever form it is typed: "H.R. 1", "hb7606 rhode island", "RI H 7606", "2025-01234"."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import cache

from pages.browse.names import longest_place, question_data, question_words, state_of_letters
from pages.database import marks
from store.constants import ANY_AREA, TAGGED

_FEDERAL_REGISTER = re.compile(r"\d{4}-\d{4,6}")
_PARTS = re.compile(r"\d+(?:st|nd|rd|th)\b|[a-z]+|\d+")
MOST = 5


@dataclass(frozen=True)
class Number:
    """``numbers`` as in the last part of an id, the typed one first; ``place`` a jurisdiction, ``session`` words of one."""

    numbers: tuple[str, ...]
    place: str | None = None
    session: str | None = None


def read_number(query: str) -> Number | None:
    """The number that a query is about; None where it asks for anything besides."""
    typed = query.strip().lower().replace(".", "")
    if not typed or len(typed) > 80 or not any(map(str.isdigit, typed)):
        return None
    if _FEDERAL_REGISTER.fullmatch(typed.replace(" ", "")):
        return Number((typed.replace(" ", ""),))
    for spelled_out, kind in question_data()["spelled_out"].items():
        typed = re.sub(rf"\b{spelled_out}\b", kind, typed)
    return _read(_PARTS.findall(typed))


def is_number(query: str) -> bool:
    """Whether nothing but the number of a bill was typed, with its kind, such as "AB 1825 California"."""
    asked = read_number(query)
    return (
        asked is not None and any(asked.numbers[0].startswith(kind) for kind in _kinds()) and len(asked.numbers[0]) < 12
    )


def _read(words: list[str]) -> Number | None:
    place, words = _without_place(words)
    session = next((word[:-2] for word in words if word[0].isdigit() and not word.isdigit()), None)
    words = [word for word in words if word.isdigit() or not word[0].isdigit()]
    at = _place_of_number(words)
    if at is None:
        return None
    before, beside = at, question_words("beside_number")
    while before and not words[before - 1].isdigit() and words[before - 1] not in beside:
        before -= 1
    kind, digits = "".join(words[before:at]), words[at].lstrip("0") or "0"
    rest = [word for word in [*words[:before], *words[at + 1 :]] if word not in beside]
    years = [word for word in rest if re.fullmatch(r"(19|20)\d\d", word)]
    if len(rest) > len(years) or (kind and kind not in _kinds()) or not (kind or place):
        return _lettered(words, place) if not place else None
    same = sorted({other for group in question_data()["same_kind"] if kind in group for other in group} - {kind})
    return Number(
        (kind + digits, *(other + digits for other in same if place)), place, session or next(iter(years), None)
    )


@cache
def _kinds() -> frozenset[str]:
    """The letters of every kind of bill."""
    return question_words("other_kinds").union(*question_data()["same_kind"])


def _lettered(words: list[str], place: str | None) -> Number | None:
    """A number of another form, such as "22-1234" or "Int 0123", as it stands, when nothing else was typed."""
    return Number(("".join(words),), place) if len(words) <= 3 and len(words[-1]) > 1 and words[-1].isdigit() else None


def _without_place(words: list[str]) -> tuple[str | None, list[str]]:
    """Take the name of a place out of some words, or the two letters of a state."""
    for at in range(len(words)):
        if found := longest_place(words[at:]):
            return found[1], [*words[:at], *words[at + found[0] :]]
    for at, word in enumerate(words):
        follows_kind = at + 1 < len(words) and words[at + 1].isdigit() and word in _kinds()
        if not follows_kind and (key := state_of_letters(word, beside_number=True)):
            return key, [*words[:at], *words[at + 1 :]]
    return None, words


def _place_of_number(words: list[str]) -> int | None:
    """The first digits after letters, else the first digits."""
    after = [at for at, word in enumerate(words) if word.isdigit() and at and words[at - 1] in _kinds()]
    return next(iter(after), next((at for at, word in enumerate(words) if word.isdigit()), None))


def find_number(db: sqlite3.Connection, query: str) -> list[str]:
    """The ids of the documents whose number was typed, at most five: the nearest form, Congress, those with an area, new ones."""
    key = query.encode("utf-8", "replace").decode().strip().lower()  # half of a pair of code units is no character
    if db.execute("select 1 from documents where id = ?", [key]).fetchone():
        return [key]
    asked = read_number(query)
    if asked is None:
        return []
    place = "and listing.jurisdiction = ?" if asked.place else ""
    found = db.execute(
        f"""select listing.document_id, listing.number, listing.sort_on, listing.jurisdiction, d.session, exists (
            select 1 from listing tagged where tagged.document_rowid = listing.document_rowid and tagged.area_id = '{TAGGED}'
        ) as tagged from listing join documents d on d.rowid = listing.document_rowid
        where listing.number in ({marks(asked.numbers)}) and listing.area_id = ? {place}""",
        [*asked.numbers, ANY_AREA, *([asked.place] if asked.place else [])],
    ).fetchall()
    if asked.session:
        found = [row for row in found if asked.session in row["session"]] or found
    order = {number: at for at, number in enumerate(asked.numbers)}
    found.sort(
        key=lambda row: (
            bool(order[row["number"]]),
            row["jurisdiction"] != "us",
            -row["tagged"],
            *_backwards(row["sort_on"]),
        )
    )
    return [row["document_id"] for row in found[:MOST]]


def _backwards(day: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in day[:10].split("-") if part.isdigit())
