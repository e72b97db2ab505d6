"""When a session is over, and what becomes of the bills that did not pass in it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import bill_xml
from sqlite_utils import Database
from test_us_states import row

from crawlers.items import Bill, Document, SessionDates
from crawlers.parsers import billstatus, xmltree
from crawlers.parsers import openstates as api
from crawlers.status import session_end
from crawlers.status.session_end import Session, ends, expected_end, last_day, load_rules
from crawlers.storage import sessions
from crawlers.storage.record import load_document, record_hash, upsert
from crawlers.storage.session_ends import moved_on, write_session_ends
from pages.documents.session_status import ended_with, unheard_since
from pages.places.collected import latest_sessions, sessions_of
from publish.listing import LISTED_STATUS, SESSION_ENDS

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


def test_the_wrong_days_of_a_source_are_corrected(corpus: Database) -> None:
    said = SessionDates(
        source="us_states", jurisdiction="us-tx", session="89R", starts_on="2025-01-10", ends_on="2025-06-02"
    )
    sessions.store(corpus, [said], now=NOW)
    write_session_ends(corpus, today="2026-11-25", now=NOW)
    corpus.conn.row_factory = sqlite3.Row
    assert latest_sessions(corpus.conn, date(2026, 11, 25))["us-tx"].starts_on == "2025-01-14"


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


# --------------------------------------------------------------------- bills


def _store(db: Database, *rows: dict[str, Any]) -> None:
    upsert(db, [api.parse_bill(each) for each in rows], now=NOW, silent=True)


def _state(db: Database, ends_on: str = "2025-03-06") -> None:
    said = SessionDates(
        source="us_states", jurisdiction="us-wy", session="2025", starts_on="2025-01-14", ends_on=ends_on
    )
    sessions.store(db, [said], now=NOW)


def _standing(db: Database, number: int = 1) -> tuple[Any, ...]:
    return db.execute(
        "select status, status_on, status_reason from documents where id = ?", [f"us-wy-2025-hb{number}"]
    ).fetchone()


def signed(number: int, year: int = 2025) -> dict[str, Any]:
    actions = [
        {"description": "Introduced", "date": f"{year}-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Signed", "date": f"{year}-03-14", "classification": ["executive-signature"], "order": 1},
    ]
    return row(number, f"{year}-03-14T00:00:00+00:00", actions=actions)


def test_what_did_not_pass_fails_on_the_day_its_session_ended_and_a_law_stays(corpus: Database) -> None:
    _store(corpus, row(1, "2025-01-14T00:00:00+00:00"), signed(2))
    _state(corpus)
    assert write_session_ends(corpus, today="2025-04-01", now=NOW) == 0
    assert write_session_ends(corpus, today="2025-05-01", now=NOW) == 1
    assert _standing(corpus) == ("failed", "2025-03-06", "session_ended")
    assert _standing(corpus, 2) == ("enacted", "2025-03-14", None)
    steps = corpus.execute(
        "select status, reached_on from status_history where document_id = 'us-wy-2025-hb1'"
    ).fetchall()
    assert steps == [("introduced", "2025-01-14"), ("failed", "2025-03-06")]
    assert moved_on_file(corpus) == {("us-wy", "2025"): "2025-03-14"}


def test_what_both_chambers_of_congress_passed_may_be_signed_after_its_end(corpus: Database) -> None:
    passed = [
        ("2022-12-20", "Passed/agreed to in House: On passage Passed by voice vote."),
        ("2022-12-22", "Passed/agreed to in Senate: Passed Senate without amendment by Voice Vote."),
    ]
    for number, actions in ((1, []), (2, passed)):
        body = bill_xml(number, actions=tuple(actions)).encode()
        bill = billstatus.parse_bill(xmltree.parse(body, root="billStatus"), source_url="https://x/y", stamp="s")
        upsert(corpus, [bill], now=NOW, silent=True)

    def standing() -> list[str]:
        return [status for (status,) in corpus.execute("select status from documents order by id")]

    write_session_ends(corpus, today="2023-01-03", now=NOW)
    assert standing() == ["failed", "passed_second_chamber"]
    write_session_ends(corpus, today="2023-02-02", now=NOW)
    assert standing() == ["failed", "failed"]


@pytest.mark.parametrize(
    ("state", "status"),
    [*((state, "failed") for state in ("hi", "ky", "wv")), ("wy", "passed_second_chamber")],
)
def test_what_both_chambers_passed_and_nobody_enrolled_ends_where_the_record_would_say_so(
    corpus: Database, state: str, status: str
) -> None:
    passed, law = (
        replace(api.parse_bill(raw | {"session": "2026"}), id=f"us-{state}-2026-hb{number}", jurisdiction=f"us-{state}")
        for number, raw in ((1, row(1, "2026-01-14T00:00:00+00:00")), (2, signed(2, 2026)))
    )
    history = (("passed_second_chamber", passed.status_on or ""),)
    upsert(corpus, [replace(passed, status=history[0][0], status_history=history), law], now=NOW, silent=True)
    said = SessionDates(
        source="us_states", jurisdiction=f"us-{state}", session="2026", starts_on="2026-01-14", ends_on="2026-03-06"
    )
    sessions.store(corpus, [said], now=NOW)
    write_session_ends(corpus, today="2026-06-01", now=NOW)
    found = corpus.execute("select status from documents order by id").fetchall()
    assert found == [(status,), ("enacted",)]


@pytest.mark.parametrize(
    ("sentence", "on", "ends_too"),
    [
        ("Committee report approving bill, renumbered as HF 12.", "2025-02-20", False),
        ("Laid on Table, refer to CS/SB 15", "2025-02-20", False),
        ("Companion bill passed", "2025-02-20", False),
        ("Laid on the table", "2025-02-20", True),
        ("Adopted in concurrence", "2025-02-20", False),
        ("House read and passed", "2025-02-20", False),
        ("Senate requests House to concur", "2025-02-20", True),
        ("Tabled, Passed, YEAS 8, NAYS 3", "2025-02-20", True),
        ("Committee report: do pass", "2025-02-20", True),
        ("Read by title, ordered engrossed, passed to 3rd reading.", "2025-02-20", True),
        ("Second Reading Passed with Amendments", "2025-02-20", True),
        ("Referred to the Committee on Education", "2025-03-20", False),  # a step after the session
    ],
)
def test_what_goes_on_elsewhere_or_afterwards_is_not_called_failed(
    corpus: Database, sentence: str, on: str, ends_too: bool
) -> None:
    bill = heard(1, on)
    bill["actions"][1] |= {"description": sentence, "classification": ["referral-committee"]}
    _store(corpus, bill)
    _state(corpus)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == int(ends_too)


def test_what_one_chamber_adopts_by_itself_is_not_called_failed(corpus: Database) -> None:
    _store(corpus, heard(1, "2025-02-20"), heard(2, "2025-02-20") | {"classification": ["resolution"]})
    _state(corpus)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == 1
    assert _standing(corpus, 2) == ("in_committee", "2025-02-20", None)


def test_news_of_a_session_goes_on_to_the_day_on_which_the_governor_decided(corpus: Database) -> None:
    filed = [
        {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Vetoed on 03/14/25", "date": "2025-03-06", "classification": ["executive-veto"], "order": 1},
    ]
    _store(corpus, row(1, "2025-03-06T00:00:00+00:00", actions=filed))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    assert moved_on_file(corpus) == {("us-wy", "2025"): "2025-03-14"}


def test_a_session_lasts_until_the_day_on_which_its_bills_died_at_its_adjournment(corpus: Database) -> None:
    """The page of Arkansas said that its session ended on April 16, 2025, and its bills that they died at its end on May 5."""
    died = [
        {
            "description": "Read the third time and passed.",
            "date": "2025-03-06",
            "classification": ["passage"],
            "order": 0,
        },
        {
            "description": "Died in House Committee at Sine Die adjournment.",
            "date": "2025-03-25",
            "classification": ["failure"],
            "order": 1,
        },
    ]
    _store(corpus, row(1, "2025-03-25T00:00:00+00:00", actions=died), row(2, "2025-01-14T00:00:00+00:00"))
    _state(corpus)
    write_session_ends(corpus, today="2025-06-01", now=NOW)
    assert corpus.execute("select ended_on from session_ends where session = '2025'").fetchone() == ("2025-03-25",)
    assert _standing(corpus, 2) == ("failed", "2025-03-25", "session_ended")


@pytest.mark.parametrize("special", [True, False])
def test_a_record_of_few_bills_must_reach_the_end_of_a_regular_session(corpus: Database, special: bool) -> None:
    _store(corpus, heard(1, "2025-02-10"))
    said = SessionDates(
        source="us_states",
        jurisdiction="us-wy",
        session="2025",
        starts_on="2025-01-14",
        ends_on="2025-03-06",
        special=special,
    )
    sessions.store(corpus, [said], now=NOW)
    assert write_session_ends(corpus, today="2025-06-01", now=NOW) == int(special)


def moved_on_file(db: Database) -> dict[tuple[str, str], str]:
    return moved_on(Path(db.execute("pragma database_list").fetchone()[2]))


def test_a_second_look_writes_nothing_and_the_source_s_word_is_kept(corpus: Database) -> None:
    _store(corpus, row(1, "2025-01-14T00:00:00+00:00"), signed(2))
    before = load_document(corpus, "us-wy-2025-hb1")
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    written = corpus.conn.total_changes
    assert write_session_ends(corpus, today="2025-05-02", now=NOW) == 0
    assert corpus.execute("select count(*) from status_history where document_id = 'us-wy-2025-hb1'").fetchone()[0] == 2
    assert corpus.conn.total_changes - written <= 1  # the temporary table
    after = load_document(corpus, "us-wy-2025-hb1")
    assert (after, record_hash(after)) == (before, record_hash(before))


def heard(number: int, on: str) -> dict[str, Any]:
    actions = [
        {"description": "Introduced", "date": "2025-01-14", "classification": ["introduction"], "order": 0},
        {"description": "Heard", "date": on, "classification": [], "order": 1},
    ]
    return row(number, f"{on}T00:00:00+00:00", actions=actions)


def test_only_an_end_that_we_saw_coming_is_news(corpus: Database) -> None:
    _store(corpus, heard(1, "2025-02-20"))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
    late = {"description": "Signed", "date": "2025-04-15", "classification": ["executive-signature"], "order": 2}
    _store(corpus, signed(2) | {"actions": [*signed(2)["actions"], late]})
    _state(corpus, ends_on="2025-04-20")  # it is called back
    assert write_session_ends(corpus, today="2025-04-19", now=NOW) == 1
    assert _standing(corpus) == ("in_committee", "2025-02-20", None)
    assert write_session_ends(corpus, today="2025-06-10", now=NOW) == 1
    assert corpus.execute("select kind, happened_on from changes").fetchall() == [("ended", "2025-04-20")]


def test_bills_that_come_after_their_session_ended_are_no_news(corpus: Database) -> None:
    _state(corpus)
    write_session_ends(corpus, today="2025-02-01", now=NOW)  # its dates are known, no bill has come
    _store(corpus, heard(1, "2025-02-20"))
    assert write_session_ends(corpus, today="2025-05-01", now=NOW) == 1
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0


def test_a_session_that_moves_again_revives_its_bills_and_a_new_record_replaces_ours(corpus: Database) -> None:
    early = row(1, "2025-01-14T00:00:00+00:00")
    _store(corpus, early, row(2, "2025-01-14T00:00:00+00:00"), signed(3))
    _state(corpus)
    write_session_ends(corpus, today="2025-05-01", now=NOW)
    _store(corpus, signed(2))
    assert _standing(corpus, 2) == ("enacted", "2025-03-14", None)
    late = {"description": "Heard", "date": "2025-04-30", "classification": [], "order": 2}
    _store(corpus, signed(2) | {"actions": [*signed(2)["actions"], late]})
    assert write_session_ends(corpus, today="2025-05-02", now=NOW) == 1
    assert _standing(corpus) == ("introduced", "2025-01-14", None)


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ("  ak: {begins", "  xx: {begins", "'xx' is no postal code"),
        ("carry_over:", "carryover:", "see 'carry_over'"),
        ("  ga: 40", "  xx: 40", "'xx' is no postal code"),
        ("  ga: 40", "  ga: forty", "session_end"),
        ("two_years:", "more: 1\ntwo_years:", "see 'more'"),
        ("ends: 04-01}", "ends: 04-31}", "session_end"),
        ("44: 2025-03-23}", "44: 2025-03-32}", "session_end"),
    ],
)
def test_a_slip_in_the_rules_is_named(tmp_path: Path, was: str, now: str, problem: str) -> None:
    file = tmp_path / "session_end.yml"
    file.write_text(session_end.FILE.read_text(encoding="utf-8").replace(was, now, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        load_rules(file)
