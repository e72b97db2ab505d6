"""The number of a document in whatever form it is typed: "H.R. 1", "hb7606 rhode island", "RI H 7606", "2025-01234".

Also the number of a law (pages.browse.law_numbers, pages.browse.state_laws).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from crawlers.items import document_id
from crawlers.status.federal import congress_of
from pages.browse import docket_numbers, law_numbers, state_laws
from pages.browse.names import (
    longest_place,
    place_at,
    place_word,
    question_data,
    question_words,
    says_nothing,
    state_of_letters,
)
from pages.database import marks
from pages.http import formatting
from store.constants import ANY_AREA, TAGGED

#: "FR Doc. No. 2025-01234", without its dots.
_FEDERAL_REGISTER = re.compile(
    r"(?:(?:fr|federal register) ?doc(?:ument)?(?: no| number)?:? ?)?((?:[a-z]\d)?-?\d{4} ?- ?\d{4,6})"
)
#: A kind of bill and digits that no hyphen or point goes on: "SP 800-53" is no number of a bill.
_AMONG = re.compile(r"(?<!\S)(?P<kind>[A-Za-z]+(?:\. ?[A-Za-z]+)*)\.? ?(?P<digits>\d{1,5})(?=[,;?!]?(?:\s|$))")
#: Operators and quotation marks: then nothing in a search is taken for something else.
_WRITTEN = re.compile(r'[":()]|\b(?:OR|NOT)\b')
_PARTS = re.compile(r"\d+(?:st|nd|rd|th)\b|[a-z]+|\d+")
MOST = 5
#: The longest number of a document has fewer letters and digits.
MOST_LETTERS = 60


@dataclass(frozen=True)
class Number:
    """``numbers`` as in the last part of an id, the typed one first; ``place`` a jurisdiction, ``session`` words of one."""

    numbers: tuple[str, ...]
    place: str | None = None
    session: str | None = None


def read_number(query: str) -> Number | None:
    """The number that a query is about; None where it asks for anything besides."""
    typed = query.strip().lower().replace(".", "")
    if not typed or len(typed) > 80 or not any(map(str.isdigit, typed)) or law_numbers.read(query):
        return None
    if register := _FEDERAL_REGISTER.fullmatch(typed):
        return Number((register[1].replace(" ", ""),))
    if any(map(str.isalpha, typed)) and docket_numbers.read(query):
        return None  # "2070-AB27" is a RIN, and no A.B. 27
    typed = _shortened(typed)
    return _read(_PARTS.findall(typed))


def _shortened(typed: str) -> str:
    """With "HB" for "House Bill" and "House Bill No.", and so on."""
    for spelled_out, kind in question_data()["spelled_out"].items():
        typed = re.sub(rf"\b{spelled_out}\b(?: no\b\.? *(?=\d))?", kind, typed, flags=re.IGNORECASE)
    return typed


def is_number(query: str) -> bool:
    """Whether nothing but the number of a bill was typed, with its kind, such as "AB 1825 California", or of a law."""
    if law_numbers.read(query) or state_laws.read(query):
        return True
    asked = read_number(query)
    return asked is not None and asked.numbers[0].rstrip("0123456789") in _kinds() and len(asked.numbers[0]) < 12


@dataclass(frozen=True)
class Among:
    """The number of a bill that was typed among other words: with its place, as to look it up, and as to say it."""

    to_find: str
    to_say: str
    #: The other words; empty where they say nothing.
    besides: str


def among(query: str) -> Among | None:
    """The number of a bill among other words: "SB 13 Texas" of "texas sb 13 school library".

    A number without a place is one of Congress if its kind is; else many states have it, and nobody knows which was meant.
    """
    if is_number(query) or _WRITTEN.search(query) or docket_numbers.read(query):
        return None
    query = _shortened(query)
    if not (found := _AMONG.search(query)):
        return None
    kind = found["kind"].replace(".", "").replace(" ", "")
    if kind.lower() not in question_words("kinds_among_words") or (len(kind) == 1 and not kind.isupper()):
        return None
    words = query.split()
    place = next((longest[1] for at in range(len(words)) if (longest := place_at(words[at:]))), "us")
    if place == "us" and kind.lower() not in question_words("kinds_of_congress"):
        return None
    besides = f"{query[: found.start()].rstrip()} {query[found.end() :].lstrip(',.;?! ')}".split()
    number = f"{kind.upper()} {found['digits']}"
    named = f"{number} {'federal' if place == 'us' else place_word(place)}"
    only = all(map(says_nothing, besides))
    return Among(named, number if place == "us" else named, "" if only else " ".join(besides))


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
    if not kind and (re.fullmatch(r"(19|20)\d\d", digits) or set(words) & question_words("numbered_laws")):
        return None  # "Rhode Island 2026" is a year, and "Arkansas Act 372" a law
    if not kind:  # "South Carolina 3265": any kind of bill
        return Number(
            (digits, *(other + digits for other in sorted(_kinds()))), place, session or next(iter(years), None)
        )
    same = sorted({other for group in question_data()["same_kind"] if kind in group for other in group} - {kind})
    if place != "us" and kind != "hr":
        same = [other for other in same if other != "hr"]  # a bill of the House of Congress; in a state, a resolution
    return Number(
        (kind + digits, *(other + digits for other in same if place)), place, session or next(iter(years), None)
    )


@cache
def _kinds() -> frozenset[str]:
    """The letters of every kind of bill."""
    return question_words("other_kinds").union(*question_data()["same_kind"])


def _lettered(words: list[str], place: str | None) -> Number | None:
    """A number of another form, such as "22-1234" or "LC 0123", as it stands, when nothing else was typed."""
    return (
        Number((("-" if "".join(words).isdigit() else "").join(words),), place)
        if len(words) <= 3 and len(words[-1]) > 1 and words[-1].isdigit()
        else None
    )


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


#: SQL that the jurisdiction of a document fulfills, and its values: the places that were chosen besides what was typed.
Places = tuple[str, list[str]]
ANYWHERE: Places = ("1", [])


def find_number(db: sqlite3.Connection, query: str, places: Places = ANYWHERE, most: int = MOST) -> list[str]:
    """The ids of the documents whose number was typed, at most `most`: nearest form, Congress, those with an area, new ones."""
    key = query.encode("utf-8", "replace").decode().strip().lower()  # half of a pair of code units is no character
    chosen, values = places
    if db.execute(f"select 1 from documents where id = ? and {chosen}", [key, *values]).fetchone():
        return [key]
    if law := law_numbers.read(query):
        return law_numbers.find(db, law, places)
    if of_state := state_laws.read(query):
        return state_laws.find(db, of_state, places)[:most]
    readings = [reading for reading in (read_number(query), _state_first(query), _as_in_ids(query)) if reading]
    return list(dict.fromkeys(key for reading in readings for key in _with_number(db, reading, places)))[:most]


def other_congress(db: sqlite3.Connection, query: str, found: list[str], day: str) -> str | None:
    """The Congress that was named, else the one that sits on an ISO day, where its bill of a number is not stored.

    In words; None where it is stored, or where none of ``found`` is of another Congress.
    """
    asked = read_number(query)
    if not asked or not any(re.fullmatch(rf"us-\d+-{asked.numbers[0]}", key) for key in found):
        return None
    sits = _congress(asked.session) if asked.session else congress_of(day)
    stored = db.execute("select 1 from documents where id = ?", [f"us-{sits}-{asked.numbers[0]}"]).fetchone()
    return None if stored else formatting.session_in_words("us", str(sits))


def other_year(db: sqlite3.Connection, query: str, found: list[str]) -> str | None:
    """The year that was typed with the number of a state's bill, where none of ``found`` is of a session of that year."""
    asked = read_number(query)
    if not found or not asked or not asked.session or not re.fullmatch(r"(19|20)\d\d", asked.session):
        return None
    held = db.execute(f"{_SESSIONS} where d.id in ({marks(found)})", found).fetchall()
    of_congress = any(row["jurisdiction"] == "us" for row in held)
    return None if of_congress or any(_of_session(asked.session, row) for row in held) else asked.session


