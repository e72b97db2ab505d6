"""Find a document by what people have at hand: its number, its address here or at Congress, its id, its title, or words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from crawlers.items import slug
from pages.browse import numbers, search, titles
from pages.browse.filters import Filters
from pages.database import marks, rows
from pages.documents.identifiers import CONGRESS_GOV
from pages.documents.session_status import SESSION_TITLE
from pages.http import formatting
from store.errors import InvalidInput

MOST_FOUND = 20

_PAGE = re.compile(r"/documents/([^/?#\s]+)")
_CONGRESS = re.compile(r"congress\.gov/bill/(\d+)\w\w-congress/([a-z-]+)/(\d+)")
_KINDS = {word: kind for kind, word in CONGRESS_GOV.items()}


def named(db: sqlite3.Connection, typed: str, most: int = numbers.MOST) -> list[str]:
    """The ids of the documents with this id, address, or number, the likeliest first, at most `most`."""
    page, congress = _PAGE.search(typed), _CONGRESS.search(typed)
    if congress and congress[2] in _KINDS:
        typed = f"us-{congress[1]}-{_KINDS[congress[2]]}{congress[3]}"
    return numbers.find_number(db, page[1] if page else typed, most=most)


def the_one(db: sqlite3.Connection, typed: str) -> str | None:
    """The id of the one document with this id, address, number, or number with place and session as `labels` has it.

    Returns:
        None where there is none.

    Raises:
        InvalidInput: several have it.
    """
    found = named(db, typed)
    if len(found) == 1:
        return found[0]
    called = labels(db, found or named(db, typed.partition(",")[0]))
    if chosen := [key for key, label in called.items() if _plain(label) == _plain(typed)]:
        return chosen[0] if len(chosen) == 1 else None
    if found:
        raise InvalidInput(f"several documents have the number “{typed[:80]}”: enter {' or '.join(_unlike(called))}")
    return None


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _unlike(called: dict[str, str]) -> list[str]:
    """What to enter for each document: what it is called, or its id where another is called the same."""
    said = list(map(_plain, called.values()))
    return [f"“{label if said.count(_plain(label)) == 1 else key}”" for key, label in called.items()]


def labels(db: sqlite3.Connection, found: Sequence[str]) -> dict[str, str]:
    """Id -> what people call the document, with its place and session, such as "SB 74, Georgia, 2025-2026 Regular Session"."""
    held = rows(
        db,
        f"select d.id, d.identifier, d.jurisdiction, d.session, {SESSION_TITLE} as title from documents d "
        f"where d.id in ({marks(found)})",
        found,
    )
    said = {
        row["id"]: ", ".join(
            filter(
                None,
                (
                    row["identifier"],
                    row["jurisdiction"] != "us" and formatting.place(row["jurisdiction"]),
                    formatting.session_in_words(row["jurisdiction"], row["session"], row["title"]),
                ),
            )
        )
        for row in held
    }
    return {key: said[key] for key in found if key in said}


def of_congress(found: Sequence[str], congress: int) -> str | None:
    """The one bill of a Congress among bills of several, all with one number; None where another place has the number, too."""
    bills = [re.fullmatch(r"us-(\d+)-([a-z]+\d+)", key) for key in found]
    if not all(bills) or len({bill[2] for bill in bills if bill}) != 1:
        return None
    return next((bill[0] for bill in bills if bill and bill[1] == str(congress)), None)


def find_documents(db: sqlite3.Connection, typed: str, most: int = MOST_FOUND) -> list[str]:
    """The ids of the documents that this names, of those with this title, then of those with these words; at most `most`."""
    number = slug(typed).replace("-", "")
    by_number = "select document_id from listing where number = ? and area_id = 'any' order by sort_on desc"
    asked = [(f"{by_number} limit {most}", number)]
    words = search.parse_words(typed)
    if expression := words.expression:
        for index in words.indexes:
            by_words = f"select d.id from {index} f join documents d on d.rowid = f.rowid where {index} match ?"
            asked.append((f"{by_words} order by f.rank limit {most}", expression))
    found = [row[0] for sql, value in asked for row in db.execute(sql, [value]).fetchall()]
    of_docket = words.docket.having(db) if words.docket else ()
    titled = titles.with_title(db, typed, numbers.ANYWHERE)
    return list(dict.fromkeys([*named(db, typed), *of_docket, *titled, *found]))[:most]


def with_what_is_chosen(db: sqlite3.Connection, filters: Filters, ids: Sequence[str]) -> frozenset[str]:
    """Those of some documents that have all that is chosen. What is ceremonial counts too: who names a document means it."""
    chosen, values = replace(filters, ceremonial=filters.ceremonial or "any").where()
    sql = f"select document_id from listing where {chosen} and document_id in ({marks(ids)})"
    return frozenset(row[0] for row in db.execute(sql, [*values, *ids])) if ids else frozenset()
