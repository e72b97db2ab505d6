"""The table of ZIP code areas: read whole or not at all, written once, and refused where it is cut off or damaged."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SOURCES, expected, replay
from golden import NOWHERE, made
from sqlite_utils import Database

from crawlers.items import ExpectedCount, Listing, Unreadable
from crawlers.parsers import zip_districts
from crawlers.people import ZipDistricts
from crawlers.spiders import us_zip_districts as spider
from crawlers.storage import districts, people_copy

HEAD = "state_fips,state_abbr,zcta,cd\n"
ROWS = "39,OH,43001,12\n39,OH,43001,04\n02,AK,99501,0\n39,OH,43001,12\n"
THREE = {("43001", "OH", 12), ("43001", "OH", 4), ("99501", "AK", 0)}
SHARED = ROOT.parent / "shared" / "upstream" / "data" / "zip-districts.json.xz"


def read(text: str) -> set[zip_districts.ZipDistrict]:
    return zip_districts.parse(zip_districts.read_rows(text.encode()))


def table(rows: set[zip_districts.ZipDistrict]) -> ZipDistricts:
    return ZipDistricts(source="us_zip_districts", rows=frozenset(rows))


def crawled(corpus: Path = NOWHERE, **arguments: Any) -> list[Any]:
    return replay(made(spider.UsZipDistrictsSpider, corpus=corpus, **arguments), SOURCES / "us_zip_districts", corpus)


def test_the_recording_gives_what_somebody_has_read() -> None:
    [found] = [item for item in crawled(believe="yes") if isinstance(item, ZipDistricts)]
    rows = {
        area: sorted([*rest] for own, *rest in found.rows if own == area)
        for area in sorted({row[0] for row in found.rows})
    }
    assert rows == expected(SOURCES / "us_zip_districts/expected.json", rows)


def test_an_area_may_lie_in_several_districts() -> None:
    assert read("\ufeff" + HEAD + ROWS) == THREE


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "columns"),
        ("<html>Not found</html>", "columns"),
        ("zip,district\n43001,12\n", "columns"),
        (HEAD + "39,OH,4300,12\n", "line 2: '4300'"),
        (HEAD + ROWS + "39,Ohio,43001,12\n", "line 6"),
        (HEAD + "39,OH,43001,-1\n", "line 2"),
        (HEAD + "39,OH,43001,100\n", "line 2"),
        (HEAD + "39,OH,43001\n", "line 2"),
        (HEAD + ROWS + "39,OH,43002,1", "cut off in its last line"),
        (HEAD + '39,OH,"43001,12\n', "not a CSV table"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(text)


def test_a_table_with_few_areas_is_not_taken_unless_it_is_to_be_believed() -> None:
    few = crawled()
    assert [type(item) for item in few] == [Listing, ExpectedCount]
    assert (few[1].received, few[1].expected) == (2, spider.LEAST_AREAS)
    believed = crawled(believe="yes")
    assert believed[-1] == table(THREE)
    assert (believed[1].received, believed[1].expected) == (2, 2)


def test_a_table_that_lacks_many_areas_of_the_one_before_is_not_taken(
    corpus: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spider, "LEAST_AREAS", 1)
    assert isinstance(crawled(tmp_path / "corpus.db")[-1], ZipDistricts)
    districts.store(corpus, [table({(f"{number:05}", "OH", 1) for number in range(10)})])
    assert not [each for each in crawled(tmp_path / "corpus.db") if isinstance(each, ZipDistricts)]


def test_a_second_run_writes_nothing_and_a_new_table_replaces_the_old(corpus: Database) -> None:
    assert districts.store(corpus, [table(THREE)]).added == 3
    before = corpus.conn.total_changes
    assert districts.store(corpus, [table(THREE)]).unchanged == 3
    assert corpus.conn.total_changes == before
    moved = THREE - {("99501", "AK", 0)} | {("99501", "AK", 1)}
    counts = districts.store(corpus, [table(moved)])
    assert (counts.added, counts.changed, counts.unchanged) == (1, 1, 2)
    assert set(map(tuple, corpus.execute("select * from zip_districts"))) == moved


def test_another_machine_takes_the_table_over(corpus: Database) -> None:
    assert list(people_copy.districts(corpus)) == []
    districts.store(corpus, [table(THREE)])
    assert list(people_copy.districts(corpus)) == [table(THREE)]


@pytest.mark.skipif(not SHARED.exists(), reason="needs the recorded data next to the project (../shared)")
def test_the_recorded_table_is_read_whole() -> None:
    found = read(json.loads(lzma.decompress(SHARED.read_bytes()))["zccd.csv"])
    areas: dict[str, int] = {}
    for area, *_ in found:
        areas[area] = areas.get(area, 0) + 1
    assert (len(areas), len(found)) == (33_774, 42_033)
    assert sum(number > 1 for number in areas.values()) == 7_299
