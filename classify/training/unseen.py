"""What stage 1 thinks of the documents it learns from, each judged by a model that saw neither it nor a near-duplicate.

    python -m classify.training.unseen GOLD CORPUS

prints how often tags of at least some probability are right there: the ground on which the cuts of
`classify.evaluation.promise` were chosen. Takes about two minutes of one core.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classify.evaluation.evaluate import Gold, read_gold
from classify.evaluation.promise import lower_bound
from classify.model import PRIORITY_OUTPUTS, curve_terms
from classify.tagger import Tagger
from classify.training.feature_matrix import learn_vocabulary, read_corpus
from classify.training.labels import labeled_later
from classify.training.train import (
    HARD_STRATA,
    RANDOM_STRATA,
    assign_folds,
    calibrate,
    clusters,
    targets,
    unseen_logits,
)
from classify.training.training_data import read_examples, read_teacher, taught_lessons

#: The cuts that are printed.
YES, NO = (0.41, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95), (0.02, 0.03, 0.05, 0.08, 0.1)


@dataclass(frozen=True)
class Unseen:
    """``y`` and ``likely`` have the shape (documents, outputs): areas, then two of priority. ``usual``, ``random`` and
    ``folds`` are about documents: not drawn because a model was unsure, drawn at random, and which fold held them back."""

    ids: list[str]
    outputs: list[str]
    y: np.ndarray
    likely: np.ndarray
    usual: np.ndarray
    random: np.ndarray
    folds: np.ndarray

    @property
    def areas(self) -> int:
        return len(self.outputs) - len(PRIORITY_OUTPUTS)


def read_training(gold_path: Path, corpus: Path | None) -> list[Gold]:
    """All labeled documents of which the text is at hand and that may teach."""
    gold = read_gold(gold_path, "train")
    return gold + labeled_later(gold_path, {document.id for document in gold}, corpus)[0]


def judge_unseen(gold_path: Path, corpus: Path | None) -> Unseen:
    tagger = Tagger(model_dir=None)
    areas = [area.id for area in tagger.areas.areas if area.labeled]
    outputs = [*areas, *PRIORITY_OUTPUTS]
    gold = read_training(gold_path, corpus)
    read, y = read_corpus(tagger, (document.record() for document in gold)), targets(gold, areas)
    taught = taught_lessons(tagger, read_teacher(gold_path, corpus)[0], outputs)
    logits = unseen_logits(read, y, read_examples(tagger, outputs).and_also(taught))
    usual = np.array([not document.stratum.startswith(HARD_STRATA) for document in gold])
    curves = np.array([calibrate(logits[usual, i], y[usual, i]) for i in range(len(outputs))])
    return Unseen(
        [document.id for document in gold],
        outputs,
        y,
        1 / (1 + np.exp(-((curve_terms(logits) * curves[:, :2]).sum(axis=-1) + curves[:, 2]))),
        usual,
        np.array([document.stratum in RANDOM_STRATA for document in gold]),
        assign_folds(clusters(read, learn_vocabulary(read.parts))),
    )


def cut_lines(truth: np.ndarray, likely: np.ndarray) -> list[str]:
    """How much stands above and below each cut, and how much of it is right: all areas together."""
    lines = [f"{len(truth):,} documents, {truth.sum():,} labels"]
    for cut in YES:
        tags = likely >= cut
        right = int((tags & truth).sum())
        lines.append(
            f"  at least {cut:.2f}: {tags.sum():>5} tags, {right / max(1, tags.sum()):.3f} right (at least "
            f"{lower_bound(right, int(tags.sum()))}), {right / max(1, truth.sum()):.3f} of the labels"
        )
    for cut in NO:
        lines.append(f"  below {cut:.2f}: {(truth & (likely < cut)).sum() / max(1, truth.sum()):.3f} of the labels")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("gold", "corpus"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    found = judge_unseen(asked.gold, asked.corpus)
    for name, rows in (("usual", found.usual), ("random", found.random)):
        lines = cut_lines(found.y[rows, : found.areas] > 0, found.likely[rows, : found.areas])
        print("\n".join([f"{name}: {lines[0]}", *lines[1:]]))


if __name__ == "__main__":
    main()
