"""Verdicts of staff as lessons: the last word on each area of each document, with the text it was about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from classify.evaluation.agreement import VERDICTS, has_reviews
from classify.training.labels import kept_back
from classify.training.training_data import Decision


def read_decisions(corpus: Path, staff: Path) -> list[Decision]:
    """What staff confirmed or rejected, of documents that corpus.db holds; nothing where nobody has decided yet.

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
        return [
            Decision((key, title, abstract, text), area, verdict == "confirm")
            for key, title, abstract, text, area, verdict in found
            if key not in kept
        ]
