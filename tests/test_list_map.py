"""Any list on the map of the states: the same documents as the list, and nothing collected is never a zero."""

from __future__ import annotations

import csv
import datetime
import html
import io
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from place_fixtures import db as db
from site_corpus import TODAY, build

import serve
from pages.browse.browse import browse
from pages.browse.filters import Filters
from pages.http import language
from pages.places import list_map, tracker
from publish.listing import publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
SITE = "https://policy.example.org"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = build(tmp_path, states=True)
    db = connect(file)
    db.execute("update documents set status = 'failed' where id = 'us-tx-87-hb1'")
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    return file


@pytest.fixture
def site(file: Path) -> Any:
    return serve.build(file, today=TODAY, site=SITE)


@pytest.mark.parametrize(
    "asked",
    [
        {"area": "broadband"},
        {"q": "broadband"},
        {"q": "tracker:broadband", "status": "alive"},
        {"jurisdiction": "us-tx"},
    ],
)
def test_the_numbers_are_those_of_the_lists(db: sqlite3.Connection, asked: dict[str, str]) -> None:
    filters = Filters.of(asked)
    found = list_map.list_map(db, filters, DAY)
    for each in found.states:
        if each.counts:
            of_state = browse(db, Filters.of(asked | {"jurisdiction": each.id}), DAY)
            wanted = 0 if asked.get("jurisdiction") not in (None, each.id) else of_state.total
            assert each.counts.total == wanted, each.id
    assert found.counts.total == sum(each.counts.total for each in found.states if each.counts)


def test_an_accent_does_not_move_a_name_to_the_end(db: sqlite3.Connection) -> None:
    with language.speaking("es"):
        missing = list_map.list_map(db, Filters.of({"area": "broadband"}), DAY).missing
    around = missing.index("Míchigan")
    assert missing[around - 1 : around + 2] == ["Massachusetts", "Míchigan", "Minnesota"]


def test_what_is_not_collected_has_no_number(db: sqlite3.Connection) -> None:
    found = list_map.list_map(db, Filters.of({"area": "broadband"}), DAY)
    rows = {row["jurisdiction"]: row for row in list_map.table(found)}
    assert (rows["us-tx"]["documents"], rows["us-tx"]["dead"]) == (2, 1)
    assert (rows["us-oh"]["coverage"], rows["us-oh"]["documents"]) == ("collected", 0)
    assert (rows["us-ia"]["coverage"], rows["us-ia"]["documents"]) == ("not collected", None)
    assert "Iowa" in found.missing
    assert set(rows["us-ia"]) == set(list_map.COLUMNS)


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ({"area": "broadband", "status": "alive"}, "Broadband, Can still move"),
        ({"q": "libraries", "jurisdiction": "states"}, "“libraries”, All states"),
        ({}, "Documents on information policy"),
        ({"area": "any"}, "All documents"),
    ],
)
def test_a_map_and_a_feed_are_called_what_the_filters_choose(
    db: sqlite3.Connection, asked: dict[str, str], title: str
) -> None:
    assert list_map.list_map(db, Filters.of(asked), DAY).title == title


def test_a_list_without_states_has_no_map(db: sqlite3.Connection) -> None:
    found = list_map.list_map(db, Filters.of({"jurisdiction": "federal"}), DAY)
    assert (found.map, found.counts.total, found.states_with) == (None, 0, 0)


async def test_the_page_leads_to_its_list_its_numbers_and_its_frame(site: Any) -> None:
    query = "?area=broadband&status=dead"
    page = html.unescape((await site.client.get(f"/browse/map{query}")).text)
    assert "1 document in 1 state: 0 can still move as far as is known, 0 passed or final, 1 dead or replaced." in page
    assert f'href="/browse{query}"' in page
    assert f'href="/browse/map.csv{query}"' in page
    assert f'<iframe src="{SITE}/embed/browse/map?area=broadband&amp;status=dead"' in page
    assert f'href="/browse/map{query}"' in html.unescape((await site.client.get(f"/browse{query}")).text)
    frame = await site.client.get(f"/embed/browse/map{query}")
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    rows = csv.DictReader(io.StringIO((await site.client.get(f"/browse/map.csv{query}")).text.lstrip("\ufeff")))
    numbers = {row["jurisdiction"]: row["documents"] for row in rows}
    assert (numbers["us-tx"], numbers["us-oh"], numbers["us-ia"]) == ("1", "0", "")


async def test_what_was_typed_cannot_break_the_page(site: Any) -> None:
    query = "?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for path in ("/browse/map", "/embed/browse/map"):
        assert "<script>alert" not in (await site.client.get(path + query)).text


def test_how_far_the_data_reach_is_the_same_of_every_list(db: sqlite3.Connection) -> None:
    db.execute("update listing set sort_on = '2022-03-05' where jurisdiction = 'us-oh'")
    reach = {
        list_map.list_map(db, Filters.of(asked), DAY).until for asked in ({"area": "any"}, {"jurisdiction": "us-tx"})
    }
    assert reach == {"2022-03-05"}
    issue = tracker.tracker(db, "broadband", DAY)
    assert issue is not None
    assert issue.until == "2022-03-05"
