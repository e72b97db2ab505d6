"""The spider of api.congress.gov: a golden replay, the same ids and statuses as BILLSTATUS, proceedings, broken answers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import NOW, SOURCES, bill_xml, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from scrapy.settings import Settings
from sqlite_utils import Database

from crawlers.composite_spider import Work
from crawlers.items import BadRecord, Bill, Listing, Reject, Unreadable
from crawlers.parsers import billstatus, xmltree
from crawlers.parsers.congress_gov import (
    hearings,
    key_of,
    listed_bill,
    meeting_id,
    parse_bill,
    proceeding_id,
    read_rows,
)
from crawlers.spiders.us_congress_api import OVERLAP, PAGE, TRIES, UsCongressApiSpider
from crawlers.storage import attachments
from crawlers.storage.attachments import Proceeding
from crawlers.storage.record import upsert

RECORDED = SOURCES / "us_congress_api"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONGRESS_GOV_KEY", "secret")


@pytest.fixture
def items() -> list[Any]:
    return replay(made(UsCongressApiSpider), RECORDED, NOWHERE)


@pytest.fixture
def bills(items: list[Any]) -> dict[str, Bill]:
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_house_bill_one_is_law_and_has_the_id_that_billstatus_gives(bills: dict[str, Bill]) -> None:
    bill = bills["us-119-hr1"]
    assert (bill.status, bill.status_on, bill.introduced_on) == ("enacted", "2025-07-04", "2025-05-20")
    assert bill.url == "https://www.congress.gov/bill/119th-congress/house-bill/1"
    assert [law.number for law in bill.laws] == ["119-21"]
    record = bill_xml(1, kind="hr", congress=119, introduced="2025-05-20")
    assert billstatus.parse_bill(xmltree.parse(record.encode(), root="billStatus"), source_url="x").id == bill.id


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"congress": 119, "eventId": "117"}, "us-119-meeting117"),
        ({"congress": 119, "jacketNumber": 5}, "us-119-hearing5"),
        ({"congress": 119, "type": "SAMDT", "number": "12"}, "us-119-samdt12"),
        ({"congress": 119, "type": "SAMDT"}, None),
        ({"congress": 119, "number": "12"}, None),
        ({"congress": 119}, None),
    ],
)
def test_a_listed_proceeding_has_an_id_where_its_row_names_it(row: dict[str, Any], key: str | None) -> None:
    assert proceeding_id(row) == key


def test_take_it_down_act_has_its_parts(bills: dict[str, Bill]) -> None:
    bill = bills["us-119-s146"]
    assert bill.sponsors[0].name == "Sen. Ted Cruz"
    assert (bill.sponsors[1].name, bill.sponsors[1].original) == ("Sen. Amy Klobuchar", True)
    assert bill.subjects == ("Internet, web applications, social media", "Right of privacy")
    assert "us-119-hr633" in {link.document_id for link in bill.links}
    assert [step for step, _ in bill.status_history][-2:] == ["to_executive", "enacted"]


def test_policy_area_counts_as_a_subject_and_is_none_of_the_list() -> None:
    """As the service's own sample of 117 H.R. 21 has it: 14 announced, 13 subjects and the area beside them."""

    def subjects(paging: dict[str, Any], *names: str) -> tuple[int, int]:
        listed = {"legislativeSubjects": [{"name": name} for name in names], "policyArea": {"name": "Law"}}
        total, rows = read_rows(json.dumps({"subjects": listed, "pagination": paging}).encode(), "subjects")
        return total, len(rows)

    assert subjects({"count": 14}, *"abcdefghijklm") == (13, 13)
    assert subjects({"count": 14, "next": "https://x"}, "a", "b") == (14, 2), "another page follows"
    assert subjects({"count": 1}) == (0, 0), "a bill with an area alone"


def test_list_of_a_bill_that_the_service_miscounts_is_taken_as_it_is_in_the_end() -> None:
    spider = made(UsCongressApiSpider)
    work = Work(key="us-119-hr7", record={"congress": 119, "type": "HR", "number": "7"}, stamp="s", waiting=[])
    empty = json.dumps({"actions": [], "pagination": {"count": 3}}).encode()
    work.got["actions"] = [{"text": "Introduced."}, {"text": "Referred."}]
    with pytest.raises(Unreadable, match="2 of 3 came"):
        spider.read_part(work, "actions", empty)
    work.last_try = True
    assert len(spider.read_part(work, "actions", empty)) == 2
    work.got["actions"] = []
    with pytest.raises(Unreadable):
        spider.read_part(work, "actions", empty)


