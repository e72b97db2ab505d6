"""The search box: names and what documents call them, and the best match first."""

from __future__ import annotations

import html
import re
import sqlite3
from pathlib import Path

import pytest
import yaml
from search_fixtures import DAY, filled, found_by
from site_corpus import BROADBAND, RULE, TODAY, build, document_row

import serve
from pages.browse import browse, names, search, selection
from positions.catalog.catalog import HOME
from publish.listing import publish


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return filled(tmp_path).conn


def _positions() -> set[str]:
    """The ids of all positions, also of those that wait unlisted."""
    return {each["id"] for file in HOME.glob("*.yml") for each in yaml.safe_load(file.read_text(encoding="utf-8"))}


# --------------------------------------------------------------------- names


def test_a_nickname_finds_what_documents_call_it_and_the_title_comes_first(db: sqlite3.Connection) -> None:
    assert found_by(db, "KOSA")[:2] == ["us-118-s1409", "us-118-hr77"]
    assert found_by(db, '"KOSA"') == ["us-118-hr77"]
    assert found_by(db, "library e-books")[0] == "us-ri-2026-hb7606"


def test_a_topic_is_not_found_in_scattered_words(db: sqlite3.Connection) -> None:
    assert found_by(db, "open access") == ["us-ia-2026-hf13"]


def test_a_whole_question_finds_what_it_is_about(db: sqlite3.Connection) -> None:
    assert found_by(db, "which bills are about school library books in Texas?")[0] == "us-tx-89-hb900"


@pytest.mark.parametrize("typed", ["e-rate", "E Rate", "ERATE", "erate"])
def test_hyphens_and_capitals_of_a_name_do_not_matter(typed: str) -> None:
    found = names.longest_name(typed.split())
    assert found is not None
    assert "e-rate" in found[2].says


def test_the_longest_name_counts_and_words_that_say_nothing_do_not() -> None:
    found = names.longest_name(["ban", "the", "books", "in", "schools"])
    assert found is not None
    assert (found[0], found[1]) == (3, "ban books")


def test_every_name_is_listed_once_and_names_known_positions() -> None:
    known = _positions()
    assert len(names.names()) > 500
    for called, name in names.names().items():
        assert set(name.positions) <= known, called
        assert name.says, called


@pytest.mark.parametrize(
    ("typed", "says", "instead", "exactly"),
    [
        ("KOSA", "kids online safety act", False, '"KOSA"'),
        ("cdl hotspot", "controlled digital lending", True, '"cdl" hotspot'),
        ("place:iowa the Nelson  memo", "publicly funded research", False, 'place:iowa the "Nelson memo"'),
        ("library notice and takedown?", "section 512", False, 'library "notice and takedown?"'),
    ],
)
def test_what_a_name_stands_for_is_said_with_a_way_to_its_own_words(
    typed: str, says: str, instead: bool, exactly: str
) -> None:
    asked = search.parse(typed)
    assert [(says in name.says, name.instead) for name in asked.renamed] == [(True, instead)]
    assert asked.exactly == exactly
    again = search.parse(exactly)
    assert (again.renamed, again.exactly) == ([], None)


@pytest.mark.parametrize("typed", ["music modernization act", '"CDL"', "title:CDL", "hotspot", "book ban* library"])
def test_words_that_find_only_themselves_are_not_said_to_find_more(typed: str) -> None:
    assert search.parse(typed).renamed == []


def test_a_plural_is_no_other_word_that_was_searched_for() -> None:
    (name,) = search.parse("book bans").renamed
    assert "ban books" in name.says
    assert "book ban" not in name.says


async def test_the_page_says_what_else_it_searched_for(tmp_path: Path) -> None:
    filled(tmp_path)
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=KOSA&kind=bill")).text)
    assert "<h1>Search for “KOSA”</h1>" in page
    assert "Besides “KOSA”, also searched for: <strong>kids online safety act</strong>." in page
    assert 'href="/browse?q=%22KOSA%22&kind=bill">exactly the words you typed</a>' in page
    page = html.unescape((await site.client.get("/browse?q=CDL")).text)
    assert "Searched for these words in place of “CDL”: <strong>controlled digital lending</strong>" in page
    page = html.unescape((await site.client.get("/browse?q=book+bans")).text)
    assert re.search(r"<details><summary>And \d+ more</summary><p><strong>.*freedom to read", page)
    page = html.unescape((await site.client.get("/browse?q=%22KOSA%22")).text)
    assert '<h1>Documents with “"KOSA"”</h1>' in page
    assert "searched for" not in page


