"""Coalition partners: accounts and statements in a file of their own, shown as theirs, and no way to anything of staff."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import (
    LATER,
    NOW,
    PASSWORD,
    PRIVATE,
    Browser,
    address_of,
    build,
    copy,
    field,
    open_desk,
    person,
    site_of,
)
from site_corpus import BROADBAND, RULE

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.partners import partners
from desk.web.routes import ROUTES
from desk.web.routing import DESK, PARTNERS
from settings import Configuration
from store.connect import open_partners
from store.schema.partners import APPEND_ONLY

pytestmark = pytest.mark.slow

EFF, ARL = "Dana Partner", "Emil Partner"
PAPER = f"/partner/documents/{BROADBAND}"
PUBLIC = f"/documents/{BROADBAND}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("partners")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Iterator[Any]:
    """partners.db with two people of two organizations."""
    with closing(open_partners(config.partners, config.corpus)) as opened:
        for name, organisation in ((EFF, "Electronic Frontier Foundation"), (ARL, "Association of Research Libraries")):
            partners.add_partner(opened, name, organisation, password=PASSWORD, now=NOW)
        yield opened


@pytest.fixture
def browser(config: Configuration, db: Any) -> Browser:
    return Browser(site_of(config).app())


def who(db: Any, name: str = EFF) -> Account:
    found = accounts.find(db, name)
    assert found
    return found


def say(db: Any, stance: str = "oppose", note: str = "It goes too far.", name: str = EFF, seen: int = 0) -> int:
    partners.publish_statement(db, who(db, name), BROADBAND, stance, note, seen=seen, now=NOW)
    return int(db.execute("select max(id) from statements").fetchone()[0])


# --------------------------------------------------------------------- signing in


async def test_a_partner_comes_in_by_the_same_door_to_pages_of_their_own(browser: Browser) -> None:
    answer = await browser.sign_in(EFF)
    assert answer.headers["location"] == "/partner"
    cookie = next(each for each in answer.headers.get_list("set-cookie") if each.startswith("infopolicy_partner="))
    assert {"HttpOnly", "Path=/partner", "SameSite=lax"} <= set(cookie.split("; "))
    assert "infopolicy_desk" not in browser.http.cookies
    home = await browser.get("/partner")
    assert "Positions of Electronic Frontier Foundation" in home.text
    assert (home.headers["cache-control"], home.headers["x-robots-tag"]) == ("private, no-store", "noindex")
    token = browser.http.cookies["infopolicy_partner"]
    await browser.send("/partner/logout")
    browser.http.cookies.set("infopolicy_partner", token, path="/partner")
    assert (await browser.get("/partner")).headers["location"] == "/desk/login?next=/partner"


async def test_the_page_they_wanted_comes_next(browser: Browser) -> None:
    login = (await browser.get(PAPER)).headers["location"]
    form = (await browser.get(login)).text
    answer = await browser.send("/desk/login", name=EFF, password=PASSWORD, next=field(form, "next"))
    assert answer.headers["location"] == PAPER
    elsewhere = await browser.send("/desk/login", name=EFF, password=PASSWORD, next="/desk/trail")
    assert elsewhere.headers["location"] == "/partner"


async def test_a_wrong_password_gets_the_answer_that_everybody_gets(browser: Browser, db: Any) -> None:
    said = {
        (await browser.sign_in(name, "wrong password")).text.replace(name, "") for name in (EFF, "Ana Reader", "X Y")
    }
    assert len(said) == 1
    answers = [(await browser.sign_in(EFF, "wrong password")).status_code for _ in range(6)]
    assert answers[-1] == 429


async def test_without_the_file_there_is_no_way_in_and_none_is_made(made: Path, tmp_path: Path) -> None:
    config = copy(made, tmp_path)
    browser = Browser(site_of(config).app())
    assert (await browser.get("/partner")).status_code == 302
    assert (await browser.sign_in(EFF)).status_code == 403
    assert (await browser.get(PUBLIC)).status_code == 200
    assert not config.partners.exists()


async def test_a_partner_changes_the_password_and_every_session_ends(browser: Browser, config: Configuration) -> None:
    await browser.sign_in(EFF)
    other = Browser(site_of(config).app())
    await other.sign_in(EFF)
    new = {"new": "a new long password", "again": "a new long password"}
    wrong = await browser.send("/partner/account", step="password", old="not mine at all", **new)
    assert (wrong.status_code, "The current password is wrong" in wrong.text) == (403, True)
    short = await browser.send("/partner/account", step="password", old=PASSWORD, new="short", again="short")
    assert (short.status_code, "at least 12 characters" in short.text) == (400, True)
    done = await browser.send("/partner/account", step="password", old=PASSWORD, **new)
    assert done.headers["location"] == "/desk/login"
    assert (await other.get("/partner")).status_code == 302
    assert (await other.sign_in(EFF, new["new"])).headers["location"] == "/partner"
    assert (await other.send("/partner/account", step="everywhere")).headers["location"] == "/desk/login"
    assert (await other.get("/partner")).status_code == 302


# --------------------------------------------------------------------- no way to staff

STAFF = [
    "/desk",
    "/desk/next",
    f"/desk/documents/{BROADBAND}",
    "/desk/trail",
    "/desk/people",
    "/desk/areas",
    "/desk/following",
    "/desk/account",
    "/desk/reports",
    "/desk/added",
    "/desk/added/form",
    "/desk/partners",
]


@pytest.mark.parametrize("path", STAFF)
async def test_no_page_of_staff_opens_to_a_partner(browser: Browser, path: str) -> None:
    await browser.sign_in(EFF)
    # Also with the partner's cookie given for the desk's.
    browser.http.cookies.set("infopolicy_desk", browser.http.cookies["infopolicy_partner"], path="/")
    answer = await browser.get(path)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/desk/login")
    sent = await browser.send(path, step="save", verdict="confirm", subject="area:broadband", seen="0")
    assert sent.headers.get("location", "/desk/login").startswith("/desk/login")
    assert not [word for word in PRIVATE if word in answer.text + sent.text]


def test_every_page_of_staff_asks_for_a_role_that_no_partner_has(db: Any) -> None:
    partner = who(db)
    open_to_all = {"/desk/login", "/desk/logout"}
    for each in ROUTES:
        for role in (each.role, each.post) if each.portal is DESK else ():
            assert (role is None and address_of(each) in open_to_all) or not partner.may(str(role)), each.pattern


async def test_no_page_of_partners_opens_to_staff(browser: Browser) -> None:
    await browser.sign_in()
    browser.http.cookies.set("infopolicy_partner", browser.http.cookies["infopolicy_desk"], path="/")
    for path in ("/partner", PAPER, "/partner/no-such-page"):
        assert (await browser.get(path)).headers["location"].startswith("/desk/login?next=/partner")


def test_the_partners_pages_ask_for_partners(config: Configuration) -> None:
    with closing(open_desk(config)) as staff:
        assert not any(person(staff).may(str(each.role)) for each in ROUTES if each.portal is PARTNERS)


# --------------------------------------------------------------------- speaking


async def test_what_a_partner_says_stands_on_the_public_page_as_theirs(browser: Browser, db: Any) -> None:
    assert "Positions of partners" not in (await browser.get(PUBLIC)).text
    await browser.sign_in(EFF)
    page = (await browser.get(PAPER)).text
    note = "It <b>harms</b> readers.\u0000"
    answer = await browser.send(PAPER, seen=field(page, "seen"), stance="oppose", note=note, step="say")
    assert answer.headers["location"] == PAPER
    public = (await browser.get(PUBLIC)).text
    section = public.partition('aria-labelledby="partners-hold"')[2].partition("</section>")[0]
    assert "<strong>Electronic Frontier Foundation</strong>: Oppose" in section
    assert "It &lt;b&gt;harms&lt;/b&gt; readers." in section
    assert "not for the American Library Association" in section
    assert 'class="stance"' not in public
    # The name of the person is the organization's own matter.
    assert EFF not in public
    assert "Lo que sostienen los socios" in (await browser.get(f"/es{PUBLIC}")).text
    assert "Your statements" in (await browser.get("/partner")).text


async def test_change_and_withdraw_are_new_rows(browser: Browser, db: Any) -> None:
    first = say(db)
    await browser.sign_in(EFF)
    await browser.send(PAPER, seen=str(first), stance="watch", note="", step="say")
    assert "Watch" in (await browser.get(PUBLIC)).text.partition("Positions of partners")[2]
    await browser.send(PAPER, seen=str(first + 1), step="withdraw")
    assert "Positions of partners" not in (await browser.get(PUBLIC)).text
    rows = db.execute("select stance, note from statements order by id").fetchall()
    assert [tuple(row) for row in rows] == [("oppose", "It goes too far."), ("watch", None), (None, None)]
    assert "nothing to withdraw" in (await browser.send(PAPER, seen=str(first + 2), step="withdraw")).text


@pytest.mark.parametrize(
    ("form", "name", "says"),
    [
        ({"stance": "love"}, "stance", "Choose a stance"),
        ({"stance": ""}, "stance", "Choose a stance"),
        ({"stance": "oppose", "note": "x" * 2_001}, "note", "At most 2,000 characters"),
    ],
)
async def test_what_is_wrong_stands_beside_its_field(
    browser: Browser, db: Any, form: dict[str, str], name: str, says: str
) -> None:
    await browser.sign_in(EFF)
    answer = await browser.send(PAPER, seen="0", step="say", **form)
    assert answer.status_code == 400
    assert f'id="{name}-error">{says}' in answer.text
    assert db.execute("select count(*) from statements").fetchone()[0] == 0


async def test_a_colleague_who_was_faster_is_told(browser: Browser, db: Any) -> None:
    partners.add_partner(db, "Fay Partner", "Electronic Frontier Foundation", password=PASSWORD, now=NOW)
    await browser.sign_in("Fay Partner")
    say(db)
    answer = await browser.send(PAPER, seen="0", stance="support", note="mine", step="say")
    assert answer.status_code == 409
    assert "mine" in answer.text
    assert "this has changed since you opened the page" in answer.text.lower()


def test_two_organizations_speak_beside_each_other(db: Any, config: Configuration) -> None:
    say(db)
    say(db, "support", "", ARL)
    shown = [(row["organisation"], row["stance"]) for row in partners.public_statements(config.partners, BROADBAND)]
    assert shown == [("Association of Research Libraries", "support"), ("Electronic Frontier Foundation", "oppose")]
    assert partners.public_statements(config.partners, RULE) == []
    first = partners.statements_on(db, BROADBAND)[0]
    for hidden, seen in ((True, 0), (False, 1)):
        partners.moderate(db, who(db, ARL), first["id"], hidden=hidden, reason="Theirs?", seen=seen, now=NOW)
        assert len(partners.held(db)) == (1 if hidden else 2), "what staff hid is not what a partner holds"
    accounts.set_disabled(db, who(db), True, now=NOW)
    assert len(partners.public_statements(config.partners, BROADBAND)) == 1
    assert [row["organisation"] for row in partners.held(db)] == ["Association of Research Libraries"]
    assert partners.new_count(db, "2020-01-01") == 1


async def test_a_colleague_reads_that_a_statement_of_a_closed_account_is_not_shown(browser: Browser, db: Any) -> None:
    partners.add_partner(db, "Dora Partner", "Electronic Frontier Foundation", password=PASSWORD, now=NOW)
    seen = say(db)
    accounts.set_disabled(db, who(db), True, now=NOW)
    await browser.sign_in("Dora Partner")
    page = (await browser.get(PAPER)).text
    assert "Not shown: the account that sent “Oppose”" in page
    assert "Published on" not in page
    assert "Not shown: the account that sent it is closed." in (await browser.get("/partner")).text
    said = {"stance": "oppose", "note": "It goes too far.", "seen": str(seen), "step": "say"}
    assert (await browser.send(PAPER, **said)).status_code == 302
    assert "Published on" in (await browser.get(PAPER)).text
    assert "It goes too far." in (await browser.get(PUBLIC)).text


def test_what_cannot_be_said(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(partners.BadStatement, match="no such document"):
        partners.publish_statement(db, who(db), "us-1-hr1", "oppose", "", seen=0, now=NOW)
    monkeypatch.setattr(partners, "MOST_A_DAY", 1)
    say(db)
    with pytest.raises(partners.BadStatement, match="a day"):
        say(db, "support", seen=1)
    partners.publish_statement(db, who(db), BROADBAND, "support", "", seen=1, now="2022-03-11T09:00:00Z")


@pytest.mark.parametrize(
    "words",
    [
        "HR 1783",
        "h.r. 1783",
        f"http://localhost{PUBLIC}",
        f"http://localhost{PUBLIC}/versions?x=1",
        "https://www.congress.gov/bill/117th-congress/house-bill/1783/text",
        BROADBAND,
        "library broadband",
    ],
)
async def test_a_document_is_found(browser: Browser, words: str) -> None:
    await browser.sign_in(EFF)
    page = (await browser.get("/partner", params={"q": words})).text
    assert f'href="{PAPER}"' in page
    assert "No documents match" in (await browser.get("/partner?q=zzzz")).text


async def test_a_page_that_is_not_there(browser: Browser) -> None:
    await browser.sign_in(EFF)
    answer = await browser.get("/partner/documents/us-1-hr1")
    assert answer.status_code == 404
    assert "/desk/trail" not in answer.text
    assert (await browser.get("/partner/trail")).status_code == 404


# --------------------------------------------------------------------- staff hide


async def test_staff_hide_with_a_reason_that_the_partner_reads(
    browser: Browser, db: Any, config: Configuration
) -> None:
    say(db)
    await browser.sign_in()
    page = (await browser.get("/desk/partners")).text
    assert "<strong>Electronic Frontier Foundation</strong>: Oppose" in (await browser.get(f"/desk{PUBLIC}")).text
    form = {"statement": field(page, "statement"), "seen": field(page, "seen"), "hide": "1"}
    without = await browser.send("/desk/partners", reason=" ", **form)
    assert without.status_code == 400
    assert 'id="reason-1-error">Enter a reason' in without.text
    await browser.send("/desk/partners", reason="This is an advertisement.", **form)
    assert partners.public_statements(config.partners, BROADBAND) == []
    assert "hid a statement of a partner" in (await browser.get("/desk/trail")).text
    # Who looked at the page before is told.
    assert (await browser.send("/desk/partners", reason="again", **form)).status_code == 409
    other = Browser(site_of(config).app())
    await other.sign_in(EFF)
    mine = (await other.get(PAPER)).text
    assert "This is an advertisement." in mine
    assert not [word for word in PRIVATE if word in mine]
    page = (await browser.get("/desk/partners")).text
    await browser.send("/desk/partners", statement="1", seen=field(page, "seen"), hide="0", reason="a mistake")
    assert len(partners.public_statements(config.partners, BROADBAND)) == 1


FAY = "Fay Partner"
AGAIN = [
    ["say the same"],
    ["say other words"],
    ["say another stance"],
    ["withdraw", "say the same"],
    ["colleague"],
    ["say other words", "withdraw", "colleague", "say the same"],
]


@pytest.mark.parametrize("steps", AGAIN, ids=" and ".join)
def test_what_staff_hid_stays_hidden_however_it_is_sent_again(db: Any, config: Configuration, steps: list[str]) -> None:
    partners.add_partner(db, FAY, "Electronic Frontier Foundation", password=PASSWORD, now=NOW)
    ana = Account(7, "Ana Reader", None, "approver", None, NOW, None, True)
    number = say(db)
    say(db, "support", "", ARL)
    partners.moderate(db, ana, number, hidden=True, reason="an advertisement", seen=0, now=LATER)
    for step in steps:
        number = {
            "say the same": lambda seen: say(db, seen=seen),
            "say other words": lambda seen: say(db, note="It goes too far, once more.", seen=seen),
            "say another stance": lambda seen: say(db, "watch", seen=seen),
            "withdraw": lambda seen: say(db, "", "", seen=seen),
            "colleague": lambda seen: say(db, name=FAY, seen=seen),
        }[step](number)
        # What others say on it is not touched.
        assert [row["organisation"] for row in partners.public_statements(config.partners, BROADBAND)] == [
            "Association of Research Libraries"
        ]
    assert partners.current_statement(db, who(db), BROADBAND)["reason"] == "an advertisement"  # type: ignore[index]
    assert partners.resubmitted_count(db) == 1
    assert partners.new_count(db, "2020-01-01") == 1, "what is hidden is no news"
    # Another document of theirs is not touched either.
    partners.publish_statement(db, who(db), RULE, "watch", "", seen=0, now=NOW)
    assert len(partners.public_statements(config.partners, RULE)) == 1
    # Staff show what is there now, and from then on the partner speaks freely again.
    last = partners.current_statement(db, who(db), BROADBAND)
    assert last
    partners.moderate(db, ana, last["id"], hidden=False, reason="fine", seen=last["moderation_id"], now=LATER)
    assert (len(partners.public_statements(config.partners, BROADBAND)), partners.resubmitted_count(db)) == (2, 0)
    say(db, note="More.", seen=last["id"])
    assert "More." in [row["note"] for row in partners.public_statements(config.partners, BROADBAND)]


async def test_both_sides_see_that_a_hidden_statement_was_sent_again(
    browser: Browser, db: Any, config: Configuration
) -> None:
    ana = Account(7, "Ana Reader", None, "approver", None, NOW, None, True)
    partners.moderate(db, ana, say(db), hidden=True, reason="an advertisement", seen=0, now=LATER)
    await browser.sign_in(EFF)
    page = (await browser.get(PAPER)).text
    form = {"stance": "support", "note": "It goes <b>very</b> far.", "step": "say"}
    answer = await browser.send(PAPER, seen=field(page, "seen"), **form)
    told = (await browser.get(answer.headers["location"])).text
    assert "Saved, but not shown" in told
    assert "an advertisement. New statements stay hidden until staff show them" in told
    await browser.send(PAPER, seen="2", step="withdraw")
    assert "an advertisement" in (await browser.get(PAPER)).text
    await browser.send(PAPER, seen="3", **form)
    staff = Browser(site_of(config).app())
    await staff.sign_in()
    assert "1 hidden statement of a partner was sent again</a>" in (await staff.get("/desk")).text
    assert "hidden, then sent again" in (await staff.get(f"/desk{PUBLIC}")).text
    page = (await staff.get("/desk/partners")).text
    assert "Hidden, then sent again" in page
    assert "The stance was Oppose." in page
    assert "<del>too" in page
    assert "<ins>&lt;b&gt;very&lt;/b&gt;" in page
    assert "<b>" not in page
    seen = {"statement": field(page, "statement"), "seen": field(page, "seen")}
    await staff.send("/desk/partners", hide="1", reason="still one", **seen)
    page = (await staff.get("/desk/partners")).text
    assert "Hidden: still one" in page
    assert "Sent again" not in page
    assert "sent again" not in (await staff.get("/desk")).text
    assert "still one" in (await browser.get(PAPER)).text


async def test_a_viewer_hides_nothing_and_an_empty_list_says_what_to_do(made: Path, tmp_path: Path) -> None:
    browser = Browser(site_of(copy(made, tmp_path)).app())
    await browser.sign_in("Cleo Looker")
    assert "infopolicy user add" in (await browser.get("/desk/partners")).text
    assert (await browser.send("/desk/partners", statement="1", hide="1", reason="x")).status_code == 403


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_said_stays(db: Any, table: str) -> None:
    say(db)
    # Of somebody of staff this file knows a number.
    ana = Account(7, "Ana Reader", None, "approver", None, NOW, None, True)
    partners.moderate(db, ana, 1, hidden=True, reason="x", seen=0, now=LATER)
    for sql in (f"update {table} set id = 9", f"delete from {table}"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            db.execute(sql)
