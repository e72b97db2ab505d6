"""The words and names that a search can be helped with: those of titles and positions, sponsors, and other titles.

Derived when publishing: `search_words` finds what resembles a word that was mistyped, `sponsor_names` the people whose name
holds what was typed, and `other_titles` the documents that carry a title besides the one they are shown by: a bill whose words
another bill took, or that holds several acts. Areas and positions are read from the first title and the abstract.
"""

from __future__ import annotations

import re
from collections import Counter

from sqlite_utils import Database

from store.placeholders import marks

#: A word that stands in fewer titles may itself be a slip.
LEAST = 3
#: A word whose spelling can be checked: letters only, as written, for a search looks for the word itself.
WORD = re.compile(r"[^\W\d_]{4,30}")


def write_vocabulary(db: Database, *, anew: bool) -> int:
    """Bring all three up to date in the transaction of the caller; returns the number of rows written.

    Args:
        db: corpus.db with documents, positions and sponsors.
        anew: whether documents or positions may have changed; without it only what is still empty is written.
    """
    written = 0
    for table, column, wanted in (
        ("search_words", "word, documents", _words),
        ("sponsor_names", "name", _names),
        ("other_titles", "rowid, title", _other_titles),
    ):
        if not anew and db.execute(f"select 1 from {table} limit 1").fetchone():
            continue
        rows = wanted(db)
        if db.execute(f"select {column} from {table} order by 1").fetchall() == rows:
            continue
        db.execute(f"delete from {table}")
        db.conn.executemany(f"insert into {table} ({column}) values ({marks(column.split(', '))})", rows)
        written += len(rows)
    return written


def _words(db: Database) -> list[tuple[str, int]]:
    """Every word of titles with the number of titles it stands in; what ALA itself says counts however rare it is."""
    counted: Counter[str] = Counter()
    for (title,) in db.execute("select title from documents"):
        counted.update(set(WORD.findall(title.casefold())))
    ours = db.execute("select title || ' ' || statement from positions union all select title from policy_areas")
    for (text,) in ours:
        for word in set(WORD.findall(text.casefold())):
            counted[word] = max(counted[word] + 1, LEAST)
    return sorted((word, number) for word, number in counted.items() if number >= LEAST)


def _names(db: Database) -> list[tuple[str]]:
    return [(row[0],) for row in db.execute("select distinct name from sponsors where name is not null order by name")]


def _other_titles(db: Database) -> list[tuple[int, str]]:
    """The titles of each document that differ from the one it is shown by, under its rowid."""
    found: dict[int, dict[str, None]] = {}
    for rowid, title in db.execute(
        "select d.rowid, t.title from documents d join titles t on t.document_id = d.id "
        "where t.title is not null and lower(t.title) <> lower(d.title) order by d.rowid, t.ordinal"
    ):
        found.setdefault(rowid, {})[title] = None
    return [(rowid, " | ".join(titles)) for rowid, titles in found.items()]
