"""The page about the size of a machine is computed from what was measured, and says so when something is lacking."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks import sizing

WHOLE = """<!-- {} -->
| step | documents | seconds | peak MB |
|---|---:|---:|---:|
| collect us_federal_register | 1,000 | 10 | 1 |
| collect us_states | 2,000 | 4 | 1 |
| tag, match, compare, publish | 3,000 | 6 | 1 |
| **all** | **3,000** | **20** | |

corpus.db 30 MB; 0 rejects
"""


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return Path(shutil.copytree(sizing.RESULTS, tmp_path / "results"))


def test_the_page_is_what_the_inputs_give() -> None:
    try:
        made = sizing.page()
    except sizing.NoInput as problem:
        pytest.fail(str(problem))
    assert sizing.PAGE.read_text(encoding="utf-8") == made, "run: python -m benchmarks.sizing"


def test_each_input_is_named_once_and_says_where_it_is_from() -> None:
    entries = sizing.load()
    for field in ("name", "what"):
        names = [entry[field] for entry in entries]
        assert len(names) == len(set(names))
    assert all(entry["from"] and entry["value"] > 0 for entry in entries)


def test_a_new_measurement_moves_the_page(results: Path) -> None:
    (results / "whole.md").write_text(WHOLE, encoding="utf-8")
    made = sizing.page(results)
    assert "| 2,000,000 ÷ 500 a second (2,000 in 4 s) | 1.1 hours |" in made
    assert "| 1,000,000 ÷ 100 a second (1,000 in 10 s) | 2.8 hours |" in made
    assert "| 3,000,000 ÷ 500 a second (3,000 in 6 s) | 1.7 hours |" in made


@pytest.mark.parametrize("part", ["whole", "desk", "starting", "pages", "growth"])
def test_a_result_that_lacks_an_input_is_named(part: str, results: Path) -> None:
    (results / f"{part}.md").write_text("<!-- {} -->\nnothing was measured\n", encoding="utf-8")
    with pytest.raises(sizing.NoInput, match=rf"results/{part}\.md"):
        sizing.page(results)
    (results / f"{part}.md").unlink()
    with pytest.raises(sizing.NoInput, match=rf"results/{part}\.md is not there"):
        sizing.page(results)


def test_memory_follows_the_sizes_around_it_and_the_last_two_beyond() -> None:
    points = [(1_000.0, 300.0), (101_000.0, 400.0), (1_001_000.0, 1_300.0)]
    assert sizing.rebuild_mb(51_000, points) == 350
    assert sizing.rebuild_mb(501_000, points) == 800
    assert sizing.rebuild_mb(3_001_000, points) == 3_300
    assert sizing.rebuild_mb(3_001_000, [(1_000.0, 300.0), (2_000.0, 200.0)]) == 300, "a fall is not drawn on"


def test_the_disk_holds_what_the_rows_say_with_a_third_left_free() -> None:
    of = {entry["name"]: float(entry["value"]) for entry in sizing.load()}
    found = sizing.disk(3_000_000, 3, of)
    assert found["states_gb"] == pytest.approx(2_000_000 * of["state_bytes"] / 1e9)
    assert found["corpus_gb"] == pytest.approx(found["states_gb"] + found["fr_gb"] + found["other_gb"])
    assert found["disk_gb"] * 2 / 3 >= found["filled_gb"] > found["used_gb"] * 5
    assert sizing.disk(3_000_000, 14, of)["disk_gb"] > found["disk_gb"]
