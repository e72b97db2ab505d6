"""The card on somebody else's page, and positions on one sheet of paper, in a real Chromium."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from site_corpus import BROADBAND, RULE, TODAY, build, serving
from sqlite_utils import Database
from test_browser import PICTURES, axe, chromium, page, pytestmark  # noqa: F401  (the mark skips where there is no browser)

import serve
from positions.catalog.catalog import load_catalog
from publish.listing import publish
from publish.reference import write_reference

POSITIONS = [position.id for position in load_catalog().positions]
PAPERS = {"letter": {"width": "8.5in", "height": "11in"}, "a4": {"width": "210mm", "height": "297mm"}}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample with every position of the catalog, each touched by as many documents as there are, at their longest."""
    file = build(tmp_path_factory.mktemp("sharing"))
    db = Database(file)
    db.execute("delete from position_matches")
    db.execute("delete from position_versions")
    write_reference(db)
    long = "A library may lend what it has bought to every reader who asks for it, in whatever form it comes. " * 4
    db.table("position_matches").insert_all(
        {
            "document_id": key,
            "position_id": position,
            "ordinal": 0,
            "score": 0.9,
            "words": long,
            "field": "text",
            "start": 0,
            "end": len(long),
        }
        for position in POSITIONS
        for key in (BROADBAND, RULE, "us-117-s42", "us-117-hr9")
    )
    for key in (BROADBAND, RULE, "us-117-s42", "us-117-hr9"):
        db.table("documents").update(key, {"title": f"{key} " + long, "latest_action_on": "2022-03-08"})
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    yield from serving(serve.build(file, today=TODAY))


def test_every_position_is_one_sheet_of_paper(page, address: str) -> None:
    longer = []
    for position in POSITIONS:
        page.goto(f"{address}/positions/{position}/brief")
        for name, paper in PAPERS.items():
            sheet = page.pdf(**paper)
            pages = len(re.findall(rb"/Type\s*/Page\b", sheet))
            if pages != 1:
                longer.append((position, name, pages))
            if position == POSITIONS[-1]:
                PICTURES.mkdir(exist_ok=True)
                (PICTURES / f"brief-{name}.pdf").write_bytes(sheet)
    assert longer == []


def test_the_sheet_shows_no_way_around_the_site(page, address: str) -> None:
    page.goto(f"{address}/positions/{POSITIONS[0]}/brief")
    page.emulate_media(media="print")
    for gone in ("nav[aria-label=Main]", "footer", ".crumbs", ".notice", "form"):
        assert not page.locator(gone).first.is_visible(), gone
    assert page.locator(".statement").is_visible()
    page.screenshot(path=PICTURES / "brief.png", full_page=True)


@pytest.fixture
def blog(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Puts a page on another site: gives the address of that page."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def write(body: str) -> str:
        (tmp_path / "post.html").write_text(body, encoding="utf-8")
        return f"http://127.0.0.1:{server.server_port}/post.html"

    yield write
    server.shutdown()
    server.server_close()


HOST = """<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>A blog</title><body><h1>A blog</h1>
<iframe src="{address}/embed/documents/{key}" title="H.R. 1783" width="100%" height="10"></iframe>
<script src="{address}/static/embed.js" async></script></body></html>"""


@pytest.mark.parametrize("width", [320, 1000])
def test_a_card_on_another_site_gets_the_height_it_needs(page, address: str, blog, width: int) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    body = HOST.format(address=address, key=BROADBAND)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(blog(body))
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 100")
    frame = page.frames[1]
    frame.wait_for_load_state()
    needs = frame.evaluate("document.documentElement.scrollHeight")
    assert abs(page.evaluate("document.querySelector('iframe').offsetHeight") - needs) <= 6
    assert frame.evaluate("document.documentElement.scrollWidth") <= width
    before = needs
    page.set_viewport_size({"width": 240, "height": 800})
    page.wait_for_function(f"document.querySelector('iframe').offsetHeight > {before}")
    assert said == []
    page.screenshot(path=PICTURES / f"card-{width}.png")


def test_a_page_that_is_no_card_cannot_be_framed(page, address: str, blog) -> None:
    body = f'<!DOCTYPE html><iframe src="{address}/documents/{BROADBAND}"></iframe>'
    page.goto(blog(body))
    page.wait_for_timeout(300)
    assert page.frames[1].url.startswith("chrome-error:")


def test_another_window_cannot_set_the_height(page, address: str, blog) -> None:
    body = HOST.format(address=address, key=BROADBAND)
    page.goto(blog(body))
    page.wait_for_function("document.querySelector('iframe').offsetHeight > 100")
    page.evaluate("postMessage({infopolicy: 'height', height: 1999}, '*')")
    page.wait_for_timeout(200)
    assert page.evaluate("document.querySelector('iframe').offsetHeight") < 1000


def test_structured_data_breaks_no_policy(page, address: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{address}/documents/{BROADBAND}")
    assert page.evaluate(
        "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@type']"
    )
    assert said == []


@pytest.mark.parametrize("path", [f"/embed/documents/{BROADBAND}", f"/positions/{POSITIONS[0]}/brief"])
def test_axe_finds_nothing(page, address: str, path: str) -> None:
    page.goto(address + path)
    axe(page)
