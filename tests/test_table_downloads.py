"""Lists as tables to download: JSON, CSV, and Excel, without formulas and with every column."""

from __future__ import annotations

import csv
import datetime
import io
import sqlite3
import zipfile
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from lxml import etree
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE, TODAY
from sqlite_utils import Database
from test_feeds import SITE, corpus, get, site  # noqa: F401

import serve
from pages.export import exports
from publish.listing import publish


def table(answer) -> list[dict[str, str]]:
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="infopolicy-')
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def sheet(body: bytes, number: int = 1) -> list[list[str]]:
    """The cells of a sheet, as they would be shown; a formula would have an `f` element."""
    space = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        page = etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    assert page.findall(".//s:f", space) == []
    assert page.findall(".//s:hyperlink", space) == []
    return [["".join(cell.itertext()) for cell in row.findall("s:c", space)] for row in page.findall(".//s:row", space)]


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/browse", [BROADBAND, RULE, HOSTILE_BILL]),
        ("/browse?area=any", [BROADBAND, RULE, PLAIN, HOSTILE_BILL]),
        ("/browse?area=broadband", [BROADBAND, RULE]),
        ("/browse?q=hotspots&kind=regulation", [RULE]),
        ("/browse?q=xylophones", []),
        ("/areas/library-funding", [BROADBAND, HOSTILE_BILL]),
        ("/jurisdictions/us?kind=regulation", [RULE]),
        ("/positions/tc-hotspot-lending", [BROADBAND]),
    ],
)
async def test_every_table_has_the_documents_of_the_page(site, path: str, ids: list[str]) -> None:
    place, _, query = path.partition("?")
    form = {name: f"{place}.{name}?{query}" for name in ("csv", "json", "xlsx")}
    assert [row["id"] for row in table(await get(site, form["csv"]))] == ids
    found = (await get(site, form["json"])).json()
    assert [row["id"] for row in found["documents"]] == ids
    assert (found["total"], found["next"]) == (len(ids), None)
    head, *rows = sheet((await get(site, form["xlsx"])).content)
    assert head == list(exports.DOCUMENT_COLUMNS)
    assert [row[0] for row in rows] == ids
    meanings = dict(sheet((await get(site, form["xlsx"])).content, 2))
    assert meanings == exports.DOCUMENT_COLUMNS


async def test_a_row_tells_what_the_page_tells(site) -> None:
    [row] = table(await get(site, "/positions/tc-hotspot-lending.csv"))
    assert row == {
        "id": BROADBAND,
        "identifier": "H.R. 1783",
        "title": "Library Broadband Act",
        "kind": "bill",
        "document_type": "hr",
        "jurisdiction": "us",
        "place": "United States",
        "session": "117",
        "status": "passed_first_chamber",
        "status_in_words": "Passed one chamber",
        "status_on": "2022-03-08",
        "status_reason": "",
        "no_news_since": "",
        "replaced_by": "",
        "replaced_by_id": "",
        "identical_law": "",
        "published_on": "2021-03-11",
        "latest_on": "2022-03-08",
        "latest_action": "Received in the Senate.",
        "next_on": "",
        "next_date": "",
        "must_see": "1",
        "areas": "broadband; library-funding",
        "areas_in_words": "Broadband; Library funding",
        "positions": "tc-hotspot-lending",
        "positions_in_words": "Lend hotspots",
        "stance": "",
        "source_url": "https://www.congress.gov/bill/117th-congress/house-bill/1783",
        "address": f"{SITE}/documents/{BROADBAND}",
        "sponsors": "Rep. Reader, Ada [D-ME-1]",
        "sponsor_ids": "",
        "ocd_id": "",
        "congress_gov_id": "117/hr1783",
        "legiscan_id": "",
        "federal_register_id": "",
        "regulations_gov_id": "",
    }
    [rule] = (await get(site, "/browse.json?kind=regulation")).json()["documents"]
    assert (rule["next_on"], rule["next_date"], rule["areas"]) == ("2022-03-31", "Comments close", ["broadband"])


def test_a_row_names_the_bill_that_took_the_place_of_a_replaced_one_and_the_identical_one_that_became_law(
    corpus: Path, tmp_path: Path
) -> None:
    """The page and the card said it; who worked from a spreadsheet saw "Replaced", or a dead bill in committee, and no more."""
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    db.table("documents").update(BROADBAND, {"status": "replaced"})
    db.table("documents").update(HOSTILE_BILL, {"status": "enacted"})
    db.table("documents").update(PLAIN, {"status": "in_committee"})
    law = db.table("documents").get(HOSTILE_BILL)["identifier"]
    words = f"Committee report approving bill, renumbered as {law.replace('.', '')}."
    db.table("actions").insert({"document_id": BROADBAND, "ordinal": 90, "description": words})
    db.table("links").insert({"document_id": PLAIN, "ordinal": 90, "linked_id": HOSTILE_BILL, "kind": "Identical bill"})
    db.conn.row_factory = sqlite3.Row
    replaced, alike = exports.document_rows(db.conn, [BROADBAND, PLAIN], datetime.date.fromisoformat(TODAY), SITE)
    assert (replaced["replaced_by"], replaced["replaced_by_id"], replaced["identical_law"]) == (law, HOSTILE_BILL, "")
    assert (alike["replaced_by"], alike["status"], alike["identical_law"]) == ("", "in_committee", law)
    withdrawn = {"document_id": BROADBAND, "ordinal": 91, "description": "WITHDRAWN APP P.L.2025, c.244."}
    db.table("actions").insert(withdrawn)
    [row] = exports.document_rows(db.conn, [BROADBAND], datetime.date.fromisoformat(TODAY), SITE)
    assert (row["replaced_by"], row["replaced_by_id"]) == ("P.L.2025, c.244", ""), "no bill of that session is named"


