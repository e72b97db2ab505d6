"""How good are the tags? Precision, recall and F1 against labeled documents that nothing was chosen on."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classify.areas import load_areas
from classify.evaluation.judged import Judged, judged
from classify.evaluation.promise import promise
from classify.evaluation.public import public_readings
from classify.evaluation.report import table
from classify.tagger import Record, Tagger, Tagging
from store.errors import InvalidInput

#: Bootstrap: documents drawn with replacement this often; the middle 95 % of the scores is the interval.
DRAWS, SEED = 1000, 7
#: The share of documents that staff could read when they come unsorted.
QUEUE = 0.05
#: Strata of documents of another kind: read with their text, never trained on, and scored by
#: `classify.evaluation.evaluate_by_kind`.
KINDS = ("courts", "city", "uk", "canada", "long")
LEVELS = ("federal", "state", "federal-register")
#: Documents by how much there is to read: words of title and abstract, up to and including the number.
LENGTHS = {"at most 25 words": 25, "26 to 100 words": 100, "more than 100 words": 10**9}


class BadGold(InvalidInput):
    """The labeled file cannot be used: the message names the file and the line."""


@dataclass(frozen=True)
class Gold:
    """One labeled document. ``level``: federal, state or federal-register; ``stratum``: how it was drawn."""

    id: str
    title: str | None
    abstract: str | None
    areas: frozenset[str]
    priority: int
    level: str
    stratum: str
    split: str

    @property
    def natural(self) -> bool:
        return self.stratum == "natural"

    @property
    def length(self) -> str:
        words = len(f"{self.title or ''} {self.abstract or ''}".split())
        return next(name for name, most in LENGTHS.items() if words <= most)

    def record(self) -> Record:
        return self.id, self.title, self.abstract, None


@dataclass(frozen=True)
class Score:
    """``intervals`` holds the 95 % bootstrap bounds of precision, recall and F1, each ``(low, high)``."""

    n: int
    positives: int
    precision: float
    recall: float
    f1: float
    intervals: dict[str, tuple[float, float]]


def read_gold(path: Path, split: str | None = "test") -> list[Gold]:
    """Read labeled documents, one JSON object a line, of one split (None: all).

    Raises:
        BadGold: the file is missing, holds a line that is no labeled document, or has nothing in the split.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadGold(f"{path}: cannot be read ({error}); give the file of labeled documents") from error
    gold = []
    for number, line in enumerate(filter(str.strip, lines), 1):
        try:
            gold.append(_gold(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadGold(f"{path}, line {number}: not a labeled document ({error!r})") from error
    if split is not None:
        gold = [document for document in gold if document.split == split]
    if not gold:
        raise BadGold(f"{path}: no document in the split {split!r}")
    return gold


def _gold(data: dict[str, Any]) -> Gold:
    source = data.get("source") or ""
    level = "federal-register" if source.startswith("Federal Register") else "state" if source else "federal"
    return Gold(
        id=data["id"],
        title=data["title"],
        abstract=data["abstract"],
        areas=frozenset(data["areas"]),
        priority=int(data["priority"]),
        level="federal" if data["id"].startswith("us/") else level,
        stratum=data.get("stratum") or "",
        split=data.get("split", "test"),
    )


def f1_parts(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 along the last axis from ``(true positive, flagged, labeled)`` counts; nothing is 0."""
    hit, flagged, labeled = counts[..., 0], counts[..., 1], counts[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.stack([hit / flagged, hit / labeled, 2 * hit / (flagged + labeled)], axis=-1)
    return np.nan_to_num(parts)


def score(truth: np.ndarray, flags: np.ndarray, average: str = "micro") -> Score:
    """Score boolean matrices of shape (documents, areas), all areas pooled (``micro``) or their mean (``macro``).

    The macro mean is over the areas that have a labeled document.
    """
    per_document = np.stack([truth & flags, flags, truth], axis=-1).astype(float)  # documents x areas x 3
    present = truth.any(axis=0)

    def parts(weights: np.ndarray) -> np.ndarray:
        counts = np.tensordot(weights, per_document, axes=(-1, 0))  # ... x areas x 3
        if average == "micro":
            return f1_parts(counts.sum(axis=-2))
        return f1_parts(counts[..., present, :]).mean(axis=-2)

    if not present.any():
        return Score(len(truth), 0, 0.0, 0.0, 0.0, dict.fromkeys(("precision", "recall", "f1"), (0.0, 0.0)))
    draws = np.random.default_rng(SEED).multinomial(len(truth), np.full(len(truth), 1 / len(truth)), size=DRAWS)
    low, high = np.percentile(parts(draws.astype(float)), [2.5, 97.5], axis=0)
    exact = parts(np.ones(len(truth)))
    bounds = {
        key: (round(float(low[i]), 3), round(float(high[i]), 3)) for i, key in enumerate(("precision", "recall", "f1"))
    }
    precision, recall, f1 = (round(float(value), 3) for value in exact)
    return Score(len(truth), int(truth.sum()), precision, recall, f1, bounds)


def interval(values: np.ndarray, statistic: Callable[[np.ndarray], float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a statistic of the rows of ``values``."""
    rng = np.random.default_rng(SEED)
    drawn = [statistic(values[rng.integers(0, len(values), len(values))]) for _ in range(DRAWS)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


def share_found(scores: np.ndarray, wanted: np.ndarray, places: int) -> float:
    """Share of the ``wanted`` documents that stand in the first ``places`` when ranked by score (ties: as given)."""
    order = np.argsort(-scores, kind="stable")[:places]
    return float(wanted[order].sum() / max(1, wanted.sum()))


def ranking(gold: Sequence[Gold], taggings: Sequence[Tagging]) -> dict[str, Any]:
    """Where the must-see documents stand in the ranked list, and what a short queue of random documents catches."""
    scores = np.array([tagging.priority_score for tagging in taggings])
    must_see = np.array([document.priority == 2 for document in gold])
    n = int(must_see.sum())
    report: dict[str, Any] = {
        "n": n,
        "found_in_n": round(share_found(scores, must_see, n), 3),
        "found_in_2n": round(share_found(scores, must_see, 2 * n), 3),
        "found_in_3n": round(share_found(scores, must_see, 3 * n), 3),
    }
    natural = np.array([document.natural for document in gold])
    if natural.any():
        report["natural"] = _queue(gold, taggings, natural)
    return report


def _queue(gold: Sequence[Gold], taggings: Sequence[Tagging], natural: np.ndarray) -> dict[str, Any]:
    rows = np.array(
        [(t.priority_score, d.priority >= 1, t.priority >= 1) for d, t in zip(gold, taggings, strict=True)], dtype=float
    )[natural]

    def recall(rows: np.ndarray) -> float:
        return share_found(rows[:, 0], rows[:, 1] > 0, round(QUEUE * len(rows)))

    def precision(rows: np.ndarray) -> float:
        order = np.argsort(-rows[:, 0], kind="stable")[: round(QUEUE * len(rows))]
        return float(rows[order, 1].mean()) if len(order) else 0.0

    def listed(rows: np.ndarray) -> float:
        return float((rows[:, 1] * rows[:, 2]).sum() / max(1.0, rows[:, 1].sum()))

    measured = {"queue_precision": precision, "queue_recall": recall, "listed_recall": listed}
    report: dict[str, Any] = {"n": len(rows), "wanted": int(rows[:, 1].sum()), "queue": round(QUEUE * len(rows))}
    for key, statistic in measured.items():
        report[key] = round(statistic(rows), 3)
        report[f"{key}_interval"] = interval(rows, statistic)
    return report


def calibration(truth: np.ndarray, probability: np.ndarray, bins: int = 10) -> dict[str, Any]:
    """Expected calibration error over predictions between 0.05 and 0.95, and the points of a reliability plot.

    ``by_chance`` is the error that perfectly honest probabilities would show with so few documents: where ``error`` is no
    higher, these documents cannot tell the probabilities from honest ones.
    """
    inside = (probability >= 0.05) & (probability <= 0.95)
    p, y = probability[inside], truth[inside].astype(float)
    if not len(p):
        return {"n": 0, "error": None, "by_chance": None, "points": []}
    members = np.minimum((p * bins).astype(int), bins - 1) == np.arange(bins)[:, None]
    members = members[members.any(axis=1)]

    def error(drawn: np.ndarray) -> np.ndarray:
        return np.abs((drawn - p) @ members.T).sum(axis=-1) / len(p)

    honest = np.random.default_rng(SEED).random((DRAWS, len(p))) < p
    points = [
        {"n": int(m.sum()), "said": round(float(p[m].mean()), 3), "was": round(float(y[m].mean()), 3)} for m in members
    ]
    by_chance = float(error(honest.astype(float)).mean())
    return {"n": len(p), "error": round(float(error(y)), 3), "by_chance": round(by_chance, 3), "points": points}


def evaluate(
    gold_path: Path, split: str = "test", tagger: Tagger | None = None, kept: Judged | None = None
) -> dict[str, Any]:
    """Tag the labeled documents of a split and score the result; see ``table`` for how it reads.

    ``kept`` are further documents that nothing learned from; what is decided without a person is counted on both.

    Raises:
        BadGold: the labeled file cannot be used.
    """
    tagger = tagger or Tagger()
    gold = [document for document in read_gold(gold_path, split) if document.stratum not in KINDS]
    taggings = [tagging for _, tagging in tagger.tag_batch(document.record() for document in gold)]
    areas = [area.id for area in load_areas().areas if area.labeled]
    found = judged(taggings, areas, [each.areas for each in gold], [each.natural for each in gold])
    truth, likely, flags, natural = found.truth, found.likely, found.tagged, found.natural
    groups = {
        "levels": (LEVELS, np.array([document.level for document in gold])),
        "lengths": (LENGTHS, np.array([document.length for document in gold])),
    }
    report: dict[str, Any] = {"version": tagger.version, "split": split, "documents": len(gold)}
    for name, rows in (("topic", ~natural), ("natural", natural)):
        if rows.any():
            report[name] = _scores(truth[rows], flags[rows], areas) | {
                kind: _by_group(order, names[rows], truth[rows], flags[rows]) for kind, (order, names) in groups.items()
            }
    every = found.and_also(kept) if kept else found
    report["random"] = asdict(score(every.truth[every.natural], every.tagged[every.natural]))
    report["promise"] = promise(every, areas)
    report["public"] = public_readings(set(areas))
    report["ranking"] = ranking(gold, taggings)
    report["calibration"] = {area: calibration(truth[:, i], likely[:, i]) for i, area in enumerate(areas)}
    report["calibration_of_all"] = calibration(truth.ravel(), likely.ravel())
    return report


def _scores(truth: np.ndarray, flags: np.ndarray, areas: Sequence[str]) -> dict[str, Any]:
    return {
        "micro": asdict(score(truth, flags)),
        "macro": asdict(score(truth, flags, "macro")),
        "areas": {area: asdict(score(truth[:, [i]], flags[:, [i]])) for i, area in enumerate(areas)},
    }


def _by_group(order: Iterable[str], names: np.ndarray, truth: np.ndarray, flags: np.ndarray) -> dict[str, Any]:
    here = [(name, names == name) for name in order]
    return {name: asdict(score(truth[rows], flags[rows])) for name, rows in here if rows.any()}


def main(
    gold: Path,
    as_json: bool = False,
    on: str = "",
    others: Mapping[str, Any] | None = None,
    kept: Judged | None = None,
) -> int:
    """Print the report for a labeled file, dated ``on``; ``others`` are the figures of `classify.evaluation.evaluate_by_kind`,
    ``kept`` the documents of `classify.evaluation.kept`.

    Returns 0, or 2 with a message when the file cannot be used.
    """
    try:
        report = {"date": on, **evaluate(gold, kept=kept), "kinds": dict(others or {})}
    except BadGold as error:
        print(f"infopolicy evaluate: {error}", file=sys.stderr)
        return 2
    print(json.dumps(report, indent=2) if as_json else table(report))
    return 0
