"""Meetings of state committees from Open States' /events: what they set in a bill's dates, and what may never undo it."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import scrapy
from conftest import SOURCES, replay
from golden import NOWHERE, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import BadRecord, Bill, Event, Reject
from crawlers.meeting_spider import Agenda
from crawlers.parsers import openstates_events as events
from crawlers.spiders.us_states import UsStatesSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import Proceeding
from crawlers.storage.meetings import Listed, MeetingList, last_listed, store_list, write_meeting_dates
from crawlers.storage.record import load_document, upsert
from pages.places.calendar import ALL, Wanted, deadlines

RECORDED = SOURCES / "us_states"
DAY_1, DAY_2, DAY_3 = "2026-11-25T06:00:00Z", "2026-11-26T06:00:00Z", "2026-11-27T06:00:00Z"
HB282, HB415 = "us-md-2025-hb282", "us-md-2025-hb415"


@pytest.fixture(autouse=True, scope="module")
def key() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENSTATES_KEY", "not-a-key")
        yield


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsStatesSpider, since="2025-01-01"), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def meetings(items: list[Any]) -> list[Proceeding]:
    return [each for each in items if isinstance(each, Proceeding)]


@pytest.fixture
def stored(corpus: Database, items: list[Any], meetings: list[Proceeding]) -> Database:
    """The recorded bills and meetings on the day of the first list."""
    upsert(corpus, [each for each in items if isinstance(each, Bill)], now=DAY_1, silent=True)
    listed(corpus, meetings, DAY_1)
    return corpus


def listed(corpus: Database, meetings: list[Proceeding], now: str, believed: bool = False) -> str | None:
    """Store a list of Maryland's meetings and the dates that follow from it."""
    attachments.store(corpus, meetings, now=now)
    whole = MeetingList(
        source="us_states",
        jurisdiction="us-md",
        first_on="2026-11-26",
        last_on="2027-01-24",
        listed_on=now[:10],
        ids=tuple(each.id for each in meetings),
        believed=believed,
    )
    told = store_list(corpus, whole, now=now)
    write_meeting_dates(corpus, now=now)
    return told


def dates(corpus: Database, key: str = HB282) -> list[tuple[Any, ...]]:
    rows = corpus.execute(
        "select kind, starts_at, description from events where document_id = ? and starts_at > '2026-11' order by 2",
        [key],
    )
    return rows.fetchall()


def news(corpus: Database) -> list[tuple[Any, ...]]:
    return corpus.execute("select document_id, happened_on, summary from changes order by seen_at, id").fetchall()


def changed(meeting: Proceeding, **values: Any) -> Proceeding:
    return replace(meeting, **values).stamped("changed")


# --------------------------------------------------------------------- recordings


def test_a_meeting_has_its_hour_in_the_states_time_its_room_and_the_bills_that_were_recognized(
    meetings: list[Proceeding],
) -> None:
    first = meetings[0]
    assert (first.starts_at, first.timezone) == ("2026-12-01T13:00:00", "America/New_York")
    assert (first.committee, first.place) == ("Ways and Means", "House Office Building, Room 130")
    assert (first.state, first.kind, first.jurisdiction, first.session) == ("Scheduled", "meeting", "us-md", "2025")
    assert first.document_ids == (HB282, HB415), "a bill that Open States did not find could be of any session"
    assert first.url.startswith("https://legislature.example.gov/")


def test_what_was_called_off_what_has_no_hour_and_what_is_no_hearing(meetings: list[Proceeding]) -> None:
    assert [(each.state, each.kind, each.starts_at) for each in meetings[1:]] == [
        ("Canceled", "meeting", "2026-12-02T09:30:00"),
        ("Scheduled", "floor", "2026-12-03T10:00:00"),
        ("Tentative", "meeting", "2026-12-08"),
    ]


