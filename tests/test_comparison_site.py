"""The pages about comparing: versions, look-alikes, families and the scorecard, without a script and safe from hostile text."""

from __future__ import annotations

import csv
import io
import re
from contextlib import closing
from pathlib import Path

import pytest
from comparison_fixtures import LOANS, LOANS_CHANGED, bill
from datasette.app import Datasette
from site_corpus import BROADBAND, HOSTILE, NOW, TODAY, build
from sqlite_utils import Database
from test_versions import ENROLLED, HOUSE

import serve
from comparison.update import update
from comparison.versions import provisions
from positions.outcomes import project
from positions.scorecard import write_scorecard
from store.connect import connect

EVIL = "<script>alert(1)</script>"
FORMULA_TITLE = '=HYPERLINK("https://example.org")'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = build(tmp_path_factory.mktemp("comparison"))
    db = connect(path)
    _documents(db)
    update(db)
    _decisions(db)
    db.close()
    return path


def _documents(db: Database) -> None:
    rows = [
        bill("us-119-hr1", "Telescope Lending Act", text=ENROLLED),
        bill("us-119-hr2", f"Hotspot Privacy Act {EVIL}", text=f"{LOANS}\n\n{EVIL} is quoted here."),
        bill("us-119-s3", "Readers of Harbours Act", text=f"Harbours first.\n\n{LOANS_CHANGED}", status="enacted"),
        *(bill(f"us-{place}-2025-hb1", "Relating to virtual currency kiosks.") for place in ("ia", "wi", "wa")),
        bill("us-tx-892-hb9", FORMULA_TITLE + " and readers", status="failed", status_on="2025-06-01"),
    ]
    db.table("documents").insert_all(rows)
    db.table("tags").insert_all(
        {"document_id": f"us-{place}-2025-hb1", "area_id": "privacy", "probability": 0.9} for place in ("ia", "wi")
    )
    url = "https://www.govinfo.gov/content/pkg/BILLS-119hr1{0}/xml/BILLS-119hr1{0}.xml"
    db.table("versions").insert(
        {
            "document_id": "us-119-hr1",
            "ordinal": 0,
            "name": "Introduced",
            "issued_on": "2025-01-03",
            "url": url.format("ih"),
        }
    )
    db.table("version_texts").insert_all(
        {"document_id": "us-119-hr1", "version": name, "url": url.format(code), "text": text, "fetched_at": NOW}
        for name, code, text in (
            ("Introduced in House", "ih", HOUSE + f"\n\n5. {EVIL}\n{EVIL} stays."),
            ("ENR", "enr", ENROLLED),
        )
    )
    db.table("version_provisions").insert_all(
        {
            "document_id": "us-119-hr1",
            "url": url.format("enr"),
            "position_id": "tc-hotspot-lending",
            "ordinal": 0,
            "start": 0,
            "end": 5,
            "words": f"Charts {EVIL}",
        }
        for _ in range(1)
    )
    match = {"document_id": "us-119-hr1", "position_id": "tc-hotspot-lending", "ordinal": 0, "score": 0.9}
    db.table("position_matches").insert(match | {"field": "text", "start": 0, "end": 5, "words": f"Charts {EVIL}"})


def _decisions(db: Database) -> None:
    for subject, value in (("outcome:tc-hotspot-lending", "untouched"), ("stance", "oppose")):
        db.table("decisions").insert(
            {
                "document_id": "us-tx-892-hb9",
                "subject": subject,
                "verdict": "confirm",
                "value": value,
                "words": EVIL,
                "decided_on": "2025-07-01",
            }
        )
    project(db)
    write_scorecard(db)


@pytest.fixture(scope="module")
def site(file: Path) -> Datasette:
    return serve.build(file, today=TODAY)


async def get(site: Datasette, address: str, status: int = 200) -> str:
    answer = await site.client.get(address)
    assert answer.status_code == status, answer.text[:500]
    assert EVIL not in answer.text
    return answer.text


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# --------------------------------------------------------------------- versions


