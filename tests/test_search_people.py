"""The search box: the names of legislators, and the parties of court cases."""

from __future__ import annotations

import html
import sqlite3
from pathlib import Path
from urllib.parse import urlencode

import pytest
from search_fixtures import DAY, filled, found_by
from site_corpus import BROADBAND, TODAY, build, document_row

import serve
from pages.browse import browse, cases, names, search
from pages.browse.cards import cards
from publish.listing import publish


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    return filled(tmp_path).conn


@pytest.mark.parametrize(
    "typed",
    ["Ada Reader", "Reader, Ada", "bills by Rep. Reader", "what has Ada Reader sponsored?", "sponsored by writer"],
)
def test_the_name_of_a_legislator_finds_what_they_sponsored(db: sqlite3.Connection, typed: str) -> None:
    found = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    assert [result.card.id for result in found.results] == [BROADBAND]
    assert found.sponsor


def test_a_legislator_is_found_by_what_people_call_them(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.table("sponsors").insert(
        {"document_id": "us-117-hr5", "ordinal": 0, "name": "Sen. Charles E. Otterman", "role": "sponsor"}
    )
    publish(db, "2022-03-09T10:00:00Z")
    found = browse.browse(db.conn, browse.Filters.of({"q": "chuck Otterman"}), DAY)
    assert (found.sponsor, [result.card.id for result in found.results]) == ("Charles Otterman", ["us-117-hr5"])


def test_words_of_titles_are_no_legislator(tmp_path: Path) -> None:
    db = filled(tmp_path)
    db.table("sponsors").insert(
        {"document_id": "us-117-hr5", "ordinal": 0, "name": "Public Library", "role": "sponsor"}
    )
    for number in range(5):
        row = document_row(
            f"us-118-s9{number}",
            identifier=f"S. 9{number}",
            title=f"Public Library {number}",
            url="https://example.org/",
        )
        db.table("documents").insert(row)
    publish(db, "2022-03-09T10:00:00Z")
    assert browse.browse(db.conn, browse.Filters.of({"q": "public library"}), DAY).sponsor is None
    for typed in ('"Ada Reader"', "Ada Reader OR library", "Texas Reader"):
        assert browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY).sponsor is None


async def test_the_page_says_whose_documents_it_shows_and_offers_the_words(tmp_path: Path) -> None:
    page = html.unescape((await serve.build(build(tmp_path), today=TODAY).client.get("/browse?q=Ada+Reader")).text)
    assert "Showing what people named <strong>Ada Reader</strong> sponsored or cosponsored." in page
    assert 'href="/browse?q=%22Ada+Reader%22"' in page


def test_a_subscription_is_to_the_search_that_was_carried_out(tmp_path: Path) -> None:
    db = filled(tmp_path)
    for typed, searched in (
        ("Ada Reader", 'sponsor:"Ada Reader"'),
        ("libary hotspot", "library hotspot"),
        ("KOSA", "KOSA"),
    ):
        db.conn.execute("insert into search_words (word, documents) values ('library', 40)")
        found = browse.browse(db.conn, browse.Filters.of({"q": typed}), DAY)
        assert found.carried_out == searched
        assert found.filters.subscription(found.carried_out)[1] == "/subscribe?" + urlencode({"searches": searched})


def test_a_word_that_may_be_a_last_name_is_offered_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db = filled(tmp_path)
    for number in range(5):
        row = document_row(
            f"us-118-s9{number}", identifier=f"S. 9{number}", title=f"Reader {number}", url="https://example.org/"
        )
        db.table("documents").insert(row)
    publish(db, "2022-03-09T10:00:00Z")
    found = browse.browse(db.conn, browse.Filters.of({"q": "reader"}), DAY)
    assert found.sponsor is None
    assert found.offers.sponsor
    assert found.offers.sponsor.query == 'sponsor:"reader"'
    asked = browse.browse(db.conn, browse.Filters.of({"q": "reader bans"}), DAY)
    assert asked.offers.sponsor
    known = names.names() | {"reader bans": names.Name(("reader",))}
    monkeypatch.setattr(names, "names", lambda: known)
    asked = browse.browse(db.conn, browse.Filters.of({"q": "reader bans"}), DAY)
    assert asked.offers.sponsor is None, "a word of the name of a thing names nobody"