def test_every_state_is_listed_from_tomorrow_on(items: list[Any]) -> None:
    found = [each for each in items if isinstance(each, MeetingList)]
    assert {each.jurisdiction: len(each.ids) for each in found} == {
        f"us-{state}": 4 * (state == "md") for state in ("dc", "ga", "ma", "md", "nh", "pr")
    }
    assert {(each.first_on, each.last_on) for each in found} == {("2026-11-26", "2027-01-24")}


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-07-01T18:00:00+00:00", "2026-07-01T14:00:00"),
        ("2026-12-01T23:30:00-05:00", "2026-12-01T23:30:00"),
        ("2026-12-02T01:00:00+00:00", "2026-12-01T20:00:00"),
        ("2026-12-01T00:00:00-05:00", "2026-12-01"),
        ("2026-12-01T00:00:00+00:00", "2026-12-01"),
        ("2026-12-01T05:00:00+00:00", "2026-12-01"),
        ("2026-12-01T09:00:00", "2026-12-01T09:00:00"),
        ("2026-12-01", "2026-12-01"),
    ],
)
def test_a_time_is_the_states_own_and_midnight_is_no_hour(text: str, local: str) -> None:
    assert events.local_time(text, ZoneInfo("America/New_York")) == local


def test_a_record_that_cannot_be_read_is_refused() -> None:
    [row] = json.loads(next(RECORDED.glob("*/events@jurisdiction=md*")).read_text())["results"][:1]
    for wrong in ({"start_date": "soon"}, {"status": "maybe"}, {"name": ""}, {"agenda": [{"related_entities": [3]}]}):
        with pytest.raises(BadRecord):
            events.parse_meeting(row | wrong)


# --------------------------------------------------------------------- dates of bills


def test_the_first_list_sets_dates_and_is_no_news_and_a_second_writes_nothing(
    stored: Database, meetings: list[Proceeding]
) -> None:
    assert dates(stored) == [
        ("hearing", "2026-12-01T13:00:00", "Ways and Means, House Office Building, Room 130"),
        ("hearing", "2026-12-08", "Appropriations, TBA"),
    ]
    assert news(stored) == []
    before = stored.conn.total_changes
    assert write_meeting_dates(stored, now=DAY_2) == 0
    attachments.store(stored, meetings, now=DAY_2)
    assert stored.conn.total_changes == before


def test_a_bill_that_is_written_again_keeps_the_dates_that_meetings_set(stored: Database, items: list[Any]) -> None:
    bill = next(each for each in items if isinstance(each, Bill) and each.id == HB282)
    own = load_document(stored, HB282).events
    assert own == bill.events, "a meeting's date is no part of the bill's record"
    upsert(stored, [replace(bill, title="Another title")], now=DAY_2, silent=False)
    assert len(dates(stored)) == 2
    assert [each[2] for each in news(stored)] == []
    assert write_meeting_dates(stored, now=DAY_2) == 0


def test_moved_called_off_and_new_meetings_follow_and_are_news(stored: Database, meetings: list[Proceeding]) -> None:
    moved = changed(meetings[0], starts_at="2026-12-04T10:00:00", document_ids=(HB282,))
    off = changed(meetings[3], state="Canceled")
    new = changed(meetings[0], id="ocd-event/new", starts_at="2026-12-10T09:00:00", document_ids=(HB415,), place=None)
    assert listed(stored, [moved, *meetings[1:3], off, new], DAY_2) is None
    assert [each[:2] for each in dates(stored)] == [
        ("hearing", "2026-12-04T10:00:00"),
        ("hearing_canceled", "2026-12-08"),
    ]
    assert [each[:2] for each in dates(stored, HB415)] == [("hearing", "2026-12-10T09:00:00")]
    assert sorted(news(stored)) == [
        (HB282, "2026-12-04", "hearing: Ways and Means, House Office Building, Room 130"),
        (HB282, "2026-12-08", "hearing_canceled: Appropriations, TBA"),
        (HB415, "2026-12-10", "hearing: Ways and Means"),
    ]
    assert write_meeting_dates(stored, now=DAY_3) == 0


