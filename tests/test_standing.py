"""What can still move, what is news, and what a page says of a bill whose Congress has ended."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL, NOW, PLAIN, RULE, TODAY, build, document_row, opened

import serve
from pages.browse import browse, lists
from pages.documents import document, progress, session_status
from pages.places import overview
from publish.listing import publish
from store.connect import connect
from store.constants import ANY_AREA

DAY = datetime.date.fromisoformat(TODAY)
AFTER = datetime.date(2023, 1, 3)


def _row(**values: str) -> dict[str, Any]:
    return {
        "kind": "bill",
        "jurisdiction": "us",
        "session": "117",
        "status": "in_committee",
        "status_reason": None,
        "session_end": None,
    } | values


@pytest.mark.parametrize(
    ("row", "day", "ended"),
    [
        (_row(), AFTER, ("117th Congress", "2023-01-03")),
        (_row(), datetime.date(2023, 1, 2), None),
        (_row(status="passed_first_chamber"), AFTER, ("117th Congress", "2023-01-03")),
        (_row(status="enacted"), AFTER, None),
        (_row(status="adopted"), AFTER, None),
        (_row(status="failed"), AFTER, None),
        (_row(status="vetoed"), AFTER, None),
        (_row(status="to_executive"), AFTER, None),
        (_row(jurisdiction="us-tx", session="87"), AFTER, None),
        (_row(kind="regulation", session="fr", status="proposed"), AFTER, None),
        (
            _row(status="failed", status_on="2023-01-03", status_reason="session_ended"),
            AFTER,
            ("117th Congress", "2023-01-03"),
        ),
        (
            _row(
                jurisdiction="us-ia",
                session="2025-2026",
                status="failed",
                status_on="2026-05-03",
                status_reason="session_ended",
            ),
            AFTER,
            ("legislative session", "2026-05-03"),
        ),
    ],
)
def test_a_congress_takes_its_undecided_bills_with_it(
    row: dict[str, Any], day: datetime.date, ended: tuple[str, str] | None
) -> None:
    assert session_status.ended_with(row, day) == ended


@pytest.mark.parametrize(
    ("row", "latest_on", "news"),
    [
        (_row(session="118"), "2023-01-09", True),
        (_row(session="118", status="to_executive"), "2023-12-01", True),
        (
            _row(session="117", status="to_executive"),
            "2022-12-28",
            False,
        ),  # decided long ago, though no source says how
        (_row(session="118", status="enacted"), "2023-01-09", False),
        (_row(session="118", status="enacted"), "2024-04-01", True),
        (_row(), "2022-12-01", False),
        (_row(jurisdiction="us-tx", session="88"), "2023-04-01", False),
        (_row(jurisdiction="us-tx", session="88"), "2023-10-01", True),
        (_row(jurisdiction="us-ma", session="193rd", session_end="2025-01-01"), "2023-02-01", True),
        (_row(jurisdiction="us-ok", session="2024", session_end="2024-03-01"), "2024-01-15", False),
        (_row(kind="regulation", session="fr", status="proposed"), "2023-10-01", False),
        (_row(jurisdiction="us-ia", status="failed", status_reason="session_ended"), "2024-04-30", False),
    ],
)
def test_news_can_still_move_or_moved_lately(row: dict[str, Any], latest_on: str, news: bool) -> None:
    assert session_status.still_news(row, latest_on, datetime.date(2024, 5, 1)) == news


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return opened(tmp_path)


def _first(db: sqlite3.Connection, day: datetime.date) -> tuple[list[str], bool]:
    found = overview.first_to_see(db, "area_id = ?", [ANY_AREA], day)
    return [card.id for card in found.cards], found.moving


def test_what_must_be_seen_is_what_can_still_move(db: sqlite3.Connection) -> None:
    assert set(_first(db, DAY)[0]) == {BROADBAND, RULE}
    assert _first(db, datetime.date(2022, 7, 1)) == ([BROADBAND], True)
    assert _first(db, datetime.date(2024, 7, 1)) == ([BROADBAND, RULE], False)


def test_a_date_ahead_keeps_an_old_document_among_the_news(db: sqlite3.Connection) -> None:
    db.execute("update events set starts_at = '2025-01-01' where document_id = ?", [RULE])
    assert _first(db, datetime.date(2024, 7, 1)) == ([RULE], True)


@pytest.mark.parametrize(("year", "moving"), [(2021, False), (2022, True)])
def test_an_appropriations_bill_for_a_year_that_is_over_is_not_at_stake(
    db: sqlite3.Connection, year: int, moving: bool
) -> None:
    title = f"Making appropriations for the Legislative Branch for the fiscal year ending September 30, {year}."
    db.execute("update documents set title = 'Legislative Branch Act', abstract = ? where id = ?", [title, BROADBAND])
    assert (BROADBAND in _first(db, DAY)[0]) is moving
    assert (BROADBAND in lists.alive(db, [BROADBAND], DAY)) is moving


def test_a_bill_that_amends_an_appropriations_act_goes_on() -> None:
    title = "To amend the Consolidated Appropriations Act, 2021, for the fiscal year ending September 30, 2021"
    assert not session_status.is_of_the_past(title, None, datetime.date(2024, 5, 1))


@pytest.mark.parametrize(
    ("day", "moving"), [("January 31, 2022", False), ("October 20, 2027", True), ("June 31, 2021", True)]
)
def test_a_bill_that_extends_something_to_a_day_that_is_over_is_not_at_stake(
    db: sqlite3.Connection, day: str, moving: bool
) -> None:
    title = f"A bill to amend the FISA Amendments Act of 2008 to extend its authorities through {day}, and for other purposes."
    db.execute("update documents set title = ? where id = ?", [title, BROADBAND])
    assert (BROADBAND in lists.alive(db, [BROADBAND], DAY)) is moving


def test_a_bill_that_does_more_than_extend_goes_on() -> None:
    title = "To extend the flood program through May 1, 2021, and to establish a grant program for libraries."
    assert not session_status.is_of_the_past(title, None, datetime.date(2024, 5, 1))


async def _shown(path: Path, day: str, address: str) -> str:
    page = (await serve.build(path, today=day).client.get(address)).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.slow
async def test_the_page_says_that_a_bill_can_no_longer_move(tmp_path: Path) -> None:
    path = build(tmp_path)
    told = "The 117th Congress ended on January 3, 2023 , so this bill can no longer move."
    assert told in await _shown(path, "2023-01-03", f"/documents/{HOSTILE_BILL}")
    assert told not in await _shown(path, "2023-01-02", f"/documents/{HOSTILE_BILL}")
    assert told not in await _shown(path, "2023-01-03", f"/documents/{PLAIN}")
    for address in ("/browse", "/areas/library-funding", "/positions/tc-hotspot-lending"):
        assert "ended with the 117th Congress" in await _shown(path, "2023-01-03", address)
        assert "ended with the 117th Congress" not in await _shown(path, TODAY, address)
    assert "None of these can still move" in await _shown(path, "2023-06-15", "/jurisdictions/us")


async def test_an_empty_calendar_shows_what_has_lately_passed(tmp_path: Path) -> None:
    path = build(tmp_path)
    for address in ("/deadlines", "/areas/broadband", "/deadlines?kind=comment_close"):
        shown = await _shown(path, "2022-06-01", address)
        assert "Dates just past" in shown
        assert "March 31, 2022" in shown
    assert "Dates just past" not in await _shown(path, TODAY, "/deadlines")
    for address in ("/deadlines", "/areas/broadband"):
        assert "Dates just past" not in await _shown(path, "2022-07-01", address), "three months later"


def test_one_choice_finds_whatever_passed_a_chamber(db: sqlite3.Connection) -> None:
    found = browse.browse(db, browse.Filters.of({"status": "passed_a_chamber"}), DAY)
    assert {result.card.id for result in found.results} == {BROADBAND, PLAIN}
    with_words = browse.browse(db, browse.Filters.of({"status": "passed_a_chamber", "q": "hotspots"}), DAY)
    assert [result.card.id for result in with_words.results] == [BROADBAND]
    everything = browse.browse(db, browse.Filters(), DAY)
    statuses = next(facet for facet in everything.facets if facet.name == "status")
    groups = {choice.value: choice.count for choice in statuses.choices[:2]}
    assert groups == {"alive": 2, "passed_a_chamber": 2}


async def _csv(path: Path, address: str) -> list[dict[str, str]]:
    site = serve.build(path, today=TODAY)
    page = (await site.client.get(address)).text
    link = html.unescape(re.search(r'href="([^"]*\.csv[^"]*)"', page).group(1))
    return list(csv.DictReader(io.StringIO((await site.client.get(link)).text.removeprefix("\ufeff"))))


async def test_the_choice_can_be_taken_away_as_csv(tmp_path: Path) -> None:
    path = build(tmp_path)
    found = await _csv(path, "/browse?status=passed_a_chamber")
    assert {row["id"] for row in found} == {BROADBAND, PLAIN}
    assert len(await _csv(path, "/positions/tc-hotspot-lending")) == 1


async def test_a_long_list_is_taken_away_whole(tmp_path: Path) -> None:
    db = connect(build(tmp_path))
    more = [f"us-117-hr{number}" for number in range(20_000, 21_500)]
    db.table("documents").insert_all(
        document_row(
            key, identifier=key, title="One of many", url="https://www.congress.gov/", published_on="2021-01-03"
        )
        for key in more
    )
    db.table("tags").insert_all({"document_id": key, "area_id": "broadband", "probability": 0.9} for key in more)
    publish(db, NOW)
    db.close()
    for address in ("/browse?area=broadband", "/areas/broadband"):
        found = await _csv(tmp_path / "corpus.db", address)
        assert {row["id"] for row in found} == {*more, BROADBAND, RULE}
        assert len(found) == len(more) + 2


def test_words_that_no_document_has_together_find_the_closest(db: sqlite3.Connection) -> None:
    found = browse.browse(db, browse.Filters.of({"q": "hotspots xylophones"}), DAY)
    assert found.loose
    assert {result.card.id for result in found.results} == {BROADBAND, RULE}
    assert not browse.browse(db, browse.Filters.of({"q": "hotspots"}), DAY).loose
    assert not browse.browse(db, browse.Filters.of({"q": "xylophones"}), DAY).loose
    # Loose matches obey the filters like any others.
    only_rules = browse.browse(db, browse.Filters.of({"q": "hotspots xylophones", "kind": "regulation"}), DAY)
    assert [result.card.id for result in only_rules.results] == [RULE]
    # A number that was typed has been found: nothing looser is needed.
    assert browse.browse(db, browse.Filters.of({"q": "H.R. 1783"}), DAY).results == []


def test_a_crowded_day_shows_what_moved_the_bill_and_loses_nothing(db: sqlite3.Connection) -> None:
    said = [f"Debate, part {number}." for number in range(progress.CROWDED)]
    db.executemany(
        "insert into actions (document_id, ordinal, acted_on, description) values (?, ?, '2022-03-07', ?)",
        [(BROADBAND, 10 + number, words) for number, words in enumerate(said)],
    )
    db.execute("update actions set classification = 'passage' where description like 'Passed House%'")
    found = document.document(db, BROADBAND, DAY)
    assert found is not None
    days = {
        day: ([a["description"] for a in shown], {a["description"] for a in rest})
        for day, shown, rest in found.timeline
    }
    assert days["2022-03-07"] == (["Passed House by voice vote."], set(said))
    assert days["2022-03-08"] == (["Received in the Senate."], set())