async def test_versions_are_shown_side_by_side_and_in_one_text(site: Datasette) -> None:
    side = await get(site, "/documents/us-119-hr1/versions")
    assert '<div class="sides">' in side
    assert "From Introduced in House, January 3, 2025 to Enrolled bill" in plain(side)
    inline = await get(site, "/documents/us-119-hr1/versions?view=inline")
    assert '<div class="sides">' not in inline
    for page in (side, inline):
        assert "<del>14 </del>" in page
        assert "<ins>21 </ins>" in page
        assert "&lt;script&gt;" in page


async def test_versions_tell_which_provisions_came(site: Datasette) -> None:
    page = plain(await get(site, "/documents/us-119-hr1/versions"))
    assert "Lend hotspots New in Enrolled bill Charts" in page
    back = await get(site, "/documents/us-119-hr1/versions?from=BILLS-119hr1enr&to=BILLS-119hr1ih")
    assert "No longer in Introduced in House" in plain(back)


@pytest.mark.parametrize(
    "query",
    [
        "from=x&to=y",
        "page=-1",
        "page=999999",
        "page=²",
        "view=<script>alert(1)</script>",
        "to=BILLS-119hr1ih",
        "from=&to=",
    ],
)
async def test_versions_take_any_address(site: Datasette, query: str) -> None:
    await get(site, f"/documents/us-119-hr1/versions?{query}")


async def test_versions_that_are_one_say_so(site: Datasette) -> None:
    page = await get(site, "/documents/us-119-hr1/versions?from=BILLS-119hr1ih&to=BILLS-119hr1ih")
    assert "one and the same version" in page


async def test_versions_of_a_document_without_texts_say_so(site: Datasette) -> None:
    assert "We hold no text" in await get(site, f"/documents/{BROADBAND}/versions")
    await get(site, "/documents/us-119-hr404/versions", 404)


# --------------------------------------------------------------------- look-alikes


async def test_similar_shows_the_passage_with_both_places(site: Datasette) -> None:
    page = await get(site, "/documents/us-119-hr2/similar")
    assert re.search(r"Characters 0 to \d+ of this text, 17 to \d+ of that one", page)
    assert "<del>within " in page
    assert "Its text became law in another document." in page
    assert "Readers of Harbours Act" in page


async def changed(file: Path, tmp_path: Path, path: str, *statements: tuple[str, str]) -> str:
    """The page at a path of the same site, once SQL statements, each with its value, have changed its corpus."""
    other = tmp_path / "corpus.db"
    other.write_bytes(file.read_bytes())
    with closing(connect(other)) as db:
        for sql, value in statements:
            db.execute(sql, [value])
    return (await serve.build(other, today=TODAY).client.get(path)).text


async def test_no_text_became_law_whose_dates_are_others_there(file: Path, tmp_path: Path) -> None:
    by = "update documents set text = replace(text, 'within ', ? || 'within ') where id = 'us-119-hr2'"
    page = await changed(file, tmp_path, "/documents/us-119-hr2", (by, "by October 20, 2027 "))
    assert "Also found in" in page
    assert "became law in another document" not in page


async def test_a_law_older_than_the_bill_that_quotes_it_is_not_said_to_be_its_text(file: Path, tmp_path: Path) -> None:
    bill = "update documents set published_on = ? where id = 'us-119-hr2'"
    law = "update documents set status_on = ? where id = 'us-119-s3'"
    page = await changed(file, tmp_path, "/documents/us-119-hr2", (bill, "2025-05-01"), (law, "2022-10-30"))
    assert "Also found in" in page
    assert "became law in another document" not in page


async def test_the_text_of_a_proposed_rule_is_in_its_final_rule(file: Path, tmp_path: Path) -> None:
    rule = "update documents set status = ? where id = 'us-119-s3'"
    assert "Its text is in a final rule." in await changed(file, tmp_path, "/documents/us-119-hr2", (rule, "final"))


async def test_similar_says_that_titles_alone_prove_nothing(site: Datasette) -> None:
    page = plain(await get(site, "/documents/us-ia-2025-hb1/similar"))
    assert "Several states on one narrow subject" in page
    assert "Whether their texts agree is not known" in page


async def test_similar_without_anything_says_so(site: Datasette) -> None:
    assert "Nothing like it was found" in await get(site, f"/documents/{BROADBAND}/similar")
    await get(site, "/documents/us-119-hr404/similar", 404)


