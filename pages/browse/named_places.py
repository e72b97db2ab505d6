"""How a search read the names of places among its words, the addresses that take it back, and what is missing of these places."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, replace

from pages.browse import facets
from pages.browse.asked import Search
from pages.browse.filters import Filters
from pages.http import formatting
from pages.places.collected import Lack, lack

#: Of so many places a search says what is missing.
MOST_LACKS = 3


@dataclass(frozen=True)
class ReadPlaces:
    """How the places in the words of a search were read: the addresses that take it back.

    ``first``: their documents come first. ``alone``: no words besides the places were looked for, and with
    ``nothing_else`` no issue or sponsor either. ``elsewhere``: few documents of them
    have the words, and those of other places are listed, too.
    """

    #: Their keys and names: each has a page.
    pages: list[tuple[str, str]]
    #: How many of the documents found are theirs.
    held: int
    first: bool
    alone: bool
    nothing_else: bool
    elsewhere: bool
    only: str
    as_words: str


def lacks(db: sqlite3.Connection, filters: Filters, asked: Search, today: datetime.date) -> list[Lack]:
    places = [asked.within] if asked.within else asked.places or filters.values("jurisdiction")
    return [found for place in places[:MOST_LACKS] if (found := lack(db, place, today))]


def read(db: sqlite3.Connection, filters: Filters, asked: Search, counts: facets.Counts | None) -> ReadPlaces | None:
    """How the places in the words were read; None where there are none, or the filter of places says it by itself."""
    if not asked.named_places or set(filters.values("jurisdiction")) == set(asked.places):
        return None
    return ReadPlaces(
        pages=[(place, formatting.place(place)) for place in asked.places],
        held=facets.count(db, replace(filters, jurisdiction=",".join(asked.places)), counts),
        first=not filters.jurisdiction and filters.sort != "latest",
        alone=not asked.expression,
        nothing_else=asked.only_places,
        elsewhere=not asked.only_place,
        only=filters.address(q=asked.without_places, jurisdiction=",".join(asked.places)),
        as_words=filters.address(q=asked.places_as_words),
    )
