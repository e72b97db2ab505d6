"""What a bill does to a position, in one sentence: the family it is recognized as (positions/matching/bill_families.yml).

A family is told by the title or the official summary. What nobody can say with such certainty is not said: the line then
only names the position.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import TypedDict

from positions.matching.bill_families import bill_families, recognized
from positions.matching.provisions import AnalyzedField


class Effect(TypedDict):
    """`family` names what such a bill does; `undoes` says that this one repeals or bars that."""

    family: str
    undoes: bool
    position: str


def effect(title: str, abstract: str | None, positions: Collection[str]) -> Effect | None:
    """The surest thing that a family says of one of the positions shown beside a document; None where it takes no side."""
    if not positions:
        return None
    fields = [AnalyzedField(name, text) for name, text in (("title", title), ("abstract", abstract or "")) if text]
    for claim in recognized(fields):
        does = claim.family.does[claim.position_id]
        if claim.position_id in positions and "watch" not in (claim.stance, does):
            return {"family": claim.family.id, "undoes": claim.stance != does, "position": claim.position_id}
    return None


@cache
def says() -> dict[str, str]:
    """Family that takes a side -> what its bills do, as the rest of a sentence: "keeps library records private"."""
    return {family.id: family.says for family in bill_families() if set(family.does.values()) != {"watch"}}
