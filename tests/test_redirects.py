"""Where a redirect leads, judged by a parser of the WHATWG URL standard: what a browser does with the address."""

from __future__ import annotations

import itertools
import json
import subprocess
from typing import Any
from urllib.parse import unquote

import pytest
import site_corpus
from conftest import needs
from desk_fixtures import Browser, application, browser, config, made  # noqa: F401
from site_corpus import TODAY

import serve
from desk.web.context import local
from pages.http.redirects import is_own, own

SITE = "https://policy.example.org"
#: How an address may begin, and what may stand after it: slashes of both kinds, what a parser leaves out, other schemes.
BEGINNINGS = (
    "",
    "/",
    "//",
    "///",
    "////",
    "\\",
    "\\\\",
    "/\\",
    "\\/",
    "/\\/",
    "/\t/",
    "/\n/",
    "\t//",
    " //",
    "/\r/",
    "\x00//",
    "\x1f//",
    "/.//",
    "/..//",
    "/%2e%2e//",
    "https:",
    "https:/",
    "https://",
    "HTTPS:\\\\",
    "http:",
    "javascript:",
    "data:text/html,",
    "ftp://",
    "//\u3002",
    "/\u2028/",
    "/\xa0/",
    "\ufeff//",
    "/\ufeff/",
    "/%09/",
    "/%5c",
    "/%5C/",
    "@",
    "/@",
    "//a@",
    "///a:b@",
    "?",
    "#",
    "/?//",
    "/#//",
)
ENDS = (
    "evil.example",
    "evil.example/desk",
    "desk/x",
    "desk",
    "desk/../..//evil.example",
    "desk\\..\\..\\\\evil.example",
    "desk/%2e%2e/x",
    "desk?next=//evil.example",
    "desk#//evil.example",
    "desk/\t..//evil.example",
    "3627734734",
    "[::1]/desk",
    "desk/.%2E/.%2e//evil.example",
)
HOSTILE = [beginning + end for beginning, end in itertools.product(BEGINNINGS, ENDS)]
SLASHES = ("/\\", "//", "/\\/", "///", "/%5c", "/%09/")
_JUDGE = """
const asked = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(asked.map(([base, each]) => {
  try { const url = new URL(each, base); return [url.origin, url.pathname]; } catch (error) { return null; }
})));
"""


def judged(addresses: list[str], page: str = f"{SITE}/desk/login") -> list[list[str] | None]:
    """Origin and path of each address as a browser that is on a page of ours understands it; None where it goes nowhere."""
    asked = json.dumps([[page, each] for each in addresses])
    done = subprocess.run(["node", "-e", _JUDGE], input=asked, capture_output=True, text=True, check=True, timeout=300)
    return json.loads(done.stdout)


@needs("node")
def test_what_counts_as_our_own_stays_with_us_in_a_browser() -> None:
    assert len(HOSTILE) > 500
    for address, where in zip(HOSTILE, judged(HOSTILE), strict=True):
        if is_own(address):
            assert where is not None, repr(address)
            assert where[0] == SITE, repr(address)
    leads_away = [
        address for address, where in zip(HOSTILE, judged(HOSTILE), strict=True) if not where or where[0] != SITE
    ]
    assert len(leads_away) > 200, "the judge must find these hostile"
    assert {"///desk/x", "/\\evil.example", "/\t/evil.example", "////desk"} <= set(leads_away)


@needs("node")
def test_any_address_that_is_made_our_own_leads_nowhere_else() -> None:
    changed = [own(each) for each in HOSTILE]
    for address, where in zip(HOSTILE, judged(changed), strict=True):
        assert where is not None, repr(address)
        assert where[0] == SITE, repr(address)
    for kept in ("/", "/areas/broadband", "/es/areas?x=1&y=%20#top", "/desk?next=//x"):
        assert own(kept) == kept
    assert own("/café") == "/caf%C3%A9"


@needs("node")
@pytest.mark.parametrize("house", ["/desk", "/partner"])
def test_after_signing_in_one_stays_at_the_desk(house: str) -> None:
    asked = [each.replace("desk", house.strip("/")) for each in HOSTILE]
    for address, where in zip(asked, judged([local(each, house, house) for each in asked]), strict=True):
        assert where is not None, repr(address)
        assert where[0] == SITE, repr(address)
        assert where[1] == house or where[1].startswith(f"{house}/"), repr(address)
    for kept in (house, f"{house}/documents/us-117-hr9?n=1#open", f"{house}?q=é"):
        assert local(kept, "/elsewhere", house) == kept


@pytest.mark.parametrize("address", ["///desk/x", "////desk", "///desk", "/desk/../../x", "/desk/%2e%2e/partner"])
async def test_the_sign_in_form_never_sends_anybody_elsewhere(browser: Browser, address: str) -> None:
    answer = await browser.send("/desk/login", name="Ana Reader", password="correct horse battery staple", next=address)
    assert (answer.status_code, answer.headers["location"]) == (302, "/desk")


@needs("node")
async def test_redirects_of_datasette_and_of_languages_stay_here(tmp_path: Any) -> None:
    app = serve.build(site_corpus.build(tmp_path), secret="x" * 40, today=TODAY).app()
    ends = ("evil.example", "evil", "evil.example/x")
    paths = [
        prefix + slashes + end + last
        for prefix, slashes, end, last in itertools.product(("", "/es"), SLASHES, ends, ("/", "/?x=1", ""))
    ]
    places = [place for each in paths if (place := await location_of(app, each))]
    assert len(places) > 50
    assert [
        place for place, where in zip(places, judged(places, SITE), strict=True) if not where or where[0] != SITE
    ] == []


async def location_of(app: Any, target: str) -> str | None:
    """The header Location of the answer to a target as it stands in a request, which no client would send like this."""
    raw, _, query = target.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(raw),
        "headers": [],
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    headers = {name.lower(): value for name, value in said[0]["headers"]}
    found = headers.get(b"location")
    return found.decode() if found else None