def gathered(*, known: bool = False, **got: Any) -> Work:
    record = {"congress": 119, "type": "HR", "number": "7", "title": "T", "updateDate": "2026-01-01"}
    return Work(key="us-119-hr7", record=record, stamp="s", waiting=[], known=known, got=got)


def test_part_that_the_bill_s_record_announces_must_come() -> None:
    spider, work = made(UsCongressApiSpider), gathered(bill={"actions": {"count": 5}})
    with pytest.raises(Unreadable, match="0 of 5 came"):
        spider.read_part(work, "actions", b'{"actions": [], "pagination": {"count": 0}}')
    with pytest.raises(Unreadable, match="its 5 actions are not there"):
        spider.absent(work, "actions")


def test_known_bill_whose_record_is_not_there_or_lacks_a_part_stays_as_it_is() -> None:
    spider = made(UsCongressApiSpider)
    [new], [kept] = (list(spider.gather(gathered(known=known, bill=None))) for known in (False, True))
    assert (type(new), type(kept)) == (Bill, Reject)
    work = gathered(known=True, bill={"type": "HR", "number": "7"})
    work.waiting = [("actions", "https://x")]
    assert not list(spider.go_on_without(work))


def test_text_versions_point_at_the_xml_form(bills: dict[str, Bill]) -> None:
    assert {version.media_type for version in bills["us-119-hr1"].versions} == {"text/xml"}


def test_amendment_is_a_tie_to_the_bill(bills: dict[str, Bill]) -> None:
    ties = {link.document_id: link.title for link in bills["us-119-hr1"].links if link.kind == "amendment"}
    assert ties == {"us-119-samdt2360": "In the nature of a substitute."}
    top_level = {link.document_id: link.title for link in bills["us-119-hr22"].links if link.kind == "amendment"}
    assert top_level == {"us-119-samdt5001": "To let public libraries help with registration."}


def test_meeting_to_come_is_a_date_in_washington_and_a_cancelled_one_is_none(bills: dict[str, Bill]) -> None:
    [event] = bills["us-119-hr22"].events
    assert (event.kind, event.starts_at, event.timezone) == ("hearing", "2026-12-02T10:00:00", "America/New_York")
    assert "transcript: H.Hrg.119" in (event.description or "")


def test_proceedings_are_stored_by_their_own_ids(items: list[Any]) -> None:
    found = {item.id: item.kind for item in items if isinstance(item, Proceeding)}
    assert found == {
        "us-119-meeting118901": "meeting",
        "us-119-meeting118902": "meeting",
        "us-119-hearing59001": "hearing",
        "us-119-samdt5001": "amendment",
    }


def test_list_is_whole_and_bills_wait_for_the_proceedings(items: list[Any]) -> None:
    kinds = [type(item).__name__ for item in items]
    assert kinds.index("Listing") > max(n for n, kind in enumerate(kinds) if kind == "Proceeding")
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert listing.document_ids == ("us-119-hr1", "us-119-s146", "us-119-hr22")


def test_in_a_new_congress_the_lists_of_both_are_read() -> None:
    spider = UsCongressApiSpider(today="2027-01-10")
    spider.settings = Settings({"INFOPOLICY_CORPUS": str(NOWHERE)})

    async def collect() -> list[scrapy.Request]:
        return [each async for each in spider.start()]

    assert {each.url.partition("?")[0][-4:] for each in asyncio.run(collect())} == {"/120", "/119"}
    spider.outstanding = 0
    first, second = spider.bills_if_ready()
    assert ("/bill/120?" in first.url, "/bill/119?" in second.url) == (True, True)
    request = scrapy.Request(first.url)
    empty = TextResponse(first.url, body=b'{"bills": [], "pagination": {"count": 0}}', request=request)
    [listing] = spider.parse_page(empty, **first.cb_kwargs)
    assert listing.document_ids == (), "no bill of the new one is there yet"


def test_key_goes_into_a_header_and_never_into_the_address() -> None:
    request = made(UsCongressApiSpider).ask_page("119", 0, {}, 1)
    assert request.headers["X-Api-Key"] == b"secret"
    assert "secret" not in request.url


# --------------------------------------------------------------------- with what is stored


def stored(corpus: Database, *, stamp: str, source: str = "us_bills") -> Path:
    """A corpus with H.R. 1 and S. 146 as a source gave them at the time of its stamp."""
    titles = {"hr1": "One Big Beautiful Bill Act", "s146": "TAKE IT DOWN Act"}
    for number, title in titles.items():
        kind = number.rstrip("0123456789")
        body = bill_xml(number.removeprefix(kind), kind=kind, congress=119, title=title).encode()
        bill = billstatus.parse_bill(xmltree.parse(body, root="billStatus"), source_url="https://x/y", stamp=stamp)
        upsert(corpus, [replace(bill, source=source)], now=NOW, silent=True)
    row = corpus.execute("pragma database_list").fetchone()
    return Path(row[2])


