"""Pieces of the text where the Federal Register should give a title, as its API has them since January 2025."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlite_utils import Database

from crawlers.items import Regulation
from crawlers.parsers.federal_register_title import titled
from crawlers.status.rederive_status import restate
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-28T00:00:00Z"
ENERGY = ("Department of Energy", "Federal Energy Regulatory Commission")
PIECES = [
    "2",
    "b.",
    "Id.",
    "dates",
    "See",
    "Date:",
    "Name of Committee:",
    "Closed.",
    "Executive Secretary.",
    "Dated: July 22, 2025.",
    "Wednesday, March 26, 2025",
    "https://www.federalreserve.gov/foia/request.htm.",
    "www.fcc.gov/visit",
    "request.htm.",
    "anna.han@nih.gov,",
    "Jo Doe, New England Hydropower Company, LLC, 100 Cummings Center, Beverly, MA 01915; phone: (978) 360-0000.",
    "and Rule 19b-4 thereunder,",
    "(quoting 21 U.S.C. 824(d)). The order also proposed the revocation of the registration,",
    "contact, or other identifying information. Comments should not include any information such as confidential information",
    ", the Commission provides all interested persons an opportunity to view and/or print this document (",
    "This meeting will be closed to the public.",
    "Federal Register",
    "U.S. Census Bureau, Department of Commerce.",
    "National Oceanic and Atmospheric Administration (NOAA), Commerce.",
    "whether the information will have practical utility;",
    "(b) Evaluate the accuracy of the agencies estimate of the burden of the",
    "9:00 a.m.-4:30 p.m.",
    "February 20, 2025, 10:00 a.m.",
    "https://standards.ieee.org/about/28may2025/, https://standards.ieee.org/about/19jun2025/.",
    "—Adoption of the agenda",
]
TITLES = [
    "accessiBe; Analysis of Proposed Consent Order To Aid Public Comment",
    "bluebird bio, Inc.; Analysis of Proposed Consent Order",
    "(S)-Metolachlor; Pesticide Tolerances",
    "June 27, 2025—Agency Information Collection Activities; Proposed Collection; Comment Request",
    "Radio Broadcasting Services; Kihei, Hawaii.",
    "Great Bend Solar, LLC.",
    "National Advisory Council on Aging.",
    "Sunshine Act Meetings",
    "Asbestos",
    "Complaint",
    "2026 Pay Adjustments for Federal Employees",
    "Privacy Act of 1974; System of Records",
    "Schools and Libraries Universal Service Support Mechanism, etc.",
]


def made(title: str, agencies: tuple[str, ...], published_on: str = "2025-07-22") -> tuple[str, tuple[str, ...]]:
    found = titled(title, kind="Notice", number="2025-01697", published_on=published_on, agencies=agencies)
    again = titled(found[0], kind="Notice", number="2025-01697", published_on=published_on, agencies=found[1])
    assert again == found, "what is stored is asked again after an upgrade"
    return found


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_text_is_no_title(piece: str) -> None:
    assert made(piece, ENERGY) == ("Untitled notice 2025-01697, Federal Energy Regulatory Commission", ENERGY)
    assert made(piece, ENERGY, "2024-12-31") == (piece, ENERGY), "no document of before had one"


@pytest.mark.parametrize("title", TITLES)
def test_a_title_stays_as_it_is(title: str) -> None:
    assert made(title, ENERGY) == (title, ENERGY)


@pytest.mark.parametrize(
    ("agencies", "title", "left"),
    [
        (("Federal Reserve System", "Change In Bank Control Notices; Acquisitions of Shares of A Bank"), "{}", 1),
        (("Legal Services Corporation", "Sunshine Act Meetings"), "{}", 1),
        (("Securities and Exchange Commission", "Ark Etf Trust and Ark Investment Management Llc"), "{}", 1),
        (
            ("Department of Veterans Affairs", "Advisory Committee on Cemeteries and Memorials, Notice of Meeting"),
            "{}",
            1,
        ),
        (
            ("Department of Health and Human Services", "National Institutes of Health,"),
            "Untitled notice 2025-01697, {}",
            2,
        ),
        (("Department of Commerce", "Patent and Trademark Office"), "Untitled notice 2025-01697, {}", 2),
        (("Federal Deposit Insurance Corporation",), "Untitled notice 2025-01697, {}", 1),
        (("Sunshine Act Meetings",), "Untitled notice 2025-01697, {}", 1),
        (("Department of Defense", "U.S. Customs and Border Protection"), "Untitled notice 2025-01697, {}", 2),
        ((), "Untitled notice 2025-01697", 0),
    ],
)
def test_the_title_is_looked_for_among_the_agencies(agencies: tuple[str, ...], title: str, left: int) -> None:
    expected = title.format(*(name.strip(",") for name in agencies[-1:]))
    assert made("2", agencies) == (expected, agencies[:left])


def test_the_mark_of_a_separate_part_is_no_agency() -> None:
    agencies = ("Securities and Exchange Commission", "Self-regulatory Organizations; Order", "Part Ii")
    assert made("2", agencies) == ("Self-regulatory Organizations; Order", agencies[:1])


def test_what_an_earlier_version_stored_gets_its_title_and_is_tagged_again() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    stored = Regulation(
        id="us-fr-2025-01697",
        source="us_federal_register",
        jurisdiction="us",
        level="federal",
        session="fr",
        identifier="2025-01697",
        document_type="Notice",
        title="https://www.federalreserve.gov/foia/request.htm.",
        url="https://www.federalregister.gov/d/2025-01697",
        source_url="https://www.federalregister.gov/api/v1/documents/2025-01697.json",
        published_on="2025-01-27",
        status="notice",
        status_on="2025-01-27",
        status_history=(("notice", "2025-01-27"),),
        agencies=("Federal Reserve System", "Formations Of, Acquisitions By, and Mergers of Bank Holding Companies"),
        stamp="s1",
    )
    kept = replace(stored, id="us-fr-2025-1", identifier="2025-1", title="Sunshine Act Meetings")
    upsert(db, [stored, kept], now=NOW, silent=True)
    before = dict(db.execute("select id, text_hash from documents").fetchall())
    assert restate(db, now=NOW) == 1
    document = load_document(db, stored.id)
    assert isinstance(document, Regulation)
    assert document.title == "Formations Of, Acquisitions By, and Mergers of Bank Holding Companies"
    assert document.agencies == ("Federal Reserve System",)
    after = dict(db.execute("select id, text_hash from documents").fetchall())
    assert {key for key in after if after[key] != before[key]} == {stored.id}
    assert db.execute("select count(*) from changes").fetchone()[0] == 0, "nothing happened to it"
    assert restate(db, now=NOW) == 0


@pytest.mark.parametrize(
    ("title", "agencies", "found"),
    [
        (
            "The November 20, 2025 Open Meeting has been canceled.",
            ("Federal Election Commission", "Sunshine Act Meetings"),
            ("Sunshine Act Meetings", ("Federal Election Commission",)),
        ),
        (
            "National Agricultural Statistics Service (NASS)",
            ("Department of Agriculture", "Submission for Omb Review; Comment Request"),
            (
                "Submission for OMB Review; Comment Request",
                ("Department of Agriculture", "National Agricultural Statistics Service (NASS)"),
            ),
        ),
        ("Sunshine Act Meetings", ("Sunshine Act Meetings",), ("Sunshine Act Meetings", ())),
        (
            "Comment Request; ACH Vendor Payment Enrollment",
            ("Department of the Treasury", "Agency Information Collection Activities; Submission for Omb Review;"),
            (
                "Comment Request; ACH Vendor Payment Enrollment",
                ("Department of the Treasury", "Agency Information Collection Activities; Submission for Omb Review;"),
            ),
        ),
        (
            "HOME Investment Partnerships Program: Program Updates",
            ("U.s. Customs and Border Protection", "Part Ii"),
            ("HOME Investment Partnerships Program: Program Updates", ("U.S. Customs and Border Protection",)),
        ),
    ],
    ids=["a sentence", "an office", "the title itself", "half a heading", "a part of an issue"],
)
def test_the_heading_of_a_notice_is_the_title_and_no_agency(
    title: str, agencies: tuple[str, ...], found: tuple[str, tuple[str, ...]]
) -> None:
    assert made(title, agencies) == found


def test_a_part_of_an_issue_is_no_agency_of_earlier_years() -> None:
    agencies = ("Department of Transportation", "Part II")
    assert made("Occupant Crash Protection", agencies, published_on="2024-01-03")[1] == (
        "Department of Transportation",
    )
