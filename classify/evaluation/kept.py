"""The documents of all sources that were drawn in November 2026 and kept back: nothing has learned from them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from classify.areas import load_areas
from classify.evaluation.judged import Judged, judged
from classify.tagger import Record, Tagger
from classify.training.labels import FOLDER, Label, read_labels, texts_of

SPLIT, AT_RANDOM = "kept", "random"


def judge_kept(gold_path: Path, corpus: Path, tagger: Tagger | None = None, folder: Path = FOLDER) -> Judged | None:
    """Tag them as they are in corpus.db (or in the file of bills next to ``gold_path``); None where no text is there.

    Raises:
        BadGold: the labels cannot be read.
        sqlite3.Error: corpus.db cannot be read.
    """
    labels = [label for label in read_labels(folder) if label.split == SPLIT]
    records = records_of(labels, gold_path, corpus)
    here = [label for label in labels if label.id in records]
    if not here:
        return None
    areas = [area.id for area in load_areas().areas if area.labeled]
    taggings = [tagging for _, tagging in (tagger or Tagger()).tag_batch(records[label.id] for label in here)]
    return judged(taggings, areas, [label.areas for label in here], [label.stratum == AT_RANDOM for label in here])


def records_of(labels: list[Label], gold_path: Path, corpus: Path) -> dict[str, Record]:
    """Labeled documents as the tagger takes them, by the id of the label: with the text where there is one, for a document whose
    abstract is empty is tagged by its text."""
    found: dict[str, Record] = {
        key: (key, *texts, None) for key, texts in texts_of([label.id for label in labels], gold_path, corpus).items()
    }
    if corpus.exists():
        with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
            for label in labels:
                row = db.execute(
                    "select title, abstract, text from documents where id = ?", [label.document]
                ).fetchone()
                if row:
                    found[label.id] = (label.id, *row)
    return found