def test_bill_that_billstatus_tells_as_new_costs_no_request(corpus: Database) -> None:
    path = stored(corpus, stamp="2026-01-01T00:00:00Z")
    spider = made(UsCongressApiSpider, corpus=path)
    found = {item.id: item for item in replay_with(spider, path) if isinstance(item, Bill)}
    assert not found["us-119-hr1"].actions
    assert (found["us-119-hr1"].stamp, found["us-119-hr1"].status_on) == ("2025-08-01T12:00:00Z", None)
    assert found["us-119-hr22"].actions


def test_bill_that_billstatus_brings_late_is_asked_for(corpus: Database) -> None:
    path = stored(corpus, stamp="2025-06-01T00:00:00Z")
    found = {item.id: item for item in replay_with(made(UsCongressApiSpider), path) if isinstance(item, Bill)}
    assert found["us-119-hr1"].actions
    assert found["us-119-s146"].actions


def test_known_bill_that_a_new_meeting_names_is_asked_for_again(corpus: Database) -> None:
    first = [item for item in replay(made(UsCongressApiSpider), RECORDED, NOWHERE) if isinstance(item, Bill)]
    upsert(corpus, first, now=NOW, silent=True)
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    again = [item.id for item in replay_with(made(UsCongressApiSpider), path) if isinstance(item, Bill)]
    assert again == ["us-119-hr22"]


def replay_with(spider: UsCongressApiSpider, path: Path) -> list[Any]:
    return replay(spider, RECORDED, path)


def test_new_transcript_has_the_bills_of_its_meeting_asked_for_again() -> None:
    found = [item for item in replay(made(UsCongressApiSpider), RECORDED, NOWHERE) if isinstance(item, Proceeding)]
    spider = made(UsCongressApiSpider)
    spider.proceedings = {each.id: each for each in found}
    spider.news = [each for each in found if each.kind == "hearing"]
    assert spider.named() == {"us-119-hr22"}


def test_proceedings_come_back_as_they_were_stored(corpus: Database) -> None:
    found = [item for item in replay(made(UsCongressApiSpider), RECORDED, NOWHERE) if isinstance(item, Proceeding)]
    attachments.store(corpus, found, now=NOW)
    attachments.store(corpus, found, now="2027-01-01T00:00:00Z")
    path = Path(corpus.execute("pragma database_list").fetchone()[2])
    assert attachments.stored_proceedings(path, source="us_congress_api", session="119") == {x.id: x for x in found}
    assert corpus.execute("select distinct fetched_at from proceedings").fetchall() == [(NOW,)]


# --------------------------------------------------------------------- answers that go wrong


def page(total: int, *numbers: int) -> TextResponse:
    rows = [
        {"congress": 119, "type": "HR", "number": str(n), "title": "T", "updateDate": "2026-01-01"} for n in numbers
    ]
    body = json.dumps({"bills": rows, "pagination": {"count": total}}).encode()
    request = scrapy.Request("https://api.congress.gov/v3/bill/119")
    return TextResponse(request.url, body=body, request=request)


def read(response: TextResponse, offset: int = 0, attempt: int = 1, **rows: Any) -> list[Any]:
    return list(made(UsCongressApiSpider).parse_page(response, "119", offset=offset, rows=rows, attempt=attempt))


def test_bill_that_moved_while_pages_were_read_has_the_list_read_again() -> None:
    [following] = read(page(3, 1, 2))
    assert following.cb_kwargs["offset"] == 2
    [again] = read(page(3, 2), offset=2, **following.cb_kwargs["rows"])
    assert (again.cb_kwargs["offset"], len(again.cb_kwargs["rows"]), again.cb_kwargs["attempt"]) == (0, 2, 2)
    listing, *_ = read(page(3, 2), offset=2, attempt=TRIES, **following.cb_kwargs["rows"])
    assert len(listing.document_ids) == 2, "the little that is lacking is let be"
    [lost] = read(page(5, 2), offset=4, attempt=TRIES, **following.cb_kwargs["rows"])
    assert isinstance(lost, Reject)
    assert lost.document_id is None


def test_full_page_is_followed_by_one_that_shows_its_end_again() -> None:
    [following] = read(page(400, *range(1, PAGE + 1)))
    assert following.cb_kwargs["offset"] == PAGE - OVERLAP


