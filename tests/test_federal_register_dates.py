"""Days that the words of a document of the Federal Register name, where the source gives another or none."""

from __future__ import annotations

import pytest
from sqlite_utils import Database
from test_us_federal_register import regulation

from crawlers.items import Regulation
from crawlers.parsers import federal_register as fr
from crawlers.parsers.federal_register_dates import first_day, with_days
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-29T00:00:00Z"
SPAN = "The specifications are effective from January 1 through December 31, 2026."
WITHIN = "Written comments on the form should be submitted within 30 days of the publication of this notice"


@pytest.mark.parametrize(
    ("day", "words", "first"),
    [
        ("2026-12-31", SPAN, "2026-01-01"),
        ("2025-07-05", "Effective from 5:30 p.m. on July 4 through 11:30 p.m. on July 5, 2025.", "2025-07-04"),
        ("2026-01-31", "This rule is effective from December 1 until January 31, 2026.", "2025-12-01"),
        ("2026-12-31", "This LOA is effective through December 31, 2026.", None),
        ("2027-01-31", "The approval is effective immediately with an expiration date of January 31, 2027.", None),
        ("2025-05-10", "This rule is effective from 6 a.m. through 5 p.m. on May 10, 2025.", "2025-05-10"),
        ("2025-12-30", "This rule is effective December 30, 2025, through June 30, 2026.", "2025-12-30"),
        ("2026-12-31", "Effective from February 30 through December 31, 2026.", "2026-12-31"),
        ("2025-04-07", "The effective date is delayed until April 7, 2025.", "2025-04-07"),
    ],
)
def test_a_rule_takes_effect_on_the_first_day_of_its_span(day: str, words: str, first: str | None) -> None:
    assert first_day(day, words) == first
    document = regulation(effective_on=day, dates=words)
    assert document.effective_on == first
    assert [event.starts_at for event in document.events] == ([f"{first}T00:00:00"] if first else [])
    assert with_days(document) == document


@pytest.mark.parametrize(
    ("words", "day", "said"),
    [
        (f"{WITHIN} on the website.", "2025-04-02", f"{WITHIN}."),
        ("DATES: Comments must be received within 60 days from the date of this publication.", "2025-05-02", None),
        (
            "Oppositions to the Petition must be filed on or before March 20, 2025. Replies to oppositions to the Petition "
            "must be filed on or before April 1, 2025. ADDRESSES: 45 L Street",
            "2025-03-20",
            "Oppositions to the Petition must be filed on or before March 20, 2025. Replies to oppositions to the Petition "
            "must be filed on or before April 1, 2025.",
        ),
        (
            "Oppositions to a petition must be filed on or before March 1, 2025.",
            None,
            None,
        ),  # over when it was published
        ("The NPRM requested comments on the rules within 60 days of publication of the NPRM.", None, None),
    ],
)
def test_a_deadline_that_only_the_text_names_is_one(words: str, day: str | None, said: str | None) -> None:
    document = regulation(text=words, type="Notice")
    assert document.comments_close_on == day
    assert [(event.kind, event.starts_at) for event in document.events] == (
        [("comment_close", f"{day}T23:59:59")] if day else []
    )
    assert said is None or document.events[0].description == said
    assert regulation(text=words, type="Rule").comments_close_on is None, "a rule invites comments on its forms alone"
    given = regulation(text=words, type="Notice", comments_close_on="2025-03-31")
    assert given.comments_close_on == "2025-03-31"


def test_a_deadline_that_only_the_sentence_on_dates_names_is_one() -> None:
    assert regulation(dates=f"{WITHIN}.", type="Notice").comments_close_on == "2025-04-02"


def test_what_an_earlier_version_stored_gets_its_days_after_an_upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    monkeypatch.setattr(fr, "with_days", lambda document, dates: document)
    rule = regulation("2025-1", effective_on="2026-12-31", dates=SPAN)
    notice = regulation("2025-2", text=WITHIN, type="Notice")
    upsert(db, [rule, notice], now=NOW, silent=True)
    assert restate(db, now=NOW) == 2
    found = [load_document(db, each.id) for each in (rule, notice)]
    days = [(each.effective_on, each.comments_close_on) for each in found if isinstance(each, Regulation)]
    assert days == [("2026-01-01", None), (None, "2025-04-02")]
    assert restate(db, now=NOW) == 0


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Comments must be received within 60 days of March 3, 2025.", "2025-05-02"),
        (
            "A 45-day comment period begins on March 3, 2025, and ends April 17, 2025. Hear us on April 1, 2025.",
            "2025-04-17",
        ),
        ("The comment period is extended from March 3, 2025, until April 7, 2025.", "2025-04-07"),
        (
            "The draft is there on March 3, 2025. Comments must be received by the office no later than April 2, 2025.",
            "2025-04-02",
        ),
        ("Submit comments by March 3, 2025.", "2025-03-03"),
        ("Comments must be submitted on or before March 3, 2025.", "2025-03-03"),
        ("Submit comments at any time. The list is applicable March 3, 2025.", None),
        (
            "Comments are due by April 2, 2025, on the form, and no later than May 2, 2025, on the rule. It is March 3, 2025.",
            None,
        ),
        ("Comments must be received within 60 days of February 3, 2025, as published on March 3, 2025.", None),
    ],
)
def test_the_day_of_publication_is_a_deadline_only_where_the_words_say_so(words: str, day: str | None) -> None:
    document = regulation(
        type="Proposed Rule", dates=words, comments_close_on="2025-03-03", publication_date="2025-03-03"
    )
    assert document.comments_close_on == day
    assert [event.starts_at for event in document.events] == ([f"{day}T23:59:59"] if day else [])
    assert with_days(document) == document


@pytest.mark.parametrize(
    ("words", "day"),
    [
        (
            "The comment period of the notice, scheduled to close on April 3, 2025, is extended until May 9, 2025.",
            "2025-05-09",
        ),
        ("The end of the comment period is extended from April 3, 2025, until May 15, 2025.", "2025-05-15"),
        ("Comments are due April 3, 2025. The hearing is extended from March 1, 2025, to March 2, 2025.", "2025-04-03"),
        ("Comments must be received by April 3, 2025. Come to the meeting no later than May 9, 2025.", "2025-04-03"),
        ("Applications and comments must be received between April 3, 2025, and May 2, 2025.", "2025-05-02"),
        (
            "All comments may be submitted on or after the opening of the period on April 3, 2025, but no later than "
            "October 6, 2025.",
            "2025-10-06",
        ),
        (
            "Comments on the draft are due by April 3, 2025. It lies out between April 3, 2025, and May 2, 2025.",
            "2025-04-03",
        ),
    ],
)
def test_a_period_closes_on_the_later_of_the_days_that_its_words_name(words: str, day: str) -> None:
    document = regulation(type="Notice", dates=words, comments_close_on="2025-04-03")
    assert document.comments_close_on == day
    assert [event.starts_at for event in document.events] == [f"{day}T23:59:59"]
    assert with_days(document) == document
