"""A small index in memory that splits words as the large one does, for a closer look at a few documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

#: How the index of documents splits and shortens words (store/schema/observed.py).
TOKENIZE = "porter unicode61 remove_diacritics 2"


class SmallIndex:
    """Rows of (title, abstract, text) that expressions for the large index can be tried on."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def matches(self, expression: str) -> list[int]:
        """The places of the rows that match, from 0."""
        return [row[0] for row in self._db.execute("select rowid from t where t match ?", [expression])]

    def ranks(self, expression: str, worth: tuple[float, float, float]) -> list[tuple[int, float]]:
        """The places of the rows that match with their bm25 (the less, the better); ``worth`` weighs the columns."""
        sql = "select rowid, bm25(t, ?, ?, ?) from t where t match ?"
        return [(row[0], row[1]) for row in self._db.execute(sql, [*worth, expression])]

    def snippet(self, at: int, column: int, expression: str, opening: str, closing_: str) -> str:
        """The passage of a column with the words, between marks; empty where the row has none of them."""
        row = self._db.execute(
            f"select snippet(t, {column}, ?, ?, ' … ', 30) from t where t match ? and rowid = ?",
            [opening, closing_, expression, at],
        ).fetchone()
        return row[0] if row and row[0] and opening in row[0] else ""


@contextmanager
def small_index(texts: Iterable[tuple[str, str, str]]) -> Iterator[SmallIndex]:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"create virtual table t using fts5(title, abstract, text, tokenize='{TOKENIZE}')")
        db.executemany(
            "insert into t (rowid, title, abstract, text) values (?, ?, ?, ?)",
            ((at, *each) for at, each in enumerate(texts)),
        )
        yield SmallIndex(db)
