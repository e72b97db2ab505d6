"""The order of what a search finds: what its words mean to a library first, not only how often they occur.

SQLite's bm25 picks the candidates, those with a policy area first; where few match, all of them are. A small index in memory,
which splits words as the large one does, then tells where each word stands: the same words in a row in a title, all of them in
a title, or scattered.
"""

from __future__ import annotations

import datetime
import math
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

from pages.browse.asked import LIBRARIES, Search, quoted
from pages.browse.filters import Filters
from pages.browse.small_index import small_index
from pages.database import marks
from pages.documents.session_status import DEAD, UNDECIDED, ended_with
from store.constants import TAGGED

#: So many candidates are put in order; what follows them goes by bm25, or by date where more than MOST_RANKED match.
CANDIDATES = 200
MOST_RANKED = 5_000
#: So much of a summary is looked at for words.
SUMMARY = 1_500
#: Words in a title weigh most, then the summary, then the text.
WORTH = (10.0, 4.0, 1.0)
BM25 = f"bm25({{index}}, {', '.join(map(str, WORTH))})"

IS_TAGGED = (
    f"exists (select 1 from listing t where t.document_rowid = listing.document_rowid and t.area_id = '{TAGGED}')"
)
_LISTED = (
    f"document_rowid as key, document_id, sort_on, must_see, jurisdiction, status as listed_as, {IS_TAGGED} as tagged"
)
#: Candidates with what is looked at closer.
_WITH_WORDS = f"""select found.*,
    d.title || coalesce(' | ' || (select o.title from other_titles o where o.rowid = found.key), '') as title,
    substr(coalesce(d.abstract, ''), 1, {SUMMARY}) as summary, d.kind, d.session,
    d.status, d.status_on, d.status_reason from ({{}}) found join documents d on d.rowid = found.key"""

#: What each sign is worth. Only their order of size matters much: words in a row in a title outweigh everything else.
WEIGHTS = {
    "numbered": 20.0,  # has the number that was typed
    "typed_in_title": 3.0,
    "typed_in_summary": 1.0,
    "said_in_title": 1.6,  # what documents say for a name that was typed
    "said_in_summary": 0.6,
    "in_title": 2.0,  # times the share of the words
    "in_summary": 1.0,  # times the share of the words
    "bm25": 1.0,  # times the share of the best
    "place": 2.0,
    "library": 0.8,  # the search and the title speak of libraries
    "position": 1.0,
    "tagged": 0.8,
    "alive": 0.5,
    "dead": -1.2,
    "must_see": 0.4,
    "recent": 0.4,  # times 1 for today, 0 for YEARS ago
}
YEARS = 5
#: About how many titles there are, and in how many a word is that no title has three times: how much each word tells.
TITLES, RARE = 250_000, 30


@dataclass
class _Candidate:
    """A document and the signs that speak for it."""

    row: sqlite3.Row
    signs: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(WEIGHTS[name] * value for name, value in self.signs.items())


def best(db: sqlite3.Connection, filters: Filters, asked: Search, today: datetime.date, total: int) -> list[str]:
    """The ids of the best matches for a search with words, at most CANDIDATES of each kind, best first."""
    found = {row["document_id"]: _Candidate(row) for row in _candidates(db, filters, asked, total)}
    if not found:
        return []
    for each in found.values():
        each.signs = {
            "tagged": each.row["tagged"],
            "must_see": each.row["must_see"],
            "place": float(each.row["jurisdiction"] in asked.places),
            "dead": float(each.row["status"] in DEAD or bool(ended_with(each.row, today))),
            "alive": float(
                each.row["listed_as"] in UNDECIDED | {"to_executive", "proposed"} and not ended_with(each.row, today)
            ),
            "recent": _recent(each.row["sort_on"], today),
        }
    _look_closer(db, found, asked)
    _touching(db, found, asked)
    for key in asked.docket.having(db) if asked.docket else ():
        if key in found:
            found[key].signs["numbered"] = 1.0

    def order(key: str) -> tuple[bool, float, str, str]:
        each = found[key]
        # Where all have the words, those of the place that was asked for come first, whatever else others say.
        of_place = asked.only_place and bool(each.signs["place"])
        return of_place, each.score, each.row["sort_on"], key

    return sorted(found, key=order, reverse=True)


