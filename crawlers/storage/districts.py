"""Write the table `zip_districts`: replaced as a whole by the difference, so that a second run writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from store.sync_table import sync_table


def store(db: Database, rows: Iterable[tuple[str, str, int]]) -> int:
    """Bring the table to these rows in one transaction; returns how many were written or removed."""
    with db.atomic():
        return sync_table(db, "zip_districts", list(rows))
