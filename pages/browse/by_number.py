"""What a search page says of the number of a document that was typed: which bear it, and what of it is not collected."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field

from pages.browse import numbers, search
from pages.http import formatting
from pages.places.collected import left_out_lately

#: So many documents with one number are counted: more than there are states.
MANY = 200


@dataclass(frozen=True)
class ByNumber:
    """``ids`` are of the documents with the number, the best first; ``typed`` the number, as to say it."""

    ids: list[str] = field(default_factory=list)
    typed: str = ""
    #: Whether nothing but the number was typed.
    alone: bool = False
    #: Whether it was typed among other words, and those words, if they say what else is asked for: the list is about them.
    among: bool = False
    besides: str | None = None
    #: The Congress that sits, where its bill of this number is not stored: those by the number are others.
    other_congress: str | None = None
    #: The year that was typed with the number of a state's bill, where those by the number are all of other years.
    other_year: str | None = None
    #: The state of the number that was asked for, by its name, and its late sessions of which no bill is stored.
    place: str | None = None
    sessions_left_out: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> bool:
        """Whether the number of a document was typed, and none with it is stored."""
        return not self.ids and (self.alone or self.among)

    @property
    def of_others(self) -> bool:
        """Whether those with the number are of another Congress or year than the one that was asked for."""
        return bool(self.other_congress or self.other_year)

    @property
    def more(self) -> int:
        """How many documents with the number are not among those shown."""
        return max(0, len(self.ids) - numbers.MOST)


def read(db: sqlite3.Connection, query: str, places: numbers.Places, today: datetime.date) -> ByNumber:
    """The number in a query, looked up in the chosen places; without one nothing but the query, as ``typed``."""
    among = numbers.among(query)
    number = among.to_find if among else query
    ids = numbers.find_number(db, number, places, most=MANY)
    place = numbers.place_of(db, number, ids)
    return ByNumber(
        ids=ids,
        typed=among.to_say if among else query,
        alone=numbers.is_number(query),
        among=among is not None,
        # No text has the number of its own bill, so the list is about the other words.
        besides=(among.besides or None) if among and not search.parse(among.besides).only_places else None,
        other_congress=numbers.other_congress(db, number, ids, today.isoformat()),
        other_year=numbers.other_year(db, number, ids),
        place=formatting.place(place) if place else None,
        sessions_left_out=[each.title for each in left_out_lately(db, place, today)] if place else [],
    )
