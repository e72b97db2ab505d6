"""The spider of the UK Parliament: a golden replay, facts written by hand, and pages that do not add up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy import Request
from scrapy.http import TextResponse

from crawlers.items import BadRecord, Bill, Listing, Reject, Unreadable
from crawlers.parsers.uk_parliament import HOST, parse_bill, read_bill
from crawlers.spiders.uk_bills import TURNS, UkBillsSpider
from crawlers.status.parliament import stage_status
from crawlers.storage.validation import validate

RECORDED = SOURCES / "uk_bills"


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UkBillsSpider), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def bills(items: list[Any]) -> dict[str, Bill]:
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_online_safety_act_has_royal_assent_of_26_october_2023(bills: dict[str, Bill]) -> None:
    bill = bills["uk-bills-3137"]
    assert (bill.title, bill.chamber) == ("Online Safety Act 2023", "lower")
    assert (bill.status, bill.status_on) == ("enacted", "2023-10-26")
    assert [sponsor.name for sponsor in bill.sponsors] == ["Michelle Donelan", "Lord Parkinson of Whitley Bay"]
    assert (bill.abstract or "").startswith("A Bill to make provision")


def test_a_bill_is_called_by_its_title_and_keeps_its_key(bills: dict[str, Bill]) -> None:
    bill = bills["uk-bills-4132"]
    assert bill.identifier == bill.title == "Local Plans (Burial Space) Bill [HL]"
    for each in bills.values():
        validate(each)
    with pytest.raises(BadRecord, match="should be 'uk-bills-4133'"):
        validate(replace(bill, key="4133"))


def test_stage_in_the_other_house_means_the_first_has_passed_it(bills: dict[str, Bill]) -> None:
    assert bills["uk-bills-4062"].status == "passed_first_chamber"
    assert bills["uk-bills-4132"].status == "introduced"


@pytest.mark.parametrize(
    ("sittings", "day"),
    [([], None), (["2012-10-31"], "2012-10-31"), (["2012-10-30", "2012-10-31"], "2012-10-31"), (["2026-03-01"], None)],
    ids=["none is named", "one", "the last", "one that is planned"],
)
def test_day_of_a_stage_is_that_of_a_sitting_and_never_that_of_a_correction(
    sittings: list[str], day: str | None
) -> None:
    record = {
        "billId": 1081,
        "shortTitle": "Infrastructure (Financial Assistance) Act 2012",
        "originatingHouse": "Commons",
        "isAct": True,
        "lastUpdate": "2026-02-12T10:53:22.4221087",
        "currentStage": {
            "description": "Royal Assent",
            "house": "Unassigned",
            "stageSittings": [{"date": f"{each}T00:00:00"} for each in sittings],
        },
    }
    bill = parse_bill(record, source_url=HOST, stamp="")
    assert (bill.status, bill.status_on) == ("enacted", day)
    assert [action.acted_on for action in bill.actions] == ([day] if day else [])


def test_listing_names_all_bills_of_all_pages(items: list[Any]) -> None:
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert len(listing.document_ids) == 4


# the stage, the house it is in, the house where the bill began, and what that means
STAGES = [
    ("1st reading", "Lords", "Lords", "introduced"),
    ("2nd reading", "Commons", "Commons", "introduced"),
    ("2nd reading", "Lords", "Commons", "passed_first_chamber"),
    ("Committee stage", "Commons", "Commons", "in_committee"),
    ("Committee of the whole House", "Commons", "Commons", "in_committee"),
    ("Select Committee stage", "Commons", "Commons", "in_committee"),
    ("Report stage", "Commons", "Commons", "reported"),
    ("Report stage", "Lords", "Commons", "passed_first_chamber"),
    ("3rd reading", "Commons", "Commons", "reported"),
    ("3rd reading", "Lords", "Commons", "passed_first_chamber"),
    ("Consideration of Lords amendments", "Commons", "Commons", "passed_second_chamber"),
    ("Consideration of Commons amendments and / or reasons", "Lords", "Commons", "passed_second_chamber"),
    ("Royal Assent", "Unassigned", "Commons", "enacted"),
    ("Bill reintroduced", "Commons", "Commons", "introduced"),
]


@pytest.mark.parametrize(("stage", "house", "home", "status"), STAGES)
def test_every_stage_has_its_status(stage: str, house: str, home: str, status: str) -> None:
    assert stage_status(stage, at_home=house in (home, "Unassigned")) == status


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [("isDefeated", True, "failed"), ("billWithdrawn", "2026-01-12T00:00:00", "withdrawn"), ("isAct", True, "enacted")],
)
def test_end_of_a_bill_outweighs_its_stage(field: str, value: Any, status: str) -> None:
    record = json.loads((RECORDED / "bills-api.parliament.uk/api/v1/Bills/4132").read_bytes()) | {field: value}
    assert parse_bill(record, source_url=HOST, stamp="").status == status


def page(total: int, *numbers: int) -> TextResponse:
    rows = [
        {"billId": n, "shortTitle": f"Bill {n}", "originatingHouse": "Lords", "lastUpdate": "2026-01-01"}
        for n in numbers
    ]
    body = json.dumps({"items": rows, "totalResults": total}).encode()
    return TextResponse(f"{HOST}/x", body=body, request=Request(f"{HOST}/x"))


def test_empty_page_before_the_end_is_asked_for_again() -> None:
    with pytest.raises(Unreadable, match="empty page"):
        list(made(UkBillsSpider).parse_page(page(5), skip=3))
    last = page(5)
    last.meta["retry_times"] = 9
    [again] = made(UkBillsSpider).parse_page(last, skip=3)
    assert again.cb_kwargs == {"skip": 0}, "in the end the list is read anew"


def test_bill_that_came_twice_does_not_hide_one_that_did_not_come() -> None:
    spider = made(UkBillsSpider)
    assert len(list(spider.parse_page(page(3, 1, 2), skip=0))) == 1
    [again] = spider.parse_page(page(3, 2), skip=2)
    assert again.cb_kwargs == {"skip": 0}
    [*_, listing, first, second] = [item for turn in (2, 3) for item in spider.parse_page(page(3, 2), skip=2)]
    assert isinstance(listing, Listing), "after three readings the little that is lacking is let be"
    assert [first.cb_kwargs["number"], second.cb_kwargs["number"]] == [1, 2]
    assert spider.notes == ["the list: 3 were announced and 2 came; the next run asks again"]


def test_list_that_lacks_much_on_every_reading_is_lost() -> None:
    spider = made(UkBillsSpider)
    spider.turns = TURNS
    [lost] = spider.parse_page(page(9, *range(1, 5)), skip=5)
    assert isinstance(lost, Reject)
    assert lost.document_id is None


def test_row_without_a_number_is_a_reject_of_its_own_and_nothing_is_gone() -> None:
    spider = made(UkBillsSpider)
    spider.turns = TURNS
    body = json.loads(page(2, 1).body)
    body["items"].append({"shortTitle": "No number"})
    bad, listing, request = spider.parse_page(TextResponse("https://x", body=json.dumps(body).encode()), skip=0)
    assert (bad.document_id, bad.reason) == ("https://x#0", "no billId")
    assert listing.document_ids == ("uk-bills-1",)
    assert request.cb_kwargs["number"] == 1


@pytest.mark.parametrize(
    ("updated", "since", "asked"),
    [
        (None, None, 1),
        (None, "2026-01-01", 1),
        ("soon", None, 1),
        ("2026-01-01T10:00:00", "2026-01-01", 1),
        ("2025-12-31T10:00:00", "2026-01-01", 0),
    ],
)
def test_bill_that_does_not_say_when_it_changed_is_asked_for(
    updated: str | None, since: str | None, asked: int
) -> None:
    row = {"billId": 7, "shortTitle": "Bill 7", "originatingHouse": "Lords", "lastUpdate": updated}
    answer = TextResponse(HOST, body=json.dumps({"items": [row], "totalResults": 1}).encode())
    found = list(made(UkBillsSpider, since=since).parse_page(answer, skip=0))
    assert sum(isinstance(each, Request) for each in found) == asked


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'{"items": [1], "totalResults": 1}', b'{"totalResults": 1}'])
def test_broken_page_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        list(made(UkBillsSpider).parse_page(TextResponse(HOST, body=body), skip=0))


def test_record_of_another_bill_is_not_taken() -> None:
    with pytest.raises(Unreadable, match="asked for bill 7"):
        read_bill(b'{"billId": 8}', 7)