async def test_families_that_are_about_other_things_are_not_listed(file: Path, tmp_path: Path) -> None:
    untag = "delete from tags where document_id = ?"
    assert "virtual currency" not in await changed(file, tmp_path, "/families", (untag, "us-wi-2025-hb1"))


async def test_families_lead_to_their_bills(site: Datasette) -> None:
    listing = await get(site, "/families")
    [address] = re.findall(r'href="(/families/[^"]+)"', listing)
    page = await get(site, address)
    assert {"us-ia-2025-hb1", "us-wi-2025-hb1", "us-wa-2025-hb1"} <= set(re.findall(r"/documents/([a-z0-9-]+)", page))
    await get(site, "/families/nothing", 404)


async def test_document_page_leads_to_versions_and_look_alikes(site: Datasette) -> None:
    assert "/documents/us-119-hr1/versions" in await get(site, "/documents/us-119-hr1")
    page = await get(site, "/documents/us-119-hr2")
    assert "/documents/us-119-hr2/similar" in page
    assert "Its text became law in another document." in page
    assert "look-alikes" not in await get(site, f"/documents/{BROADBAND}")


async def test_look_alikes_on_a_spanish_page_speak_spanish(site: Datasette) -> None:
    page = await get(site, "/es/documents/us-ia-2025-hb1")
    assert "<h3>Varios estados sobre un mismo tema concreto</h3>" in page
    assert '<span lang="en">Relating to virtual currency kiosks.</span>' in page
    assert "Documentos que se parecen" in await get(site, "/es/glossary")


# --------------------------------------------------------------------- scorecard


async def test_scorecard_shows_counts_and_the_documents_behind_them(site: Datasette) -> None:
    page = plain(await get(site, "/scorecard"))
    assert "Of 1 outcome that staff confirmed, 1 went ALA's way" in page.replace("&#39;", "'")
    assert "Lend hotspots 1 0 0 0 100%" in page
    for by, value in (("area", "broadband"), ("year", "2025"), ("level", "state"), ("position", "tc-hotspot-lending")):
        found = await get(site, f"/scorecard?by={by}&value={value}")
        assert "/documents/us-tx-892-hb9" in found
    assert "No outcome is counted under this" in await get(site, "/scorecard?by=year&value=1999")
    await get(site, "/scorecard?by=<script>alert(1)</script>&value=<script>alert(1)</script>")


async def test_scorecard_is_taken_away_as_csv_and_excel(site: Datasette) -> None:
    answer = await site.client.get("/scorecard.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["Document"], row["Outcome"], row["Went the organization's way"]) for row in rows] == [
        ("us-tx-892-hb9", "untouched", "yes")
    ]
    assert rows[0]["Title"].startswith("'=")
    excel = await site.client.get("/scorecard.xlsx")
    assert excel.content[:2] == b"PK"
    assert "attachment" in excel.headers["content-disposition"]


async def test_scorecard_without_outcomes_says_why(tmp_path: Path) -> None:
    empty = serve.build(build(tmp_path), today=TODAY)
    assert "No outcome has been confirmed yet" in (await empty.client.get("/scorecard")).text
    assert (await empty.client.get("/scorecard.csv")).text.startswith("\ufeffDocument,")
    assert "No family has been found yet" in (await empty.client.get("/families")).text


async def test_pages_need_no_script_and_load_nothing_from_elsewhere(site: Datasette) -> None:
    for address in ("/documents/us-119-hr1/versions", "/documents/us-119-hr2/similar", "/families", "/scorecard"):
        answer = await site.client.get(address)
        assert " style=" not in answer.text
        assert "Content-Security-Policy" in answer.headers
        assert not re.search(r"<script(?! type=.application/ld)[^>]*>[^<]", answer.text)


def test_no_direction_is_in_the_public_tables_of_comparison(file: Path) -> None:
    db = Database(file)
    for table in ("version_provisions", "look_alikes", "shared_passages", "shared_texts"):
        assert not {"stance", "outcome", "reason"} & {column.name for column in db.table(table).columns}
    assert provisions.MOST > 1
    assert HOSTILE
    db.close()
