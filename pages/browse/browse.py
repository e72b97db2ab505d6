"""Browse: filters that live in the address, counts beside every choice, full-text search that says why it matched."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from pages.browse import (
    facets,
    finding,
    known,
    named_agencies,
    named_places,
    numbers,
    outcomes,
    ranking,
    reasons,
    search,
    site_pages,
    spelling,
    sponsors,
    titles,
    translated,
    years,
)
from pages.browse.asked import Renamed, Search
from pages.browse.cards import Card, cards, one_per_title
from pages.browse.filters import SEVERAL, STATUS_GROUPS, Filters
from pages.browse.trackers import load_trackers
from pages.database import Row, marks
from pages.documents.highlight import Piece
from pages.http import formatting, language
from pages.http.language import _
from pages.places.collected import Lack, left_out_lately
from pages.positions import on_topic
from store.constants import ANY_AREA

PAGE = 25
#: When a search finds fewer than so many, a word may have been mistyped.
DOUBTFUL = 50
#: So many documents with one number are counted: more than there are states.
MANY = 200
#: When fewer than so many have all of several words, those that have most of them are found too.
FEW = 10
#: The same where a place is named, or an abbreviation: a legislature has few bills on one subject.
FEW_OF_PLACE = 3
#: The positions that so many of the first documents touch may be what a search is about.
VOTES = 10
_ALIVE = ", ".join(f"'{status}'" for status in (*STATUS_GROUPS["alive"], "proposed"))


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
    #: The query is or has the number of a bill, and none with it is stored; the number, as it was looked for.
    unknown_number: bool = False
    number: str = ""
    #: The other words that were typed with a number: the list is about them.
    besides: str | None = None
    #: The Congress that sits, where its bill of this number is not stored: those by the number are others.
    other_congress: str | None = None
    #: The year that was typed with the number of a state's bill, where those by the number are all of other years.
    other_year: str | None = None
    #: How many more documents than those in ``direct`` have the number, below 1 for none.
    more_with_number: int = 0
    #: The state of the number that was asked for, by its name, and its late sessions of which no bill is stored.
    number_of: str | None = None
    sessions_left_out: list[str] = field(default_factory=list)
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
        return self.sponsor_query or (self.meant if self.corrected else None) or self.besides or self.filters.q

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


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
    by_number = numbers.is_number(filters.q)
    among = numbers.among(filters.q)
    number = among.to_find if among else filters.q
    numbered = numbers.find_number(db, number, places, most=MANY)
    direct = cards(db, numbered[: numbers.MOST] or numbers.find_case(db, filters.q, places), today)
    of_place = numbers.place_of(db, number, [card.id for card in direct])
    titled = [] if direct else titles.with_title(db, filters.q, places)
    if of_outcome or of_years:  # read from the words: a title that does not fit them is not what was typed
        titled = sorted(finding.with_what_is_chosen(db, filters, titled), key=titled.index)
    is_case = numbers.is_case(filters.q)
    # A number among other words: the list is about those, as no text has the number of its own bill.
    besides = among.besides if among and not search.parse(among.besides).only_places else None
    looked_for = besides or (among.to_say if among else filters.q)
    found = _look(db, looked_for, not besides and (bool(among or direct or titled) or by_number or is_case))
    unknown = known.unknown(db, filters.chosen(), SEVERAL)
    total = 0 if unknown else facets.count(db, filters, found.counts)
    pages = max(1, -(-total // PAGE))
    if filters.page > pages:
        filters = Filters(**{**filters.__dict__, "page": pages})
    by_relevance = bool(found.asked.expression) and filters.sort != "latest"
    titled_here = [] if unknown else _listed(db, filters, found.asked, titled)
    best = ranking.best(db, filters, found.asked, today, total) if by_relevance and not unknown else []
    ids = [] if unknown else _ids(db, filters, found.asked, total, _first(best, titled_here) if by_relevance else [])
    by_title = cards(db, [key for key in titled if key not in titled_here][: numbers.MOST], today)
    above = direct or by_title
    why = reasons.of(db, ids, found.asked)
    listed = cards(db, ids, today, filters.area or None)
    listed = one_per_title(listed, PAGE, by_place=True)
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
        if filters.page > 1 or by_number or found.asked.docket
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
        unknown_number=not direct and (by_number or among is not None),
        number=among.to_say if among else filters.q,
        besides=besides or None,
        other_congress=numbers.other_congress(db, number, [card.id for card in direct], today.isoformat()),
        other_year=numbers.other_year(db, number, numbered),
        more_with_number=len(numbered) - numbers.MOST,
        number_of=formatting.place(of_place) if of_place else None,
        sessions_left_out=[each.title for each in left_out_lately(db, of_place, today)] if of_place else [],
        lacks=[] if by_number or unknown else named_places.lacks(db, filters, found.asked, today),
        of_places=None if direct or by_number or unknown else named_places.read(db, filters, found.asked, found.counts),
        of_agency=None if above or by_number or unknown or not choices else named_agencies.offered(db, filters),
        in_english=bool(filters.q) and not direct and total < DOUBTFUL and language.current() != language.ENGLISH,
        in_languages=translated.pages(filters) if not direct and total < DOUBTFUL else [],
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


@dataclass(frozen=True)
class _Looked:
    """The search that is carried out in the end, and how it came about."""

    asked: Search
    counts: facets.Counts | None = None
    meant: str | None = None
    corrected: bool = False
    loose: bool = False
    sponsor: str | None = None
    sponsor_query: str | None = None


def _look(db: sqlite3.Connection, query: str, numbered: bool) -> _Looked:
    """Find what to search for. ``numbered``: the query is the number of a document, so that nothing else will do."""
    if not numbered and (person := sponsors.named(db, query)):
        asked = search.parse(person.query)
        if _anywhere(counts := facets.count_matches(db, asked)):
            return _Looked(asked, counts, sponsor=person.who, sponsor_query=person.query)
    asked = _looked_up(db, query)
    if not asked:
        return _Looked(asked)
    counts = facets.count_matches(db, asked)
    meant, corrected = None, False
    if translated.is_foreign(asked.without_places or query):
        return _Looked(asked, counts)
    if _anywhere(counts) < DOUBTFUL and (meant := spelling.did_you_mean(db, query, asked)):
        again = _looked_up(db, meant)
        # On a page in another language, a slip may be a word of that language: the correction is offered alone.
        if corrected := bool(asked.groups) and not numbered and language.current() == language.ENGLISH:
            asked, counts = again, facets.count_matches(db, again)
    several = len(asked.groups) > 1
    wanted = (FEW_OF_PLACE if asked.places or asked.abbreviated else FEW) if several else 1
    # Of a place that was named, its own documents count: those of others may only name it.
    held = facets.count(db, Filters(jurisdiction=",".join(asked.places), ceremonial="any"), counts)
    if numbered or (facets.enough(db, asked.in_titles().of_places(), wanted) if several else held >= wanted):
        return _Looked(asked, counts, meant, corrected)
    looser = None
    for relaxed in asked.relaxed():
        if relaxed.last_resort and (looser or _anywhere(counts)):
            continue
        # Long texts have any four words somewhere: only titles and summaries say whether enough is found.
        enough = facets.enough(db, relaxed.in_titles().of_places(), wanted)
        if enough or not _anywhere(counts):
            wider = relaxed.looked_up(db, ranking.CANDIDATES)
            found = _Looked(wider, facets.count_matches(db, wider), meant, corrected, loose=True)
            if enough:
                return found
            looser = found if _anywhere(found.counts) else looser
    return looser or _Looked(asked, counts, meant, corrected)


def _looked_up(db: sqlite3.Connection, query: str) -> Search:
    return search.parse(query).looked_up(db, ranking.CANDIDATES)


def _anywhere(counts: facets.Counts | None) -> int:
    return sum(number for cell, number in (counts or {}).items() if cell[0] == ANY_AREA)


def shorter(query: str) -> str:
    """A wider question to offer when nothing was found: the longest word, by its beginning."""
    longest = max(search.parse(query).terms, key=len, default="")
    word = max(longest.split(), key=len, default="")
    return word[: max(4, len(word) - 3)] + "*" if len(word) > 3 else word


# --------------------------------------------------------------------- results


def _listed(db: sqlite3.Connection, filters: Filters, asked: Search, ids: list[str]) -> list[str]:
    """Those of some documents that the list has, on whatever page."""
    (chosen, values), (matching, looked_for) = filters.where(), asked.where()
    sql = f"select document_id from listing where {chosen} and {matching} and document_id in ({marks(ids)})"
    return [row[0] for row in db.execute(sql, [*values, *looked_for, *ids])] if ids else []


def _first(best: list[str], titled: list[str]) -> list[str]:
    """The best matches after the documents whose title was typed, which keep the order of the best."""
    known = [key for key in best if key in titled]
    first = [*known, *(key for key in titled if key not in known)]
    return [*first, *(key for key in best if key not in first)]


def _ids(db: sqlite3.Connection, filters: Filters, asked: Search, total: int, best: list[str]) -> list[str]:
    """The documents of one page: the best matches first, in their order, then all others."""
    start = (filters.page - 1) * PAGE
    page = best[start : start + PAGE]
    if len(page) == PAGE:
        return page
    chosen, values = filters.where()
    matching, looked_for = asked.where()
    # Many matches: walk the newest documents and look each up. Few: look the matches up and sort them.
    if total > ranking.MOST_RANKED:
        matching = matching.replace("document_rowid in", "+document_rowid in")
    first = (
        f"{ranking.IS_TAGGED} desc, "
        if not asked.expression and filters.sort != "latest" and (asked.by_sponsor or asked.named_places)
        else ""
    )
    # What can still move comes first where the list is short enough for that. Each part is in the order of an index: to sort
    # both together took half the time of the page.
    moving_first = filters.area and filters.sort != "latest" and not best and not first
    parts = (f"status in ({_ALIVE})", f"status not in ({_ALIVE})") if moving_first else ("1",)
    following: list[str] = []
    skipped = max(0, start - len(best))
    until = skipped + PAGE - len(page)
    for part in parts:
        sql = f"""select document_id from listing where {chosen} and {matching} and document_id not in ({marks(best)})
            and {part} order by {first}sort_on desc, document_id desc limit ?"""
        found = db.execute(sql, [*values, *looked_for, *best, until - len(following)])
        following += [row[0] for row in found]
    return [*page, *following[skipped:]]
