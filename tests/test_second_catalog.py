"""Another organization runs the site with its own positions, names and areas: a folder of YAML, and no line of code."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT, Command

import cli
import serve
from positions.catalog.catalog import check, load_catalog
from positions.catalog.organization import EXAMPLE, organization
from positions.catalog.stances import load_stances
from positions.matching.matcher import Matcher

SAMPLE = (ROOT / "crawlers" / "sample").as_uri()
PRAIRIE = EXAMPLE
POSITIONS = {"psla-library-aid", "psla-right-to-read", "psla-library-records"}
AREAS = {"intellectual-freedom", "privacy", "library-funding"}


@pytest.fixture
def prairie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_CATALOG", str(PRAIRIE))


def test_the_catalog_in_force_is_the_one_that_is_set(prairie: None) -> None:
    assert organization().name == "Prairie State Library Association"
    assert set(load_catalog().by_id) == POSITIONS
    assert load_stances(frozenset(POSITIONS)) == (), "a catalog need not have any"
    assert check() == []


def test_a_new_catalog_starts_as_a_copy_and_replaces_nothing(tmp_path: Path) -> None:
    start = ["positions", "start", str(tmp_path / "mine")]
    done = CliRunner().invoke(cli.main, start)
    assert done.exit_code == 0, done.output
    assert "organization.yml" in done.output
    assert check(tmp_path / "mine" / "entries") == []
    names = tmp_path / "mine" / "organization.yml"
    names.write_text("name: Mine\nshort: M\n", encoding="utf-8")
    again = CliRunner().invoke(cli.main, start)
    assert again.exit_code == 2
    assert "is not empty" in again.output
    assert names.read_text(encoding="utf-8").startswith("name: Mine")


def test_what_is_wrong_with_names_and_with_positions_is_said_at_once(tmp_path: Path) -> None:
    shutil.copytree(PRAIRIE, tmp_path / "mine")
    (tmp_path / "mine" / "organization.yml").write_text("name: X\nshrt: Y\n", encoding="utf-8")
    entries = tmp_path / "mine" / "entries" / "privacy.yml"
    entries.write_text(entries.read_text("utf-8").replace("confidence: memory", "confidence: sure", 1), "utf-8")
    problems = "\n".join(check(tmp_path / "mine" / "entries"))
    assert "unknown key 'shrt'" in problems
    assert "'sure'" in problems


def test_an_area_that_does_not_exist_is_named(tmp_path: Path) -> None:
    for folder in ("entries", "messages"):
        (tmp_path / folder).symlink_to(PRAIRIE / folder)
    (tmp_path / "organization.yml").write_text("name: X\nshort: Y\nareas: [gardening]\n", encoding="utf-8")
    [problem] = check(tmp_path / "entries")
    assert "organization.yml:3" in problem
    assert "gardening" in problem


def test_a_family_of_bills_speaks_only_of_positions_that_are_there(prairie: None) -> None:
    """The families know the positions that come with the project, by their ids."""
    fields = {
        "title": "An act prohibiting school library materials that are harmful to minors",
        "abstract": None,
        "text": None,
    }
    found = Matcher(load_catalog()).match(fields, AREAS)
    assert {match.position_id for match in found} <= POSITIONS


@pytest.mark.slow
async def test_the_site_is_theirs(prairie: None, infopolicy: Command, tmp_path: Path) -> None:
    environment = {"INFOPOLICY_CATALOG": str(PRAIRIE), "OPENSTATES_KEY": "sample"}
    done = infopolicy("crawl", "us_states", "--budget", "off", mirror=SAMPLE, env=environment)
    assert done.returncode == 0, done.stderr
    corpus = tmp_path / "data" / "corpus.db"
    with closing(sqlite3.connect(corpus)) as db:
        matched = db.execute("select distinct position_id from shown_positions").fetchall()
        tagged = {row[0] for row in db.execute("select distinct area_id from tags")}
        assert {row[0] for row in matched} <= POSITIONS
        assert len(matched) > 1
        assert tagged
        assert tagged <= AREAS
        assert {row[0] for row in db.execute("select id from policy_areas")} == AREAS
    site = serve.build(corpus, today="2026-11-25")
    for path in (
        "/",
        "/about",
        "/areas",
        "/positions",
        "/positions/psla-library-aid",
        "/positions/psla-library-aid/brief",
    ):
        page = (await site.client.get(path)).text
        assert "American Library Association" not in page, path
        assert " ALA" not in page, path
        assert "PSLA" in page or "Prairie State Library Association" in page, path
    assert (await site.client.get("/areas/copyright")).status_code == 404
    page = (await site.client.get("/positions/psla-library-aid")).text
    assert "The state should give each public library a fair share of aid." in page
    assert "Draft summary by the project, not text of PSLA." in page