def test_a_name_that_is_listed_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.yml").write_text("- {names: [A b], says: [x]}\n- {names: [a-B], says: [y]}\n", encoding="utf-8")
    monkeypatch.setattr(names, "SITE", tmp_path)
    names.names.cache_clear()
    with pytest.raises(ValueError, match=r"names\.yml: 'a b' stands there twice"):
        names.names()
    monkeypatch.undo()
    names.names.cache_clear()


@pytest.mark.parametrize("query", ["NOT library", "-library", "???", "sponsor:-", "( )"])
def test_a_search_without_a_word_finds_nothing_and_says_so(db: sqlite3.Connection, query: str) -> None:
    view = browse.browse(db, browse.Filters.of({"q": query}), DAY)
    assert (view.total, view.results) == (0, [])
    assert view.note is not None
    assert view.note.endswith(f"There is no word to look for in “{query}”.")
    assert selection.of_filters(db, browse.Filters.of({"q": query}), DAY).total == 0


def test_every_name_is_an_expression_that_the_indexes_take(db: sqlite3.Connection) -> None:
    lost = []
    for called in names.names():
        view = browse.browse(db, browse.Filters.of({"q": called}), DAY)
        if not view.matching[1]:  # the page would say that there is no word to look for
            lost.append(called)
    assert lost == []


def test_the_position_of_a_name_stands_above(db: sqlite3.Connection) -> None:
    shown = browse.browse(db, browse.Filters.of({"q": "homework gap"}), DAY).positions
    assert shown[0]["id"] == "tc-hotspot-lending"


# --------------------------------------------------------------------- questions, people, and court cases


@pytest.mark.parametrize(
    ("typed", "like"),
    [
        ("can a state take books out of school libraries", "book bans"),
        ("who can see what I check out from the library", "library records"),
        ("do I have to show ID to look at websites", "age verification"),
        ("how long does copyright last", "copyright term"),
        ("library of congress reading program for the blind", "NLS"),
        (
            "can I get a passport at my public library",
            "passports at libraries",
        ),  # all words of a name, in another order
        ("how do schools teach kids to spot fake news", "media literacy"),
        ("who can see what I borrowed", "library records"),
        ("take books out", None),  # not a whole question
        ("a barn with a goat in it", None),
        ("does net neutrality matter for a passport at my library", None),  # a name that stands there is meant
        ("does any bill in Congress help my library", None),  # "Library of Congress" names a place
        ("can seniors read their email at the library", None),
        ("is there a law against fake nude pictures of students online", "deepfakes"),
        ("who can see my library records today", None),  # a name says it more exactly
    ],
)
def test_an_everyday_question_has_a_topic(typed: str, like: str | None) -> None:
    found = names.topic_of(typed.split())
    assert (found[0] if found else None) == like


def test_a_topic_stands_for_its_name_and_leaves_the_other_words(db: sqlite3.Connection) -> None:
    asked = search.parse("how much do publishers charge for an ebook in Rhode Island")
    assert (asked.positions, asked.places) == (["cp-fair-ebook-terms"], ["us-ri"])
    assert found_by(db, "how much do publishers charge for an ebook in Rhode Island")[0] == "us-ri-2026-hb7606"


async def test_the_page_says_how_it_read_a_question(tmp_path: Path) -> None:
    site = serve.build(build(tmp_path), today=TODAY)
    page = html.unescape((await site.client.get("/browse?q=can+a+state+take+books+out+of+libraries")).text)
    assert "Your question was read as one about <strong>book bans</strong>." in page
    assert 'href="/browse?q=%22can+a+state+take+books+out+of+libraries%22"' in page


def test_a_topic_like_no_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "names.yml").write_text("[{names: [here], says: [here]}]", encoding="utf-8")
    (tmp_path / "question_topics.yml").write_text("[{asks: [[a]], like: nowhere}]", encoding="utf-8")
    monkeypatch.setattr(names, "SITE", tmp_path)
    names.names.cache_clear()
    names.topics.cache_clear()
    with pytest.raises(ValueError, match="no name of names"):
        names.topics()
    monkeypatch.undo()
    names.names.cache_clear()


def test_light_words_are_left_out_where_others_say_enough() -> None:
    assert search.parse("use of hotspots without help").terms == ["hotspots"]
    assert search.parse("without help").terms == ["without", "help"]


