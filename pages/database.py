"""Rows of corpus.db as pages read them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from store.placeholders import marks as marks  # what a page needs for a query, from one module

Row = dict[str, Any]


def rows(db: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> list[Row]:
    return [dict(row) for row in db.execute(sql, values)]


def first(db: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> Row | None:
    """Return the first row of a query; None where there is none."""
    row = db.execute(sql, values).fetchone()
    return dict(row) if row else None


def value(db: sqlite3.Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """Return the first column of the first row; None where there is none."""
    row = db.execute(sql, values).fetchone()
    return row[0] if row else None