def _congress(session: str) -> int:
    """The Congress of words of a session: its number, or the one that sat in a year."""
    return congress_of(f"{session}-12-31") if len(session) == 4 else int(session)


def place_of(db: sqlite3.Connection, query: str, found: list[str]) -> str | None:
    """The one place of which a number was asked for, or of which all ``found`` are; None for several, or no number."""
    if of_state := state_laws.read(query):
        return of_state.place
    if not (asked := read_number(query)):
        return None
    held = db.execute(f"select distinct jurisdiction from documents where id in ({marks(found)})", found)
    places = {asked.place} if asked.place else {row[0] for row in held}
    return places.pop() if len(places) == 1 else None


def _state_first(query: str) -> Number | None:
    """The other reading of letters that are a kind of bill and a state as well: "SC 3265" is of South Carolina, too."""
    words = _PARTS.findall(query.strip().lower().replace(".", ""))
    if len(words) == 2 and words[0] in _kinds() and (key := state_of_letters(words[0], beside_number=True)):
        digits = words[1].lstrip("0") or "0"
        return Number((digits, *(kind + digits for kind in sorted(_kinds()))), key)
    return None


def _as_in_ids(query: str) -> Number | None:
    """A number with a year or the like in it, in the form of an id: "Int 0012-2022", "FAA-2021-0694-0001"."""
    typed = query.strip()
    if len(typed) > MOST_LETTERS or not re.fullmatch(r"[A-Za-z]+[ -]?\S*\d-\S+", typed):
        return None
    return Number((document_id("x", "x", typed).removeprefix("x-x-"),))


