"""Write the table `zip_districts`: replaced as a whole by the difference, so that a second run writes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from sqlite_utils import Database

from crawlers.people import ZipDistricts
from crawlers.storage.record import Counts
from store.sync_table import sync_table


def store(db: Database, tables: Iterable[ZipDistricts]) -> Counts:
    """Bring the table to the newest of these in one transaction; returns how many rows came, went and stayed."""
    counts = Counts()
    for each in tables:
        with db.atomic():
            before = set(map(tuple, db.execute("select * from zip_districts").fetchall()))
            if before != each.rows:
                sync_table(db, "zip_districts", list(each.rows))
        counts.added += len(each.rows - before)
        counts.changed += len(before - each.rows)
        counts.unchanged += len(each.rows & before)
    return counts
