"""The filters of a list: what it opens on, what can still move, groups of places, several choices at once."""

from __future__ import annotations

import datetime
import html
import re
import sqlite3
from pathlib import Path

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL, PLAIN, RULE, TODAY, build, document_row

import serve
from pages.browse import browse, known, names, outcomes
from pages.browse.fates import fates
from pages.browse.filters import PLACE_GROUPS, STATUS_GROUPS, Filters, place_group
from pages.browse.selection import of_filters
from pages.documents.session_status import DEAD, UNDECIDED
from pages.places import overview
from publish.listing import publish
from store.connect import connect

EVERYTHING = {BROADBAND, RULE, HOSTILE_BILL, PLAIN, "us-tx-87-hb1", "us-tx-87-hb2", "us-gu-36-b1", "us-oh-134-hb1"}
DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    db = connect(build(tmp_path, states=True))
    db.execute("update documents set status = 'failed' where id = 'us-tx-87-hb1'")
    publish(db, "2022-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    return db.conn


def _ids(db: sqlite3.Connection, **args: str) -> list[str]:
    return [result.card.id for result in browse.browse(db, Filters.of(args), DAY).results]


def test_the_list_opens_on_information_policy_and_can_show_all(db: sqlite3.Connection) -> None:
    assert PLAIN not in _ids(db)
    assert set(_ids(db)) == {BROADBAND, RULE, HOSTILE_BILL, "us-tx-87-hb1", "us-tx-87-hb2", "us-gu-36-b1"}
    assert PLAIN in _ids(db, area="any")
    assert "us-oh-134-hb1" in _ids(db, jurisdiction="us-oh")
    assert Filters.of({"area": "any"}).address() == "/browse?area=any"
    assert Filters.of({}).address() == "/browse?area=tagged"


def test_what_can_still_move_comes_first_unless_the_newest_are_asked_for(db: sqlite3.Connection) -> None:
    assert _ids(db, area="broadband", jurisdiction="us-tx") == ["us-tx-87-hb2", "us-tx-87-hb1"]
    db.execute("update listing set sort_on = '2022-03-09' where document_id = 'us-tx-87-hb1'")
    assert _ids(db, area="broadband", jurisdiction="us-tx")[0] == "us-tx-87-hb2"
    assert _ids(db, area="broadband", jurisdiction="us-tx", sort="latest")[0] == "us-tx-87-hb1"


@pytest.mark.parametrize(
    ("asked", "words", "status"),
    [
        ("Which library bills failed in Iowa?", "Which library bills in Iowa?", "dead"),
        ("What library bills died in Iowa?", "What library bills in Iowa?", "dead"),
        ("Iowa library bills that have died in committee", "Iowa library bills", "dead"),
        ("pending school library bills in Iowa", "school library bills in Iowa", "alive"),
        ("Vetoed library bills", "library bills", "vetoed"),
        ("library bills that are still pending in Iowa", "library bills in Iowa", "alive"),
        ("pending bills", "", "alive"),
        ("library bills that became law in Tennessee", "library bills in Tennessee", "enacted"),
        ("broadband bills vetoed by the governor", "broadband bills", "vetoed"),
        ("Which bills failed?", "", "dead"),
        ("what library bills passed in Texas", "what library bills in Texas", "passed_a_chamber"),
        ("AI bills that have passed", "AI bills", "passed_a_chamber"),
        ("passed library bills", "library bills", "passed_a_chamber"),
        ("library bills that have not passed", None, None),
        ("bills on banks that failed", None, None),
        ("bills that have not failed", None, None),
        ("people who died in custody", None, None),
        ('"bills failed"', None, None),
        ("library bills in Iowa", None, None),
    ],
)
def test_an_outcome_right_after_a_word_for_bills_is_a_filter(asked: str, words: str | None, status: str | None) -> None:
    found = outcomes.asked(Filters.of({"q": asked}))
    assert (found and found.q, found and found.status) == (words, status)
    assert outcomes.asked(Filters.of({"q": asked, "status": "alive"})) is None, "what is chosen counts"


def test_every_outcome_is_a_status_that_the_filter_takes(db: sqlite3.Connection) -> None:
    statuses = [*names.question_data()["outcomes"], *names.question_data()["outcomes_before"]]
    assert set(statuses) <= set(known.values(db)["status"])


async def test_a_question_of_an_outcome_is_answered_by_it_and_the_page_says_so(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    asked = "Which broadband bills failed in Texas?"
    assert _ids(db, q="broadband bills in Texas") == ["us-tx-87-hb2", "us-tx-87-hb1"]
    assert _ids(db, q=asked) == ["us-tx-87-hb1"]
    chosen = of_filters(db, Filters.of({"q": asked}), DAY)
    assert (chosen.total, chosen.title) == (1, "“Which broadband bills in Texas?”, Dead or replaced"), (
        "a feed has the same"
    )
    site = serve.build(tmp_path / "corpus.db", today=TODAY)
    page = html.unescape((await site.client.get("/browse", params={"q": asked})).text)
    assert "one about documents with the status <strong>Dead or replaced</strong>" in page
    assert '<a href="/browse?q=Which+broadband+bills+in+Texas%3F">See those with any status</a>' in page
    other = (await site.client.get("/browse", params={"q": "broadband bills in Texas"})).text
    assert "documents with the status" not in other


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        ({"jurisdiction": "states"}, {"us-tx-87-hb1", "us-tx-87-hb2", "us-gu-36-b1", "us-oh-134-hb1"}),
        ({"jurisdiction": "federal", "area": "tagged"}, {BROADBAND, RULE, HOSTILE_BILL}),
        ({"jurisdiction": "states", "status": "alive", "area": "broadband"}, {"us-tx-87-hb2", "us-gu-36-b1"}),
        ({"jurisdiction": "states", "status": "dead"}, {"us-tx-87-hb1"}),
        ({"jurisdiction": "us-gu,us-oh"}, {"us-gu-36-b1", "us-oh-134-hb1"}),
        (
            {"jurisdiction": "us-gu,federal", "kind": "regulation,bill", "area": "broadband"},
            {"us-gu-36-b1", BROADBAND, RULE},
        ),
        ({"jurisdiction": "states", "q": "broadband", "status": "dead,adopted"}, {"us-tx-87-hb1"}),
        ({"jurisdiction": "local"}, set()),
        (
            {"jurisdiction": ",,"},
            EVERYTHING,
        ),
    ],
)
def test_groups_and_several_choices(db: sqlite3.Connection, choice: dict[str, str], ids: set[str]) -> None:
    found = browse.browse(db, Filters.of(choice), DAY)
    assert {result.card.id for result in found.results} == ids
    assert found.total == len(ids)


