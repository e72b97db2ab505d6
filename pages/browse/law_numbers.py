"""The number of a law of Congress, however it is typed: "Public Law 119-37", "P.L. 119-37", "Pub. L. No. 119-37".

A law is stored as the bill that it was. Texts write its number in as many ways; a search finds all of them.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from pages.browse.asked import Search, quoted

_LAW = re.compile(
    r"(?P<kind>public|pub\.?|priv(?:ate|\.)?|pvt\.?|p\.?)\s*l(?:aw|\.)?\s*(?:(?:no|number)\b[.:]*|#)?\s*"
    r"(?P<congress>\d{1,3})\s?[-–‑—]\s?(?P<number>\d{1,4})\.?",
    re.IGNORECASE,
)
#: How texts write each kind before a number, as the index splits words.
_WRITTEN = {
    "Public Law": ("public law", "public law no", "pub l", "pub l no", "p l", "p l no", "pl"),
    "Private Law": ("private law", "private law no", "priv l", "priv l no", "pvt l", "pvt l no"),
}


@dataclass(frozen=True)
class LawNumber:
    """``kind`` as in the table of laws, ``number`` the Congress and the law: "119-37"."""

    kind: str
    number: str


def read(query: str) -> LawNumber | None:
    """The number of a law, where nothing else was typed."""
    if not (match := _LAW.fullmatch(query.strip())):
        return None
    kind = "Private Law" if match["kind"].casefold().startswith(("pr", "pv")) else "Public Law"
    return LawNumber(kind, f"{int(match['congress'])}-{int(match['number'])}")


def parse(query: str) -> Search | None:
    """A search for all that mentions a law by its number; None where anything else was typed."""
    if not (law := read(query)):
        return None
    return Search(" OR ".join(quoted(f"{words} {law.number}") for words in _WRITTEN[law.kind]))


def find(db: sqlite3.Connection, law: LawNumber, places: tuple[str, list[str]]) -> list[str]:
    """The id of the bill that became a law, if it is of the chosen places, as SQL on its jurisdiction."""
    chosen, values = places
    listed = "select document_id from laws where kind = ? and number = ?"
    found = db.execute(f"select id from documents where id in ({listed}) and {chosen}", [law.kind, law.number, *values])
    return [row[0] for row in found]