#: "2026", "2026rs", "2025S2", and not "2025-26".
_OF_ONE_YEAR = re.compile(r"(?:19|20)\d\d(?![-_]?\d\d).*", re.DOTALL)
#: The first and last day that are known of the session of a document ``d``, else its own. (The desk keeps people's sessions in
#: a table `sessions`, which hides the one of legislatures.)
_SAT = "from session_ends e where e.jurisdiction = d.jurisdiction and e.session = d.session"
_YEARS = f"""coalesce((select e.starts_on {_SAT}), d.published_on, d.latest_action_on) as began,
    max(coalesce((select e.ends_on {_SAT}), ''), coalesce(d.latest_action_on, '')) as ended"""
_SESSIONS = f"select d.jurisdiction, d.session, {_YEARS} from documents d"


def _with_number(db: sqlite3.Connection, asked: Number, places: Places) -> list[str]:
    chosen, values = places
    place = "and jurisdiction = ?" if asked.place else ""
    found = db.execute(
        f"""select listing.document_id, listing.number, listing.sort_on, listing.jurisdiction, d.session, d.identifier, {_YEARS},
        exists (
            select 1 from listing tagged where tagged.document_rowid = listing.document_rowid and tagged.area_id = '{TAGGED}'
        ) as tagged from (
            select * from listing where number in ({marks(asked.numbers)}) and area_id = ? and {chosen} {place}
        ) listing join documents d on d.rowid = listing.document_rowid""",
        [*asked.numbers, ANY_AREA, *values, *([asked.place] if asked.place else [])],
    ).fetchall()
    found = list(filter(is_known_by, found))
    if asked.session:
        found = [row for row in found if _of_session(asked.session, row)] or found
    order = {number: at for at, number in enumerate(asked.numbers)}
    found.sort(
        key=lambda row: (
            bool(order[row["number"]]) and bool(re.match(r"\D", asked.numbers[0])),
            row["jurisdiction"] != "us",
            -row["tagged"],
            *_backwards(row["sort_on"]),
        )
    )
    return [row["document_id"] for row in found]


def is_known_by(row: Mapping[str, Any] | sqlite3.Row) -> bool:
    """Whether people call a document by the ``number`` at the end of its id: some sources put a key of their own there."""
    number, identifier = (re.sub(r"\D", "", row[name]) for name in ("number", "identifier"))
    return number in identifier


def _of_session(session: str, row: sqlite3.Row) -> bool:
    """Whether a document with the columns of `_YEARS` is of a session, or of one that sat in a year."""
    if row["jurisdiction"] == "us" and row["session"].isdecimal():
        return int(row["session"]) == _congress(session)
    if session in row["session"] or _OF_ONE_YEAR.fullmatch(row["session"]):
        return session in row["session"]
    # Many states name a session by a number ("88R"), and one of two years by the first of them.
    sat = row["began"] and len(session) == 4 and row["began"][:4] <= session <= (row["ended"] or row["began"])[:4]
    return bool(sat)


def _backwards(day: str) -> tuple[int, ...]:
    return tuple(-int(part) for part in day[:10].split("-") if part.isdigit())
