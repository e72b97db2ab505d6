"""The spider of the Parliament of Canada: a golden replay, facts written by hand, and what it does with broken lists."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse

from crawlers.items import Bill, Listing, Unreadable
from crawlers.parsers.legisinfo import ended_sessions
from crawlers.spiders.ca_bills import LIST, CaBillsSpider
from crawlers.status.parliament import classify_event, stage_status

RECORDED = SOURCES / "ca_bills"


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(CaBillsSpider), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def bills(items: list[Any]) -> dict[str, Bill]:
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_online_news_act_passed_both_chambers_and_is_law(bills: dict[str, Bill]) -> None:
    bill = bills["ca-44-1-c18"]
    assert (bill.introduced_on, bill.status, bill.status_on) == ("2022-04-05", "enacted", "2023-06-22")
    assert [step for step, _ in bill.status_history] == [
        "introduced",
        "in_committee",
        "reported",
        "passed_first_chamber",
        "passed_second_chamber",
        "enacted",
    ]
    assert ("passed_first_chamber", "2022-12-14") in bill.status_history
    assert [law.number for law in bill.laws] == ["2023, c. 23"]
    assert bill.sponsors[0].name.endswith("Pablo Rodriguez")
    assert bill.versions[-1].url == "https://www.parl.ca/DocumentViewer/en/44-1/bill/C-18/royal-assent"


def test_titles_are_kept_in_both_languages(bills: dict[str, Bill]) -> None:
    titles = {title.kind: title.title for title in bills["ca-44-1-c18"].titles}
    assert titles["Short title (English)"] == "Online News Act"
    assert titles["Titre abrégé (français)"] == "Loi sur les nouvelles en ligne"
    assert len(titles) == 4


def test_senate_bill_in_the_house_has_passed_its_first_chamber(bills: dict[str, Bill]) -> None:
    assert bills["ca-44-1-s210"].status == "passed_first_chamber"
    assert bills["ca-44-1-c27"].status == "in_committee"
    assert bills["ca-43-2-c223"].status == "failed"


def test_bill_of_an_earlier_session_with_the_same_title_is_a_link(bills: dict[str, Bill]) -> None:
    assert "ca-43-2-s203" in {link.document_id for link in bills["ca-44-1-s210"].links}


def test_each_session_is_listed_whole(items: list[Any]) -> None:
    sizes = {item.session: len(item.document_ids) for item in items if isinstance(item, Listing)}
    assert sizes == {"43-2": 2, "44-1": 3, "45-1": 2}
    assert set(ended_sessions()) == {"43-2", "44-1"}


# what LEGISinfo says of a bill's state, whether the bill began in the House, and what that means
STATES = [
    ("Outside the Order of Precedence", True, "introduced"),
    ("Royal assent received", True, "enacted"),
    ("At second reading in the House of Commons", True, "introduced"),
    ("At second reading in the House of Commons", False, "passed_first_chamber"),
    ("At second reading in the Senate", True, "passed_first_chamber"),
    ("At second reading in the Senate", False, "introduced"),
    ("Bill defeated", True, "failed"),
    ("At consideration in committee in the Senate", False, "in_committee"),
    ("At consideration in committee in the House of Commons", True, "in_committee"),
    ("At report stage in the House of Commons", True, "reported"),
    ("Bill not proceeded with", True, "withdrawn"),
    ("Senate bill awaiting first reading in the House of Commons", False, "passed_first_chamber"),
    ("House of Commons bill awaiting first reading in the Senate", True, "passed_first_chamber"),
    ("At third reading in the Senate", False, "reported"),
    ("At third reading in the House of Commons", True, "reported"),
    ("Introduced as pro forma bill", True, "introduced"),
    ("At report stage in the Senate", True, "passed_first_chamber"),
    ("At consideration in the House of Commons of amendments made by the Senate", True, "passed_second_chamber"),
    ("At consideration in the Senate of amendments made by the House of Commons", False, "passed_second_chamber"),
]


@pytest.mark.parametrize(("words", "in_house", "status"), STATES)
def test_every_state_has_its_status(words: str, in_house: bool, status: str) -> None:
    chamber = "in the House" if in_house else "in the Senate"
    at_home = chamber in words or "in the" not in words or "awaiting" in words
    assert stage_status(words, at_home=at_home) == status


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ("Introduction and first reading", "introduction"),
        ("First reading", "reading-1"),
        ("Second reading", "reading-2"),
        ("Second reading and referral to committee", "referral-committee"),
        ("Referral to committee", "referral-committee"),
        ("Committee report presented with amendments", "committee-passage"),
        ("Concurrence at report stage", "committee-passage"),
        ("Third reading", "passage"),
        ("Royal assent", "became-law"),
        ("Bill defeated at second reading", "failure"),
        ("Committee report defeated", "failure"),
        ("Dropped from the Senate Order Paper", "failure"),
        ("Bill not proceeded with", "withdrawal"),
        ("Reinstated from previous session", "introduction"),
        ("Placed in the Order of Precedence", "calendar"),
        ("Consideration of Senate amendments", "differences"),
        ("Message sent to the House of Commons", "message"),
        ("Pre-study of House bill", "hearing"),
        ("Something new", None),
    ],
)
def test_every_event_has_its_class(event: str, word: str | None) -> None:
    assert classify_event(event) == word


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>maintenance</body></html>",
        b"<Bills></Bills>",
        b"<Bills><Bill><NumberCode>C-1</NumberCode>",
        b"<Bills><Bill><NumberCode>nonsense</NumberCode></Bill></Bills>",
    ],
)
def test_broken_or_empty_list_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        list(made(CaBillsSpider).parse_list(TextResponse(LIST, body=body), session=None))


def test_list_of_another_session_than_asked_for_is_not_believed() -> None:
    body = (RECORDED / "www.parl.ca/legisinfo/en/bills/xml").read_bytes()
    with pytest.raises(Unreadable, match="44-1"):
        list(made(CaBillsSpider).parse_list(TextResponse(LIST, body=body), session="44-1"))
