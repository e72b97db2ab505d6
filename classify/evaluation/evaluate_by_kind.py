"""How good the tags are on kinds of documents that the first labels do not hold: each kind is scored apart."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from classify.areas import load_areas
from classify.evaluation.evaluate import KINDS, interval, score
from classify.tagger import Record, Tagger, Tagging
from classify.training.labels import FOLDER, Label, read_labels


def score_kinds(corpus: Path, tagger: Tagger | None = None, folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Tag the test documents of every kind as they stand in corpus.db, with their text, and score the tags.

    Returns:
        per kind of which a document is there: ``micro`` (as in `evaluate`), ``lacking`` (labeled documents that corpus.db
        does not hold) and, of the documents worth listing, ``wanted`` of them, the share that some area lists.

    Raises:
        BadGold: the labels cannot be read.
        sqlite3.Error: corpus.db cannot be read.
    """
    by_kind: dict[str, list[Label]] = defaultdict(list)
    for label in read_labels(folder):
        if label.stratum in KINDS:
            by_kind[label.stratum].append(label)
    if not by_kind or not corpus.exists():
        return {}
    tagger, report = tagger or Tagger(), {}
    for kind, labels in sorted(by_kind.items()):
        records = _records(labels, corpus)
        here = [label for label in labels if label.id in records]
        if here:
            taggings = [tagging for _, tagging in tagger.tag_batch(records[label.id] for label in here)]
            report[kind] = _scored(here, taggings) | {"lacking": len(labels) - len(here)}
    return report


def _records(labels: list[Label], corpus: Path) -> dict[str, Record]:
    asked = "select title, abstract, text from documents where id = ?"
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        found = {label.id: db.execute(asked, [label.document]).fetchone() for label in labels}
    long = {label.id for label in labels if label.stratum == "long"}
    return {key: (key, *row) for key, row in found.items() if row and (row[2] or key not in long)}


def _scored(labels: list[Label], taggings: list[Tagging]) -> dict[str, Any]:
    areas = [area.id for area in load_areas().areas if area.labeled]
    tagged = [{tag.area for tag in tagging.areas if tag.tagged} for tagging in taggings]
    truth = np.array([[area in label.areas for area in areas] for label in labels])
    flags = np.array([[area in found for area in areas] for found in tagged])
    wanted = np.array([(label.priority >= 1, bool(found)) for label, found in zip(labels, tagged, strict=True)])

    def listed(rows: np.ndarray) -> float:
        return float(rows.all(axis=1).sum() / max(1, rows[:, 0].sum()))

    return {
        "micro": asdict(score(truth, flags)),
        "wanted": int(wanted[:, 0].sum()),
        "listed": round(listed(wanted), 3),
        "listed_interval": interval(wanted, listed),
    }


def kinds_table(report: dict[str, dict[str, Any]]) -> str:
    """The report as lines that a person reads in a terminal."""
    lines = [
        f"{'Of other kinds':<16}{'documents':>10}{'labels':>8}{'precision':>11}{'recall':>8}{'F1':>7}   95 % interval of F1"
    ]
    for kind, row in report.items():
        micro, (low, high) = row["micro"], row["micro"]["intervals"]["f1"]
        lines.append(
            f"  {kind:<14}{micro['n']:>10}{micro['positives']:>8}{micro['precision']:>11.3f}{micro['recall']:>8.3f}"
            f"{micro['f1']:>7.3f}   {low:.3f} to {high:.3f}; of {row['wanted']} worth listing {row['listed']:.0%} listed"
            + (f"; {row['lacking']} not collected" if row["lacking"] else "")
        )
    return "\n".join(lines)
