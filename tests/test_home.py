"""The home page: nothing dead on it, dates that are near, what moved in words, and how far the data reach."""

from __future__ import annotations

import datetime
import html
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL, NOW, PLAIN, RULE, TODAY, build, opened

import serve
from pages.browse.cards import Card, cards
from pages.browse.lists import _few_of_a_place
from pages.documents import related
from pages.http import language
from pages.places import home
from store.connect import connect

CARD = dict.fromkeys(
    ["id", "title", "identifier", "kind", "jurisdiction", "place", "session", "status", "status_word", "status_on"], ""
) | {"latest_action": "", "latest_on": None, "must_see": True, "missing": False}
DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return opened(tmp_path)


def _pin(db: sqlite3.Connection, document: str, place: int, why: str) -> None:
    db.execute(
        "insert into decisions (document_id, subject, verdict, value, reason, decided_on) "
        "values (?, 'pin', 'confirm', ?, ?, '2022-03-01')",
        [document, str(place), why],
    )


def _chosen(db: sqlite3.Connection, now: str = NOW) -> list[str]:
    return [each.card.id for each in home.home(db, now).priorities]


def test_the_program_chooses_priorities_only_where_staff_chose_none(db: sqlite3.Connection) -> None:
    assert set(_chosen(db)) == {BROADBAND, RULE}
    assert not home.home(db, NOW).pinned
    _pin(db, PLAIN, 2, "It keeps lighthouses lit.")
    _pin(db, RULE, 1, "It pays for hotspots.")
    found = home.home(db, NOW)
    assert found.pinned
    assert [(each.card.id, each.why) for each in found.priorities] == [
        (RULE, "It pays for hotspots."),
        (PLAIN, "It keeps lighthouses lit."),
    ]


def test_one_state_does_not_fill_the_home_page(db: sqlite3.Connection) -> None:
    ours = [f"us-nj-222-a{number}" for number in range(5)]
    found = [Card(**CARD | {"id": key, "jurisdiction": "us-nj", "title": key}) for key in ours]
    found.append(Card(**CARD | {"id": "us-oh-136-hb1", "jurisdiction": "us-oh", "title": "hb1"}))
    assert [card.id for card in _few_of_a_place(found, 6)] == [*ours[:2], "us-oh-136-hb1", *ours[2:]]


def test_congress_may_fill_the_home_page_whatever_the_language_calls_it(db: sqlite3.Connection) -> None:
    for spoken in language.LANGUAGES:
        with language.speaking(spoken):
            [card] = cards(db, [BROADBAND], DAY)
        national = [replace(card, id=f"us-119-hr{number}") for number in range(3)]
        state = replace(card, id="us-oh-136-hb1", jurisdiction="us-oh")
        assert _few_of_a_place([*national, state], 3) == national


def test_a_document_that_staff_pinned_as_must_see_comes_first(db: sqlite3.Connection) -> None:
    db.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) values (?, 'pin', 'confirm', '2022-03-01')",
        [PLAIN],
    )
    assert _chosen(db) == [PLAIN]
    db.execute("update decisions set verdict = 'reject'")
    assert set(_chosen(db)) == {BROADBAND, RULE}


def test_no_dead_document_is_on_the_home_page(db: sqlite3.Connection) -> None:
    for status, reason in (("failed", None), ("withdrawn", None), ("vetoed", None), ("failed", "session_ended")):
        db.execute("update documents set status = ?, status_reason = ? where id = ?", [status, reason, BROADBAND])
        assert _chosen(db) == [RULE]
        week = home.home(db, NOW).week
        assert week is None or week.moves == []
        _pin(db, BROADBAND, 1, "It mattered.")
        assert _chosen(db) == [RULE]
        db.execute("delete from decisions where subject = 'pin'")


def test_a_bill_of_which_nothing_was_heard_since_its_session_was_to_end_is_not_on_it(db: sqlite3.Connection) -> None:
    db.execute(
        "insert into sessions (source, jurisdiction, session, special, starts_on, ends_on, checked_at, seen_at) "
        "values ('us_bills', 'us', '117', 0, '2021-01-03', '2022-04-01', ?, ?)",
        [NOW, NOW],
    )
    assert BROADBAND in _chosen(db, "2022-05-10T08:00:00Z")
    assert BROADBAND not in _chosen(db, "2022-06-01T08:00:00Z")


def test_a_bill_of_an_ended_congress_leaves_the_home_page(db: sqlite3.Connection) -> None:
    assert BROADBAND in _chosen(db, "2022-12-30T08:00:00Z")
    assert _chosen(db, "2023-01-03T08:00:00Z") == []


@pytest.mark.parametrize(("starts_at", "shown"), [("2022-06-07", True), ("2022-06-08", False), ("2028-01-01", False)])
def test_only_dates_of_the_next_90_days_are_due(db: sqlite3.Connection, starts_at: str, shown: bool) -> None:
    db.execute("update events set starts_at = ? where document_id = ?", [starts_at, RULE])
    assert bool(home.home(db, NOW).due) == shown


