"""How the opinions of both stages are mixed, and which documents stage 2 reads at all.

    python -m classify.training.stack GOLD CORPUS FOLDER

FOLDER holds `encoder.onnx` and `tokenizer.json`; stage 1 is the one in use. Both are weighed on the labeled documents of the
split `mix`, from which neither learned. Writes `encoder.json` and prints what stage 1, stage 2, and both reach there, each
document by weights that learned from the others, and how often tags of at least some probability are right. An output with
fewer than FEW labels keeps the weights of the `encoder.json` that is in FOLDER.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from classify.encoder import CARD, NETWORK, VOCABULARY, Encoder, digest, log_odds, mix, words_of
from classify.evaluation.evaluate import f1_parts
from classify.evaluation.kept import records_of
from classify.evaluation.promise import SURE_YES
from classify.model import PRIORITY_OUTPUTS
from classify.tagger import Tagger
from classify.training.labels import MIX, read_labels
from classify.training.train import LIKELY, RANDOM_STRATA
from classify.training.unseen import cut_lines
from text.spans import FIELDS

#: How firmly the weights of an output are held to those of all outputs: few documents hold a rare area.
HELD = 16.0
FEW = 5
#: Parts, each of which is judged by weights that learned from the others.
PARTS = 10
#: Stage 2 reads where stage 1 gives any area a probability between the two; the narrowest that loses no more than LOSS counts.
#: It reads at least to SURE_YES, from which most areas are decided: the public should see nothing that one stage alone decided.
LOWEST, HIGHEST, LOSS = (0.02, 0.03, 0.05, 0.06, 0.07, 0.08, 0.12, 0.2), (SURE_YES, 0.95, 0.98), 0.002
STAGE_ONE_ALONE = (1.0, 0.0, 0.0)
#: Tokens that stage 2 reads of a document, as many as it was taught with.
LENGTH = 256


@dataclass(frozen=True)
class Opinions:
    """``likely`` of stage 1, ``logits`` of stage 2, and the truth ``y`` have the shape (documents, outputs); ``drawn`` says which
    documents were drawn at random."""

    likely: np.ndarray
    logits: np.ndarray
    y: np.ndarray
    drawn: np.ndarray


def opinions(gold: Path, corpus: Path, tagger: Tagger, encoder: Encoder) -> Opinions:
    """What each stage alone thinks of the documents that are kept for their mixture, as they are in corpus.db.

    Raises:
        BadGold: the labels cannot be read.
        sqlite3.Error: corpus.db cannot be read.
    """
    assert tagger.model is not None
    labels = [label for label in read_labels() if label.split == MIX]
    records = records_of(labels, gold, corpus)
    here = [label for label in labels if label.id in records]
    fields = [dict(zip(FIELDS, records[label.id][1:], strict=True)) for label in here]
    known = [output for output in tagger.model.outputs if output not in PRIORITY_OUTPUTS]
    return Opinions(
        np.array([tagger.first_opinion(each) for each in fields]),
        np.array([encoder.logits(words_of(*(each[name] for name in FIELDS))) for each in fields]),
        np.array([[*(a in each.areas for a in known), each.priority >= 1, each.priority == 2] for each in here], float),
        np.array([label.stratum in RANDOM_STRATA for label in here]),
    )


def _fit(x: np.ndarray, truth: np.ndarray, toward: np.ndarray, held: float) -> np.ndarray:
    """Weights of a logistic regression on both log-odds and a shift, held to ``toward``; none of the first two is negative."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = x @ weights
        gap = weights - toward
        value = np.logaddexp(0, score).sum() - score[truth].sum() + held * (gap @ gap)
        return float(value), x.T @ (1 / (1 + np.exp(-score)) - truth) + 2 * held * gap

    bounds = [(0, None), (0, None), (None, None)]
    return np.asarray(minimize(loss, toward, jac=True, method="L-BFGS-B", bounds=bounds).x)


