"""In which order the actions of one day happened: some legislatures list the last one first."""

from __future__ import annotations

import sqlite3

from crawlers.status.latest_action import is_newest_first
from pages.database import first


def place_in_day(db: sqlite3.Connection, document_id: str) -> str:
    """SQL: what grows with each action of one day of a document, in the order in which they happened."""
    known = first(db, "select jurisdiction, source from documents where id = ?", [document_id])
    return "-ordinal" if known and is_newest_first(known["jurisdiction"], known["source"]) else "ordinal"
