"""Every kind of name gets the same answer for the same work, and nobody's wrong passwords lock out anybody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from desk_fixtures import HASH, NOW, PASSWORD, Browser, clock, person, site_of
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made

from desk.accounts import accounts, limits, passwords
from desk.partners import partners
from settings import Configuration
from store.connect import open_partners
from store.network import network_of

pytestmark = pytest.mark.slow

PARTNER = "Dana Partner"
KINDS = {
    "staff": "Ana Reader",
    "partner": PARTNER,
    "unknown": "Nobody Known",
    "closed staff": "Cleo Looker",
    "closed partner": "Emil Partner",
    "without a password": "Olga Remote",
    "odd letters": "Ána\u202e \U0001f600 ﷺ' or 1=1 -- <b>",
    "zero byte": "Ana\x00Reader",
    "empty": "",
    "very long": "Ana Reader " * 20_000,
}


@pytest.fixture
def portal(db: Any, config: Configuration, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """staff.db and partners.db with an account of each kind."""
    monkeypatch.setattr(passwords, "_NOBODY", "pbkdf2_sha256$1000$00$", raising=False)  # fewer rounds, as in HASH
    accounts.add(db, "Olga Remote", role="viewer", password=None, email="olga@example.org", now=NOW)
    accounts.set_disabled(db, person(db, "Cleo Looker"), True, now=NOW)
    with closing(open_partners(config.partners, config.corpus)) as opened:
        for name in (PARTNER, "Emil Partner"):
            partners.add_partner(opened, name, "Electronic Frontier Foundation", password=PASSWORD, now=NOW)
        opened.execute("update accounts set password = ?", [HASH])
        accounts.set_disabled(opened, accounts.find(opened, "Emil Partner"), True, now=NOW)  # type: ignore[arg-type]
        yield db


@pytest.fixture
def application(portal: Any, config: Configuration) -> Any:
    return site_of(config).app()


def at(application: Any, address: str) -> Browser:
    browser = Browser(application)
    transport = httpx.ASGITransport(app=application, client=(address, 1234))
    browser.http = httpx.AsyncClient(transport=transport, base_url="http://localhost")
    return browser


async def tried(browser: Browser, name: str, password: str, following: str = "/partner/documents/x") -> Any:
    form = {"csrftoken": await browser.token(), "name": name, "password": password, "next": following}
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return await browser.http.post("/desk/login", content=urlencode(form), headers=kind)


def seen(answer: httpx.Response) -> tuple[Any, ...]:
    """All of an answer but the name in the form's field."""
    body = re.sub(r'(name="name" value=")[^"]*"', r'\1"', answer.text)
    changing = ("content-length", "x-request-id")
    return answer.status_code, body, [each for each in answer.headers.multi_items() if each[0] not in changing]


# --------------------------------------------------------------------- the same for every name


@pytest.mark.parametrize("following", ["/desk/trail", "/partner/documents/x"])
@pytest.mark.parametrize("password", ["a wrong password", "x" * 2_000, PASSWORD])
async def test_every_kind_of_name_gets_the_same_answer_for_the_same_work(
    application: Any, portal: Any, monkeypatch: pytest.MonkeyPatch, password: str, following: str
) -> None:
    hashed: list[str] = []
    real = passwords.hashlib.pbkdf2_hmac

    def count(*arguments: Any) -> bytes:
        hashed.append(arguments[0])
        return real(*arguments)

    monkeypatch.setattr(passwords.hashlib, "pbkdf2_hmac", count)
    monkeypatch.setattr(limits, "PER_ORIGIN", 100)
    answers, work = {}, {}
    browser = at(application, "203.0.113.7")
    await browser.token()
    for kind, name in KINDS.items():
        if password == PASSWORD and kind in ("staff", "partner"):
            continue  # the right one, by which they get in
        hashed.clear()
        answers[kind] = seen(await tried(browser, name, password, following))
        work[kind] = len(hashed)
    first = answers["unknown"]
    assert {kind: answer for kind, answer in answers.items() if answer != first} == {}
    assert first[0] == 403
    assert set(work.values()) == {0 if len(password) > passwords.LONGEST else 1}


async def test_one_counter_for_staff_partners_and_nobody(application: Any, portal: Any) -> None:
    browser = at(application, "203.0.113.7")
    names = [KINDS[kind] for kind in ("staff", "partner", "unknown", "closed staff", "closed partner", "odd letters")]
    codes = [(await tried(browser, name, "a wrong password")).status_code for name in names * 6]
    assert codes == [403] * limits.PER_ORIGIN + [429] * (36 - limits.PER_ORIGIN)
    assert portal.execute("select count(*) from attempts").fetchone()[0] == limits.PER_ORIGIN