def test_a_move_is_told_from_the_old_status_to_the_new(db: sqlite3.Connection) -> None:
    week = home.home(db, NOW).week
    assert (week.since, week.until) == ("2022-03-01", "2022-03-07")
    assert [(each.document_id, each.before, each.after, each.day) for each in week.moves] == [
        (BROADBAND, "Introduced", "Passed one chamber", "2022-03-07")
    ]


def test_a_bill_that_moved_in_both_chambers_on_one_day_is_named_once() -> None:
    first = home.Move(
        "us-ri-hb1", "AN ACT ON LIBRARIES", "HB1", "us-ri", "2026-06-24", "Introduced", "Became law", False
    )
    second = replace(first, document_id="us-ri-sb2", title="An act on libraries", identifier="SB2", must_see=True)
    others = [
        replace(first, document_id="us-ri-hb3", day="2026-06-23"),
        replace(first, document_id="us-tx-hb1", jurisdiction="us-tx"),
    ]
    merged = home._one_per_bill([first, *others, second])
    assert [each.document_id for each in merged] == ["us-ri-hb1", "us-ri-hb3", "us-tx-hb1"]
    assert (merged[0].same, merged[0].must_see) == ((("us-ri-sb2", "SB2"),), True)


def test_a_related_document_says_which_of_the_two_came_first(db: sqlite3.Connection) -> None:
    def relation(page: str, other: str) -> str:
        [found] = [row["relation"] for row in related.related(db, page) if row["id"] == other]
        return str(found)

    db.execute("delete from links")
    db.execute(
        "insert into links (document_id, ordinal, linked_id, kind) values (?, 0, ?, 'replaces')", [BROADBAND, PLAIN]
    )
    assert relation(BROADBAND, PLAIN) == "replaced by this one"
    assert relation(PLAIN, BROADBAND) == "replaces this one"
    db.execute("update links set kind = 'Identical bill'")
    assert relation(BROADBAND, PLAIN) == relation(PLAIN, BROADBAND) == "identical bill"


def test_another_document_moves_only_with_a_sure_area_and_a_position(db: sqlite3.Connection) -> None:
    def moved() -> list[str]:
        return [each.document_id for each in home.home(db, NOW).week.moves]

    db.execute("insert into status_history values (?, 0, 'reported', '2022-03-06')", [HOSTILE_BILL])
    assert moved() == [BROADBAND]
    db.execute("update tags set probability = 0.95 where document_id = ?", [HOSTILE_BILL])
    assert moved() == [BROADBAND]
    db.execute(
        "insert into decisions (document_id, subject, verdict, decided_on) "
        "values (?, 'position:tc-hotspot-lending', 'confirm', '2022-03-01')",
        [HOSTILE_BILL],
    )
    assert moved() == [BROADBAND, HOSTILE_BILL]
    for day, shown in (("2022-03-01", [BROADBAND, HOSTILE_BILL]), ("2022-02-28", [BROADBAND])):  # a week has seven days
        db.execute("update status_history set reached_on = ? where document_id = ?", [day, HOSTILE_BILL])
        assert moved() == shown


def test_a_step_in_the_future_does_not_move_the_week(db: sqlite3.Connection) -> None:
    db.execute("insert into status_history values (?, 5, 'enacted', '2028-01-01')", [BROADBAND])
    assert home.home(db, NOW).week.until == "2022-03-07"


def test_how_far_the_data_reach_leaves_out_days_in_the_future(db: sqlite3.Connection) -> None:
    db.execute("update listing set sort_on = '2031-01-01' where document_id = ?", [BROADBAND])
    assert home.home(db, NOW).reach[0].until < "2022-03-09"


def test_it_says_how_far_the_data_reach_and_what_needs_attention(db: sqlite3.Connection) -> None:
    found = home.home(db, NOW)
    assert [(each.title, each.until) for each in found.reach] == [
        ("Congress", "2022-03-08"),
        ("Federal rules and notices", "2022-03-02"),
    ]
    assert found.attention == 1


async def test_the_page_shows_it(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file).conn
    _pin(db, BROADBAND, 1, "Every <b>branch</b> gets a line.")
    db.commit()
    db.close()
    page = (await serve.build(file, today=TODAY).client.get("/")).text
    shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "Why it matters: Every <b>branch</b> gets a line." in shown
    assert "From “Introduced” to “Passed one chamber”" in shown
    assert "Congress through" in shown
    assert "1 source with a problem" in shown


def test_cases_are_not_said_to_be_of_federal_courts_alone() -> None:
    """Opinions of state courts are among them."""
    assert home.REACH[home._group("us", "case")] == "Court cases"
