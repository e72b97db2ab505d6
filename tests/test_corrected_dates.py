"""Days of effect that a later document of the Federal Register corrects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from crawlers.items import Event, Regulation
from crawlers.parsers.federal_register_dates import corrected, with_days
from crawlers.status.rederive_status import restate
from crawlers.storage.corrected_dates import _EARLIER, write_corrected_dates
from crawlers.storage.record import load_document, upsert
from pages.documents.rulemaking import moved_by
from store.connect import migrate
from text.days import iso_day

NOW = "2026-01-01T00:00:00Z"
REMAINS = (
    "The effective date of the final rule published in the Federal Register on May 2, 2025 (90 FR 18777), remains 0901 UTC, "
    "June 12, 2025. The Director of the Federal Register approves this incorporation by reference action."
)


def regulation(number: str, effective_on: str, words: str, text: str = "", corrects: str | None = None) -> Regulation:
    return Regulation(
        id=f"us-fr-{number}",
        source="us_federal_register",
        jurisdiction="us",
        level="federal",
        session="fr",
        identifier=number,
        document_type="Rule",
        title="Wireless Emergency Alerts",
        url=f"https://www.federalregister.gov/d/{number}",
        source_url=f"https://www.federalregister.gov/api/v1/documents/{number}.json",
        published_on="2025-12-19",
        text=text,
        status="final",
        status_on="2025-12-19",
        status_history=(("final", "2025-12-19"),),
        corrects=corrects,
        effective_on=effective_on,
        events=(
            Event(
                kind="effective", starts_at=f"{effective_on}T00:00:00", timezone="America/New_York", description=words
            ),
        ),
    )


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (
            "correct the Dates\ncaption to read: DATES: The amendments to 47 CFR 10.480, published at 88 FR 86824 on "
            "December 15, 2023, are effective on June 12, 2028. The others are delayed indefinitely.",
            "2028-06-12",
        ),
        ("This action corrects that rule by changing the effective date to June 12, 2025.", "2025-06-12"),
        ("The March 4, 2025, effective date of that final rule is deferred to May 5, 2025.", "2025-05-05"),
        ("The fees will become effective October 1, 2025, not October 1, 2024.", "2025-10-01"),
        ("This document corrects table 21. DATES: Effective August 25, 2025.", None),
        ("Effective date: This correcting document is effective May 29, 2025.", None),
    ],
)
def test_a_correction_that_gives_another_day_and_one_that_has_only_its_own(words: str, day: str | None) -> None:
    assert corrected(words) == day


@pytest.mark.parametrize(
    ("given", "words", "day"),
    [
        ("2025-05-02", REMAINS, "2025-06-12"),
        (
            "2025-06-26",
            "This rule is effective June 26, 2025 and remains effective through August 5, 2026.",
            "2025-06-26",
        ),
        ("2025-05-02", REMAINS.replace("June 12", "June 31"), "2025-05-02"),
    ],
)
def test_the_day_that_remains_is_not_the_one_of_publication(given: str, words: str, day: str) -> None:
    assert with_days(regulation("2025-4", given, words)).effective_on == day


@pytest.mark.parametrize("day", ["June 31, 2025", "February 30, 2025", "May 0, 2025"])
def test_a_day_that_no_month_has_changes_nothing(day: str) -> None:
    assert iso_day(day) is None
    assert corrected(f"by changing the effective date to {day}.") is None
    span = regulation("2025-5", "2025-12-31", f"Effective from {day.partition(',')[0]} through December 31, 2025.")
    assert with_days(span).effective_on == "2025-12-31"
    notice = replace(
        span, document_type="Notice", text=f"Oppositions to the Petition must be filed on or before {day}."
    )
    assert with_days(notice).comments_close_on is None


def test_the_corrected_document_has_the_right_day_and_keeps_its_own_record() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    wrong = regulation("2025-1", "2028-06-05", "Effective June 5, 2028.")
    text = "correct the Dates caption to read: DATES: The amendments are effective on June 12, 2028."
    upsert(
        db,
        [wrong, regulation("2025-2", "2028-06-12", "Effective June 12, 2028.", text, wrong.id)],
        now=NOW,
        silent=True,
    )
    assert write_corrected_dates(db) == 1
    days = [row[0][:10] for row in db.execute("select starts_at from events").fetchall()]
    assert days == ["2028-06-12", "2028-06-12"]
    assert load_document(db, wrong.id).events == wrong.events, "what the source said is kept"
    assert write_corrected_dates(db) == 0


def test_a_stored_correction_gets_the_day_that_remains() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [regulation("2025-3", "2025-05-02", REMAINS)], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    stored = load_document(db, "us-fr-2025-3")
    assert isinstance(stored, Regulation)
    assert (stored.effective_on, stored.events[0].starts_at) == ("2025-06-12", "2025-06-12T00:00:00")


def proposal(
    number: str, published_on: str, closes_on: str, title: str, said: str, docket: str = "25-305"
) -> Regulation:
    return replace(
        regulation(number, "2025-01-01", ""),
        document_type="Proposed Rule",
        title=title,
        published_on=published_on,
        effective_on=None,
        docket_ids=(docket,),
        comments_close_on=closes_on,
        events=(
            Event(
                kind="comment_close", starts_at=f"{closes_on}T23:59:59", timezone="America/New_York", description=said
            ),
        ),
    )


SPECTRUM = "Facilitating More Intensive Use of Upper Microwave Spectrum"
BEFORE = "Comments are due on or before January 2, 2026. No extension of the comment period is expected."
LONGER = "The comment deadline for the proposed rule published December 3, 2025, at 90 FR 55702 is extended to January 20, 2026."
AGAIN = "The comment period for the proposed rule published December 3, 2025, is reopened. Comments are due January 30, 2026."


REOPENED = (
    "The reply comment period for the proposed rule published December 3, 2025, is reopened to February 18, 2026."
)
SET = "Comments were due on January 2, 2026. The reply comment deadline of February 2, 2026, is extended to February 18, 2026."


@pytest.mark.parametrize(
    "words", [REOPENED, SET], ids=["names the day of publication", "names the deadline that was set"]
)
def test_a_deadline_for_replies_moves_alone(words: str) -> None:
    first = proposal("2025-21805", "2025-12-03", "2026-01-02", SPECTRUM, BEFORE)
    said = Event(kind="reply_close", starts_at="2026-02-02T23:59:59", timezone="America/New_York", description="Set.")
    first = replace(first, events=(*first.events, said))
    title = f"{SPECTRUM}; Extension of the Reply Comment Period"
    later = proposal("2026-00100", "2026-01-05", "2026-02-18", title, words)
    later = replace(later, comments_close_on=None, events=(replace(later.events[0], kind="reply_close"),))
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [first, later], now=NOW, silent=True)
    assert write_corrected_dates(db) == 1
    found = db.execute("select kind, starts_at, description from events where document_id = ?", [first.id]).fetchall()
    assert found == [
        ("comment_close", "2026-01-02T23:59:59", BEFORE),
        ("reply_close", "2026-02-18T23:59:59", f"Reply comment period extended by 2026-00100: {words}"),
    ]
    event = {"description": found[1][2], "recorded": "{}"}
    assert moved_by(event, first.id) == later.id


def deadlines_after(*documents: Regulation) -> dict[str, str]:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    for each in documents:  # a later document comes with a later crawl
        upsert(db, [each], now=NOW, silent=True)
        write_corrected_dates(db)
    assert write_corrected_dates(db) == 0
    return {row[0]: row[1] for row in db.execute("select document_id, starts_at from events").fetchall()}


def test_a_deadline_moves_with_each_document_that_extends_it_and_extensions_keep_their_own() -> None:
    first = proposal("2025-21805", "2025-12-03", "2026-01-02", SPECTRUM, BEFORE)
    second = proposal(
        "2025-23625", "2025-12-22", "2026-01-20", f"Space Bureau Extends Comment Deadlines for {SPECTRUM}", LONGER
    )
    third = proposal("2026-00100", "2026-01-05", "2026-01-30", f"{SPECTRUM}; Reopening of Comment Period", AGAIN)
    assert deadlines_after(first, second) == {first.id: "2026-01-20T23:59:59", second.id: "2026-01-20T23:59:59"}
    assert deadlines_after(first, second, third) == {
        first.id: "2026-01-30T23:59:59",
        second.id: "2026-01-20T23:59:59",
        third.id: "2026-01-30T23:59:59",
    }


@pytest.mark.parametrize(
    "other",
    [
        proposal("2025-2", "2025-12-22", "2026-01-20", "Another Subject", "Comments are due by January 20, 2026."),
        proposal("2025-2", "2025-12-22", "2026-01-20", SPECTRUM, LONGER.replace("December 3", "December 4")),
        proposal("2025-2", "2025-12-22", "2026-01-20", SPECTRUM, LONGER, docket="25-306"),
        proposal("2025-2", "2025-12-22", "2025-12-30", SPECTRUM, LONGER),
        proposal("2025-2", "2025-11-22", "2026-01-20", SPECTRUM, LONGER),
    ],
    ids=["extends nothing", "names another day", "of another docket", "ends before", "published before"],
)
def test_a_deadline_stays_that_no_later_document_of_the_docket_extends(other: Regulation) -> None:
    first = proposal("2025-21805", "2025-12-03", "2026-01-02", SPECTRUM, BEFORE)
    assert deadlines_after(first, other)[first.id] == "2026-01-02T23:59:59"


def test_a_date_moves_back_when_nothing_moves_it_any_more() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    first = proposal("2025-21805", "2025-12-03", "2026-01-02", SPECTRUM, BEFORE)
    second = proposal("2025-23625", "2025-12-22", "2026-01-20", SPECTRUM, LONGER)
    upsert(db, [first, second], now=NOW, silent=True)
    assert write_corrected_dates(db) == 1
    upsert(db, [replace(second, docket_ids=("25-306",))], now=NOW, silent=True)
    assert write_corrected_dates(db) == 1
    found = "select starts_at, description, recorded from events where document_id = ?"
    assert db.execute(found, [first.id]).fetchone() == ("2026-01-02T23:59:59", BEFORE, None)
    assert write_corrected_dates(db) == 0


def test_the_last_correction_counts_where_it_gives_the_day_of_the_document_itself() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    rule = regulation("2025-1", "2028-06-05", "Effective June 5, 2028.")
    text = "This action corrects that rule by changing the effective date to June {}, 2028."
    corrections = [
        regulation(f"2025-{n}", "2025-12-19", "", text.format(day), rule.id) for n, day in ((2, "12"), (3, "5"))
    ]
    for each, differ in ((rule, 0), (corrections[0], 1), (corrections[1], 1)):
        upsert(db, [each], now=NOW, silent=True)
        assert write_corrected_dates(db) == differ
    found = db.execute("select starts_at, recorded from events where document_id = ?", [rule.id]).fetchone()
    assert found == ("2028-06-05T00:00:00", None)


def test_the_dockets_of_an_extension_are_read_by_its_key() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    asked = ["2025-12-22", "comment_close", "us-fr-2025-2"]
    plan = [row[-1] for row in db.execute(f"explain query plan {_EARLIER}", asked).fetchall()]
    assert "SEARCH mine USING PRIMARY KEY (document_id=?)" in plan, plan


def test_the_page_names_the_document_that_moved_a_date() -> None:
    said = {"description": f"Comment period extended by 2025-23625: {LONGER}", "recorded": "{}"}
    assert moved_by(said, "us-fr-2025-21805") == "us-fr-2025-23625"
    assert (
        moved_by({"description": "Date corrected by C1-2025-2", "recorded": "{}"}, "us-fr-2025-1") == "us-fr-c1-2025-2"
    )
    assert moved_by(said | {"recorded": None}, "us-fr-2025-21805") is None
