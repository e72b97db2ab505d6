"""How the opinions of both stages are mixed, and which documents stage 2 reads at all: chosen by cross-validation.

    python -m classify.training.stack GOLD CORPUS lessons.jsonl FOLDER logits.npy [logits.npy ...]

FOLDER holds `encoder.onnx` and `tokenizer.json`; the logits are those of runs of `classify.training.fine_tune` on
lessons.jsonl, each with a fold held back. Writes `encoder.json` and prints what stage 1, stage 2 and both reach on documents
that neither learned from, and how often tags of at least some probability are right there (`classify.evaluation.promise`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from classify.encoder import CARD, NETWORK, VOCABULARY, digest, log_odds, mix
from classify.evaluation.evaluate import f1_parts
from classify.model import PRIORITY_OUTPUTS
from classify.training.train import FOLDS, best_threshold
from classify.training.unseen import cut_lines, judge_unseen

#: How freely the two weights of an output may move.
STRENGTH = 0.3
#: Stage 2 reads where stage 1 gives any output a probability between the two; the narrowest that loses no more than LOSS counts.
LOWEST, HIGHEST, LOSS = (0.02, 0.03, 0.05, 0.08, 0.12, 0.2), (0.6, 0.8, 0.9, 0.95, 0.98), 0.001
STAGE_ONE_ALONE = (1.0, 0.0, 0.0)
#: Tokens that stage 2 reads of a document, as many as it was taught with.
LENGTH = 128


def fit_mix(likely: np.ndarray, logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Per output the weights of both log-odds and a shift: shape (outputs, 3). An output that stage 2 would make worse, or of
    which there is nothing to learn, is left to stage 1."""
    found = []
    for output in range(y.shape[1]):
        truth = y[:, output] > 0
        row = STAGE_ONE_ALONE
        if truth.any() and not truth.all():
            both = np.c_[log_odds(likely[:, output]), logits[:, output]]
            fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(both, truth)
            if (fitted.coef_ > 0).all():
                row = (*fitted.coef_[0].tolist(), float(fitted.intercept_[0]))
        found.append(row)
    return np.array(found)


def undecided(likely: np.ndarray, low: float, high: float) -> np.ndarray:
    """Which documents stage 2 reads: shape (documents,)."""
    return np.asarray(((likely >= low) & (likely <= high)).any(axis=1))


def choose_band(likely: np.ndarray, mixed: np.ndarray, truth: np.ndarray, areas: int) -> tuple[float, float]:
    """The band that sends the fewest documents to stage 2 and still reaches what reading all of them reaches."""

    def reached(band: tuple[float, float]) -> float:
        joined = np.where(undecided(likely, *band)[:, None], mixed, likely)
        return micro(truth[:, :areas], joined[:, :areas])

    whole = micro(truth[:, :areas], mixed[:, :areas])
    bands = [(low, high) for low in LOWEST for high in HIGHEST]
    good = [band for band in bands if reached(band) >= whole - LOSS] or [(LOWEST[0], HIGHEST[-1])]
    return min(good, key=lambda band: undecided(likely, *band).sum())


def micro(truth: np.ndarray, likely: np.ndarray, threshold: float | None = None) -> float:
    flagged = likely >= (best_threshold(truth, likely) if threshold is None else threshold)
    return float(f1_parts(np.array([(truth & flagged).sum(), flagged.sum(), truth.sum()], float))[2])


def macro(truth: np.ndarray, likely: np.ndarray, threshold: float) -> float:
    return float(np.mean([micro(truth[:, [i]], likely[:, [i]], threshold) for i in range(truth.shape[1])]))


def unseen_mix(
    likely: np.ndarray, logits: np.ndarray, y: np.ndarray, usual: np.ndarray, part: np.ndarray
) -> np.ndarray:
    """Mixed probabilities, those of each part by weights that learned from the other parts."""
    mixed = np.zeros_like(likely)
    for held in np.unique(part):
        rows = part == held
        weights = fit_mix(likely[~rows & usual], logits[~rows & usual], y[~rows & usual])
        mixed[rows] = mix(likely[rows], logits[rows], weights)
    return mixed


