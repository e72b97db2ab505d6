"""Families of bills that states copy from each other (bill_families.yml): what such an act does to which positions.

A family is recognized in one sentence of the title, of the opening of the summary, or of the opening of the text. It tells
what the whole document does, so its word goes before that of a single sentence (document_direction.py).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from positions.catalog.records import OPPOSITE
from positions.matching.provisions import AnalyzedField, Provision
from positions.matching.title_forms import read_title
from text.phrases import Pattern, PhraseIndex, pattern
from text.yaml_config import rules_of

_FILE = Path(__file__).with_name("bill_families.yml")
#: How many sentences of a field tell what the document is, at most, and within how many characters.
_OPENING = {"title": (3, 1_200), "abstract": (6, 1_500), "text": (4, 1_200)}
#: A sentence that says this forbids what an act of a family does: "may not require parental permission".
_LIFTED = tuple(
    map(
        pattern,
        (
            "may_not|shall_not|must_not|cannot require|prohibit|restrict|ban|bar|deny|remove|punish|penalize|withhold|limit",
            "prohibit*|forbid*|bars|prevent* .. from requiring|prohibiting|restricting|banning|removing|denying|punishing",
            "repeal*|delet*|remov*|eliminat*|lift* prohibition|restriction|ban|limitation against|on|of",
            "repeal*|delet*|remov*|eliminat*|lift* a|the|any|certain|all prohibition|restriction|ban|limitation against|on|of",
        ),
    )
)
#: A word of the title counts more than one of the summary, and that more than one of the text.
_WEIGHTS = {"title": 0.8, "abstract": 0.7, "text": 0.6}


@dataclass(frozen=True, kw_only=True)
class BillFamily:
    """``does`` gives the side that ALA would take by each position; ``repeal``: acts that undo it do the opposite."""

    id: str
    says: str
    does: Mapping[str, str]
    example: str
    any: tuple[Pattern, ...]
    near: tuple[Pattern, ...] = ()
    context: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    without: tuple[Pattern, ...] = ()
    over: frozenset[str] = frozenset()
    known: tuple[str, ...] = ()
    repeal: bool = False
    title: bool = False
    adds: bool = True


@dataclass(frozen=True, slots=True)
class FamilyClaim:
    """What a family says of one position: a stance, how much it weighs (0 to 1), and the sentence that shows the family."""

    position_id: str
    stance: str
    weight: float
    provision: Provision
    family: BillFamily


@cache
def bill_families(path: Path = _FILE) -> tuple[BillFamily, ...]:
    """The families of the file, in its order."""
    with rules_of(path) as raw:
        return tuple(_family(row) for row in raw)


def _family(row: dict[str, Any]) -> BillFamily:
    patterns = {key: tuple(map(pattern, row.get(key, ()))) for key in ("any", "near", "context", "unless", "without")}
    return BillFamily(
        **{**row, **patterns, "over": frozenset(row.get("over", ())), "known": tuple(row.get("known", ()))}
    )


@cache
def _index() -> PhraseIndex:
    return PhraseIndex((item, number) for number, family in enumerate(bill_families()) for item in family.any)


def recognized(document: Sequence[AnalyzedField]) -> list[FamilyClaim]:
    """What the families found in a document say, the surest first; families that a more exact one covers are left out."""
    found: dict[str, tuple[BillFamily, float, AnalyzedField, int, int]] = {}
    for field in document:
        for family, which, sign in _in_field(field, document):
            weight = _WEIGHTS[field.field]
            if family.id not in found or weight > found[family.id][1]:
                found[family.id] = (family, weight, field, which, sign)
    covered = {other for family, *_ in found.values() for other in family.over}
    return sorted(
        (
            FamilyClaim(position, _stance(stance, sign), weight, field.provision(which), family)
            for key, (family, weight, field, which, sign) in found.items()
            if key not in covered
            for position, stance in family.does.items()
        ),
        key=lambda claim: -claim.weight,
    )


def _stance(stance: str, sign: int) -> str:
    return {1: stance, 0: "watch", -1: OPPOSITE[stance]}[sign]


def _in_field(field: AnalyzedField, document: Sequence[AnalyzedField]) -> Iterable[tuple[BillFamily, int, int]]:
    most, longest = _OPENING[field.field]
    opening = field.words[: bisect_left(field.tokens.starts, longest)]
    tried: set[tuple[int, int]] = set()
    for at, item, number in _index().candidates(opening):
        family = bill_families()[number]
        if family.title and field.field != "title":
            continue
        which = field.sentence_at(at)
        if not 0 <= which < most or (which, number) in tried:
            continue
        if (phrase := item.find(field.words, at, field.bounds[which][1])) is None:
            continue
        tried.add((which, number))
        if not field.is_boilerplate(which) and _admits(family, field, which, document):
            yield family, which, _sign(family, field, which, phrase)


def _sign(family: BillFamily, field: AnalyzedField, which: int, phrase: tuple[int, ...]) -> int:
    """1 where the document is of the family, -1 where it undoes such an act, 0 where its title only changes or studies one."""
    if "oppose" in family.does.values() and any(field.has(item, which) for item in _LIFTED):
        return -1
    if field.field != "title":
        return 1
    by_form = read_title(field.text, field.tokens.starts[phrase[0]], field.tokens.ends[phrase[-1]])
    if by_form is None or (by_form.sign < 0 and not family.repeal):
        return 1
    return by_form.sign


def _admits(family: BillFamily, field: AnalyzedField, which: int, document: Sequence[AnalyzedField]) -> bool:
    if any(field.has(item, which) for item in family.unless):
        return False
    if family.near and not any(field.has(item, which) for item in family.near):
        return False
    heads = [each for each in document if each.field != "text"]
    if any(each.has_anywhere(item) for each in heads for item in family.without):
        return False
    return not family.context or any(each.has_anywhere(item) for each in heads for item in family.context)
