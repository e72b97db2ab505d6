"""The chapter of each state as the public reads it: the table `chapters` of corpus.db. This is its only writer."""

from __future__ import annotations

from sqlite_utils import Database

from positions.catalog.chapters import load_chapters
from store.sync_table import sync_table

_KEPT_BY_STAFF = "select jurisdiction, name, url, contact, null, substr(added_at, 1, 10) from current_chapter_contacts"


def write_chapters(corpus: Database, staff: Database | None) -> int:
    """Bring `chapters` up to what staff keep, and for other states to the catalog's list; returns the rows written.

    Args:
        corpus: corpus.db, open for writing, in a transaction.
        staff: staff.db; None leaves what staff keep as it is. Their notes stay there.
    """
    if staff is not None:
        kept = {row[0]: tuple(row) for row in staff.execute(_KEPT_BY_STAFF).fetchall()}
    else:
        kept = {row[0]: tuple(row) for row in corpus.execute("select * from chapters where source is null").fetchall()}
    listed = {
        each.jurisdiction: (each.jurisdiction, each.name, each.url, None, each.source, each.read_on)
        for each in load_chapters()
    }
    return sync_table(corpus, "chapters", list((listed | kept).values()))
