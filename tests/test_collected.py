"""Nothing collected is not the same as nothing there: on maps, places, and comparisons."""

from __future__ import annotations

import dataclasses
import datetime
import html
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from site_corpus import TODAY, build, document_row

import serve
from crawlers.completeness.coverage_tables import HOLDINGS
from pages.answers import answer
from pages.answers.places import coverage
from pages.places import collected, compare, map, places
from pages.places.compare import Wanted
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)


def _session(place: str, session: str, title: str, starts_on: str, special: int = 0) -> dict[str, object]:
    return {
        "source": "us_states",
        "jurisdiction": place,
        "session": session,
        "title": title,
        "special": special,
        "starts_on": starts_on,
        "ends_on": None,
        "bills": 0,
        "checked_at": "2022-03-09T08:00:00Z",
        "seen_at": "2022-03-09T08:00:00Z",
    }


def _corpus(path: Path) -> Path:
    """Texas with bills of a special session only, Ohio with its regular one, and nothing of Iowa."""
    file = build(path, states=True)
    db = connect(file)
    db.table("sessions").insert_all(
        [
            _session("us-tx", "87", "87th Legislature, 1st Called Session", "2021-07-08", special=1),
            _session("us-tx", "87R", "87th Legislature", "2021-01-12"),
            _session("us-tx", "88R", "88th Legislature", "2023-01-10"),
            _session("us-oh", "134", "134th General Assembly", "2021-01-04"),
            _session("us-oh", "134s", "134th General Assembly, Special Session", "2021-09-01"),
            _session("us-ia", "89", "89th General Assembly", "2021-01-11"),
        ]
    )
    db.table("documents").insert(
        document_row(
            "us-oh-134-hb2",
            source="us_states",
            jurisdiction="us-oh",
            level="state",
            session="134",
            identifier="HB2",
            title="Fish",
            url="https://example.org/",
            latest_action_on="2031-01-01",
        )
    )
    keys = ("us-oh-134-hb1", "us-oh-134-hb2", "us-tx-87-hb1", "us-tx-87-hb2", "us-gu-36-b1")
    db.table("provenance").insert_all(
        {"document_id": key, "source": "us_states", "source_url": "https://example.org/", "fetched_at": TODAY}
        for key in keys
    )
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    return file


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(_corpus(tmp_path))
    db.row_factory = sqlite3.Row
    return db


def test_the_newest_regular_session_that_has_begun_counts(db: sqlite3.Connection) -> None:
    found = collected.latest_sessions(db, DAY)
    assert {place: (session.title, session.held) for place, session in found.items()} == {
        "us-tx": ("87th Legislature", False),
        "us-oh": ("134th General Assembly", True),
        "us-ia": ("89th General Assembly", False),
    }


def test_a_place_is_collected_with_its_regular_session(db: sqlite3.Connection) -> None:
    # Guam has bills and no source lists its sessions: what is there is taken for all of it.
    assert collected.collected_places(db, DAY).places >= {"us", "us-oh", "us-gu"}
    assert not collected.collected_places(db, DAY).places & {"us-tx", "us-ia"}


@pytest.mark.parametrize(
    ("asked", "lacks"),
    [
        ("q=fish+texas", "Texas: Not collected: the 87th Legislature. What is missing below may still exist."),
        ("q=fish&jurisdiction=us-tx", "Texas: Not collected: the 87th Legislature."),
        ("q=school+library+delaware", "Not collected: Delaware. What is missing below may still exist."),
        (
            "q=fish+ohio",
            "Ohio: Not collected: 134th General Assembly, Special Session. What is missing below may still",
        ),
        ("q=fish&jurisdiction=us-oh", "Ohio: Not collected: 134th General Assembly, Special Session."),
        ("q=fish&jurisdiction=us-gu", ""),
        ("q=fish&jurisdiction=us-tx,us-oh", "Texas: Not collected: the 87th Legislature."),
        ("q=fish&jurisdiction=us-zz", ""),
        ("q=texas+hb+1", ""),  # the notice of numbers says it
        ("q=fish", ""),
    ],
)
async def test_a_search_that_names_a_state_says_what_is_missing_of_it(tmp_path: Path, asked: str, lacks: str) -> None:
    site = serve.build(_corpus(tmp_path), today=TODAY)
    page = (await site.client.get(f"/browse?{asked}")).text
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert lacks in words
    assert ("What is missing below" in words) == bool(lacks)


