"""Lists and searches are the same however their documents were looked up: at once, one part after the other, or page by page."""

from __future__ import annotations

import datetime
import sqlite3
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from site_corpus import TODAY, build, document_row

import serve
from pages.browse import browse, facets, paging, ranking, search, widening
from pages.browse.asked import Search
from pages.documents.session_status import UNDECIDED
from pages.http import site as site_reads
from pages.places import calendar
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
BILLS = 23
QUESTIONS = (
    "library",
    "library internet",
    "libraries in ohio",
    "broadband OR lighthouses",
    "librry",
    '"every library"',
)


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    """A corpus with bills on broadband, some of them dead, more than fit on a page of five."""
    db = connect(build(tmp_path))
    for number in range(BILLS):
        key = f"us-oh-136-hb{number}"
        text = "Internet for every library" if number % 3 else "Barbers and their libraries"
        more: dict[str, Any] = {"status": "failed"} if number % 4 == 0 else {}
        row = document_row(
            key, identifier=f"HB {number}", title=f"{text} {number}", jurisdiction="us-oh", session="136"
        )
        db.table("documents").insert(
            row | {"url": "https://example.org/", "latest_action_on": f"2022-02-{number + 1:02}"} | more
        )
        db.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.9})
    publish(db, "2022-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    return db.conn


def _pages(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, size: int, **chosen: Any) -> list[list[str]]:
    """The ids of each page of a list."""
    monkeypatch.setattr(paging, "PAGE", size)
    filters = browse.Filters.of({"area": "tagged", **chosen})
    number = browse.browse(db, filters, DAY).pages
    found = [
        paging.ids_of_page(db, browse.Filters(**{**vars(filters), "page": page}), search.parse(""), 0, [])
        for page in range(1, number + 1)
    ]
    return found


@pytest.mark.parametrize("size", [1, 4, 5, 100])
def test_what_can_still_move_comes_first_and_every_document_once(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    pages = _pages(db, monkeypatch, size)
    ids = [key for page in pages for key in page]
    rows = dict(
        db.execute("select document_id, status from listing where area_id = 'tagged' and ceremonial = 0").fetchall()
    )
    assert len(ids) == len(set(ids)) == len(rows) > BILLS
    assert all(len(page) == size for page in pages[:-1])
    moving = [rows[key] in UNDECIDED | {"to_executive", "proposed"} for key in ids]
    assert moving == sorted(moving, reverse=True)
    assert not all(moving)
    days = dict(db.execute("select document_id, sort_on from listing where area_id = 'tagged'").fetchall())
    for part in (True, False):
        in_part = [(days[key], key) for key, moves in zip(ids, moving, strict=True) if moves == part]
        assert in_part == sorted(in_part, reverse=True)


def test_what_somebody_sponsored_is_in_the_order_of_its_news(db: sqlite3.Connection) -> None:
    for number in range(6):
        db.execute(
            "insert into sponsors (document_id, ordinal, name, role) values (?, 0, 'Ruth Reader', 'sponsor')",
            [f"us-oh-136-hb{number}"],
        )
    db.execute("insert into sponsor_names (name) values ('Ruth Reader')")
    asked = browse.Filters.of({"q": 'sponsor:"Ruth Reader"', "area": "broadband"})
    found = [each.card.id for each in browse.browse(db, asked, DAY).results]
    assert found == [f"us-oh-136-hb{number}" for number in range(5, -1, -1)], "also what is dead"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_search_finds_the_same_however_many_match(
    db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, question: str
) -> None:
    """Nothing is looked up at once the second time: the way of searches that find many."""
    filters = browse.Filters.of({"q": question})
    few = browse.browse(db, filters, DAY)
    looked_up = search.parse(question).looked_up(db, ranking.CANDIDATES)
    assert looked_up.rowids is not None
    assert facets.count_matches(db, looked_up) == facets.count_matches(db, search.parse(question))
    monkeypatch.setattr(Search, "looked_up", lambda self, db, most: self)
    many = browse.browse(db, filters, DAY)
    assert few.total == many.total > 0
    assert {each.card.id for each in few.results} == {each.card.id for each in many.results}
    assert [(each.name, each.choices) for each in few.facets] == [(each.name, each.choices) for each in many.facets]


def test_the_best_match_of_few_comes_first(db: sqlite3.Connection) -> None:
    db.execute("update documents set abstract = 'It says nothing about libraries.' where id = 'us-oh-136-hb2'")
    found = [each.card.id for each in browse.browse(db, browse.Filters.of({"q": "barbers"}), DAY).results]
    assert found
    assert all(int(key.rpartition("hb")[2]) % 3 == 0 for key in found)


@pytest.mark.parametrize(("question", "number"), [("library", 3), ("internet", 15), ("nowhere", 0)])
def test_enough_is_as_many_as_are_counted(db: sqlite3.Connection, question: str, number: int) -> None:
    asked = search.parse(question)
    counted = widening.anywhere(facets.count_matches(db, asked))
    assert facets.enough(db, asked, counted)
    assert not facets.enough(db, asked, counted + 1)
    assert counted >= number


async def test_what_everybody_gets_is_read_once_and_again_after_a_change(tmp_path: Path) -> None:
    file = build(tmp_path)
    site = serve.build(file, today=TODAY)
    reads = []

    def number(db: sqlite3.Connection, least: int = 0) -> int:
        reads.append(least)
        return int(db.execute("select count(*) from documents where rowid > ?", [least]).fetchone()[0])

    first = await site_reads.read_once(site, number)
    assert await site_reads.read_once(site, number) == first
    assert len(reads) == 1
    assert await site_reads.read_once(site, number, 1) == first - 1
    connect(file).table("documents").insert(
        document_row("us-117-hr9999", identifier="H.R. 9999", title="An act", url="https://example.org/")
    )
    assert await site_reads.read_once(site, number) == first + 1
    assert reads == [0, 1, 0]
    for least in range(2, 2 + site_reads.MOST_KEPT):
        await site_reads.read_once(site, number, least)
    assert len(site.__dict__["_read_once"]) == site_reads.MOST_KEPT
    await site_reads.read_once(site, number)
    assert reads.count(0) == 3


async def test_the_dates_of_a_choice_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Mock(wraps=calendar.gaps)
    monkeypatch.setattr(calendar, "gaps", looked)
    site = serve.build(build(tmp_path), today=TODAY)
    for address in ("/deadlines", "/deadlines", "/deadlines?kind=hearing", "/deadlines?kind=hearing"):
        assert (await site.client.get(address)).status_code == 200
    assert looked.call_count == 2, "to find that a source has no dates reads all of its documents"
