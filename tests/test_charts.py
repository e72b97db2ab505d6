"""Maps, charts, the month's grid and two things side by side: facts about the numbers, not about how they look."""

from __future__ import annotations

import datetime
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from site_corpus import TODAY, build

import serve
from pages.browse import browse
from pages.http import formatting
from pages.places import calendar, charts, compare, map
from pages.places.calendar import Wanted
from pages.places.collected import Collected

DAY = datetime.date.fromisoformat(TODAY)
BUNDLER = serve.SITE / "charts"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(build(tmp_path_factory.mktemp("charts"), states=True))
    db.row_factory = sqlite3.Row
    yield db
    db.close()


# --------------------------------------------------------------------- the map


def test_every_tile_is_a_known_place_and_no_two_meet() -> None:
    places = map.layout()
    assert len(set(places.values())) == len(places) == 52
    assert set(places) <= set(formatting.glossary()["jurisdictions"])


def test_a_map_tells_nothing_from_not_collected_and_keeps_places_without_a_tile() -> None:
    found = map.state_map(
        {"us-tx": 5, "us-gu": 2, "us": 900, "us-ny-nyc": 7}, Collected({"us-tx", "us-oh", "us-gu"}, set()), "/{}".format
    )
    assert found is not None
    tiles = {tile.id: tile for tile in found.tiles}
    assert (tiles["us-tx"].count, tiles["us-oh"].count, tiles["us-ak"].count) == (5, 0, None)
    assert tiles["us-oh"].shade == tiles["us-ak"].shade == 0
    assert found.table == [("us-tx", "Texas", 5, "/us-tx"), ("us-gu", "Guam", 2, "/us-gu")]
    assert map.state_map({"us": 900, "us-oh": 0}, Collected({"us", "us-oh"}, set()), "/{}".format) is None
    assert "Alaska" in found.missing
    assert "Ohio" not in found.missing


def test_a_number_from_another_session_is_marked_as_a_part() -> None:
    found = map.state_map({"us-tx": 5, "us-oh": 1}, Collected({"us-oh", "us-ia"}, {"us-wi"}), "/{}".format)
    assert found is not None
    tiles = {tile.id: tile for tile in found.tiles}
    assert (tiles["us-wi"].count, tiles["us-wi"].part) == (0, True), "its record stops early"
    assert (tiles["us-tx"].count, tiles["us-tx"].part) == (5, True)
    assert (tiles["us-oh"].count, tiles["us-oh"].part) == (1, False)
    assert (tiles["us-ia"].count, tiles["us-ak"].count) == (0, None)
    assert found.in_part == ["Texas", "Wisconsin"]


def test_shades_part_the_places_in_quarters() -> None:
    counts = {f"us-{code}": 10 * n for n, code in enumerate(("al", "ak", "az", "ar", "ca", "co", "ct", "fl"), start=1)}
    found = map.state_map(counts, Collected(set(counts), set()), str)
    assert found is not None
    shades = sorted((tile.count, tile.shade) for tile in found.tiles if tile.count)
    assert [shade for _, shade in shades] == [1, 1, 2, 2, 3, 3, 4, 4]
    for numbers, expected in (
        ([1, 1, 1, 1, 1, 9], [1, 1, 1, 1, 1, 4]),
        ([3], [1]),
        ([1, 2], [1, 4]),
        ([5] * 8, [1] * 8),
    ):
        some = dict(zip(counts, numbers, strict=False))
        found = map.state_map(some, Collected(set(some), set()), str)
        assert found is not None
        assert [shade for count, shade in sorted((t.count or 0, t.shade) for t in found.tiles) if count] == expected


def test_a_map_row_of_another_length_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "map.yml").write_text("- AK .\n- WA\n", encoding="utf-8")
    monkeypatch.setattr(formatting, "SITE", tmp_path)
    map.layout.cache_clear()
    with pytest.raises(ValueError, match=r"map\.yml: every row"):
        map.layout()
    monkeypatch.undo()
    map.layout.cache_clear()


# --------------------------------------------------------------------- charts


def test_years_have_no_gaps_and_none_lies_ahead() -> None:
    assert charts.years_to(DAY, ["2019", "2022", "2031", ""]) == ["2019", "2020", "2021", "2022"]
    assert charts.years_to(DAY, [str(year) for year in range(1990, 2023)])[0] == "2011"
    assert charts.years_to(DAY, ["", "x"]) == []