def test_row_that_is_no_bill_is_a_reject_and_the_others_of_its_page_come() -> None:
    body = json.loads(page(2, 1).body)
    body["bills"].append({"type": "HR"})
    bad, following = read(TextResponse("https://api.congress.gov/v3/bill/119", body=json.dumps(body).encode()))
    assert isinstance(bad, Reject)
    assert bad.document_id
    assert len(following.cb_kwargs["rows"]) == 1


def test_bill_without_a_title_goes_by_its_number() -> None:
    row = {"type": "HR", "number": "7", "congress": 119, "title": ""}
    assert listed_bill(row).title == "H.R. 7 (no title yet)"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"bills": []}', b'{"bills": {}, "pagination": {"count": 1}}']
)
def test_broken_page_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(TextResponse("https://api.congress.gov/v3/bill/119", body=body))


def test_empty_page_is_asked_for_again_and_in_the_end_the_list_is_read_anew() -> None:
    """One row of a list of the service was for weeks on no page of it, whatever was asked."""
    with pytest.raises(Unreadable, match="empty"):
        read(page(500), offset=250)
    last = page(3)
    last.request.meta["retry_times"] = 9  # type: ignore[union-attr]
    rows = read(page(3, 1, 2))[0].cb_kwargs["rows"]
    [again] = read(last, offset=2, **rows)
    assert again.cb_kwargs["offset"] == 0
    listing, *_ = read(last, offset=2, attempt=TRIES, **rows)
    assert len(listing.document_ids) == 2


@pytest.mark.parametrize(
    "row", [{}, {"type": "PN", "number": "1", "congress": 119}, {"type": "HR", "number": "x", "congress": 119}]
)
def test_row_that_is_no_bill_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(BadRecord):
        key_of(row)


def test_proceeding_that_cannot_be_read_holds_up_no_bill() -> None:
    spider = made(UsCongressApiSpider)
    spider.outstanding = 1
    request = scrapy.Request(
        "https://api.congress.gov/v3/hearing/119/house/1", meta={"retry_times": 9, "document_id": "h"}
    )
    response = TextResponse(request.url, body=b"<html>", request=request)
    gap, bills = spider.answered(response, callback=lambda each: spider.parse_proceeding(each, "hearing", None, "s"))
    assert isinstance(gap, Reject)
    assert gap.document_id == "h"
    assert "/bill/119?" in bills.url


def test_proceeding_that_fails_on_every_try_holds_up_no_bill() -> None:
    from twisted.python.failure import Failure

    spider = made(UsCongressApiSpider)
    spider.outstanding = 1
    failure = Failure(OSError("no answer"))
    failure.request = scrapy.Request("https://x/y", meta={"document_id": "h"})  # type: ignore[attr-defined]

    async def collect() -> list[Any]:
        return [each async for each in spider.proceeding_failed(failure)]

    assert [type(each).__name__ for each in asyncio.run(collect())] == ["Reject", "Request"]


@pytest.mark.parametrize(
    ("address", "lost", "noted"),
    [
        ("hearing/119?fromDateTime=2026-10-26T00:00:00Z&limit=250&offset=0", 0, 1),
        ("hearing/119?fromDateTime=2026-10-26T00:00:00Z&limit=250&offset=250", 1, 0),
        ("hearing/119/house/1?format=json", 0, 0),
    ],
)
def test_list_that_is_not_there_has_moved_and_a_record_was_withdrawn(address: str, lost: int, noted: int) -> None:
    spider = made(UsCongressApiSpider)
    spider.outstanding = 2
    response = TextResponse(f"https://api.congress.gov/v3/{address}", status=404)
    found = list(spider.answered(response, callback=None))
    assert ([each.document_id for each in found], len(spider.notes)) == ([None] * lost, noted)


def test_hostile_names_and_characters_do_not_break_the_layout() -> None:
    detail = {
        "type": "HR",
        "number": "7",
        "congress": 119,
        "title": "A <b>\x00 & \ud800 bill",
        "introducedDate": "2025-01-03",
        "a b<c>": "x",
        "policyArea": None,
    }
    bill = parse_bill(detail, {}, proceedings=(), source_url="x", stamp=None)
    assert bill.title == "A <b> & bill"


def test_postponed_meeting_is_no_date_and_hearings_are_in_order() -> None:
    def meeting(number: str, day: str, state: str) -> Proceeding:
        return Proceeding(
            id=meeting_id("119", number),
            source="us_congress_api",
            session="119",
            kind="meeting",
            stamp="s",
            title="M",
            url="x",
            starts_at=day,
            state=state,
        )

    days = [("2", "2026-12-02", "Scheduled"), ("1", "2026-12-01", "Scheduled"), ("3", "2026-12-03", "Postponed")]
    found = hearings(meeting(*each) for each in days)
    assert [event.starts_at for event in found] == ["2026-12-01", "2026-12-02"]
