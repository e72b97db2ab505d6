"""Titles of the Federal Register by the beginning of the text: what is printed above them, and where the excerpt ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsers.federal_register import stamp_of
from crawlers.parsers.federal_register_excerpt import printed_title

HEALTH = ("Department of Health and Human Services", "National Institutes of Health")
ENERGY = ("Department of Energy", "Federal Energy Regulatory Commission")
BANKS = ("Federal Reserve System", "Announcement of Financial Sector Liabilities")
STOCKS = ("Securities and Exchange Commission",)
MEETING = "Center for Scientific Review; Notice of Closed Meetings"


@pytest.mark.parametrize(
    ("title", "agencies", "lines", "printed"),
    [
        (
            "Untitled notice 2025-21536, National Institutes of Health",
            HEALTH,
            [
                "DEPARTMENT OF HEALTH AND HUMAN SERVICES",
                "National Institutes of Health",
                MEETING,
                "Pursuant to section",
            ],
            MEETING,
        ),
        (
            "Untitled notice 2025-07657, Federal Energy Regulatory Commission",
            ENERGY,
            [
                "DEPARTMENT OF ENERGY",
                "Federal Energy Regulatory Commission",
                "[Project No. 2392-041]",
                "Ampersand Gilman Hydro, LP; Notice of Intent To Prepare an Environmental Assessment",
                "On March 29, 2022, Ampersand",
            ],
            "Ampersand Gilman Hydro, LP; Notice of Intent To Prepare an Environmental Assessment",
        ),
        (
            "Untitled notice 2025-09560, Announcement of Financial Sector Liabilities",
            BANKS,
            [
                "FEDERAL RESERVE SYSTEM",
                "[Docket No. OP-1865]",
                "Announcement of Financial Sector Liabilities",
                "The Board's",
            ],
            "Announcement of Financial Sector Liabilities",
        ),
        (
            "Untitled notice 2025-17212, Gladstone Alternative Income Fund",
            STOCKS,
            [
                "SECURITIES AND EXCHANGE COMMISSION",
                "[Release No. 35737]",
                "Gladstone Alternative Income Fund,",
                "et al.",
                "Sept",
            ],
            "Gladstone Alternative Income Fund, et al.",
        ),
        (
            "Self-regulatory Organizations; Nyse Arca, Inc.; Notice of Filing of A Proposed Rule Change To Amend Rule 7.35-e",
            STOCKS,
            ["SECURITIES AND EXCHANGE COMMISSION", "Self-Regulatory Organizations; NYSE Arca, Inc.; Notice of Fil"],
            "Self-Regulatory Organizations; NYSE Arca, Inc.; Notice of Filing of A Proposed Rule Change To Amend Rule 7.35-e",
        ),
        (
            "Coldwater River Solar, LLC.",
            ENERGY,
            [
                "DEPARTMENT OF ENERGY",
                "Federal Energy Regulatory Commission",
                "Combined Notice of Filings #2",
                "Take notice",
            ],
            "Combined Notice of Filings #2",
        ),
        (
            "Untitled notice 2025-16410, Federal Energy Regulatory Commission",
            ENERGY,
            ["DEPARTMENT OF ENERGY", "Northwest Pipeline LLC; Notice of Availability of the Environmental Asse"],
            "Northwest Pipeline LLC; Notice of Availability of the Environmental…",
        ),
        (
            "New Major License.",
            ENERGY,
            [
                "DEPARTMENT OF ENERGY",
                "Missisquoi, LLC; Notice of Application Accepted for Filing, Soliciting Motions To Inter",
            ],
            "Missisquoi, LLC; Notice of Application Accepted for Filing, Soliciting Motions To…",
        ),
    ],
    ids=[
        "bureau",
        "docket",
        "among the agencies",
        "two lines",
        "capitals",
        "a name below it",
        "cut off",
        "a name below it, cut off",
    ],
)
def test_the_title_is_the_first_line_below_departments_bureaus_and_dockets(
    title: str, agencies: tuple[str, ...], lines: list[str], printed: str
) -> None:
    assert printed_title(title, "\n".join(lines), agencies) == printed
    assert printed_title(printed, "\n".join(lines), agencies) == printed, "asked again"


@pytest.mark.parametrize(
    ("title", "excerpt"),
    [
        ("Privacy Act of 1974; System of Records", None),
        ("Privacy Act of 1974; System of Records", "DEPARTMENT OF ENERGY"),
        (
            "Privacy Act of 1974; System of Records",
            "DEPARTMENT OF ENERGY\nPrivacy Act of 1974; System of Records;\nAGENCY:\nThe",
        ),
        ("Privacy Act of 1974; System of Records", "DEPARTMENT OF ENERGY\nNotice of a Matching Program\nAGENCY:\nThe"),
        (
            "Untitled notice 2025-18490, Small Business Administration",
            "SMALL BUSINESS ADMINISTRATION\nThe agency publishes an interest rate called the peg rate each quarter.\nThis",
        ),
        (
            "Untitled notice 2025-15594, Federal Reserve System",
            "FEDERAL RESERVE SYSTEM\nThe companies listed in this notice have applied to the Board for approval\n25A",
        ),
        ("Untitled notice 2025-1, Department of Energy", f"DEPARTMENT OF ENERGY\n{'Notice ' * 80}\nThe"),
    ],
    ids=[
        "no excerpt",
        "a department alone",
        "the same",
        "another title",
        "a sentence",
        "a sentence without its end",
        "a page",
    ],
)
def test_a_title_stays_where_the_excerpt_has_no_better_one(title: str, excerpt: str | None) -> None:
    assert printed_title(title, excerpt, ENERGY) == title


def test_marks_of_html_are_no_part_of_a_title() -> None:
    printed = '<span class="match">Center</span> for Research &amp; Review; Notice of Closed Meetings'
    excerpt = f"DEPARTMENT OF HEALTH AND HUMAN SERVICES\n{printed}\nPursuant to section"
    found = printed_title("Untitled notice 2025-1, National Institutes of Health", excerpt, HEALTH)
    assert found == "Center for Research & Review; Notice of Closed Meetings"


def test_an_excerpt_changes_nothing_by_itself() -> None:
    assert (
        stamp_of({"title": "A", "excerpts": "B"})
        == stamp_of({"title": "A", "excerpts": "C"})
        != stamp_of({"title": "B"})
    )
    assert stamp_of({"title": "A"}) == stamp_of({"title": "A", "excerpts": None}), "the stamps of earlier versions hold"


LINES = st.lists(
    st.sampled_from(["DEPARTMENT OF ENERGY", "[Docket 1]", "Straße;", "<b>A</b> Notice", "Untitled notice 1"])
    | st.text()
)


@given(title=st.text(min_size=1) | LINES.map(" ".join), lines=LINES, agencies=st.lists(st.text(), max_size=3))
def test_whatever_an_excerpt_holds_a_title_stays_one(title: str, lines: list[str], agencies: list[str]) -> None:
    found = printed_title(title, "\n".join(lines), agencies)
    assert found == title or found.strip(" …;")


def test_letters_that_fold_into_two_have_their_place() -> None:
    assert printed_title("STRASSE 5; Notice", "X\nStraße 5\nThe", ()) == "Straße 5; Notice"
