"""LegiScan: a golden replay, facts written by hand, its ways of saying no, and what a second run asks for."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database
from twisted.python.failure import Failure

from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Bill, Event, Link, Listing, Reject, Unreadable, document_id
from crawlers.parsers import legiscan as api
from crawlers.spiders.us_states_legiscan import BULK_LEAST, UsStatesLegiscanSpider
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


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("Passed by indefinitely in Education and Health (9-Y 6-N)", ("failed", "2023-02-16")),
        ("Left in Education", ("failed", "2023-02-16")),
        ("Incorporated by Education", ("replaced", "2023-02-16")),
        ("Withdrawn. H.J. 559.", ("withdrawn", "2023-02-16")),
        ("Referred to Committee on Education and Health", ("passed_first_chamber", "2023-02-07")),
    ],
)
def test_an_end_that_the_progress_leaves_out_is_told_by_the_history(words: str, end: tuple[str, str]) -> None:
    steps = {1: "2023-01-19", 9: "2023-01-19", 2: "2023-02-07"}
    row = {
        **{"state": "VA", "bill_id": 1, "bill_number": "HB2432", "bill_type": "B", "body": "H", "title": "A bill"},
        "session": {"session_title": "2023 Regular Session", "year_start": 2023, "year_end": 2023},
        **{"url": "https://legiscan.com/VA/bill/HB2432/2023", "change_hash": "h"},
        "progress": [{"date": day, "event": event} for event, day in steps.items()],
        "history": [
            {"date": "2023-01-19", "action": "Referred to Committee on Education", "chamber": "H"},
            {"date": "2023-02-16", "action": words, "chamber": "S"},
        ],
    }
    bill = api.parse_bill(row)
    assert (bill.status, bill.status_on) == bill.status_history[-1] == end
    assert bill.actions[-1].classification != "passage"
    assert api.with_end(bill) == bill


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


def test_a_step_that_is_unknown_undated_backwards_or_repeated_is_none() -> None:
    progress = [
        {"event": 7, "date": "2023-01-02"},  # a step without a word of ours
        {"event": 10, "date": "0000-00-00"},
        {"event": 2, "date": "2023-02-01"},
        {"event": 9, "date": "2023-02-03"},
        {"event": 2, "date": "2023-02-04"},
        {"event": 6, "date": "2023-03-01"},
        {"event": 6, "date": "2023-03-02"},
    ]
    assert api._history(progress, "bill", "2023-01-01") == (
        ("introduced", "2023-01-01"),
        ("passed_first_chamber", "2023-02-01"),
        ("failed", "2023-03-01"),
    )
    assert api._history([{"event": 4, "date": "2023-02-01"}], "concurrent resolution", None) == (
        ("adopted", "2023-02-01"),
    )


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


def test_a_meeting_in_which_a_committee_votes_is_no_hearing() -> None:
    row = {"type": "Hearing", "date": "2026-02-08", "time": "14:00", "description": "House Rules Executive Session"}
    [event] = api._events([row], "va")
    assert (event.kind, event.description) == ("committee_meeting", "House Rules Executive Session")


def test_a_federal_bill_has_congress_s_own_number_and_type(bills: dict[str, Bill]) -> None:
    bill = bills["us-118-s435"]
    assert (bill.jurisdiction, bill.level, bill.document_type, bill.status) == ("us", "federal", "s", "in_committee")
    assert bill.actions[1].classification == "referral-committee"


@pytest.mark.parametrize(
    ("state", "number", "key", "identifier"),
    [
        ("US", "HR115", "us-118-hres115", "H.Res. 115"),
        ("US", "HB115", "us-118-hr115", "H.R. 115"),
        ("US", "SR53", "us-118-sres53", "S.Res. 53"),
        ("US", "SB457", "us-118-s457", "S. 457"),
        ("US", "HJR7", "us-118-hjres7", "H.J.Res. 7"),
        ("US", "SCR2", "us-118-sconres2", "S.Con.Res. 2"),
        ("TX", "HR12", "us-tx-118-hr12", "HR12"),
    ],
)
def test_what_legiscan_calls_hr_is_a_resolution_of_the_house(
    state: str, number: str, key: str, identifier: str
) -> None:
    """H.Res. 115 on women's rights was stored as the bill H.R. 115, and a bill of Congress was shown as "HB216"."""
    place = api.jurisdiction_of(state)
    shown = api.bill_number(place, number)
    assert (document_id(place, "118", shown), shown) == (key, identifier)


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


# ------------------------------------------------------------------ weekly datasets

SESSION = api.Session(id=2003, jurisdiction="us-tx", name="88R", ends_in=2024)
NUMBERS = range(1, BULK_LEAST + 3)


def texan(number: int, stamp: str = "now") -> dict[str, Any]:
    """HB 900 as recorded, under another number."""
    recorded = RECORDED / "api.legiscan.com" / "@key=not-a-key&op=getBill&id=1700900"
    bill: dict[str, Any] = json.loads(recorded.read_bytes())["bill"]
    return bill | {"bill_id": number, "bill_number": f"HB{number}", "change_hash": stamp}