def test_a_meeting_that_is_no_longer_listed_is_marked_and_may_come_back(
    stored: Database, meetings: list[Proceeding]
) -> None:
    listed(stored, meetings[1:], DAY_2)
    assert dates(stored)[0] == (
        "hearing_canceled",
        "2026-12-01T13:00:00",
        "Ways and Means, House Office Building, Room 130, no longer listed",
    )
    marked = "select id from proceedings where missing_since is not null"
    assert stored.execute(marked).fetchall() == [(meetings[0].id,)]
    listed(stored, meetings, DAY_3)
    assert dates(stored)[0][0] == "hearing"
    assert stored.execute(marked).fetchall() == []


def test_a_meeting_that_stands_in_the_list_under_another_id_is_one_hearing(
    stored: Database, meetings: list[Proceeding]
) -> None:
    listed(stored, [*meetings[1:], changed(meetings[0], id="ocd-event/again", starts_at="2026-12-01T14:00:00")], DAY_2)
    assert dates(stored)[0][:2] == ("hearing", "2026-12-01T14:00:00")
    assert len(dates(stored)) == 2


def test_half_a_list_is_not_believed_before_the_next_day(stored: Database, meetings: list[Proceeding]) -> None:
    many = [changed(meetings[0], id=f"ocd-event/{n}", starts_at=f"2026-12-1{n}T10:00:00") for n in range(8)]
    listed(stored, many, DAY_1, believed=True)
    missing = "select count(*) from proceedings where missing_since is not null"
    [(before,)] = stored.execute(missing).fetchall()
    told = listed(stored, many[:4], DAY_2)
    assert told is not None
    assert "4 of 8 meetings" in told
    assert listed(stored, many[:4], DAY_2), "the same day again decides nothing"
    assert stored.execute(missing).fetchall() == [(before,)]
    assert listed(stored, many[:4], DAY_3) is None
    assert stored.execute(missing).fetchall() == [(before + 4,)]


@pytest.mark.parametrize("kind", ["hearing", "committee_meeting"])
def test_a_date_of_the_record_without_an_hour_takes_the_meetings_and_gets_its_own_words_back(
    stored: Database, items: list[Any], meetings: list[Proceeding], kind: str
) -> None:
    bill = next(each for each in items if isinstance(each, Bill) and each.id == HB282)
    own = Event(kind=kind, starts_at="2026-12-01", timezone="America/New_York", description=None)
    upsert(stored, [replace(bill, events=(own,))], now=DAY_2, silent=True)
    write_meeting_dates(stored, now=DAY_2)
    assert dates(stored)[0][0] == kind
    assert [each[1] for each in dates(stored)] == ["2026-12-01T13:00:00", "2026-12-08"], "one hearing, one date"
    assert load_document(stored, HB282).events == (own,)
    listed(stored, [changed(meetings[0], document_ids=(HB415,)), *meetings[1:]], DAY_3)
    assert [each[1] for each in dates(stored)] == ["2026-12-01", "2026-12-08"]


def test_two_hearings_of_one_day_at_their_hours_are_two_dates(stored: Database, items: list[Any]) -> None:
    bill = next(each for each in items if isinstance(each, Bill) and each.id == HB282)
    own = Event(kind="hearing", starts_at="2026-12-01T09:00:00", timezone="America/New_York", description="Finance")
    upsert(stored, [replace(bill, events=(own,))], now=DAY_2, silent=True)
    write_meeting_dates(stored, now=DAY_2)
    assert [each[1][11:] for each in dates(stored)] == ["09:00:00", "13:00:00", ""]


def test_the_calendar_shows_them(stored: Database) -> None:
    stored.conn.row_factory = sqlite3.Row
    found = deadlines(stored.conn, datetime.date(2026, 11, 25), Wanted(area=ALL))
    assert [(each.document_id, each.starts_at[:10]) for each in found] == [
        (HB282, "2026-12-01"),
        (HB415, "2026-12-01"),
        (HB282, "2026-12-08"),
    ]


