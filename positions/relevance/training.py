"""Train the relevance model: on what readers and staff said of claims, with everything chosen on documents not learned from."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from classify.tagger import Tagger
from positions.catalog.catalog import load_catalog
from positions.matching.matcher import Matcher
from positions.relevance.claims import Claim, ClaimReader
from positions.relevance.labels import MARGINAL, RIGHT, WRONG, Read, read_labels, staff_verdicts
from positions.relevance.relevance import FILE
from text.spans import FIELDS
from text.tokens import fold_words

FOLDS, SEED = 10, 26
#: Inverse strength of the regularization.
STRENGTH = 1.0
#: How much a verdict teaches: the line between right and marginal is soft, and staff know best.
WEIGHTS = {RIGHT: 1.0, MARGINAL: 0.6, WRONG: 1.0}
STAFF_WEIGHT = 2.0
#: The floor is the lowest probability from which on this share of what is shown is right (of right and wrong).
PRECISION = 0.9
#: Titles with this share of their words in common are companions, and never on both sides of a fold.
ALIKE = 0.7
#: With fewer verdicts than this at hand nothing is learned: the texts of the documents have not been collected.
ENOUGH = 400


@dataclass(frozen=True)
class Judged:
    """A claim that the program makes, with the verdict on it. ``claim`` is None where the program makes none."""

    read: Read
    title: str
    position_id: str
    verdict: str
    claim: Claim | None

    @property
    def live(self) -> bool:
        """Whether the model is asked: claims outside the scope of their position are never shown."""
        return self.claim is not None and self.claim.refused is None


def judged(reads: Iterable[Read], corpus: Path) -> tuple[list[Judged], int]:
    """Every verdict with the claim that the program of today makes there, and how many documents are not in the corpus.

    Raises:
        sqlite3.Error: the corpus cannot be read.
    """
    tagger, matcher, reader = Tagger(), Matcher(), ClaimReader(load_catalog())
    reads = list(reads)
    # A position that is younger than the readings was not theirs to set: nobody has said that it is wrong.
    asked = {position for read in reads for position in (*read.verdicts, *read.positions)}
    found, lacking = [], 0
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for read in reads:
            row = db.execute("select id, title, abstract, text from documents where id = ?", [read.id]).fetchone()
            if row is None:
                lacking += 1
                continue
            ((_, tagging),) = tagger.tag_batch([row])
            fields = dict(zip(FIELDS, row[1:], strict=True))
            matches = matcher.match(fields, {tag.area for tag in tagging.areas if tag.tagged})
            claims = {claim.position_id: claim for claim in reader.read(read.id, fields, matches)}
            for position in sorted({*claims, *read.verdicts, *read.positions} & asked):
                if verdict := read.verdict(position):
                    found.append(Judged(read, row[1] or "", position, verdict, claims.get(position)))
    return found, lacking


def groups(titles: Sequence[str]) -> np.ndarray:
    """A number per title, equal for companions and for bills introduced again."""
    words = [frozenset(fold_words(re.sub(r"\d+", "", title))) for title in titles]
    alike = np.zeros((len(words), len(words)), bool)
    for n, mine in enumerate(words):
        alike[n] = [len(mine & other) >= ALIKE * max(1, len(mine | other)) for other in words]
    return connected_components(alike, directed=False)[1]


def folds(cases: Sequence[Judged]) -> np.ndarray:
    """The fold of each case; a document and its companions are in one."""
    titles = {case.read.id: case.title for case in cases}
    group = dict(zip(titles, groups(list(titles.values())), strict=True))
    drawn = np.random.default_rng(SEED).integers(0, FOLDS, max(group.values(), default=0) + 1)
    return np.array([drawn[group[case.read.id]] for case in cases], int)


def weight(case: Judged) -> float:
    return STAFF_WEIGHT if case.read.reader == "staff" else WEIGHTS[case.verdict]


class Learner:
    """A regression over the features of claims."""

    def __init__(self, cases: Sequence[Judged]) -> None:
        self.names = DictVectorizer(sparse=True)
        x = self.names.fit_transform([case.claim.features for case in cases if case.claim])
        y = np.array([case.verdict == RIGHT for case in cases])
        model = LogisticRegression(C=STRENGTH, max_iter=5_000)
        model.fit(x, y, sample_weight=[weight(case) for case in cases])
        self.weights, self.bias = model.coef_[0], float(model.intercept_[0])

    def logits(self, cases: Sequence[Judged]) -> np.ndarray:
        x = self.names.transform([case.claim.features for case in cases if case.claim])
        return np.asarray(x @ self.weights + self.bias)


def unseen_probabilities(cases: Sequence[Judged]) -> tuple[np.ndarray, tuple[float, float]]:
    """For each case the probability by a model that learned from other folds, and the line that calibrates logits."""
    fold = folds(cases)
    logits = np.zeros(len(cases))
    for number in range(FOLDS):
        if (test := fold == number).any():
            learner = Learner([case for case, held in zip(cases, test, strict=True) if not held])
            logits[test] = learner.logits([case for case, held in zip(cases, test, strict=True) if held])
    truth = np.array([case.verdict == RIGHT for case in cases])
    line = LogisticRegression(C=100.0).fit(logits[:, None], truth)
    slope, shift = float(line.coef_[0, 0]), float(line.intercept_[0])
    return 1 / (1 + np.exp(-(slope * logits + shift))), (slope, shift)


def choose_floor(cases: Sequence[Judged], likely: np.ndarray) -> float:
    """The lowest probability, in hundredths, from which on `PRECISION` of what is shown is right, of right and wrong."""
    verdicts = np.array([case.verdict for case in cases])
    for hundredths in range(20, 96):
        shown = Counter(verdicts[likely >= hundredths / 100])
        if shown[RIGHT] >= PRECISION * (shown[RIGHT] + shown[WRONG]):
            return hundredths / 100
    return 0.95


def train(cases: Sequence[Judged]) -> dict[str, Any]:
    """The model as it is stored: weights, bias and floor."""
    live = [case for case in cases if case.live]
    likely, (slope, shift) = unseen_probabilities(live)
    learner = Learner(live)
    weights = zip(learner.names.get_feature_names_out(), learner.weights, strict=True)
    return {
        "floor": choose_floor(live, likely),
        "bias": round(slope * learner.bias + shift, 4),
        "weights": {name: round(slope * float(value), 4) for name, value in weights},
    }


def main(corpus: Path, staff: Path, target: Path = FILE) -> int:
    """Train on the labels of the project and on what staff decided, and write the model; 1 where too few texts are there."""
    if not corpus.exists():
        print(f"{corpus} does not exist yet: the relevance model stays as it is", file=sys.stderr)
        return 1
    cases, lacking = judged([*read_labels(), *staff_verdicts(staff)], corpus)
    live = [case for case in cases if case.live]
    by_staff = sum(case.read.reader == "staff" for case in live)
    print(f"relevance: {len(live):,} claims to learn from, {by_staff:,} of them judged by staff")
    if lacking:
        print(f"{lacking:,} of the documents that readers judged have not been collected", file=sys.stderr)
    if len(live) < ENOUGH:
        print(f"fewer than {ENOUGH} claims: the relevance model stays as it is", file=sys.stderr)
        return 1
    target.write_text(json.dumps(train(cases), indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0
