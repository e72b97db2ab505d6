"""The table of ZIP code areas: read whole or not at all, written once, and refused where it is cut off or damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from conftest import ROOT
from sqlite_utils import Database

from crawlers.items import Unreadable
from crawlers.parsers import zip_districts
from crawlers.storage import districts
from store.connect import open_corpus

HEAD = "state_fips,state_abbr,zcta,cd\n"
ROWS = "39,OH,43001,12\n39,OH,43001,04\n02,AK,99501,0\n39,OH,43001,12\n"
SHARED = ROOT.parent / "shared" / "upstream" / "data" / "zip-districts.json.xz"


def table(areas: int) -> str:
    return HEAD + "".join(f"39,OH,{number:05},{number % 15 + 1}\n" for number in range(areas))


def test_an_area_may_lie_in_several_districts() -> None:
    found = zip_districts.read(("\ufeff" + HEAD + ROWS).encode(), least=1)
    assert found == {("43001", "OH", 12), ("43001", "OH", 4), ("99501", "AK", 0)}


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
        (HEAD + '39,OH,"43001,12\n', "not a CSV table"),
        (table(100), "only 100 ZIP code areas"),
    ],
)
def test_what_is_no_such_table_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        zip_districts.read(text.encode(), least=1 if "line" in reason else zip_districts.LEAST_AREAS)


def test_a_second_run_writes_nothing_and_a_new_table_replaces_the_old(corpus: Database) -> None:
    rows = zip_districts.read((HEAD + ROWS).encode(), least=1)
    assert districts.store(corpus, rows) == 3
    assert districts.store(corpus, rows) == 0
    assert districts.store(corpus, rows - {("99501", "AK", 0)} | {("99501", "AK", 1)}) == 2
    assert {tuple(row) for row in corpus.execute("select * from zip_districts")} == {
        ("43001", "OH", 4),
        ("43001", "OH", 12),
        ("99501", "AK", 1),
    }


def test_the_command_takes_a_table_over_or_says_why_not(call: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "zccd.csv"
    file.write_text(table(zip_districts.LEAST_AREAS))
    done = call("districts", str(file))
    assert done.exit_code == 0, done.output
    assert "30,000 ZIP code areas" in done.output
    file.write_text(table(10))
    refused = call("districts", str(file))
    assert refused.exit_code == 2
    assert "only 10 ZIP code areas" in refused.output
    assert "nothing was changed" in refused.output
    assert call("districts", str(tmp_path / "nothing.csv")).exit_code == 2
    corpus = open_corpus(tmp_path / "data" / "corpus.db")
    assert corpus.execute("select count(*) from zip_districts").fetchone()[0] == zip_districts.LEAST_AREAS
    corpus.close()


@pytest.mark.skipif(not SHARED.exists(), reason="needs the recorded data next to the project (../shared)")
def test_the_recorded_table_is_read_whole() -> None:
    import json
    import lzma

    found = zip_districts.read(json.loads(lzma.decompress(SHARED.read_bytes()))["zccd.csv"].encode())
    areas: dict[str, int] = {}
    for area, *_ in found:
        areas[area] = areas.get(area, 0) + 1
    assert (len(areas), len(found)) == (33_774, 42_033)
    assert sum(number > 1 for number in areas.values()) == 7_299
