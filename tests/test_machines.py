"""What tells programs about the site: every example of the interface answers, the sitemap names every page."""

from __future__ import annotations

import html
import json
import re
import sqlite3
from pathlib import Path

import pytest
from lxml import etree
from site_corpus import BROADBAND, TODAY, build

import serve
from pages.answers.questions import QUESTIONS
from pages.browse.filters import TITLES
from pages.export import api, exports, feeds, sitemap
from pages.places.calendar import Wanted

SITE = "https://policy.example.org"
SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("machines"))


@pytest.fixture(scope="module")
def site(corpus: Path):
    return serve.build(corpus, today=TODAY, site=SITE)


@pytest.fixture
def db(corpus: Path) -> sqlite3.Connection:
    db = sqlite3.connect(corpus)
    db.row_factory = sqlite3.Row
    return db


EXAMPLES = [
    *(each.path for each in QUESTIONS.values()),
    "/api/openapi.json",
    *(address["example"] for section in api.described()["sections"] for address in section["addresses"]),
]
TYPES = {**feeds.TYPES, "xml": "application/xml", "txt": "text/plain"}
TYPES |= {"feed": "application/feed+json", "jsonld": "application/ld+json"}


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=EXAMPLES)
async def test_every_example_of_the_interface_answers(site, db: sqlite3.Connection, number: int) -> None:
    address = [each for section in api.sections(db) for each in section["addresses"]][number]
    answer = await site.client.get(address["example"])
    assert answer.status_code == 200
    ending = address["example"].partition("?")[0].rpartition(".")[2]
    kind = answer.headers["content-type"].partition(";")[0]
    expected = "application/json" if address["path"].startswith("/api/") else TYPES.get(ending, "text/html")
    assert kind == expected or (ending == "csv" and kind == "text/plain")
    if "json" in expected:
        assert json.loads(answer.text)
    assert len(answer.content) > 100 or "count" in address["example"]


async def test_the_page_shows_every_address_with_its_parameters(site, db: sqlite3.Connection) -> None:
    answer = await site.client.get("/api")
    shown = html.unescape(answer.text)
    for section in api.sections(db):
        for address in section["addresses"]:
            assert f"<code>{address['path']}</code>" in shown
            assert f'href="{address["example"]}"' in shown
            assert all(f"<code>{name}</code>" in shown for name in address["parameters"])
    assert all(f"<code>{name}</code>" in shown for name in (*exports.DOCUMENT_COLUMNS, *exports.DATE_COLUMNS))


def test_every_filter_of_the_pages_is_told() -> None:
    shared = api.described()["shared"]
    assert set(shared["filters"]) == {"q", *TITLES}
    assert set(shared["dates"]) == {"area", "kind", "jurisdiction"} <= set(Wanted.__dataclass_fields__)


def test_every_form_of_every_list_is_told() -> None:
    told = " ".join(f"{a['path']} {a['what']}" for s in api.described()["sections"] for a in s["addresses"])
    for form in feeds.TYPES:
        assert f"/browse.{form}" in told
    for page in ("/areas/x", "/jurisdictions/x", "/positions/x", "/documents/x", "/deadlines", "/calendar"):
        for link in feeds.links(page, ""):
            place = link.href.partition(".")[0].replace("/x", "/<id>")
            assert f"{place}." in told
            assert f".{link.form}" in told


async def test_language_models_are_told_what_is_automatic(site) -> None:
    answer = await site.client.get("/llms.txt")
    assert answer.text.startswith("# Information policy monitor\n\n> ")
    assert "automatic" in answer.text
    links = re.findall(r"\]\((\S+)\): ", answer.text)
    assert len(links) > 20
    for link in links:
        assert link.startswith(SITE)
        assert (await site.client.get(link.removeprefix(SITE))).status_code == 200, link


# --------------------------------------------------------------------- sitemap and robots


def locations(body: str, tag: str = "url") -> list[str]:
    return [node.text or "" for node in etree.fromstring(body.encode()).findall(f"s:{tag}/s:loc", SPACE)]


async def test_the_sitemap_names_every_page(site, db: sqlite3.Connection) -> None:
    answer = await site.client.get("/sitemap.xml")
    assert answer.headers["content-type"] == "application/xml; charset=utf-8"
    named = [each.removeprefix(SITE) for each in locations(answer.text)]
    assert len(named) == len(set(named))
    assert {f"/documents/{row[0]}" for row in db.execute("select id from documents")} <= set(named)
    assert {"/areas/broadband", "/positions/tc-hotspot-lending", "/jurisdictions/us"} <= set(named)
    for path in named:
        assert (await site.client.get(path)).status_code == 200, path
    days = etree.fromstring(answer.content).xpath("//s:lastmod/text()", namespaces=SPACE)
    assert set(days) == {"2022-03-08"}


async def test_many_pages_are_an_index_of_maps(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST", 10)
    monkeypatch.setattr(sitemap, "ROWS", 3)
    index = locations((await site.client.get("/sitemap.xml")).text, "sitemap")
    assert index == [f"{SITE}/sitemap-{name}.xml" for name in ("pages", "1", "2")]
    named = [each for part in index for each in locations((await site.client.get(part.removeprefix(SITE))).text)]
    assert f"{SITE}/documents/{BROADBAND}" in named
    assert len([each for each in named if "/documents/" in each]) == 4
    for nothing in ("/sitemap-3.xml", "/sitemap-0.xml", "/sitemap-x.xml", "/sitemap-99999.xml"):
        assert (await site.client.get(nothing)).status_code == 404


def allowed(rules: str, path: str) -> bool:
    """RFC 9309, 2.2.2: the longest rule that the path begins with decides; without one, all is allowed."""
    found = re.findall(r"^(Allow|Disallow): (\S+)$", rules, re.MULTILINE)
    matching = [(len(prefix), word == "Allow") for word, prefix in found if path.startswith(prefix)]
    return max(matching, default=(0, True))[1]


async def test_robots_are_kept_from_what_has_no_end_and_from_nothing_else(site) -> None:
    answer = await site.client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("User-agent: *\n")
    assert f"\nSitemap: {SITE}/sitemap.xml\n" in answer.text
    named = [each.removeprefix(SITE) for each in locations((await site.client.get("/sitemap.xml")).text)]
    assert [each for each in named if not allowed(answer.text, each)] == []
    for path in (
        "/browse?area=broadband",
        "/browse.csv",
        "/corpus/documents",
        f"/embed/documents/{BROADBAND}",
        "/desk",
    ):
        assert not allowed(answer.text, path), path
    assert allowed(answer.text, f"/documents/{BROADBAND}.atom")
