"""The spider of regulations.gov: a golden replay, facts written by hand, slices that are too large or do not add up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import scrapy
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import Listing, Regulation, Reject, Unreadable
from crawlers.parsers.regulations_gov import eastern_day, fr_numbers, parse_document, purpose_of, regulation_status
from crawlers.spiders.us_regulations import PAGE, TRIES, UsRegulationsSpider
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert

RECORDED = SOURCES / "us_regulations"
SPANS = [
    ("2018-05-01", "2018-07-31"),
    ("2019-06-01", "2019-06-30"),
    ("2020-02-01", "2020-02-29"),
    ("2022-07-01", "2022-07-31"),
]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULATIONS_GOV_KEY", "secret")


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(UsRegulationsSpider, "must_hold", lambda *_: False)  # not every month is recorded
    return [
        item
        for since, until in SPANS
        for item in replay(made(UsRegulationsSpider, since=since, until=until), RECORDED, NOWHERE)
    ]


@pytest.fixture
def rules(items: list[Any]) -> dict[str, Regulation]:
    return {item.id: item for item in items if isinstance(item, Regulation)}


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_copyright_fees_were_proposed_extended_and_made_final_in_one_docket(rules: dict[str, Regulation]) -> None:
    docket = [rule for rule in rules.values() if rule.docket_ids == ("COLC-2018-0005",)]
    assert [(rule.published_on, rule.status) for rule in docket] == [
        ("2018-05-24", "proposed"),
        ("2018-06-21", "proposed"),
        ("2019-06-21", "proposed"),
        ("2020-02-19", "final"),
    ]
    extension = rules["us-regs-colc2018-0005-0002"]
    assert extension.comments_close_on == "2018-09-21"  # 03:59:59 UTC of the next day is a second before midnight there
    assert (extension.events[0].starts_at, extension.events[0].timezone) == ("2018-09-21T23:59:59", "America/New_York")
    assert extension.actions[0].description == "Extension of Comment Period"


def test_document_is_tied_to_what_the_federal_register_published(rules: dict[str, Regulation]) -> None:
    assert [link.document_id for link in rules["us-regs-colc2018-0005-0168"].links] == ["us-fr-2020-03268"]


def test_docket_gives_summary_and_rin_while_comments_are_open(rules: dict[str, Regulation]) -> None:
    rule = rules["us-regs-ed2021-ocr-0166-0001"]
    assert (rule.rins, rule.topics) == (("1870-AA16",), ("Title IX", "Sex discrimination"))
    assert (rule.abstract or "").startswith("Written for this recording")
    assert not rules["us-regs-colc2018-0005-0001"].abstract


def test_each_month_is_listed_with_its_days(items: list[Any]) -> None:
    listed = {item.first_on: (item.last_on, len(item.document_ids)) for item in items if isinstance(item, Listing)}
    assert listed["2018-05-01"] == ("2018-05-31", 1)
    assert listed["2018-07-01"] == ("2018-07-31", 0)


def test_key_goes_into_a_header_and_never_into_the_address() -> None:
    request = made(UsRegulationsSpider).ask_page(("2022-07-01", "2022-07-31"), 1, {}, 1)
    assert request.headers["X-Api-Key"] == b"secret"
    assert "secret" not in request.url


# --------------------------------------------------------------------- words

# type, subtype or the end of a title, status: real words
KINDS = [
    ("Rule", None, "final"),
    ("Rule", "Final Rule", "final"),
    ("Rule", "Final Rule with Request for Comments", "final"),
    ("Rule", "Temporary Rule", "final"),
    ("Rule", "Direct Final Rule", "final"),
    ("Rule", "Interim Final Rule", "final"),
    ("Rule", "Interim Final Regulations", "final"),
    ("Rule", "Notice of Interim Rule", "final"),
    ("Rule", "Delay of Effective Date", "final"),
    ("Rule", "Confirmation of Effective Date", "final"),
    ("Rule", "Correction", "notice"),
    ("Rule", "GDL Guidance", "notice"),
    ("Rule", "Withdrawal", "withdrawn"),
    ("Proposed Rule", None, "proposed"),
    ("Proposed Rule", "Notice of Proposed Rulemaking (NPRM)", "proposed"),
    ("Proposed Rule", "Advance Notice of Proposed Rulemaking (ANPRM)", "proposed"),
    ("Proposed Rule", "Supplemental Notice of Proposed Rulemaking (SNPRM)", "proposed"),
    ("Proposed Rule", "Extension of Comment Period", "proposed"),
    ("Proposed Rule", "Reopening of Comment Period", "proposed"),
    ("Proposed Rule", "Request for Comment", "proposed"),
    ("Proposed Rule", "Notice of Hearing", "notice"),
    ("Proposed Rule", "Public Meeting", "notice"),
    ("Proposed Rule", "Petition", "notice"),
    ("Proposed Rule", "Request for Information", "notice"),
    ("Proposed Rule", "Withdrawal", "withdrawn"),
    ("Notice", None, "notice"),
]


@pytest.mark.parametrize(("kind", "subtype", "status"), KINDS)
def test_every_subtype_has_its_status(kind: str, subtype: str | None, status: str) -> None:
    assert regulation_status(kind, subtype) == status
    assert regulation_status(kind, subtype, withdrawn=True) == "withdrawn"


@pytest.mark.parametrize(
    ("title", "purpose"),
    [
        ("Copyright Office Fees: Extension of Comment Period", "Extension of Comment Period"),
        ("Modernization of the Schools and Libraries E-Rate Program; Correction", "Correction"),
        ("Copyright Office Fees", None),
        ("Bureau of Prisons: Home Confinement of Inmates in Corrections", None),
        ("Small Claims Procedures: Library and Archives Opt-Outs", None),
    ],
)
def test_end_of_a_title_says_what_a_document_does(title: str, purpose: str | None) -> None:
    assert purpose_of(title) == purpose


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("2015-30359", ("2015-30359",)),
        ("02-20864, 02-20865", ("02-20864", "02-20865")),
        ("05-1234 and 05-1235", ("05-1234", "05-1235")),
        ("E8-19178", ("E8-19178",)),
        ("C1-2020-12345", ("C1-2020-12345",)),
        ("2018\u201312345", ("2018-12345",)),
        ("FR Doc. 2019 - 01234", ("2019-01234",)),
        ("84 FR 1234", ()),
        ("FR Vol. 85, No. 12", ()),
        (None, ()),
    ],
)
def test_federal_register_numbers_are_read_from_what_agencies_type(words: str | None, numbers: tuple[str, ...]) -> None:
    assert fr_numbers(words) == numbers


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2015-12-01T05:00:00Z", "2015-12-01"),
        ("2016-02-13T04:59:59Z", "2016-02-12"),
        ("2008-11-14T00:00:00Z", "2008-11-14"),
        ("2006-05-12T18:55:54Z", "2006-05-12"),
        (None, None),
        ("soon", None),
    ],
)
def test_times_are_days_in_washington(moment: str | None, day: str | None) -> None:
    assert eastern_day(moment) == day


# --------------------------------------------------------------------- slices


def answer(total: int, *numbers: int) -> TextResponse:
    rows = [
        {
            "id": f"EPA-2020-0001-{n:04}",
            "attributes": {"title": "T", "documentType": "Rule", "postedDate": "2020-12-01T05:00:00Z"},
        }
        for n in numbers
    ]
    body = json.dumps({"data": rows, "meta": {"totalElements": total}}).encode()
    request = scrapy.Request("https://api.regulations.gov/v4/documents")
    return TextResponse(request.url, body=body, request=request)


def read(response: TextResponse, **arguments: Any) -> list[Any]:
    given = {"days": ("2020-12-01", "2020-12-31"), "page": 1, "rows": {}, "attempt": 1} | arguments
    return list(made(UsRegulationsSpider).parse_page(response, **given))


def test_month_that_twenty_pages_cannot_hold_is_asked_for_in_halves() -> None:
    found = read(answer(5001, *range(PAGE)))
    assert [request.cb_kwargs["days"] for request in found] == [
        ("2020-12-01", "2020-12-16"),
        ("2020-12-17", "2020-12-31"),
    ]


def test_pages_follow_until_all_have_come() -> None:
    [second] = read(answer(PAGE + 1, *range(PAGE)))
    assert (second.cb_kwargs["page"], len(second.cb_kwargs["rows"])) == (2, PAGE)
    listing, *rules = read(answer(PAGE + 1, PAGE), **second.cb_kwargs)
    assert isinstance(listing, Listing)
    assert len(listing.document_ids) == PAGE + 1
    assert len(rules) == PAGE + 1


def test_pages_that_shifted_are_read_again_and_in_the_end_are_a_lost_listing() -> None:
    [again] = read(answer(3, 1, 2))
    assert (again.cb_kwargs["page"], len(again.cb_kwargs["rows"]), again.cb_kwargs["attempt"]) == (1, 2, 2)
    listing, *_ = read(answer(3, 1, 2), attempt=TRIES)
    assert len(listing.document_ids) == 2, "the little that is lacking is let be"
    [lost] = read(answer(5, 1, 2), attempt=TRIES)
    assert isinstance(lost, Reject)
    assert lost.document_id is None


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b'{"data": [{}], "meta": {"totalElements": 1}}', b'{"data": [], "meta": {}}']
)
def test_broken_page_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(TextResponse("https://api.regulations.gov/v4/documents", body=body))


def test_past_month_without_a_document_is_no_answer_though_nothing_is_stored() -> None:
    spider = made(UsRegulationsSpider)
    with pytest.raises(Unreadable, match="of days that are over"):
        list(spider.documents(("2026-10-01", "2026-10-31"), {}))
    assert list(spider.documents(("2026-11-01", "2026-11-30"), {})), "the month that is not over"


def test_empty_page_in_the_middle_is_asked_for_again() -> None:
    with pytest.raises(Unreadable, match="page 2 is empty"):
        read(answer(PAGE + 1), page=2)
    last = answer(PAGE + 1)
    last.meta["retry_times"] = 9
    [again] = read(last, page=2)
    assert (again.cb_kwargs["page"], again.cb_kwargs["attempt"]) == (1, 2), "in the end the month is read anew"


def test_document_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        parse_document({"id": "EPA-1", "attributes": {}}, docket=None, stamp=None)


def test_a_stored_deadline_says_in_words_when_comments_began(corpus: Database) -> None:
    document = parse_document(
        {
            "id": "COLC-2020-0010-0001",
            "attributes": {
                "title": "Exemptions",
                "documentType": "Proposed Rule",
                "postedDate": "2020-06-22T04:00:00Z",
                "docketId": "COLC-2020-0010",
                "commentStartDate": "2020-06-22T04:00:00Z",
                "commentEndDate": "2020-09-09T03:59:59Z",
            },
        },
        docket=None,
        stamp=None,
    )
    assert [each.description for each in document.events] == ["comments from June 22, 2020"]
    old = replace(
        document, events=tuple(replace(each, description="comments from 2020-06-22") for each in document.events)
    )
    upsert(corpus, [old], now="2026-11-28T00:00:00Z", silent=True)
    assert restate(corpus, now="2026-11-29T00:00:00Z") == 1
    assert load_document(corpus, document.id).events == document.events


def test_comments_that_end_on_the_day_on_which_they_begin_have_no_deadline(corpus: Database) -> None:
    said = {
        "title": "Electronic records",
        "documentType": "Rule",
        "postedDate": "2019-04-10T04:00:00Z",
        "commentStartDate": "2019-04-10T04:00:00Z",
    }
    open_for = [
        parse_document(
            {"id": "NARA-18-0003-0011", "attributes": said | {"commentEndDate": ends}}, docket=None, stamp=None
        )
        for ends in ("2019-04-11T03:59:59Z", "2019-05-11T03:59:59Z")
    ]
    assert [(each.comments_close_on, len(each.events)) for each in open_for] == [(None, 0), ("2019-05-10", 1)]
    old = replace(
        open_for[1],
        comments_close_on="2019-04-10",
        events=tuple(
            replace(each, starts_at="2019-04-10T23:59:59", description="Rule, comments from April 10, 2019")
            for each in open_for[1].events
        ),
    )
    upsert(corpus, [old], now="2026-11-28T00:00:00Z", silent=True)
    assert restate(corpus, now="2026-11-29T00:00:00Z") == 1
    stored = load_document(corpus, old.id)
    assert (stored.comments_close_on, stored.events) == (None, ())
