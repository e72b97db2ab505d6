"""Which sessions of the states are read: whatever their dates say, no legislature is left out in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import TextResponse
from sqlite_utils import Database
from test_us_states import answer, asked, row
from test_us_states_going_on import spider_on

import serve
from crawlers.completeness.session_choice import SessionChoice
from crawlers.items import Listing, SessionDates
from crawlers.parsers import openstates as api
from crawlers.storage import sessions
from crawlers.storage.merge_remote import take_over
from crawlers.storage.sessions import Asked
from publish.listing import publish
from store.connect import open_corpus


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENSTATES_KEY", "not-a-key")


TODAY = "2027-01-05"
NOW = "2026-11-25T06:00:00Z"


def session(name: str, starts_on: str | None, ends_on: str | None, *, special: bool = False) -> api.Session:
    return api.Session(
        state="ia", name=name, starts_on=starts_on, ends_on=ends_on, updated_at="2026-07-15", special=special
    )


BIENNIUM = session("2025-2026", "2025-01-13", "2025-04-22")
BEFORE = session("2023-2024", "2023-01-09", "2024-05-03")
SPECIAL = session("2025S1", "2025-01-27", "2025-01-31", special=True)
COMING = session("2027-2028", "2027-01-11", "2028-04-18")


def chosen(*found: api.Session, **known: Any) -> list[str]:
    return sorted(each.name for each in SessionChoice(list(found), TODAY, **known).chosen.values())


def test_the_latest_regular_session_is_held_although_its_stated_end_is_that_of_its_first_year() -> None:
    assert chosen(BIENNIUM, BEFORE, SPECIAL) == ["2025-2026"]


def test_a_session_ahead_does_not_take_the_place_of_the_latest() -> None:
    assert chosen(BIENNIUM, COMING) == ["2025-2026", "2027-2028"]


def test_what_moved_since_last_year_began_is_held_whatever_its_dates_say() -> None:
    assert chosen(COMING, BIENNIUM, BEFORE, moved={("us-ia", "2023-2024"): "2026-01-02"}) == [
        "2023-2024",
        "2025-2026",
        "2027-2028",
    ]
    assert "2023-2024" not in chosen(BIENNIUM, BEFORE, moved={("us-ia", "2023-2024"): "2024-06-02"})


@pytest.mark.parametrize("today", ["2026-01-15", "2026-12-03", "2026-12-05", "2026-12-31"])
def test_what_a_load_holds_does_not_shrink_from_one_day_of_a_year_to_the_next(today: str) -> None:
    """New Hampshire's session of 2025 last moved on December 4, 2025: twelve months later it must not be gone."""
    of_2025, of_2026 = session("2025", "2025-01-08", "2025-06-30"), session("2026", "2026-01-07", "2026-06-30")
    assert [each.name for each in SessionChoice([of_2025, of_2026], today).chosen.values()] == ["2025", "2026"]
    stated_wrongly = session("2025", "2024-12-01", "2024-12-31")
    moved = {("us-ia", "2025"): "2025-12-04"}
    assert len(SessionChoice([stated_wrongly, of_2026], today, moved=moved).chosen) == 2


def test_a_session_that_a_later_one_followed_can_wait_and_one_that_goes_on_cannot() -> None:
    of_2026, of_2027 = session("2026", "2026-01-12", "2026-04-22"), session("2027", "2027-01-04", "2027-04-30")
    special = session("2026S1", "2026-12-01", "2027-01-20", special=True)
    assert SessionChoice([of_2027, special, of_2026], TODAY).past() == {of_2026}
    assert (
        SessionChoice([BIENNIUM, SPECIAL], TODAY, asked={("us-ia", "2025S1"): Asked(1, "2026-02-01", NOW)}).past()
        == set()
    )


def test_a_special_session_of_this_legislature_is_held_and_one_of_the_last_is_not() -> None:
    moved = Asked(19, "2025-02-25", NOW)
    assert "2025S1" in chosen(BIENNIUM, SPECIAL, asked={("us-ia", "2025S1"): moved})
    assert "2025S1" not in chosen(
        session("2026", "2026-01-12", "2026-04-22"), SPECIAL, asked={("us-ia", "2025S1"): moved}
    )