async def test_dates_as_tables(site) -> None:
    [row] = table(await get(site, "/deadlines.csv"))
    assert (row["document_id"], row["starts_at"], row["areas"]) == (RULE, "2022-03-31T23:59:00", "broadband")
    [past] = (await get(site, "/deadlines.json?past=1")).json()["dates"]
    assert (past["kind_in_words"], past["description"]) == ("Hearing", "Room 2123")
    head, *rows = sheet((await get(site, "/deadlines.xlsx?area=all")).content)
    assert (head, len(rows)) == (list(exports.DATE_COLUMNS), 1)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1+1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0"],
)
async def test_no_cell_is_a_formula(corpus: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    db.table("documents").update(BROADBAND, {"title": text, "latest_action": text})
    db.close()
    site = serve.build(file, today=TODAY, site=SITE)
    [row] = table(await get(site, "/positions/tc-hotspot-lending.csv"))
    assert row["title"] == row["latest_action"] == f"'{text}"
    _, cells = sheet((await get(site, "/positions/tc-hotspot-lending.xlsx")).content)
    assert cells[2].replace("\r\n", "\n") in (
        f"'{text}",
        f"'{text}".replace("\r", "_x000D_"),
        f"'{text}".replace("\r", "\n"),
    )
    assert (await get(site, "/positions/tc-hotspot-lending.json")).json()["documents"][0]["title"] == text


async def test_json_leads_from_page_to_page_and_none_is_told_twice(site) -> None:
    address, seen = f"{SITE}/browse.json?area=any&size=1", []
    while address:
        page = (await get(site, address.removeprefix(SITE))).json()
        seen += [row["id"] for row in page["documents"]]
        address = page["next"]
    assert seen == [BROADBAND, RULE, PLAIN, HOSTILE_BILL]


@pytest.mark.parametrize("size", ["0", "-1", "x", "²", "1001", "999999999"])
async def test_a_size_that_is_none_is_refused(site, size: str) -> None:
    answer = await site.client.get(f"/browse.json?size={quote_plus(size)}")
    assert answer.status_code == 400
    assert answer.json()["error"] == f"size={size} is no number from 1 to 1,000"
    assert (await get(site, "/browse.json?size=1000")).json()["documents"]


async def test_a_long_table_is_whole_and_comes_in_windows(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "WINDOW", 1)
    assert len(table(await get(site, "/browse.csv?area=any"))) == 4
    monkeypatch.setattr(exports, "EXCEL_ROWS", 3)
    assert len(sheet((await get(site, "/browse.xlsx?area=any")).content)) == 1 + 3


async def test_the_record_of_a_document(site) -> None:
    found = (await get(site, f"/documents/{BROADBAND}.json")).json()
    assert found["actions"][-1]["description"] == "Received in the Senate."
    assert [step["status"] for step in found["steps"]] == ["introduced", "passed_first_chamber"]
    assert found["automatic"]["areas"][0]["id"] == "broadband"
    assert found["automatic"]["areas"][0]["evidence"][0]["words"] == "Broadband"
    [position] = found["automatic"]["positions"]
    assert position["words"] == "A library may lend hotspots to readers."
    assert found["stances"] == []


async def test_a_stance_is_taken_away_once_it_is_published_and_what_staff_rejected_is_not(
    corpus: Path, tmp_path: Path
) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(corpus.read_bytes())
    db = Database(file)
    day = {"document_id": BROADBAND, "decided_on": "2022-03-09"}
    db.table("decisions").insert_all(
        [
            day | {"subject": "stance", "verdict": "confirm", "value": "support", "reason": "It pays for hotspots."},
            day | {"subject": "area:library-funding", "verdict": "reject"},
        ]
    )
    publish(db, "2022-03-09T12:00:00Z")
    db.close()
    site = serve.build(file, today=TODAY, site=SITE)
    rows = {row["id"]: row for row in table(await get(site, "/browse.csv"))}
    assert (rows[BROADBAND]["stance"], rows[BROADBAND]["areas"]) == ("support", "broadband")
    assert rows[RULE]["stance"] == ""
    found = (await get(site, f"/documents/{BROADBAND}.json")).json()
    assert found["stances"] == [
        {
            "position": None,
            "value": "support",
            "reason": "It pays for hotspots.",
            "source": None,
            "decided_on": "2022-03-09",
        }
    ]
    assert BROADBAND not in {row["id"] for row in (await get(site, "/areas/library-funding.json")).json()["documents"]}
    assert "Stance of ALA: Support" in (await get(site, f"/embed/documents/{BROADBAND}")).text
    sheet_of_paper = (await get(site, "/positions/tc-hotspot-lending/brief")).text
    assert "ALA: Support" in sheet_of_paper
