"""Who gets into the desk: passwords, sessions and their limits, single sign-on, and what each role may do."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import (
    NOW,
    PASSWORD,
    SECRET,
    Browser,
    address_of,
    clock,
    copy,
    document,
    person,
    site_of,
)
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.accounts import limits, passwords, sessions
from desk.reviews import reviews
from desk.web.routes import ROUTES
from settings import Configuration

pytestmark = pytest.mark.slow

#: What datasette-auth-passwords 1.1.1 makes of this password, with this salt and 1,000 rounds.
THEIRS = "pbkdf2_sha256$1000$0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f$salIzBwwZCI0wAgS/4pxUhoIvJD0/CaYVuqaAJZyrq0="
#: Read before `few_rounds` of conftest.py.
ROUNDS_IN_EARNEST = passwords.ITERATIONS


# --------------------------------------------------------------------- passwords


def test_hashes_are_those_of_datasette_auth_passwords() -> None:
    assert passwords.hash_password("correct horse battery", "0f" * 16, 1_000) == THEIRS
    assert passwords.verify_password("correct horse battery", THEIRS)
    assert not passwords.verify_password("correct horse batterz", THEIRS)


@pytest.mark.parametrize("stored", [None, "", "plain", "md5$1$a$b", "pbkdf2_sha256$x$a$b", "pbkdf2_sha256$1000$a"])
def test_nothing_is_verified_against_no_hash(stored: str | None) -> None:
    assert not passwords.verify_password("nobody", stored)


@pytest.mark.parametrize("weak", ["short", "aaaaaaaaaaaa", "passwordpassword", "x" * 1_001])
def test_weak_passwords_are_refused(weak: str) -> None:
    with pytest.raises(passwords.BadPassword):
        passwords.new_password(weak, "Ana")


def test_an_unknown_name_is_hashed_as_often_as_a_wrong_password(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rounds are counted, not timed: seconds of a busy machine say nothing."""
    assert ROUNDS_IN_EARNEST >= 600_000
    db.execute("update accounts set password = ?", [passwords.hash_password("something else")])
    rounds: list[tuple[str, int]] = []
    hashed = hashlib.pbkdf2_hmac

    def counted(digest: str, password: bytes, salt: bytes, iterations: int) -> bytes:
        rounds.append((digest, iterations))
        return hashed(digest, password, salt, iterations)

    monkeypatch.setattr(passwords.hashlib, "pbkdf2_hmac", counted)
    for name in ("Ana Reader", "Nobody Known"):
        rounds.clear()
        assert sessions.check_password(db, name, "wrong", origin="10.0.0.1", now=NOW) is None
        assert rounds == [("sha256", passwords.ITERATIONS)], name


# --------------------------------------------------------------------- getting in


async def test_without_a_session_every_page_leads_to_the_login(browser: Browser) -> None:
    for path in ("/desk", "/desk/next", document(), "/desk/trail?person=x", "/desk/no-such-page", "/desk/"):
        answer = await browser.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["location"].startswith("/desk/login?next=/desk")
        assert answer.headers["cache-control"] == "private, no-store"


async def test_the_tour_leads_to_the_desk_where_there_is_one(browser: Browser) -> None:
    assert 'href="/desk"' in (await browser.get("/tour")).text


