"""The spider of the Parliament of Canada: a golden replay, facts written by hand, and what it does with broken lists."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.composite_spider import Work
from crawlers.items import Bill, Listing, Reject, Unreadable
from crawlers.parsers import legisinfo as li
from crawlers.parsers.legisinfo import ended_sessions
from crawlers.spiders.ca_bills import LIST, CaBillsSpider
from crawlers.status.parliament import classify_event, stage_status
from crawlers.storage.record import upsert
from store.connect import migrate

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
    ("Bill not proceeded with", True, "failed"),
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
        ("Bill not proceeded with", None),
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
        b'[{"NumberCode": "C-1"',
        b'{"NumberCode": "C-1"}',
        b'[{"NumberCode": "nonsense", "ParliamentNumber": 45, "SessionNumber": 1}]',
    ],
)
def test_broken_list_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        list(made(CaBillsSpider).parse_list(TextResponse(LIST, body=body), session=None))


@pytest.mark.parametrize(("session", "refused"), [("44-1", False), ("45-1", True)])
def test_an_empty_list_is_that_of_no_parliament_unless_its_bills_are_stored(
    tmp_path: Path, bills: dict[str, Bill], session: str, refused: bool
) -> None:
    db = Database(tmp_path / "corpus.db")
    migrate(db, "corpus.db")
    upsert(db, [bill for bill in bills.values() if bill.session == session][:1], now=NOW, silent=False)
    spider = made(CaBillsSpider, corpus=tmp_path / "corpus.db")
    answer = TextResponse(LIST, body=b"[]")
    if refused:
        with pytest.raises(Unreadable):
            list(spider.parse_list(answer, session=None))
    else:
        assert list(spider.parse_list(answer, session=None)) == []  # the ended ones are still to be had
        db["runs"].insert(
            {
                "source": "ca_bills",
                "state": "finished",
                "started_at": NOW,
                "coverage": json.dumps([{"session": "44-1", "complete": True}]),
            }
        )
        [held] = spider.parse_list(answer, session=None)
        assert (held.session, len(held.document_ids)) == ("44-1", 1)
        assert not spider.should_list("ca", "43-2")
    with pytest.raises(Unreadable):
        list(spider.parse_list(answer, session="43-2"))


def test_list_of_another_session_than_asked_for_is_not_believed() -> None:
    with pytest.raises(Unreadable, match="44-1"):
        list(made(CaBillsSpider).parse_list(TextResponse(LIST, body=listed()), session="44-1"))


def listed(**more: Any) -> bytes:
    """The recorded list of the present session; `more` goes into its first row."""
    rows = json.loads((RECORDED / "www.parl.ca/legisinfo/en/bills/json").read_bytes())
    return json.dumps([rows[0] | more, *rows[1:]]).encode()


def test_row_without_a_number_is_a_reject_and_the_others_of_its_list_come(corpus: Database, tmp_path: Path) -> None:
    stored = Bill(**asdict(made_bill()) | {"titles": (), "actions": ()})
    upsert(corpus, [stored], now=NOW, silent=True)
    spider = made(CaBillsSpider, corpus=tmp_path / "corpus.db")
    [bad, listing, *requests] = spider.parse_list(TextResponse(LIST, body=listed(NumberCode=None)), session=None)
    assert isinstance(bad, Reject)
    assert bad.document_id, "it is a record, not the list, that is lost"
    assert isinstance(listing, Listing)
    assert stored.id in listing.document_ids, "the row may be that of any bill: none is gone"
    assert len(requests) == 1


def made_bill() -> Bill:
    [row] = [row for row in json.loads(listed()) if row["NumberCode"] == "C-2"]
    return li.parse_bill(li.listed(row), source_url="https://x", stamp=None)


def test_list_of_before_august_2026_is_read_too() -> None:
    """The form that openparliament's importer reads, written here with the public facts of one bill."""
    row = {
        "BillId": 13543613,
        "BillNumberFormatted": "C-2",
        "ParlSessionCode": "45-1",
        "ParliamentNumber": 45,
        "SessionNumber": 1,
        "LongTitleEn": "An Act respecting certain measures relating to the security of the border",
        "ShortTitleEn": "Strong Borders Act",
        "CurrentStatusEn": "At second reading in the House of Commons",
        "SponsorEn": "Hon. Gary Anandasangaree",
        "PassedHouseFirstReadingDateTime": "2025-06-03T10:05:00-04:00",
        "LatestActivityDateTime": "2025-06-20T12:00:00-04:00",
    }
    bill = li.parse_bill(li.listed(row), source_url="https://x", stamp=None)
    assert (bill.id, bill.status, bill.introduced_on) == ("ca-45-1-c2", "introduced", "2025-06-03")
    assert (bill.chamber, bill.sponsors[0].name) == ("lower", "Hon. Gary Anandasangaree")


def test_day_of_a_reading_is_the_bill_pages_though_the_list_tells_it_in_another_zone() -> None:
    bill = li.listed({"PassedHouseFirstReadingDateTime": "2025-06-02T20:00:00-04:00"})
    assert bill.findtext("PassedHouseFirstReadingDateTime") == "2025-06-03T00:00:00"


def test_bill_whose_page_cannot_be_had_is_told_as_the_list_has_it_and_asked_for_again() -> None:
    spider, work = made(CaBillsSpider), page_work(known=False)
    assert next(item for item in spider.go_on_without(work) if isinstance(item, Bill)).stamp is None


def test_stored_bill_whose_page_cannot_be_had_stays_as_it_is() -> None:
    assert not list(made(CaBillsSpider).go_on_without(page_work(known=True))), "the reject of its page says it"
    work = page_work(known=True)
    work.got["page"], work.waiting = None, []
    [kept] = made(CaBillsSpider).gather(work)
    assert isinstance(kept, Reject), "a page that is not there"
    assert kept.document_id == "ca-45-1-c2"


def page_work(*, known: bool) -> Work:
    [row] = [row for row in json.loads(listed()) if row["NumberCode"] == "C-2"]
    record = {"bill": li.listed(row), "session": "45-1"}
    return Work(key="ca-45-1-c2", record=record, stamp="s", waiting=[("page", "https://x")], known=known)


def test_open_bill_is_asked_for_once_a_week_though_its_row_stays_the_same() -> None:
    row: dict[str, Any] = {"NumberCode": "C-2", "ReceivedRoyalAssentDateTime": None}
    week = [li.stamp_of(row, f"2026-11-{day:02}") for day in range(9, 23)]
    assert len(set(week)) in (2, 3)
    assert week[0] != week[7]
    law = row | {"ReceivedRoyalAssentDateTime": "2026-06-18T20:00:00-04:00"}
    assert len({li.stamp_of(law, f"2026-11-{day:02}") for day in range(9, 23)}) == 1


def test_page_of_another_bill_is_not_believed() -> None:
    page = (RECORDED / "www.parl.ca/legisinfo/en/bill/44-1/c-18/xml").read_bytes()
    assert li.number_of(li.read_page(page, "44-1", "C-18")) == "C-18"
    with pytest.raises(Unreadable, match="C-19"):
        li.read_page(page, "44-1", "C-19")
