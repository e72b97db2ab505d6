"""The number of a state's law in the search box, as people say it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from search_fixtures import DAY, filled
from site_corpus import document_row

from pages.browse import browse, state_laws
from pages.browse.state_laws import StateLaw
from publish.listing import publish

#: Bill -> its state, its status, and the sentence and day with which the state gave it the number of a law.
LAWS = {
    "us-ar-2025-hb1231": ("us-ar", "enacted", "Notification that HB1231 is now Act 38", "2025-02-10"),
    "us-ar-2025-hb1169": ("us-ar", "enacted", "Notification that HB1169 is now Act 383", "2025-03-20"),
    "us-ar-2012f-hb1046": ("us-ar", "enacted", "House Notification that HB1046 is now Act 38", "2012-02-20"),
    "us-il-104th-sb126": ("us-il", "enacted", "Public Act . . . . . . . . . 104-0001", "2025-03-21"),
    "us-md-2025-hb12": ("us-md", "enacted", "Approved by the Governor - Chapter 57", "2025-04-08"),
    "us-ky-2026-hb1": ("us-ky", "enacted", "signed by Governor (Acts Ch. 7)", "2026-02-06"),
    "us-ct-2026-sb83": ("us-ct", "enacted", "SPECIAL ACT 26-1", "2026-05-06"),
    "us-ct-2026-sb298": ("us-ct", "enacted", "PUBLIC ACT 26-1", "2026-03-04"),
    "us-nj-222-s3219": ("us-nj", "enacted", "Approved P.L.2026, c.1.", "2026-01-20"),
    "us-wa-2026-hb2228": ("us-wa", "enacted", "Chapter 4, 2026 Laws.", "2026-03-04"),
    "us-wa-2026-sb5006": ("us-wa", "enacted", "Chapter 4, 2025 Laws.", "2025-04-04"),
    "us-md-2025-hb13": ("us-md", "in_committee", "Rereferred under Chapter 57", "2025-04-08"),
}


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    db = filled(tmp_path)
    for key, (place, status, words, day) in LAWS.items():
        number = key.rpartition("-")[2].upper()
        row = document_row(key, identifier=number, title="Bees", abstract="", url="https://example.org/")
        db.table("documents").insert(row | {"jurisdiction": place, "session": key.split("-")[2], "status": status})
        db.table("actions").insert({"document_id": key, "ordinal": 0, "acted_on": day, "description": words})
    publish(db, "2026-06-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    return db.conn


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Arkansas Act 38", ["us-ar-2025-hb1231", "us-ar-2012f-hb1046"]),
        ("act 38 of 2012 arkansas", ["us-ar-2012f-hb1046"]),
        ("Illinois Public Act 104-0001", ["us-il-104th-sb126"]),
        ("Public Act 104-1 Illinois", ["us-il-104th-sb126"]),
        ("Chapter 57 Maryland 2025", ["us-md-2025-hb12"]),
        ("Kentucky Acts Ch. 7", ["us-ky-2026-hb1"]),
        ("Connecticut special act 26-1", ["us-ct-2026-sb83"]),
        ("Connecticut Public Act No. 26-1", ["us-ct-2026-sb298"]),
        ("P.L. 2026, c. 1 New Jersey", ["us-nj-222-s3219"]),
        ("chapter 4 laws of 2025 washington", ["us-wa-2026-sb5006"]),
        ("Arkansas Act 3", []),
        ("Arkansas Act 38 2019", []),
    ],
)
def test_a_law_is_found_as_the_bill_that_it_was(db: sqlite3.Connection, typed: str, found: list[str]) -> None:
    view = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    assert [card.id for card in view.direct] == found
    assert view.number.unknown == (not found)


def test_a_law_is_of_the_chosen_place(db: sqlite3.Connection) -> None:
    filters = browse.Filters.of({"q": "Arkansas Act 38", "jurisdiction": "us-il"})
    assert browse.browse(db, filters, DAY).direct == []


@pytest.mark.parametrize(
    "typed",
    [
        "Act 38",
        "Texas act 2025",
        "library act 38 arkansas",
        "Arkansas libraries 38",
        "Title 5 Ohio",
        "Arkansas Act",
        "",
    ],
)
def test_other_words_are_no_number_of_a_law(typed: str) -> None:
    assert state_laws.read(typed) is None


def test_zeros_before_a_number_and_the_year_are_read() -> None:
    assert state_laws.read("2025 Illinois Public Act 104-0010") == StateLaw("us-il", "104-10", "2025", "public")
