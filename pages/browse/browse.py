"""Browse: filters that live in the address, counts beside every choice, full-text search that says why it matched."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from pages.browse import search, spelling
from pages.browse.cards import Card, area_titles, cards
from pages.browse.filters import GROUPS, STATUS_GROUPS, TITLES, Filters
from pages.database import marks
from pages.documents.highlight import Piece, snippet_pieces
from pages.http import formatting
from pages.http.language import _
from pages.positions import positions
from store.constants import ANY_AREA, FACETS, TAGGED

PAGE = 25
#: Words found in more documents than this say too little to rank by: the newest come first.
MOST_RANKED = 5_000
#: When a search finds fewer than so many, a word may have been mistyped.
FEW = 10
_OPEN, _CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    chosen: bool
    href: str


@dataclass(frozen=True)
class Facet:
    name: str
    title: str
    choices: list[Choice]


@dataclass
class Result:
    card: Card
    why: list[Piece] = field(default_factory=list)
    where: str = ""


@dataclass
class Browse:
    filters: Filters
    total: int
    results: list[Result]
    facets: list[Facet]
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
    counts = _counts_of_matches(db, asked) if asked else None
    loose = search.some_of(asked.terms) if counts is not None and not counts and not direct else None
    found_anywhere = sum(number for cell, number in (counts or {}).items() if cell[0] == ANY_AREA)
    meant = spelling.did_you_mean(db, filters.q, asked) if asked and found_anywhere < FEW else None
    if loose and len(asked.terms) > 1:
        asked = replace(asked, expression=loose)
        counts = _counts_of_matches(db, asked)
    total = _total(db, filters, counts)
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
        facets=_facets(db, filters, counts),
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


# --------------------------------------------------------------------- counts

#: (area, *FACETS) -> number of matching documents
Counts = Counter[tuple[str, ...]]


def _counts_of_matches(db: sqlite3.Connection, asked: search.Search) -> Counts:
    # Counted by cell first, because one number groups far faster than seven columns.
    where, values = asked.where()
    rows = db.execute(
        f"""select area_id, {", ".join(FACETS)}, matches from (
            select cell, count(*) as matches from listing where {where} group by cell
        ) join facet_counts using (cell)""",
        values,
    )
    return Counter({(row[0], *(str(row[name]) for name in FACETS)): row["matches"] for row in rows})


def _total(db: sqlite3.Connection, filters: Filters, counts: Counts | None) -> int:
    if counts is not None:
        return sum(number for key, number in counts.items() if _fits(key, filters, without=""))
    where, values = filters.where()
    return db.execute(f"select coalesce(sum(documents), 0) from facet_counts where {where}", values).fetchone()[0]


def _fits(key: tuple[str, ...], filters: Filters, without: str) -> bool:
    area = key[0]
    if without == "area":
        if area == ANY_AREA:
            return False
    elif area != (filters.area or ANY_AREA):
        return False
    cell = dict(zip(FACETS, key[1:], strict=True))
    group = STATUS_GROUPS.get(filters.status)
    if group and without != "status" and (cell["status"] not in group or cell["kind"] != "bill"):
        return False
    ignored = (without, "status" if group else without)
    return all(name in ignored or filters.wanted(name) in ("", value) for name, value in cell.items())


def _facet_numbers(db: sqlite3.Connection, filters: Filters, counts: Counts | None, name: str) -> dict[str, int]:
    if counts is None:
        column = "area_id" if name == "area" else name
        where, values = filters.where(without=name)
        rows = db.execute(f"select {column}, sum(documents) from facet_counts where {where} group by 1", values)
        return {str(row[0]): row[1] for row in rows}
    at = 0 if name == "area" else 1 + FACETS.index(name)
    numbers: Counter[str] = Counter()
    for key, number in counts.items():
        if _fits(key, filters, without=name):
            numbers[key[at]] += number
    return dict(numbers)


def _facets(db: sqlite3.Connection, filters: Filters, counts: Counts | None) -> list[Facet]:
    labels = _labels(area_titles(db))
    facets = []
    for name, title in TITLES.items():
        numbers = _facet_numbers(db, filters, counts, name)
        chosen = getattr(filters, name)
        if name == "status":
            groups = {group: _total(db, replace(filters, status=group), counts) for group in STATUS_GROUPS}
            numbers |= {group: number for group, number in groups.items() if number}
        if chosen and chosen not in numbers:
            numbers[chosen] = 0
        if name in ("must_see", "ceremonial"):
            numbers = {value: number for value, number in numbers.items() if value == "1" or value == chosen}
        choices = [
            Choice(
                value=value,
                label=labels(name, value),
                count=number,
                chosen=value == chosen,
                href=filters.address(**{name: "" if value == chosen else value}),
            )
            for value, number in numbers.items()
            if value
        ]
        if choices:
            facets.append(Facet(name, _(title), sorted(choices, key=_by_year if name == "year" else _by_count(name))))
    return facets


def _by_year(choice: Choice) -> int:
    return -int(choice.value) if choice.value.isdecimal() else 0


def _by_count(facet: str) -> Callable[[Choice], tuple[bool, int, str]]:
    """Groups first, because the choices that they sum up follow; then what most documents have."""
    groups = GROUPS.get(facet, ())
    return lambda choice: (choice.value not in groups, -choice.count, choice.label)


def _labels(areas: dict[str, str]) -> Callable[[str, str], str]:
    def label(facet: str, value: str) -> str:
        match facet:
            case "area":
                return _("Any policy area") if value == TAGGED else areas.get(value, value)
            case "kind":
                return formatting.plural(value)
            case "jurisdiction":
                return formatting.place(value)
            case "status":
                return formatting.word("status_groups" if value in STATUS_GROUPS else "statuses", value)
            case "must_see":
                return _("Must see") if value == "1" else _("Not must see")
            case "ceremonial":
                return _("Ceremonial resolutions, too") if value == "any" else _("Ceremonial resolutions")
        return value

    return label


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
    """Where in each document the words stand: in the summary if they do, else in the text, else in the title."""
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
