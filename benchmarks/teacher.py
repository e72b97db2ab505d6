"""Make the teacher's opinions anew (classify/gold/teacher.csv.xz): the mean of the regression and of a large transformer.

    python -m classify.training.encoder_data GOLD CORPUS lessons.jsonl
    python -m benchmarks.teacher draw GOLD CORPUS pool.jsonl [--number 20000]
    python classify/training/fine_tune.py lessons.jsonl WEIGHTS FOLDER --fold 3 --epochs 3 --rate 3e-5 --length 128
    python classify/training/fine_tune.py lessons.jsonl WEIGHTS FOLDER --fold 3 --length 128 --judge pool.jsonl
    python -m benchmarks.teacher weigh GOLD CORPUS lessons.jsonl FOLDER pool.jsonl

GOLD is the file of labeled documents with weak-bills.jsonl.xz beside it, CORPUS a corpus.db, WEIGHTS those of all-mpnet-base-v2.
The transformer (third and fourth line, in an environment with torch) learns from three of four folds. On the fourth, which
neither it nor this regression saw, the scores of both are weighed against each other; both then judge documents that nobody
has labeled, drawn more often where the shipped model finds something.
"""

from __future__ import annotations

import argparse
import csv
import json
import lzma
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from classify.encoder import log_odds, words_of
from classify.evaluation.evaluate import read_gold
from classify.evaluation.judged import probabilities_of
from classify.model import PRIORITY_OUTPUTS
from classify.tagger import Record, Tagger
from classify.training.feature_matrix import matrix, read_corpus
from classify.training.labels import BILLS, FOLDER, corpus_id, read_labels
from classify.training.stack import macro, micro
from classify.training.train import FOLDS, HARD_STRATA, best_threshold, fit_parts, targets
from classify.training.training_data import TEACHER, read_examples
from classify.training.unseen import read_training

#: Of how many documents for each that is drawn the shipped model says whether they carry something.
SEED, LOOKED_AT = 1, 3
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5)


def draw(gold: Path, corpus: Path, number: int) -> list[Record]:
    """Documents that nobody has labeled and whose title no labeled document has, more of those that carry something."""
    labels = read_labels()
    labeled = {label.id for label in labels} | {label.document for label in labels}
    titles = {(document.title or "").lower() for document in read_gold(gold, None)}
    with lzma.open(gold.parent / BILLS, "rt", encoding="utf-8") as lines:
        found: list[Record] = [(bill["id"], bill["title"], bill["abstract"], None) for bill in map(json.loads, lines)]
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        found += db.execute("select id, title, abstract, null from documents order by id").fetchall()
    names = [{record[0], corpus_id(record[0]) or record[0]} for record in found]
    free = [r for r, own in zip(found, names, strict=True) if not own & labeled and (r[1] or "").lower() not in titles]
    free = random.Random(SEED).sample(free, min(LOOKED_AT * number, len(free)))
    weights = [
        min(0.8, max([0.04, *(tag.probability for tag in tagging.areas)])) for _, tagging in Tagger().tag_batch(free)
    ]
    share = np.array(weights) / np.sum(weights)
    chosen = np.random.default_rng(SEED).choice(len(free), min(number, len(free)), replace=False, p=share)
    return [free[row] for row in chosen]


def regression(gold: Path, corpus: Path, lessons: Path, fold: int, pool: Sequence[Record]) -> tuple[Any, ...]:
    """Scores of the documents of ``fold`` and of ``pool`` by a regression that learned from the other folds; the answers for
    the first, which of them were not drawn because a model was unsure, and their ids."""
    tagger = Tagger(model_dir=None)
    areas = [area.id for area in tagger.areas.areas if area.labeled]
    with lessons.open(encoding="utf-8") as lines:
        folds = {row["id"]: row["fold"] for row in map(json.loads, lines)}
    documents = [document for document in read_training(gold, corpus) if document.id in folds]
    y = targets(documents, areas)
    read = read_corpus(tagger, (document.record() for document in documents))
    of = np.array([folds[document.id] for document in documents])
    seen, held = np.flatnonzero(of != fold), np.flatnonzero(of == fold)
    examples = read_examples(tagger, [*areas, *PRIORITY_OUTPUTS])
    vocabulary, weights, bias = fit_parts(read.take(seen), y[seen], examples)
    scores = [matrix(each, vocabulary) @ weights + bias for each in (read.take(held), read_corpus(tagger, pool))]
    usual = np.array([not documents[row].stratum.startswith(HARD_STRATA) for row in held])
    return *scores, y[held], usual, [documents[row].id for row in held], areas


def held_back(ids: Sequence[str], lessons: Path, logits: Path) -> np.ndarray:
    """What a run of `fine_tune` on ``lessons`` thinks of documents that it held back: shape (documents, outputs)."""
    with lessons.open(encoding="utf-8") as lines:
        rows = {row["id"]: n for n, row in enumerate(map(json.loads, lines)) if row["split"] == "train"}
    return np.asarray(np.load(logits)[[rows[key] for key in ids]])


