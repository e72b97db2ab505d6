"""Keys of documents at other systems: from their own ids and from addresses of sources, in tables, files and answers alike."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest
from sqlite_utils import Database

from pages.documents.identifiers import identifiers, keys, pages_elsewhere
from pages.export.exports import document_rows
from store.connect import migrate

OCD = "ocd-bill/0000e7d4-6a02-5ca3-840e-74f2648a2d20"
#: document -> (jurisdiction, session, type, address at its source, what it is called elsewhere)
DOCUMENTS = {
    "us-117-hr1783": ("us", "117", "hr", "https://www.govinfo.gov/x.xml", {"congress_gov": "117/hr1783"}),
    "us-119-sjres9": ("us", "119", "sjres", "https://www.govinfo.gov/y.xml", {"congress_gov": "119/sjres9"}),
    "us-2023-26792": (
        "us",
        "2023",
        "Rule",
        "https://www.federalregister.gov/api/v1/documents/2023-26792.json",
        {"federal_register": "2023-26792"},
    ),
    "us-tx-88R-hb7": ("us-tx", "88R", "bill", f"https://v3.openstates.org/bills/{OCD}", {"ocd": OCD}),
    "us-nv-2023-ab1": (
        "us-nv",
        "2023",
        "bill",
        "https://api.legiscan.com/?op=getBill&id=1555547",
        {"legiscan": "1555547"},
    ),
    "us-2018-ED-1": (
        "us",
        "2018",
        "Rule",
        "https://api.regulations.gov/v4/documents/ED-2018-0001-0001",
        {"regulations_gov": "ED-2018-0001-0001"},
    ),
    # What no source would say of itself is no key.
    "us-tx-88R-hb8": ("us-tx", "88R", "hr", "https://api.legiscan.com/?op=getBill&id=1&x=<script>", {}),
    "us-tx-88R-hb9": ("us-tx", "88R", "hr", "https://v3.openstates.org/bills/ocd-bill/1", {}),
    "us-117-hrx": ("us", "117", "hr", "https://www.federalregister.gov/api/v1/documents/a b.json", {}),
}


@pytest.fixture
def corpus() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as db:
        tables = Database(db)
        migrate(tables, "corpus.db")
        text = ("kind", "source", "level", "identifier", "title", "url", "status", "first_seen_at", "changed_at")
        for key, (place, session, kind, address, _) in DOCUMENTS.items():
            row = dict.fromkeys((*text, "text_hash", "record_hash"), "x") | {"id": key, "jurisdiction": place}
            tables.table("documents").insert(row | {"session": session, "document_type": kind})
            tables.table("provenance").insert(
                {"document_id": key, "source": "s", "source_url": address, "fetched_at": "2022-03-09T00:00:00Z"}
            )
        db.row_factory = sqlite3.Row
        yield db


def test_keys_follow_from_ids_and_addresses_and_nothing_else(corpus: sqlite3.Connection) -> None:
    found = keys(corpus, list(DOCUMENTS))
    for key, (*_, wanted) in DOCUMENTS.items():
        both = wanted | ({"govtrack": wanted["congress_gov"]} if "congress_gov" in wanted else {})
        assert found[key] == both, key


def test_every_key_has_its_page_where_there_is_one(corpus: sqlite3.Connection) -> None:
    pages = {
        each["scheme"]: each["url"]
        for key, (place, *_) in DOCUMENTS.items()
        for each in identifiers(corpus, key, place)
        if key != "us-119-sjres9"
    }
    assert pages == {
        "congress_gov": "https://www.congress.gov/bill/117th-congress/house-bill/1783",
        "govtrack": "https://www.govtrack.us/congress/bills/117/hr1783",
        "federal_register": "https://www.federalregister.gov/d/2023-26792",
        "legiscan": "https://legiscan.com/gaits/view/1555547",
        "regulations_gov": "https://www.regulations.gov/document/ED-2018-0001-0001",
        "ocd": None,
        "ocd_jurisdiction": None,
    }
    by_id_alone = pages_elsewhere("us-117-hr1783")
    assert by_id_alone == [pages["congress_gov"], pages["govtrack"]]
    assert pages_elsewhere("us-2023-26792") == []


def test_a_row_to_download_has_the_keys_and_the_people_who_brought_it(corpus: sqlite3.Connection) -> None:
    tables = Database(corpus)
    person = dict.fromkeys(("source", "source_url", "record_hash", "first_seen_at", "changed_at"), "x")
    person |= {"key": 7, "id": "R000001", "name": "Ada Reader", "jurisdiction": "us", "is_current": 1}
    tables.table("people").insert(person)
    for ordinal, name, role in ((0, "Rep. Reader, Ada [D-ME-1]", "sponsor"), (1, "Rep. Writer, Bo", "cosponsor")):
        found = {"document_id": "us-117-hr1783", "ordinal": ordinal}
        tables.table("sponsors").insert(found | {"name": name, "role": role})
        tables.table("sponsor_people").insert(found | {"person": 7, "how": "identifier"})
    [bill, state] = document_rows(corpus, ["us-117-hr1783", "us-tx-88R-hb7"], date(2022, 3, 9), "https://x.org")
    assert (bill["sponsors"], bill["sponsor_ids"]) == (["Rep. Reader, Ada [D-ME-1]"], ["R000001"])
    assert (bill["congress_gov_id"], bill["ocd_id"]) == ("117/hr1783", "")
    assert (state["congress_gov_id"], state["ocd_id"], state["sponsors"]) == ("", OCD, [])
