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
from place_fixtures import db as db
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
def site(file: Path) -> Any:
    return serve.build(file, today=TODAY, site=SITE)


def test_every_issue_names_known_areas_and_titles_that_the_index_takes(db: sqlite3.Connection) -> None:
    known = {area.id for area in load_areas().areas}
    found = trackers.load_trackers()
    assert len(found) == 11
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


def test_an_issue_is_searched_for_in_one_place(db: sqlite3.Connection) -> None:
    for typed in ("place:us-tx", "place:Texas", 'place:"texas"'):
        found = browse.browse(db, Filters.of({"q": f"tracker:broadband {typed}"}), DAY)
        assert {result.card.id for result in found.results} == {"us-tx-87-hb1", "us-tx-87-hb2"}, typed
        assert found.named == "E-Rate and broadband, Texas"
    elsewhere = browse.browse(db, Filters.of({"q": "tracker:broadband NOT place:texas"}), DAY)
    assert (elsewhere.total, elsewhere.named) == (3, None)
    words = browse.browse(db, Filters.of({"q": "broadband place:texas"}), DAY)
    assert {result.card.jurisdiction for result in words.results} == {"us-tx"}
    city = browse.browse(db, Filters.of({"q": "tracker:broadband place:us-ny-nyc"}), DAY)
    assert (city.total, city.note) == (0, None), "known, and without documents"
    nowhere = browse.browse(db, Filters.of({"q": "tracker:broadband place:atlantis"}), DAY)
    assert (nowhere.total, nowhere.note) == (0, "There is no place “atlantis”.")


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
        ("librarian-liability", "Minors; revises provisions regarding material harmful to minors", False),
        ("librarian-liability", "Removing entities from exemptions from criminal liability on obscene matter", True),
        ("librarian-liability", "Age verification requirement for websites with material harmful to minors", False),
        ("librarian-liability", "Materials Harmful to Minors", False),
        ("librarian-liability", "Civil actions; lawsuits for exercising rights", False),
        ("book-bans", "prohibiting certain materials in public libraries, authorizing civil actions", True),
        ("book-bans", "requiring local school boards and public libraries to adopt curation policies", True),
        ("book-bans", "TO RECONSTITUTE THE STATE LIBRARY BOARD", False),
        ("book-bans", "prohibiting schools from making certain materials available to students", True),
        ("ai-copyright", "NO FAKES Act of 2026", True),
        ("ai-copyright", "Right to Name, Likeness and Voice Act; enact.", True),
        ("open-access", "Open Access Evapotranspiration Data Act", False),
        ("open-access", "Open access to research", True),
        ("ai-copyright", "Prohibits deepfake pornography and imposes penalties", False),
        (
            "library-funding",
            "modifying provisions related to public libraries that are eligible to receive state assistance",
            True,
        ),
        ("library-funding", "City Library Property Tax Amendments", True),
        ("library-funding", "Library budgets.", True),
        ("library-funding", "Provide funding for statewide interlibrary resource sharing", True),
        ("library-funding", "Increasing funding for teacher-librarians.", True),
        ("library-funding", "An Act to establish a master of library science assistance program", False),
        ("library-funding", "Allowing for a public library taxing district to withdraw from a regional system", False),
        ("library-boards", "TO RECONSTITUTE THE STATE LIBRARY BOARD.", True),
        ("library-boards", "AN ACT relating to public library district boards of trustees.", True),
        ("library-boards", "An Act relative to the Williamstown Library Trustees", True),
        ("library-boards", "relating to public libraries, including oversight by city councils", True),
        ("library-boards", "requiring school boards and public libraries to adopt curation policies", False),
        (
            "library-boards",
            "Allows libraries and boards of education to dispose of property without advertising",
            False,
        ),
        ("library-funding", "auditing of the operations, budget, and staffing of the New York Public Library", False),
    ],
)
def test_a_title_belongs_to_an_issue_or_not(issue: str, title: str, yes: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as index:
        index.execute("create virtual table titles using fts5(title, tokenize='porter unicode61 remove_diacritics 2')")
        index.execute("insert into titles values (?)", [title])
        asked = f"title : ({trackers.load_trackers()[issue].titles})"
        assert bool(index.execute("select 1 from titles where titles match ?", [asked]).fetchall()) is yes


def _ids(db: sqlite3.Connection, issue: str) -> set[str]:
    return {result.card.id for result in browse.browse(db, Filters.of({"q": f"tracker:{issue}"}), DAY).results}


def _become(db: sqlite3.Connection, key: str, title: str, summary: str, *areas: str) -> None:
    """Give a document other words and areas, in the index and the lists, too."""
    db.execute("update documents set title = ?, abstract = ?, text = '' where id = ?", [title, summary, key])
    db.execute("insert into documents_fts (documents_fts) values ('rebuild')")
    for area in areas:
        db.execute(
            """insert or ignore into listing select ?, sort_on, document_id, document_rowid, kind, jurisdiction, status,
            year, must_see, ceremonial, number, cell, agency from listing where document_id = ? and area_id = 'any'""",
            [area, key],
        )


@pytest.mark.parametrize(
    ("issue", "area", "title", "summary"),
    [
        ("book-bans", "intellectual-freedom", "An act on programs", "require immediate removal of the material"),
        ("librarian-liability", "intellectual-freedom", "Databases", "no library is exempt from prosecution; obscene"),
        ("library-funding", "library-funding", "$SOS", "Appropriates $3,000,000 for Illinois academic libraries."),
        ("library-funding", "library-funding", "Prison Libraries Act", "A bill to establish a program to make grants."),
        ("library-funding", "library-funding", "Summer Meals Act", "A program that provides grants to State libraries"),
        ("open-access", "open-access", "$SOS", "These grants shall be applied toward Open Educational Resources."),
        ("ai-copyright", "copyright", "", "To protect rights in the voice and visual likeness of individuals"),
    ],
)
def test_a_summary_brings_a_document_into_an_issue(
    db: sqlite3.Connection, issue: str, area: str, title: str, summary: str
) -> None:
    _become(db, "us-tx-87-hb1", title, summary)
    assert "us-tx-87-hb1" not in _ids(db, issue), "not without its area"
    _become(db, "us-tx-87-hb1", title, summary, area)
    assert "us-tx-87-hb1" in _ids(db, issue)


def test_where_a_legislature_files_a_bill_tells_two_of_one_title_apart(db: sqlite3.Connection) -> None:
    title = "MINORS – Amends existing law to revise provisions regarding material harmful to minors."
    for key in ("us-tx-87-hb1", "us-tx-87-hb2"):
        _become(db, key, title, "", "intellectual-freedom", "tagged")
    db.execute("insert into terms values ('us-tx-87-hb2', 9, 'subject', 'LIBRARIES AND LIBRARIANS')")
    for issue in ("librarian-liability", "book-bans", "libraries"):
        assert _ids(db, issue) & {"us-tx-87-hb1", "us-tx-87-hb2"} == {"us-tx-87-hb2"}, issue


@pytest.mark.parametrize(
    ("issue", "area", "title"),
    [
        ("book-bans", "intellectual-freedom", "A legislative management study of the retention of library materials"),
        ("library-funding", "library-funding", "County law library fund; separate funds to be maintained"),
        ("library-funding", "library-funding", "Library construction grant program renamed"),
        ("library-boards", "library-funding", "Concerning the membership of county law library boards"),
        (
            "library-boards",
            "library-funding",
            "Authorize regional library boards to conduct meetings via teleconference",
        ),
    ],
)
def test_what_an_issue_leaves_out_does_not_come_in_by_its_title(
    db: sqlite3.Connection, issue: str, area: str, title: str
) -> None:
    _become(db, "us-tx-87-hb1", title, "", area)
    assert "us-tx-87-hb1" not in _ids(db, issue)


def test_grants_to_others_in_a_long_summary_are_no_money_for_libraries(db: sqlite3.Connection) -> None:
    said = "Treasury must make grants to eligible restaurants. The commission reimburses schools and libraries."
    _become(db, "us-tx-87-hb1", "American Rescue Plan Act of 2021", said, "library-funding")
    assert "us-tx-87-hb1" not in _ids(db, "library-funding")


async def test_the_issue_of_all_library_bills_says_what_it_leaves_out(site: Any) -> None:
    page = html.unescape((await site.client.get("/trackers/libraries")).text)
    assert "Documents on information policy that name libraries in title or summary" in page
    assert "Some bills matter to libraries and do not name them there. For those, see the other issues." in page


async def test_no_number_of_bills_on_books_reads_as_bans(site: Any) -> None:
    said = "Some of these bills remove books and some protect them, so a bill that passed is not always a ban."
    for address in (
        "/trackers",
        "/trackers/book-bans",
        "/embed/trackers/book-bans",
        "/browse?q=tracker:book-bans&status=enacted",
        "/browse/map?q=tracker:book-bans&status=enacted",
        "/embed/browse/map?q=tracker:book-bans&status=enacted",
        "/api/issues",
        "/api/issues?issue=book-bans",
    ):
        assert said in html.unescape((await site.client.get(address)).text), address
    assert said not in html.unescape((await site.client.get("/trackers/broadband")).text)


async def test_two_bills_that_became_one_law_are_said_to_be_one(file: Path) -> None:
    db = connect(file)
    db.execute("update documents set status = 'enacted' where id in ('us-tx-87-hb1', 'us-tx-87-hb2', ?)", [BROADBAND])
    db.execute("insert into links values ('us-tx-87-hb1', 9, 'us-tx-87-hb2', 'companion', 'us_states', null)")
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    client = serve.build(file, today=TODAY, site=SITE).client
    shown = " ".join(html.unescape((await client.get("/trackers/broadband")).text).split())
    again = (
        "and so does a bill that goes on under another number or is introduced again in another session. "
        "With companion bills counted once, 2 passed."
    )
    assert f"3 passed, 0 dead or replaced.</strong> Companion bills count separately, {again}" in shown
    assert shown.count("State bills that passed") == 1
    link = re.search(r'State bills that passed</h2><a class="more" href="/browse([^"]+)">All</a>', shown)
    assert link
    assert (await client.get(f"/browse.json{link[1]}")).json()["total"] == 3, "without the one of Congress"


def test_a_position_that_stands_beside_other_matters_makes_no_issue() -> None:
    issues = trackers.load_trackers()
    assert "if-minors-access" not in issues["book-bans"].positions, "who may see what a child borrowed"
    assert "if-no-funding-penalty" not in issues["library-funding"].positions, "schools and clinics"
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
    assert (
        "3 bills of 2022 in 2 states, for or against: 1 can still move as far as is known, 1 passed, 1 dead or replaced."
        in shown
    )
    assert "Not collected: Alabama, Alaska" in shown
    assert f'<iframe src="{SITE}/embed/trackers/broadband"' in page
    assert f"{SITE}/trackers/broadband" in shown
    rows = (await site.client.get("/browse.csv?q=tracker:broadband")).text
    assert rows.count("us-tx-87-hb") >= 2
    assert "a bill that goes on under another number or is introduced again in another session." in shown
    listed = (await site.client.get("/trackers")).text
    assert (
        "5 documents: 2 can still move as far as is known, 1 passed or final, 1 dead or replaced. Proposed rules, notices, court"
        in listed
    )
    assert "court cases, and the like: 1." in listed
    assert all(f'href="/trackers/{key}"' in listed for key in trackers.load_trackers())


async def test_the_page_says_of_which_years_the_bills_are_and_what_is_collected_in_part(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("update listing set year = '2021' where document_id = 'us-tx-87-hb1'")
        db.execute("update documents set published_on = '2021-01-10' where id = 'us-tx-87-hb1'")
    later = serve.build(file, today="2025-03-09", site=SITE).client  # nothing was heard of a state for years
    for address in ("/trackers/broadband", "/embed/trackers/broadband"):
        shown = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", (await later.get(address)).text)).split())
        assert "3 bills of 2021 to 2022 in 2 states, for or against:" in shown
        assert "Of 2 states, the latest regular session is not collected, or not to its end." in shown
        assert "Place Documents Texas collected in part 2" in shown
    shown = html.unescape((await later.get("/trackers/broadband")).text)
    assert "None is known from these states, which are collected in part: Ohio." in shown


def test_bills_without_a_year_are_of_none(db: sqlite3.Connection) -> None:
    db.execute("update listing set year = ''")
    view = tracker.tracker(db, "broadband", DAY)
    assert view is not None
    assert view.years == ""


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
