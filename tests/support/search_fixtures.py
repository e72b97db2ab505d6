"""A corpus for tests of the search box, and what a search finds there."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path

from site_corpus import TODAY, build, document_row
from sqlite_utils import Database

from pages.browse import browse
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
#: Document -> its title, summary, and what else differs from a bill of the United States.
MORE = {
    "us-118-s1409": ("Kids Online Safety Act", "A bill to protect the safety of children.", {"session": "118"}),
    "us-118-hr77": ("A bill about other things", "It also names KOSA and libraries.", {"session": "118"}),
    "us-ri-2026-hb7606": (
        "AN ACT RELATING TO COMMERCIAL LAW -- LIBRARY EBOOK CONTRACTS",
        "Limits contracts for electronic literary materials.",
        {"jurisdiction": "us-ri", "session": "2026"},
    ),
    "us-tx-89-hb7606": ("Relating to barbers", "", {"jurisdiction": "us-tx", "session": "89"}),
    "us-tx-89-hb900": ("Relating to school library books", "", {"jurisdiction": "us-tx", "session": "89"}),
    "us-ia-2026-hf12": (
        "Voice mail and open telephone lines",
        "Access for all.",
        {"jurisdiction": "us-ia", "session": "2026"},
    ),
    "us-ia-2026-hf13": ("Public access to federally funded research", "", {"jurisdiction": "us-ia", "session": "2026"}),
    "us-117-hr5": ("Hotspots in barns", "Broadband reaches libraries.", {"status": "failed"}),
}


def filled(path: Path) -> Database:
    db = connect(build(path))
    for key, (title, abstract, other) in MORE.items():
        number = key.rpartition("-")[2].upper()
        row = document_row(key, identifier=number, title=title, abstract=abstract, url="https://example.org/")
        db.table("documents").insert(row | {"published_on": "2022-01-10"} | other)
    for key in ("us-118-s1409", "us-ri-2026-hb7606"):
        db.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.9})
    publish(db, "2022-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    return db


def found_by(db: sqlite3.Connection, typed: str) -> list[str]:
    found = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    return [card.id for card in [*found.direct, *(result.card for result in found.results)]]
