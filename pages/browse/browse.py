"""Browse: filters that live in the address, counts beside every choice, full-text search that says why it matched."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field, replace
from typing import Any

from pages.browse import by_number, facets, finding, named_places, numbers, paging, ranking, reasons, search, sponsors
from pages.browse.asked import Renamed, Search
from pages.browse.cards import Card, cards, one_per_title
from pages.browse.filters import Filters
from pages.browse.offers import Offers, offered
from pages.browse.question import Question, read
from pages.browse.trackers import load_trackers
from pages.database import Row
from pages.documents.highlight import Piece
from pages.http import formatting
from pages.http.language import _
from pages.places.collected import Lack
from pages.positions import on_topic

#: The positions that so many of the first documents touch may be what a search is about.
VOTES = 10


@dataclass(frozen=True)
class Result:
    card: Card
    why: list[Piece] = field(default_factory=list)
    where: str = ""


@dataclass(frozen=True)
class Browse:
    filters: Filters
    total: int
    results: list[Result]
    facets: list[facets.Facet]
    note: str | None
    direct: list[Card]
    positions: list[dict[str, Any]]
    expression: str | None
    by_relevance: bool
    #: Whether ``direct`` are documents that the list leaves out whose title was typed, and not those of a number or a case.
    by_title: bool = False
    #: The ids of those of ``direct`` that have what else is chosen: files have no others.
    fitting: frozenset[str] = frozenset()
    #: Few or no documents have all the words: these have most of them.
    loose: bool = False
    #: The question with its mistyped words put right, to offer.
    meant: str | None = None
    #: Whether the results are those for ``meant``, as next to nothing has the words that were typed.
    corrected: bool = False
    #: What a whole question was taken to be about.
    topic: str | None = None
    #: The names among the words that found more than themselves, and the query for exactly the words.
    renamed: list[Renamed] = field(default_factory=list)
    exactly: str | None = None
    #: The status that a question asked for in words: ``filters`` have it, and the other words.
    outcome: str | None = None
    #: The years that a question asked for, in words: ``filters`` have them, and the other words.
    years: str | None = None
    #: The legislator's name in the query, as typed: the results are what people of that name sponsored.
    sponsor: str | None = None
    sponsor_query: str | None = None
    #: The legislators of that name who have a page.
    people: list[Row] = field(default_factory=list)
    #: The query names two parties of a court case ("Loper Bright v. Raimondo"), and no such case is stored.
    unknown_case: bool = False
    #: The number that was typed.
    number: by_number.ByNumber = field(default_factory=by_number.ByNumber)
    #: What is missing of the states that the words or the filter name.
    lacks: list[Lack] = field(default_factory=list)
    #: How the places in the words were read.
    of_places: named_places.ReadPlaces | None = None
    #: The issue that is asked for and nothing else, by its title.
    named: str | None = None
    caveat: str = ""
    #: What else a reader may have meant.
    offers: Offers = field(default_factory=Offers)
    #: What the words ask for, as conditions on rows of ``listing``.
    matching: tuple[str, list[str]] = ("1", [])
    #: Which value of a filter does not exist, and which do; then the list is empty.
    unknown: str | None = None
    #: What the filters choose, in words.
    chosen: list[str] = field(default_factory=list)

    @property
    def carried_out(self) -> str:
        """The search as it was carried out: for what was meant, for what a legislator sponsored, or without a number."""
        return self.sponsor_query or (self.meant if self.corrected else None) or self.number.besides or self.filters.q

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // paging.PAGE))


def browse(db: sqlite3.Connection, filters: Filters, today: datetime.date, *, choices: bool = True) -> Browse:
    """One page of documents for the filters, with the counts of every further choice.

    Without words to look for, every count comes from ``facet_counts``. With them, the matches are counted as they are.
    Where next to no document has the words of a plain search, mistyped words are put right; where few have all of them, those
    that have most of them are found too.
    """
    question = read(db, filters, today)
    found, number, unknown = question.found, question.number, question.unknown
    total = 0 if unknown else facets.count(db, question.filters, found.counts)
    filters = _within(question.filters, total)
    by_relevance = bool(found.asked.expression) and filters.sort != "latest"
    ids, titled = _ids_of_page(db, question, filters, total, today)
    by_title = cards(db, [key for key in question.titled if key not in titled][: numbers.MOST], today)
    above = question.direct or by_title
    return Browse(
        filters=filters,
        total=total,
        results=_results(db, ids, found.asked, filters, today),
        facets=facets.facets(db, filters, found.counts) if choices else [],
        note=found.asked.note,
        direct=above,
        by_title=bool(by_title),
        fitting=finding.with_what_is_chosen(db, filters, [] if unknown else [card.id for card in above]),
        positions=_positions(db, question, filters, ids),
        expression=found.asked.expression,
        by_relevance=by_relevance,
        loose=found.loose,
        meant=found.meant,
        corrected=found.corrected,
        topic=found.asked.topic,
        renamed=found.asked.renamed,
        exactly=found.asked.exactly,
        outcome=question.outcome,
        years=question.years,
        sponsor=found.sponsor,
        sponsor_query=found.sponsor_query,
        people=sponsors.people(db, found.sponsor) if found.sponsor else [],
        unknown_case=question.is_case and not question.direct,
        named=_named(found.asked),
        caveat=search.caveats(filters.q),
        number=number,
        lacks=_lacks(db, question, filters, today),
        of_places=None
        if question.direct or number.alone or unknown
        else named_places.read(db, filters, found.asked, found.counts),
        offers=offered(db, question, filters, total, today, of_agency=choices and not above),
        matching=found.asked.where(),
        unknown=unknown,
        chosen=facets.chosen(db, filters) if choices else [],
    )


def _lacks(db: sqlite3.Connection, question: Question, filters: Filters, today: datetime.date) -> list[Lack]:
    """What is missing of the places that are named; beside the number of a bill that is not here, it may be that bill."""
    number = question.number
    if question.unknown or (number.alone and (number.ids or number.sessions_left_out)):
        return []
    return named_places.lacks(db, filters, question.found.asked, today)


def _within(filters: Filters, total: int) -> Filters:
    """The filters with the last page that there is, where a later one is asked for."""
    pages = max(1, -(-total // paging.PAGE))
    return replace(filters, page=pages) if filters.page > pages else filters


def _ids_of_page(
    db: sqlite3.Connection, question: Question, filters: Filters, total: int, today: datetime.date
) -> tuple[list[str], list[str]]:
    """The ids of the documents of one page, and of those that the list has of the documents whose title was typed."""
    if question.unknown:
        return [], []
    asked = question.found.asked
    titled = paging.listed(db, filters, asked, question.titled)
    first = []
    if asked.expression and filters.sort != "latest":
        first = paging.first(ranking.best(db, filters, asked, today, total), titled)
    return paging.ids_of_page(db, filters, asked, total, first), titled


def _results(
    db: sqlite3.Connection, ids: list[str], asked: Search, filters: Filters, today: datetime.date
) -> list[Result]:
    """The cards of one page, each with the words for which it was found."""
    why = reasons.of(db, ids, asked)
    listed = one_per_title(cards(db, ids, today, filters.area or None), paging.PAGE, by_place=True)
    return [Result(card, *why.get(card.id, ([], ""))) for card in listed]


def _positions(db: sqlite3.Connection, question: Question, filters: Filters, ids: list[str]) -> list[dict[str, Any]]:
    """The positions that a search may be about, on its first page: none where a document is asked for by its number."""
    found = question.found
    if filters.page > 1 or question.number.alone or found.asked.docket:
        return []
    return on_topic.matching(db, found.asked, ids[:VOTES], some_words=not question.is_case, loose=found.loose)


def _named(asked: Search) -> str | None:
    """The name of an issue, with the place to which it is narrowed, where nothing else is asked for."""
    tied = [tie for tie in asked.ties if tie.field != "place" and tie.wanted]
    if asked.expression or len(tied) != 1 or len(asked.ties) != 1 + bool(asked.within) or tied[0].field != "tracker":
        return None
    tracker = load_trackers().get(tied[0].value)
    where = [formatting.place(asked.within)] if asked.within else []
    return ", ".join([_(tracker.title), *where]) if tracker else None


def shorter(query: str) -> str:
    """A wider question to offer when nothing was found: the longest word, by its beginning; "" where it is short or a number."""
    longest = max(search.parse(query).terms, key=len, default="")
    word = max(longest.split(), key=len, default="")
    return word[: max(4, len(word) - 3)] + "*" if len(word) > 3 and not word.isdigit() else ""
