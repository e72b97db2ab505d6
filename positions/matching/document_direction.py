"""Which way a whole document goes, from the sentences that touch a position, the families it belongs to, and each other.

Would ALA, by that position, support or oppose what the document does? A sentence is read by itself (direction.py). This
puts the sentences together: a family of bills goes before single sentences; what concerns one cause (the freedom to read)
goes one way in one document; and where a document helps one position and harms another, the less sure side becomes
``watch`` and both are flagged for staff. A confident opposite is the worst error, so doubt ends in ``watch``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from positions.matching.bill_families import FamilyClaim
from positions.matching.matches import Match
from text.yaml_config import rules_of

_SIDES = {"support": 1, "support_if_amended": 1, "oppose": -1, "oppose_unless_amended": -1}
#: A side whose best score is less than this part of the other's is the less sure one; closer ones are both left open.
_CLEARLY = 0.75
#: What a sentence in running text counts beside one of the title or the summary.
_PASSING = 0.6
#: What a position that is often named in passing counts in a document that points both ways.
_NAMED = 0.7
_FILE = Path(__file__).with_name("causes.yml")


@cache
def causes(path: Path = _FILE) -> tuple[tuple[frozenset[str], ...], frozenset[str]]:
    """The causes, and the positions that are often named in passing."""
    with rules_of(path) as raw:
        return tuple(map(frozenset, raw["causes"])), frozenset(raw["named_in_passing"])


def settled(found: Iterable[Match], claims: Sequence[FamilyClaim]) -> tuple[Match, ...]:
    """One match for each position, with the side the whole document takes; best first.

    ``found`` are the matches of its sentences, ``claims`` what its families say. A match with ``conflicts_with`` is
    flagged: other positions (or its own) point the other way.
    """
    by_position: dict[str, list[Match]] = {}
    for match in found:
        by_position.setdefault(match.position_id, []).append(match)
    said: dict[str, list[FamilyClaim]] = {}
    for claim in claims:
        if claim.position_id in by_position or (claim.family.adds and claim.stance != "watch"):
            said.setdefault(claim.position_id, []).append(claim)
    matches = [_one(by_position.get(key, []), said.get(key, [])) for key in {**by_position, **said}]
    matches = _contradicted(_by_cause(matches, said), said.keys())
    return tuple(sorted(matches, key=lambda match: -match.score))


def _one(matches: list[Match], claims: list[FamilyClaim]) -> Match:
    """The match of one position: as its families say, else as its sentences say."""
    if claims:
        return _claimed(matches, claims)
    best = max(matches, key=_weight)
    if not (other := [match for match in matches if _side(match) * _side(best) < 0]):
        return best
    if max(map(_weight, other)) < _CLEARLY * _weight(best):
        return best
    return _open(best, "its sentences point both ways", (best.position_id,))


def _claimed(matches: list[Match], claims: list[FamilyClaim]) -> Match:
    first = claims[0]
    stances = {claim.stance for claim in claims if claim.stance != "watch"}
    stance = stances.pop() if len(stances) == 1 else "watch"
    if len({claim.stance for claim in claims if claim.weight == first.weight}) > 1:
        stance = "watch"
    agreeing = [match for match in matches if match.stance == stance]
    best = max(agreeing or matches, key=lambda match: match.score, default=None)
    score = max(first.weight, best.score if best else 0.0)
    if agreeing and best:
        return replace(best, score=score)
    reason = f"{first.family.says}: {stance}, {first.position_id}"
    return Match(first.position_id, stance, score, first.provision, reason, best.trigger if best else "")


def _by_cause(matches: list[Match], said: dict[str, list[FamilyClaim]]) -> list[Match]:
    """What a family says of one position of a cause holds for the others that their sentences leave open or turn round."""
    for cause in causes()[0]:
        sides = {_side(match) for match in matches if match.position_id in cause & said.keys()} - {0}
        if len(sides) != 1:
            continue
        side = sides.pop()
        matches = [
            _with_cause(match, side) if match.position_id in cause and match.position_id not in said else match
            for match in matches
        ]
    return matches


def _with_cause(match: Match, side: int) -> Match:
    if _side(match) == side:
        return match
    stance = "support" if side > 0 else "oppose"
    says = _says(match)
    reason = f"{says}, as the whole document does: {stance}, {match.position_id}"
    return replace(match, stance=stance, reason=reason, conflicts_with=())


def _says(match: Match) -> str:
    """The words of the trigger or the family, without what was said of the direction."""
    says = match.reason.rpartition(": ")[0]
    return says.rpartition(": ")[2] if says.startswith("touches, ") else says


def _contradicted(matches: list[Match], claimed: Collection[str]) -> list[Match]:
    """Two positions that point in opposite ways: the less sure side becomes ``watch``, and all are flagged."""
    sides: dict[int, list[Match]] = {1: [], -1: []}
    for match in matches:
        if _side(match):
            sides[_side(match)].append(match)
    if not all(sides.values()):
        return matches
    sure = {side: max(_sureness(match, claimed) for match in group) for side, group in sides.items()}
    return [
        _flagged(match, sides[-_side(match)], sure[_side(match)] <= sure[-_side(match)]) if _side(match) else match
        for match in matches
    ]


def _sureness(match: Match, claimed: Collection[str]) -> float:
    """What a family says goes before what sentences say; what documents often name in passing comes last."""
    weight = _weight(match) * (_NAMED if match.position_id in causes()[1] else 1.0)
    return weight + (match.position_id in claimed)


def _flagged(match: Match, against: list[Match], weaker: bool) -> Match:
    others = tuple(sorted(other.position_id for other in against))
    if weaker:
        return _open(match, "other words of the document point the other way", others)
    says, _, rest = match.reason.rpartition(": ")
    return replace(match, reason=f"{says}; {', '.join(others)} the other way: {rest}", conflicts_with=others)


def _open(match: Match, why: str, others: tuple[str, ...]) -> Match:
    says = _says(match)
    reason = f"touches, {why} ({', '.join(others)}): {says}: watch, {match.position_id}"
    return replace(match, stance="watch", reason=reason, conflicts_with=others)


def _weight(match: Match) -> float:
    return match.score * (_PASSING if match.provision.field == "text" else 1.0)


def _side(match: Match) -> int:
    return _SIDES.get(match.stance, 0)