def dataset(*bills: dict[str, Any], **others: bytes) -> dict[str, Any]:
    """The dataset of a session, in the form that LegiScan's clients read."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("TX/2023-2024_88th_Legislature/people/1.json", '{"person": {}}')
        for bill in bills:
            name = f"TX/2023-2024_88th_Legislature/bill/{bill['bill_number']}.json"
            archive.writestr(name, json.dumps({"bill": bill}))
        for name, body in others.items():
            archive.writestr(f"TX/2023-2024_88th_Legislature/bill/{name}.json", body)
    return {"dataset": {"session_id": 2003, "zip": base64.b64encode(packed.getvalue()).decode()}}


def listed(corpus: Path = NOWHERE, **arguments: Any) -> tuple[UsStatesLegiscanSpider, list[scrapy.Request]]:
    """What is asked for after the list of the session's bills."""
    spider = made(UsStatesLegiscanSpider, corpus=corpus, **CHOSEN, **arguments)
    rows = {str(n): {"bill_id": n, "number": f"HB{n}", "change_hash": "now"} for n in NUMBERS}
    listing, *asked = spider.parse_list(answered(None, {"masterlist": {"session": {}} | rows}), SESSION)
    assert len(listing.document_ids) == len(NUMBERS)
    return spider, asked


def answered(request: scrapy.Request | None, part: dict[str, Any], *, tries: int = 0) -> TextResponse:
    request = request or scrapy.Request("https://api.legiscan.com/")
    request.meta["retry_times"] = tries
    body = json.dumps({"status": "OK"} | part).encode()
    return TextResponse(request.url, body=body, request=request)


def asked_singly(requests: list[Any]) -> list[str]:
    """The documents that getBill is asked for."""
    assert all("op=getBill" in request.url for request in requests)
    return [request.meta["document_id"] for request in requests]


def after_dataset(answer: dict[str, Any], *, tries: int = 0) -> tuple[list[Bill], list[str]]:
    """The bills that a dataset gives, and those that are requested one by one then."""
    _, [request] = listed()
    assert "op=getDatasetList&state=TX" in request.url
    rows = [{"session_id": 1, "access_key": "other"}, {"session_id": 2003, "access_key": "opens-it"}]
    [request] = request.callback(answered(request, {"datasetlist": rows}), **request.cb_kwargs)
    assert "op=getDataset&id=2003&access_key=opens-it" in request.url
    found = list(request.callback(answered(request, answer, tries=tries), **request.cb_kwargs))
    bills = [item for item in found if isinstance(item, Bill)]
    return bills, asked_singly([item for item in found if isinstance(item, scrapy.Request)])


def test_a_session_that_is_new_comes_as_one_dataset() -> None:
    bills, singly = after_dataset(dataset(*map(texan, NUMBERS)))
    assert [bill.id for bill in bills] == [f"us-tx-88r-hb{n}" for n in NUMBERS]
    assert bills[0].status == "enacted"
    assert singly == []


def test_what_changed_since_the_dataset_is_stored_and_requested_what_it_lacks_is_requested() -> None:
    first, second, *rest = NUMBERS
    bills, singly = after_dataset(dataset(texan(first, "older"), *map(texan, rest), texan(99)))
    assert len(bills) == len(NUMBERS) - 1
    assert singly == [f"us-tx-88r-hb{first}", f"us-tx-88r-hb{second}"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"bill": []}', b'{"bill": {"bill_id": 1}}'])
def test_a_file_of_the_dataset_that_cannot_be_read_costs_one_request(body: bytes) -> None:
    first, *rest = NUMBERS
    bills, singly = after_dataset(dataset(*map(texan, rest), **{f"HB{first}": body}))
    assert (len(bills), singly) == (len(rest), [f"us-tx-88r-hb{first}"])


@pytest.mark.parametrize("part", ["", "bm8gWklQ", "***", None, 7])
def test_a_dataset_that_cannot_be_read_is_requested_again_and_then_done_without(part: Any) -> None:
    with pytest.raises(Unreadable):
        after_dataset({"dataset": {"zip": part}})
    bills, singly = after_dataset({"dataset": {"zip": part}}, tries=5)
    assert (len(bills), len(singly)) == (0, len(NUMBERS))


def test_a_session_without_a_dataset_is_requested_bill_by_bill() -> None:
    _, [request] = listed()
    asked = list(request.callback(answered(request, {"datasetlist": []}), **request.cb_kwargs))
    assert len(asked_singly(asked)) == len(NUMBERS)


def test_a_dataset_that_never_arrives_is_done_without() -> None:
    _, [request] = listed()
    failure = Failure(TimeoutError("too slow"))
    failure.request = request  # type: ignore[attr-defined]
    asked = asyncio.run(every(request.errback(failure)))
    assert len(asked_singly(asked)) == len(NUMBERS)


async def every(items: Any) -> list[Any]:
    return [item async for item in items]


def test_bills_that_are_stored_never_bring_a_dataset(corpus: Database) -> None:
    stored = [api.parse_bill(texan(n, "older")) for n in NUMBERS]
    upsert(corpus, stored, now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    _, asked = listed(path)
    assert asked_singly(asked) == [bill.id for bill in stored]


def test_the_access_key_of_a_dataset_is_not_in_what_is_kept() -> None:
    spider, [request] = listed()
    rows = [{"session_id": 2003, "access_key": "opens-it"}]
    [request] = request.callback(answered(request, {"datasetlist": rows}), **request.cb_kwargs)
    assert "opens-it" not in reject(spider.name, answered(request, {}), "x").url
