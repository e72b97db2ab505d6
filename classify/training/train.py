"""Train the model from labeled documents: reproducible from a seed, everything chosen by grouped cross-validation."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression

from classify.evaluation.evaluate import BadGold, Gold, evaluate, read_gold, score
from classify.features import BLOCKS
from classify.model import ARRAYS, MODEL_DIR, PRIORITY_OUTPUTS, BadModel, curve_terms, save_model
from classify.models import in_use
from classify.tagger import Tagger
from classify.training.feature_matrix import Corpus, Vocabulary, learn_vocabulary, matrix, read_corpus
from classify.training.labels import labeled_later
from classify.training.training_data import (
    Decision,
    Lessons,
    Taught,
    read_examples,
    read_teacher,
    staff_lessons,
    taught_lessons,
)

SEED, FOLDS = 20, 4
#: Inverse strength of the regularisation.
STRENGTH = 8.0
#: How far the rare yes is weighed up against the frequent no: 0 not at all, 1 until both weigh the same.
BALANCE = 0.3
#: Strata drawn by what an earlier model thought of them: good to learn from, too hard to set thresholds and probabilities on.
HARD_STRATA = ("active-", "sure-", "shown-")
#: A tag is given where it is at least this likely: more likely right than wrong. F1 alone would be as good from 0.4 to 0.65.
LIKELY = 0.5
#: Logit of an output of which the labeled documents show only one side.
NEVER = 10.0
#: Strata drawn at random, and the share of their documents worth listing that the list must find.
RANDOM_STRATA, FOUND = ("natural", "random"), 0.9
#: Documents more alike than this (cosine) are never on both sides of a split.
ALIKE = 0.6


def fit(x: sparse.csr_matrix, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One logistic regression per output. ``y`` holds 0 to 1: a share counts as that much of a yes and the rest of a no.
    ``weight`` has the shape of ``y``: how much a document teaches about each output.

    Returns weights of shape (features, outputs) and biases.
    """
    weights, biases = np.zeros((x.shape[1], y.shape[1]), np.float32), np.zeros(y.shape[1], np.float32)
    for output in range(y.shape[1]):
        share, counts = y[:, output], weight[:, output]
        yes, no = (share > 0.01) & (counts > 0), (share < 0.99) & (counts > 0)
        if not yes.any() or not no.any():
            biases[output] = -NEVER if no.any() else NEVER
            continue
        both = sparse.vstack([x[yes], x[no]]).tocsr()
        labels = np.r_[np.ones(yes.sum()), np.zeros(no.sum())]
        rare = ((counts @ (1 - share)) / max(1.0, counts @ share)) ** BALANCE
        counted = np.r_[(rare * counts * share)[yes], (counts * (1 - share))[no]]
        model = LogisticRegression(C=STRENGTH, solver="liblinear", dual=True, max_iter=400, random_state=SEED)
        model.fit(both, labels, sample_weight=counted)
        weights[:, output], biases[output] = model.coef_[0], model.intercept_[0]
    return weights, biases


def clusters(corpus: Corpus, vocabulary: Vocabulary) -> np.ndarray:
    """A number per document, equal for near-duplicates: a bill introduced again, a companion."""
    body = matrix(corpus, vocabulary)[:, : len(vocabulary.keys["body"])]
    alike = (body @ body.T).tocsr()
    alike.data = (alike.data > ALIKE).astype(np.int8)
    alike.eliminate_zeros()
    return connected_components(alike, directed=False)[1]


def assign_folds(groups: np.ndarray) -> np.ndarray:
    """Groups to folds of equal size, the largest first."""
    rng = np.random.default_rng(SEED)
    numbers, sizes = np.unique(groups, return_counts=True)
    order = np.lexsort((rng.random(len(numbers)), -sizes))
    filled, fold_of = np.zeros(FOLDS, int), np.zeros(numbers.max() + 1, int)
    for place in order:
        fold_of[numbers[place]] = filled.argmin()
        filled[filled.argmin()] += sizes[place]
    return fold_of[groups]