@pytest.mark.parametrize(
    ("moved_on", "ends_on", "today", "whole"),
    [
        ("2026-04-02", "2026-05-20", "2026-11-28", True),  # it went home early
        ("2026-02-02", "2026-05-20", "2026-11-28", False),  # the record stops long before
        ("2026-02-02", "2026-05-20", "2026-04-20", True),  # in a recess
        ("2025-10-24", "2026-11-30", "2026-11-28", False),  # nothing for a year
        ("2025-06-11", "2026-04-01", "2026-01-10", True),  # between its two years
        ("2025-04-11", "2026-04-01", "2026-01-11", True),  # Kansas between its two years
        (None, None, "2026-11-28", True),  # no source gives a day
        (None, "2026-03-09", "2026-11-28", False),  # and it is over
    ],
)
def test_a_session_is_whole_whose_record_reaches_its_end_or_the_last_months(
    moved_on: str | None, ends_on: str | None, today: str, whole: bool
) -> None:
    row: Any = {
        "title": "2025-2026",
        "starts_on": "2025-01-13",
        "ends_on": ends_on,
        "moved_on": moved_on,
        "held": 1,
        "copied": 0,
    }
    assert collected._session(row, datetime.date.fromisoformat(today)).whole is whole
    assert not collected._session(row | {"held": 0}, datetime.date.fromisoformat(today)).whole


def test_sessions_after_the_newest_regular_one_of_which_nothing_is_stored_are_named_in_order(
    db: sqlite3.Connection,
) -> None:
    """Arkansas votes the money of every second year in a fiscal session: a page that ends with the regular one hides it."""
    for title, starts_on in (("2022 Fiscal Session", "2022-02-14"), ("2021 Fiscal Session", "2021-01-03")):
        db.execute(
            "insert into sessions select source, jurisdiction, ?, ?, 0, ?, null, bills, latest_action_on, checked_at,"
            " left_out, seen_at from sessions where session = '134s'",
            [title, title, starts_on],
        )
    newest = collected.latest_sessions(db, DAY)["us-oh"]
    assert newest.title == "134th General Assembly"
    later = collected.later_left_out(db, "us-oh", newest, DAY)
    assert [each.title for each in later] == ["134th General Assembly, Special Session", "2022 Fiscal Session"]
    assert collected.collected_places(db, DAY).places >= {"us-oh"}, "its regular session is all there"
    named = dataclasses.replace(newest, title="2022 Regular Session")  # its days are those of the year before
    assert [each.title for each in collected.later_left_out(db, "us-oh", named, DAY)] == ["2022 Fiscal Session"]


def test_a_state_whose_session_stops_early_is_collected_in_part_and_its_zero_has_a_plus(db: sqlite3.Connection) -> None:
    db.execute(
        "insert or replace into session_ends select jurisdiction, session, starts_on, '2022-02-01', '2021-03-10', null "
        "from sessions where jurisdiction = 'us-oh'"
    )
    assert "us-oh" not in collected.collected_places(db, DAY).places
    assert collected.collected_places(db, DAY).in_part == {"us-oh", "us-tx"}
    states = places.jurisdictions(db, DAY).states
    assert states is not None
    tiles = {tile.id: tile for tile in states.tiles}
    assert (tiles["us-oh"].count, tiles["us-oh"].part, tiles["us-ia"].count) == (0, True, None)
    assert "Ohio" in states.in_part
    assert "Ohio" not in states.missing


