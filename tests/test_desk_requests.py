"""What the desk takes for a form, and what it refuses: tokens, other sites, other methods, what cannot be read or is endless."""

from __future__ import annotations

from typing import Any

import pytest
from desk_fixtures import (
    PASSWORD,
    Browser,
    document,
)
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made

from desk.web import context

pytestmark = pytest.mark.slow


async def test_a_form_without_its_token_is_refused(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    form = {"subject": "area:broadband", "verdict": "confirm", "seen": "0"}
    for more in ({}, {"csrftoken": "x"}, {"csrftoken": ""}):
        answer = await browser.http.post(document(), data=form | more)
        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "private, no-store"
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0


async def test_a_login_from_elsewhere_is_refused(application: Any) -> None:
    browser = Browser(application)
    answer = await browser.http.post("/desk/login", data={"name": "Ana Reader", "password": PASSWORD})
    assert answer.status_code == 403
    assert "infopolicy_desk" not in str(answer.headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_from_another_site_is_refused(browser: Browser, headers: dict[str, str]) -> None:
    await browser.sign_in()
    answer = await browser.send(document(), headers, subject="area:broadband", verdict="confirm", seen="0")
    assert answer.status_code == 403
    own = {"origin": "http://localhost", "sec-fetch-site": "same-origin"}
    assert (
        await browser.send(document(), own, subject="area:broadband", verdict="confirm", seen="0")
    ).status_code == 302


async def test_a_form_that_is_none_is_refused(browser: Browser) -> None:
    await browser.sign_in()
    token = await browser.token()
    send = browser.http.post
    json = await send(document(), json={"a": 1}, headers={"x-csrftoken": token})
    assert json.status_code == 415
    large = await send(document(), data={"csrftoken": token, "note": "x" * 500_000})
    assert large.status_code == 413
    many = await send(document(), data={"csrftoken": token, "line": ["x"] * 6_000})
    assert many.status_code == 400


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"csrftoken=\xff\xfe"),
        ("application/x-www-form-urlencoded; charset=x", b"%ff%fe=%00"),
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense\r\n\r\n\xff"),
        ("\xff", b"a=b"),
        ("", b""),
    ],
)
@pytest.mark.parametrize("path", ["/desk/login", "/browse"])
async def test_a_form_that_cannot_be_read_is_told_so(browser: Browser, path: str, kind: str, body: bytes) -> None:
    await browser.token()
    answer = await browser.http.post(path, content=body, headers={"content-type": kind.encode("latin-1")})
    assert answer.status_code in (400, 403, 404, 405, 415)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_no_form_is_read_without_end(browser: Browser) -> None:
    await browser.token()
    sent = 0

    async def endless():  # type: ignore[no-untyped-def]
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * 200_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await browser.http.post("/browse", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert sent < 40


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_do_nothing(browser: Browser, method: str) -> None:
    await browser.sign_in()
    token = await browser.token()
    answer = await browser.http.request(method, document(), headers={"x-csrftoken": token})
    assert answer.status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/browse",
        "javascript:alert(1)",
        "/deskx",
        "http://[",
        "",
    ],
)
def test_no_page_leads_elsewhere(address: str) -> None:
    assert context.local(address) == "/desk"


def test_pages_lead_back_within_the_desk() -> None:
    assert context.local("/desk/documents/us-117-hr1?n=3#open") == "/desk/documents/us-117-hr1?n=3#open"
