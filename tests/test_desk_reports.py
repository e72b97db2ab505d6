"""Anybody reports an error on a page; staff read it, close it, open it again; nothing of it can be read from outside."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import LATER, NOW, Browser, build, copy, field, open_desk, person, site_of
from site_corpus import BROADBAND
from site_corpus import build as build_corpus

import serve
from desk.accounts import limits
from desk.intake import reports
from settings import Configuration
from store.schema.intake import APPEND_ONLY

pytestmark = pytest.mark.slow

WORDS = "The date of the hearing is wrong: it is on 3 May."
PAGE = f"/documents/{BROADBAND}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("reports")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    opened = open_desk(config)
    yield opened
    opened.close()


@pytest.fixture
def browser(config: Configuration) -> Browser:
    return Browser(site_of(config).app())


async def send(browser: Browser, headers: dict[str, str] | None = None, **form: str) -> Any:
    """The form as somebody sends it who has opened its page; in a browser without any cookie, if it is a new one."""
    proof = field((await browser.get("/report")).text, "proof")
    sent = {"proof": proof, "page": PAGE, "words": WORDS} | form
    return await browser.http.post("/report", data=sent, headers=headers or {})


def filed_reports(db: Any) -> list[tuple[str, str, str | None]]:
    return [tuple(row) for row in db.execute("select page, words, email from current_reports order by id").fetchall()]


# --------------------------------------------------------------------- from outside


@pytest.mark.parametrize("path", [PAGE, "/positions/tc-hotspot-lending", "/areas/broadband", "/es" + PAGE])
async def test_the_foot_of_a_page_leads_to_the_form(browser: Browser, path: str) -> None:
    page = (await browser.get(path)).text
    link = f'href="/report?page={path.removeprefix("/es").replace("/", "%2F")}" rel="nofollow"'
    assert link in page
    assert "ds_csrftoken" not in browser.http.cookies
    form = (await browser.get(f"/report?page={PAGE}")).text
    assert field(form, "page") == PAGE


async def test_a_site_without_a_desk_has_no_such_form(tmp_path: Path) -> None:
    browser = Browser(serve.build(build_corpus(tmp_path)).app())
    assert "/report" not in (await browser.get(PAGE)).text
    assert (await browser.get("/report")).status_code == 404


async def test_a_report_is_kept(browser: Browser, db: Any) -> None:
    answer = await send(browser, email="ibis@example.org")
    assert answer.status_code == 200
    assert "Your report is number 1" in answer.text
    assert "no-store" in answer.headers["cache-control"]
    assert filed_reports(db) == [(PAGE, WORDS, "ibis@example.org")]


async def test_it_needs_no_address(browser: Browser, db: Any) -> None:
    await send(browser, page=f"http://localhost{PAGE}?a=1")
    assert filed_reports(db) == [(f"{PAGE}?a=1", WORDS, None)]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("page", "https://evil.example/documents/x", "Enter the address of a page on this site"),
        ("page", "//evil.example", "Enter the address of a page on this site"),
        ("page", "javascript:alert(1)", "Enter the address of a page on this site"),
        ("page", "/" + "x" * 600, "Enter the address of a page on this site"),
        ("words", " bad ", "Describe the error"),
        ("words", "x" * 5_000, "At most 4,000 characters"),
        ("email", "me", "Enter a valid email address"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, db: Any, name: str, value: str, says: str
) -> None:
    answer = await send(browser, **{name: value})
    assert answer.status_code == 400
    assert f'id="{name}-error">{says}' in answer.text
    assert f'aria-describedby="{name}-help {name}-error" aria-invalid="true"' in answer.text
    # What was typed in the other fields is still there.
    assert WORDS in answer.text or name == "words"
    assert filed_reports(db) == []


async def test_hostile_words_are_shown_as_words(browser: Browser, db: Any) -> None:
    await send(
        browser, words="<script>alert(1)</script>\x00 {{ 7 * 7 }} \u202e", page="/documents/%3Cscript%3E?a=\"'><b>"
    )
    await browser.sign_in()
    page = (await browser.get("/desk/reports")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page
    assert "<script>alert" not in page
    assert "<b>" not in page


async def test_a_filled_hidden_field_keeps_nothing_and_says_so(browser: Browser, db: Any) -> None:
    answer = await send(browser, website="https://spam.example")
    assert answer.status_code == 400
    assert "Your report was not saved, because a hidden field" in answer.text
    assert filed_reports(db) == []
    # A browser may have filled it in: what the person wrote is still there, and the field is empty.
    assert WORDS in answer.text
    assert field(answer.text, "website") == ""


async def test_the_form_needs_its_proof_and_our_own_site_and_no_cookie(
    browser: Browser, config: Configuration, db: Any
) -> None:
    site = site_of(config)
    other = site_of(config, secret="another secret of at least 32 characters")
    for proof in (
        "",
        "x",
        "é",
        site.sign({"at": 1}, "report"),
        site.sign({"at": 2**40}, "report"),
        site.sign({}, "report"),
        site.sign({"at": time.time()}, "desk"),
        other.sign({"at": time.time()}, "report"),
    ):
        answer = await send(browser, proof=proof)
        assert answer.status_code == 400
        # What was typed is still there, with a fresh proof.
        assert "more than a day old" in answer.text
        assert WORDS in answer.text
        assert field(answer.text, "proof") != proof
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert (await send(browser, headers)).status_code == 403
    assert filed_reports(db) == []
    assert (await send(browser, {"origin": "http://localhost", "sec-fetch-site": "same-origin"})).status_code == 200
    assert not browser.http.cookies
    # Somebody of staff who is signed in reports like everybody else.
    await browser.sign_in()
    assert (await send(browser)).status_code == 200
    assert len(filed_reports(db)) == 2


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
async def test_what_is_no_form_is_refused(browser: Browser, db: Any, kind: str) -> None:
    answer = await browser.http.post("/report", content=b'{"page": "/"}', headers={"content-type": kind})
    assert answer.status_code in (400, 415)
    assert "form of this kind" in answer.text or "cannot be read" in answer.text
    assert filed_reports(db) == []


async def test_too_many_from_one_place_are_held_back_and_lock_nobody_out(browser: Browser, db: Any) -> None:
    answers = [(await send(browser)).status_code for _ in range(limits.REPORTS_PER_ORIGIN + 2)]
    assert answers == [200] * limits.REPORTS_PER_ORIGIN + [429] * 2
    refused = (await send(browser)).text
    assert "Your report was not saved: one network can send at most 5 in 15 minutes" in refused
    assert WORDS in refused
    assert (await browser.sign_in()).status_code == 302


def flood(db: Any, senders: int, each: int) -> None:
    """So many reports at once, from places that are not ours."""
    for n in range(senders * each):
        reports.file(db, PAGE, f"{WORDS} {n}", None, origin=f"2001:db8:0:{n % senders:x}::{n:x}", now=NOW)


def test_a_network_of_ipv6_addresses_is_one_sender(db: Any) -> None:
    with pytest.raises(reports.BadReport, match="one network can send"):
        flood(db, 1, limits.REPORTS_PER_ORIGIN + 1)
    for hour in range(10, 18):
        for n in range(limits.REPORTS_PER_ORIGIN):
            with contextlib.suppress(reports.BadReport):
                reports.file(db, PAGE, WORDS, None, origin=f"2001:db8::{n}", now=f"2022-03-09T{hour}:00:00Z")
    assert len(filed_reports(db)) == limits.REPORTS_PER_DAY


async def test_a_flood_keeps_nobody_from_reporting_and_waits_behind_them(browser: Browser, db: Any) -> None:
    flood(db, 30, 5)
    answer = await send(browser, words="The honest report of a reader.")
    assert answer.status_code == 200
    assert "Your report is number 151. A person reads it after 30 other reports" in answer.text
    order = [row["words"] for row in reports.listed(db, closed=False, now=NOW)]
    assert order[30] == "The honest report of a reader."
    await browser.sign_in()
    assert (await browser.get("/desk/reports")).text.count("The honest report of a reader.") == 1


def test_a_sender_who_has_not_reported_today_is_taken_also_when_many_wait(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "MOST_OPEN", 10)
    monkeypatch.setattr(reports, "MOST_OPEN_AT_ALL", 12)
    flood(db, 5, 2)
    with pytest.raises(reports.BadReport, match="your report was not saved: too many reports are waiting"):
        flood(db, 1, 1)
    assert reports.file(db, PAGE, WORDS, None, origin="203.0.113.7", now=NOW) == (11, 5)
    with pytest.raises(reports.BadReport, match="too many reports are waiting"):
        reports.file(db, PAGE, WORDS, None, origin="203.0.113.7", now=NOW)
    reports.file(db, PAGE, WORDS, None, origin="203.0.113.8", now=NOW)
    with pytest.raises(reports.BadReport, match="too many reports are waiting"):
        reports.file(db, PAGE, WORDS, None, origin="203.0.113.9", now=NOW)
    # What was not kept is not counted for its sender either.
    reports.answer(db, person(db), 1, "mended", "", seen=0, now=NOW)
    assert reports.file(db, PAGE, WORDS, None, origin="203.0.113.9", now=NOW)[0] == 13


# --------------------------------------------------------------------- at the desk


async def test_staff_see_close_and_open_again(browser: Browser, db: Any) -> None:
    await send(browser)
    await browser.sign_in()
    assert "1 report of an error waits" in (await browser.get("/desk")).text
    page = (await browser.get("/desk/reports")).text
    assert WORDS in page
    answer = await browser.send("/desk/reports", report="1", seen=field(page, "seen"), state="mended", note="now 3 May")
    assert answer.headers["location"] == "/desk/reports"
    assert "No reports are open." in (await browser.get("/desk/reports")).text
    assert "of errors wait" not in (await browser.get("/desk")).text
    closed = (await browser.get("/desk/reports?closed=1")).text
    assert "now 3 May" in closed
    await browser.send("/desk/reports?closed=1", report="1", seen=field(closed, "seen"), state="open")
    assert "1 report waits" in (await browser.get("/desk/reports")).text
    trail = (await browser.get("/desk/trail")).text
    assert "report closed: fixed" in trail
    assert "report opened again" in trail


async def test_an_open_report_stands_beside_its_document(browser: Browser, db: Any) -> None:
    for page in (f"/es{PAGE}?x=1", f"{PAGE}0", "/areas/broadband"):
        reports.file(db, page, f"{WORDS} ({page})", None, origin="a", now=NOW)
    await browser.sign_in()
    page = (await browser.get(f"/desk{PAGE}")).text
    assert page.count("Answer report") == 1
    assert f"{WORDS} (/es{PAGE}?x=1)" in page
    reports.answer(db, person(db), 1, "mended", "", seen=0, now=NOW)
    assert "Answer report" not in (await browser.get(f"/desk{PAGE}")).text


async def test_the_second_person_is_told(browser: Browser, db: Any) -> None:
    reports.file(db, PAGE, WORDS, None, origin="a", now=NOW)
    await browser.sign_in()
    reports.answer(db, person(db, "Ben Writer"), 1, "known", "", seen=0, now=NOW)
    answer = await browser.send("/desk/reports", report="1", seen="0", state="no_error", note="mine")
    assert answer.status_code == 409
    assert "this has been answered since" in answer.text


async def test_a_viewer_reads_and_closes_nothing(browser: Browser, db: Any) -> None:
    reports.file(db, PAGE, WORDS, None, origin="a", now=NOW)
    await browser.sign_in("Cleo Looker")
    page = (await browser.get("/desk/reports")).text
    assert WORDS in page
    assert "No error" not in page
    assert (await browser.send("/desk/reports", report="1", seen="0", state="known")).status_code == 403


@pytest.mark.parametrize(("number", "state"), [(9, "mended"), (1, "open"), (1, "burnt")])
def test_a_senseless_answer_is_refused(db: Any, number: int, state: str) -> None:
    reports.file(db, PAGE, WORDS, None, origin="a", now=NOW)
    with pytest.raises(reports.BadAnswer):
        reports.answer(db, person(db), number, state, "", seen=0, now=NOW)


def test_the_address_of_who_reported_is_forgotten(db: Any) -> None:
    reports.file(db, PAGE, WORDS, "ibis@example.org", origin="a", now=NOW)
    reports.answer(db, person(db), 1, "mended", "", seen=0, now=NOW)
    assert reports.listed(db, closed=True, now=LATER)[0]["email"] == "ibis@example.org"
    assert reports.listed(db, closed=True, now="2022-05-01T00:00:00Z")[0]["email"] is None


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_everything_handed_in_is_only_added_to(db: Any, table: str) -> None:
    sql = "select count(*) from sqlite_master where type = 'trigger' and tbl_name = ? and name like '%!_never!_%' escape '!'"
    assert db.execute(sql, [table]).fetchone()[0] == 2


@pytest.mark.parametrize("table", ["reports", "report_answers"])
def test_what_was_said_stays(db: Any, table: str) -> None:
    reports.file(db, PAGE, WORDS, None, origin="a", now=NOW)
    reports.answer(db, person(db), 1, "mended", "", seen=0, now=NOW)
    for sql in (f"update {table} set id = 9", f"delete from {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            db.execute(sql)
