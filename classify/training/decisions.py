"""Verdicts of staff as lessons: the last word on each area and on the priority of each document, with the text it was about."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from classify.evaluation.agreement import VERDICTS, has_reviews
from classify.model import PRIORITY_OUTPUTS
from classify.training.labels import kept_back
from classify.training.training_data import Decision


def read_decisions(corpus: Path, staff: Path) -> list[Decision]:
    """What staff said of areas and priorities, or pinned, of documents of corpus.db; nothing where nobody has decided yet.

    A priority of 1 or 2 is a yes to the output "priority-1", and one of 2 to "priority-2". Verdicts on documents kept back for
    testing are left out: a model that knew them could not be tested on them.

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
        areas = [Decision(tuple(row[:4]), row[4], row[5] == "confirm") for row in found.fetchall()]
        kept = kept_back()
        return [each for each in (*areas, *_priorities(db)) if each.record[0] not in kept]


def _priorities(db: sqlite3.Connection) -> Iterator[Decision]:
    rows = db.execute(
        "select d.id, d.title, d.abstract, d.text, cast(r.value as integer) from staff.current_reviews r "
        "join documents d on d.id = r.document_id where r.subject = 'priority' and r.verdict in ('confirm', 'change') "
        "and r.value in ('0', '1', '2') order by d.id"
    )
    for *record, value in rows.fetchall():
        for least, output in enumerate(PRIORITY_OUTPUTS, 1):
            yield Decision(tuple(record), output, value >= least)
