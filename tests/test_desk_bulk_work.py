"""Assigning, following and snoozing many documents at once, and taking all of it back."""

from __future__ import annotations

import html
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from desk_fixtures import LATER, NOW, Browser, decisions, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, RULE

from desk.intake import importing
from desk.queue import bulk_work, collaboration, trail_page
from desk.queue.collaboration import BadWork
from desk.reviews import bulk
from desk.reviews.reviews import Verdict
from desk.web.context import RequestContext
from settings import Configuration

ALL = [BROADBAND, RULE, HOSTILE_BILL]


def leads(db: Any) -> dict[str, str]:
    return collaboration.assignee_names(db, ALL)


def test_assigned_at_once_and_given_back_at_once(db: Any) -> None:
    ana = person(db)
    collaboration.assign(db, ana, RULE, "Cleo Looker", NOW)
    collaboration.assign(db, ana, HOSTILE_BILL, "Ben Writer", NOW)
    batch, done = bulk_work.work(db, ana, ALL, "assign", "Ben Writer", NOW)
    assert done == 2, "one was his already"
    assert set(leads(db).values()) == {"Ben Writer"}
    assert bulk_work.undo(db, ana, batch, LATER) == 2
    assert leads(db) == {RULE: "Cleo Looker", HOSTILE_BILL: "Ben Writer"}
    with pytest.raises(BadWork, match="already undone"):
        bulk_work.undo(db, ana, batch, LATER)


def test_what_changed_since_stays(db: Any) -> None:
    ana = person(db)
    batch, _ = bulk_work.work(db, ana, ALL, "assign", "Ben Writer", NOW)
    collaboration.assign(db, ana, RULE, "Cleo Looker", NOW)
    assert bulk_work.undo(db, ana, batch, LATER) == 2
    assert leads(db) == {RULE: "Cleo Looker"}


def test_followed_and_snoozed_and_back(db: Any) -> None:
    ana = person(db)
    collaboration.follow(db, ana, RULE, True, NOW)
    followed, done = bulk_work.work(db, ana, ALL, "follow", "", NOW)
    snoozed, slept = bulk_work.work(db, ana, ALL, "snooze", "2022-04-01", NOW)
    assert (done, slept) == (2, 3)
    assert all(collaboration.current_snooze(db, key, "2022-03-10") for key in ALL)
    assert [row["action"] for row in bulk_work.batches(db, ana)] == ["snooze", "follow"]
    bulk_work.undo(db, ana, snoozed, LATER)
    bulk_work.undo(db, ana, followed, LATER)
    assert not any(collaboration.current_snooze(db, key, "2022-03-10") for key in ALL)
    assert [key for key in ALL if collaboration.is_followed(db, ana, key)] == [RULE]


@pytest.mark.parametrize(
    ("documents", "action", "value"),
    [(ALL, "burn", ""), (ALL, "assign", "Nobody Known"), (ALL, "snooze", ""), ([*ALL, "us-1-hr1"], "follow", "")],
)
def test_all_or_nothing(db: Any, documents: list[str], action: str, value: str) -> None:
    with pytest.raises(BadWork):
        bulk_work.work(db, person(db), documents, action, value, NOW)
    for table in ("assignments", "follows", "snoozes", "work_batches"):
        assert db.execute(f"select count(*) from {table}").fetchone()[0] == 0


def test_nobody_takes_back_what_another_did(db: Any) -> None:
    batch, _ = bulk_work.work(db, person(db), ALL, "follow", "", NOW)
    with pytest.raises(BadWork, match="not yours"):
        bulk_work.undo(db, person(db, "Ben Writer"), batch, NOW)


@pytest.mark.slow
async def test_on_the_web(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    assert (await browser.send("/desk/bulk", action="assign", name="", document=ALL)).status_code == 400
    done = await browser.send("/desk/bulk", action="assign", name="Ben Writer", document=ALL)
    assert done.status_code == 302
    assert set(leads(db).values()) == {"Ben Writer"}
    page = (await browser.get("/desk")).text
    assert "assigned 3 documents to Ben Writer" in page
    assert "3 documents assigned to Ben Writer." in page
    await browser.send("/desk/bulk", action="assign", name="-", document=ALL[:1])
    assert "1 document assigned to nobody." in (await browser.get("/desk")).text
    await browser.send("/desk/undo", work=bulk_work.batches(db, person(db))[0]["batch"])
    batch = bulk_work.batches(db, person(db))[0]["batch"]
    assert (await browser.send("/desk/undo", work=batch)).status_code == 302
    await browser.send("/desk/bulk", action="follow", document=ALL[0])
    assert "1 document followed." in (await browser.get("/desk")).text
    assert leads(db) == {}
    assert (await browser.send("/desk/undo", work=batch)).status_code == 409
    assert (await browser.send("/desk/bulk", action="snooze", until_on="soon", document=ALL)).status_code == 400


def test_what_a_run_took_back_since_the_preview_is_skipped(db: Any) -> None:
    context = cast(RequestContext, SimpleNamespace(db=db, me=person(db), now=NOW))
    open_ones = ((BROADBAND, "area:library-funding"), (HOSTILE_BILL, "area:broadband"), (BROADBAND, "area:broadband"))
    given = [Verdict(document_id=key, subject=subject, verdict="reject") for key, subject in open_ones]
    recorded, skipped, others = bulk._record(context, given, "batch")
    assert others == [], "nobody decided anything"
    assert [each.subject for each in recorded] == ["area:library-funding", "area:broadband"]
    assert skipped == 1, "nothing suggested it any more; the others stay recorded"


async def test_the_trail_skips_nothing_that_was_done_at_one_time(
    browser: Browser, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        collaboration.add_note(db, person(db), BROADBAND, f"note-{number}", NOW)
    monkeypatch.setattr(trail_page, "TRAIL", 3)
    await browser.sign_in()
    found, path = [], f"/desk/trail?document={BROADBAND}"
    while path:
        page = (await browser.get(path)).text
        found += re.findall(r"note-\d", page)
        following = re.search(r'href="(/desk/trail[^"]+)" rel="next"', page)
        path = html.unescape(following[1]) if following else ""
    assert sorted(found) == [f"note-{number}" for number in range(7)]


@pytest.mark.parametrize("ends", [False, True])
async def test_the_trail_tells_the_end_of_a_snooze_and_of_an_assignment(browser: Browser, db: Any, ends: bool) -> None:
    ana = person(db)
    collaboration.snooze(db, ana, BROADBAND, NOW, until_on=None if ends else "2022-04-01", until_change=None)
    collaboration.assign(db, ana, BROADBAND, "" if ends else ana.name, NOW)
    await browser.sign_in()
    page = (await browser.get(f"/desk/trail?document={BROADBAND}")).text
    assert ("unassigned" in page, "ended the snooze" in page) == (ends, ends)


async def test_what_an_import_pins_is_public_at_once_and_gone_when_it_is_taken_back(
    browser: Browser, config: Configuration, db: Any
) -> None:
    await browser.sign_in()
    row = importing.Taken(1, BROADBAND, None, "", 0, priority=True).token
    await browser.send("/desk/import", step="apply", name="tracker.csv", row=[row])
    assert (BROADBAND, "priority") in decisions(config)
    await browser.send("/desk/import", step="undo", batch=importing.past(db)[0]["batch"])
    assert (BROADBAND, "priority") not in decisions(config)
