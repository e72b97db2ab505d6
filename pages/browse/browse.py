"""Browse: filters that live in the address, counts beside every choice, full-text search that says why it matched."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from pages.browse import (
    by_number,
    cases,
    facets,
    finding,
    known,
    named_agencies,
    named_places,
    numbers,
    outcomes,
    paging,
    ranking,
    reasons,
    search,
    site_pages,
    sponsors,
    titles,
    translated,
    widening,
    years,
)
from pages.browse.asked import Renamed, Search
from pages.browse.cards import Card, cards, one_per_title
from pages.browse.filters import SEVERAL, Filters
from pages.browse.trackers import load_trackers
from pages.database import Row
from pages.documents.highlight import Piece
from pages.http import formatting, language
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
    #: The same search for the documents of a year that was typed by itself, to offer: the year, and the address.
    perhaps_year: tuple[str, str] | None = None
    #: The legislator's name in the query, as typed: the results are what people of that name sponsored.
    sponsor: str | None = None
    sponsor_query: str | None = None
    #: The legislators of that name who have a page.
    people: list[Row] = field(default_factory=list)
    #: The same search for what somebody of that name sponsored, to offer.
    perhaps_sponsor: sponsors.Named | None = None
    #: The query names two parties of a court case ("Loper Bright v. Raimondo"), and no such case is stored.
    unknown_case: bool = False
    #: The number that was typed.
    number: by_number.ByNumber = field(default_factory=by_number.ByNumber)
    #: What is missing of the states that the words or the filter name.
    lacks: list[Lack] = field(default_factory=list)
    #: How the places in the words were read.
    of_places: named_places.ReadPlaces | None = None
    #: The agency that the words name, and what it published, to offer.
    of_agency: named_agencies.NamedAgency | None = None
    #: The issue that is asked for and nothing else, by its title.
    named: str | None = None
    caveat: str = ""
    #: The page is in another language than the documents, and next to none has the words.
    in_english: bool = False
    #: The languages in which words were typed on an English page, and the same search there.
    in_languages: list[tuple[str, translated.Lead]] = field(default_factory=list)
    #: Pages that answer the question, and what bears words of the search as a name in the language of the page.
    leads: list[translated.Lead] = field(default_factory=list)
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
    of_outcome = outcomes.asked(filters)
    filters = of_outcome or filters
    of_years = years.asked(filters, today)
    filters = of_years or filters
    sql, chosen = filters.condition("jurisdiction")
    places = (sql or "1", chosen)
    number = by_number.read(db, filters.q, places, today)
    direct = cards(db, number.ids[: numbers.MOST] or cases.find_case(db, filters.q, places), today)
    titled = [] if direct else titles.with_title(db, filters.q, places)
    if of_outcome or of_years:  # read from the words: a title that does not fit them is not what was typed
        titled = sorted(finding.with_what_is_chosen(db, filters, titled), key=titled.index)
    is_case = cases.is_case(filters.q)
    known_by = bool(direct or titled) or number.alone or number.among or is_case
    found = widening.widened(db, number.besides or number.typed, known_by and not number.besides)
    unknown = known.unknown(db, filters.chosen(), SEVERAL)
    total = 0 if unknown else facets.count(db, filters, found.counts)
    pages = max(1, -(-total // paging.PAGE))
    if filters.page > pages:
        filters = Filters(**{**filters.__dict__, "page": pages})
    by_relevance = bool(found.asked.expression) and filters.sort != "latest"
    titled_here = [] if unknown else paging.listed(db, filters, found.asked, titled)
    best = ranking.best(db, filters, found.asked, today, total) if by_relevance and not unknown else []
    first = paging.first(best, titled_here) if by_relevance else []
    ids = [] if unknown else paging.ids_of_page(db, filters, found.asked, total, first)
    by_title = cards(db, [key for key in titled if key not in titled_here][: numbers.MOST], today)
    above = direct or by_title
    why = reasons.of(db, ids, found.asked)
    listed = cards(db, ids, today, filters.area or None)
    listed = one_per_title(listed, paging.PAGE, by_place=True)
    results = [Result(card, *why.get(card.id, ([], ""))) for card in listed]
    return Browse(
        filters=filters,
        total=total,
        results=results,
        facets=facets.facets(db, filters, found.counts) if choices else [],
        note=found.asked.note,
        direct=above,
        by_title=bool(by_title),
        fitting=finding.with_what_is_chosen(db, filters, [] if unknown else [card.id for card in above]),
        positions=[]
        if filters.page > 1 or number.alone or found.asked.docket
        else on_topic.matching(db, found.asked, ids[:VOTES], some_words=not is_case, loose=found.loose),
        expression=found.asked.expression,
        by_relevance=by_relevance,
        loose=found.loose,
        meant=found.meant,
        corrected=found.corrected,
        topic=found.asked.topic,
        renamed=found.asked.renamed,
        exactly=found.asked.exactly,
        outcome=formatting.word("statuses", filters.status) if of_outcome else None,
        years=years.in_words(filters.values("year")) if of_years else None,
        perhaps_year=years.perhaps(filters, today) if not direct and not titled else None,
        sponsor=found.sponsor,
        sponsor_query=found.sponsor_query,
        people=sponsors.people(db, found.sponsor) if found.sponsor else [],
        perhaps_sponsor=None if found.sponsor or found.corrected or direct else sponsors.suggested(db, filters.q),
        unknown_case=not direct and is_case,
        named=_named(found.asked),
        caveat=search.caveats(filters.q),
        number=number,
        lacks=[] if number.alone or unknown else named_places.lacks(db, filters, found.asked, today),
        of_places=None
        if direct or number.alone or unknown
        else named_places.read(db, filters, found.asked, found.counts),
        of_agency=None if above or number.alone or unknown or not choices else named_agencies.offered(db, filters),
        in_english=bool(filters.q)
        and not direct
        and total < widening.DOUBTFUL
        and language.current() != language.ENGLISH,
        in_languages=translated.pages(filters) if not direct and total < widening.DOUBTFUL else [],
        leads=[*site_pages.asked(filters.q), *translated.leads(db, filters.q, found.asked.places)]
        if filters.page == 1
        else [],
        matching=found.asked.where(),
        unknown=unknown,
        chosen=facets.chosen(db, filters) if choices else [],
    )


def _named(asked: Search) -> str | None:
    """The name of an issue, with the place to which it is narrowed, where nothing else is asked for."""
    tied = [tie for tie in asked.ties if tie.field != "place" and tie.wanted]
    if asked.expression or len(tied) != 1 or len(asked.ties) != 1 + bool(asked.within) or tied[0].field != "tracker":
        return None
    tracker = load_trackers().get(tied[0].value)
    where = [formatting.place(asked.within)] if asked.within else []
    return ", ".join([_(tracker.title), *where]) if tracker else None


def shorter(query: str) -> str:
    """A wider question to offer when nothing was found: the longest word, by its beginning."""
    longest = max(search.parse(query).terms, key=len, default="")
    word = max(longest.split(), key=len, default="")
    return word[: max(4, len(word) - 3)] + "*" if len(word) > 3 else word
