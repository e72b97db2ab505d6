"""How well two readers agree on what provisions touch, and how well the matcher agrees with both."""

from __future__ import annotations

import json
import math
import random
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from positions.evaluation.labels import (
    FILE,
    FINAL,
    FRESH,
    SIDES,
    BadLabels,
    Label,
    Labeled,
    Labels,
    read_gold,
    text_hash,
)
from positions.matching.matcher import Match, Matcher
from positions.matching.provisions import Provision
from positions.matching.similar_positions import nearest
from text.spans import FIELDS, Span

#: Among how many positions the right one must stand.
PLACES = 3
#: One of so many matches counts as most confident.
CONFIDENT = 10
Answers = Sequence[Sequence[Match]]


@dataclass(frozen=True)
class Share:
    hits: int
    n: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of Wilson, which holds for small numbers, too; everything is possible where n is 0."""
        if not self.n:
            return 0.0, 1.0
        z, p = 1.96, self.hits / self.n
        middle, scale = p + z * z / (2 * self.n), 1 + z * z / self.n
        reach = z * math.sqrt(p * (1 - p) / self.n + z * z / (4 * self.n * self.n))
        return round(max(0.0, middle - reach) / scale, 3), round(min(scale, middle + reach) / scale, 3)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.n}" + (f" ({self.hits / self.n:.0%}, {low:.0%} to {high:.0%})" if self.n else "")


@dataclass(frozen=True)
class Agreement:
    """Between two readers. ``f1`` is over pairs of provision and position; ``same_side`` and ``same_direction`` are over
    the pairs both name; ``kappa`` is Cohen's, on whether a provision touches any position.
    """

    n: int
    f1: float
    same_side: Share
    same_direction: Share
    kappa: float


def agreement(provisions: Sequence[Labeled]) -> Agreement:
    pairs_a, pairs_b = (
        {(i, label.position): label.direction for i, labels in enumerate(read) for label in labels}
        for read in ([p.labels_a for p in provisions], [p.labels_b for p in provisions])
    )
    both = [(pairs_a[pair], pairs_b[pair]) for pair in pairs_a if pair in pairs_b]
    named = len(pairs_a) + len(pairs_b)
    return Agreement(
        n=len(provisions),
        f1=round(2 * len(both) / named, 3) if named else 1.0,
        same_side=Share(sum(_side(a) == _side(b) for a, b in both), len(both)),
        same_direction=Share(sum(a == b for a, b in both), len(both)),
        kappa=_kappa([(bool(p.labels_a), bool(p.labels_b)) for p in provisions]),
    )


def _kappa(pairs: Sequence[tuple[bool, bool]]) -> float:
    """Cohen's kappa: 1 where both always say the same, 0 where they agree as often as by chance."""
    if not pairs:
        return 1.0
    n = len(pairs)
    a, b = sum(one for one, _ in pairs) / n, sum(other for _, other in pairs) / n
    by_chance = a * b + (1 - a) * (1 - b)
    seen = sum(one == other for one, other in pairs) / n
    return round((seen - by_chance) / (1 - by_chance), 3) if by_chance < 1 else 1.0


@dataclass(frozen=True)
class Miss:
    """What the readers say and what the matcher says; ``what`` is ``position``, ``direction`` or ``nothing to find``."""

    what: str
    provision: Labeled
    given: tuple[Label, ...]


@dataclass(frozen=True)
class Score:
    """The matcher against what two readers agree on. Provisions on which they share nothing are left out (``open``).

    ``position``: an agreed one among the first three, of the provisions that touch one; ``first``: it is the first.
    ``silent``: no match, of the provisions that touch none. ``direction``: the right side, of those in ``position`` on
    whose side the readers agree; ``unclear`` of them are ``watch`` where the readers see a side. ``opposite``: the other
    side than the readers', of the tenth of all matches with the highest scores (and what ties with its last);
    ``unfounded``: a position on which they do not agree, of the same.
    """

    open: int
    position: Share
    first: Share
    silent: Share
    direction: Share
    unclear: Share
    opposite: Share
    unfounded: Share
    misses: tuple[Miss, ...]


