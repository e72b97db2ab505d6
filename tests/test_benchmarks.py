"""The page of benchmarks says what the kept results say, and every part can be run."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from benchmarks import __main__ as report
from benchmarks.desk_keys import keys_for
from benchmarks.growth import is_linear
from benchmarks.pages import Times, good

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_is_what_the_results_give() -> None:
    assert report.PAGE.read_text(encoding="utf-8") == report.page(report.load()), "run: python -m benchmarks page"


@pytest.mark.parametrize("part", report.load(), ids=lambda part: part.id)
def test_a_part_names_a_program_that_is_there(part: report.Part) -> None:
    words = shlex.split(part.command)
    assert words[0] == "python"
    file = ROOT / (f"{words[2].replace('.', '/')}.py" if words[1] == "-m" else words[1])
    assert file.exists()


@pytest.mark.parametrize("part", report.load(), ids=lambda part: part.id)
def test_an_aim_that_is_not_met_has_its_reason(part: report.Part) -> None:
    facts, _ = report.kept(part)
    assert not facts or facts["code"] == 0 or part.unmet


def test_growth_is_judged_by_what_it_was_where_start_and_model_weigh_little() -> None:
    small = (1_000, 5.0, 300.0)
    assert is_linear([small, (100_000, 1.0, 400.0), (1_000_000, 1.2, 590.0)])
    assert not is_linear([small, (100_000, 1.0, 400.0), (1_000_000, 1.3, 400.0)])
    assert not is_linear([small, (100_000, 1.0, 400.0), (1_000_000, 1.0, 700.0)])


def test_the_site_is_judged_beside_bare_datasette_and_by_its_limits() -> None:
    def asked(seconds: float, errors: int = 0) -> Times:
        return Times([seconds] * 100, errors)

    one = {"site": asked(0.01), "bare": asked(0.02)}
    many = {"site": (asked(0.1), 1.0), "bare": (asked(0.1), 2.0)}
    assert good(one, many)
    assert not good({"site": asked(0.03), "bare": asked(0.02)}, many), "slower for one reader"
    assert not good(one, many | {"site": (asked(0.1), 3.0)}), "fewer answers a second"
    assert not good(one, many | {"site": (asked(1.1), 1.0)}), "over a second for many"
    assert not good(one, many | {"site": (asked(0.1, 1), 1.0)}), "an error"


@pytest.mark.parametrize(
    ("right", "judged", "keys"),
    [
        ([True, True], [True, True], "Y"),
        ([False, False], [True, True], "N"),
        ([False, False, True], [True, True, False], "N"),  # the priority waits for the next key
        ([True, False, True, False, True], [True] * 5, "##Y"),
        ([False], [True], "N"),
        ([False, True], [True, True], "nY"),
        ([True, False], [True, False], "yn"),
    ],
)
def test_the_scripted_reviewer_takes_the_fewest_keys(right: list[bool], judged: list[bool], keys: str) -> None:
    assert keys_for(right, judged, [False] * len(right)) == keys


def test_the_scripted_reviewer_decides_one_by_one_what_no_key_confirms() -> None:
    assert keys_for([True, False], [True, True], [True, False]) == "yn"
