"""Issue trackers: which documents belong, their counts with coverage, and what other sites may take."""

from __future__ import annotations

import datetime
import html
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from site_corpus import BROADBAND, PLAIN, RULE, TODAY, build

import serve
from classify.areas import load_areas
from pages.browse import browse, trackers
from pages.browse.filters import Filters
from pages.places import overview, tracker
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
SITE = "https://policy.example.org"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = build(tmp_path, states=True)
    db = connect(file)
    db.execute("update documents set status = 'failed' where id = 'us-tx-87-hb1'")
    db.execute("update documents set status = 'enacted' where id = 'us-gu-36-b1'")
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    return file


@pytest.fixture
def db(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    return db


@pytest.fixture
def site(file: Path) -> Any:
    return serve.build(file, today=TODAY, site=SITE)


def test_every_issue_names_known_areas_and_titles_that_the_index_takes(db: sqlite3.Connection) -> None:
    known = {area.id for area in load_areas().areas}
    found = trackers.load_trackers()
    assert len(found) == 9
    for each in found.values():
        assert set(each.areas) <= known, each.id
        assert each.about.endswith("."), each.id
        where, values = each.where()
        db.execute(f"select count(*) from listing where {where}", values).fetchone()


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("- {id: a, title: A, about: A., positions: [], titles: x, areas: [], more: 1}", "more"),
        ("- {id: a, title: A, about: A., positions: [], titles: x}", "areas"),
        ("- {id: a, title: A, about: A., positions: one, titles: x, areas: []}", "'one' must be a list of texts"),
        ("- {id: a\n- [", r"trackers\.yml:\d: is not readable YAML"),
        ("- &a {id: a, title: A, about: A., positions: [], titles: x, areas: []}\n- *a", "stands there twice"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, problem: str) -> None:
    (tmp_path / "trackers.yml").write_text(entry + "\n", encoding="utf-8")
    monkeypatch.setattr(trackers, "SITE", tmp_path)
    trackers.load_trackers.cache_clear()
    with pytest.raises(ValueError, match=problem):
        trackers.load_trackers()
    monkeypatch.undo()
    trackers.load_trackers.cache_clear()


def test_an_issue_that_cannot_be_searched_for_is_left_out_alone_and_check_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "trackers.yml").write_text(
        "- {id: a, title: A, about: A., positions: [lf-lsta, lf-none], titles: '\"library records OR', areas: [privacy, x]}\n"
        "- {id: b, title: B, about: B., positions: [], titles: x, areas: []}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(trackers, "SITE", tmp_path)
    trackers.load_trackers.cache_clear()
    assert list(trackers.load_trackers()) == ["b"]
    assert "trackers.yml: a is left out: its titles cannot be searched for (unterminated string)" in caplog.text
    titles, position, area = trackers.problems({"lf-lsta"}, {"privacy"})
    assert "a: its titles cannot be searched for" in titles
    assert position.endswith("a: there is no position 'lf-none'")
    assert area.endswith("a: there is no area 'x'")
    monkeypatch.undo()
    trackers.load_trackers.cache_clear()


def test_a_document_belongs_by_its_title_and_area_or_by_a_position(db: sqlite3.Connection) -> None:
    found = browse.browse(db, Filters.of({"q": "tracker:broadband"}), DAY)
    ids = {result.card.id for result in found.results}
    # The bills by their titles; the rule, whose title says E-Rate, too; lighthouses and Ohio's bill have no area.
    assert ids == {BROADBAND, RULE, "us-tx-87-hb1", "us-tx-87-hb2", "us-gu-36-b1"}
    assert found.named == "E-Rate and broadband"
    assert PLAIN not in ids
    only = browse.browse(db, Filters.of({"q": "tracker:broadband NOT sponsor:reader", "status": "alive"}), DAY)
    assert {result.card.id for result in only.results} == {"us-tx-87-hb2"}


def test_an_unknown_issue_has_no_documents_and_the_list_says_so(db: sqlite3.Connection) -> None:
    unknown = browse.browse(db, Filters.of({"q": "tracker:nothing-such"}), DAY)
    assert (unknown.total, unknown.results, unknown.named) == (0, [], None)
    assert unknown.note == "There is no issue “nothing-such”."
    without = browse.browse(db, Filters.of({"q": "tracker:broadband NOT tracker:nothing-such"}), DAY)
    assert without.total == 5
    assert without.note == unknown.note


@pytest.mark.parametrize(
    ("issue", "title", "yes"),
    [
        ("librarian-liability", "prohibiting certain materials in public libraries, authorizing civil actions", True),
        (
            "librarian-liability",
            "Defenses to prosecution involving material that is otherwise harmful to children",
            True,
        ),
        ("librarian-liability", "Minors; revises provisions regarding material harmful to minors", True),
        ("librarian-liability", "Age verification requirement for websites with material harmful to minors", False),
        ("librarian-liability", "Materials Harmful to Minors", False),
        ("librarian-liability", "Civil actions; lawsuits for exercising rights", False),
        ("book-bans", "prohibiting certain materials in public libraries, authorizing civil actions", True),
        ("book-bans", "requiring local school boards and public libraries to adopt curation policies", True),
        ("book-bans", "TO RECONSTITUTE THE STATE LIBRARY BOARD", False),
        ("ai-copyright", "NO FAKES Act of 2026", True),
        ("ai-copyright", "Prohibits deepfake pornography and imposes penalties", False),
    ],
)
def test_a_title_belongs_to_an_issue_or_not(issue: str, title: str, yes: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as index:
        index.execute("create virtual table titles using fts5(title, tokenize='porter unicode61 remove_diacritics 2')")
        index.execute("insert into titles values (?)", [title])
        asked = f"title : ({trackers.load_trackers()[issue].titles})"
        assert bool(index.execute("select 1 from titles where titles match ?", [asked]).fetchall()) is yes


def test_a_position_that_stands_beside_other_matters_makes_no_issue() -> None:
    issues = trackers.load_trackers()
    assert "if-professional-selection" not in issues["book-bans"].positions, "library boards and who may be a librarian"
    assert "if-harmful-to-minors" not in issues["librarian-liability"].positions, "websites that check ages"


def test_counts_are_those_of_the_lists_they_lead_to(db: sqlite3.Connection) -> None:
    view = tracker.tracker(db, "broadband", DAY)
    assert view is not None
    assert view.state_bills == tracker.Counts(alive=1, passed=1, dead=1)
    assert view.counts == tracker.Counts(alive=2, passed=1, dead=1, other=1)
    moving = browse.browse(db, Filters.of({"q": "tracker:broadband", "status": "alive"}), DAY)
    assert moving.total == view.counts.alive
    assert view.states_with == 2
    for place in view.places:
        found = browse.browse(db, Filters.of({"q": "tracker:broadband", "jurisdiction": place.id}), DAY)
        assert found.total == place.counts.total, place.id
    assert view.places[0].id == "us-tx", "what can still move first"
    assert view.map is not None
    assert {tile.code: tile.count for tile in view.map.tiles if tile.code in ("TX", "OH", "IA")} == {
        "TX": 2,
        "OH": 0,
        "IA": None,
    }
    assert "Iowa" in view.missing
    assert tracker.tracker(db, "nothing-such", DAY) is None


def test_the_undecided_come_first(db: sqlite3.Connection) -> None:
    view = tracker.tracker(db, "broadband", DAY)
    assert view is not None
    assert {card.id for card in view.listed[:3]} == {BROADBAND, RULE, "us-tx-87-hb2"}


def test_what_gives_money_for_a_year_that_is_over_comes_last(db: sqlite3.Connection) -> None:
    title = "Making appropriations for the Legislative Branch for the fiscal year ending September 30, 2021."
    db.execute("update documents set abstract = ? where id = ?", [title, BROADBAND])
    view = tracker.tracker(db, "broadband", DAY)
    assert view is not None
    assert view.listed[-1].id == BROADBAND


def test_the_words_of_a_position_wait_for_approval(db: sqlite3.Connection) -> None:
    view = tracker.tracker(db, "broadband", DAY)
    assert view is not None
    assert [(row["id"], row["statement"]) for row in view.positions if row["id"] == "tc-hotspot-lending"] == [
        ("tc-hotspot-lending", None)
    ]
    db.execute("update positions set standing = 'approved'")
    again = tracker.tracker(db, "broadband", DAY)
    assert again is not None
    [statement] = [row["statement"] for row in again.positions if row["id"] == "tc-hotspot-lending"]
    assert statement


async def test_the_page_gives_what_to_cite_and_to_embed(site: Any) -> None:
    page = html.unescape((await site.client.get("/trackers/broadband")).text)
    shown = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "3 bills in 2 states, for or against: 1 can still move as far as is known, 1 passed, 1 dead." in shown
    assert "Not collected: Alabama, Alaska" in shown
    assert f'<iframe src="{SITE}/embed/trackers/broadband"' in page
    assert f"{SITE}/trackers/broadband" in shown
    rows = (await site.client.get("/browse.csv?q=tracker:broadband")).text
    assert rows.count("us-tx-87-hb") >= 2
    assert "Companion bills count separately, and so does a bill that is introduced again in another session." in shown
    listed = (await site.client.get("/trackers")).text
    assert (
        "5 documents: 2 can still move as far as is known, 1 passed or final, 1 dead. Proposed rules, notices, court"
        in listed
    )
    assert "court cases, and the like: 1." in listed
    assert all(f'href="/trackers/{key}"' in listed for key in trackers.load_trackers())


def test_an_area_without_positions_offers_those_of_its_issue(db: sqlite3.Connection) -> None:
    own = overview.area(db, "broadband", DAY)
    assert own is not None
    assert ([row["id"] for row in own.positions], own.issue) == (["tc-hotspot-lending"], None)
    db.execute("update positions set areas = 'telecommunications', area_id = 'telecommunications'")
    found = overview.area(db, "broadband", DAY)
    assert found is not None
    assert found.issue is not None
    assert ([row["id"] for row in found.positions], found.issue.id) == (["tc-hotspot-lending"], "broadband")


async def test_the_page_of_such_an_area_names_the_issue(file: Path) -> None:
    db = sqlite3.connect(file)
    db.execute("update positions set areas = 'telecommunications', area_id = 'telecommunications'")
    db.commit()
    db.close()
    page = (await serve.build(file, today=TODAY).client.get("/areas/broadband")).text
    assert "These belong to the issue" in page
    assert 'href="/trackers/broadband"' in page
    assert "No position belongs to this area" not in page


async def test_only_the_frame_may_stand_on_other_sites(site: Any) -> None:
    frame = await site.client.get("/embed/trackers/broadband")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    page = await site.client.get("/trackers/broadband")
    assert "frame-ancestors *" not in page.headers["content-security-policy"]
    assert (await site.client.get("/embed/trackers/nothing-such")).status_code == 404
