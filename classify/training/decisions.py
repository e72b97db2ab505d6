"""Verdicts of staff as lessons: the last word on each area and on the priority of each document, with the text it was about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from classify.evaluation.agreement import VERDICTS, has_reviews
from classify.model import PRIORITY_OUTPUTS
from classify.training.labels import kept_back
from classify.training.training_data import Decision


def read_decisions(corpus: Path, staff: Path) -> list[Decision]:
    """What staff confirmed, rejected or pinned, of documents that corpus.db holds; nothing where nobody has decided yet.

    Verdicts on documents kept back for testing are left out: a model that knew them could not be tested on them.

    Raises:
        BadGold: the labels, which say what is kept back, cannot be read.
        sqlite3.Error: a file is no database or cannot be read.
    """
    if not corpus.exists() or not staff.exists():
        return []
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        db.execute("attach ? as staff", [f"{staff.absolute().as_uri()}?mode=ro"])
        if not has_reviews(db, "staff"):
            return []
        found = db.execute(
            f"select d.id, d.title, d.abstract, d.text, r.area, r.verdict from ({VERDICTS.format(place='staff')}) r "
            "join documents d on d.id = r.document_id order by d.id, r.area"
        )
        kept = kept_back()
        areas = [Decision(tuple(row[:4]), row[4], row[5] == "confirm") for row in found if row[0] not in kept]
        pins = db.execute(
            "select d.id, d.title, d.abstract, d.text, cast(r.value as integer) from staff.current_reviews r join documents d "
            "on d.id = r.document_id where r.subject = 'priority' and r.verdict in ('confirm', 'change') order by d.id"
        ).fetchall()
        levels = list(enumerate(PRIORITY_OUTPUTS, 1))
        return areas + [
            Decision(tuple(row[:4]), name, row[4] >= level)
            for row in pins
            if row[0] not in kept
            for level, name in levels
        ]
