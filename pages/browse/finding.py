"""Find a document by what people have at hand: its number, its address here or at Congress, its id, or words."""

from __future__ import annotations

import re
import sqlite3

from crawlers.items import slug
from pages.browse import numbers, search
from pages.documents.identifiers import CONGRESS_GOV
from store.errors import InvalidInput

MOST_FOUND = 20

_PAGE = re.compile(r"/documents/([^/?#\s]+)")
_CONGRESS = re.compile(r"congress\.gov/bill/(\d+)\w\w-congress/([a-z-]+)/(\d+)")
_KINDS = {word: kind for kind, word in CONGRESS_GOV.items()}


def named(db: sqlite3.Connection, typed: str) -> list[str]:
    """The ids of the documents with this id, address, or number, the likeliest first, at most five."""
    page, congress = _PAGE.search(typed), _CONGRESS.search(typed)
    if congress and congress[2] in _KINDS:
        typed = f"us-{congress[1]}-{_KINDS[congress[2]]}{congress[3]}"
    return numbers.find_number(db, page[1] if page else typed)


def the_one(db: sqlite3.Connection, typed: str) -> str | None:
    """The id of the one document with this id, address, or number; None where there is none.

    Raises:
        InvalidInput: several have it.
    """
    found = named(db, typed)
    if len(found) > 1:
        raise InvalidInput(f"several documents have the number {typed[:80]!r}: enter one of {', '.join(found)}")
    return next(iter(found), None)


def find_documents(db: sqlite3.Connection, typed: str) -> list[str]:
    """The ids of the documents that this names, then of those with these words, at most MOST_FOUND."""
    number = slug(typed).replace("-", "")
    by_number = "select document_id from listing where number = ? and area_id = 'any' order by sort_on desc"
    asked = [(f"{by_number} limit {MOST_FOUND}", number)]
    words = search.parse(typed)
    if expression := words.expression:
        by_words = "select d.id from documents_fts f join documents d on d.rowid = f.rowid where documents_fts match ?"
        asked.append((f"{by_words} order by f.rank limit {MOST_FOUND}", expression))
    found = [row[0] for sql, value in asked for row in db.execute(sql, [value]).fetchall()]
    of_docket = words.docket.having(db) if words.docket else ()
    return list(dict.fromkeys([*named(db, typed), *of_docket, *found]))[:MOST_FOUND]