def _candidates(db: sqlite3.Connection, filters: Filters, asked: Search, total: int) -> Iterator[sqlite3.Row]:
    """Rows of the candidates; ``rank`` is bm25 where it was needed to choose them, else null.

    Where few documents match, all of them. Otherwise the best by bm25: those with an area count twice; where many match, they
    alone, and titles as typed.
    """
    chosen, values = filters.where()
    if asked.rowids is not None:
        matching, looked_for = asked.where()
        every = f"select {_LISTED}, null as rank from listing where {chosen} and {matching}"
        yield from db.execute(_WITH_WORDS.format(every), [*values, *looked_for])
        return
    if asked.docket:  # whether their words are among the best or not
        condition, having = asked.docket.condition
        of_docket = f"document_id in (select document_id from terms where {condition})"
        numbered = f"select {_LISTED}, null as rank from listing where {chosen} and {of_docket} limit {CANDIDATES}"
        yield from db.execute(_WITH_WORDS.format(numbered), [*values, *having])
    matching, looked_for = asked.where(ties_only=True)
    # What an index says of a document last is kept: what the document itself says counts before its other titles.
    searches = [(index, asked.expression, "1") for index in asked.indexes[1:]]
    searches.append(("documents_fts", asked.expression, "1" if total <= MOST_RANKED else IS_TAGGED))
    if total > MOST_RANKED and (asked.typed or asked.phrases):
        searches.append(("documents_fts", f"title : ({_either([*asked.typed, *asked.phrases])})", "1"))
    if asked.places:  # those of the places are among the candidates, whatever others say
        of_places = ", ".join(f"'{place}'" for place in asked.places)
        searches.append(("documents_fts", asked.expression, f"listing.jurisdiction in ({of_places})"))
    for index, expression, only in searches:
        best_of = f"""select {_LISTED}, {BM25.format(index=index)} as rank
            from {index} join listing on listing.document_rowid = {index}.rowid
            where {index} match ? and {chosen} and {matching} and {only}
            order by rank * (1 + tagged), listing.sort_on desc limit {CANDIDATES}"""
        yield from db.execute(_WITH_WORDS.format(best_of), [expression, *values, *looked_for])


def _recent(day: str, today: datetime.date) -> float:
    try:
        age = (today - datetime.date.fromisoformat(day[:10])).days
    except ValueError:
        return 0.0
    return min(1.0, max(0.0, 1 - age / (365 * YEARS)))


def _either(phrases: list[str]) -> str:
    return " OR ".join(dict.fromkeys(phrases))


def _shares(db: sqlite3.Connection, asked: Search) -> dict[str, float]:
    """What part of the search each of its groups is: a rare word is more of it than one that many titles have."""
    weights = {}
    for group, term in zip(asked.groups, asked.terms, strict=False):
        word = term.casefold()
        known = (
            len(word) > 2
            and db.execute(
                "select documents from search_words where search_words match ? and word = ?", [quoted(word), word]
            ).fetchone()
        )
        weights[group] = math.log(TITLES / (known[0] if known else RARE))
    return {group: weight / sum(weights.values()) for group, weight in weights.items()}


def _look_closer(db: sqlite3.Connection, found: dict[str, _Candidate], asked: Search) -> None:
    """Add where the words of the search stand in the titles and summaries of the candidates."""
    keys = list(found)
    shares = _shares(db, asked)
    with small_index((found[key].row["title"], found[key].row["summary"], "") for key in keys) as index:
        ranks = {key: each.row["rank"] for key, each in found.items()}
        if asked.rowids is not None:
            ranks |= {keys[at]: rank for at, rank in index.ranks(asked.expression or "", WORTH)}
        least = min(filter(None, ranks.values()), default=-1.0)
        for key, rank in ranks.items():
            found[key].signs["bm25"] = (rank or 0.0) / least
        for name, column in (("in_title", "title"), ("in_summary", "abstract")):
            for group, share in shares.items():
                for at in index.matches(f"{column} : ({group})"):
                    signs = found[keys[at]].signs
                    signs[name] = signs.get(name, 0.0) + share
            for sign, phrases in (("typed", asked.typed), ("said", asked.phrases)):
                for at in index.matches(f"{column} : ({_either(phrases)})") if phrases else ():
                    found[keys[at]].signs[f"{sign}_{name}"] = 1.0
        for at in index.matches(f"title : ({_either([*LIBRARIES])})") if asked.of_libraries else ():
            found[keys[at]].signs["library"] = 1.0


def _touching(db: sqlite3.Connection, found: dict[str, _Candidate], asked: Search) -> None:
    """Add which candidates touch a position that speaks of a name in the search."""
    if not asked.positions:
        return
    rows = db.execute(
        f"select distinct document_id from position_listing where position_id in ({marks(asked.positions)}) "
        f"and document_id in ({marks(list(found))})",
        [*asked.positions, *found],
    )
    for row in rows:
        found[row[0]].signs["position"] = 1.0
