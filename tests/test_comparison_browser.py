"""The pages about comparing in a real Chromium: axe in both themes and no sideways scroll at 320 px (see test_browser.py)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from site_corpus import TODAY, serving
from test_browser import axe, chromium, page, pytestmark  # noqa: F401
from test_comparison_site import file  # noqa: F401

import serve

PAGES = {
    "versions": "/documents/us-119-hr1/versions",
    "versions-inline": "/documents/us-119-hr1/versions?view=inline",
    "similar": "/documents/us-119-hr2/similar",
    "look-alike-document": "/documents/us-119-hr2",
    "families": "/families",
    "family": "/families/family-us-ia-2025-hb1",
    "scorecard": "/scorecard",
}


@pytest.fixture(scope="module")
def address(file) -> Iterator[str]:
    yield from serving(serve.build(file, today=TODAY))


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(page, address: str, name: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    assert page.goto(address + PAGES[name]).status == 200
    axe(page, f"site-{name}")
    assert said == []


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
@pytest.mark.parametrize("name", PAGES)
def test_narrow_screen_has_no_sideways_scroll(page, address: str, name: str) -> None:
    page.goto(address + PAGES[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_versions_are_chosen_with_the_keyboard(page, address: str) -> None:
    page.goto(address + PAGES["versions"])
    page.focus("#view")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=inline**")
    assert page.evaluate("document.querySelector('.sides')") is None