def best_threshold(truth: np.ndarray, probability: np.ndarray) -> float:
    """Half of the highest F1 that any threshold reaches: where probabilities are calibrated, that threshold reaches it
    (Lipton and others, 2014), and it depends on single documents less than the best threshold seen. Several areas are
    pooled: one threshold for all does as well as one for each, and better on documents drawn at random."""
    labeled, scores = truth.ravel() > 0, probability.ravel()
    if not labeled.any():
        return 0.5
    candidates = np.linspace(0.05, 0.9, 86)
    flagged = scores[:, None] >= candidates
    hit = (flagged & labeled[:, None]).sum(axis=0)
    f1 = 2 * hit / np.maximum(1, flagged.sum(axis=0) + labeled.sum())
    return round(float(f1.max()) / 2, 3)


def threshold_that_finds(truth: np.ndarray, probability: np.ndarray, share: float = FOUND) -> float:
    """The highest threshold that still finds this share of what is wanted."""
    if not truth.any():
        return 0.5
    return round(float(np.quantile(probability[truth], 1 - share, method="lower")), 4)


def calibrate(logits: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """The beta calibration curve (Kull and others, 2017) of logits of unseen documents: two slopes and a shift.

    It bends where Platt's straight line cannot, and stays a straight line where it would turn back.
    """
    if truth.min() == truth.max():
        return np.array([1.0, 1.0, 0.0])
    curve = LogisticRegression(C=100.0, max_iter=500).fit(curve_terms(logits), truth)
    if (curve.coef_ > 0).all():
        return np.r_[curve.coef_[0], curve.intercept_]
    line = LogisticRegression(C=100.0).fit(logits[:, None], truth)
    return np.r_[line.coef_[0, 0], line.coef_[0, 0], line.intercept_]


def targets(gold: Sequence[Gold], areas: Sequence[str]) -> np.ndarray:
    """Shape (documents, areas + 2): one column per area, then priority 1 or 2, then priority 2."""
    rows = [[*(a in d.areas for a in areas), d.priority >= 1, d.priority == 2] for d in gold]
    return np.array(rows, dtype=np.float32)


def fit_parts(corpus: Corpus, y: np.ndarray, lessons: Lessons) -> tuple[Vocabulary, np.ndarray, np.ndarray]:
    """Vocabulary, weights and biases learned from labeled documents and from further lessons."""
    everything = Lessons(corpus, y, np.ones_like(y)).and_also(lessons)
    vocabulary = learn_vocabulary(everything.corpus.parts)
    return vocabulary, *fit(matrix(everything.corpus, vocabulary), everything.y, everything.weight)


def unseen_logits(corpus: Corpus, y: np.ndarray, lessons: Lessons) -> np.ndarray:
    """Logits of every document from models that saw neither it nor a near-duplicate: shape (documents, outputs)."""
    folds = assign_folds(clusters(corpus, learn_vocabulary(corpus.parts)))
    logits = np.zeros_like(y)
    for fold in range(FOLDS):
        seen, held = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        vocabulary, weights, bias = fit_parts(corpus.take(seen), y[seen], lessons)
        logits[held] = matrix(corpus.take(held), vocabulary) @ weights + bias
    return logits


def train(
    gold: Sequence[Gold], decisions: Sequence[Decision] = (), folder: Path = MODEL_DIR, taught: Sequence[Taught] = ()
) -> dict[str, Any]:
    """Learn, calibrate and choose thresholds by cross-validation, write the model; returns its card."""
    tagger = Tagger(model_dir=None)
    areas = [area.id for area in tagger.areas.areas if area.labeled]
    outputs = [*areas, *PRIORITY_OUTPUTS]
    corpus, y = read_corpus(tagger, (document.record() for document in gold)), targets(gold, areas)
    lessons = read_examples(tagger, outputs)
    if decisions:
        lessons = lessons.and_also(staff_lessons(tagger, decisions, outputs))
    if taught:
        lessons = lessons.and_also(taught_lessons(tagger, taught, outputs))
    logits = unseen_logits(corpus, y, lessons)
    usual = np.array([not document.stratum.startswith(HARD_STRATA) for document in gold])
    curves = np.array([calibrate(logits[usual, i], y[usual, i]) for i in range(len(outputs))])
    likely = 1 / (1 + np.exp(-((curve_terms(logits) * curves[:, :2]).sum(axis=-1) + curves[:, 2])))
    tagged = best_threshold(y[usual, : len(areas)] > 0, likely[usual, : len(areas)])
    chosen = dict.fromkeys(areas, max(LIKELY, tagged))
    chosen |= {
        name: best_threshold(y[usual, [i]], likely[usual, [i]]) for i, name in enumerate(outputs) if name not in areas
    }
    drawn = np.array([document.stratum in RANDOM_STRATA for document in gold])
    listed = outputs.index(PRIORITY_OUTPUTS[0])
    chosen[PRIORITY_OUTPUTS[0]] = threshold_that_finds(y[drawn, listed] > 0, likely[drawn, listed])
    vocabulary, weights, bias = fit_parts(corpus, y, lessons)
    flags = likely >= np.array([chosen[name] for name in outputs])
    card = {
        "outputs": outputs,
        "thresholds": chosen,
        "rules": tagger.rule_names(),
        "rules_version": tagger.version,
        "labeled": len(gold),
        "examples": len(lessons.y) - len(decisions) - len(taught),
        "taught": len(taught),
        "decisions": len(decisions),
        "seed": SEED,
        "cross_validated": {
            average: asdict(score(y[:, : len(areas)] > 0, flags[:, : len(areas)], average))
            for average in ("micro", "macro")
        },
    }
    save_model(folder, card, _arrays(vocabulary, weights, bias, curves))
    return card


def _arrays(vocabulary: Vocabulary, weights: np.ndarray, bias: np.ndarray, curves: np.ndarray) -> dict[str, np.ndarray]:
    """What is stored: word weights as whole numbers from -32767 to 32767 with one scale per output."""
    words = sum(len(keys) for keys in vocabulary.keys.values())
    scale = np.maximum(np.abs(weights[:words]).max(axis=0), 1e-6) / 32767
    stored = {
        "weights": np.rint(weights[:words] / scale).astype(np.int16),
        "scale": scale.astype(np.float32),
        "rule_weights": weights[words:],
        "bias": bias,
        "curves": curves,
    }
    for name in BLOCKS:
        stored[f"{name}_keys"] = vocabulary.keys[name]
        stored[f"{name}_idf"] = vocabulary.idf[name].astype(np.float16)
    return stored


def main(
    gold_path: Path, decisions: Sequence[Decision] = (), folder: Path = MODEL_DIR, corpus: Path | None = None
) -> int:
    """Train on the split `train` into ``folder``, then say on the split `test` what the model in use and the new one reach; 0,
    1 when the new one is worse there (it is written all the same), 2 with a message when a file cannot be used."""
    try:
        before = evaluate(gold_path) if (in_use(MODEL_DIR) / ARRAYS).exists() else None
        gold = read_gold(gold_path, "train")
        later, lacking = labeled_later(gold_path, {document.id for document in gold}, corpus)
        gold += later
        taught, untaught = read_teacher(gold_path, corpus)
        card = train(gold, decisions, folder, taught)
        after = evaluate(gold_path, tagger=Tagger(model_dir=folder))
    except (BadGold, BadModel, OSError, KeyError, ValueError, sqlite3.Error) as error:
        print(f"infopolicy train: {error}", file=sys.stderr)
        return 2
    if lacking or untaught:
        print(
            f"{lacking:,} labeled documents and {untaught:,} of the teacher's were left out, for their texts are not "
            "collected; `infopolicy gold fetch` says which to crawl"
        )
    print(
        f"Cross-validated F1: {card['cross_validated']['micro']['f1']} micro, {card['cross_validated']['macro']['f1']} macro"
    )
    worse = False
    for part in sorted({"topic", "natural"} & after.keys()):
        new = after[part]["micro"]["f1"]
        old = before[part]["micro"]["f1"] if before else None
        worse = worse or (old is not None and new < old)
        print(f"Kept-back documents ({part}): micro-F1 {new}" + ("" if old is None else f", before {old}"))
    if worse:
        print("The new model is worse on kept-back documents: keep the old one unless you know why.", file=sys.stderr)
    return int(worse)
