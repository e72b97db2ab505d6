"""Whose address counts for the limits: X-Forwarded-For is believed from our own proxies, read in one place, used in all."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import desk_fixtures
import httpx
import pytest
from conftest import ROOT
from digest_fixtures import HEAD, corpus

import serve
from desk.web.request_parsing import who_asks
from settings import Configuration
from store.connect import open_mail

GATEWAY = "10.87.44.1"  # of the containers' network in deploy/compose.yml


@pytest.mark.parametrize(
    ("peer", "said", "proxies", "found"),
    [
        ("127.0.0.1", "198.51.100.7", "127.0.0.1,::1", "198.51.100.7"),
        ("::1", "198.51.100.7", "127.0.0.1,::1", "198.51.100.7"),
        (GATEWAY, "198.51.100.7", "127.0.0.1,::1", GATEWAY),
        (GATEWAY, "198.51.100.7", f"127.0.0.1,{GATEWAY}", "198.51.100.7"),
        (GATEWAY, "198.51.100.7", "10.87.0.0/16", "198.51.100.7"),
        (f"::ffff:{GATEWAY}", "198.51.100.7", "10.87.0.0/16", "198.51.100.7"),
        ("203.0.113.9", "198.51.100.7", "10.87.0.0/16", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.7", "127.0.0.1", "198.51.100.7"),  # the first is what the visitor claims
        ("127.0.0.1", "1.1.1.1, 198.51.100.7, 10.0.0.5", "127.0.0.1,10.0.0.5", "198.51.100.7"),  # two proxies
        ("127.0.0.1", "10.0.0.6, 10.0.0.5", "127.0.0.1,10.0.0.0/8", "10.0.0.6"),  # a visitor from our own network
        ("127.0.0.1", "", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", " , ", "127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::7", "127.0.0.1", "2001:db8::7"),
        ("", "198.51.100.7", "127.0.0.1", "198.51.100.7"),
        ("127.0.0.1", "x" * 100, "127.0.0.1", "x" * 45),
    ],
)
def test_a_proxy_of_ours_is_believed_and_nobody_else(peer: str, said: str, proxies: str, found: str) -> None:
    assert who_asks(peer, {"x-forwarded-for": said}, Configuration(proxies=proxies)) == found


@pytest.mark.parametrize("named", [GATEWAY, "10.9.9.9, 10.87.44.1"])
def test_the_proxy_that_signs_people_in_is_one_of_them(named: str) -> None:
    config = Configuration(sso_proxy=named)
    assert who_asks(GATEWAY, {"x-forwarded-for": "198.51.100.7"}, config) == "198.51.100.7"
    assert who_asks(GATEWAY, {}, replace(config, sso_proxy="proxy.example")) == GATEWAY


def test_one_place_reads_the_header() -> None:
    rooms = [ROOT / room for room in ("desk", "digest", "pages", "operations", "datasette", "commands")]
    files = [*ROOT.glob("*.py"), *(path for room in rooms for path in room.rglob("*.py"))]
    readers = [str(path.relative_to(ROOT)) for path in files if "x-forwarded-for" in path.read_text(encoding="utf-8")]
    # watch.py only asks whether the header is there: the numbers are not for whoever comes through a proxy.
    assert sorted(readers) == ["datasette/plugins/watch.py", "desk/web/request_parsing.py"]


def asked_through(site: object, peer: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=site.app(), client=(peer, 1234))  # type: ignore[attr-defined]
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


@pytest.mark.parametrize(("proxies", "let_in"), [("127.0.0.1", 8), (GATEWAY, 24)])
async def test_visitors_of_the_container_do_not_share_a_limit(tmp_path: Path, proxies: str, let_in: int) -> None:
    """Subscribing: 8 from one place. Three visitors behind one proxy are three places, once it is known as a proxy."""
    corpus(tmp_path)
    config = Configuration(data=tmp_path, site="http://localhost", mail_from=HEAD.sender, proxies=proxies)
    site = serve.build(config.corpus, secret="a secret of the tests", mail=config)
    async with asked_through(site, GATEWAY) as asked:
        for number in range(30):
            form = {"email": f"p@d{number}.example", "step": "save"}
            await asked.post("/subscribe", data=form, headers={"X-Forwarded-For": f"198.51.100.{number % 3}"})
    with closing(open_mail(config.mail)) as db:
        assert db.execute("select count(*) from subscribers").fetchone()[0] == let_in


@pytest.mark.parametrize(("proxies", "places"), [("127.0.0.1", 1), (GATEWAY, 2)])
async def test_tries_of_a_password_are_counted_for_the_visitor(tmp_path: Path, proxies: str, places: int) -> None:
    config = replace(desk_fixtures.build(tmp_path), proxies=proxies)
    browser = desk_fixtures.Browser(desk_fixtures.site_of(config).app())
    browser.http = asked_through(desk_fixtures.site_of(config), GATEWAY)
    for visitor in ("198.51.100.7", "198.51.100.8"):
        browser.http.headers["X-Forwarded-For"] = visitor
        await browser.sign_in(password="a wrong password")
    with closing(desk_fixtures.open_desk(config)) as db:
        [(tries, found)] = db.execute("select count(*), count(distinct origin_hash) from attempts").fetchall()
    assert (tries, found) == (2, places)