def test_an_abbreviation_is_in_whatever_a_looser_search_finds(tmp_path: Path) -> None:
    """Without it, the other words are about something else: "KOSA broadband" found barns."""
    db = filled(tmp_path).conn
    found = browse.browse(db, browse.Filters.of({"q": "KOSA broadband libraries"}), DAY)
    assert [result.card.id for result in found.results] == ["us-118-hr77"]
    assert found.loose
    alone = browse.browse(db, browse.Filters.of({"q": "kosa zebras"}), DAY)
    assert {result.card.id for result in alone.results} == {"us-118-s1409", "us-118-hr77"}, (
        "where nothing else is found"
    )
    assert names.names()["kosa"].abbreviations == {"kosa"}


def test_a_looser_search_keeps_to_the_name_that_a_position_speaks_of(tmp_path: Path) -> None:
    """ "can my city close the library" listed 9,549 documents with the word city."""
    asked = search.parse("broadband barns FERPA")
    assert asked.named == asked.abbreviated == asked.groups[-1:]
    asked = search.parse("barns zebras library construction")
    assert len(asked.named) == 1
    assert asked.relaxed()[-1].expression
    assert "zebras" not in (asked.relaxed()[-1].expression or "")
    assert "zebras" in (search.parse("barns zebras otters").relaxed()[-1].expression or "")


# --------------------------------------------------------------------- order


def test_what_can_move_comes_before_what_is_dead(db: sqlite3.Connection) -> None:
    found = found_by(db, "broadband")
    assert found.index(BROADBAND) < found.index("us-117-hr5")


def test_all_words_come_before_some_of_them(db: sqlite3.Connection) -> None:
    found = browse.browse(db, browse.Filters.of({"q": "library e-rate barbers"}), DAY)
    assert found.loose
    assert RULE in [result.card.id for result in found.results]


async def test_a_page_with_some_of_two_words_does_not_say_most(tmp_path: Path) -> None:
    filled(tmp_path)
    page = (await serve.build(tmp_path / "corpus.db", today=TODAY).client.get("/browse?q=hotspot+xylophones")).text
    assert "These have some of them, best match first." in page


def test_the_same_title_of_one_place_is_one_card(tmp_path: Path) -> None:
    db = filled(tmp_path)
    for number in (8, 9):
        row = document_row(
            f"us-118-s{number}", identifier=f"S. {number}", title="Otter Act", url="https://example.org/"
        )
        db.table("documents").insert(row)
    publish(db, "2022-03-09T10:00:00Z")
    asked = browse.Filters.of({"q": "otter"})
    assert len(browse.browse(db.conn, asked, DAY).results) == 2, "only the title, and it may be that of many bills"
    db.execute("insert into look_alike_groups values ('g', 'companion', 'Otter Act', 2, 1, 'title')")
    db.execute("insert into look_alikes values ('g', 'us-118-s8', 0, 1.0), ('g', 'us-118-s9', 1, 1.0)")
    [result] = browse.browse(db.conn, asked, DAY).results
    assert [other.identifier for other in result.card.also] == ["S. 8"] or result.card.identifier == "S. 8"


@pytest.mark.parametrize("name", ["", "_fresh", "_fresh_2", "_fresh_3", "_fresh_4", "_fresh_5"])
def test_the_judged_questions_are_whole(name: str) -> None:
    file = Path(serve.__file__).parent / "benchmarks" / f"search_questions{name}.yml"
    questions = yaml.safe_load(file.read_text("utf-8"))
    assert len(questions) >= 20
    assert len({question["q"] for question in questions}) == len(questions)
    kinds = {"nickname", "acronym", "topic", "number", "misspelling", "sentence", "prefix", "state", "person"}
    known = _positions() | {"pr-patron-privacy"}
    for question in questions:
        assert question["kind"] in kinds
        assert set(question.get("position", [])) <= known
        assert question["right"] or question["sponsor"]
        for pattern in [*question["right"], *question.get("near", []), question.get("sponsor", "")]:
            re.compile(pattern)


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("hearings next week", ["/deadlines"]),
        ("Who is my senator?", ["/people"]),
        ("bills that ALA opposes", ["/stances"]),
        ("hearing aids", []),
        ("", []),
    ],
)
def test_a_question_that_a_page_answers_leads_there(db: sqlite3.Connection, typed: str, leads: list[str]) -> None:
    assert [lead.href for lead in browse.browse(db, browse.Filters.of({"q": typed}), DAY).offers.leads] == leads


async def test_every_page_that_a_question_leads_to_is_there(tmp_path: Path) -> None:
    filled(tmp_path).close()
    client = serve.build(tmp_path / "corpus.db", today=TODAY).client
    for href, page in names.question_data()["site_pages"].items():
        response = await client.get(href)
        assert (response.status_code, page["title"] in html.unescape(response.text)) == (200, True), href
