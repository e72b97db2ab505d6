"""Days of effect that a later document corrects: the corrected document shows the right one, and keeps its own in `recorded`."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlite_utils import Database

from crawlers.parsers.federal_register_dates import corrected
from crawlers.storage.record import recorded_event


def write_corrected_dates(db: Database) -> int:
    """Bring the day of effect of corrected regulations in line with their corrections; return how many differed."""
    found = db.execute(
        """select d.corrects, d.identifier, coalesce(d.abstract, '') || char(10) || coalesce(d.text, ''),
            e.ordinal, e.kind, e.starts_at, e.timezone, e.description, e.recorded
        from documents d join events e on e.document_id = d.corrects and e.kind = 'effective' and e.ordinal >= 0
        where d.kind = 'regulation' and d.corrects is not null order by d.published_on, d.id"""
    ).fetchall()
    wanted = {
        (key, ordinal): (identifier, day, tuple(own))
        for key, identifier, words, ordinal, *own in found
        if (day := corrected(words))
    }
    differ = 0
    for (key, ordinal), (identifier, day, stored) in wanted.items():  # of several corrections the last one
        own = recorded_event(*stored)
        if day == stored[1][:10]:
            continue
        db.execute(
            "update events set starts_at = ?, description = ?, recorded = ? where document_id = ? and ordinal = ?",
            [f"{day}T00:00:00", f"Date corrected by {identifier}", json.dumps(asdict(own)), key, ordinal],
        )
        differ += 1
    return differ
