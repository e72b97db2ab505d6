"""docs/sizing.md: its inputs are the figures that were measured and the limits that are set, and its sums are right."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT

from crawlers.sources import load_sources

PAGE = (ROOT / "docs/sizing.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip(" *") for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if line.startswith("| ")
]
INPUTS = [row for row in ROWS if len(row) == 3 and ("benchmarks.md#" in row[2] or "sources.yml" in row[2])]
NUMBER = r"[\d,]+(?:\.\d+)?"


def number(text: str) -> float:
    found = re.match(NUMBER, text)
    assert found, text
    return float(found[0].replace(",", ""))


def sections() -> dict[str, str]:
    """Each section of docs/benchmarks.md, by the anchor of its heading."""
    text = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    parts = re.split(r"^#+ (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-"): body
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


@pytest.mark.parametrize("row", INPUTS, ids=lambda row: row[0][:40])
def test_an_input_is_the_figure_that_it_comes_from(row: list[str]) -> None:
    _, figure, origin = row
    if source := re.search(r"sources\.yml`, `(\w+)`", origin):
        said = load_sources()[source[1]]
        assert number(figure) == (said.per_day if figure.endswith("a day") else said.per_minute)
        return
    [anchor] = re.findall(r"benchmarks\.md#([\w-]+)", origin)
    measured = re.findall(NUMBER, sections()[anchor])
    assert [each for each in re.findall(NUMBER, figure) if each.rstrip(",") not in measured] == []


def test_the_page_has_inputs_of_both_kinds() -> None:
    assert len([row for row in INPUTS if "sources.yml" in row[2]]) == 5
    assert len([row for row in INPUTS if "benchmarks.md#" in row[2]]) >= 10


PRODUCT = re.compile(rf"({NUMBER}) × ({NUMBER}) bytes")
SPEED = re.compile(rf"({NUMBER}) ÷ {NUMBER} a second \(({NUMBER}) in ({NUMBER}) s\)")


@pytest.mark.parametrize(
    ("left", "right", "result"),
    [(*found.groups(), row[2]) for row in ROWS if len(row) == 3 and (found := PRODUCT.fullmatch(row[1]))],
)
def test_sizes_are_the_products_of_their_figures(left: str, right: str, result: str) -> None:
    assert number(result) == round(number(left) * number(right) / 1e9, 1)


@pytest.mark.parametrize(
    ("count", "measured", "seconds", "result"),
    [(*found.groups(), row[2]) for row in ROWS if len(row) == 3 and (found := SPEED.match(row[1]))],
)
def test_hours_are_those_of_the_measured_speed(count: str, measured: str, seconds: str, result: str) -> None:
    assert number(result) == round(number(count) / (number(measured) / number(seconds)) / 3600, 1)
