"""The headers of every kind of page, as docs/security.md promises them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import desk_fixtures
import hostile_fixtures
import pytest
from desk_fixtures import Browser, address_of, is_fallback
from hostile_fixtures import FAMILY
from people_fixtures import COMMITTEES_PAGE, OHIOS_VOTE, READERS_PAGE
from site_corpus import BROADBAND

from desk.web.routes import ROUTES
from operations.dumps.dump import dump
from pages.http.headers import headers_for

pytestmark = pytest.mark.slow

DOCS = Path(__file__).resolve().parents[1] / "docs/security.md"
#: The issue of the digest that this world has released.
ISSUE = "public-weekly-2022-w10"
#: Kind of page -> addresses of it. The kinds are those of the table in docs/security.md.
KINDS: dict[str, tuple[str, ...]] = {
    "Public page": (
        "/browse",
        "/areas",
        "/positions",
        "/positions/tc-hotspot-lending",
        "/positions/tc-hotspot-lending/brief",
        "/deadlines",
        "/calendar",
        f"/documents/{BROADBAND}",
        f"/documents/{BROADBAND}/versions",
        f"/documents/{BROADBAND}/similar",
        "/families",
        f"/families/{FAMILY}",
        "/scorecard",
        "/stances",
        "/sources",
        "/accuracy",
        "/glossary",
        "/about",
        "/tour",
        "/dumps",
        "/api",
        "/digest",
        f"/digest/{ISSUE}",
        "/jurisdictions",
        "/places/texas",
        "/chapters",
        "/report",
        "/trackers",
        "/companies",
        "/companies/amazon",
        "/positions/tc-hotspot-lending/handout",
        "/positions/tc-hotspot-lending/companies",
        "/es/browse",
        f"/es/documents/{BROADBAND}",
        "/subscribe",
        "/people",
        "/scorecard/members",
        "/scorecard/members/method",
        READERS_PAGE,
        COMMITTEES_PAGE,
        OHIOS_VOTE,
        f"/es{READERS_PAGE}",
        "/es/corpus",
    ),
    "Page with charts": (
        "/",
        "/trackers/broadband",
        "/areas/broadband",
        "/jurisdictions/us",
        "/compare",
        "/es",
        "/es/areas/broadband",
    ),
    "Tables and SQL": (
        "/corpus",
        "/corpus/documents",
        f"/corpus/documents/{BROADBAND}",
        "/corpus?sql=select+1",
        "/corpus/documents.json",
    ),
    "Feed, calendar or file": (
        "/browse.atom",
        "/deadlines.ics",
        "/browse.csv",
        "/browse/map",
        "/browse/map.csv",
        "/browse.xlsx",
        "/browse.json",
        f"/documents/{BROADBAND}.json",
        "/areas/broadband.csv",
        "/scorecard.csv",
        "/stances.csv",
        "/stances.json",
        "/stances.xlsx",
        "/stances.atom",
        "/stances.feed",
        "/positions/tc-hotspot-lending/companies.csv",
        "/scorecard.xlsx",
        f"{READERS_PAGE}.atom",
        f"{COMMITTEES_PAGE}.atom",
        f"{OHIOS_VOTE}.csv",
        "/digest.atom",
        "/sitemap.xml",
        "/sitemap-pages.xml",
        "/dumps/latest/tags.parquet",
        "/dumps/20220309T034000Z/tags.parquet",
        "/robots.txt",
        "/llms.txt",
        "/catalog.jsonld",
        "/api/openapi.json",
        "/api/coverage",
        "/favicon.ico",
        "/-/health",
        "/-/metrics",
    ),
    "Find my legislators": ("/find-my-legislators", "/es/find-my-legislators"),
    "Card for other sites": (
        f"/embed/documents/{BROADBAND}",
        "/embed/trackers/broadband",
        "/embed/jurisdictions/us",
        "/embed/browse/map",
        "/embed/documents/nothing",
        "/embed/nothing",
    ),
    "Desk": (
        "/desk/nothing",
        "/partner/nothing",
        "/es/desk",
        *(address_of(each) for each in ROUTES if not is_fallback(each)),
    ),
    "Page behind a link in an email": (
        "/subscribe/manage/aaaaaaaaaaaaaaaa",
        "/subscribe/leave/aaaaaaaaaaaaaaaa",
        "/subscribe/confirm/aaaaaaaaaaaa",
    ),
    "Error": (
        "/-/mcp",
        "/nothing",
        "/corpus/nothing",
        "/corpus?sql=nonsense",
        "/documents/nothing",
        "/staff.db",
        "/.json",
        "/:memory:",
        *(
            f"/-/{name}"
            for name in (
                "static/app.css",
                "metadata",
                "versions",
                "plugins",
                "settings",
                "config",
                "config.json",
                "threads",
                "databases",
                "actor",
                "auth-token",
                "logout",
                "permissions",
                "messages",
                "allow-debug",
                "patterns",
            )
        ),
    ),
    "Static file": ("/static/site.css", "/static/charts.js", "/static/nothing"),
}
#: Kinds whose addresses must all be there: the headers of an error would say nothing of the page.
THERE = ("Public page", "Page with charts", "Tables and SQL", "Feed, calendar or file", "Find my legislators")
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Any:
    config, _ = hostile_fixtures.build(tmp_path_factory.mktemp("headers"))
    assert hostile_fixtures.released(config) == ISSUE
    dump(config, now="2022-03-09T03:40:00Z")
    return desk_fixtures.site_of(config, mail=config)


@pytest.fixture
def browser(site: Any) -> Browser:
    return Browser(site.app())


def directives(policy: str) -> dict[str, set[str]]:
    parts = [part.split() for part in policy.split(";")]
    return {name: set(values) for name, *values in parts}


async def answers(browser: Browser, kind: str) -> Any:
    for signed_in in (False, True):
        if signed_in:
            await browser.sign_in()
        for path in KINDS[kind]:
            yield path, await browser.get(path)


def test_every_address_that_the_site_answers_is_among_them(site: Any) -> None:
    """The list follows the routes of our plugins and of Datasette: a new one is looked at too, or this fails."""
    site.app()
    asked = [re.sub(r"^/es(?=/|$)", "", path.partition("?")[0]) or "/" for paths in KINDS.values() for path in paths]
    lacking = []
    for pattern, _ in site._routes():
        # Datasette takes the first route that fits, as here; a route that an earlier one hides need not be asked.
        if not any(pattern.match(path) for path in asked):
            lacking.append(pattern.pattern)
    assert lacking == []


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_page_has_its_headers(browser: Browser, kind: str) -> None:
    async for path, answer in answers(browser, kind):
        headers = answer.headers
        told = (200, 301, 302, 503) if path == "/-/health" else (200, 301, 302)  # the data of the tests are old
        assert answer.status_code in told or kind not in THERE, (path, answer.status_code)
        for name, value in EVERYWHERE.items():
            assert headers.get_list(name) == [value], (path, name)
        [policy] = headers.get_list("content-security-policy")
        found = directives(policy)
        assert "unsafe" not in policy, path
        assert "http:" not in policy and "data:" not in policy and "blob:" not in policy, path  # noqa: PT018
        assert found["default-src"] == {"'none'"}, path
        assert found["style-src"] == found["img-src"] == {"'self'"}, path
        assert found["base-uri"] == {"'none'"}, path
        assert set(found) <= {
            "default-src",
            "style-src",
            "img-src",
            "script-src",
            "form-action",
            "base-uri",
            "frame-ancestors",
        }, path
        scripts = kind in ("Page with charts", "Desk", "Card for other sites") and not path.startswith("/es/desk")
        assert found.get("script-src") == ({"'self'"} if scripts else None), path
        if kind == "Card for other sites":
            assert found["frame-ancestors"] == {"*"}
            assert found["form-action"] == {"'none'"}, "nothing to be sent from inside a page of others"
            assert "x-frame-options" not in headers
        else:
            assert found["frame-ancestors"] == {"'none'"}, path
            assert headers["x-frame-options"] == "DENY", path
        for feature in ("camera", "microphone", "geolocation", "payment", "usb", "browsing-topics"):
            assert f"{feature}=()" in headers["permissions-policy"], path
        assert "server" not in headers
        assert "strict-transport-security" not in headers, "the tests' site is not encrypted"


@pytest.mark.parametrize(
    ("kind", "referrer"),
    [
        ("Desk", "same-origin"),
        ("Page behind a link in an email", "no-referrer"),
        ("Find my legislators", "no-referrer"),
        ("Public page", "strict-origin-when-cross-origin"),
        ("Card for other sites", "strict-origin-when-cross-origin"),
        ("Tables and SQL", "strict-origin-when-cross-origin"),
    ],
)
async def test_addresses_are_told_to_others_as_far_as_they_may(browser: Browser, kind: str, referrer: str) -> None:
    async for path, answer in answers(browser, kind):
        if not path.startswith("/es/desk"):  # it leads to /desk
            assert answer.headers["referrer-policy"] == referrer, path


@pytest.mark.parametrize("kind", ["Desk", "Page behind a link in an email"])
async def test_what_is_private_stays_in_no_cache_and_no_search_engine(browser: Browser, kind: str) -> None:
    async for path, answer in answers(browser, kind):
        if not path.startswith("/es/desk"):
            assert "no-store" in answer.headers["cache-control"], path
            assert answer.headers["x-robots-tag"] == "noindex", path


async def test_public_pages_are_cached_for_30_seconds_to_5_minutes(browser: Browser) -> None:
    ages = {path: (await browser.get(path)).headers.get("cache-control", "") for path in KINDS["Public page"]}
    kept = {int(value.removeprefix("max-age=")) for value in ages.values() if value.startswith("max-age=")}
    assert {min(kept), max(kept)} == {30, 300}
    others = {path for path, value in ages.items() if not value.startswith("max-age=")}
    forms = {"/report", "/subscribe"}
    moved = {"/es/corpus", "/places/texas", "/positions/tc-hotspot-lending/handout"}
    assert others == forms | moved, "forms have a token of their own"


async def test_public_pages_are_the_same_for_everybody_who_asks(browser: Browser) -> None:
    """Whoever has signed in sees nothing more there, so that a shared cache can keep them."""
    before = {path: (await browser.get(path)).text for path in KINDS["Public page"]}
    await browser.sign_in()
    for path, text in before.items():
        answer = await browser.get(path)
        token = re.compile(r'name="(csrftoken|proof)" value="[^"]*"')  # both new at each opening of a form
        assert token.sub("", answer.text) == token.sub("", text), path
        assert "Ana Reader" not in answer.text


async def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(browser: Browser) -> None:
    answer = await browser.sign_in()
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("infopolicy_desk=")]
    assert "httponly" in cookie.lower()
    assert re.search(r"samesite=(lax|strict)", cookie.lower())


def test_a_site_with_an_encrypted_address_says_so_for_a_year() -> None:
    for path in ("/", "/desk", "/embed/x", "/subscribe/leave/x", "/browse"):
        assert headers_for(path, tls=True)[b"strict-transport-security"] == b"max-age=31536000"
        assert b"strict-transport-security" not in headers_for(path, tls=False)


async def test_the_encrypted_site_sends_it(tmp_path: Path) -> None:
    config = desk_fixtures.build(tmp_path)
    browser = Browser(desk_fixtures.site_of(config, site="https://policy.example.org").app())
    assert (await browser.get("/browse")).headers["strict-transport-security"] == "max-age=31536000"


def test_no_template_brings_scripts_or_styles_of_its_own() -> None:
    """What the policy would stop should not be written in the first place."""
    home = DOCS.parents[1] / "datasette"
    for file in (home / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*(src=|ld\+json))", text), file
        assert not re.search(r"<style\b|\sstyle=\"|\son[a-z]+=\"|javascript:", text), file


def test_the_document_names_every_kind_of_page() -> None:
    told = DOCS.read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"| {kind} |" in told
