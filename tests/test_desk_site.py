"""The desk on the web: who gets in, what a form may do, what the second of two people is told, what the public then sees."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_world import (
    NOW,
    PASSWORD,
    PRIVATE,
    SECRET,
    Browser,
    build,
    clock,
    copy,
    corpus_of,
    field,
    open_desk,
    person,
    site_of,
)
from site_corpus import BROADBAND, HOSTILE_BILL, RULE

from configuration import Configuration
from desk import accounts, limits, passwords, reviews, room, routes, sessions

#: What datasette-auth-passwords 1.1.1 makes of this password, with this salt and 1,000 rounds.
THEIRS = "pbkdf2_sha256$1000$0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f$salIzBwwZCI0wAgS/4pxUhoIvJD0/CaYVuqaAJZyrq0="


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("desk")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    opened = open_desk(config)
    yield opened
    opened.close()


@pytest.fixture
def application(config: Configuration) -> Any:
    return site_of(config).app()


@pytest.fixture
def browser(application: Any) -> Browser:
    return Browser(application)


def document(key: str = BROADBAND, more: str = "") -> str:
    return f"/desk/documents/{key}{more}"


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


def test_an_unknown_name_takes_as_long_as_a_wrong_password(db: Any) -> None:
    db.execute("update accounts set password = ?", [passwords.hash_password("something else")])

    def seconds(name: str) -> float:
        start = time.perf_counter()
        assert sessions.check_password(db, name, "wrong", origin="10.0.0.1", now=NOW) is None
        return time.perf_counter() - start

    seconds("Nobody Known")
    known, unknown = seconds("Ana Reader"), seconds("Nobody Known")
    assert unknown > known / 3


# --------------------------------------------------------------------- getting in


async def test_without_a_session_every_page_leads_to_the_login(browser: Browser) -> None:
    for path in ("/desk", "/desk/next", document(), "/desk/trail?person=x", "/desk/no-such-page", "/desk/"):
        answer = await browser.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["location"].startswith("/desk/login?next=/desk")
        assert answer.headers["cache-control"] == "private, no-store"


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
        assert limits.may_try(db, f"name {n}", "10.1.1.1", NOW)
    assert not limits.may_try(db, "another", "10.1.1.1", NOW)
    assert limits.may_try(db, "another", "10.1.1.2", NOW)


async def test_many_places_cannot_try_one_name(db: Any) -> None:
    for n in range(limits.PER_NAME):
        assert limits.may_try(db, "Ana Reader", f"10.1.1.{n}", NOW)
    assert not limits.may_try(db, " ANA  reader", "10.1.1.200", NOW)


async def test_the_limit_ends_and_keeps_no_names(db: Any) -> None:
    while limits.may_try(db, "Ana Reader", "10.1.1.1", NOW):
        pass
    assert limits.may_try(db, "Ana Reader", "10.1.1.1", "2022-03-09T09:16:00Z")
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


# --------------------------------------------------------------------- forms


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
    assert room.local(address) == "/desk"


def test_pages_lead_back_within_the_desk() -> None:
    assert room.local("/desk/documents/us-117-hr1?n=3#open") == "/desk/documents/us-117-hr1?n=3#open"


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
    assert "Publish" not in (await ben.get(document())).text
    assert (await ben.send(document(), **form, published="1")).status_code == 403
    assert (await ben.send(document(), **form, published="0")).status_code == 302
    assert [row["published"] for row in reviews.history(db, BROADBAND)] == [0]


def test_every_address_asks_for_a_role_but_the_doors() -> None:
    open_to_all = [route.pattern.pattern for route in routes.ROUTES if route.role is None]
    assert open_to_all == ["/login", "/logout"]


# --------------------------------------------------------------------- deciding


async def test_a_document_is_cleared_and_the_next_one_comes(browser: Browser) -> None:
    await browser.sign_in()
    answer = await browser.get("/desk/next")
    assert answer.headers["location"] == f"/desk/documents/{RULE}?n=0"
    page = (await browser.get(answer.headers["location"])).text
    here = f"/desk/documents/{RULE}?n=0"
    assert "E-Rate" in page
    form = {"verdict": "confirm", "seen": field(page, "seen")}
    answer = await browser.send(here, subject="area:broadband", **form)
    assert answer.headers["location"] == here + "#open"
    answer = await browser.send(here, subject="priority", value="2", **form)
    assert answer.headers["location"] == "/desk/next?n=0"
    answer = await browser.get("/desk/next?n=0")
    assert answer.headers["location"] == f"/desk/documents/{BROADBAND}?n=0"
    page = (await browser.get(answer.headers["location"])).text
    assert f"{RULE} is cleared." in page
    assert "You confirmed priority of 2022-04567" in page


async def test_the_second_person_is_told(application: Any, db: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    seen = field((await ben.get(document())).text, "seen")
    await ana.send(document(), subject="area:broadband", verdict="reject", seen=seen, note="about roads")
    answer = await ben.send(document(), subject="area:broadband", verdict="confirm", seen=seen, note="my reasons")
    assert answer.status_code == 409
    assert "Ana Reader was faster" in answer.text
    assert "about roads" in answer.text
    assert "my reasons" in answer.text, "what Ben typed is not lost"
    assert len(reviews.history(db, BROADBAND)) == 1
    again = field(answer.text, "seen")
    assert (await ben.send(document(), subject="area:broadband", verdict="confirm", seen=again)).status_code == 302
    assert [row["verdict"] for row in reviews.history(db, BROADBAND)] == ["confirm", "reject"]


async def test_the_public_sees_a_decision_at_once_and_nothing_private(browser: Browser) -> None:
    public = f"/documents/{BROADBAND}"
    before = (await browser.get(public)).text
    assert "confirmed by staff" not in before
    await browser.sign_in()
    seen = "0"
    await browser.send(document(), subject="area:broadband", verdict="confirm", seen=seen, note="zyzzyva-note")
    await browser.send(document(), subject="area:library-funding", verdict="reject", seen=seen)
    await browser.send(document(), subject="position:tc-hotspot-lending", verdict="change", value="oppose", seen=seen)
    await browser.send(document(), subject="stance", verdict="confirm", value="watch", reason="quokka-draft", seen=seen)
    page = (await browser.get(public)).text
    assert page.count("confirmed by staff") == 2
    assert 'href="/areas/library-funding"' not in page
    assert "ALA's stance" not in page
    latest = field((await browser.get(document())).text, "seen")
    await browser.send(
        document(), subject="stance", verdict="confirm", value="support", reason="It puts <b>readers</b> first.",
        published="1", seen=latest,
    )  # fmt: skip
    page = (await browser.get(public)).text
    assert "ALA's stance" in page
    assert "It puts &lt;b&gt;readers&lt;/b&gt; first." in page
    assert not [word for word in PRIVATE if word in page]
    for path in ("/corpus/decisions.json?_shape=objects", "/corpus/shown_tags.csv", "/corpus.db", "/"):
        answer = await browser.get(path)
        assert not [word for word in PRIVATE if word in answer.text], path


async def test_undo_on_the_web(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    await browser.send(document(), subject="area:broadband", verdict="reject", seen="0")
    assert 'href="/areas/broadband"' not in (await browser.get(f"/documents/{BROADBAND}")).text
    page = (await browser.get(document())).text
    answer = await browser.send("/desk/undo?n=2&kind=bill", review=field(page, "review"))
    assert answer.headers["location"] == f"/desk/documents/{BROADBAND}?n=2&kind=bill"
    assert 'href="/areas/broadband"' in (await browser.get(f"/documents/{BROADBAND}")).text
    assert (await browser.send("/desk/undo", review="1")).status_code == 409
    assert (await browser.send("/desk/undo", review="999")).status_code == 409


async def test_adding_what_was_missed_by_the_form(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    form = {"subject": "area", "area": "library-funding", "verdict": "confirm", "seen": "0"}
    wrong = await browser.send(document(RULE), **form, words="words that are nowhere")
    assert wrong.status_code == 400
    assert "words that are nowhere" in wrong.text, "what was typed stays in the form"
    assert (await browser.send(document(RULE), **form, words="schools and libraries")).status_code == 302
    page = (await browser.get(f"/documents/{RULE}")).text
    assert 'href="/areas/library-funding"' in page
    assert re.search(r"<mark[^>]*>schools and libraries</mark>", page)
    form = {
        "subject": "position",
        "position": "cp-fair-ebook-terms",
        "verdict": "confirm",
        "value": "oppose",
        "seen": "0",
    }
    assert (await browser.send(document(RULE), **form)).status_code == 302
    assert "Fair deals for e-books" in (await browser.get(f"/documents/{RULE}")).text


async def test_bulk_is_shown_first_and_recorded_as_shown(application: Any, db: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    page = (await ana.send("/desk/bulk", document=[RULE, HOSTILE_BILL], action="confirm")).text
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0
    lines = [line.replace("&#34;", '"') for line in re.findall(r'name="line" value="([^"]*)"', page)]
    assert len(lines) == 3
    await ben.send(document(RULE), subject="priority", verdict="confirm", value="0", seen="0")
    answer = await ana.send("/desk/bulk", step="save", line=lines)
    assert answer.headers["location"] == "/desk?"
    page = (await ana.get("/desk")).text
    assert "2 verdicts recorded on 2 documents." in page
    assert "1 were left alone" in page
    in_force = reviews.current(db, RULE, "priority")
    assert in_force
    assert in_force["name"] == "Ben Writer"
    await ana.send("/desk/undo", batch=field(page, "batch"))
    assert reviews.current(db, HOSTILE_BILL, "area:library-funding") is None


@pytest.mark.parametrize(
    "line", ["", "x", "[]", '["a", 1, "confirm", null, 0]', '["us-117-s42", "area:nonsense", "confirm", null, 0]']
)
async def test_a_damaged_bulk_form_records_nothing(browser: Browser, db: Any, line: str) -> None:
    await browser.sign_in()
    assert (await browser.send("/desk/bulk", step="save", line=[line])).status_code == 400
    assert db.execute("select count(*) from reviews").fetchone()[0] == 0


# --------------------------------------------------------------------- the work around it


async def test_notes_assignments_sleep_and_following(browser: Browser) -> None:
    await browser.sign_in()
    keep = document(BROADBAND, "/keep")
    await browser.send(keep, step="note", words="zyzzyva-note <script>alert(1)</script>")
    await browser.send(keep, step="assign", name="Ben Writer")
    await browser.send(keep, step="snooze", until_on="2099-01-01", until_change="")
    await browser.send(document(BROADBAND, "/follow"), on="1")
    page = (await browser.get(document())).text
    assert "zyzzyva-note &lt;script&gt;" in page
    assert "Assigned to <strong>Ben Writer</strong>" in page
    assert "Asleep until 1 January 2099" in page
    assert "Library Broadband Act" in (await browser.get("/desk/following")).text
    assert "2 documents wait" in (await browser.get("/desk")).text
    assert "1 document waits" in (await browser.get("/desk?asleep=1")).text
    await browser.send(keep, step="wake")
    assert "3 documents wait" in (await browser.get("/desk")).text
    for form in ({"step": "note", "words": " "}, {"step": "assign", "name": "Nobody"}, {"step": "snooze"}, {"step": "x"},
                 {"step": "snooze", "until_on": "soon"}, {"step": "snooze", "until_change": "rain"}):  # fmt: skip
        assert (await browser.send(keep, **form)).status_code == 400
    assert (await browser.send("/desk/documents/us-1-hr1/keep", step="note", words="x")).status_code == 400
    assert (await browser.get("/desk/documents/us-1-hr1")).status_code == 404


async def test_filters_are_saved_per_person(application: Any) -> None:
    ana, ben = Browser(application), Browser(application)
    await ana.sign_in()
    await ben.sign_in("Ben Writer")
    await ana.send("/desk/filters?area=broadband&must_see=1", step="save", name="My broadband")
    assert 'href="/desk?area=broadband&amp;must_see=1">My broadband' in (await ana.get("/desk")).text
    assert "My broadband" not in (await ben.get("/desk")).text
    await ana.send("/desk/filters", step="drop", name="My broadband")
    assert ">My broadband<" not in (await ana.get("/desk")).text


async def test_new_since_my_last_visit(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    assert "Your last visit" not in (await browser.get("/desk")).text
    db.execute("update visits set last_at = '2022-03-09T07:59:00Z'")
    page = (await browser.get("/desk?new=1")).text
    assert "Your last visit ended on 9 March 2022, 07:59 UTC" in page
    assert "1 document waits" in page


async def test_news_of_what_one_follows_stands_on_the_first_page(
    browser: Browser, config: Configuration, db: Any
) -> None:
    await browser.sign_in()
    await browser.send(document(BROADBAND, "/follow"), on="1")
    assert "you follow" not in (await browser.get("/desk")).text
    # The last visit ended yesterday, the document was followed before, and something has happened since.
    ana = person(db)
    db.execute("update follows set since = '2022-01-01T00:00:00Z'")
    db.execute("update visits set since = '2022-02-01T00:00:00Z' where account_id = ?", [ana.id])
    with closing(corpus_of(config)) as corpus:
        corpus.execute("insert into changes values ('n', ?, ?, '2022-03-01', 'action', 'Passed.')", [BROADBAND, NOW])
    page = (await browser.get("/desk")).text
    assert '<a href="/desk/following">1 document you follow</a> has news' in page
    assert "Passed." in (await browser.get("/desk/following")).text


async def test_areas_have_owners_and_hand_overs_stay_visible(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    await browser.send("/desk/areas", area="broadband", name="Ana Reader", note="")
    await browser.send("/desk/areas", area="broadband", name="Ben Writer", note="on leave until June")
    page = (await browser.get("/desk/areas")).text
    assert "<strong>Ben Writer</strong>, Marginalia Office" in page
    assert "Ana Reader gave it to Ben Writer: “on leave until June”" in page
    # Also where the work is: beside a document of that area, and when the owner is gone.
    beside = (await browser.get(document())).text
    assert re.search(
        r"Broadband: <strong>Ben Writer</strong>, Marginalia Office .*from Ana Reader: on leave until June", beside
    )
    assert 'Library funding: <span class="quiet">nobody looks after it.' in beside
    accounts.set_disabled(db, person(db, "Ben Writer"), True, now=NOW)
    assert "the account is closed" in (await browser.get(document())).text
    assert "The account is closed: hand it over" in (await browser.get("/desk/areas")).text
    assert (await browser.send("/desk/areas", area="nonsense", name="Ana Reader")).status_code == 400


async def test_the_trail_tells_who_saw_what(browser: Browser) -> None:
    await browser.sign_in()
    await browser.send(document(), subject="area:broadband", verdict="confirm", seen="0", note="zyzzyva-note")
    await browser.send(document(BROADBAND, "/keep"), step="note", words="another")
    page = (await browser.get(f"/desk/trail?document={BROADBAND}&person=Ana+Reader")).text
    assert "confirmed <strong>area:broadband</strong>" in page
    assert "Note: zyzzyva-note" in page
    assert '<blockquote class="passage">Broadband</blockquote>' in page
    assert f"<code>{BROADBAND}</code>" in page
    assert "signed in" in (await browser.get("/desk/trail")).text
    assert "confirmed" not in (await browser.get("/desk/trail?person=Ben+Writer")).text


async def test_hostile_text_is_shown_as_text(browser: Browser) -> None:
    await browser.sign_in()
    for path in ("/desk", document(HOSTILE_BILL), "/desk?q=%3Cscript%3E", "/desk/trail?document=%22%3E%3Cscript%3E"):
        page = (await browser.get(path)).text
        assert "<script>alert" not in page
        assert '"><script>' not in page
        assert "javascript:alert" not in page
    page = (await browser.send("/desk/bulk", document=[HOSTILE_BILL], action="confirm")).text
    assert "<script>alert" not in page


@pytest.mark.parametrize("path", ["/desk", "/desk/login", document(), "/desk/trail", "/desk/nothing"])
async def test_pages_of_the_desk_carry_a_strict_policy(browser: Browser, path: str) -> None:
    await browser.sign_in()
    answer = await browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert not re.search(r"<script(?! src=\"/static/)|<style|\son[a-z]+=|\sstyle=", answer.text)
    assert "script-src" not in (await browser.get("/glossary")).headers["content-security-policy"]