def score(provisions: Sequence[Labeled], answers: Answers) -> Score:
    """``answers`` holds the matches in each provision, best first."""
    read = [(p, p.agreed, list(found)) for p, found in zip(provisions, answers, strict=True) if p.agreed is not None]
    touched = [(p, agreed, _ranked(found)) for p, agreed, found in read if agreed]
    quiet = [(p, _ranked(found)) for p, agreed, found in read if not agreed]
    hits = [(p, pair) for p, agreed, ranked in touched if (pair := _hit(agreed, ranked))]
    sided = [(p, want, got) for p, (want, got) in hits if want.direction is not None]
    right = [_side(want.direction) == _side(got.direction) for _, want, got in sided]
    vague = sum(_side(got.direction) == 0 != _side(want.direction) for _, want, got in sided)
    opposite, unfounded = _confident([(agreed, match) for _, agreed, found in read for match in found])
    misses = [Miss("position", p, tuple(ranked)) for p, agreed, ranked in touched if not _hit(agreed, ranked)]
    misses += [Miss("direction", p, (got,)) for (p, _, got), ok in zip(sided, right, strict=True) if not ok]
    misses += [Miss("nothing to find", p, tuple(ranked)) for p, ranked in quiet if ranked]
    return Score(
        open=len(provisions) - len(read),
        position=Share(len(hits), len(touched)),
        first=Share(sum(bool(_hit(agreed, ranked[:1])) for _, agreed, ranked in touched), len(touched)),
        silent=Share(sum(not ranked for _, ranked in quiet), len(quiet)),
        direction=Share(sum(right), len(sided)),
        unclear=Share(vague, len(sided)),
        opposite=opposite,
        unfounded=unfounded,
        misses=tuple(misses),
    )


@dataclass(frozen=True)
class Spread:
    """How far a figure may be off: the 95 % interval over provisions drawn again and again, as many as there are."""

    position: tuple[float, float]
    direction: tuple[float, float]


def bootstrap(provisions: Sequence[Labeled], answers: Answers, rounds: int, seed: int = 1) -> Spread:
    """Draws the provisions ``rounds`` times with replacement; the same seed gives the same intervals."""
    rng, pairs = random.Random(seed), list(zip(provisions, answers, strict=True))
    drawn = []
    for _ in range(rounds):
        again = rng.choices(pairs, k=len(pairs)) if pairs else []
        drawn.append(score([provision for provision, _ in again], [found for _, found in again]))
    return Spread(*(_middle([getattr(each, name) for each in drawn]) for name in ("position", "direction")))


def _middle(shares: Sequence[Share]) -> tuple[float, float]:
    """From where to where 95 % of the shares lie; everything is possible without any."""
    values = sorted(share.hits / share.n for share in shares if share.n)
    if not values:
        return 0.0, 1.0
    return round(values[int(0.025 * len(values))], 3), round(values[min(len(values) - 1, int(0.975 * len(values)))], 3)


def _ranked(found: Iterable[Match]) -> list[Label]:
    """Each position once, with the stance of its best match."""
    best: dict[str, str] = {}
    for match in found:
        best.setdefault(match.position_id, match.stance)
    return [Label(position, stance) for position, stance in best.items()]


def _hit(agreed: Labels, ranked: Sequence[Label]) -> tuple[Label, Label] | None:
    """The best-ranked match on an agreed position, with what the readers say of it."""
    wanted = {label.position: label for label in agreed}
    return next(((wanted[got.position], got) for got in ranked[:PLACES] if got.position in wanted), None)


def _confident(matches: Sequence[tuple[Labels, Match]]) -> tuple[Share, Share]:
    ordered = sorted(matches, key=lambda pair: -pair[1].score)
    least = ordered[math.ceil(len(ordered) / CONFIDENT) - 1][1].score if ordered else 0.0
    top = [(match, {label.position: label for label in agreed}) for agreed, match in ordered if match.score >= least]
    pairs = [(match, wanted.get(match.position_id)) for match, wanted in top]
    against = sum(bool(want) and _side(match.stance) * _side(want.direction) < 0 for match, want in pairs if want)
    return Share(against, len(top)), Share(sum(want is None for _, want in pairs), len(top))


def _side(direction: str | None) -> int:
    return SIDES[direction] if direction else 0


