"""The spider of the U.S. Congress: a golden replay, facts written by hand, and what it does with broken answers."""

from __future__ import annotations

import io
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import scrapy
from conftest import SOURCES, NotRecorded, Recording, bill_xml, expected, replay
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from crawlers.items import Bill, Listing, Reject, Unreadable
from crawlers.spiders.us_bills import BULK_LEAST, HOST, UsBillsSpider

RECORDED = SOURCES / "us_bills"


def spider(**arguments: Any) -> UsBillsSpider:
    made = UsBillsSpider.from_crawler(get_crawler(UsBillsSpider), today="2026-11-25", **arguments)
    made.settings = Settings({"INFOPOLICY_CORPUS": "/nowhere/corpus.db"})
    return made


@pytest.fixture(scope="module")
def bills() -> dict[str, Bill]:
    items = replay(spider(congress="all"), RECORDED, Path("/nowhere"))
    return {item.id: item for item in items if isinstance(item, Bill)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(bills: dict[str, Bill]) -> None:
    actual = {
        key: {n: v for n, v in asdict(bill).items() if v not in (None, ())} for key, bill in sorted(bills.items())
    }
    stored = expected(RECORDED / "expected.json", actual)
    assert set(actual) == set(stored)
    for key, record in stored.items():
        plain = {name: _lists(value) for name, value in actual[key].items()}
        assert plain == record, key


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _lists(each) for name, each in value.items()}
    return [_lists(each) for each in value] if isinstance(value, (list, tuple)) else value


def test_old_schema_unlocking_act_became_law_on_the_first_of_august_2014(bills: dict[str, Bill]) -> None:
    bill = bills["us-113-s517"]
    assert bill.title == "Unlocking Consumer Choice and Wireless Competition Act"
    assert (bill.introduced_on, bill.status, bill.status_on) == ("2013-03-11", "enacted", "2014-08-01")
    assert [law.number for law in bill.laws] == ["113-144"]
    assert bill.sponsors[0].name == "Sen. Patrick J. Leahy"


def test_veto_that_stood_is_vetoed(bills: dict[str, Bill]) -> None:
    bill = bills["us-116-hjres76"]
    assert (bill.status, bill.status_on) == ("vetoed", "2020-05-29")
    assert not bill.laws


def test_simple_and_concurrent_resolutions_end_as_adopted(bills: dict[str, Bill]) -> None:
    assert bills["us-117-hres693"].status == "adopted"
    assert bills["us-117-hconres88"].status == "adopted"


def test_kids_online_safety_act_was_reported_months_after_its_committee_voted_for_that(bills: dict[str, Bill]) -> None:
    bill = bills["us-117-s3663"]
    assert (bill.identifier, bill.chamber, bill.introduced_on) == ("S. 3663", "upper", "2022-02-16")
    assert bill.sponsors[0].name == "Sen. Richard Blumenthal"
    assert bill.status_history[2:] == (("reported", "2022-12-15"),)
    assert bill.url == "https://www.congress.gov/bill/117th-congress/senate-bill/3663"


def test_listing_names_every_bill_of_a_part() -> None:
    items = replay(spider(congress="117"), RECORDED, Path("/nowhere"))
    listings = {item.part: item.document_ids for item in items if isinstance(item, Listing)}
    assert listings == {"s": ("us-117-s3663",), "hres": ("us-117-hres693",), "hconres": ("us-117-hconres88",)}


def test_types_limit_and_dates_narrow_what_is_asked_for() -> None:
    def found(**arguments: Any) -> set[str]:
        return {x.id for x in replay(spider(**arguments), RECORDED, Path("/nowhere")) if isinstance(x, Bill)}

    assert found(congress="117", types="s,hres") == {"us-117-s3663", "us-117-hres693"}
    assert len(found(congress="all", limit=2)) == 2
    stamp = "2022-12-31"
    assert found(congress="all", since=stamp) | found(congress="all", until="2022-12-30") >= {"us-117-s3663"}
    assert not found(congress="all", since="2999-01-01")


def test_congress_that_is_not_listed_is_a_reject_not_silence() -> None:
    [item] = replay(spider(congress="93"), RECORDED, Path("/nowhere"))
    assert isinstance(item, Reject)
    assert "93" in item.reason


def test_replay_fails_on_an_address_that_was_not_recorded(recording: Recording) -> None:
    recording.add(1)
    recording.publish()
    recording.path(117, "hr", "BILLSTATUS-117hr1.xml").unlink()
    with pytest.raises(NotRecorded):
        replay(spider(congress="117"), recording.folder, Path("/nowhere"))


# --------------------------------------------------------------------- broken answers

ROWS = [
    (f"us-117-hr{n}", f"{HOST}/bulkdata/BILLSTATUS/117/hr/BILLSTATUS-117hr{n}.xml", "2021-03-02T00:00:00Z")
    for n in range(1, BULK_LEAST + 11)
]


