"""The editor's page of the digest: what leads, what stays out, and the note, until the issue leaves."""

from __future__ import annotations

import datetime
import json
import re
from contextlib import closing
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, change, site_of
from desk_fixtures import config as config
from desk_fixtures import made as made
from site_corpus import BROADBAND, RULE

from digest import service
from digest.issues import editing, issues
from digest.issues.compose import read
from digest.issues.issues import Issue
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences
from settings import Configuration
from store.connect import open_mail

pytestmark = pytest.mark.slow

KEY = "public-weekly-2022-w10"
#: A law without an area, about which nothing is new.
ENACTED, ENACTED_TITLE = "us-117-hr9", "A bill about lighthouses"


@pytest.fixture
def issue(config: Configuration) -> Issue:
    sql = "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, 'status', ?)"
    change(config, sql, "d1", BROADBAND, "2022-03-09T08:30:00Z", "2022-03-08", "passed_first_chamber")
    change(config, sql, "d2", RULE, "2022-03-09T08:30:00Z", "2022-03-08", "proposed")
    with closing(open_mail(config.mail)) as db:
        day = datetime.date(2022, 3, 9)
        return service.prepare(db, config, list_="public", frequency="weekly", now=NOW, day=day)


@pytest.fixture
async def browser(config: Configuration) -> Browser:
    made = Browser(site_of(config, mail=config).app())
    await made.sign_in()
    return made


def kept(config: Configuration) -> dict[str, tuple[Any, bool]]:
    with closing(open_mail(config.mail)) as db:
        return {
            entry["documents"][0]["id"]: (entry["picked"], entry["hidden"]) for entry in issues.load(db, KEY).entries
        }


async def seen(browser: Browser) -> str:
    found = re.search(r'name="seen" value="(\w+)"', (await browser.get("/desk/digest")).text)
    assert found
    return found[1]


async def test_the_editor_orders_hides_and_writes(browser: Browser, config: Configuration, issue: Issue) -> None:
    page = (await browser.get("/desk/digest")).text
    assert f'name="place-{BROADBAND}"' in page
    assert "waits for its editor until" in page
    form = {
        "issue": KEY,
        "seen": await seen(browser),
        f"place-{RULE}": "1",
        f"place-{BROADBAND}": "",
        "hide": BROADBAND,
        "note": "Read <b>this</b>.",
    }
    assert (await browser.send("/desk/digest", **form)).status_code == 302
    assert kept(config) == {RULE: (1, False), BROADBAND: (None, True)}
    page = (await browser.get("/desk/digest")).text
    assert "Read &lt;b&gt;this&lt;/b&gt;." in page
    assert f'name="place-{RULE}" value="1"' in page
    again = {"seen": await seen(browser), f"place-{BROADBAND}": "2", "note": ""}
    await browser.send("/desk/digest", issue=KEY, **again)
    assert kept(config) == {RULE: (None, False), BROADBAND: (1, False)}, "what is not chosen has its own place again"
    assert (await browser.send("/desk/digest", issue=KEY, **{f"place-{RULE}": "top"})).status_code == 400


async def test_an_editor_adds_any_document_and_sees_the_mail(
    browser: Browser, config: Configuration, issue: Issue
) -> None:
    page = (await browser.get("/desk/digest")).text
    assert ">Weekly digest for the public, March 9, 2022</h2>" in page
    assert "Passed one chamber March 8, 2022" in page, "what changed"
    mail = page.partition("The email as it will look")[2]
    assert "Library Broadband Act" in mail
    assert ENACTED_TITLE not in mail
    form = {
        "issue": KEY,
        f"place-{RULE}": "1",
        "note": "Read this.",
        "add": f"http://localhost/documents/{ENACTED}/versions",
    }
    opened = await seen(browser)
    answer = await browser.send("/desk/digest", seen=opened, **form)
    assert answer.status_code == 302
    assert kept(config) == {RULE: (1, False), BROADBAND: (None, False), ENACTED: (2, False)}
    assert (await browser.send("/desk/digest", seen=opened, **form)).status_code == 302, "sent twice"
    page = (await browser.get("/desk/digest")).text
    assert "added by an editor" in page
    assert ENACTED_TITLE in page.partition("The email as it will look")[2]
    for language, why in (("en", "The editor chose it"), ("es", "La redacción lo eligió")):
        html = (await browser.get(f"/desk/digest/mail.html?issue={KEY}&language={language}")).text
        assert ENACTED_TITLE in html
        assert why in html
    assert (await browser.get("/desk/digest/mail.html?issue=x")).status_code == 404
    unknown = await browser.send("/desk/digest", seen=await seen(browser), **(form | {"add": "H.R. 0", "note": "New"}))
    assert unknown.status_code == 409
    assert "there is no document “H.R. 0”" in unknown.text
    assert ">New</textarea>" in unknown.text
    no_address = await browser.send(
        "/desk/digest", seen=await seen(browser), **(form | {"add": "http://[x", "note": "New"})
    )
    assert no_address.status_code == 409
    assert ">New</textarea>" in no_address.text
    change(config, "update listing set number = 'hr1783' where document_id = ?", ENACTED)
    change(config, "update documents set identifier = 'H.R. 1783' where id = ?", ENACTED)
    several = await browser.send("/desk/digest", seen=await seen(browser), **(form | {"add": "h.r. 1783"}))
    assert "several documents have the number" in several.text
    with closing(open_mail(config.mail)) as db:
        loaded, words = issues.load(db, KEY), Words("en")
        assert loaded.note == "Read this.", "nothing was saved"
        an_area, an_issue = Preferences(areas=("no-such-area",)), Preferences(searches=("tracker:no-such-issue",))
        for choice, gets in ((Preferences(), True), (an_area, False), (an_issue, False)):
            reading = read(loaded, choice, words, site="", since=loaded.through)
            assert bool(reading) is gets, choice


