"""Whom to contact in a state: the chapter there, the library association of that state."""

from __future__ import annotations

import sqlite3

from pages.database import Row, first, rows
from pages.http import formatting


def chapter_of(db: sqlite3.Connection, state: str) -> Row | None:
    """The chapter of a state.

    Args:
        db: corpus.db.
        state: the id of its jurisdiction, such as us-tx.

    Returns:
        ``jurisdiction``, ``name``, ``url`` (its public web address or None), ``contact`` (what staff want people to use: an
        address of an office, a telephone number; or None), ``source`` (where the name was read; None if staff keep it) and
        ``checked_on`` (ISO day). None if no chapter is known.
    """
    return first(db, "select * from chapters where jurisdiction = ?", [state])


def chapters(db: sqlite3.Connection) -> list[Row]:
    """Every chapter that is known, with ``place``, the name of its state, in the order of these names."""
    found = [row | {"place": formatting.place(row["jurisdiction"])} for row in rows(db, "select * from chapters")]
    return sorted(found, key=lambda row: formatting.alphabetical(row["place"]))
