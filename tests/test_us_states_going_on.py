"""Where the spider of state bills goes on: after a half-read session, a change, or an end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, made
from scrapy.http import TextResponse
from scrapy.spidermiddlewares.httperror import HttpError
from sqlite_utils import Database
from test_us_states import answer, asked, first, jurisdictions, key, row  # noqa: F401
from twisted.python.failure import Failure

from crawlers.items import Bill, Listing, Reject, Unreadable
from crawlers.parsers import openstates as api
from crawlers.people import Person, RollCallsOf
from crawlers.spiders.us_states import UsStatesSpider, stamped
from crawlers.storage.record import upsert
from crawlers.storage.watermarks import Watermark, watermarks


def stored(db: Database, *rows: dict[str, Any]) -> None:
    upsert(db, [api.parse_bill(each) for each in rows], now=NOW, silent=True)


def finished(db: Database, at: str, session: str = "2025") -> None:
    part = {"jurisdiction": "us-wy", "session": session, "part": "", "listed": 1, "stored": 1, "complete": True}
    run = {"source": "us_states", "started_at": NOW, "finished_at": at, "state": "finished"}
    db.table("runs").insert(run | {"coverage": json.dumps([part])})


def spider_on(db: Database, **arguments: Any) -> UsStatesSpider:
    path = Path(db.execute("pragma database_list").fetchone()[2])
    return made(UsStatesSpider, corpus=path, **arguments)


def test_a_half_read_session_goes_on_at_its_newest_bill(corpus: Database) -> None:
    stored(corpus, row(1, "2025-02-01T10:00:00+00:00"), row(2, "2025-02-03T10:00:00+00:00"))
    request = first(spider_on(corpus))
    assert asked(request)["updated_since"] == "2025-02-03T10:00:00.000000"


def many(count: int, first_number: int = 1, at: str = "2025-02-01T10:00:00+00:00") -> list[dict[str, Any]]:
    return [row(number, at) for number in range(first_number, first_number + count)]


def test_among_many_bills_of_one_time_it_goes_on_at_the_page_where_the_stored_ones_end(corpus: Database) -> None:
    stored(corpus, *many(50))
    request = first(spider_on(corpus))
    assert (asked(request)["page"], asked(request)["updated_since"]) == ("3", "2025-02-01T10:00:00.000000")
    *_, listing = answer(request, many(15, 41), 55, 3, page=3)
    assert isinstance(listing, Listing)
    assert len(listing.document_ids) == 55


def test_a_page_that_begins_with_an_unknown_bill_is_too_far_on(corpus: Database) -> None:
    stored(corpus, *many(90))
    request = first(spider_on(corpus))
    steps = [asked(request)["page"]]
    for page in (5, 4):
        [request] = answer(request, many(20, 200), 120, 6, page=page)
        steps.append(asked(request)["page"])
    assert steps == ["5", "4", "2"]
    found = answer(request, many(20, 60), 120, 6, page=2)
    assert len([item for item in found if isinstance(item, Bill)]) == 20


def test_a_page_past_the_last_one_begins_the_stretch_again(corpus: Database) -> None:
    stored(corpus, *many(50))
    request = first(spider_on(corpus))
    response = TextResponse(request.url, status=404, body=b"{}", request=request)
    assert request.callback is not None
    [request] = request.callback(response, **request.cb_kwargs)
    assert asked(request)["page"] == "1"


async def test_bills_that_take_the_gateway_too_long_are_asked_for_in_smaller_pages(corpus: Database) -> None:
    stored(corpus, *many(90))
    request = first(spider_on(corpus))

    async def failed(request: scrapy.Request, status: int) -> list[Any]:
        response = TextResponse(request.url, status=status, request=request)
        failure = Failure(HttpError(response))
        failure.request = request  # type: ignore[attr-defined]
        assert request.errback is not None
        return [each async for each in request.errback(failure)]

    [lost] = await failed(request, 401)
    assert isinstance(lost, Reject)
    [small] = await failed(request, 504)
    assert (asked(request)["page"], asked(small)["page"], asked(small)["per_page"]) == ("5", "21", "4"), (
        "the same place"
    )
    [lost] = await failed(small, 504)
    assert isinstance(lost, Reject)
    *_, following = answer(small, [*many(1), *many(3, 200, at="2025-03-02T00:00:00+00:00")], 120, 30, page=21)
    assert (asked(following)["page"], asked(following)["per_page"]) == ("1", "20")


def test_a_session_read_to_its_end_costs_nothing_until_its_state_changes(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"))
    finished(corpus, at="2026-11-25T00:00:05Z")
    [listing] = jurisdictions(spider_on(corpus), "2025", updated_at="2025-03-01T00:00:00+00:00")
    assert listing.document_ids == ("us-wy-2025-hb1",)
    [request] = jurisdictions(spider_on(corpus), "2025", updated_at="2025-03-02T00:00:00+00:00")
    assert asked(request)["updated_since"] == "2025-03-01T00:00:01.000000"


def test_what_was_stored_after_the_last_listing_makes_a_session_half_read_again(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"))
    finished(corpus, at="2026-11-24T00:00:00Z")
    [request] = jurisdictions(spider_on(corpus), "2025", updated_at="2025-03-01T00:00:00+00:00")
    assert asked(request)["updated_since"] == "2025-03-01T00:00:00.000000"


def test_a_change_just_before_the_listing_is_told_again(corpus: Database) -> None:
    stored(corpus, row(1, "2026-11-25T00:00:00+00:00"))
    finished(corpus, at="2026-11-25T00:20:00Z")
    [request] = jurisdictions(spider_on(corpus), "2025", updated_at="2026-11-25T00:10:00+00:00")
    assert asked(request)["updated_since"] == "2026-11-25T00:00:00.000000"


def test_another_session_of_a_changed_state_is_asked_too(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"), row(2, "2025-02-01T00:00:00+00:00", session="2025S1"))
    finished(corpus, at="2026-11-25T00:00:05Z")
    finished(corpus, at="2026-11-25T00:00:05Z", session="2025S1")
    found = jurisdictions(spider_on(corpus), "2025", "2025S1")
    assert {type(item).__name__ for item in found} == {"Listing", "Request"}


def test_a_watermark_is_the_newest_stored_change(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"), row(2, "2025-02-01T00:00:00+00:00"))
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    assert watermarks(path, source="us_states") == {
        ("us-wy", "2025"): Watermark("2025-03-01T00:00:00.000000", 2, completed_at=None)
    }
    assert watermarks(NOWHERE, source="us_states") == {}


def test_states_in_session_come_first_then_what_is_half_read_then_who_waited_longest(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"))
    spider = spider_on(corpus)
    spider.today = "2025-03-10"
    rows = [
        api.Session(state="al", name="over", starts_on="2025-01-01", ends_on="2025-02-01", updated_at=None),
        api.Session(state="ut", name="new", starts_on="2025-01-01", ends_on="2025-04-01", updated_at=None),
        api.Session(state="wy", name="2025", starts_on="2025-01-01", ends_on="2025-04-01", updated_at=None),
        api.Session(state="nv", name="quiet", starts_on=None, ends_on=None, updated_at="2025-01-02T00:00:00+00:00"),
    ]
    assert [each.state for each in sorted(rows, key=spider.progress.urgency)] == ["wy", "ut", "al", "nv"]
    finished(corpus, at="2026-11-25T00:00:05Z")
    spider = spider_on(corpus)
    spider.today = "2025-03-10"
    assert [each.state for each in sorted(rows, key=spider.progress.urgency)] == ["ut", "wy", "al", "nv"]


def test_a_state_in_session_comes_before_one_whose_session_is_over_and_half_read(corpus: Database) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"))
    spider = spider_on(corpus)
    spider.today = "2025-03-10"
    rows = [
        api.Session(state="wy", name="2025", starts_on="2025-01-01", ends_on="2025-03-01", updated_at=None),
        api.Session(state="ut", name="new", starts_on="2025-01-01", ends_on="2025-04-01", updated_at=None),
    ]
    assert [each.state for each in sorted(rows, key=spider.progress.urgency)] == ["ut", "wy"]


@pytest.mark.parametrize(
    ("today", "arguments", "due"),
    [
        ("2026-12-01", {}, False),  # less than a week later
        ("2026-12-09", {}, True),  # two weeks later, at the latest
        ("2026-12-09", {"limit": "5"}, False),  # what stops early compares nothing
    ],
)
def test_the_total_of_a_session_is_asked_for_again_within_two_weeks(
    corpus: Database, today: str, arguments: dict[str, str], due: bool
) -> None:
    stored(corpus, row(1, "2025-03-01T00:00:00+00:00"))
    finished(corpus, at="2026-11-25T00:00:05Z")
    spider = spider_on(corpus, **arguments)
    spider.today = today
    found = jurisdictions(spider, "2025", updated_at="2025-03-01T00:00:00+00:00")
    totals = [each for each in found if isinstance(each, scrapy.Request) and asked(each)["per_page"] == "1"]
    assert bool(totals) is due


def test_a_bill_without_a_time_of_change_takes_that_of_the_one_before_it() -> None:
    early, late = row(1, "2025-03-01T00:00:00+00:00"), row(3, "2025-03-02T00:00:00+00:00")
    bare = row(2, "") | {"updated_at": None}
    assert [stamp[:10] for stamp, _ in stamped([early, bare, late])] == ["2025-03-01", "2025-03-01", "2025-03-02"]
    for rows in ([bare, late], [early, bare]):  # nobody can tell where this page, or the next one, begins
        with pytest.raises(Unreadable):
            list(stamped(rows))


def test_whom_many_bills_name_comes_once(corpus: Database) -> None:
    spider, ida = spider_on(corpus), {"person": {"id": "ocd-person/1", "name": "Ida Sample"}}
    bills = [row(number, "2025-03-01T00:00:00+00:00") | {"sponsorships": [ida], "votes": []} for number in (1, 2)]
    named = [each for bill in bills for each in spider.votes(bill, api.parse_bill(bill)) if isinstance(each, Person)]
    assert [person.name for person in named] == ["Ida Sample"]


def test_one_request_at_a_time_or_the_order_of_states_is_lost() -> None:
    assert UsStatesSpider.custom_settings["CONCURRENT_REQUESTS"] == 1


def test_votes_come_with_their_bill_and_what_is_wrong_with_them_is_no_fault_of_the_bill() -> None:
    items = replay(made(UsStatesSpider, states="md"), SOURCES / "us_states", NOWHERE)
    [voted] = [each for each in items if isinstance(each, RollCallsOf) and each.roll_calls]
    [roll] = voted.roll_calls
    assert (roll.document_id, roll.chamber, roll.held_on) == (voted.document_id, "lower", "2025-03-04")
    assert [(each.name, each.word) for each in roll.ballots][:2] == [("Sample", "yes"), ("Pattern", "no")]
    assert "Ida Sample" in {each.name for each in items if isinstance(each, Person) and each.glimpsed}
    [bill] = [each for each in items if isinstance(each, Bill) and each.id == voted.document_id]
    spoiled = list(made(UsStatesSpider).votes({"votes": [{"id": 1}]}, bill))
    assert [(type(each), each.document_id) for each in spoiled] == [(Reject, f"{bill.source_url}#votes")]
