"""What the model learns from beside labeled documents: examples of the areas file, verdicts of staff, and a teacher.

The teacher was the mean of the model of its day and a small transformer tuned on the labels, too slow to tag with
(docs/classifier.md says how it was made). What it thought of unlabeled documents is kept as ids and probabilities.
"""

from __future__ import annotations

import csv
import lzma
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classify.evaluation.evaluate import BadGold
from classify.tagger import Record, Tagger
from classify.training.feature_matrix import Corpus, read_corpus
from classify.training.labels import FOLDER, texts_of

#: The weights of a staff verdict, of an example and of a teacher's opinion beside a labeled document.
DECISION_WEIGHT, EXAMPLE_WEIGHT, TEACHER_WEIGHT = 2.0, 3.0, 1.0
TEACHER = "teacher.csv.xz"


@dataclass(frozen=True)
class Decision:
    """A verdict of staff on one area of one document."""

    record: Record
    area: str
    confirmed: bool


@dataclass(frozen=True)
class Taught:
    """An unlabeled document and how likely the teacher holds each output for it, 0 to 1."""

    record: Record
    likely: dict[str, float]


@dataclass
class Lessons:
    """Further documents to learn from, never scored: ``y`` from 0 to 1 and ``weight``, both (documents, outputs)."""

    corpus: Corpus
    y: np.ndarray
    weight: np.ndarray

    def and_also(self, other: Lessons) -> Lessons:
        corpus = self.corpus.and_also(other.corpus)
        return Lessons(corpus, np.vstack([self.y, other.y]), np.vstack([self.weight, other.weight]))


def read_examples(tagger: Tagger, outputs: Sequence[str]) -> Lessons:
    """The examples and counterexamples of areas.yml, each a lesson about its own area only."""
    lessons = [
        (title, area.id, float(title in area.examples))
        for area in tagger.areas.areas
        if area.id in outputs
        for title in (*area.examples, *area.counterexamples)
    ]
    corpus = read_corpus(tagger, ((title, title, None, None) for title, _, _ in lessons))
    y, weight = np.zeros((2, len(lessons), len(outputs)), np.float32)
    for row, (_, area, answer) in enumerate(lessons):
        y[row, outputs.index(area)], weight[row, outputs.index(area)] = answer, EXAMPLE_WEIGHT
    return Lessons(corpus, y, weight)


def staff_lessons(tagger: Tagger, decisions: Sequence[Decision], outputs: Sequence[str]) -> Lessons:
    """What staff confirmed or rejected: each verdict is a lesson about one area of one document, and nothing else."""
    known = [decision for decision in decisions if decision.area in outputs]
    corpus = read_corpus(tagger, (decision.record for decision in known))
    y, weight = np.zeros((2, len(known), len(outputs)), np.float32)
    for row, decision in enumerate(known):
        column = outputs.index(decision.area)
        y[row, column], weight[row, column] = float(decision.confirmed), DECISION_WEIGHT
    return Lessons(corpus, y, weight)


def taught_lessons(tagger: Tagger, taught: Sequence[Taught], outputs: Sequence[str]) -> Lessons:
    """What the teacher thought; an output that it did not know teaches nothing."""
    corpus = read_corpus(tagger, (document.record for document in taught))
    y = np.array([[document.likely.get(name, 0.0) for name in outputs] for document in taught], np.float32)
    known = np.array([[name in document.likely for name in outputs] for document in taught], np.float32)
    return Lessons(corpus, y, TEACHER_WEIGHT * known)


def read_teacher(gold_path: Path, corpus: Path | None = None, folder: Path = FOLDER) -> tuple[list[Taught], int]:
    """The teacher's documents whose text is at hand, and how many more there are.

    Args:
        gold_path: the labeled documents; the file of bills beside it holds some of the texts.
        corpus: corpus.db, which may hold the others.

    Raises:
        BadGold: a file is there and cannot be used.
        sqlite3.Error: corpus.db cannot be read.
    """
    path = folder / TEACHER
    if not path.exists():
        return [], 0
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
            rows = {row.pop("id"): {name: float(value) for name, value in row.items()} for row in csv.DictReader(lines)}
    except (OSError, EOFError, lzma.LZMAError, KeyError, TypeError, ValueError) as error:
        raise BadGold(f"{path}: cannot be used ({error!r})") from error
    if strange := [key for key, row in rows.items() if not all(0 <= value <= 1 for value in row.values())]:
        raise BadGold(f"{path}: not between 0 and 1: {', '.join(sorted(strange)[:3])}")
    texts = texts_of(rows, gold_path, corpus)
    found = [Taught((key, *texts[key], None), likely) for key, likely in rows.items() if key in texts]
    return found, len(rows) - len(found)
