"""Whatever is typed into any form of the desk, of partners or of the public: an answer, never a breakdown."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from datasette.utils import resolve_routes
from desk_fixtures import NOW, PASSWORD, Browser, address_of, build, copy, is_fallback, open_desk, site_of
from site_corpus import BROADBAND

from desk.intake import manual_entry_pages, reports
from desk.partners import partners
from desk.web.routes import ADDRESSES, ROUTES
from desk.web.routing import DESK, PARTNERS, Portal
from store.connect import open_partners

pytestmark = pytest.mark.slow

HOSTILE = (
    "",
    " ",
    "0",
    "1",
    "-1",
    "99999999999999999999",
    "1e9",
    "٣",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "é" * 300,
    "x" * 5_000,
    "' or 1=1 --",
    '"',
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%s %(x)s {x}",
    "[]",
    "null",
    "[[",
    "../../staff.db",
    "//evil",
    "javascript:alert(1)",
    "http://[",
    "https://a b",
    "2026-02-30",
    "9999-99-99",
    "0000-00-00",
    "\r\n\r\nSet-Cookie: a=b",
    "us-117-hr1783",
    "us",
    "us-tx",
    "117",
    "area:broadband",
    "position:tc-hotspot-lending",
    "stance",
    "priority",
    "outcome:x",
    "confirm",
    "reject",
    "change",
    "defer",
    "undo",
    "support",
    "oppose",
    "bill",
    "case",
    "introduced",
    "broadband",
    "save",
    "apply",
    "preview",
    "withdraw",
    "propose",
    "show",
    "note",
    "assign",
    "snooze",
    "wake",
    "password",
    "shortcuts",
    "open",
    "mended",
    "accepted",
    "refused",
    "wording",
    "version",
    "pr-library-records",
    "Ana Reader",
    PASSWORD,
    '[1, "us-117-hr1783", "support", "x", 0]',
    '["us-117-hr1783", "area:broadband", "confirm", null, 0]',
    "[1, 2, 3, 4, 5]",
)
FIELDS = (
    *manual_entry_pages.FIELDS,
    "step",
    "seen",
    "new_place",
    "subject",
    "verdict",
    "value",
    "reason",
    "published",
    "words",
    "field",
    "start",
    "n",
    "review",
    "batch",
    "document",
    "action",
    "line",
    "row",
    "name",
    "area",
    "person",
    "until_on",
    "until_change",
    "on",
    "next",
    "report",
    "state",
    "statement",
    "hide",
    "stance",
    "why",
    "body",
    "section",
    "adopted",
    "revised",
    "confidence",
    "rationale",
    "old",
    "new",
    "again",
    "password",
    "page",
    "email",
    "website",
    "id",
    "q",
    "closed",
    "before",
    "only_area",
    "about",
    "work",
    "draft",
    "source",
    "record",
    "kind",
    "position_id",
    "document_id",
    "happened_on",
    "due_on",
    "link",
    "public",
    "issue",
    "place-us-117-hr1783",
)
#: Signing out or changing one's password would end the test's own session.
_LEFT_OUT = {"/logout", "/login", "/account"}
ROUNDS = 12


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = build(tmp_path_factory.mktemp("forms"))
    with closing(open_partners(config.partners, config.corpus)) as db:
        dana = partners.add_partner(db, "Dana Partner", "EFF", password=PASSWORD, now=NOW)
        partners.publish_statement(db, dana, BROADBAND, "oppose", "", seen=0, now=NOW)
    with closing(open_desk(config)) as db:
        reports.file(db, "/", "Something is wrong here.", None, origin="a", now=NOW)
    return config.data


def addresses(portal: Portal) -> list[str]:
    """Every address of a portal with a page that keeps the session."""
    found = [address_of(route) for route in ROUTES if route.portal is portal and not is_fallback(route)]
    return [path for path in found if path.removeprefix(portal.prefix) not in _LEFT_OUT]


STAFF = addresses(DESK)
PARTNER = addresses(PARTNERS)


def typed(rng: random.Random) -> str:
    """A form, or the part of an address after the question mark, as it is sent."""
    names = rng.sample(FIELDS, rng.randint(4, 24))
    pairs = [(name, rng.choice(HOSTILE)) for name in names for _ in range(rng.choice((1, 1, 1, 2)))]
    return "&".join(f"{name}={quote_plus(value.encode('utf-8', 'surrogatepass'))}" for name, value in pairs)


async def try_all(browser: Browser, paths: list[str], seed: str) -> None:
    rng = random.Random(seed)
    token = quote_plus(await browser.token())
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for path in paths:
        for _ in range(ROUNDS):
            asked = f"{path}?{typed(rng)}"
            answers = [await browser.get(asked)]
            body = f"csrftoken={token}&{typed(rng)}"
            answers.append(await browser.http.post(rng.choice((path, asked)), content=body, headers=kind))
            for answer in answers:
                assert answer.status_code < 500, (path, body)
                assert "Set-Cookie: a=b" not in str(answer.headers)
                assert "<script>alert(1)" not in answer.text


@pytest.mark.parametrize("name", ["Ana Reader", "Cleo Looker"])
async def test_no_form_of_the_desk_breaks(made: Path, tmp_path: Path, name: str) -> None:
    config = copy(made, tmp_path)
    config.partners.write_bytes((made / "partners.db").read_bytes())
    browser = Browser(site_of(config).app())
    await browser.sign_in(name)
    await try_all(browser, STAFF, f"staff {name}")
    # Still signed in: what was tried was tried inside.
    assert (await browser.get("/desk/people")).status_code == 200


async def test_no_form_of_partners_breaks(made: Path, tmp_path: Path) -> None:
    config = copy(made, tmp_path)
    config.partners.write_bytes((made / "partners.db").read_bytes())
    browser = Browser(site_of(config).app())
    await browser.sign_in("Dana Partner")
    await try_all(browser, PARTNER, "partner")
    assert (await browser.get("/partner")).status_code == 200


async def test_no_public_form_breaks(made: Path, tmp_path: Path) -> None:
    browser = Browser(site_of(copy(made, tmp_path)).app())
    await try_all(browser, ["/report"] * 4, "public")


def test_the_addresses_are_addresses() -> None:
    assert len(STAFF) == len(set(STAFF)) == len([route for route in ROUTES if route.portal is DESK]) - 4
    for path in STAFF:
        assert not is_fallback(resolve_routes(ADDRESSES, path)[1]), path
    assert ["/partner", f"/partner/documents/{BROADBAND}"] == PARTNER
