"""The number of a state's law as people say it: "Arkansas Act 372", "Chapter 57 of 2025 Maryland", "Illinois Public Act 104-1".

A law is stored as the bill that it was, and its number in the sentence of the action that gave it one.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from pages.browse.names import longest_place, question_words

_LAW = re.compile(
    r"(?:(?P<kind>public|special|session) )?"
    r"(?:(?:acts?|laws?|pl|p l)(?: (?:chapter|ch?))?|chapter|chap|ch?|pa)(?: (?:no|number))? "
    r"(?P<first>\d{1,4})(?:-(?P<second>\d{1,4}))?(?: (?:of|in|the|laws|acts))*"
)
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True)
class StateLaw:
    """``number`` without leading zeros, "104-1" where the state counts by legislatures; ``kind`` is "public" or "special"."""

    place: str
    number: str
    year: str | None = None
    kind: str | None = None


def read(query: str) -> StateLaw | None:
    """The number of a law, where nothing but it, its place, and perhaps its year was typed."""
    words = re.sub(r"[.,#]", " ", query.lower()).replace("–", "-").split()
    if len(words) > 10 or not any(word[0].isdigit() for word in words):
        return None
    at, place = next(((at, found) for at in range(len(words)) if (found := longest_place(words[at:]))), (0, None))
    if place is None or not place[1].startswith("us-") or place[1] in question_words("laws_without_number"):
        return None
    rest = [*words[:at], *words[at + place[0] :]]
    year = next((word for word in rest if _YEAR.fullmatch(word)), None)
    typed = " ".join(word for word in rest if word != year)
    if not (law := _LAW.fullmatch(typed)):
        return None
    number = "-".join(str(int(part)) for part in law.group("first", "second") if part)
    return StateLaw(place[1], number, year, law["kind"] if law["kind"] != "session" else None)


def find(db: sqlite3.Connection, law: StateLaw, places: tuple[str, list[str]]) -> list[str]:
    """The ids of the bills that became laws of this number, the newest first: most states count again in each session."""
    chosen, values = places
    found = db.execute(
        f"""select d.id, a.description, a.acted_on || ' ' || a.description from documents d join actions a on a.document_id = d.id
            where d.jurisdiction = ? and d.status = 'enacted' and {chosen} and a.description like ?
            order by a.acted_on desc, d.id""",
        [law.place, *values, f"%{law.number.rpartition('-')[2]}%"],
    ).fetchall()
    said = _said(law)
    return list(dict.fromkeys(row[0] for row in found if said.search(row[1]) and (law.year or "") in row[2]))


def _said(law: StateLaw) -> re.Pattern[str]:
    """What an action says that gives a law this number: "is now Act 38", "Public Act . . . . 104-0001", "(Acts Ch. 1)"."""
    number = r"\s?-\s?".join(f"0*{part}" for part in law.number.split("-"))
    kind = rf"\b{law.kind}\s+" if law.kind else r"\b"
    return re.compile(
        rf"{kind}(?:act|acts|law|laws|chapter|chap|ch|pa|c)\b[\s.,'#(]*(?:text\s*\(chap|no\.?|number)?[\s.#]*{number}(?![\d-])",
        re.IGNORECASE,
    )