def test_where_the_newest_session_has_no_bills_those_before_it_are_read_in_its_place() -> None:
    newest, special = (
        session("2026", "2026-01-12", "2026-04-22"),
        session("2025S2", "2025-10-01", "2025-10-05", special=True),
    )
    choice = SessionChoice([newest, special, BIENNIUM, BEFORE], TODAY)
    assert [each.name for each in choice.instead_of(newest)] == ["2025S2", "2025-2026"]
    assert choice.instead_of(newest) == []


def test_behind_an_empty_session_no_run_goes_back_further_than_the_first() -> None:
    """Else each run would ask for one session more, back to the first that the source knows."""
    first = SessionChoice([BIENNIUM, BEFORE], TODAY)
    assert first.instead_of(BIENNIUM) == []
    assert chosen(BIENNIUM, BEFORE, asked=first.asked) == []
    assert chosen(BEFORE) == ["2023-2024"], "as the newest there is, it is held however old"


@pytest.mark.parametrize(
    ("known", "due"),
    [
        (None, True),
        (Asked(3, "2025-01-31", "2027-01-02T00:00:00Z"), False),  # asked days ago
        (Asked(3, "2025-01-31", "2026-07-01T00:00:00Z"), True),  # the state has changed since
        (Asked(3, "2025-01-31", "2026-07-16T00:00:00Z"), False),  # it has not
    ],
)
def test_a_session_is_asked_about_once_and_again_when_its_state_changed(known: Asked | None, due: bool) -> None:
    answers = {("us-ia", "2025S1"): known} if known else {}
    latest = session("2026", "2026-01-12", "2026-04-22")
    assert SessionChoice([latest, SPECIAL], TODAY, asked=answers).is_due(SPECIAL) is due


def test_what_is_left_out_is_named_with_its_reason() -> None:
    old = session("2019-2020", "2019-01-14", "2020-06-14")
    choice = SessionChoice([session("2026", "2026-01-12", "2026-04-22"), SPECIAL, old], TODAY)
    assert [choice.reason(each) for each in choice.sessions] == [None, "not_asked", "old"]
    assert not choice.answered(SPECIAL, 3, "2025-01-31")
    assert choice.reason(SPECIAL) == "quiet"


# --------------------------------------------------------------------- the spider


def _jurisdictions(spider: Any) -> list[Any]:
    return list(_as_they_come(spider))


LISTED = (("2025", "primary", "2025-01-14", "2025-04-22"), ("2024S1", "special", "2024-12-02", "2024-12-05"))


def _as_they_come(spider: Any, listed: tuple[tuple[str, str, str, str], ...] = LISTED) -> Iterator[Any]:
    """What the list of jurisdictions leads to, one by one, as Scrapy takes it while answers come."""
    names = ("identifier", "classification", "start_date", "end_date")
    rows = [dict(zip(names, each, strict=True), name=f"{each[0]} Session") for each in listed]
    state = {"id": "ocd-jurisdiction/country:us/state:wy/government", "name": "Wyoming"}
    found = {"latest_bill_update": "2026-03-01T00:00:00+00:00", "legislative_sessions": rows}
    request = spider.ask_jurisdictions(1)
    body = {"results": [state | found], "pagination": {"page": 1, "max_page": 1, "total_items": 1, "per_page": 52}}
    response = TextResponse(request.url, body=json.dumps(body).encode(), request=request)
    yield from request.callback(response, **request.cb_kwargs)


def test_last_years_session_is_read_after_this_years(corpus: Database) -> None:
    listed = (("2025", "primary", "2025-01-14", "2025-04-22"), ("2026", "primary", "2026-02-09", "2026-03-11"))
    lists = [each for each in _as_they_come(spider_on(corpus), listed) if "updated_asc" in getattr(each, "url", "")]
    lists.sort(key=lambda each: -each.priority)
    assert [asked(each)["session"] for each in lists] == ["2026", "2025"]


def test_a_session_whose_answer_comes_early_is_read_once(corpus: Database) -> None:
    found, requested = _as_they_come(spider_on(corpus)), []
    for each in found:
        requested.append(each)
        if "latest_action" in getattr(each, "url", ""):
            bill = row(1, "2024-12-04T00:00:00+00:00", session="2024S1", latest_action_date="2026-01-04")
            requested += answer(each, [bill], 7, 7)
    lists = [asked(each)["session"] for each in requested if "updated_asc" in getattr(each, "url", "")]
    assert sorted(lists) == ["2024S1", "2025"]