async def test_what_an_issue_has_stays_where_it_is_when_it_is_added(
    browser: Browser, config: Configuration, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_mail(config.mail)) as db:  # the rule becomes a companion in the item of the bill
        entry, other = (json.loads(row[0]) for row in db.execute("select entry from digest_items order by ordinal"))
        entry["documents"] = [*entry["documents"], *other["documents"]]
        db.execute("delete from digest_items where ordinal = 1")
        db.execute("update digest_items set entry = ?", [json.dumps(entry)])
        db.conn.commit()
    first, companion = (each["id"] for each in entry["documents"])
    there = "The issue had 2022-04567 already: nothing was added."
    hidden = "The issue has 2022-04567, but hidden: clear its box to show it."
    for choice, place, says in (({f"place-{first}": "1"}, (1, False), there), ({"hide": first}, (None, True), hidden)):
        form = choice | {"issue": KEY, "seen": await seen(browser), "add": companion}
        for again in (False, True):
            assert (await browser.send("/desk/digest", **form)).status_code == 302, again
            assert kept(config) == {first: place}
            assert says in (await browser.get("/desk/digest")).text
    monkeypatch.setattr(editing, "MOST_SHOWN", 0)
    form = {"issue": KEY, "seen": await seen(browser), "add": companion}
    assert (await browser.send("/desk/digest", **form)).status_code == 302
    assert kept(config) == {first: (1, False)}, "the page did not show it: it leads"


async def test_the_editor_reads_that_nothing_leaves_where_all_is_hidden(browser: Browser, issue: Issue) -> None:
    assert "As it is now, nothing will be sent" not in (await browser.get("/desk/digest")).text
    form = {"issue": KEY, "seen": await seen(browser), "hide": [BROADBAND, RULE], "note": "For nobody"}
    assert (await browser.send("/desk/digest", **form)).status_code == 302
    page = (await browser.get("/desk/digest")).text
    assert "nobody will read the note: every item is hidden" in page
    assert "The email as it will look" not in page
    assert (await browser.get(f"/desk/digest/mail.html?issue={KEY}")).status_code == 404


async def test_nobody_overwrites_what_another_editor_saved_meanwhile(
    browser: Browser, config: Configuration, issue: Issue
) -> None:
    opened = await seen(browser)
    mine = {"issue": KEY, "seen": opened, f"place-{RULE}": "1", "hide": BROADBAND, "note": "Mine"}
    assert (await browser.send("/desk/digest", issue=KEY, seen=opened, note="Theirs")).status_code == 302
    refused = await browser.send("/desk/digest", **mine)
    assert refused.status_code == 409
    assert "Not saved:</strong> this issue was saved since you opened the page." in refused.text
    assert ">Mine</textarea>" in refused.text, "what was typed is still there"
    assert "whose note is: “Theirs”" in refused.text
    assert f'name="place-{RULE}" value="1"' in refused.text
    assert f'value="{BROADBAND}" aria-label="Hide' in refused.text
    assert kept(config) == {RULE: (None, False), BROADBAND: (None, False)}
    now = re.search(r'name="seen" value="(\w+)"', refused.text)
    assert now
    assert (await browser.send("/desk/digest", **mine | {"seen": now[1]})).status_code == 302, "knowingly"
    assert kept(config) == {RULE: (1, False), BROADBAND: (None, True)}
    assert (await browser.send("/desk/digest", **mine | {"seen": now[1]})).status_code == 302, "sent twice"


async def test_what_has_left_is_not_edited(browser: Browser, config: Configuration, issue: Issue) -> None:
    with closing(open_mail(config.mail)) as db:
        issues.release(db, issue, now=NOW)
    assert (await browser.send("/desk/digest", issue=KEY, hide=RULE)).status_code == 409
    assert "No issue waits" in (await browser.get("/desk/digest")).text
    late = (await browser.send("/desk/digest", issue=KEY, hide=RULE, note="Read this.")).text
    assert "has been released" in late
    assert "Your note was: “Read this.”" in late


async def test_a_viewer_reads_and_a_site_without_mail_has_no_such_page(config: Configuration, issue: Issue) -> None:
    viewer = Browser(site_of(config, mail=config).app())
    await viewer.sign_in("Cleo Looker")
    assert (await viewer.get("/desk/digest")).status_code == 200
    assert (await viewer.send("/desk/digest", issue=KEY, hide=RULE)).status_code == 403
    plain = Browser(site_of(config).app())
    await plain.sign_in()
    assert (await plain.get("/desk/digest")).status_code == 404
