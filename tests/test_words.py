"""Plain words for dates, sessions and addresses."""

from __future__ import annotations

import datetime

import pytest

from pages.http import formatting

TODAY = datetime.date(2022, 3, 9)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2022-03-08", "March 8, 2022"),
        ("2022-12-31T23:59:59Z", "December 31, 2022"),
        (None, ""),
        ("2025-05", "May 2025"),  # a source that gives no day
        ("2025-13", "2025-13"),
        ("soon", "soon"),
        ("2022-13-40", "2022-13-40"),
    ],
)
def test_dates_are_told_in_words(value: str | None, shown: str) -> None:
    assert formatting.date_in_words(value) == shown


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2022-03-09", "today"),
        ("2022-03-10", "tomorrow"),
        ("2022-03-08", "yesterday"),
        ("2022-03-31", "in 22 days"),
        ("2022-02-01", "36 days ago"),
        ("2022-06-09", "in 3 months"),
        ("2030-03-09", "in 8 years"),
        ("2018-06-24", "3 years and 8 months ago"),
        ("2020-02-09", "2 years and 1 month ago"),
        ("no day", ""),
    ],
)
def test_how_far_a_day_is(day: str, shown: str) -> None:
    assert formatting.how_far(day, TODAY) == shown


@pytest.mark.parametrize(
    ("jurisdiction", "session", "shown"),
    [
        ("us", "117", "117th Congress"),
        ("us", "121", "121st Congress"),
        ("us", "112", "112th Congress"),
        ("us", "103", "103rd Congress"),
        ("us", "fr", ""),
        ("us", "regs", ""),
        ("us", "court", ""),
        ("uk", "bills", ""),
        ("us-tx", "89r", "Session 89r"),
        ("us-tx", "892", "Session 892"),
        ("us-ny-nyc", "2026", ""),
        ("us", None, ""),
    ],
)
def test_sessions_are_told_in_words(jurisdiction: str, session: str | None, shown: str) -> None:
    assert formatting.session_in_words(jurisdiction, session) == shown


def test_a_session_is_called_by_the_title_that_its_source_gives_it() -> None:
    title = "89th Legislature, 2nd Called Session (2025)"
    assert formatting.session_in_words("us-tx", "892", title) == title
    assert formatting.session_in_words("us", "117", "2021-2022 Congress") == "117th Congress"


@pytest.mark.parametrize(
    ("starts_at", "zone", "shown"),
    [
        ("2022-03-31T23:59:59", "America/New_York", "end of the day, Eastern time"),
        ("2022-03-31T10:00:00", "America/Chicago", "10:00 a.m., Central time"),
        ("2022-03-31T00:00:00", "America/New_York", ""),
        ("2022-03-31", "America/New_York", ""),
        ("2022-03-31T10:00:00", None, "10:00 a.m."),
        ("2022-03-31T13:20:00", "America/Denver", "1:20 p.m., Mountain time"),
        ("2022-03-31T12:05:00", None, "12:05 p.m."),
        ("2022-03-31T00:30:00", None, "12:30 a.m."),
    ],
)
def test_times_are_told_in_their_zone(starts_at: str, zone: str | None, shown: str) -> None:
    assert formatting.time_in_words(starts_at, zone) == shown


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://www.ala.org/x", True),
        ("http://a.b", True),
        ("javascript:alert(1)", False),
        ("//a.b", False),
        ("data:text/html,x", False),
        (" https://a.b ", True),
        ("https://", False),
        ("http://[", False),
        (None, False),
        ("JaVaScRiPt:alert(1)", False),
        ("ftp://a.b", False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, safe: bool) -> None:
    assert (formatting.safe_url(url) is not None) == safe


@pytest.mark.parametrize(
    ("probability", "shown"),
    [
        (1.0, "very likely (99%)"),
        (0.996, "very likely (99%)"),
        (0.9, "very likely (90%)"),
        (0.894, "likely (89%)"),
        (0.5, "more likely than not (50%)"),
        (0.31, "possible (31%)"),
        (0.0, "possible (1%)"),
    ],
)
def test_nothing_is_told_as_certain(probability: float, shown: str) -> None:
    assert formatting.sureness(probability) == shown


@pytest.mark.parametrize(
    ("document_id", "shown"),
    [
        ("us-117-s5064", "S. 5064, 117th Congress"),
        ("us-119-hjres7", "H.J.Res. 7, 119th Congress"),
        ("us-fr-2025-01234", "Federal Register 2025-01234"),
        ("us-fr-00-10641", "Federal Register 00-10641"),
        ("us-fr-e8-03700", "Federal Register E8-03700"),
        ("us-fr-c1-2010-17205", "Federal Register C1-2010-17205"),
        ("us-119-samdt2221", "S.Amdt. 2221, 119th Congress"),
        ("us-119-hamdt10", "H.Amdt. 10, 119th Congress"),
        ("us-court-docket70749930", "CourtListener"),
        ("ca-42-1-c423", "C-423, Session 42-1"),
        ("us-nj-222-s1193-1197", "S1193-1197, New Jersey"),
        ("us-tx-89r-hb900", "HB900, Texas"),
        ("us-ma-194th-sd2467", "SD2467, Massachusetts"),
        ("us-117-xyz1", "us-117-xyz1"),
    ],
)
def test_a_bill_that_is_only_named_has_its_usual_number(document_id: str, shown: str) -> None:
    assert formatting.number_in_words(document_id) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Library Broadband Act", "Library Broadband Act"),
        ("An act\non  libraries", "An act on libraries"),
        ("Library Broadband Acts", "Library Broadband…"),  # one too long, and no word is cut in two
        ("x" * 22, "x" * 20 + "…"),
    ],
)
def test_a_text_is_shortened_at_a_word(text: str, shown: str) -> None:
    assert formatting.shortened(text, 21) == shown