def zipped(*bodies: tuple[str, str]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, body in bodies:
            archive.writestr(name, body)
    return target.getvalue()


WHOLE = zipped(*((f"BILLSTATUS-117hr{n}.xml", bill_xml(n)) for n in range(1, len(ROWS) + 1)))


def zip_answer(body: bytes, *, tries: int = 0, headers: dict[str, str] | None = None, rows: Any = ROWS) -> list[Any]:
    request = scrapy.Request(f"{HOST}/x.zip", meta={"retry_times": tries}, cb_kwargs={"rows": rows})
    response = Response(request.url, body=body, request=request, headers=headers or {})
    return list(spider().parse_zip(response, rows))


def test_whole_zip_gives_every_record() -> None:
    assert [bill.id for bill in zip_answer(WHOLE)] == [row[0] for row in ROWS]


@pytest.mark.parametrize("body", [b"", b"<html>maintenance</html>", WHOLE[: len(WHOLE) // 2], WHOLE[:-30]])
def test_zip_that_cannot_be_opened_is_asked_for_again(body: bytes) -> None:
    [again] = zip_answer(body)
    assert isinstance(again, scrapy.Request)
    assert again.cb_kwargs["rows"] == ROWS


def test_zip_garbled_in_the_middle_gives_what_is_whole_and_is_asked_for_again() -> None:
    half = len(WHOLE) // 2
    found = zip_answer(WHOLE[:half] + b"\xff\xfe\x00<<}{" + WHOLE[half + 9 :])
    whole = {item.id for item in found if isinstance(item, Bill)}
    asked = {row[0] for item in found if isinstance(item, scrapy.Request) for row in item.cb_kwargs.get("rows", [])}
    asked |= {item.meta["document_id"] for item in found if isinstance(item, scrapy.Request) and not asked}
    assert whole | asked == {row[0] for row in ROWS}
    assert not whole & asked
    assert asked


def test_zip_broken_on_every_try_is_read_record_by_record() -> None:
    found = zip_answer(b"not a zip", tries=5)
    assert [request.url for request in found] == [row[1] for row in ROWS]


def test_zip_refused_by_the_server_is_read_record_by_record() -> None:
    async def collect() -> list[Any]:
        return [each async for each in spider().zip_failed(failure)]

    import asyncio

    from twisted.python.failure import Failure

    failure = Failure(OSError("404"))
    failure.request = scrapy.Request(f"{HOST}/x.zip", cb_kwargs={"rows": ROWS})  # type: ignore[attr-defined]
    assert [request.url for request in asyncio.run(collect())] == [row[1] for row in ROWS]


def test_record_missing_or_broken_inside_a_zip_is_asked_for_singly() -> None:
    body = zipped(("BILLSTATUS-117hr1.xml", bill_xml(1)), ("BILLSTATUS-117hr2.xml", "<billStatus>cut"))
    found = zip_answer(body, rows=ROWS[:3])
    assert [type(item).__name__ for item in found] == ["Bill", "Request", "Request"]
    assert [item.meta["document_id"] for item in found[1:]] == ["us-117-hr2", "us-117-hr3"]


def test_zip_older_than_the_listing_gives_no_stale_record() -> None:
    old, new = "Mon, 01 Mar 2021 00:00:00 GMT", "Wed, 03 Mar 2021 00:00:00 GMT"
    assert isinstance(zip_answer(WHOLE, headers={"Last-Modified": old}, rows=ROWS[:1])[0], scrapy.Request)
    assert isinstance(zip_answer(WHOLE, headers={"Last-Modified": new}, rows=ROWS[:1])[0], Bill)
    assert isinstance(zip_answer(WHOLE, headers={"Last-Modified": "nonsense"}, rows=ROWS[:1])[0], Bill)


def test_zip_member_of_an_absurd_size_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.parsers.archive.MEMBER_MAXSIZE", 100)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    assert isinstance(zip_answer(WHOLE, rows=ROWS[:1])[0], scrapy.Request)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><body>We'll be back soon</body></html>", "expected <billStatus>"),
        (b"", "not XML"),
        (bill_xml(1).encode()[:200], "not XML"),
        (b'<!DOCTYPE b [<!ENTITY a "ha">]><billStatus>&a;</billStatus>', "document type declaration"),
        (b'<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><billStatus>&a;</billStatus>', "document type"),
        (bill_xml(1, title=None).encode(), "no title"),
        (bill_xml(1, introduced="0001-01-01").encode(), "0001-01-01"),
        (bill_xml(1, introduced="2021-13-40").encode(), "not a date"),
        (bill_xml("seven").encode(), "not a number"),
        (bill_xml("¹").encode(), "not a number"),
        (bill_xml(1, kind="hamdt").encode(), "hamdt"),
        (bill_xml(1, congress=116).encode(), "asked for us-117-hr1, got us-116-hr1"),
        (bill_xml(1).replace("utf-8", "ascii").replace("libraries", "bibliothèques").encode(), "not XML"),
        (bill_xml(1).replace("utf-8", "no-such-code").encode(), "not XML"),
        (bill_xml(1).replace("libraries", "\x00").encode(), "not XML"),
    ],
)
def test_record_that_is_not_the_record_is_unreadable_and_says_why(body: bytes, words: str) -> None:
    request = scrapy.Request(ROWS[0][1], meta={"document_id": "us-117-hr1"})
    response = TextResponse(request.url, body=body, request=request)
    with pytest.raises(Unreadable, match=words):
        list(spider().parse_record(response, stamp="x"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_declared_encodings_are_read_to_the_same_words(encoding: str) -> None:
    body = bill_xml(1, title="Bibliothèques — for “all”" if encoding != "iso-8859-1" else "Bibliothèques")
    request = scrapy.Request(ROWS[0][1], meta={"document_id": "us-117-hr1"})
    response = TextResponse(request.url, body=body.replace("utf-8", encoding, 1).encode(encoding), request=request)
    [bill] = spider().parse_record(response, stamp="x")
    assert bill.title.startswith("Bibliothèques")


def test_entity_bomb_ends_at_once() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    body = f'<!DOCTYPE b [<!ENTITY a0 "ha">{levels}]><billStatus>&a11;</billStatus>'.encode()
    request = scrapy.Request(ROWS[0][1], meta={"document_id": "us-117-hr1"})
    with pytest.raises(Unreadable):
        list(spider().parse_record(TextResponse(request.url, body=body, request=request), stamp="x"))
