"""The spider of state bills: a golden replay, facts written by hand, and where it goes on after each kind of end."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import scrapy
from conftest import NOW, SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import BadRecord, Bill, ExpectedCount, Link, Listing, Reject, SessionDates, Unreadable
from crawlers.parsers import listed_parts
from crawlers.parsers import openstates as api
from crawlers.people import Person, RollCallsOf
from crawlers.spiders.us_states import UsStatesSpider
from crawlers.storage.record import upsert
from store.connect import migrate
from store.schema.observed import (
    date_actions_of_alabama_a_day_later,
    date_bills_of_montana_from_their_introduction,
    give_subjects_their_spaces,
)
from text.spaces import spaced

RECORDED = SOURCES / "us_states"


@pytest.fixture(autouse=True, scope="module")
def key() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENSTATES_KEY", "not-a-key")
        yield


@pytest.fixture(scope="module")
def items() -> list[Any]:
    return replay(made(UsStatesSpider, since="2025-01-01"), RECORDED, NOWHERE)


@pytest.fixture(scope="module")
def bills(items: list[Any]) -> dict[str, Bill]:
    return {item.id: item for item in items if isinstance(item, Bill)}


# --------------------------------------------------------------------- recordings


def test_golden_replay_gives_the_records_that_were_read_and_agreed_to(items: list[Any]) -> None:
    agreed(RECORDED, items)


def test_every_current_session_is_listed_and_none_of_2019(items: list[Any]) -> None:
    listed = {(item.jurisdiction, item.session): len(item.document_ids) for item in items if isinstance(item, Listing)}
    assert listed == {
        ("us-dc", "26"): 0,
        ("us-ga", "2025_26"): 2,
        ("us-ma", "194th"): 2,
        ("us-md", "2025"): 3,
        ("us-nh", "2025"): 1,
        ("us-pr", "2025-2028"): 0,
    }


def test_maryland_hb_415_of_2025_became_law_and_names_its_companion(bills: dict[str, Bill]) -> None:
    bill = bills["us-md-2025-hb415"]
    assert (bill.status, bill.status_on, bill.introduced_on) == ("enacted", "2025-05-06", "2025-01-16")
    assert [step for step, _ in bill.status_history] == [
        "introduced",
        "in_committee",
        "reported",
        "passed_first_chamber",
        "passed_second_chamber",
        "enacted",
    ]
    assert bill.links == (Link(document_id="us-md-2025-sb378", kind="companion", said_by="us_states"),)
    assert bill.url.startswith("https://mgaleg.maryland.gov/")


def test_new_hampshire_hb_376_passed_the_house_and_failed_in_the_senate(bills: dict[str, Bill]) -> None:
    history = bills["us-nh-2025-hb376"].status_history
    assert [step for step, _ in history] == ["introduced", "in_committee", "reported", "passed_first_chamber", "failed"]


def test_a_hearing_that_the_source_left_unclassified_is_one(bills: dict[str, Bill]) -> None:
    actions = bills["us-md-2025-hb282"].actions
    assert actions[2].description.startswith("Hearing 1/23")
    assert actions[2].classification == "hearing"


def test_a_prior_session_in_other_words_is_the_same_session(bills: dict[str, Bill]) -> None:
    assert [tie.document_id for tie in bills["us-md-2025-hb282"].links] == ["us-md-2024-hb25"]


def test_several_bills_in_one_tie_are_several_ties(bills: dict[str, Bill]) -> None:
    ties = {tie.document_id: tie.kind for tie in bills["us-ma-194th-h3595"].links}
    assert ties == {
        "us-ma-194th-hd1221": "replaces",
        "us-ma-194th-s2330": "companion",
        "us-ma-194th-s931": "companion",
    }


def test_a_long_title_is_a_title_and_no_abstract(bills: dict[str, Bill]) -> None:
    bill = bills["us-ma-194th-h3595"]
    assert bill.abstract == "Libraries must be offered electronic books on reasonable terms."
    assert [title.kind for title in bill.titles] == ["short title", "long title"]
    assert [summary.action for summary in bill.summaries] == ["Summary as filed", "Summary as reported"]


def test_the_resolution_for_woodbine_library_was_adopted(bills: dict[str, Bill]) -> None:
    bill = bills["us-ga-2025-26-hr732"]
    assert (bill.status, bill.document_type, bill.chamber) == ("adopted", "resolution", "lower")


def test_the_key_is_sent_in_a_header_and_stands_in_no_address() -> None:
    request = made(UsStatesSpider).ask_jurisdictions(1)
    assert request.headers[b"X-API-Key"] == b"not-a-key"
    assert "not-a-key" not in request.url


# --------------------------------------------------------------------- pages


def row(number: int, updated_at: str, **values: Any) -> dict[str, Any]:
    """A bill as Open States lists it, whole and valid."""
    return {
        "id": f"ocd-bill/{number}",
        "session": "2025",
        "identifier": f"HB {number}",
        "title": f"Bill {number}",
        "jurisdiction": {"id": "ocd-jurisdiction/country:us/state:wy/government"},
        "updated_at": updated_at,
        "classification": ["bill"],
        "openstates_url": f"https://openstates.org/wy/bills/2025/HB{number}/",
        "from_organization": {"classification": "lower"},
        "first_action_date": "2025-01-14",
        "actions": [
            {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0}
        ],
    } | values


def answer(request: scrapy.Request, rows: list[dict[str, Any]], total: int, max_page: int, page: int = 1) -> list[Any]:
    """What the spider makes of a page of bills, but for its tally (tests/test_half_sources.py looks at that) and its votes."""
    body = {"results": rows, "pagination": {"page": page, "max_page": max_page, "total_items": total, "per_page": 20}}
    response = TextResponse(request.url, body=json.dumps(body).encode(), request=request)
    assert request.callback is not None
    return [
        item
        for item in request.callback(response, **request.cb_kwargs)
        if not isinstance(item, ExpectedCount | SessionDates | RollCallsOf | Person)
    ]


def jurisdictions(spider: UsStatesSpider, *sessions: str, updated_at: str = "2025-03-01T00:00:00+00:00") -> list[Any]:
    names = [{"identifier": name, "start_date": "", "end_date": ""} for name in sessions]
    state = {"id": "ocd-jurisdiction/country:us/state:wy/government", "name": "Wyoming"}
    rows = [state | {"latest_bill_update": updated_at, "legislative_sessions": names}]
    found = answer(spider.ask_jurisdictions(1), rows, 1, 1)
    # Meetings are asked for first: tests/test_meetings.py.
    return [each for each in found if not (isinstance(each, scrapy.Request) and "/events?" in each.url)]


def asked(request: scrapy.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def first(spider: UsStatesSpider) -> scrapy.Request:
    [request] = jurisdictions(spider, "2025")
    assert isinstance(request, scrapy.Request)
    return request


def test_the_next_request_begins_at_the_last_bill_and_not_at_a_page() -> None:
    stamps = [f"2025-02-{day:02}T10:00:00.5+00:00" for day in range(1, 21)]
    found = answer(first(made(UsStatesSpider)), [row(n, stamp) for n, stamp in enumerate(stamps)], 45, 3)
    assert len([item for item in found if isinstance(item, Bill)]) == 20
    assert (asked(found[-1])["updated_since"], asked(found[-1])["page"]) == ("2025-02-20T10:00:00.500000", "1")


def test_bills_of_one_time_of_change_are_read_page_by_page() -> None:
    rows = [row(n, "2025-02-01T10:00:00+00:00") for n in range(20)]
    found = answer(first(made(UsStatesSpider)), rows, 45, 3)
    assert "updated_since" not in asked(found[-1])
    assert asked(found[-1])["page"] == "2"


def test_fewer_bills_than_the_source_counts_are_asked_for_again_and_then_are_a_lost_listing() -> None:
    request = first(made(UsStatesSpider))
    for _ in range(2):
        *_, request = answer(request, [row(1, "2025-02-01T10:00:00+00:00")], 2, 1)
        assert isinstance(request, scrapy.Request)
    found = answer(request, [row(1, "2025-02-01T10:00:00+00:00")], 2, 1)
    assert isinstance(found[-1], Reject)
    assert found[-1].document_id is None
    assert "2 bills are said to be there, 1 came" in found[-1].reason
    assert not any(isinstance(item, Listing) for item in found)


@pytest.mark.parametrize(
    ("rows", "total", "page", "message"),
    [
        ([], 3, 1, "an empty page"),
        ([row(1, "2025-02-01T10:00:00+00:00")], 3, 2, "page 2 came for page 1"),
        ([row(1, "")], 1, 1, "without a time of change"),
        ([row(1, "2025-02-02T00:00:00+00:00"), row(2, "2025-02-01T00:00:00+00:00")], 2, 1, "not in the order"),
        ([row(1, "2025-02-02T00:00:00+00:00", session="2019")], 1, 1, "another session"),
    ],
)
def test_a_page_that_cannot_be_right_is_asked_again(rows: list[Any], total: int, page: int, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        answer(first(made(UsStatesSpider)), rows, total, 1, page)


@pytest.mark.parametrize("body", [b"", b"<html>We are back soon</html>", b"[]", b'{"results": {}}'])
def test_an_answer_that_is_no_list_is_asked_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        api.read_page(body, 1)


def test_a_bill_that_cannot_be_read_is_kept_and_the_others_go_on() -> None:
    rows = [row(1, "2025-02-01T10:00:00+00:00", actions=[{"date": "soon"}]), row(2, "2025-02-01T10:00:00+00:00")]
    broken, whole, listing = answer(first(made(UsStatesSpider)), rows, 2, 1)
    assert isinstance(broken, Reject)
    assert broken.document_id == "us-wy-2025-hb1"
    assert isinstance(whole, Bill)
    assert set(listing.document_ids) == {"us-wy-2025-hb1", "us-wy-2025-hb2"}


def test_a_limit_ends_a_session_without_a_listing() -> None:
    rows = [row(n, "2025-02-01T10:00:00+00:00") for n in range(5)]
    found = answer(first(made(UsStatesSpider, limit=3)), rows, 5, 1)
    assert [type(item) for item in found] == [Bill, Bill, Bill]


def test_a_record_without_number_is_refused() -> None:
    with pytest.raises(BadRecord, match="no state, session or number"):
        api.parse_bill(row(1, "2025-02-01T10:00:00+00:00", identifier=None))


def test_the_heading_of_a_list_of_subjects_is_no_subject() -> None:
    found = api.parse_bill(row(1, "2025-02-01T10:00:00+00:00", subject=["Subject Index", "(vetoed)", "Libraries"]))
    assert found.subjects == ("Libraries",)


@pytest.mark.parametrize(
    ("state", "listed", "subjects"),
    [
        ("fl", ["k", "relations", "industry", "vetoed bills", "social welfare"], 3),
        ("md", ["A"], 0),
        ("ks", ["HB 2018", "SB 20", "Libraries"], 1),
        ("hi", ["Act 012", "1", "UH", "AG"], 2),
        ("mi", ["A resolution to declare April 2025 as Autism Awareness Month in the state of Michigan.:"], 0),
        ("tx", ["Vetoed bills", "industry", "Resolutions--Memorial (I0710)"], 3),
    ],
)
def test_a_letter_or_a_number_is_no_subject_and_half_a_heading_is_made_whole(
    state: str, listed: list[str], subjects: int
) -> None:
    found = listed_parts.subjects(listed, f"us-{state}")
    assert len(found) == subjects
    assert ("agriculture, horticulture, and animal industry" in found) == (state == "fl")


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        (["KUSCH", "LEE", "M.", "SOUZA"], ["KUSCH", "LEE, M.", "SOUZA"]),
        (["LEE", "C.", "LEE", "M."], ["LEE, C.", "LEE, M."]),
        (["Ward", "B"], ["Ward, B"]),
        (["Ward, G.", "B"], ["Ward, G.", "B"]),
        (["M.", "LEE"], ["M.", "LEE"]),
        (["Gu", "Ta", "LT."], ["Gu", "Ta", "LT."]),
    ],
)
def test_an_initial_that_the_source_took_for_a_sponsor_belongs_to_the_name_before_it(
    listed: list[str], names: list[str]
) -> None:
    sponsorships = [{"name": name, "classification": "primary", "primary": True} for name in listed]
    found = api.parse_bill(row(1, "2025-02-01T10:00:00+00:00", sponsorships=sponsorships))
    assert [each.name for each in found.sponsors] == names


def test_subjects_of_california_are_written_as_its_titles_write_them() -> None:
    subjects = ["Healthcarecoverage", "Elections", "KoreanAmericanDay"]
    title = "Health care coverage: elections."
    found = api.parse_bill(row(1, "2025-02-01T10:00:00+00:00", subject=subjects, title=title))
    assert found.subjects == tuple(subjects), "another state's subjects are its own words"
    place = {"id": "ocd-jurisdiction/country:us/state:ca/government", "name": "California"}
    of_california = row(1, "2025-02-01T10:00:00+00:00", subject=subjects, title=title, jurisdiction=place)
    assert api.parse_bill(of_california).subjects == ("Health care coverage", "Elections", "KoreanAmericanDay")
    assert spaced("Health care", "Healthcare") == "Health care"
    assert spaced("report", "air ports report s") == "report", "not across parts of other words"


def test_stored_subjects_of_california_get_their_spaces() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    subjects = ("Healthcarecoverage", "Elections", "KoreanAmericanDay")
    for state in ("ca", "ny"):
        place = {"id": f"ocd-jurisdiction/country:us/state:{state}/government", "name": state}
        bill = api.parse_bill(
            row(1, "2025-02-01T10:00:00+00:00", title="Health care coverage: elections.", jurisdiction=place)
        )
        upsert(db, [replace(bill, subjects=subjects)], now=NOW, silent=True)
    give_subjects_their_spaces(db)
    found = "select term from terms where document_id like ? and kind = 'subject' order by ordinal"
    assert [each for (each,) in db.execute(found, ["us-ca-%"])] == ["Health care coverage", *subjects[1:]]
    assert [each for (each,) in db.execute(found, ["us-ny-%"])] == list(subjects)


def drafted(*actions: tuple[str, str], identifier: str = "HB 731") -> dict[str, Any]:
    """A bill of Montana whose drafters began on December 14, 2024."""
    steps = [("2024-12-14", "(LC) Drafter Assigned"), ("2025-02-24", "(LC) Draft Ready for Delivery"), *actions]
    listed = [
        {"description": said, "date": day, "order": at, "classification": ["failure"] if "Died" in said else []}
        for at, (day, said) in enumerate(steps)
    ]
    return row(
        1,
        "2025-06-01T10:00:00+00:00",
        identifier=identifier,
        jurisdiction={"id": "ocd-jurisdiction/country:us/state:mt/government", "name": "Montana"},
        first_action_date="2024-12-14",
        actions=listed,
    )


INTRODUCED = drafted(("2025-02-25", "(H) Introduced"), ("2025-02-26", "(H) First Reading"))
NEVER = drafted(("2025-05-20", "(LC) Draft Died in Process"), identifier="LC0023")


def test_a_bill_is_introduced_when_its_drafters_are_done() -> None:
    bill = api.parse_bill(INTRODUCED)
    assert (bill.document_type, bill.introduced_on, bill.status_history[0]) == (
        "bill",
        "2025-02-25",
        ("introduced", "2025-02-25"),
    )
    assert len(bill.actions) == 4, "what the drafters did stays in the list of actions"


def test_a_draft_that_nobody_introduced_is_no_introduced_bill() -> None:
    draft = api.parse_bill(NEVER)
    assert (draft.document_type, draft.introduced_on, draft.published_on) == ("draft", None, None)
    assert draft.status_history == (("failed", "2025-05-20"),)
    waiting = api.parse_bill(drafted(identifier="LC0024"))
    assert (waiting.status, waiting.status_on, waiting.status_history) == ("introduced", None, ())


def test_stored_bills_of_montana_are_dated_from_their_introduction() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    bills = [api.parse_bill(each) for each in (INTRODUCED, NEVER)]
    before = [
        replace(
            bill,
            document_type="bill",
            published_on="2024-12-14",
            status_history=(
                ("introduced", "2024-12-14"),
                *(step for step in bill.status_history if step[0] == "failed"),
            ),
            status_on=bill.status_on if bill.status == "failed" else "2024-12-14",
        )
        for bill in bills
    ]
    upsert(db, before, now=NOW, silent=True)
    date_bills_of_montana_from_their_introduction(db)
    for bill in bills:
        stored = db.execute(
            "select document_type, published_on, status, status_on from documents where id = ?", [bill.id]
        ).fetchone()
        assert stored == (bill.document_type, bill.published_on, bill.status, bill.status_on)
        steps = db.execute(
            "select status, reached_on from status_history where document_id = ? order by ordinal", [bill.id]
        ).fetchall()
        assert tuple(steps) == bill.status_history


def test_stored_days_of_alabama_move_once_to_the_days_on_which_its_chambers_sat() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    told = [
        {
            "description": "Read for the first time",
            "date": f"2026-02-{day}T05:00:00+00:00",
            "classification": [],
            "order": at,
        }
        for at, day in enumerate((17, 17, 19))
    ]
    bill = api.parse_bill(row(1, "2026-02-19T06:00:00+00:00", actions=told))
    bill = replace(bill, id="us-al-2026rs-sb1", jurisdiction="us-al")
    before = {
        "published_on": "2026-02-16",
        "status_on": "2026-02-16",
        "status_history": (("introduced", "2026-02-16"),),
    }
    evenings = (
        replace(each, acted_on=on)
        for each, on in zip(bill.actions, ("2026-02-16", "2026-02-16", "2026-02-18"), strict=True)
    )
    upsert(db, [replace(bill, actions=tuple(evenings), **before)], now=NOW, silent=True)
    for _ in range(2):
        date_actions_of_alabama_a_day_later(db)
        found = db.execute("select published_on, status_on, latest_action_on from documents").fetchall()
        assert found == [("2026-02-17", "2026-02-17", "2026-02-19")]
        assert db.execute("select acted_on from actions order by ordinal").fetchall()[-1] == ("2026-02-19",)
        assert db.execute("select reached_on from status_history").fetchall() == [("2026-02-17",)]
