"""When a session is over, and what becomes of the bills that did not pass in it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlite_utils import Database
from test_us_states import row

from crawlers.items import Bill, Document, SessionDates
from crawlers.parsers import openstates as api
from crawlers.status.session_end import Session, ends, expected_end, last_day, load_rules
from crawlers.storage import sessions
from crawlers.storage.record import upsert
from crawlers.storage.session_ends import write_session_ends
from pages.documents.session_status import ended_with, unheard_since
from pages.places.collected import latest_sessions, sessions_of
from publish.listing_rows import LISTED_STATUS, SESSION_ENDS

NOW = "2026-11-25T06:00:00Z"


def session(jurisdiction: str, name: str, starts_on: str, ends_on: str | None, **known: Any) -> Session:
    return Session(jurisdiction=jurisdiction, session=name, starts_on=starts_on, ends_on=ends_on, **known)


IOWA = session("us-ia", "2025-2026", "2025-01-13", "2025-04-22")
UTAH = session("us-ut", "2026", "2026-01-20", "2026-03-06", moved_on="2026-03-26")


def ended(one: Session, today: str, *others: Session) -> str | None:
    return ends([one, *others], today)[one.jurisdiction, one.session]


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2026-03-06", None),  # its last day
        ("2026-05-09", None),  # 44 days after the last signature
        ("2026-05-10", "2026-03-06"),
    ],
)
def test_a_session_is_over_when_its_end_has_passed_and_nothing_has_moved_for_45_days(
    today: str, day: str | None
) -> None:
    assert ended(UTAH, today) == day


def test_the_day_is_the_last_on_which_it_sat_whatever_was_planned() -> None:
    assert ended(replace(UTAH, sat_on="2026-03-09"), "2026-11-25") == "2026-03-09"
    assert ended(replace(UTAH, sat_on="2026-03-01"), "2026-11-25") == "2026-03-01"  # it went home early


def test_where_our_record_stops_long_before_the_end_nothing_is_called_over() -> None:
    assert ended(replace(UTAH, moved_on="2026-01-04"), "2026-11-25") is None
    assert ended(replace(UTAH, moved_on=None), "2026-11-25") is None
    soon_before = replace(UTAH, moved_on="2026-02-10")
    assert ended(soon_before, "2026-11-25") is not None
    assert ended(replace(soon_before, few=True), "2026-11-25") is None, "no other bill shows that the record goes on"
    assert ended(replace(UTAH, moved_on="2026-03-01", few=True), "2026-11-25") is not None


@pytest.mark.parametrize(
    ("today", "moved", "sat", "day"),
    [
        ("2025-11-25", "2025-06-11", "2025-05-15", None),  # the recess between its two years
        ("2026-03-15", "2026-03-14", "2026-03-14", None),
        ("2026-11-25", "2026-07-15", "2026-05-03", "2026-05-03"),
    ],
)
def test_a_two_year_session_outlives_the_stated_end_of_its_first_year(
    today: str, moved: str, sat: str, day: str | None
) -> None:
    assert ended(replace(IOWA, moved_on=moved, sat_on=sat), today) == day


def test_a_term_that_goes_on_to_january_is_not_over_before() -> None:
    illinois = session("us-il", "104th", "2025-01-08", "2025-05-31", moved_on="2026-05-31", sat_on="2026-05-31")
    assert ended(illinois, "2026-12-31") is None
    assert ended(replace(illinois, moved_on="2026-11-19", sat_on="2026-11-19"), "2027-01-09") == "2026-11-19"


CALIFORNIA = session("us-ca", "20252026", "2024-12-02", "2025-09-13", moved_on="2026-11-20", sat_on="2026-08-31")


def test_a_session_that_a_constitution_ends_is_over_on_the_day_after() -> None:
    assert ended(CALIFORNIA, "2026-11-30") is None
    assert ended(CALIFORNIA, "2026-12-01") == "2026-08-31"
    assert ended(replace(CALIFORNIA, moved_on="2026-01-27"), "2026-12-01") is None, "our record stops long before"


@pytest.mark.parametrize(
    ("jurisdiction", "ends_on", "latest_on", "unheard"),
    [
        ("us-ca", "2026-11-30", "2025-08-29", True),
        ("us-ca", "2026-11-30", "2026-11-20", False),  # the next crawl may say what became of it
        ("us-ca", "2026-12-02", "2025-08-29", False),
        ("us-pa", "2026-11-30", "2025-08-29", True),
        ("us-ia", "2026-11-30", "2025-08-29", False),  # a stated end may be too early
    ],
)
def test_nobody_says_that_a_bill_can_move_once_a_constitution_ended_its_session(
    corpus: Database, jurisdiction: str, ends_on: str, latest_on: str, unheard: bool
) -> None:
    bill = {"jurisdiction": jurisdiction, "status": "in_committee", "status_reason": None, "latest_on": latest_on}
    day = unheard_since({**bill, "session_end": ends_on}, date(2026, 12, 2))
    assert day == (ends_on if unheard else None)
    corpus.execute("insert into runs (source, started_at, state) values ('us_states', '2026-12-02T05:00:00Z', 'done')")
    listed = f"""select {LISTED_STATUS} from (select 'x' as id, ? as jurisdiction, 'x' as session,
            'in_committee' as status, ? as latest_action_on) d,
        (select ? as ends_on) ends"""
    status = corpus.execute(listed, [jurisdiction, latest_on, ends_on]).fetchone()[0]
    assert status == ("unheard" if unheard else "in_committee"), "lists say the same"


def test_bills_that_carry_over_end_with_the_next_regular_session() -> None:
    first = session("us-ok", "2025", "2025-02-03", "2025-05-30", moved_on="2025-06-01")
    second = session("us-ok", "2026", "2026-02-02", "2026-05-29", moved_on="2026-06-01", sat_on="2026-05-28")
    assert ended(first, "2026-01-15") is None
    assert ended(first, "2026-03-15", second) is None
    assert ended(first, "2026-11-25", second) == "2026-05-28"
    # The even year carries nothing over in Oklahoma, and it does in Virginia.
    assert ended(second, "2026-11-25") == "2026-05-28"
    virginia = session("us-va", "2026", "2026-01-14", "2026-03-14", moved_on="2026-05-20")
    assert ended(virginia, "2026-11-25") is None


def test_the_day_until_which_bills_may_move_is_that_of_the_rules_where_the_source_says_less() -> None:
    oklahoma = [session("us-ok", str(year), f"{year}-02-03", f"{year}-05-30") for year in (2025, 2026)]
    assert expected_end(UTAH, [UTAH]) == "2026-03-06"
    assert expected_end(IOWA, [IOWA]) == "2026-04-01", "the end of its first year is not its end"
    illinois = session("us-il", "104th", "2025-01-08", "2025-05-31")
    assert expected_end(illinois, [illinois]) == "2027-01-08"
    assert expected_end(oklahoma[0], oklahoma) == "2026-05-30", "its bills go on in the next session"
    assert expected_end(oklahoma[0], oklahoma[:1]) is None, "which nobody names yet"
    assert expected_end(oklahoma[1], oklahoma) == "2026-05-30"
    open_ended = replace(UTAH, ends_on=None)
    assert expected_end(open_ended, [open_ended]) is None
    congress = session("us", "119", "2025-01-03", "2027-01-03")
    assert expected_end(congress, [congress]) == "2027-01-03"


def test_the_page_of_a_place_gives_a_session_its_own_end(corpus: Database) -> None:
    rows = [
        ("us-il", "104th", "2025-01-08", "2025-05-31"),
        ("us-va", "2026", "2026-01-14", "2026-03-14"),
        ("us-va", "2027", "2027-01-13", "2027-02-27"),
    ]
    for jurisdiction, name, starts_on, ends_on in rows:
        corpus.table("sessions").insert(
            {"source": "us_states", "jurisdiction": jurisdiction, "session": name, "title": name, "special": 0}
            | {"starts_on": starts_on, "ends_on": ends_on, "seen_at": NOW}
        )
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    corpus.conn.row_factory = sqlite3.Row
    day = date(2026, 11, 25)
    assert [(each.title, each.ends_on) for each in sessions_of(corpus.conn, "us-il", day)] == [("104th", "2027-01-08")]
    # Bills of 2026 carry over into 2027, and the session itself is over.
    assert [(each.title, each.ends_on) for each in sessions_of(corpus.conn, "us-va", day)] == [("2027", "2027-02-27")]
    assert latest_sessions(corpus.conn, day)["us-va"].ends_on == "2026-03-14"


def test_lists_read_it_from_the_table(corpus: Database) -> None:
    rows = [("us-il", "104th", "2025-01-08", "2025-05-31"), ("us-ok", "2025", "2025-02-03", "2025-05-30")]
    for jurisdiction, name, starts_on, ends_on in rows:
        corpus.table("sessions").insert(
            {"source": "us_states", "jurisdiction": jurisdiction, "session": name, "title": name, "special": 0}
            | {"starts_on": starts_on, "ends_on": ends_on, "seen_at": NOW}
        )
    read = "select session, ends_on from session_last_days order by session"
    assert corpus.execute(read).fetchall() == [("104th", "2025-05-31"), ("2025", "2025-05-30")]
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    assert corpus.execute(read).fetchall() == [("104th", "2027-01-08"), ("2025", None)]


def test_a_congress_and_a_parliament_end_by_their_constitution() -> None:
    congress = session("us", "117", "2021-01-03", "2023-01-03", moved_on="2023-01-05")
    assert ended(congress, "2023-01-02") is None
    assert ended(congress, "2023-01-03") == "2023-01-03"
    assert ended(session("ca", "45-1", "2025-05-26", None), "2026-11-25") is None


def test_a_special_session_ends_with_the_days_that_its_constitution_gives_it() -> None:
    georgia = session("us-ga", "2026_ss", "2026-06-17", "2026-12-13", moved_on="2026-06-25", sat_on="2026-06-23")
    assert expected_end(georgia, [georgia]) == "2026-07-26"  # its fortieth day
    assert ended(georgia, "2026-11-29") == "2026-06-23"
    assert ended(replace(georgia, sat_on=None), "2026-11-29") == "2026-07-26"
    assert ended(georgia, "2026-07-26") is None
    assert ended(replace(georgia, moved_on="2026-11-01"), "2026-11-29") is None, "a vote made it longer"
    early = replace(georgia, ends_on="2026-07-01")
    assert expected_end(early, [early]) == "2026-07-01"
    regular = session("us-ga", "2025_26", "2025-01-13", "2026-04-02")
    assert expected_end(regular, [regular]) == "2026-04-02"
    alaska = session("us-ak", "2026_ss", "2026-06-17", "2026-12-13")
    assert expected_end(alaska, [alaska]) == "2026-12-13"


def test_a_private_members_bill_of_canada_ends_with_its_parliament_and_others_with_their_session(
    corpus: Database,
) -> None:
    kinds = [
        ("Private Member's Bill", "44-1"),
        ("House Government Bill", "44-1"),
        ("Senate Public Bill", "44-1"),
        ("Private Member's Bill", "43-2"),
        ("Private Member's Bill", "45-1"),
    ]
    for number, (kind, session) in enumerate(kinds):
        bill = Bill(
            id=f"ca-{session}-c{number}", source="ca_bills", jurisdiction="ca", level="international", session=session,
            identifier=f"C-{number}", title="A bill", url="https://www.parl.ca/", source_url="https://www.parl.ca/x",
            document_type=kind, introduced_on="2021-02-01", status_on="2021-02-01", stamp="s",
        )  # fmt: skip
        upsert(corpus, [bill], now=NOW, silent=True)
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    read = "select id, status_on, kind, jurisdiction, session, status, status_reason from documents order by id"
    corpus.conn.row_factory = sqlite3.Row
    found = {row["id"]: ended_with(row, date(2026, 11, 25)) for row in corpus.execute(read)}
    assert found == {
        "ca-43-2-c3": ("Parliament", "2021-08-15"),
        "ca-44-1-c0": ("Parliament", "2025-03-23"),
        "ca-44-1-c1": ("legislative session", "2025-01-06"),
        "ca-44-1-c2": ("legislative session", "2025-01-06"),
        "ca-45-1-c4": None,
    }
    assert write_session_ends(corpus, today="2026-11-26", now=NOW) == 0, "a second look writes nothing"


def test_a_private_members_bill_outlives_a_prorogation() -> None:
    assert last_day("ca", "45-1", "Private Member's Bill", "2027-01-01") is None
    assert last_day("ca", "45-1", "House Government Bill", "2027-01-01") == "2027-01-01"
    assert last_day("us-wy", "2025", "bill", "2025-03-06") == "2025-03-06"


def test_what_a_council_left_undecided_may_have_moved_once_its_term_has_ended(corpus: Database) -> None:
    for year in ("2024", "2026"):
        matter = Document(
            id=f"us-ny-nyc-{year}-int1", kind="local_matter", source="us_local_legistar", jurisdiction="us-ny-nyc",
            level="local", session=year, identifier="Int 1", title="Libraries", url="https://legistar.council.nyc.gov/",
            source_url="https://webapi.legistar.com/", status="in_committee", status_on=f"{year}-02-01",
            published_on=f"{year}-02-01", stamp="s",
        )  # fmt: skip
        upsert(corpus, [matter], now=NOW, silent=True)
    assert write_session_ends(corpus, today="2026-11-25", now=NOW) == 0, "its own record says how it ended"
    read = "select session, ends_on from session_last_days order by session"
    assert corpus.execute(read).fetchall() == [("2024", "2025-12-31"), ("2026", "2029-12-31")]
    corpus.execute("insert into runs (source, started_at, state) values ('us_states', '2026-11-25T05:00:00Z', 'done')")
    listed = f"select d.session, {LISTED_STATUS} from documents d {SESSION_ENDS} order by 1"
    assert corpus.execute(listed).fetchall() == [("2024", "unheard"), ("2026", "in_committee")]


@pytest.mark.parametrize(
    ("name", "said_on", "starts_on"), [("89R", "2025-01-10", "2025-01-14"), ("892", "2025-08-18", "2025-08-15")]
)
def test_the_wrong_days_of_a_source_are_corrected(corpus: Database, name: str, said_on: str, starts_on: str) -> None:
    said = SessionDates(source="us_states", jurisdiction="us-tx", session=name, starts_on=said_on, ends_on="2025-09-18")
    sessions.store(corpus, [said], now=NOW)
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    corpus.conn.row_factory = sqlite3.Row
    assert latest_sessions(corpus.conn, date(2026, 11, 25))["us-tx"].starts_on == starts_on


def test_a_session_without_an_end_is_never_over() -> None:
    assert ended(session("us-ut", "2026", "2026-01-20", None), "2030-01-01") is None


def test_a_session_of_two_years_that_no_source_dates_goes_on_to_the_day_of_its_state() -> None:
    first = session("us-nc", "2023", "2023-01-31", None, moved_on="2023-02-07")
    assert expected_end(first, [first]) == "2024-12-31"
    assert ended(replace(first, moved_on="2024-12-20"), "2026-11-25") is None, "it may have gone on after that day"
    short = session("us-ut", "2023", "2023-01-31", None)
    assert expected_end(short, [short]) is None


def test_a_bill_of_a_session_that_no_source_lists_is_not_said_to_wait_for_ever(corpus: Database) -> None:
    passed = {"description": "Passed 3rd Reading", "date": "2023-02-07", "classification": ["passage"], "order": 0}
    documents = [
        replace(
            api.parse_bill(row(number, "2023-02-08", actions=[passed])),
            id=f"us-nc-2023-h{number}",
            jurisdiction="us-nc",
            session="2023",
            published_on=f"2023-01-{29 + number}",
        )
        for number in (1, 2)
    ]
    upsert(corpus, documents, now=NOW, silent=True)
    assert write_session_ends(corpus, today="2026-11-25", now=NOW) == 0, "nobody knows what became of them"
    read = "select jurisdiction, session, starts_on, ends_on, ended_on from session_ends"
    assert corpus.execute(read).fetchall() == [("us-nc", "2023", "2023-01-30", "2024-12-31", None)]
    corpus.execute("insert into runs (source, started_at, state) values ('us_states', '2026-11-25T05:00:00Z', 'done')")
    listed = f"select {LISTED_STATUS} from documents d {SESSION_ENDS}"
    assert {each for (each,) in corpus.execute(listed)} == {"unheard_passed"}
    said = SessionDates(source="us_states", jurisdiction="us-nc", session="2023", starts_on="2023-01-11", ends_on=None)
    sessions.store(corpus, [said], now=NOW)
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    assert corpus.execute(read).fetchall() == [("us-nc", "2023", "2023-01-11", "2024-12-31", None)]


def test_all_states_that_carry_over_are_named() -> None:
    rules = load_rules()
    assert len({*rules["two_years"], *rules["carry_over"]} - {"dc"}) == 27