async def test_a_number_says_which_session_it_is_of_and_which_sessions_are_not_collected(tmp_path: Path) -> None:
    site = serve.build(_corpus(tmp_path), today=TODAY)
    page = " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", (await site.client.get("/browse?q=Texas+HB+1")).text)).split()
    )
    assert "Bill HB1 Texas 87th Legislature, 1st Called Session" in page
    assert "Of Texas, no bills of these sessions are collected: 87th Legislature. A bill of theirs may have" in page
    assert "no bills of these sessions" in (await site.client.get("/browse?q=Texas+HB+99")).text
    assert "no bills of these sessions" not in (await site.client.get("/browse?q=H.R.+1")).text
    page = (await site.client.get("/documents/us-tx-87-hb1")).text
    assert "<span>87th Legislature, 1st Called Session</span>" in page
    assert "HB1, Texas, 87th Legislature, 1st Called Session. In committee" in page, "so does a citation"


def test_what_is_two_years_old_is_not_collected(db: sqlite3.Connection) -> None:
    last = datetime.date.fromisoformat(collected.news_until(db, "us-gu", DAY) or "")
    later = last + datetime.timedelta(days=collected.STALE)
    assert "us-gu" in collected.collected_places(db, later).places
    assert "us-gu" not in collected.collected_places(db, later + datetime.timedelta(days=1)).places
    assert "us" in collected.collected_places(db, later + datetime.timedelta(days=1)).places, "Congress is no state"


