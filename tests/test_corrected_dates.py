"""Days of effect that a later document of the Federal Register corrects."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from crawlers.items import Event, Regulation
from crawlers.parsers.federal_register_dates import corrected, with_days
from crawlers.status.rederive_status import restate
from crawlers.storage.corrected_dates import write_corrected_dates
from crawlers.storage.record import load_document, upsert
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
