"""How good the shown matches are: against readers who said of whole documents what belongs beside them.

Every figure is of documents that the model behind it did not learn from: the labels are split by document, with companions
on one side, and each part is judged by a model of the other parts.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from positions.evaluation.evaluate import Share
from positions.relevance.labels import FILE, MARGINAL, RIGHT, WRONG, BadLabels, read_labels
from positions.relevance.relevance import WITH_STATE_TEXT, floor_of, load_model
from positions.relevance.training import Judged, judged, unseen_probabilities

#: Positions with fewer verdicts than this are not listed by themselves.
CLAIMS = 5
#: How many errors are listed, the most confident first.
WORST = 10


@dataclass(frozen=True)
class Shown:
    """What is shown at a floor. ``precision`` is right of right and wrong, ``strict`` right of everything shown; ``recall`` of
    the claims that readers called right, ``set_recall`` of the positions that they set before they saw any claim."""

    floor: float
    verdicts: dict[str, int]
    precision: Share
    strict: Share
    recall: Share
    set_recall: Share

    def as_json(self) -> dict[str, Any]:
        shares = {name: getattr(self, name) for name in ("precision", "strict", "recall", "set_recall")}
        told = {name: {"hits": each.hits, "n": each.n, "interval": each.interval} for name, each in shares.items()}
        return {"floor": self.floor, "verdicts": self.verdicts, **told}


Cases = Sequence[tuple[Judged, float]]


def shown_at(cases: Cases, floor: float) -> Shown:
    """Count the claims that are shown where ``floor`` is the one in force."""
    shown = [(case, likely >= floor_of(case.claim, floor)) for case, likely in cases]
    count = Counter(case.verdict for case, yes in shown if yes)
    verdicts = {verdict: count[verdict] for verdict in (RIGHT, MARGINAL, WRONG)}
    right = [yes for case, yes in shown if case.read.verdicts.get(case.position_id) == RIGHT]
    given = [yes for case, yes in shown if case.position_id in case.read.positions]
    return Shown(
        floor,
        verdicts,
        Share(verdicts[RIGHT], verdicts[RIGHT] + verdicts[WRONG]),
        Share(verdicts[RIGHT], sum(verdicts.values())),
        Share(sum(right), len(right)),
        Share(sum(given), len(given)),
    )


def unseen(corpus: Path, labels: Sequence[Path]) -> tuple[Cases, int]:
    """Every verdict of the files with the probability that an unseen claim would get, and how many documents are lacking.

    The first file is what is learned from; documents that only the others hold are predicted from it alone.

    Raises:
        BadLabels: a file cannot be used.
        sqlite3.Error: the corpus cannot be read.
    """
    reads = {(read.id, read.reader): read for path in labels for read in read_labels(path)}
    cases, lacking = judged(reads.values(), corpus)
    live = [case for case in cases if case.live]
    likely = iter(unseen_probabilities(live)[0] if live else np.zeros(0))
    return [(case, float(next(likely)) if case.live else 0.0) for case in cases], lacking


def main(corpus: Path, asked: Path | None, as_json: bool, out: TextIO | None = None) -> int:
    """Print the figures for the documents of ``asked`` (all labels of the project without it); 1 where some are lacking."""
    out = out or sys.stdout
    try:
        wanted = {(read.id, read.reader) for read in read_labels(asked or FILE)}
        cases, lacking = unseen(corpus, [FILE, asked] if asked else [FILE])
    except BadLabels as error:
        print(f"infopolicy positions evaluate: {error}", file=sys.stderr)
        return 2
    cases = [(case, likely) for case, likely in cases if (case.read.id, case.read.reader) in wanted]
    if as_json:
        json.dump(report(cases), out, indent=1)
        out.write("\n")
    else:
        out.write("\n".join(_lines(cases)) + "\n")
    if lacking:
        print(f"{lacking} documents are not in {corpus}", file=sys.stderr)
    return int(bool(lacking))


def report(cases: Cases) -> dict[str, Any]:
    """The figures as the page of accuracy shows them."""
    floor = load_model().floor
    return {
        "documents": len({case.read.id for case, _ in cases}),
        "shown": shown_at(cases, floor).as_json() | {"floor_of_state_texts": WITH_STATE_TEXT},
        "positions": {position: shown_at(own, floor).as_json() for position, own in _by_position(cases)},
    }


def _by_position(cases: Cases) -> list[tuple[str, Cases]]:
    found: dict[str, list[tuple[Judged, float]]] = {}
    for case, likely in cases:
        found.setdefault(case.position_id, []).append((case, likely))
    return sorted(((key, own) for key, own in found.items() if len(own) >= CLAIMS), key=lambda pair: -len(pair[1]))


def _lines(cases: Cases) -> list[str]:
    floor = load_model().floor
    lines = [f"{len({case.read.id for case, _ in cases})} documents, {len(cases)} verdicts, by folds"]
    lines += [f"floor {floor:.2f}, the one in force", *_told(shown_at(cases, floor))]
    for other in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        shown = shown_at(cases, other)
        lines.append(f"floor {other:.2f}: precision {shown.precision}; recall {shown.recall}")
    for position, own in _by_position(cases):
        shown = shown_at(own, floor)
        lines.append(f"{position:<26}{shown.verdicts}  precision {shown.precision}; recall {shown.recall}")
    shown_now = [likely >= floor_of(case.claim, floor) for case, likely in cases]
    errors = [each for each, yes in zip(cases, shown_now, strict=True) if yes and each[0].verdict == WRONG]
    missed = [each for each, yes in zip(cases, shown_now, strict=True) if not yes and each[0].verdict == RIGHT]
    lines.append("worst errors: wrong, and shown")
    lines += _first(_case(*each) for each in sorted(errors, key=lambda each: -each[1]))
    lines.append("worst misses: right, and not shown")
    lines += _first(_case(*each) for each in sorted(missed, key=lambda each: each[1]))
    return lines


def _first(lines: Iterable[str]) -> list[str]:
    """The first ones, each error once however many readers called it so."""
    return list(dict.fromkeys(lines))[:WORST]


def _told(shown: Shown) -> list[str]:
    return [
        f"  shown                {', '.join(f'{n} {verdict}' for verdict, n in shown.verdicts.items())}",
        f"  precision            {shown.precision}",
        f"  right of all shown   {shown.strict}",
        f"  recall, right claims {shown.recall}",
        f"  recall, as set       {shown.set_recall}",
    ]


def _case(case: Judged, likely: float) -> str:
    why = "no claim" if case.claim is None else case.claim.refused or "below the floor"
    return f"  {likely:.2f} {case.read.id} {case.position_id}" + (f" ({why})" if case.verdict == RIGHT else "")