async def test_where_no_session_is_known_pages_say_with_which_day_old_news_stops(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    last = datetime.date.fromisoformat(collected.news_until(db, "us-gu", DAY) or "")
    at, late = (last + datetime.timedelta(days=collected.STALE + more) for more in (0, 1))
    assert collected.lack(db, "us-gu", at) is None
    assert collected.lack(db, "us-gu", late) == collected.Lack("Guam", None, stopped=last.isoformat())
    assert collected.stopped_on(db, "us-oh", late) is None, "its session says how far it is collected"
    assert collected.stopped_on(db, "us", late) is None
    covers = coverage(answer.At(db, late, "https://example.org")).covers
    why = {each.place: each.why for each in covers.not_collected}
    assert why["us-gu"] == f"whatever came after {last} is not collected"
    site = serve.build(tmp_path / "corpus.db", today=late.isoformat())
    said = "whatever came after <time"
    for address in ("/jurisdictions/us-gu", "/browse?jurisdiction=us-gu&area=any"):
        page = (await site.client.get(address)).text
        assert "Not collected: " + said in page, address
    assert (
        "Not collected: whatever came after February 1, 2022."
        in (await site.client.get("/embed/jurisdictions/us-gu")).text
    )
    compared = (await site.client.get("/compare?jurisdiction=us-gu&jurisdiction=us-oh")).text
    assert "Guam, whatever came after February 1, 2022. Its numbers are those of a part" in compared


def test_the_map_marks_a_part_and_never_shows_a_zero_for_what_nobody_collected(db: sqlite3.Connection) -> None:
    states = places.jurisdictions(db, DAY).states
    assert states is not None
    tiles = {tile.id: tile for tile in states.tiles}
    assert (tiles["us-tx"].count, tiles["us-tx"].part) == (2, True)
    assert (tiles["us-oh"].count, tiles["us-ia"].count) == (0, None)


def test_how_much_of_a_place_is_collected_is_the_same_whatever_is_counted(db: sqlite3.Connection) -> None:
    reach = collected.collected_places(db, DAY)
    for counts in ({"us-gu": 1}, {"us-gu": 1, "us-tx": 2}):
        states = map.state_map(counts, reach, str)
        assert states is not None
        [texas] = [tile for tile in states.tiles if tile.id == "us-tx"]
        assert (texas.count, texas.part) == (counts.get("us-tx", 0), True)
        assert "Texas" not in states.missing


def test_a_place_says_how_far_its_data_reach_and_no_day_lies_ahead(db: sqlite3.Connection) -> None:
    assert collected.news_until(db, "us-tx", DAY) == "2022-02-01"
    assert collected.news_until(db, "us-oh", DAY) == "2022-02-01"
    assert collected.news_until(db, "us-ia", DAY) is None


def test_a_day_on_which_a_law_takes_effect_is_no_news_of_a_state(db: sqlite3.Connection) -> None:
    db.execute(
        "insert or replace into session_ends select jurisdiction, session, starts_on, null, '2022-01-20', null from sessions "
        "where jurisdiction = 'us-oh' and special = 0"
    )
    assert collected.news_until(db, "us-oh", DAY) == "2022-01-20"
    covers = coverage(answer.At(db, DAY, "https://example.org")).covers
    assert covers.places["us-oh"] == "2022-01-20", "programs read the day that the pages say"


def test_a_document_that_two_sources_gave_counts_once(db: sqlite3.Connection) -> None:
    query = HOLDINGS["coverage"].replace("p.source", "'us_state_text'", 1)
    db.execute(f"insert into coverage {query} having d.jurisdiction = 'us-oh'")
    at = answer.At(db, DAY, "https://example.org")
    stored = dict(db.execute("select jurisdiction, count(*) from documents group by 1").fetchall())
    for row in coverage(at).result["places"]:
        assert row["documents"] == stored[row["place"]] == coverage(at, row["place"]).result["documents"], row


async def test_where_the_latest_news_is_of_a_special_session_the_page_says_how_far_the_regular_one_goes(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    special, regular = "134th General Assembly, Special Session", "134th General Assembly"
    for title, ends_on, moved_on in ((special, "2021-10-01", "2021-09-30"), (regular, "2022-02-01", "2021-03-10")):
        db.execute(
            "insert or replace into session_ends select jurisdiction, session, starts_on, ?, ?, null "
            "from sessions where jurisdiction = 'us-oh' and title = ?",
            [ends_on, moved_on, title],
        )
    db.commit()
    ohio = compare.compare(db, Wanted("jurisdiction", ("us-tx", "us-oh")), DAY).sides[1]
    assert (ohio.until, ohio.earlier) == ("2021-09-30", [(regular, "2021-03-10")])
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    said = "Data through September 30, 2021{} 134th General Assembly through March 10, 2021"
    for address, between in (
        ("/jurisdictions/us-oh", "."),
        ("/embed/jurisdictions/us-oh", "."),
        ("/compare?jurisdiction=us-tx&jurisdiction=us-oh", ";"),
    ):
        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", (await site.client.get(address)).text))
        assert said.format(between).removeprefix("Data through " if between == ";" else "") in page, address


def test_a_comparison_with_a_part_says_so(db: sqlite3.Connection) -> None:
    texas, ohio = compare.compare(db, Wanted("jurisdiction", ("us-tx", "us-oh")), DAY).sides
    assert texas.lacks is not None
    assert "87th Legislature" in texas.lacks
    assert ohio.lacks is None


async def test_the_pages_say_it(tmp_path: Path) -> None:
    site = serve.build(_corpus(tmp_path), today=TODAY)

    async def shown(address: str) -> str:
        page = (await site.client.get(address)).text
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())

    assert "Not collected: the 87th Legislature, which began on" in await shown("/jurisdictions/us-tx")
    special = "Not collected: 134th General Assembly, Special Session."
    assert (await shown("/jurisdictions/us-oh")).count(special) >= 3, "above, with the numbers, and to cite"
    assert special in await shown("/embed/jurisdictions/us-oh")
    assert "Not collected:" not in await shown("/jurisdictions/us-gu")
    listed = await shown("/jurisdictions")
    assert "Collected in part ( a plus ): Texas" in listed or "Collected in part (a plus): Texas" in listed
    assert "TX 2 documents, Texas, collected in part" in (await site.client.get("/jurisdictions")).text
    assert "IA not collected, Iowa" in (await site.client.get("/jurisdictions")).text
    compared = await shown("/compare?jurisdiction=us-tx&jurisdiction=us-oh&jurisdiction=us")
    assert "do not compare them" in compared
    assert "E-Rate and broadband 2 can still move, 0 passed or final, 0 dead or replaced 0 " in compared, (
        "issue by issue"
    )