def test_a_further_choice_is_added_and_a_second_click_takes_it_out() -> None:
    filters = Filters.of({"jurisdiction": "us-tx", "area": "broadband"})
    assert filters.toggled("jurisdiction", "us-oh") == "/browse?area=broadband&jurisdiction=us-tx%2Cus-oh"
    assert filters.toggled("jurisdiction", "us-tx") == "/browse?area=broadband"
    assert filters.toggled("area", "privacy") == "/browse?area=privacy&jurisdiction=us-tx"


def test_every_choice_of_a_group_has_its_number(db: sqlite3.Connection) -> None:
    found = browse.browse(db, Filters.of({"area": "any"}), DAY)
    places = {
        choice.value: choice.count for facet in found.facets if facet.name == "jurisdiction" for choice in facet.choices
    }
    assert places["states"] == 4
    assert places["federal"] == 4
    assert list(places)[:2] == ["federal", "states"] or list(places)[:2] == ["states", "federal"]
    for value, number in places.items():
        assert browse.browse(db, Filters.of({"jurisdiction": value}), DAY).total == number, value


def test_a_number_is_that_of_the_list_it_leads_to(tmp_path: Path) -> None:
    db = connect(build(tmp_path))
    row = document_row(
        "us-117-hres5",
        identifier="H.Res. 5",
        title="Honoring Ada Reader",
        url="https://example.org/",
        document_type="hres",
    )
    db.table("documents").insert(row)
    db.table("tags").insert({"document_id": "us-117-hres5", "area_id": "broadband", "probability": 0.99})
    publish(db, "2022-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    assert db.execute("select count(*) from ceremonial").fetchone()[0] == 1
    for area in overview.areas(db.conn):
        assert browse.browse(db.conn, Filters.of({"area": area.id}), DAY).total == area.documents, area.id


async def test_all_documents_of_a_place_are_as_many_as_its_page_says(tmp_path: Path) -> None:
    file = build(tmp_path)
    db = connect(file)
    db.table("documents").insert(
        document_row(
            "us-117-hres5",
            identifier="H.Res. 5",
            title="Honoring Ada",
            url="https://example.org/",
            document_type="hres",
        )
    )
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    site = serve.build(file, today=TODAY)
    page = (await site.client.get("/jurisdictions/us")).text
    [(address, number)] = re.findall(r'href="([^"]+)">All (\d+) documents</a>', page)
    assert number == "5"
    assert f"{number} documents</h2>" in (await site.client.get(html.unescape(address))).text


@pytest.mark.parametrize(
    ("place", "group"),
    [("us", "federal"), ("us-tx", "states"), ("us-ny-nyc", "local"), ("ca", "abroad"), ("uk", "abroad")],
)
def test_a_place_is_in_the_same_group_in_code_and_in_sql(place: str, group: str) -> None:
    assert place_group(place) == group
    db = sqlite3.connect(":memory:")
    found = [
        name
        for name, sql in PLACE_GROUPS.items()
        if db.execute(f"select {sql} from (select ? as jurisdiction)", [place]).fetchone()[0]
    ]
    assert found == [group]


def test_alive_and_dead_are_the_statuses_that_the_rest_of_the_site_means() -> None:
    assert set(STATUS_GROUPS["alive"]) == UNDECIDED | {"to_executive"}
    assert set(STATUS_GROUPS["dead"]) == DEAD


def test_a_group_of_statuses_has_as_many_documents_as_the_numbers_of_issues_say(tmp_path: Path) -> None:
    db = connect(build(tmp_path))
    for key, kind, status in (
        ("us-ny-nyc-2022-res1", "local_matter", "failed"),
        ("us-ny-nyc-2022-res2", "local_matter", "in_committee"),
        ("us-ny-nyc-2022-res3", "local_matter", "adopted"),
        ("us-fr-2022-1", "regulation", "withdrawn"),
    ):
        row = document_row(key, identifier=key, title="Shelves", url="https://example.org/", kind=kind, status=status)
        db.table("documents").insert(row)
    publish(db, "2022-03-09T09:00:00Z")
    db.conn.row_factory = sqlite3.Row
    counted = fates(
        db.conn.execute("select status, count(*) as documents from listing where area_id = 'any' group by 1").fetchall()
    )
    for words in ({}, {"q": "shelves OR act OR hotspot"}):
        totals = {
            group: browse.browse(db.conn, Filters.of({"area": "any", "status": group, **words}), DAY).total
            for group in STATUS_GROUPS
        }
        assert (totals["alive"], totals["dead"]) == (counted.alive, counted.dead)
        passed = browse.browse(db.conn, Filters.of({"area": "any", "status": "passed_a_chamber", **words}), DAY).results
        assert BROADBAND in {each.card.id for each in passed}
        assert "us-ny-nyc-2022-res3" not in {each.card.id for each in passed}, "no council is a chamber"


def test_a_day_in_the_future_sorts_nothing_to_the_top(tmp_path: Path) -> None:
    db = connect(build(tmp_path))
    row = document_row(
        "us-117-s8", identifier="S. 8", title="Otter Act", url="https://example.org/", latest_action_on="2031-01-01"
    )
    db.table("documents").insert(row)
    db.table("actions").insert(
        {"document_id": "us-117-s8", "ordinal": 0, "acted_on": "2022-02-02", "description": "Filed."}
    )
    db.table("actions").insert(
        {"document_id": "us-117-s8", "ordinal": 1, "acted_on": "2031-01-01", "description": "Effective."}
    )
    publish(db, "2022-03-09T09:00:00Z")
    assert db.execute("select sort_on from listing where document_id = 'us-117-s8'").fetchone()[0] == "2022-02-02"
    db.conn.row_factory = sqlite3.Row
    assert _ids(db.conn, area="any", sort="latest")[0] == BROADBAND


async def test_a_value_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    site = serve.build(build(tmp_path), today=TODAY)

    async def refused(address: str) -> str:
        answer = await site.client.get(address)
        assert answer.status_code == 400, address
        return answer.json()["error"] if ".json" in address else html.unescape(answer.text)

    page = await site.client.get("/browse?area=nope")
    assert page.status_code == 200
    assert "The filter area has no value “nope”. It takes: " in page.text
    assert "No document fits." in page.text
    partly = (await site.client.get("/browse?jurisdiction=us,us-zz")).text
    assert "The filter jurisdiction has no value “us-zz”. It takes: " in partly
    assert "No document fits." in partly, "those of the value that exists are not what was asked for"
    for form in (".json", ".csv", ".xlsx", ".atom", "/map", "/map.csv"):
        wrong = await refused(f"/browse{form}?area=nope")
        assert "The filter area has no value “nope”. It takes: " in wrong
        assert "broadband" in wrong
    for filters, takes in {
        "status=became_law": "status has no value “became_law”. It takes: introduced, ",
        "status=alive,nope": "status has no value “nope”",
        "kind=foo": "kind has no value “foo”. It takes: bill, ",
        "jurisdiction=us-zz": "jurisdiction has no value “us-zz”. It takes: federal, ",
        "jurisdiction=us-tx'+or+1=1+--": "jurisdiction has no value “us-tx' or 1=1 --”",
        "must_see=2": "must_see has no value “2”. It takes: 0, 1",
        "ceremonial=2": "ceremonial has no value “2”",
        "year=202": "year has no value “202”. It takes: YYYY",
    }.items():
        assert takes in await refused(f"/browse.json?{filters}")
    for path in ("/deadlines", "/deadlines.json", "/calendar"):
        assert "kind has no value “bill”. It takes: hearing, " in await refused(f"{path}?kind=bill")
    assert (await site.client.get("/browse.json?jurisdiction=us-tx-austin,us-de&year=2022,2023")).json()["total"] == 0


async def test_dates_are_of_groups_of_places_too(tmp_path: Path) -> None:
    site = serve.build(build(tmp_path), today=TODAY)
    everywhere, federal = [
        (await site.client.get(f"/deadlines.json?past=1&area=all{more}")).json()["dates"]
        for more in ("", "&jurisdiction=federal")
    ]
    assert federal == [each for each in everywhere if each["jurisdiction"] == "us"] != []


async def test_a_list_of_dates_and_its_feed_say_the_choice_in_the_same_words(tmp_path: Path) -> None:
    site = serve.build(build(tmp_path), today=TODAY)
    for asked, words in {
        "jurisdiction=companies": "Companies",
        "kind=hearing&area=broadband&jurisdiction=us-tx": "Hearing, Broadband, Texas",
        "area=all": "All documents",
    }.items():
        page, feed = [(await site.client.get(f"/deadlines{form}?{asked}")).text for form in ("", ".atom")]
        assert f"<h1>Deadlines and upcoming dates: {words}</h1>" in page
        assert f"<title>{words}" in feed