def table(
    tries: dict[str, np.ndarray], truth: np.ndarray, groups: dict[str, np.ndarray], usual: np.ndarray
) -> Sequence[str]:
    """What each try reaches with one threshold, half of the highest F1 of its usual documents."""
    lines = [f"{'':<26}" + "".join(f"{name + ' (' + str(int(rows.sum())) + ')':>16}" for name, rows in groups.items())]
    for name, likely in tries.items():
        threshold = best_threshold(truth[usual], likely[usual])
        figures = [
            f"{micro(truth[rows], likely[rows], threshold):.3f} {macro(truth[rows], likely[rows], threshold):.3f}"
            for rows in groups.values()
        ]
        lines.append(f"{name:<26}" + "".join(f"{each:>16}" for each in figures))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("gold", "corpus", "lessons", "folder"):
        parser.add_argument(name, type=Path)
    parser.add_argument("logits", type=Path, nargs="+")
    asked = parser.parse_args()
    first = judge_unseen(asked.gold, asked.corpus)
    second = held_back(first.ids, asked.lessons, asked.logits)
    known = ~np.isnan(second[:, 0])
    every = (first.likely, second, first.y, first.usual, first.random, first.folds)
    write_card(asked.folder, first.outputs, *(each[known] for each in every))


def held_back(ids: Sequence[str], lessons: Path, runs: Sequence[Path]) -> np.ndarray:
    """The logits of stage 2 for ``ids``, each from the run that held the document back: shape (documents, outputs); NaN where
    none did, as for labels that came after the runs."""
    with lessons.open(encoding="utf-8") as lines:
        rows = {row["id"]: n for n, row in enumerate(map(json.loads, lines)) if row["split"] == "train"}
    said = [np.load(path) for path in runs]
    found = np.full((len(ids), said[0].shape[1]), np.nan)
    for place, key in enumerate(ids):
        for logits in said if key in rows else ():
            if not np.isnan(logits[rows[key]]).any():
                found[place] = logits[rows[key]]
    return found


def write_card(
    folder: Path,
    outputs: Sequence[str],
    likely: np.ndarray,
    logits: np.ndarray,
    y: np.ndarray,
    usual: np.ndarray,
    drawn: np.ndarray,
    folds: np.ndarray,
) -> None:
    """Choose, print what was reached, and write `encoder.json`."""
    areas = len(outputs) - len(PRIORITY_OUTPUTS)
    part = folds if len(np.unique(folds)) == FOLDS else np.arange(len(y)) % 2
    mixed = unseen_mix(likely, logits, y, usual, part)
    truth = y > 0
    band = choose_band(likely[usual], mixed[usual], truth[usual], areas)
    reads = undecided(likely, *band)
    joined = np.where(reads[:, None], mixed, likely)
    tries = {"stage 1": likely, "stage 2": 1 / (1 + np.exp(-logits)), "both, every document": mixed, "cascade": joined}
    groups = {"all": np.ones(len(y), bool), "usual": usual, "random": drawn}
    print("\n".join(table({name: each[:, :areas] for name, each in tries.items()}, truth[:, :areas], groups, usual)))
    print(
        f"undecided between {band[0]} and {band[1]}: {reads[drawn].mean():.1%} of random documents are read by stage 2"
    )
    for name, rows in (("usual", usual), ("random", drawn)):
        print("\n".join([f"cascade, {name}:", *cut_lines(truth[rows, :areas], joined[rows, :areas])]))
    weights = fit_mix(likely[usual], logits[usual], y[usual])
    card = {
        "outputs": list(outputs),
        "length": LENGTH,
        "undecided": list(band),
        "mix": {name: [round(each, 4) for each in row] for name, row in zip(outputs, weights.tolist(), strict=True)},
        "sha256": digest((folder / NETWORK).read_bytes(), (folder / VOCABULARY).read_text("utf-8")),
    }
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
