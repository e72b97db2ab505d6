"""The name of a court case in the search box: "Little v. Llano County"."""

from __future__ import annotations

import re
import sqlite3

from pages.browse.asked import quoted
from pages.browse.names import folded, longest_place, question_words
from pages.browse.numbers import ANYWHERE, MOST, Places

_CASE = re.compile(r"^\s*(.{2,80}?)\s+(v|vs|versus)\.?\s+(.{2,80}?)\s*$", re.IGNORECASE)


def is_case(query: str) -> bool:
    """Whether the name of a court case was typed, and nothing else."""
    return bool(_sides(query))


def _sides(query: str) -> tuple[str, ...]:
    """The two parties of the case that a query names; empty where it names a title ("Title V funds") or compares two places."""
    if not (match := _CASE.match(query)):
        return ()
    first, versus, second = match.groups()
    if versus.lower() == "v":
        of_a_law = not question_words("numbered_laws").isdisjoint(folded(first).split()[-1:])
        return () if of_a_law else (first, second)
    return () if _names_place(first.split()) and _names_place(second.split()) else (first, second)


def _names_place(words: list[str]) -> bool:
    return any(longest_place(words[at:]) for at in range(len(words)))


def find_case(db: sqlite3.Connection, query: str, places: Places = ANYWHERE) -> list[str]:
    """The ids of the court cases between two parties, at most five: both must be in the title."""
    if not (parties := _sides(query)):
        return []
    sides = [" AND ".join(quoted(word) for word in re.findall(r"\w+", side)) for side in parties]
    if not all(sides):
        return []
    chosen, values = places
    found = db.execute(
        "select d.id from documents_fts f join documents d on d.rowid = f.rowid where documents_fts match ? "
        f"and d.kind = 'case' and {chosen} order by d.published_on desc limit ?",
        [f"title : ({' AND '.join(sides)})", *values, MOST],
    )
    return [row[0] for row in found]