def test_trends_are_shares_of_what_was_collected(db: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "LEAST_COLLECTED", 1)
    found = charts.area_trends(db, DAY)
    assert "Not every year has the same sources" in str(found.note)
    assert found.heads == ["2021", "2022"]
    numbers = {line.label: line.numbers for line in found.lines}
    # Three documents of 2021 and five of 2022 are stored; one and four of them are on broadband.
    assert numbers == {"Broadband": [333.3, 800.0], "Library funding": [666.7, 0.0]}
    assert "2022 is not over yet." in found.note


def test_a_share_of_next_to_nothing_is_not_told(db: sqlite3.Connection) -> None:
    assert charts.share_of(0, charts.LEAST_COLLECTED) == 0.0
    assert charts.share_of(3, charts.LEAST_COLLECTED - 1) is None


def test_a_share_of_some_is_not_rounded_to_none() -> None:
    assert [charts.share_of(number, 68_000) for number in (0, 3, 68)] == [0.0, 0.04, 1.0]
    assert not charts.area_trends(db, DAY)


def test_a_share_of_some_is_not_rounded_to_none() -> None:
    assert [charts.share_of(number, 68_000) for number in (0, 3, 68)] == [0.0, 0.04, 1.0]


def test_a_year_of_which_nothing_was_collected_is_no_zero() -> None:
    found = charts.by_year({"2020": 5, "2022": 4}, {"2020": 100, "2022": 1000}, DAY, "/browse?area=x")
    assert [(line.label, line.numbers) for line in found.lines] == [
        ("2020", [50.0, 5]),
        ("2021", [None, None]),
        ("2022", [4.0, 4]),
    ]
    assert found.lacks


def test_a_chart_without_a_number_is_none() -> None:
    assert not charts.by_year({}, {}, DAY, "/browse?area=x")
    assert not charts.by_status([], "/browse?area=x")
    assert charts.by_status([("enacted", 2)], "/browse?area=x").lines == [
        charts.Line("Became law", [2], "/browse?area=x&status=enacted")
    ]