async def test_a_try_is_counted_before_the_name_is_looked_up(
    application: Any, portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    real = accounts.find

    def find(file: Any, name: str) -> Any:
        counted.append(portal.execute("select count(*) from attempts").fetchone()[0])
        return real(file, name)

    monkeypatch.setattr(accounts, "find", find)
    for number, kind in enumerate(("unknown", "partner", "staff"), 1):
        counted.clear()
        await tried(at(application, "203.0.113.7"), KINDS[kind], "a wrong password")
        # Both files are looked into, for each of them.
        assert counted == [number, number]


# --------------------------------------------------------------------- senders


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_network_is_one_sender(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_network_of_ipv6_addresses_tries_no_more_than_one_address(db: Any) -> None:
    tried = [limits.allow_attempt(db, f"name {n}", f"2001:db8::{n:x}", NOW) for n in range(limits.PER_ORIGIN + 10)]
    assert sum(tried) == limits.PER_ORIGIN
    assert limits.allow_attempt(db, "another", "2001:db8:0:1::1", NOW)


# --------------------------------------------------------------------- nobody is locked out by others


def attack(portal: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong passwords from 60 places, until nobody new gets in under this name, nor under any other."""
    monkeypatch.setattr(limits, "TOTAL", 40)
    for n in range(60):
        limits.allow_attempt(portal, name if n < 30 else f"name {n}", f"198.51.100.{n}", clock())
    assert portal.execute("select count(*) from attempts").fetchone()[0] >= 40


@pytest.mark.parametrize(("name", "home"), [("Ana Reader", "/desk"), (PARTNER, "/partner")])
async def test_who_has_signed_in_before_still_gets_in(
    application: Any, portal: Any, monkeypatch: pytest.MonkeyPatch, name: str, home: str
) -> None:
    known, new = at(application, "203.0.113.7"), at(application, "203.0.113.8")
    assert (await tried(known, name, PASSWORD, home)).status_code == 302
    await known.send(f"{home}/logout")
    attack(portal, name, monkeypatch)
    refused = await tried(new, name, PASSWORD, home)
    assert refused.status_code == 429
    assert "the password was not checked. Try again in 15 minutes" in refused.text
    # From the place of the attack too, as behind one address of an office.
    known.http._transport = httpx.ASGITransport(app=application, client=("198.51.100.1", 1))
    answer = await tried(known, name, PASSWORD, home)
    assert (answer.status_code, answer.headers.get("location")) == (302, home)


async def test_a_known_browser_has_its_own_small_number_of_tries(
    application: Any, portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = at(application, "203.0.113.7")
    await tried(browser, "Ana Reader", PASSWORD, "/desk")
    codes = [(await tried(browser, "Ana Reader", "a wrong password")).status_code for _ in range(7)]
    assert codes == [403] * limits.PER_NAME_AND_ORIGIN + [429] * 2
    # It is known for the one who signed in, and for nobody else.
    attack(portal, "Ben Writer", monkeypatch)
    assert (await tried(browser, "Ben Writer", PASSWORD)).status_code == 429


async def test_a_device_cookie_is_signed_old_ones_end_and_it_opens_nothing(
    application: Any, config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = at(application, "203.0.113.7")
    answer = await tried(browser, "Ana Reader", PASSWORD, "/desk")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("infopolicy_device="))
    assert {"HttpOnly", "Path=/desk/login", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Ana" not in cookie
    monkeypatch.setattr(limits, "TOTAL", 0)
    site = site_of(config)
    right = {"device": limits.device_cookie("Ana Reader"), "since": "2999-01-01T00:00:00Z"}
    other = site_of(config, secret="another secret of at least 32 characters")
    for kept, let_in in (
        (site.sign(right, "device"), True),
        (site.sign(right, "desk"), False),
        (other.sign(right, "device"), False),
        (site.sign(right | {"since": "2020-01-01T00:00:00Z"}, "device"), False),
        (site.sign(right | {"device": limits.device_cookie("Ben Writer")}, "device"), False),
        (site.sign({"since": "2999-01-01T00:00:00Z"}, "device"), False),
        (site.sign(["x"], "device"), False),
        ("nonsense", False),
    ):
        stranger = at(application, "203.0.113.9")
        await stranger.token()
        stranger.http.cookies.set("infopolicy_device", kept, path="/desk/login")
        assert (await stranger.get("/desk")).status_code == 302
        assert ((await tried(stranger, "Ana Reader", PASSWORD)).status_code == 302) is let_in


async def test_who_is_signed_in_can_change_the_password_while_others_guess_it(
    application: Any, portal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = at(application, "203.0.113.7")
    await tried(browser, "Ana Reader", PASSWORD, "/desk")
    attack(portal, "Ana Reader", monkeypatch)
    form = {"step": "password", "old": PASSWORD, "new": "a new long password", "again": "a new long password"}
    assert (await browser.send("/desk/account", **form)).headers.get("location") == "/desk/login"
