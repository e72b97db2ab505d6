"""A position as a brief: parts with their sources, checked with file and line; on one page, and never as ALA's words unsigned."""

from __future__ import annotations

import html
import re
import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import site_corpus
from site_corpus import TODAY
from sqlite_utils import Database
from voice import speaks_as

import serve
from positions.catalog import briefs
from positions.catalog.briefs import load_briefs
from positions.catalog.catalog import HOME, check, load_catalog
from positions.catalog.yaml_file import BadFile
from publish.reference import write_reference
from store.connect import connect, migrate

POSITIONS = load_catalog().positions
BRIEFS = load_briefs(POSITIONS)
#: The test positions of site_corpus have no brief; this one is written into its tables.
HOTSPOTS = "tc-hotspot-lending"


def parts(key: str) -> list[Any]:
    return [part for _, _, part in BRIEFS[key].parts()]


@pytest.mark.slow
def test_the_briefs_of_the_project_pass_the_check() -> None:
    assert check(HOME) == []


@pytest.mark.parametrize("key", BRIEFS)
def test_every_point_and_amount_says_where_it_was_read(key: str) -> None:
    brief = BRIEFS[key]
    for part in (*brief.points, *brief.amounts):
        assert (part.address or "").startswith("http")
        assert part.passage
    assert all(part.address for part in brief.asks)
    points = [part.words for part in brief.points]
    assert len(points) == len(set(points))


def test_an_unsigned_brief_gives_no_side_of_the_organization() -> None:
    for key, brief in BRIEFS.items():
        if not brief.approved_by:
            said = [sentence for part in parts(key) for sentence in speaks_as(part.words)]
            assert said == [], key


# --------------------------------------------------------------------- what is wrong is said with file and line

ASK = "  asks: [{whom: Congress, words: Fund it., address: 'https://a.org'}]\n"
POINT = "{words: A fact., address: 'https://a.org', passage: it is so}"


def folder(tmp_path: Path, text: str) -> Path:
    shutil.copytree(HOME, tmp_path / "entries")
    (tmp_path / "briefs").mkdir()
    (tmp_path / "briefs" / "library-funding.yml").write_text(text, encoding="utf-8")
    return tmp_path / "briefs"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lf-lsta: soon\n", "must be a mapping"),
        ("tc-erate:\n" + ASK, "no listed position"),
        ("lf-lsta:\n  points: [{words: A fact., address: 'https://a.org'}]\n", "no passage"),
        ("lf-lsta:\n  asks: [{whom: Congress, words: We want money., address: 'https://a.org'}]\n", "speaks as"),
        ("lf-lsta:\n  asks: [{words: Fund it., address: 'https://a.org'}]\n", "no whom"),
        (f"lf-lsta:\n  points: [{', '.join([POINT] * 4)}]\n", "choose the 3 best"),
        ("lf-lsta:\n  objection: {words: It costs money.}\n", "needs an answer"),
        ("lf-lsta:\n  objection: {words: No., passage: it}\n  answer: {words: Yes.}\n", "has no address"),
        ("lf-lsta:\n  objection: no\n  answer: {words: Yes.}\n", "must be a mapping with 'words:'"),
        ("lf-lsta:\n  points: [{words: A., address: ftp://a, passage: it}]\n", "begins with https"),
        ("lf-lsta:\n" + ASK + "  approved_by: Ana\n", "belong together"),
        ("lf-lsta:\n  asks: [{whom: X, words: " + "word " * 46 + ", address: 'https://a.org'}]\n", "46 words"),
        ("lf-lsta:\n  points: [{words: A., address: 'https://a.org', passage: " + "x" * 301 + "}]\n", "301 characters"),
        (
            "lf-lsta:\n  asks: [{whom: X, words: Institutional beneficiaries necessitate considerable appropriations., "
            "address: 'https://a.org'}]\n",
            "reading grade",
        ),
        ("lf-lsta: [\n", "not readable YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadFile) as raised:
        load_briefs(POSITIONS, folder(tmp_path, text))
    assert any(says in problem and "library-funding.yml" in problem for problem in raised.value.problems)


def test_what_is_missing_is_named_and_a_catalog_needs_no_briefs(tmp_path: Path) -> None:
    [brief] = load_briefs(POSITIONS, folder(tmp_path, "lf-lsta:\n" + ASK)).values()
    assert brief.lacks == ["3 of 3 points", "objection and answer"]
    assert load_briefs(POSITIONS, tmp_path / "none") == {}


def test_a_signed_brief_may_say_we(tmp_path: Path) -> None:
    text = (
        "lf-lsta:\n  asks: [{whom: Congress, words: We want money., address: 'https://a.org'}]\n"
        "  approved_by: Ana\n  approved_on: '2026-01-02'\n"
    )
    [brief] = load_briefs(POSITIONS, folder(tmp_path, text)).values()
    assert (brief.approved_by, brief.approved_on) == ("Ana", "2026-01-02")


# --------------------------------------------------------------------- tables and pages


def test_the_table_holds_every_part_with_its_standing(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "corpus.db")) as db:
        migrate(db, "corpus.db")
        assert write_reference(db)
        found = db.execute("select position_id, part, ordinal, words, standing from brief_parts").fetchall()
        wanted = {
            (key, kind, number, part.words) for key, brief in BRIEFS.items() for kind, number, part in brief.parts()
        }
        assert {row[:4] for row in found} == wanted
        signed = {True: "approved", False: "draft summary, not approved"}
        assert all(row[4] == signed[bool(BRIEFS[row[0]].approved_by)] for row in found)
        assert not write_reference(db), "nothing differs the second time"