def fit_mix(likely: np.ndarray, logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Per output the weights of both log-odds and a shift: shape (outputs, 3), each held to what is best for all of them.
    An output of which there is nothing to learn is left to stage 1."""
    truth = y > 0
    x = np.stack([log_odds(likely), logits, np.ones_like(logits)], axis=-1)
    common = _fit(x.reshape(-1, 3), truth.ravel(), np.array([0.5, 0.5, 0.0]), 0.0)
    taught = [0 < labels < len(truth) for labels in truth.sum(axis=0)]
    rows = [_fit(x[:, i], truth[:, i], common, HELD) if taught[i] else STAGE_ONE_ALONE for i in range(y.shape[1])]
    return np.array(rows)


def undecided(likely: np.ndarray, low: float, high: float) -> np.ndarray:
    """Which documents stage 2 reads, by what stage 1 thinks of their areas: shape (documents,)."""
    return np.asarray(((likely >= low) & (likely <= high)).any(axis=1))


def choose_band(likely: np.ndarray, mixed: np.ndarray, truth: np.ndarray, areas: int) -> tuple[float, float]:
    """The band that sends the fewest documents to stage 2 and still reaches, in tags, what reading all of them reaches."""

    def reached(band: tuple[float, float]) -> float:
        joined = np.where(undecided(likely[:, :areas], *band)[:, None], mixed, likely)
        return micro(truth[:, :areas], joined[:, :areas])

    whole = micro(truth[:, :areas], mixed[:, :areas])
    bands = [(low, high) for low in LOWEST for high in HIGHEST]
    good = [band for band in bands if reached(band) >= whole - LOSS] or [(LOWEST[0], HIGHEST[-1])]
    return min(good, key=lambda band: undecided(likely[:, :areas], *band).sum())


def micro(truth: np.ndarray, likely: np.ndarray, threshold: float = LIKELY) -> float:
    flagged = likely >= threshold
    return float(f1_parts(np.array([(truth & flagged).sum(), flagged.sum(), truth.sum()], float))[2])


def macro(truth: np.ndarray, likely: np.ndarray, threshold: float) -> float:
    """The mean of the outputs that any document has."""
    labeled = np.flatnonzero(truth.any(axis=0))
    return float(np.mean([micro(truth[:, [i]], likely[:, [i]], threshold) for i in labeled]))


def unseen_mix(likely: np.ndarray, logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mixed probabilities, those of each part by weights that learned from the other parts."""
    part = np.arange(len(y)) % PARTS
    mixed = np.zeros_like(likely)
    for held in np.unique(part):
        rows = part == held
        mixed[rows] = mix(likely[rows], logits[rows], fit_mix(likely[~rows], logits[~rows], y[~rows]))
    return mixed


def table(tries: dict[str, np.ndarray], truth: np.ndarray, groups: dict[str, np.ndarray]) -> Sequence[str]:
    """What each try reaches (micro and macro) with the threshold of a tag."""
    lines = [f"{'':<26}" + "".join(f"{name + ' (' + str(int(rows.sum())) + ')':>16}" for name, rows in groups.items())]
    for name, likely in tries.items():
        figures = [
            f"{micro(truth[rows], likely[rows], LIKELY):.3f} {macro(truth[rows], likely[rows], LIKELY):.3f}"
            for rows in groups.values()
        ]
        lines.append(f"{name:<26}" + "".join(f"{each:>16}" for each in figures))
    return lines


def write_card(folder: Path, outputs: Sequence[str], found: Opinions) -> None:
    """Choose, print what was reached, and write `encoder.json`."""
    areas, truth = len(outputs) - len(PRIORITY_OUTPUTS), found.y > 0
    mixed = unseen_mix(found.likely, found.logits, found.y)
    rare = [place for place, labels in enumerate(truth.sum(axis=0)) if labels < FEW]
    before = _weights_before(folder)
    kept = {place: before[outputs[place]] for place in rare if outputs[place] in before}
    for place, row in kept.items():
        mixed[:, [place]] = mix(found.likely[:, [place]], found.logits[:, [place]], np.array([row]))
    band = choose_band(found.likely, mixed, truth, areas)
    reads = undecided(found.likely[:, :areas], *band)
    joined = np.where(reads[:, None], mixed, found.likely)
    alone = 1 / (1 + np.exp(-found.logits))
    tries = {"stage 1": found.likely, "stage 2": alone, "both, every document": mixed, "cascade": joined}
    groups = {"all": np.ones(len(truth), bool), "random": found.drawn}
    print("\n".join(table({name: each[:, :areas] for name, each in tries.items()}, truth[:, :areas], groups)))
    share = reads[found.drawn].mean()
    print(f"undecided between {band[0]} and {band[1]}: {share:.1%} of random documents are read by stage 2")
    print("\n".join(["cascade:", *cut_lines(truth[:, :areas], joined[:, :areas])]))
    weights = dict(zip(outputs, fit_mix(found.likely, found.logits, found.y).tolist(), strict=True))
    weights |= {outputs[place]: row for place, row in kept.items()}
    card = unmixed(folder, outputs) | {
        "undecided": list(band),
        "mix": {name: [round(each, 4) for each in row] for name, row in weights.items()},
    }
    (folder / CARD).write_text(json.dumps(card, indent=1) + "\n", "utf-8")


def _weights_before(folder: Path) -> dict[str, list[float]]:
    path = folder / CARD
    found: dict[str, list[float]] = json.loads(path.read_text("utf-8"))["mix"] if path.exists() else {}
    return found


def unmixed(folder: Path, outputs: Sequence[str]) -> dict[str, object]:
    """The card of a network whose mixture is not chosen yet."""
    sha256 = digest((folder / NETWORK).read_bytes(), (folder / VOCABULARY).read_text("utf-8"))
    return {"outputs": list(outputs), "length": LENGTH, "undecided": [0.0, 1.0], "mix": {}, "sha256": sha256}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name in ("gold", "corpus", "folder"):
        parser.add_argument(name, type=Path)
    asked = parser.parse_args()
    tagger = Tagger(encoder_dir=None)
    assert tagger.model is not None
    outputs = tagger.model.outputs
    encoder = Encoder(asked.folder, unmixed(asked.folder, outputs), outputs)
    write_card(asked.folder, outputs, opinions(asked.gold, asked.corpus, tagger, encoder))


if __name__ == "__main__":
    main()