def answer(
    provisions: Iterable[Labeled], corpora: Sequence[Path], fill: bool = False
) -> tuple[list[Labeled], list[list[Match]]]:
    """The provisions that a corpus.db holds to the letter, and the matches in each; the others are left out.

    ``fill``: the nearest in words follow where fewer than three positions are found.

    Raises:
        sqlite3.Error: a corpus cannot be read.
    """
    matcher, found, answers = Matcher(), [], []
    for provision in provisions:
        for path in corpora:
            if fields := _fields(path, provision):
                found.append(provision)
                within = Span(provision.field, provision.start, provision.end)
                matches = matcher.match(fields, provision.areas, within)
                if fill:
                    words = (fields[provision.field] or "")[provision.start : provision.end]
                    whole = Provision(provision.field, provision.start, provision.end, words)
                    matches = nearest().fill(matches, whole, fields["title"], provision.areas)
                answers.append(list(matches))
                break
    return found, answers


def _fields(path: Path, provision: Labeled) -> dict[str, str | None] | None:
    """The texts of the document; None where it is not there, or no longer says the same in that place."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        row = db.execute("select title, abstract, text from documents where id = ?", [provision.id]).fetchone()
    fields = dict(zip(FIELDS, row, strict=True)) if row else {}
    words = (fields.get(provision.field) or "")[provision.start : provision.end]
    return fields if words and text_hash(words) == provision.text_hash else None


def main(
    corpora: Sequence[Path],
    split: str,
    with_misses: bool,
    as_json: bool,
    out: TextIO | None = None,
    gold: Path | None = None,
    rounds: int = 0,
) -> int:
    """Print agreement and scores of one split; 1 when provisions are lacking in ``corpora``, 2 without labels.

    ``rounds`` asks for intervals by drawing again, so many times.
    """
    out = out or sys.stdout
    try:
        file = gold or {"fresh": FRESH, "final": FINAL}.get(split, FILE)
        provisions = [each for each in read_gold(file) if each.split == split]
    except BadLabels as error:
        print(f"infopolicy positions evaluate: {error}", file=sys.stderr)
        return 2
    found, answers = answer(provisions, corpora)
    readers, scores = agreement(provisions), score(found, answers)
    filled = score(*answer(provisions, corpora, fill=True))
    spread = bootstrap(found, answers, rounds) if rounds else None
    if as_json:
        figures: dict[str, Agreement | Score] = {"agreement": readers, "score": scores, "filled": filled}
        told = {"split": split, "found": len(found)} | {name: asdict(each) for name, each in figures.items()}
        json.dump(told | ({"bootstrap": asdict(spread)} if spread else {}), out)
        out.write("\n")
    else:
        out.write("\n".join(_report(readers, scores, filled, with_misses, spread)) + "\n")
    if lacking := len(provisions) - len(found):
        print(f"{lacking} of {len(provisions)} provisions are not in {', '.join(map(str, corpora))}", file=sys.stderr)
    return int(bool(lacking))


def _report(readers: Agreement, scores: Score, filled: Score, misses: bool, spread: Spread | None) -> list[str]:
    lines = [
        f"two readers, {readers.n} provisions",
        f"  positions, F1        {readers.f1}",
        f"  touched or not, κ    {readers.kappa}",
        f"  same side            {readers.same_side}",
        f"  same direction       {readers.same_direction}",
        f"matcher, without the {scores.open} on which the readers share nothing",
        f"  in the first {PLACES}       {scores.position}",
        f"  in the first place   {scores.first}",
        f"  right direction      {scores.direction}, unclear {scores.unclear.hits}",
        f"  silent on others     {scores.silent}",
        f"filled up to {PLACES} with the nearest in words",
        f"  in the first {PLACES}       {filled.position}",
        f"  right direction      {filled.direction}, unclear {filled.unclear.hits}",
        f"most confident tenth, {scores.opposite.n} matches",
        f"  opposite             {scores.opposite}",
        f"  no such position     {scores.unfounded}",
    ]
    if spread:
        low, high = spread.position
        lines.append(
            f"drawn again: in the first {PLACES} {low:.0%} to {high:.0%}, right direction "
            f"{spread.direction[0]:.0%} to {spread.direction[1]:.0%}"
        )
    return lines + [_told(miss) for miss in scores.misses if misses]


def _told(miss: Miss) -> str:
    def said(labels: Iterable[Label]) -> str:
        return ", ".join(f"{label.position} {label.direction or 'side open'}" for label in labels) or "none"

    place = f"{miss.provision.id} {miss.provision.field} {miss.provision.start}-{miss.provision.end}"
    return f"{miss.what}: {place}: readers {said(miss.provision.agreed or ())}; matcher {said(miss.given)}"