# --------------------------------------------------------------------- requests


def page(request: scrapy.Request, numbers: range, total: int, max_page: int) -> list[Any]:
    [row] = json.loads(next(RECORDED.glob("*/events@jurisdiction=md*")).read_text())["results"][:1]
    rows = [row | {"id": f"ocd-event/{n}"} for n in numbers]
    paging = {"page": request.cb_kwargs["page"], "max_page": max_page, "total_items": total}
    body = json.dumps({"results": rows, "pagination": paging}).encode()
    assert request.callback is not None
    return list(request.callback(TextResponse(request.url, body=body, request=request), **request.cb_kwargs))


def test_a_page_that_repeats_a_meeting_is_read_again_and_nothing_counts_as_gone() -> None:
    spider = made(UsStatesSpider)
    spider.to_ask = ["nh"]
    found: list[Any] = [spider.ask_meetings(Agenda("md"), 1)]
    for _ in range(3):
        found = page(found[-1], range(20), total=25, max_page=2)
        assert "page=2" in found[-1].url
        found = page(found[-1], range(18, 20), total=25, max_page=2)
    assert not any(isinstance(each, MeetingList) for each in found)
    assert "jurisdiction=nh" in found[-1].url, "the next state follows"
    assert spider.notes == ["meetings of us-md: 25 were announced and 20 came"]


def test_meetings_take_a_quarter_of_the_days_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    spider = made(UsStatesSpider)
    assert spider.source.per_day == 250
    spider.to_ask = [*"ab"]
    spider.asked_for_meetings = 61
    assert len(list(spider.next_state())) == 1
    assert list(spider.next_state()) == []


def test_a_run_that_was_killed_goes_on_with_the_states_it_had_not_listed(stored: Database) -> None:
    corpus = Path(str(stored.execute("pragma database_list").fetchone()[2]))
    assert last_listed(corpus, source="us_states")["us-md"] == ("2026-11-25", 4)
    spider = made(UsStatesSpider, corpus=corpus)
    [request] = spider.meetings(["md", "nh"], ["wy"])
    assert "jurisdiction=nh" in request.url
    assert spider.to_ask == ["wy"]
    spider = made(UsStatesSpider, corpus=corpus, limit="5")
    assert list(spider.meetings(["nh"], [])) == [], "a run for a few bills reads no meetings"


def test_a_list_that_cannot_be_read_costs_only_its_state() -> None:
    spider = made(UsStatesSpider)
    spider.to_ask = ["nh"]
    request = spider.ask_meetings(Agenda("md"), 1)
    request.meta["retry_times"] = 99
    response = TextResponse(request.url, body=b"<html>", request=request)
    rejected, following = spider.parse_meetings(response, **request.cb_kwargs)
    assert isinstance(rejected, Reject)
    assert rejected.document_id == "us-md meetings"
    assert "jurisdiction=nh" in following.url


def test_no_such_address_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    spider = made(UsStatesSpider)
    spider.to_ask = ["nh"]
    request = spider.ask_meetings(Agenda("md"), 1)
    assert (
        list(spider.parse_meetings(TextResponse(request.url, status=404, request=request), **request.cb_kwargs)) == []
    )
    assert spider.to_ask == []
    assert spider.notes == ["https://v3.openstates.org/events is not there: no meetings were read"]


def test_states_that_sit_are_asked_daily_and_others_weekly() -> None:
    spider = made(UsStatesSpider)
    lists = {"us-md": "2026-11-25", "us-oh": "2026-11-24", "us-ri": "2026-11-20", "us-ut": "2026-11-17"}
    spider.meeting_lists = {state: Listed(on, 0) for state, on in lists.items()}
    [first] = spider.meetings(["md", "oh", "ak"], ["ri", "ut"])
    assert first.cb_kwargs["agenda"].state == "ak", "never asked, so first"
    assert spider.to_ask == ["oh", "ut"]