async def test_signing_in_and_out(browser: Browser) -> None:
    answer = await browser.sign_in()
    assert (answer.status_code, answer.headers["location"]) == (302, "/desk")
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("infopolicy_desk="))
    assert {"HttpOnly", "Path=/desk", "SameSite=lax", "Max-Age=43200"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    page = (await browser.get("/desk")).text
    assert "3 documents wait" in page
    assert "Ana Reader" in page
    token = browser.http.cookies["infopolicy_desk"]
    answer = await browser.send("/desk/logout")
    assert answer.headers["location"] == "/desk/login"
    # Kept by somebody, the old cookie opens nothing any more.
    browser.http.cookies.set("infopolicy_desk", token, path="/desk")
    assert (await browser.get("/desk")).status_code == 302


async def test_the_cookie_is_secure_where_the_site_is(made: Path, tmp_path: Path) -> None:
    config = Configuration(data=copy(made, tmp_path).data, site="https://policy.example.org")
    answer = await Browser(site_of(config).app()).sign_in()
    assert "Secure" in next(each for each in answer.headers.get_list("set-cookie") if "infopolicy_desk" in each)


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(browser: Browser, db: Any) -> None:
    answers = [await browser.sign_in("Ana Reader", "wrong"), await browser.sign_in("Nobody", PASSWORD)]
    db.execute("update accounts set disabled_at = ? where name = 'Ben Writer'", [NOW])
    answers.append(await browser.sign_in("Ben Writer", PASSWORD))
    assert {answer.status_code for answer in answers} == {403}
    pages = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(pages) == 1


async def test_tries_are_limited_for_known_and_unknown_names(browser: Browser) -> None:
    for name in ("Ana Reader", "Nobody"):
        tried = [(await browser.sign_in(name, "wrong")).status_code for _ in range(limits.PER_NAME_AND_ORIGIN + 2)]
        assert tried == [403] * limits.PER_NAME_AND_ORIGIN + [429] * 2
    # The right password is not even looked at.
    assert (await browser.sign_in("Ana Reader")).status_code == 429


async def test_one_place_cannot_try_many_names(browser: Browser, db: Any) -> None:
    for n in range(limits.PER_ORIGIN):
        assert limits.allow_attempt(db, f"name {n}", "10.1.1.1", NOW)
    assert not limits.allow_attempt(db, "another", "10.1.1.1", NOW)
    assert limits.allow_attempt(db, "another", "10.1.1.2", NOW)


async def test_many_places_cannot_try_one_name(db: Any) -> None:
    for n in range(limits.PER_NAME):
        assert limits.allow_attempt(db, "Ana Reader", f"10.1.1.{n}", NOW)
    assert not limits.allow_attempt(db, " ANA  reader", "10.1.1.200", NOW)


async def test_the_limit_ends_and_keeps_no_names(db: Any) -> None:
    while limits.allow_attempt(db, "Ana Reader", "10.1.1.1", NOW):
        pass
    assert limits.allow_attempt(db, "Ana Reader", "10.1.1.1", "2022-03-09T09:16:00Z")
    assert "Ana" not in str(db.execute("select * from attempts").fetchall())


async def test_the_present_password_is_limited_too(browser: Browser) -> None:
    await browser.sign_in()
    form = {"step": "password", "old": "wrong", "new": "a new long password", "again": "a new long password"}
    tried = [(await browser.send("/desk/account", **form)).status_code for _ in range(limits.PER_NAME_AND_ORIGIN + 1)]
    assert tried[-1] == 429
    assert set(tried[:-1]) == {403}


async def test_a_changed_password_ends_every_session(application: Any) -> None:
    here, there = Browser(application), Browser(application)
    await here.sign_in()
    await there.sign_in()
    form = {"step": "password", "old": PASSWORD, "new": "a new long password", "again": "a new long password"}
    assert (await here.send("/desk/account", **form)).headers["location"] == "/desk/login"
    assert (await there.get("/desk")).status_code == 302
    assert (await there.sign_in(password="a new long password")).status_code == 302


async def test_sessions_expire_and_end_with_the_account(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    db.execute("update sessions set expires_at = '2022-01-01T00:00:00Z'")
    assert (await browser.get("/desk")).status_code == 302
    await browser.sign_in()
    assert (await browser.get("/desk")).status_code == 200
    db.execute("update accounts set disabled_at = ? where name = 'Ana Reader'", [NOW])
    assert (await browser.get("/desk")).status_code == 302


@pytest.mark.parametrize("forged", ["", "x", "eyJ0b2tlbiI6IngifQ.AAAA", "a" * 5_000, "%00", "e30.e30"])
async def test_forged_cookies_open_nothing(browser: Browser, forged: str) -> None:
    answer = await browser.get("/desk", headers={"cookie": f"infopolicy_desk={forged}"})
    assert answer.status_code == 302


async def test_a_cookie_signed_for_another_purpose_or_with_another_secret_opens_nothing(
    browser: Browser, config: Configuration, db: Any
) -> None:
    token = sessions.start(db, person(db), now=clock())
    site = site_of(config)
    right = site.sign({"token": token}, "desk")
    assert (await browser.get("/desk", headers={"cookie": f"infopolicy_desk={right}"})).status_code == 200
    for wrong in (
        site.sign({"token": token}, "actor"),
        site_of(config, secret="another secret of at least 32 characters").sign({"token": token}, "desk"),
        site.sign({"token": "x" + token}, "desk"),
        site.sign([token], "desk"),
        site.sign({"token": None}, "desk"),
    ):
        assert (await browser.get("/desk", headers={"cookie": f"infopolicy_desk={wrong}"})).status_code == 302


@pytest.mark.parametrize("secret", [None, "too short"])
async def test_without_a_fixed_secret_the_desk_is_closed_and_says_why(
    config: Configuration, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INFOPOLICY_SECRET", "DATASETTE_SECRET"):
        monkeypatch.delenv(name, raising=False)
    browser = Browser(site_of(config, secret=secret).app())
    for path in ("/desk", "/desk/login", document()):
        answer = await browser.get(path)
        assert answer.status_code == 503
        assert "INFOPOLICY_SECRET" in answer.text
    assert (await browser.get("/")).status_code == 200


async def test_the_secret_can_come_from_the_environment(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFOPOLICY_SECRET", SECRET)
    assert (await Browser(site_of(config, secret=None).app()).sign_in()).status_code == 302


async def test_a_site_without_a_desk_has_no_such_pages(config: Configuration) -> None:
    browser = Browser(site_of(config, desk=None).app())
    for path in ("/desk", "/desk/login", "/desk/trail"):
        assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("value", ["Basic QW5hIFJlYWRlcjp4", "Bearer x", "Digest x"])
async def test_http_authorization_is_refused(browser: Browser, value: str, db: Any) -> None:
    for path in ("/desk", "/desk/login"):
        answer = await browser.get(path, headers={"authorization": value})
        assert answer.status_code == 403
        assert "www-authenticate" not in answer.headers
    assert db.execute("select count(*) from attempts").fetchone()[0] == 0


# --------------------------------------------------------------------- single sign-on


def proxied(config: Configuration, **more: Any) -> Configuration:
    return Configuration(
        **{"data": config.data, "site": config.site, "sso_header": "X-Remote-User", "sso_proxy": "127.0.0.1"} | more
    )


async def test_a_trusted_proxy_says_who_it_is(config: Configuration) -> None:
    browser = Browser(site_of(proxied(config)).app())
    for said in ("ana@example.org", "ANA@example.org", "Ana Reader"):
        answer = await browser.get("/desk", headers={"X-Remote-User": said})
        assert answer.status_code == 200
        assert "Ana Reader" in answer.text
    for said in ("eve@example.org", "", " "):
        assert (await browser.get("/desk", headers={"X-Remote-User": said})).status_code == 302


@pytest.mark.parametrize("more", [{"sso_proxy": "10.9.9.9"}, {"sso_proxy": None}, {"sso_header": None}])
async def test_the_header_counts_from_the_proxy_only(config: Configuration, more: dict[str, Any]) -> None:
    browser = Browser(site_of(proxied(config, **more)).app())
    assert (await browser.get("/desk", headers={"X-Remote-User": "ana@example.org"})).status_code == 302


async def test_a_form_through_single_sign_on_still_needs_its_token(config: Configuration) -> None:
    browser = Browser(site_of(proxied(config)).app())
    answer = await browser.http.post("/desk/logout", data={"x": "1"}, headers={"X-Remote-User": "ana@example.org"})
    assert answer.status_code == 403


# --------------------------------------------------------------------- roles


async def test_a_viewer_reads_and_changes_nothing(browser: Browser, db: Any) -> None:
    await browser.sign_in("Cleo Looker")
    page = (await browser.get(document())).text
    assert "Broadband" in page
    assert "Confirm" not in page
    for path, form in {
        document(): {"subject": "area:broadband", "verdict": "confirm", "seen": "0"},
        document(BROADBAND, "/keep"): {"step": "note", "words": "x"},
        "/desk/bulk": {"step": "save"},
        "/desk/undo": {"review": "1"},
        "/desk/areas": {"area": "broadband", "name": "Cleo Looker"},
    }.items():
        assert (await browser.send(path, **form)).status_code == 403, path
    for table in ("reviews", "notes", "area_owners"):
        assert db.execute(f"select count(*) from {table}").fetchone()[0] == 0


async def test_only_an_approver_publishes(application: Any, db: Any) -> None:
    form = {"subject": "stance", "verdict": "confirm", "value": "support", "reason": "It helps.", "seen": "0"}
    ben = Browser(application)
    await ben.sign_in("Ben Writer")
    assert (await ben.send(document(), **form, published="1")).status_code == 400, "there is a page for that"
    assert (await ben.send(document(), **form, published="0")).status_code == 302
    assert [row["published"] for row in reviews.history(db, BROADBAND)] == [0]
    assert "Publish this draft" not in (await ben.get(document())).text
    form = {"subject": "stance", "step": "publish", "draft": "1", "seen": "1", "reason": "x", "source": "y"}
    assert (await ben.send(document(BROADBAND, "/publish"), **form)).status_code == 403


def test_every_address_asks_for_a_role_but_the_doors_and_the_private_calendar() -> None:
    open_to_all = [address_of(route) for route in ROUTES if route.role is None]
    assert sorted(open_to_all) == [f"/desk/calendar/{'x' * 43}.ics", "/desk/login", "/desk/logout"]


async def test_who_saves_after_the_session_is_over_reads_that_nothing_was_saved_and_is_led_back(
    browser: Browser, db: Any
) -> None:
    await browser.sign_in()
    browser.http.cookies.delete("infopolicy_desk")
    page = f"http://localhost{document()}?n=3"
    answer = await browser.send(f"{document()}/keep", {"referer": page}, step="note", words="zyzzyva-note")
    assert answer.status_code == 302
    shown = (await browser.get(answer.headers["location"])).text
    assert "Nothing was saved:" in shown
    assert "zyzzyva-note" not in shown
    assert f'name="next" value="{document()}?n=3"' in shown
    assert db.execute("select count(*) from notes").fetchone()[0] == 0
    for other in ("https://example.org/documents/x", "http://[x"):
        elsewhere = await browser.send(f"{document()}/keep", {"referer": other}, step="note")
        assert 'name="next" value="/desk"' in (await browser.get(elsewhere.headers["location"])).text
    assert "Nothing was saved" not in (await browser.get("/desk/login?next=/desk")).text
