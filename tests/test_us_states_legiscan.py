"""LegiScan: a golden replay, facts written by hand, its ways of saying no, and what a second run asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Bill, Event, Link, Listing, Reject, Unreadable
from crawlers.parsers import legiscan as api
from crawlers.spiders.us_states_legiscan import UsStatesLegiscanSpider
from crawlers.storage.record import upsert

RECORDED = SOURCES / "us_states_legiscan"
CHOSEN = {"states": "UT,TX,US", "since": "2023-01-01"}


@pytest.fixture(autouse=True, scope="module")
def key() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEGISCAN_KEY", "not-a-key")
        yield


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsStatesLegiscanSpider, **CHOSEN), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def bills(items: list[Any]) -> dict[str, Bill]:
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_sessions_of_the_chosen_years_are_listed_the_empty_one_too(items: list[Any]) -> None:
    listed = {(item.jurisdiction, item.session): len(item.document_ids) for item in items if isinstance(item, Listing)}
    assert listed == {("us-ut", "2023"): 1, ("us-tx", "88R"): 2, ("us-tx", "884"): 0, ("us", "118"): 1}


def test_texas_hb_900_was_signed_on_12_june_2023(bills: dict[str, Bill]) -> None:
    bill = bills["us-tx-88r-hb900"]
    assert (bill.status, bill.status_on, bill.chamber) == ("enacted", "2023-06-12", "lower")
    assert bill.abstract is not None
    assert bill.abstract.startswith("Vendors must rate")
    assert bill.links == (Link(document_id="us-tx-88r-sb2124", kind="identical", said_by="us_states_legiscan"),)


def test_a_line_of_history_without_a_day_is_left_out(bills: dict[str, Bill]) -> None:
    actions = bills["us-tx-88r-hb900"].actions
    assert len(actions) == 7
    assert actions[2].classification == "hearing"


def test_a_resolution_is_adopted_and_not_enacted(bills: dict[str, Bill]) -> None:
    bill = bills["us-tx-88r-hr12"]
    assert (bill.status, bill.document_type) == ("adopted", "resolution")


def test_utah_sb_97_passed_both_chambers_and_its_hearings_are_local_time(bills: dict[str, Bill]) -> None:
    bill = bills["us-ut-2023-sb97"]
    assert bill.status == "passed"
    assert bill.events == (
        Event(
            kind="hearing",
            starts_at="2023-02-08T14:00",
            timezone="America/Denver",
            description="Senate Business and Labor",
        ),
        Event(
            kind="hearing", starts_at="2023-02-20", timezone="America/Denver", description="House Business and Labor"
        ),
    )
    assert [sponsor.role for sponsor in bill.sponsors] == ["sponsor", "cosponsor"]


def test_a_federal_bill_has_congress_s_own_number_and_type(bills: dict[str, Bill]) -> None:
    bill = bills["us-118-s435"]
    assert (bill.jurisdiction, bill.level, bill.document_type, bill.status) == ("us", "federal", "s", "in_committee")
    assert bill.actions[1].classification == "referral-committee"


def test_no_address_that_is_stored_holds_the_key(items: list[Any]) -> None:
    assert not [item for item in items if "not-a-key" in str(item)]


def ask(operation: str, part: dict[str, Any] | None = None, *, error: str = "") -> tuple[TextResponse, Any]:
    spider = made(UsStatesLegiscanSpider, **CHOSEN)
    request = spider.call(operation, spider.parse_bill, query={"id": 7}, document_id="us-tx-88r-hb7")
    body = {"status": "ERROR", "alert": {"message": error}} if error else {"status": "OK"} | (part or {})
    return TextResponse(request.url, body=json.dumps(body).encode(), request=request), spider


def test_an_error_with_status_200_is_asked_again_and_its_reject_has_no_key() -> None:
    response, spider = ask("getBill", error="Invalid API key")
    with pytest.raises(Unreadable, match="Invalid API key"):
        list(spider.parse_bill(response))
    assert "not-a-key" not in reject(spider.name, response, "x").url


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"status": "OK"}', b'{"status": "OK", "bill": '])
def test_an_answer_that_is_none_is_asked_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        api.read_answer(body, "bill")


def test_a_bill_that_cannot_be_read_is_kept_with_its_document() -> None:
    response, spider = ask("getBill", {"bill": {"bill_id": 7, "state": "TX"}})
    [kept] = spider.parse_bill(response)
    assert isinstance(kept, Reject)
    assert kept.document_id == "us-tx-88r-hb7"
    assert "KeyError at 'session'" in kept.reason


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(BadRecord, match="no state has the code 'ZZ'"):
        api.jurisdiction_of("ZZ")


@pytest.mark.parametrize("value", ["", "0000-00-00", None, 0, [], "soon"])
def test_many_ways_of_saying_no_day(value: Any) -> None:
    assert api.day(value) is None


def test_a_second_run_asks_only_for_bills_whose_hash_differs(corpus: Database, bills: dict[str, Bill]) -> None:
    upsert(corpus, list(bills.values()), now=NOW, silent=True)
    corpus.execute("update provenance set stamp = 'older' where document_id = 'us-tx-88r-hb900'")
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    found = replay(made(UsStatesLegiscanSpider, corpus=path, **CHOSEN), RECORDED, path)
    assert [item.id for item in found if isinstance(item, Bill)] == ["us-tx-88r-hb900"]
    assert len([item for item in found if isinstance(item, Listing)]) == 4


def test_a_limit_bounds_the_bills_that_are_asked_for() -> None:
    spider = made(UsStatesLegiscanSpider, limit=1, **CHOSEN)
    session = api.Session(id=1, jurisdiction="us-tx", name="88R", ends_in=2024)
    rows = {str(n): {"bill_id": n, "number": f"HB{n}", "change_hash": "x"} for n in range(3)}
    body = json.dumps({"status": "OK", "masterlist": {"session": {}} | rows}).encode()
    request = scrapy.Request("https://api.legiscan.com/")
    listing, *asked = spider.parse_list(TextResponse(request.url, body=body, request=request), session)
    assert (len(listing.document_ids), len(asked)) == (3, 1)