def test_the_bundle_is_what_the_lock_says() -> None:
    lock = json.loads((BUNDLER / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    told = (serve.SITE / "static" / "vendor" / "LICENSES.txt").read_text(encoding="utf-8")
    named = dict(re.findall(r"^(@?[\w/-]+) (\d+\.\d+\.\d+) \(\w+\)$", told, re.MULTILINE))
    assert named["@observablehq/plot"] == "0.6.17"
    assert {name: lock[f"node_modules/{name}"]["version"] for name in named} == named
    assert "Observable Plot 0.6.17" in (serve.SITE.parent / "NOTICE").read_text(encoding="utf-8")


def test_the_bundle_can_be_built_again(tmp_path: Path) -> None:
    if not os.environ.get("CI") and not (shutil.which("node") and (BUNDLER / "node_modules").exists()):
        pytest.skip("needs node and `npm ci` in datasette/charts")
    copy = tmp_path / "charts"
    shutil.copytree(BUNDLER, copy, symlinks=True)
    (tmp_path / "static" / "vendor").mkdir(parents=True)
    subprocess.run(["node", "build.js"], cwd=copy, check=True, capture_output=True)
    for name in ("plot.js", "LICENSES.txt"):
        assert (tmp_path / "static/vendor" / name).read_bytes() == (serve.SITE / "static/vendor" / name).read_bytes()


def test_the_bundle_needs_no_eval() -> None:
    code = (serve.SITE / "static" / "vendor" / "plot.js").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|\bimportScripts\b", code)


# --------------------------------------------------------------------- a month


@pytest.mark.parametrize(
    ("month", "weeks", "first"),
    [("2024-02", 5, "2024-01-29"), ("2021-02", 4, "2021-02-01"), ("2026-08", 6, "2026-07-27")],
)
def test_a_month_is_whole_weeks(db: sqlite3.Connection, month: str, weeks: int, first: str) -> None:
    found = calendar.month(db, Wanted(month=month), DAY)
    assert [len(week) for week in found.weeks] == [7] * weeks
    days = [day.day for week in found.weeks for day in week]
    assert days[0].isoformat() == first
    assert all(later - day == datetime.timedelta(days=1) for day, later in itertools.pairwise(days))
    assert {day.day.isoformat()[:7] for week in found.weeks for day in week if day.inside} == {month}


def test_a_month_holds_its_dates_and_knows_its_neighbours(db: sqlite3.Connection) -> None:
    found = calendar.month(db, Wanted(), DAY)
    assert (found.title, found.before, found.after, found.total) == ("March 2022", "2022-02", "2022-04", 1)
    assert [day.day.isoformat() for day in found.days] == ["2022-03-31"]
    assert [day.day.isoformat() for week in found.weeks for day in week if day.today] == [TODAY]
    december = calendar.month(db, Wanted(month="2021-12"), DAY)
    assert (december.after, december.elsewhere) == ("2022-01", ["2022-02"])


@pytest.mark.parametrize("wanted", [{"kind": "hearing"}, {"jurisdiction": "us-tx"}, {"area": "library-funding"}])
def test_filters_leave_out_other_dates(db: sqlite3.Connection, wanted: dict[str, str]) -> None:
    assert calendar.month(db, Wanted(**wanted), DAY).total == 0
    assert calendar.deadlines(db, DAY, Wanted(**wanted)) == []


@pytest.mark.parametrize(
    "typed", ["2022-3", "2022-13", "22-03", "2022-03-01", "9999-12", "0000-01", "x" * 9, "2022-0²"]
)
def test_what_is_no_month_is_this_month(typed: str) -> None:
    assert Wanted.of({"month": typed}).month == ""


def test_an_address_keeps_the_filters() -> None:
    wanted = Wanted.of({"area": "privacy", "kind": " hearing ", "jurisdiction": "", "month": "2022-03", "other": "x"})
    assert wanted.address("/calendar", month="2022-04") == "/calendar?area=privacy&kind=hearing&month=2022-04"
    assert Wanted().address("/deadlines") == "/deadlines"


# --------------------------------------------------------------------- side by side


def test_two_places_are_compared_by_what_they_have_on_policy(db: sqlite3.Connection) -> None:
    wanted = compare.Wanted.of({"jurisdiction": ["us-tx", "us-oh", "us"]})
    assert (wanted.ids, wanted.others) == (("us-tx", "us-oh"), ("us",))
    found = compare.compare(db, wanted, DAY)
    texas, ohio = found.sides
    assert [key for key, _title, _lacks in found.places] == ["us-tx", "us-oh", "us"]
    [broadband] = [each for each in found.issues if each.href == "/trackers/broadband"]
    for counts, href in broadband.cells:
        asked = browse.Filters.of(dict(parse_qsl(href.partition("?")[2])))
        assert browse.browse(db, asked, DAY).total == counts.total, href
    assert [counts.total for counts, _href in broadband.cells][:2] == [2, 0]
    [area] = [each for each in found.areas if each.href == "/areas/broadband"]
    assert [counts.total for counts, _href in area.cells][:2] == [2, 0]
    assert found.swapped == "/compare?jurisdiction=us-oh&jurisdiction=us-tx&jurisdiction=us"
    assert "us" not in dict(found.more)
    assert (texas.documents, ohio.documents) == (2, 0)
    assert texas.topics == [("Broadband", 2, "/browse?jurisdiction=us-tx&area=broadband")]


def test_areas_go_before_places_and_a_name_told_twice_counts_once() -> None:
    assert compare.Wanted.of({"area": ["", "a", "a", "b"], "jurisdiction": ["us"]}) == compare.Wanted(
        "area", ("a", "b")
    )
    two = {"area": ["library-funding"], "jurisdiction": ["us-id", "us-ut"]}
    assert compare.Wanted.of(two) == compare.Wanted("jurisdiction", ("us-id", "us-ut")), (
        "an area does not push out two places"
    )
    assert compare.Wanted.of({}) == compare.Wanted("jurisdiction", ())


def test_what_nobody_knows_is_told(db: sqlite3.Connection) -> None:
    found = compare.compare(db, compare.Wanted("area", ("broadband", "<b>")), DAY)
    assert found.unknown == ["<b>"]
    assert [side.id for side in found.sides] == ["broadband"]
