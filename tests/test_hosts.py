"""What the site answers does not depend on the host that a visitor names: its own addresses come from the setting `site`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
import site_corpus
from desk_fixtures import build, site_of
from sqlite_utils import Database

from settings import Configuration

SITE = "https://policy.example.org"
FORWARDED = {
    "X-Forwarded-Host": "evil.example",
    "X-Original-Host": "evil.example",
    "Forwarded": "host=evil.example;proto=http",
    "X-Forwarded-Proto": "ftp",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Rewrite-URL": "//evil.example",
}
FOREIGN = ({"Host": "evil.example:443"} | FORWARDED, {"Host": "a@evil.example/x?"})
BLOB = quote_plus("select x'00ff' as b, id from documents")
PATHS = (
    "/",
    "/areas",
    "/browse?area=broadband",
    "/corpus",
    "/corpus.json",
    "/corpus/documents",
    "/corpus/documents?_size=1",
    "/corpus/documents.json?_size=1",
    "/corpus/documents?_facet=kind&_size=2",
    "/corpus/documents.json?_facet=kind&_size=1",
    f"/corpus?sql={BLOB}",
    f"/corpus.csv?sql={BLOB}",
    f"/corpus.json?sql={BLOB}&_shape=array",
    "/corpus/documents.jsono?_size=1",
    f"/corpus/documents/{site_corpus.BROADBAND}",
    f"/corpus/documents/{site_corpus.BROADBAND}.json",
    "/corpus/blobs.csv",
    "/corpus/blobs",
    "/browse.atom",
    "/browse.json?size=1",
    "/deadlines.ics",
    "/sitemap.xml",
    "/robots.txt",
    "/llms.txt",
    "/catalog.jsonld",
    "/api",
    f"/documents/{site_corpus.BROADBAND}",
    "/desk",
    "/desk/login",
    "/digest",
    "/subscribe",
    "/report",
    "/nothing",
    "/nothing.json",
    "/areas/",
    "/es/areas",
    "/es/corpus",
    "/corpus/nothing",
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    made = build(tmp_path_factory.mktemp("hosts"))
    db = Database(made.corpus)
    db.execute("create table blobs (id integer primary key, b blob)")
    db.execute("insert into blobs values (1, x'00ff')")
    db.close()
    return Configuration(data=made.data, site=SITE)


@pytest.fixture(scope="module")
def app(config: Configuration) -> Any:
    return site_of(config, mail=config, site=SITE).app()


async def answer(app: Any, path: str, headers: dict[str, str]) -> str:
    """Status, headers and body, without what is new in each answer."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=SITE) as client:
        found = await client.get(path, headers=headers)
    said = f"{found.status_code}\n{found.headers.multi_items()}\n{found.text}"
    once = r"x-request-id', '[^']+'|csrftoken=[^;]+|name=\"(csrftoken|proof)\" value=\"[^\"]+\"|\"?query_ms\"?: [0-9.]+"
    return re.sub(rf"{once}|timed_out|[0-9.]+ ?ms", "", said)


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS)
async def test_a_foreign_host_changes_no_answer(app: Any, path: str) -> None:
    usual = await answer(app, path, {})
    for headers in FOREIGN:
        assert await answer(app, path, headers) == usual, headers
    assert "evil" not in usual


async def test_the_whole_addresses_of_datasette_begin_with_the_setting(app: Any) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://evil.example") as client:
        rows = (await client.get("/corpus/documents.json?_size=1&_facet=kind")).json()
        assert rows["next_url"].startswith(f"{SITE}/corpus/documents.json?")
        facets = [each["toggle_url"] for facet in rows["facet_results"].values() for each in facet["results"]]
        assert facets
        assert [each for each in facets if not each.startswith(f"{SITE}/corpus/documents.json?")] == []
        assert f"{SITE}/corpus/blobs/1.blob?_blob_column=b" in (await client.get("/corpus/blobs.csv")).text
        page = await client.get("/corpus/documents?_size=1")
        assert f'href="{SITE}/corpus/documents?_size=1&amp;_next=' in page.text
        assert page.headers["link"].startswith(f"{SITE}/corpus/documents.json")


def test_no_page_takes_an_address_from_the_request() -> None:
    """A visitor chooses `request.url` and `request.host`; only request_parsing.check_origin compares the host with the form's."""
    root = Path(site_corpus.__file__).resolve().parents[2]
    places = ("datasette/plugins/*.py", "datasette/templates/**/*.html", "pages/**/*.py", "desk/**/*.py")
    files = [path for place in places for path in root.glob(place)]
    said = re.compile(r"request\.(url|host)\b(?!_)|\bbase_url\b|['\"]host['\"]")
    found = [(path.name, line.strip()) for path in files for line in path.read_text().splitlines() if said.search(line)]
    assert found == [
        ("request_parsing.py", """ours |= {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}""")
    ]