def test_a_session_that_is_not_read_is_asked_about_first_and_read_if_it_moved(corpus: Database) -> None:
    spider = spider_on(corpus)
    found = _jurisdictions(spider)
    about = next(each for each in found if not isinstance(each, SessionDates) and "latest_action" in each.url)
    assert asked(about)["session"] == "2024S1"
    lists = [each for each in found if "/bills?" in getattr(each, "url", "") and each is not about]
    assert lists
    assert about.priority > max(each.priority for each in lists)
    bill = row(1, "2024-12-04T00:00:00+00:00", session="2024S1", latest_action_date="2026-01-04")
    [request] = answer(about, [bill], 7, 7)
    assert (asked(request)["session"], asked(request)["sort"]) == ("2024S1", "updated_asc")


def test_an_empty_session_is_a_listing_of_nothing_and_the_one_before_it_is_read(corpus: Database) -> None:
    request = next(each for each in _jurisdictions(spider_on(corpus)) if "updated_asc" in getattr(each, "url", ""))
    assert asked(request)["session"] == "2025"
    before, listing = answer(request, [], 0, 1)
    assert asked(before)["session"] == "2024S1"
    assert isinstance(listing, Listing)


def test_dates_are_stored_and_an_answer_stays_until_the_next(corpus: Database) -> None:
    said = SessionDates(
        source="us_states", jurisdiction="us-or", session="2025S1", ends_on="2025-09-05", bills=3,
        latest_action_on="2025-11-13", left_out="quiet",
    )  # fmt: skip
    sessions.store(corpus, [said], now=NOW)
    later = SessionDates(
        source="us_states", jurisdiction="us-or", session="2025S1", ends_on="2025-09-06", left_out="quiet"
    )
    sessions.store(corpus, [later], now="2026-11-26T06:00:00Z")
    row = next(corpus.query("select ends_on, bills, latest_action_on, checked_at from sessions"))
    assert row == {"ends_on": "2025-09-06", "bills": 3, "latest_action_on": "2025-11-13", "checked_at": NOW}


async def test_the_sources_page_names_the_sessions_that_are_left_out(tmp_path: Path, corpus: Database) -> None:
    common = {"source": "us_states", "jurisdiction": "us-or"}
    found = [
        SessionDates(**common, session="2025S1", title="2025 <S>", bills=3, latest_action_on="2025-11-13", left_out="quiet"),
        SessionDates(**common, session="2024S1", title="Empty", bills=0, left_out="quiet"),
        SessionDates(**common, session="2024S2", title="2024 Unasked", left_out="not_asked"),
        SessionDates(**common, session="2021", ends_on="2021-06-26", left_out="old"),
        SessionDates(**common, session="2026", title="2026 Regular", bills=264),
    ]  # fmt: skip
    sessions.store(corpus, found, now=NOW)
    run = {"source": "us_states", "started_at": NOW, "finished_at": NOW, "state": "finished", "coverage": "[]"}
    corpus.table("runs").insert(run)
    publish(corpus, NOW)
    page = (await serve.build(tmp_path / "corpus.db", today=TODAY).client.get("/sources")).text
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    assert "Oregon, 2025 &lt;S&gt;: 3 bills, last moved November 13, 2025" in words
    assert "Oregon, 2024 Unasked: the source has not yet said how many bills it has" in words
    assert "1 older sessions, the last of which ended June 26, 2021, are collected only on request." in words
    assert "Empty" not in words
    assert "2026 Regular" not in words


def test_a_merge_takes_over_what_another_machine_learned_of_sessions(tmp_path: Path, corpus: Database) -> None:
    (tmp_path / "spool").mkdir()
    spool = open_corpus(tmp_path / "spool" / "corpus.db")
    said = SessionDates(source="us_states", jurisdiction="us-or", session="2025S1", bills=3, left_out="quiet")
    sessions.store(spool, [said], now=NOW)
    spool.close()
    take_over(corpus, tmp_path / "spool" / "corpus.db", now=NOW)
    assert corpus.execute("select session, bills from sessions").fetchall() == [("2025S1", 3)]
