"""One key for a whole document: it confirms what is open, overwrites nobody, and is taken back by one key."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from desk_fixtures import (
    NOW,
    Browser,
    change,
    document,
    field,
    person,
    say,
)
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, PLAIN

from desk.reviews import bulk, review_items, reviews, verdict_validity
from desk.reviews.subjects import BadVerdict
from settings import Configuration

pytestmark = pytest.mark.slow


def shown(page: str) -> dict[str, Any]:
    """What the form of one key carries back of a page."""
    return {
        "seen": field(page, "seen"),
        "open": [html.unescape(each) for each in re.findall(r'name="open" value="([^"]*)"', page)],
    }


def tokens(db: Any, key: str) -> set[str]:
    return {item.token for item in review_items.items(db, key, review_items.titles(db), all_priorities=True)}


async def test_one_key_confirms_all_that_is_open_and_one_takes_it_back(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    page = (await browser.get(document(BROADBAND, "?n=0"))).text
    assert 'data-key="Y"' in page
    assert page.index('id="what"') < page.index('id="decide"'), "the text stands above the decisions on a phone"
    done = await browser.send(document(BROADBAND, "/all?n=0"), verdict="confirm", **shown(page))
    assert done.headers["location"].startswith("/desk/next?n=0")
    made = reviews.history(db, BROADBAND)
    assert {row["verdict"] for row in made} == {"confirm"}
    assert len({row["batch"] for row in made}) == 1
    assert (await browser.get(document())).text.count("data-open") == 0
    again = await browser.send(document(BROADBAND, "/all"), verdict="confirm", **shown(page) | {"seen": made[0]["id"]})
    assert again.status_code == 409
    queue = (await browser.get("/desk")).text
    await browser.send("/desk/undo", batch=field(queue, "batch"))
    assert all(row["undone"] or row["verdict"] == "undo" for row in reviews.history(db, BROADBAND))


async def test_one_key_never_overwrites_what_somebody_decided_meanwhile(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    sent = shown((await browser.get(document())).text)
    say(db, "reject", "area:broadband", who="Ben Writer")
    for verdict in ("confirm", "reject"):
        done = await browser.send(document(BROADBAND, "/all"), verdict=verdict, **sent)
        assert done.status_code == (302 if verdict == "confirm" else 409)
        said = done.text if verdict == "reject" else (await browser.get(document())).text
        assert "Meanwhile, Ben Writer rejected the area “Broadband”: that stays." in said
    held = {row["subject"]: (row["verdict"], row["name"]) for row in reviews.history(db, BROADBAND)}
    assert held["area:broadband"] == ("reject", "Ben Writer"), "it is not open any more, so it stays"
    assert (await browser.send(document(BROADBAND, "/all"), verdict="adore", seen="0")).status_code == 400


def came_back(db: Any, config: Configuration, verdict: str, subject: str = "area:broadband") -> None:
    """A decision of Ben Writer whose words the document has lost, so that it is open again."""
    say(db, verdict, subject, who="Ben Writer")
    change(config, "update documents set title = 'A law', abstract = 'x', text_hash = 'other' where id = ?", BROADBAND)
    verdict_validity.settle_all(db, NOW)
    [item] = [item for item in review_items.items(db, BROADBAND, review_items.titles(db)) if item.subject == subject]
    assert item.state == "returned"


@pytest.mark.parametrize(("theirs", "key"), [("reject", "confirm"), ("confirm", "reject")])
async def test_one_key_turns_round_no_decision_of_a_colleague_that_came_back(
    browser: Browser, db: Any, config: Configuration, theirs: str, key: str
) -> None:
    came_back(db, config, theirs)
    await browser.sign_in()
    sent = shown((await browser.get(document())).text)
    assert (await browser.send(document(BROADBAND, "/all"), verdict=key, **sent)).status_code == 302
    newest = reviews.current(db, BROADBAND, "area:broadband")
    assert newest is not None
    assert (newest["verdict"], newest["name"]) == (theirs, "Ben Writer")
    did = "rejected" if theirs == "reject" else "confirmed"
    page = (await browser.get(document())).text
    assert f"Before it came back, Ben Writer {did} the area “Broadband”: decide that by itself." in page
    again = shown(page)
    assert [each for each in again["open"] if each.startswith("area:")] == ["area:broadband="]
    if key == "confirm":
        await browser.send(document(BROADBAND, "/all"), verdict=key, **again, wrong="area:broadband")
        newest = reviews.current(db, BROADBAND, "area:broadband")
        assert newest is not None
        assert (newest["verdict"], newest["name"]) == ("reject", "Ana Reader"), "a mark agrees with the colleague"


async def test_one_key_goes_on_over_what_oneself_decided_and_what_agrees(
    browser: Browser, db: Any, config: Configuration
) -> None:
    came_back(db, config, "reject")
    for me, action, named in (("Ben Writer", "confirm", ""), ("Ana Reader", "reject", "")):
        lines = bulk.preview(db, [BROADBAND], action, me=person(db, me).id)
        assert [line.against for line in lines if line.item.subject == "area:broadband"] == [named]


async def test_many_at_once_leave_out_what_a_colleague_decided_otherwise_and_name_it(
    browser: Browser, db: Any, config: Configuration
) -> None:
    came_back(db, config, "reject")
    await browser.sign_in()
    page = (await browser.send("/desk/bulk", action="confirm", document=BROADBAND)).text
    lines = re.findall(r'name="line" value="([^"]*)"( checked)?>', page)
    unchecked = [html.unescape(token) for token, checked in lines if not checked]
    assert len(unchecked) == 1
    assert "area:broadband" in unchecked[0]
    assert "Ben Writer rejected the area “Broadband” on March 9, 2022." in page
    say(db, "reject", "area:library-funding", who="Ben Writer")
    kept = [html.unescape(token) for token, checked in lines if checked]
    await browser.send("/desk/bulk", step="save", line=kept)
    said = (await browser.get("/desk")).text
    assert "1 was skipped" in said
    assert "Ben Writer rejected the area “Library funding” of H.R. 1783." in said


async def test_one_key_says_nothing_of_what_a_crawl_suggested_since_the_page_was_opened(
    browser: Browser, db: Any, config: Configuration
) -> None:
    await browser.sign_in()
    page = (await browser.get(document(BROADBAND, "?n=0"))).text
    change(config, "insert into tags values (?, 'privacy', 0.97)", BROADBAND)
    with db.conn:
        db.execute("update suggested_stances set stance = 'oppose' where document_id = ?", [BROADBAND])
    done = await browser.send(document(BROADBAND, "/all?n=0"), verdict="confirm", **shown(page))
    assert done.headers["location"].startswith(document(BROADBAND)), "some of it is open still"
    said = {row["subject"] for row in reviews.history(db, BROADBAND)}
    assert said == {"area:broadband", "area:library-funding", "priority"}
    again = (await browser.get(document(BROADBAND))).text
    assert "What was suggested since you opened the page is still open." in again
    assert {token.partition("=")[0] for token in shown(again)["open"]} >= {
        "area:privacy",
        "position:tc-hotspot-lending",
    }
    marked = shown(again) | {"open": ["position:tc-hotspot-lending=support"], "wrong": "position:tc-hotspot-lending"}
    assert (await browser.send(document(BROADBAND, "/all"), verdict="confirm", **marked)).status_code == 409, "unseen"
    nothing = await browser.send(document(BROADBAND, "/all"), verdict="reject", seen=field(again, "seen"))
    assert nothing.status_code == 409


async def test_what_is_marked_wrong_is_rejected_and_the_rest_confirmed(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    page = (await browser.get(document(BROADBAND, "?n=0"))).text
    marks = re.findall(r'name="wrong" value="([^"]+)" form="decide-all"[^>]*data-key="(\d)"', page)
    assert [key for _, key in marks] == [str(number + 1) for number in range(len(marks))]
    assert "area:broadband" in dict(marks)
    sent = shown(page) | {"wrong": "area:broadband"}
    refused = await browser.send(document(BROADBAND, "/all"), verdict="reject", **sent)
    assert (refused.status_code, "clear the marks" in refused.text) == (400, True), "it would reject the others too"
    assert (await browser.send(document(), verdict="confirm", seen="0", wrong="stance")).status_code == 400
    assert reviews.history(db, BROADBAND) == []
    await browser.send(document(BROADBAND, "/all?n=0"), verdict="confirm", **sent)
    said = {row["subject"]: row["verdict"] for row in reviews.history(db, BROADBAND)}
    assert said.pop("area:broadband") == "reject"
    assert set(said.values()) == {"confirm"}
    await browser.send("/desk/undo", batch=field((await browser.get("/desk")).text, "batch"))
    assert all(row["undone"] or row["verdict"] == "undo" for row in reviews.history(db, BROADBAND)), (
        "one key undoes all"
    )


async def test_no_key_is_offered_that_decides_nothing(browser: Browser, db: Any, config: Configuration) -> None:
    """A position that came back without a direction cannot be confirmed; a document drawn at random has nothing to reject."""
    await browser.sign_in()
    say(db, "confirm", "position:tc-hotspot-lending", value="support")
    for subject in ("area:broadband", "area:library-funding"):
        say(db, "confirm", subject)
    with db.conn:
        db.execute("delete from suggested_stances where document_id = ?", [BROADBAND])
    verdict_validity.settle_all(db, NOW)
    page = (await browser.get(document())).text
    waiting = [item for item in review_items.items(db, BROADBAND, review_items.titles(db)) if item.waits]
    assert any(item.can_confirm for item in waiting) is ('data-key="Y"' in page)
    given = bulk.verdicts_on_all(db, PLAIN, "confirm", [], 0, shown=tokens(db, PLAIN), sampled=True)
    assert [(each.subject, each.sampled) for each in given if each.subject == "priority"] == [("priority", True)]


async def test_a_mark_on_what_somebody_confirmed_meanwhile_records_nothing(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    sent = shown((await browser.get(document())).text) | {"wrong": "area:broadband"}
    say(db, "confirm", "area:broadband", who="Ben Writer")
    done = await browser.send(document(BROADBAND, "/all"), verdict="confirm", **sent)
    assert (done.status_code, "Ben Writer" in done.text) == (409, True)
    assert len(reviews.history(db, BROADBAND)) == 1


def test_a_mark_on_a_priority_says_that_it_is_not_must_see(db: Any) -> None:
    shown = tokens(db, BROADBAND)
    made = bulk.verdicts_on_all(db, BROADBAND, "confirm", ["priority"], 0, shown=shown)
    [given] = [each for each in made if each.subject == "priority"]
    assert (given.verdict, given.value) == ("confirm", "1")
    with pytest.raises(BadVerdict, match="marked as wrong"):
        bulk.verdicts_on_all(db, BROADBAND, "confirm", ["outcome:hotspot"], 0, shown=shown)
