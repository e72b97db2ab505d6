"""Browse: filters that live in the address, counts beside every choice, full-text search that says why it matched."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field, replace
from typing import Any

from pages.browse import facets, search, spelling
from pages.browse.cards import Card, cards
from pages.browse.filters import Filters
from pages.database import marks
from pages.documents.highlight import Piece, snippet_pieces
from pages.positions import positions
from store.constants import ANY_AREA

PAGE = 25
#: Words found in more documents than this say too little to rank by: the newest come first.
MOST_RANKED = 5_000
#: When a search finds fewer than so many, a word may have been mistyped.
FEW = 10
_OPEN, _CLOSE = "\ue000", "\ue001"


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
    common: bool = False
    #: No document has all the words: these have some of them.
    loose: bool = False
    #: The question with its mistyped words put right, to offer.
    meant: str | None = None
    #: What the words ask for, as conditions on rows of ``listing``.
    matching: tuple[str, list[str]] = ("1", [])

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def browse(db: sqlite3.Connection, filters: Filters, today: datetime.date) -> Browse:
    """One page of documents for the filters, with the counts of every further choice.

    Without words to look for, every count comes from ``facet_counts``. With them, the matches are counted as they are.
    When no document at all has all the words, those that have some of them are found instead.
    """
    asked = search.parse(filters.q)
    direct = _direct(db, filters.q, today)
    counts = facets.count_matches(db, asked) if asked else None
    loose = search.some_of(asked.terms) if counts is not None and not counts and not direct else None
    found_anywhere = sum(number for cell, number in (counts or {}).items() if cell[0] == ANY_AREA)
    meant = spelling.did_you_mean(db, filters.q, asked) if asked and found_anywhere < FEW else None
    if loose and len(asked.terms) > 1:
        asked = replace(asked, expression=loose)
        counts = facets.count_matches(db, asked)
    total = facets.count(db, filters, counts)
    pages = max(1, -(-total // PAGE))
    if filters.page > pages:
        filters = Filters(**{**filters.__dict__, "page": pages})
    by_relevance = bool(asked.expression) and filters.sort != "latest" and total <= MOST_RANKED
    ids = _ids(db, filters, asked, by_relevance, total)
    found = cards(db, ids, today, filters.area or None)
    reasons = _reasons(db, ids, asked)
    return Browse(
        filters=filters,
        total=total,
        results=[Result(card, *reasons.get(card.id, ([], ""))) for card in found],
        facets=facets.facets(db, filters, counts),
        note=asked.note,
        direct=direct,
        positions=positions.matching(db, meant or filters.q) if filters.page == 1 else [],
        expression=asked.expression,
        by_relevance=by_relevance,
        common=counts is not None and total > MOST_RANKED,
        loose=bool(loose) and asked.expression == loose and bool(counts),
        meant=meant,
        matching=asked.where(),
    )


def shorter(query: str) -> str:
    """A wider question to offer when nothing was found: the longest word, by its beginning."""
    longest = max(search.parse(query).terms, key=len, default="")
    word = max(longest.split(), key=len, default="")
    return word[: max(4, len(word) - 3)] + "*" if len(word) > 3 else word


# --------------------------------------------------------------------- results


def _ids(db: sqlite3.Connection, filters: Filters, asked: search.Search, by_relevance: bool, total: int) -> list[str]:
    chosen, values = filters.where()
    matching, looked_for = asked.where(ties_only=by_relevance)
    limit: list[str | int] = [PAGE, (filters.page - 1) * PAGE]
    if by_relevance:
        # Words in a title weigh most, then the summary, then the text.
        sql = f"""select listing.document_id from documents_fts
            join listing on listing.document_rowid = documents_fts.rowid
            where documents_fts match ? and {chosen} and {matching}
            order by bm25(documents_fts, 10.0, 4.0, 1.0), listing.sort_on desc limit ? offset ?"""
        return [row[0] for row in db.execute(sql, [asked.expression, *values, *looked_for, *limit])]
    # Many matches: walk the newest documents and look each up. Few: look the matches up and sort them.
    if total > MOST_RANKED:
        matching = matching.replace("document_rowid in", "+document_rowid in")
    sql = f"""select document_id from listing where {chosen} and {matching}
        order by sort_on desc, document_id desc limit ? offset ?"""
    return [row[0] for row in db.execute(sql, [*values, *looked_for, *limit])]


def _reasons(db: sqlite3.Connection, ids: list[str], asked: search.Search) -> dict[str, tuple[list[Piece], str]]:
    """Why each document was found: the passage with the words, or else the sponsor of that name."""
    found = _snippets(db, ids, asked.expression) if asked.expression else {}
    for tie in asked.ties:
        if tie.field != "sponsor" or not tie.wanted:
            continue
        for row in db.execute(
            f"""select document_id, name, role from sponsors where document_id in ({marks(ids)})
            and name in (select name from sponsor_names where sponsor_names match ?) order by ordinal""",
            [*ids, tie.value],
        ):
            found.setdefault(row["document_id"], ([Piece(row["name"], ("sponsor",))], f"list of {row['role']}s"))
    return found


def _snippets(db: sqlite3.Connection, ids: list[str], expression: str) -> dict[str, tuple[list[Piece], str]]:
    """Return the passage with the words in each document: from its summary, else its text, else its title."""
    if not ids:
        return {}
    rowids = [row[0] for row in db.execute(f"select rowid from documents where id in ({marks(ids)})", ids)]
    found: dict[str, tuple[list[Piece], str]] = {}
    for column, where in ((1, "summary"), (2, "text"), (0, "title")):
        if not rowids:
            break
        rows = db.execute(
            f"""select documents.id, documents_fts.rowid, snippet(documents_fts, {column}, ?, ?, ' … ', 30) as snippet
            from documents_fts join documents on documents.rowid = documents_fts.rowid
            where documents_fts match ? and documents_fts.rowid in ({marks(rowids)})""",
            [_OPEN, _CLOSE, expression, *rowids],
        ).fetchall()
        for row in rows:
            if row["snippet"] and _OPEN in row["snippet"]:
                found[row["id"]] = (snippet_pieces(row["snippet"], _OPEN, _CLOSE), where)
                rowids.remove(row["rowid"])
    return found


def _direct(db: sqlite3.Connection, query: str, today: datetime.date) -> list[Card]:
    """Documents whose number was typed: "HR 1234", "s. 510", "us-117-hr1234", "2025-01234"."""
    typed = query.strip().lower()
    if not typed or len(typed) > 60:
        return []
    number = "".join(character for character in typed if character.isalnum())
    if not any(character.isdigit() for character in number):
        return []
    dashed = typed.replace(" ", "")
    rows = db.execute(
        "select document_id from listing where number in (?, ?) and area_id = ? "
        "union select id from documents where id = ? order by 1 desc limit 5",
        [number, dashed, ANY_AREA, dashed],
    )
    return cards(db, [row[0] for row in rows], today)
