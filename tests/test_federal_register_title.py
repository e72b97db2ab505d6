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
    "Date:",
    "Name of Committee:",
    "Closed.",
    "Dated: July 22, 2025.",
    "Wednesday, March 26, 2025",
    "https://www.federalreserve.gov/foia/request.htm.",
    "www.fcc.gov/visit",
    "request.htm.",
    "anna.han@nih.gov,",
    "and Rule 19b-4 thereunder,",
    "contact, or other identifying information. Comments should not include any information such as confidential information",
    ", the Commission provides all interested persons an opportunity to view and/or print this document (",
    "This meeting will be closed to the public.",
    "Federal Register",
]
TITLES = [
    "accessiBe; Analysis of Proposed Consent Order To Aid Public Comment",
    "June 27, 2025—Agency Information Collection Activities; Proposed Collection; Comment Request",
    "Radio Broadcasting Services; Kihei, Hawaii.",
    "Great Bend Solar, LLC.",
    "National Advisory Council on Aging.",
    "Sunshine Act Meetings",
    "2026 Pay Adjustments for Federal Employees",
    "Privacy Act of 1974; System of Records",
    "Schools and Libraries Universal Service Support Mechanism, etc.",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_of_the_text_is_no_title(piece: str) -> None:
    assert titled(piece, "Notice", ENERGY) == ("Untitled notice, Federal Energy Regulatory Commission", ENERGY)


@pytest.mark.parametrize("title", TITLES)
def test_a_title_stays_as_it_is(title: str) -> None:
    assert titled(title, "Notice", ENERGY) == (title, ENERGY)


@pytest.mark.parametrize(
    ("agencies", "title", "left"),
    [
        (("Federal Reserve System", "Change In Bank Control Notices; Acquisitions of Shares of A Bank"), -1, 1),
        (("Legal Services Corporation", "Sunshine Act Meetings"), -1, 1),
        (
            ("Department of Veterans Affairs", "Advisory Committee on Cemeteries and Memorials, Notice of Meeting"),
            -1,
            1,
        ),
        (("Department of Health and Human Services", "National Institutes of Health"), "Untitled notice, {}", 2),
        (("Department of Commerce", "Bureau of Industry and Security"), "Untitled notice, {}", 2),
        (("Department of Education",), "Untitled notice, {}", 1),
        ((), "Untitled notice", 0),
    ],
)
def test_the_title_is_looked_for_among_the_agencies(agencies: tuple[str, ...], title: str | int, left: int) -> None:
    expected = agencies[title] if isinstance(title, int) else title.format(*agencies[-1:])
    assert titled("2", "Notice", agencies) == (expected, agencies[:left])


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