async def test_a_court_case_opens_by_its_name_or_is_said_to_be_missing(tmp_path: Path) -> None:
    db = filled(tmp_path)
    row = document_row("us-court-docket1", identifier="1", title="Little v. Llano County", url="https://example.org/")
    db.table("documents").insert(row | {"kind": "case"})
    publish(db, "2022-03-09T10:00:00Z")
    assert set(found_by(db.conn, "Little vs Llano")) == {"us-court-docket1"}
    page = (await serve.build(tmp_path / "corpus.db", today=TODAY).client.get("/browse?q=Hotspot+v.+Otter")).text
    assert "No court case named “Hotspot v. Otter” is collected here." in html.unescape(page)


@pytest.mark.parametrize(
    ("typed", "is_case", "places"),
    [
        ("New York Times v. OpenAI", True, []),
        ("NetChoice v Texas", True, []),
        ("Virginia vs Loper Bright", True, []),
        ("Texas vs Florida book bans", False, ["us-tx", "us-fl"]),
        ("book bans Texas versus Iowa", False, ["us-tx", "us-ia"]),
        ("Title V library funds", False, []),
    ],
)
def test_a_party_of_a_case_is_no_place(tmp_path: Path, typed: str, is_case: bool, places: list[str]) -> None:
    db = filled(tmp_path).conn
    assert (cases.is_case(typed), search.parse(typed).places) == (is_case, places)
    found = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
    assert ([key for key, _name in found.of_places.pages] if found.of_places else []) == places
    assert not (found.unknown_case and found.lacks), "nothing is missing of a place that nobody asked for"
    assert search.parse(typed).without_places in ("", "book bans")


def test_a_case_leads_to_no_position_by_one_of_its_words(tmp_path: Path) -> None:
    db = filled(tmp_path).conn
    db.execute("delete from position_search")
    db.execute(
        "insert into position_search (position_id, title) values ('lf-lsta', 'Otter v. Library: times of change')"
    )
    db.execute(
        "insert or ignore into positions (id, title, statement, area_id, areas) values ('lf-lsta', 'A', '', 'broadband', '')"
    )
    for typed, found in (("Otter Times v. Hotspot", 0), ("Otter v. Library", 1), ("otter times hotspot", 1)):
        asked = browse.browse(db, browse.Filters.of({"q": typed}), DAY)
        assert len(asked.positions) == found, typed


@pytest.mark.parametrize(
    ("court", "kind", "place"),
    [
        ("West Virginia Supreme Court", "opinion", "West Virginia (state court)"),
        ("Court of Criminal Appeals of Tennessee", "opinion", "Tennessee (state court)"),
        ("Appellate Division of the Supreme Court of the State of New York", "opinion", "New York (state court)"),
        ("District Court, District of Columbia", "opinion", "United States"),
        ("United States District Court Eastern District of Texas", "opinion", "United States"),
        ("Court of Appeals for the Ninth Circuit", "opinion", "United States"),
        ("District Court, S.D. New York", "docket", "United States"),
    ],
)
async def test_an_opinion_of_a_states_court_is_not_said_to_be_of_the_united_states(
    tmp_path: Path, court: str, kind: str, place: str
) -> None:
    db = filled(tmp_path)
    key = "us-court-opinion1"
    row = document_row(key, identifier="opinion 1", title="People v. Cortez", url="https://example.org/")
    db.table("documents").insert(row | {"kind": "case", "document_type": kind})
    terms = [(key, 0, "subject", court), (key, 1, "subject", "Other Statutes: Texas")]
    db.conn.executemany("insert into terms (document_id, ordinal, kind, term) values (?, ?, ?, ?)", terms)
    publish(db, "2022-03-09T10:00:00Z")
    assert [card.place for card in cards(db.conn, [key], DAY)] == [place]
    page = (await serve.build(tmp_path / "corpus.db", today=TODAY).client.get(f"/documents/{key}")).text
    assert f"<span>{place}</span>" in page
    assert "legislationJurisdiction" not in page
    assert ("We know only the filings of this docket" in page) is (kind == "docket")