def row(part: str, words: str, **more: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("lead", "address", "passage", "as_of", "approved_by", "approved_on"))
    return {"position_id": HOTSPOTS, "part": part, "ordinal": 0, "words": words, "standing": "draft"} | empty | more


PARTS = [
    row("ask", "Let libraries lend hotspots.", lead="The commission", address="https://example.org/ask"),
    row("amount", "for each library.", lead="$7", as_of="2022-01", address="https://example.org/sum"),
    row("point", "Homes <b>lack</b> the internet.", address="https://example.org/fact", passage="one in five"),
    row("objection", "It costs too much."),
    row("answer", "It costs little."),
]


@pytest.fixture
def site(tmp_path: Path) -> Any:
    data = site_corpus.build(tmp_path)
    with closing(Database(tmp_path / "corpus.db")) as db:
        db.table("brief_parts").insert_all(PARTS)
        chapter = ("us-tx", "Lone Star Library Society", "https://example.org/tx", None, None, "2022-03-01")
        db.execute("insert or replace into chapters values (?, ?, ?, ?, ?, ?)", chapter)
        db.conn.commit()
    return serve.build(data, today=TODAY, site="https://policy.example.org")


def shown(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_the_sheet_and_the_page_of_the_position_show_the_brief_as_a_draft(site: Any) -> None:
    for path in (f"/positions/{HOTSPOTS}/brief", f"/positions/{HOTSPOTS}"):
        page = (await site.client.get(path)).text
        text = shown(page)
        for fact in ("The commission : Let libraries lend hotspots.", "$7 (January 2022)", "It costs little."):
            assert fact in text, (path, fact)
        assert "Draft by the project, not text of ALA." in text
        assert "&lt;b&gt;lack&lt;/b&gt;" in page
        assert 'href="https://example.org/fact"' in page
        assert speaks_as(page) == []


async def test_a_part_without_a_source_is_left_out(site: Any, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "corpus.db")) as db:
        db.execute("delete from brief_parts where part <> 'ask'")
        db.conn.commit()
    text = shown((await site.client.get(f"/positions/{HOTSPOTS}/brief")).text)
    assert "What to ask, and whom" in text
    assert "Points to make" not in text
    assert "objection" not in text
    assert "The money" not in text


async def test_a_position_without_a_brief_offers_no_page_to_print(site: Any, tmp_path: Path) -> None:
    address, offer = f"/positions/{HOTSPOTS}", "The brief on one page, to print"
    assert offer in shown((await site.client.get(address)).text)
    with closing(Database(tmp_path / "corpus.db")) as db:
        db.execute("delete from brief_parts")
        db.conn.commit()
    assert offer not in shown((await site.client.get(address)).text)


async def test_a_signed_brief_names_who_signed(site: Any, tmp_path: Path) -> None:
    with closing(Database(tmp_path / "corpus.db")) as db:
        db.execute("update brief_parts set approved_by = 'Ana Reader', approved_on = '2022-03-01'")
        db.conn.commit()
    text = shown((await site.client.get(f"/positions/{HOTSPOTS}/brief")).text)
    assert "Approved by Ana Reader, March 1, 2022." in text
    assert "Draft by the project, not text of ALA." not in text


async def test_the_sheet_names_the_chapter_of_the_state_that_is_chosen(site: Any) -> None:
    address = f"/positions/{HOTSPOTS}/brief"
    assert "policy.example.org/chapters" in shown((await site.client.get(address)).text)
    assert "Texas: Lone Star Library Society" in shown((await site.client.get(f"{address}?state=us-tx")).text)
    assert (await site.client.get(f"{address}?state=<script>")).status_code == 200


async def test_the_former_address_leads_to_the_brief(site: Any) -> None:
    answer = await site.client.get(f"/positions/{HOTSPOTS}/handout", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (301, f"/positions/{HOTSPOTS}/brief")


@pytest.mark.parametrize("key", BRIEFS)
def test_a_brief_is_short(key: str) -> None:
    assert sum(len(part.words.split()) for part in parts(key)) <= 260
    assert all(len(part.words.split()) <= briefs.MOST_WORDS for part in parts(key))
