"""The Federal Register: a golden replay, facts written by hand, whole months or an alarm, and rulemakings as threads."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import scrapy
from conftest import NOW, ROOT, SOURCES, replay
from golden import NOWHERE, agreed, made
from hypothesis import given
from hypothesis import strategies as st
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.composite_spider import Work
from crawlers.download.mirror import LONGEST_QUERY, file_name, recorded
from crawlers.items import BadRecord, Event, Listing, Regulation, Reject, Unreadable
from crawlers.parsers import federal_register as fr
from crawlers.parsers import federal_register_dockets as fr_dockets
from crawlers.spiders.us_federal_register import UsFederalRegisterSpider, halves, listing_url, month_end, months
from crawlers.status.federal import regulation_purpose, regulation_status
from crawlers.storage.record import upsert

RECORDED = SOURCES / "us_federal_register"
SAMPLE = ROOT / "crawlers" / "sample"
MONTH: dict[str, Any] = {"since": "2024-01-01", "until": "2024-01-31"}


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsFederalRegisterSpider, **MONTH), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def documents(items: list[Any]) -> dict[str, Regulation]:
    return {item.identifier: item for item in items if isinstance(item, Regulation)}


@pytest.fixture(scope="module")
def sample() -> dict[str, Regulation]:
    found = replay(made(UsFederalRegisterSpider, since="2025-01-01", until="2025-12-31"), SAMPLE, NOWHERE)
    return {item.identifier: item for item in found if isinstance(item, Regulation)}


def record(number: str = "2025-00001", **values: Any) -> dict[str, Any]:
    """A record as the API lists it, whole and valid."""
    return {
        "document_number": number,
        "title": "Rules for libraries",
        "type": "Rule",
        "publication_date": "2025-03-03",
        "html_url": f"{fr.HOST}/documents/2025/03/03/{number}/rules",
        "agencies": [],
        "docket_ids": [],
        "topics": [],
    } | values


def regulation(number: str = "2025-00001", text: str | None = None, **values: Any) -> Regulation:
    return fr.parse_regulation(record(number, **values), text=text, stamp="s")


# --------------------------------------------------------------------- recordings


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_listing_names_every_document_of_the_month_once(items: list[Any], documents: dict[str, Regulation]) -> None:
    [listing] = [item for item in items if isinstance(item, Listing)]
    assert (listing.first_on, listing.last_on) == ("2024-01-01", "2024-01-31")
    assert set(listing.document_ids) == {document.id for document in documents.values()}
    assert len(listing.document_ids) == len(set(listing.document_ids)) == 14


def test_proclamation_10690_is_adopted_on_the_day_it_was_signed(documents: dict[str, Regulation]) -> None:
    document = documents["2023-28995"]
    assert document.presidential_number == "Proclamation 10690"
    assert (document.status, document.status_on, document.published_on) == ("adopted", "2023-12-28", "2024-01-03")


def test_determination_keeps_its_own_kind_of_number(documents: dict[str, Regulation]) -> None:
    assert documents["2023-28947"].presidential_number == "Determination 2024-03"


def test_executive_order_14238_of_the_sample_has_its_number_and_text(sample: dict[str, Regulation]) -> None:
    order = sample["2025-04868"]
    assert (order.presidential_number, order.status, order.status_on) == (
        "Executive Order 14238",
        "adopted",
        "2025-03-14",
    )
    assert order.text
    assert "Institute of Museum and Library Services" in order.text


def test_correction_and_what_it_corrects_name_each_other(documents: dict[str, Regulation]) -> None:
    correction, rule = documents["C1-2024-00339"], documents["2024-00339"]
    assert (correction.id, correction.corrects, correction.status) == ("us-fr-c1-2024-00339", rule.id, "notice")
    assert [(link.document_id, link.kind) for link in correction.links] == [(rule.id, "corrects")]
    assert [(link.document_id, link.kind) for link in rule.links] == [(correction.id, "corrected by")]
    assert rule.status == "final"


def test_correction_without_a_field_is_known_by_what_its_text_cites(sample: dict[str, Regulation]) -> None:
    correction = sample["2025-17091"]
    assert (correction.corrects, correction.status) == ("us-fr-2025-16430", "notice")
    [link] = correction.links
    assert link.said_by == "its own text"


def test_withdrawals_count_as_such_and_an_applicant_who_withdraws_does_not(documents: dict[str, Regulation]) -> None:
    assert documents["2023-28797"].status == "withdrawn"
    assert documents["2023-28891"].status == "notice"


def test_comment_deadline_is_the_end_of_the_day_eastern_time(documents: dict[str, Regulation]) -> None:
    proposed = documents["2023-28569"]
    assert proposed.comments_close_on == "2024-03-11"
    assert proposed.events == (
        Event(
            kind="comment_close",
            starts_at="2024-03-11T23:59:59",
            timezone="America/New_York",
            description="Comments must be received by March 11, 2024.",
        ),
    )


def test_extension_is_still_a_proposal_and_has_the_new_deadline(documents: dict[str, Regulation]) -> None:
    extension = documents["2024-00260"]
    assert extension.actions[0].description == "Notice of proposed rulemaking; extension of comment period."
    assert (extension.status, extension.comments_close_on) == ("proposed", "2024-02-15")


def test_text_is_kept_with_paragraphs_and_without_the_printers_lines(documents: dict[str, Regulation]) -> None:
    text = documents["2023-28569"].text
    assert text
    assert "Operators would need a parent's separate consent before they give a child's personal" in text
    assert "[[Page" not in text
    assert text.splitlines()[0] == "FEDERAL TRADE COMMISSION"


def test_document_whose_text_is_not_there_is_stored_without_it(documents: dict[str, Regulation]) -> None:
    assert documents["2024-00416"].text is None
    assert documents["2024-00416"].abstract


# --------------------------------------------------------------------- whole months, or an alarm


def answer(
    spider: UsFederalRegisterSpider, first: str, last: str, count: int, rows: list[dict[str, Any]], tries: int = 0
) -> list[Any]:
    body = json.dumps({"count": count, "results": rows}).encode()
    request = scrapy.Request(listing_url(first, last), meta={"retry_times": tries})
    response = TextResponse(request.url, body=body, encoding="utf-8", request=request)
    return list(spider.parse_listing(response, first, last))


def asked(requests: list[Any]) -> list[tuple[str, str]]:
    """The days that listing requests ask for."""
    queries = [parse_qs(urlsplit(each.url).query) for each in requests]
    return [tuple(query[f"conditions[publication_date][{end}]"][0] for end in ("gte", "lte")) for query in queries]


def test_month_with_more_than_one_answer_holds_is_asked_for_in_halves_never_on_a_second_page() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    rows = [record(f"2024-{n:05}", publication_date="2024-01-02") for n in range(2000)]
    found = answer(spider, "2024-01-01", "2024-01-31", 10_000, rows)
    assert asked(found) == [("2024-01-01", "2024-01-16"), ("2024-01-17", "2024-01-31")]
    assert not any("page=" in each.url.replace("per_page=", "") for each in found)


@pytest.mark.parametrize(
    ("count", "rows", "words"),
    [
        (3, ["2024-00001", "2024-00002"], "3 documents announced, 2 came"),
        (2, ["2024-00001", "2024-00001"], "1 different"),
        (1, ["2024-00001", "2024-00002"], "1 documents announced, 2 came"),
    ],
)
def test_day_whose_count_does_not_agree_is_an_alarm(count: int, rows: list[str], words: str) -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    with pytest.raises(Unreadable, match=words):
        answer(spider, "2024-01-02", "2024-01-02", count, [record(n, publication_date="2024-01-02") for n in rows])


def test_documents_of_other_days_are_an_alarm() -> None:
    with pytest.raises(Unreadable, match="2024-00009 is one"):
        answer(made(UsFederalRegisterSpider, **MONTH), "2024-01-01", "2024-01-31", 1, [record("2024-00009")])


@pytest.mark.parametrize(
    "body", [b"", b"<html>maintenance</html>", b"[]", b"{}", b'{"count": 1, "results": {}}', b"null"]
)
def test_answer_that_is_no_listing_is_asked_for_again(body: bytes) -> None:
    request = scrapy.Request(listing_url("2024-01-01", "2024-01-31"))
    response = TextResponse(request.url, body=body, encoding="utf-8", request=request)
    with pytest.raises(Unreadable, match=r"not (a listing|JSON|a JSON object)"):
        list(made(UsFederalRegisterSpider, **MONTH).parse_listing(response, "2024-01-01", "2024-01-31"))


@pytest.mark.parametrize(
    ("first", "last", "today", "held"),
    [
        ("2024-01-01", "2024-01-31", "2024-02-01", False),
        ("2024-01-17", "2024-01-30", "2024-02-01", False),
        ("2024-01-18", "2024-01-30", "2024-02-01", True),  # less than two weeks
        ("2024-01-01", "2024-01-31", "2024-01-31", True),  # not over
        ("1990-01-01", "1990-01-31", "2024-02-01", True),
    ],
)
def test_past_month_without_a_document_is_no_answer_though_nothing_is_stored(
    first: str, last: str, today: str, held: bool
) -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    spider.today = today
    if held:
        assert answer(spider, first, last, 0, [])
    else:
        with pytest.raises(Unreadable, match="of days that are over"):
            answer(spider, first, last, 0, [])
        spider.settings.set("INFOPOLICY_MIRROR", "file:///recorded")
        assert answer(spider, first, last, 0, []), "a mirror may have recorded other days"


def test_no_results_at_all_means_none(tmp_path: Path) -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    request = scrapy.Request(listing_url("2024-01-06", "2024-01-07"))
    response = TextResponse(request.url, body=b'{"count": 0}', encoding="utf-8", request=request)
    [listing] = spider.parse_listing(response, "2024-01-06", "2024-01-07")
    assert listing.document_ids == ()


def test_nothing_listed_where_documents_are_stored_is_an_alarm(corpus: Database, tmp_path: Path) -> None:
    upsert(corpus, [regulation()], now=NOW, silent=True)
    spider = made(UsFederalRegisterSpider, corpus=tmp_path / "corpus.db", since="2025-03-01", until="2025-03-31")
    with pytest.raises(Unreadable, match="nothing is listed"):
        answer(spider, "2025-03-01", "2025-03-31", 0, [])


def test_stored_document_is_asked_for_again_only_when_its_record_changes(corpus: Database, tmp_path: Path) -> None:
    row = record(raw_text_url=f"{fr.HOST}/documents/full_text/text/2025/03/03/2025-00001.txt")
    upsert(corpus, [fr.parse_regulation(row, text="Text", stamp=fr.stamp_of(row))], now=NOW, silent=True)
    days: dict[str, Any] = {"since": "2025-03-01", "until": "2025-03-31"}
    spider = made(UsFederalRegisterSpider, corpus=tmp_path / "corpus.db", **days)
    assert [type(each) for each in answer(spider, days["since"], days["until"], 1, [row])] == [Listing]
    changed = row | {"effective_on": "2025-05-01"}
    listing, request = answer(spider, days["since"], days["until"], 1, [changed])
    assert isinstance(listing, Listing)
    assert request.url == row["raw_text_url"]


def test_record_that_cannot_be_is_a_reject_of_its_own() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    bad = record("2024-00001", publication_date="2024-01-02", title=None, type="Notice")
    listing, reject = answer(spider, "2024-01-02", "2024-01-02", 1, [bad])
    assert listing.document_ids == ("us-fr-2024-00001",)
    assert isinstance(reject, Reject)
    assert (reject.document_id, reject.reason) == ("us-fr-2024-00001", "title is empty")


def test_without_dates_a_year_of_whole_months_is_asked_for() -> None:
    spider = made(UsFederalRegisterSpider)
    spans = list(months(spider.first_on, spider.last_on))
    assert (len(spans), spans[0], spans[-1]) == (13, ("2025-11-01", "2025-11-30"), ("2026-11-01", "2026-11-30"))


def test_text_is_asked_of_the_publisher_alone() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    assert not spider.text_of(record(raw_text_url="https://elsewhere.example/x.txt"))
    notice = record(type="Notice", raw_text_url=f"{fr.HOST}/x.txt")
    assert not spider.text_of(notice)
    assert spider.text_of(notice | {"agencies": [{"slug": "library-of-congress"}]})


def test_document_whose_text_fails_is_stored_without_it_and_asked_for_again() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    work = Work(key="us-fr-2024-00001", record=record("2024-00001"), stamp="s", waiting=[("text", "https://x")])
    [document] = spider.go_on_without(work)
    assert (document.id, document.text, document.stamp) == ("us-fr-2024-00001", None, None)


def test_stored_text_stays_when_it_cannot_be_had_again(corpus: Database, tmp_path: Path) -> None:
    row = record("2025-00001")
    upsert(corpus, [fr.parse_regulation(row, text="Text", stamp="old")], now=NOW, silent=True)
    spider = made(UsFederalRegisterSpider, corpus=tmp_path / "corpus.db", **MONTH)
    key = "us-fr-2025-00001"
    work = Work(key=key, record=row, stamp="new", waiting=[("text", "https://x")], known=True)
    [document] = spider.go_on_without(work)
    assert (document.text, document.stamp) == ("Text", None)
    work = Work(key=key, record=row, stamp="new", waiting=[], known=True, got={"text": None})
    [document] = spider.gather(work)
    assert (document.text, document.stamp) == ("Text", "new"), "it is there no more"


def test_row_without_a_number_is_a_reject_of_its_own() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    rows = [record("2024-00001", publication_date="2024-01-02"), {"title": "no number"}]
    bad, listing, *_ = answer(spider, "2024-01-02", "2024-01-02", 2, rows)
    assert isinstance(bad, Reject)
    assert bad.document_id
    assert listing.document_ids == ("us-fr-2024-00001",)


def test_listing_that_lacks_one_on_every_try_is_let_be_and_the_run_says_so() -> None:
    spider = made(UsFederalRegisterSpider, **MONTH)
    rows = [record(f"2024-0000{n}", publication_date="2024-01-02") for n in range(1, 4)]
    listing, *_ = answer(spider, "2024-01-02", "2024-01-02", 4, rows, tries=9)
    assert len(listing.document_ids) == 3
    assert spider.notes


DAYS = st.dates(min_value=date(1994, 1, 1), max_value=date(2100, 1, 1))


@given(DAYS, DAYS)
def test_months_and_halves_cover_every_day_once(one: Any, other: Any) -> None:
    first, last = sorted((one.isoformat(), other.isoformat()))
    spans = list(months(first, last))
    assert (spans[0][0], spans[-1][1]) == (first, last)
    for start, end in spans:
        assert start <= end <= month_end(start)
        if start < end:
            (a, b), (c, d) = halves(start, end)
            assert a == start <= b < c <= d == end
            assert list(months(a, b)) == [(a, b)]


# --------------------------------------------------------------------- records


def test_slip_in_an_optional_date_loses_no_document() -> None:
    document = regulation(effective_on="3036-04-18", dates="Effective April 18, 3036.")
    assert (document.effective_on, document.events) == (None, ())


def test_day_of_effect_that_remains_is_the_one_in_words() -> None:
    words = (
        "The effective date of the final rule published in the Federal Register on May 2, 2025, remains June 12, 2025."
    )
    assert regulation(effective_on="2025-05-02", dates=words).effective_on == "2025-06-12"


def test_proposal_takes_no_effect(documents: dict[str, Regulation]) -> None:
    proposed = documents["2023-28763"]
    assert (proposed.effective_on, [event.kind for event in proposed.events]) == (
        None,
        ["comment_close", "reply_close"],
    )
    assert documents["2024-00416"].effective_on == "2024-02-12"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": ""}, "title is empty"),
        ({"publication_date": "0001-01-01"}, "publication_date"),
        ({"effective_on": "soon"}, "effective_on 'soon' is not a date"),
        ({"html_url": "javascript:alert(1)"}, "is not an address of"),
        ({"document_number": None}, "without document_number"),
    ],
)
def test_record_that_cannot_be_says_why(values: dict[str, Any], words: str) -> None:
    with pytest.raises(BadRecord, match=words):
        fr.parse_regulation(record() | values, text=None, stamp="s")


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("Docket No. FAA-2024-2529; Airspace Docket No. 24-ASW-14", ("FAA-2024-2529", "24-ASW-14")),
        ("Docket No.: FAA-2024-2531", ("FAA-2024-2531",)),
        ("Docket No. FAA-2025-0372 Airspace Docket No. 24-AAL-126", ("FAA-2025-0372", "24-AAL-126")),
        ("[REG-115560-23]", ("REG-115560-23",)),
        ("Docket ID ED-2025-OPE-0016", ("ED-2025-OPE-0016",)),
        ("WC Docket Nos. 02-6, 13-184; FCC 25-12", ("WC Docket 02-6", "WC Docket 13-184", "FCC 25-12")),
        ("CIS No. 2777-24; DHS Docket No. USCIS-2025-0139", ("CIS No. 2777-24", "USCIS-2025-0139")),
        ("EPA-R07-OAR-2023-0582", ("EPA-R07-OAR-2023-0582",)),
    ],
)
def test_dockets_are_numbers_without_the_words_around_them(said: str, numbers: tuple[str, ...]) -> None:
    assert fr_dockets.dockets((said,)) == numbers
    assert fr_dockets.dockets(numbers) == numbers


def test_dockets_of_the_correction_that_is_printed_above_are_not_the_documents() -> None:
    above = ("CMS-1828-P", "FR Doc. C3-2025-12347 Filed 8-27-25", "8:45 am")
    assert fr_dockets.own((*above, "WC Docket 25-208"), ("0938-AV53",)) == (("WC Docket 25-208",), ())
    assert fr_dockets.own(("WC Docket 25-208",), ("3060-AL01",)) == (("WC Docket 25-208",), ("3060-AL01",))
    assert fr_dockets.own(("CMS-1828-P", "8:45 am"), ("0938-AV53",)) == (("CMS-1828-P",), ("0938-AV53",)), (
        "a time is none"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>We'll be back soon</html>",
        b"<html><body><pre>cut o",
        b"<html><body><pre>\xff\xfe\x00</pre></body></html>",
    ],
)
def test_text_page_that_is_not_whole_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        fr.parse_text(body)


# action lines of the recorded documents: type, line, purpose, status
ACTIONS = [
    ("Rule", "Final rule.", None, "final"),
    ("Rule", "Final rule; correction.", "corrects", "notice"),
    ("Rule", "Correcting amendments.", "corrects", "final"),
    ("Rule", "Direct final rule; withdrawal.", "withdraws", "withdrawn"),
    ("Rule", "Withdrawal of direct final rule (DFR).", "withdraws", "withdrawn"),
    ("Rule", "Final rule; delay of effective date.", "delays", "final"),
    ("Rule", "Direct final rule; confirmation of effective date.", "confirms", "final"),
    ("Rule", "Interim final rule; request for comments.", None, "final"),
    ("Proposed Rule", "Notice of proposed rulemaking (NPRM).", None, "proposed"),
    ("Proposed Rule", "Proposed rule; extension of comment period.", "extends", "proposed"),
    ("Proposed Rule", "Proposed rule; reopening of the comment period.", "extends", "proposed"),
    ("Proposed Rule", "Proposed rule; extension of the reply comment period.", "extends", "proposed"),
    ("Proposed Rule", "Proposed rule and withdrawal of proposed rule.", "withdraws", "proposed"),
    ("Proposed Rule", "Withdrawal of notice of proposed rulemaking.", "withdraws", "withdrawn"),
    ("Proposed Rule", "Termination of rulemaking.", "withdraws", "withdrawn"),
    ("Rule", "Termination of rulemaking.", "withdraws", "withdrawn"),
    ("Notice", "Notice of termination of investigation.", None, "notice"),
    ("Proposed Rule", "Petition for rulemaking; denial.", None, "notice"),
    ("Proposed Rule", "Petition for rulemaking; notice of docketing, and request for comment.", None, "notice"),
    ("Proposed Rule", "Petitions for reconsideration.", None, "notice"),
    ("Proposed Rule", "Receipt of petition; request for comment.", None, "notice"),
    ("Proposed Rule", "Notification of petition.", None, "notice"),
    ("Proposed Rule", "Notice of filing of petitions and request for comment.", None, "notice"),
    ("Proposed Rule", "Notification of findings.", None, "notice"),
    ("Proposed Rule", "Request for information (RFI).", None, "notice"),
    ("Proposed Rule", "Intent to negotiate.", None, "notice"),
    ("Proposed Rule", "Notification of public hearing.", None, "notice"),
    (
        "Proposed Rule",
        "Notice of proposed rulemaking; Grant of petitions for rulemaking and other proposals.",
        None,
        "proposed",
    ),
    (
        "Proposed Rule",
        "Notice of proposed rulemaking (NPRM); response to petitions for reconsideration.",
        None,
        "proposed",
    ),
    ("Rule", "Petition for reconsideration.", None, "final"),
    ("Proposed Rule", "Cancellation of a notice of public hearing on a proposed rulemaking.", None, "notice"),
    ("Proposed Rule", "Notice of tribal consultation meeting.", None, "notice"),
    ("Proposed Rule", "Notice of public meetings for proposed rulemaking; request for comment.", None, "proposed"),
    ("Proposed Rule", "Proposed rule; correction.", "corrects", "notice"),
    ("Notice", "Notice; withdrawal.", "withdraws", "withdrawn"),
    ("Notice", "Notice; withdrawal by applicant.", None, "notice"),
    ("Notice", "Notice of proposed withdrawal extension.", None, "notice"),
    ("Notice", "Notice of intent to request extension of OMB approval of information collection.", None, "notice"),
    ("Notice", "Notice. Forms: SSS Form 2 Title: Correction/Change Form", None, "notice"),
    ("Presidential Document", None, None, "adopted"),
]


@pytest.mark.parametrize(("kind", "action", "purpose", "status"), ACTIONS)
def test_action_line_says_what_a_document_does_and_where_it_stands(
    kind: str, action: str | None, purpose: str | None, status: str
) -> None:
    assert regulation_purpose(action) == purpose
    assert regulation_status(kind, action, purpose) == status


@pytest.mark.parametrize(("said", "found"), [("89 FR 43", ("89 FR 43",)), (None, ()), ("89 FR", ()), (43, ())])
def test_the_page_of_a_document_is_kept_and_one_without_a_page_has_the_mark_that_it_had(
    said: Any, found: tuple[str, ...]
) -> None:
    assert regulation(citation=said).citations == found
    assert (fr.stamp_of(record(citation=said)) == fr.stamp_of(record())) is (said is None)


# --------------------------------------------------------------------- the sample and recordings


def test_recording_of_a_long_query_has_a_name_that_fits(tmp_path: Path) -> None:
    url = listing_url("2025-01-01", "2025-01-31")
    name = file_name(url)
    assert len(name.rsplit("/", 1)[-1]) < 255
    assert "/" not in name.split("@")[1]
    assert name != file_name(url + "&x=1")
    assert name in recorded(tmp_path, url).body.decode()  # whoever adds a recording is told its name
    assert len(urlsplit(url).query) > LONGEST_QUERY


def test_sample_is_collected_from_its_folder_by_the_command(infopolicy: Any) -> None:
    done = infopolicy(
        "crawl", "us_federal_register", "--since", "2025-01-01", "--until", "2025-12-31", mirror=SAMPLE.as_uri()
    )
    assert done.returncode == 0, done.stderr
    assert "28 new" in done.stdout