def weigh(
    gold: Path, corpus: Path, lessons: Path, folder: Path, pool: Sequence[Record]
) -> tuple[list[str], np.ndarray]:
    """The outputs, and how likely both together hold each for each document of ``pool``: shape (documents, outputs)."""
    ours, ours_pool, y, usual, ids, areas = regression(gold, corpus, lessons, FOLDS - 1, pool)
    theirs = held_back(ids, lessons, max(folder.glob("logits-*.npy")))
    theirs_pool = np.load(folder / "judged.npy")
    likely, unseen, half = np.zeros((len(pool), y.shape[1])), np.zeros(y.shape), np.arange(len(y)) % 2
    for output in range(y.shape[1]):
        both = np.c_[ours[:, output], theirs[:, output]]
        for part in (0, 1):
            fitted = LogisticRegression().fit(both[usual & (half != part)], y[usual & (half != part), output])
            unseen[half == part, output] = fitted.predict_proba(both[half == part])[:, 1]
        fitted = LogisticRegression().fit(both[usual], y[usual, output])
        likely[:, output] = fitted.predict_proba(np.c_[ours_pool[:, output], theirs_pool[:, output]])[:, 1]
    report(y[:, : len(areas)] > 0, {"regression": ours, "transformer": theirs, "teacher": unseen}, usual)
    report_test(gold, lessons, folder, areas)
    return [*areas, *PRIORITY_OUTPUTS], likely


def report(truth: np.ndarray, scores: dict[str, np.ndarray], usual: np.ndarray) -> None:
    """Print what each reaches on the documents held back, with one threshold chosen on them."""
    for name, score in scores.items():
        likely = score if name == "teacher" else 1 / (1 + np.exp(-score))
        likely = likely[:, : truth.shape[1]]
        line = []
        for rows in (np.ones(len(truth), bool), usual):
            flagged = likely[rows] >= best_threshold(truth[rows], likely[rows])
            line.append(2 * (flagged & truth[rows]).sum() / max(1, flagged.sum() + truth[rows].sum()))
        print(
            f"{name}: micro-F1 {line[0]:.3f} of all {len(truth):,} held back, {line[1]:.3f} of the usual {usual.sum():,}"
        )


def report_test(gold: Path, lessons: Path, folder: Path, areas: Sequence[str]) -> None:
    """Print what the shipped model, the transformer and the mean of their log-odds reach on the split `test`, each at the best
    of a few thresholds: all documents, those drawn by topic, those drawn at random."""
    with lessons.open(encoding="utf-8") as lines:
        rows = {row["id"]: n for n, row in enumerate(map(json.loads, lines)) if row["split"] == "test"}
    documents = [document for document in read_gold(gold, "test") if document.id in rows]
    truth = targets(documents, areas)[:, : len(areas)] > 0
    shipped = [probabilities_of(tagging, areas) for _, tagging in Tagger().tag_batch([d.record() for d in documents])]
    ours = log_odds(np.array(shipped))
    theirs = np.load(max(folder.glob("logits-*.npy")))[[rows[document.id] for document in documents], : len(areas)]
    natural = np.array([document.natural for document in documents])
    groups = {"all": natural | True, "by topic": ~natural, "at random": natural}
    for name, score in {"shipped": ours, "transformer": theirs, "mean": (ours + theirs) / 2}.items():
        likely = 1 / (1 + np.exp(-score))
        best = max(THRESHOLDS, key=lambda cut, likely=likely: micro(truth, likely, cut))
        told = ", ".join(f"{micro(truth[r], likely[r], best):.3f} {group}" for group, r in groups.items())
        print(f"test, {name} at {best}: micro-F1 {told}; macro {macro(truth, likely, best):.3f}")


def write(pool: Sequence[Record], outputs: Sequence[str], likely: np.ndarray) -> None:
    with lzma.open(FOLDER / TEACHER, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", *outputs])
        for record, row in sorted(zip(pool, likely.tolist(), strict=True), key=lambda pair: pair[0][0]):
            writer.writerow([record[0], *(short(value) for value in row)])


def short(likely: float) -> str:
    """Hundredths in as few letters as there are: "0", ".07", "1"."""
    return f"{round(likely, 2):g}".replace("0.", ".", 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    steps = parser.add_subparsers(dest="step", required=True)
    for step, names in {
        "draw": ("gold", "corpus", "pool"),
        "weigh": ("gold", "corpus", "lessons", "folder", "pool"),
    }.items():
        own = steps.add_parser(step)
        for name in names:
            own.add_argument(name, type=Path)
    steps.choices["draw"].add_argument("--number", type=int, default=20_000)
    asked = parser.parse_args()
    if asked.step == "draw":
        with asked.pool.open("w", encoding="utf-8") as file:
            for key, title, abstract, _ in draw(asked.gold, asked.corpus, asked.number):
                line = {"id": key, "title": title, "abstract": abstract, "text": words_of(title, abstract)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    with asked.pool.open(encoding="utf-8") as lines:
        pool = [(row["id"], row["title"], row["abstract"], None) for row in map(json.loads, lines)]
    write(pool, *weigh(asked.gold, asked.corpus, asked.lessons, asked.folder, pool))


if __name__ == "__main__":
    main()
