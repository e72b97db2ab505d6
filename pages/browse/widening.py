"""The search that is carried out in the end: with mistyped words put right, and wider where few documents have all its words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pages.browse import facets, ranking, search, spelling, sponsors, translated
from pages.browse.asked import Search
from pages.browse.filters import Filters
from pages.http import language
from store.constants import ANY_AREA

#: When a search finds fewer than so many, a word may have been mistyped.
DOUBTFUL = 50
#: When fewer than so many have all of several words, those that have most of them are found too.
FEW = 10
#: The same where a place is named, or an abbreviation: a legislature has few bills on one subject.
FEW_OF_PLACE = 3


@dataclass(frozen=True)
class Widened:
    """The search that is carried out in the end, and how it came about."""

    asked: Search
    counts: facets.Counts | None = None
    meant: str | None = None
    corrected: bool = False
    loose: bool = False
    sponsor: str | None = None
    sponsor_query: str | None = None


def widened(db: sqlite3.Connection, query: str, numbered: bool) -> Widened:
    """Find what to search for. ``numbered``: the query is the number of a document, so that nothing else will do."""
    if not numbered and (person := sponsors.named(db, query)):
        asked = search.parse(person.query)
        if anywhere(counts := facets.count_matches(db, asked)):
            return Widened(asked, counts, sponsor=person.who, sponsor_query=person.query)
    asked = _looked_up(db, query)
    if not asked:
        return Widened(asked)
    counts = facets.count_matches(db, asked)
    meant, corrected = None, False
    if translated.is_foreign(asked.without_places or query):
        return Widened(asked, counts)
    if anywhere(counts) < DOUBTFUL and (meant := spelling.did_you_mean(db, query, asked)):
        again = _looked_up(db, meant)
        # On a page in another language, a slip may be a word of that language: the correction is offered alone.
        if corrected := bool(asked.groups) and not numbered and language.current() == language.ENGLISH:
            asked, counts = again, facets.count_matches(db, again)
    several = len(asked.groups) > 1
    wanted = (FEW_OF_PLACE if asked.places or asked.abbreviated else FEW) if several else 1
    # Of a place that was named, its own documents count: those of others may only name it.
    held = facets.count(db, Filters(jurisdiction=",".join(asked.places), ceremonial="any"), counts)
    if numbered or (facets.enough(db, asked.in_titles().of_places(), wanted) if several else held >= wanted):
        return Widened(asked, counts, meant, corrected)
    looser = None
    for relaxed in asked.relaxed():
        if relaxed.last_resort and (looser or anywhere(counts)):
            continue
        # Long texts have any four words somewhere: only titles and summaries say whether enough is found.
        enough = facets.enough(db, relaxed.in_titles().of_places(), wanted)
        if enough or not anywhere(counts):
            wider = relaxed.looked_up(db, ranking.CANDIDATES)
            found = Widened(wider, facets.count_matches(db, wider), meant, corrected, loose=True)
            if enough:
                return found
            looser = found if anywhere(found.counts) else looser
    return looser or Widened(asked, counts, meant, corrected)


def _looked_up(db: sqlite3.Connection, query: str) -> Search:
    return search.parse(query).looked_up(db, ranking.CANDIDATES)


def anywhere(counts: facets.Counts | None) -> int:
    """How many documents are counted, in whatever area and place."""
    return sum(number for cell, number in (counts or {}).items() if cell[0] == ANY_AREA)
