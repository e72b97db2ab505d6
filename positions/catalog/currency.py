"""What of the catalog somebody should look at again: reviews that are due, weak sources, newer instruments."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from positions.catalog.briefs import Brief
from positions.catalog.catalog import Catalog
from positions.catalog.records import Position

#: Why a position is named -> what to do about it, in the order of the report.
REASONS = {
    "unlisted": "Not shown: no source for it has been read",
    "overdue": "Past its review date: read the source again",
    "no_passage": "No passage: nobody has quoted the source",
    "one_letter": "Rests on one letter, brief, or statement",
    "replaced": "A later instrument may have replaced its source",
    "unapproved": "Nobody has approved the statement",
    "brief": "The brief lacks a part: no source for it has been read",
}


@dataclass(frozen=True)
class Remark:
    """One reason (of `REASONS`) to look at a position again; ``words`` say which date or instrument it is about."""

    reason: str
    position_id: str
    words: str


def currency(catalog: Catalog, today: datetime.date, briefs: Mapping[str, Brief] | None = None) -> list[Remark]:
    """Every remark, by reason and then in the order of the catalog; on ``briefs`` where they are given."""
    everything = [*catalog.positions, *catalog.unlisted]
    found = [remark for position in everything for remark in _remarks(position, today)]
    if briefs is not None:
        lacking = {each.id: ", ".join(briefs.get(each.id, Brief()).lacks) for each in catalog.positions}
        found += [Remark("brief", key, words) for key, words in lacking.items() if words]
    return sorted(found, key=lambda remark: list(REASONS).index(remark.reason))


def drawn(catalog: Catalog, number: int, seed: int) -> list[Position]:
    """So many positions that have a passage, at random; the same seed draws the same ones."""
    quoted = sorted((each for each in catalog.positions if each.authority.passage), key=lambda each: each.id)
    return random.Random(seed).sample(quoted, min(number, len(quoted)))


def _remarks(position: Position, today: datetime.date) -> Iterator[Remark]:
    rests_on = position.authority
    if not position.listed:
        yield Remark("unlisted", position.id, position.title)
        return
    if rests_on.review_by and rests_on.review_by < today.isoformat():
        yield Remark("overdue", position.id, rests_on.review_by)
    if not rests_on.passage:
        yield Remark("no_passage", position.id, rests_on.document)
    if rests_on.grade == "practice" and len(position.versions) == 1:
        yield Remark("one_letter", position.id, rests_on.document)
    if later := _later(position):
        yield Remark("replaced", position.id, later)
    if not rests_on.approved_by:
        yield Remark("unapproved", position.id, rests_on.document)


def _later(position: Position) -> str | None:
    """The instrument that is named as the successor, or one that stands below and that nobody has quoted yet."""
    rests_on = position.authority
    if rests_on.successor:
        return rests_on.successor
    below = position.versions[position.versions.index(rests_on) + 1 :]
    return next((version.document for version in below if not version.passage), None)
