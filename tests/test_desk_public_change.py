"""What the public reads as ALA's words changes only after a page has said how, whatever key or button begins it."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, change, decisions, document, field, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.queue import queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import public_change, publishing, review_items, reviews
from desk.reviews.drafts import draft_of, waiting_drafts
from settings import Configuration

SOURCE = "https://example.org/letter"
STANCE = (BROADBAND, "stance")


def published(db: Any, value: str, reason: str) -> int:
    say(db, subject="stance", value=value, reason=reason, source=SOURCE, who="Ben Writer")
    draft = draft_of(db, BROADBAND, "stance")
    assert draft
    seen = reviews.last_id(db, BROADBAND)
    return publishing.publish(db, person(db), draft, reason=reason, source=SOURCE, seen=seen, now=NOW)


async def undo(browser: Browser, **more: str) -> str:
    """Press *Undo* of the last decision, as the key u does; returns the page that comes, or where it led."""
    page = (await browser.get(document())).text
    answer = await browser.send("/desk/undo", review=field(page, "review"), **more)
    return answer.text or answer.headers["location"]


def parts(page: str) -> tuple[str, str]:
    now, then = page.partition('id="now"')[2].partition('id="then"')[::2]
    plain = [" ".join(re.sub("<[^>]+>", " ", each.partition("</section>")[0]).split()) for each in (now, then)]
    return plain[0].partition("now ")[2], plain[1].partition("read ")[2]


async def test_undo_of_a_published_stance_asks_and_says_what_the_public_will_read(
    browser: Browser, config: Configuration, db: Any
) -> None:
    published(db, "oppose", "It closes libraries.")
    await browser.sign_in()
    page = await undo(browser)
    assert parts(page) == (
        "Oppose It closes libraries. Source: example.org",
        "Nothing: no stance of ALA here.",
    )
    assert ">Take “Oppose” off the public pages</button>" in page
    assert "The draft then waits again, and can be published again." in page
    assert 'data-key="u"' not in page, "the key that began it does not go on by itself"
    assert reviews.current(db, BROADBAND, "stance"), "nothing has changed yet"
    await undo(browser, sure=field(page, "sure"))
    assert STANCE not in decisions(config)
    assert [row["value"] for row in waiting_drafts(db)] == ["oppose"], "as the page said"
    [draft] = waiting_drafts(db)
    seen = reviews.last_id(db, BROADBAND)
    publishing.publish(db, person(db), draft, reason="It closes libraries.", source=SOURCE, seen=seen, now=NOW)
    assert "The draft then waits again, and can be published again." in await undo(browser), "also the second time"


async def test_undo_of_a_withdrawal_asks_before_it_publishes_again(
    browser: Browser, config: Configuration, db: Any
) -> None:
    published(db, "oppose", "It closes libraries.")
    await browser.sign_in()
    form = {"subject": "stance", "published": "1", "verdict": "reject"}
    asked = await browser.send(document(), **form, seen=str(reviews.last_id(db, BROADBAND)))
    assert asked.status_code == 200
    assert ">Take “Oppose” off the public pages</button>" in asked.text
    assert reviews.current(db, BROADBAND, "stance")["verdict"] == "confirm"
    sure = {name: field(asked.text, name) for name in ("subject", "published", "verdict", "seen", "sure")}
    assert (await browser.send(document(), **sure)).status_code == 302
    assert STANCE not in decisions(config)
    page = await undo(browser)
    assert parts(page)[1].startswith("Oppose It closes libraries.")
    assert ">Make “Oppose” public again</button>" in page
    assert STANCE not in decisions(config)
    assert await undo(browser, sure="1") == document() + "?"
    assert decisions(config)[STANCE][1] == "oppose"


async def test_undo_says_which_earlier_words_come_back(browser: Browser, db: Any) -> None:
    published(db, "watch", "We look on.")
    published(db, "oppose", "It closes libraries.")
    await browser.sign_in()
    page = await undo(browser)
    assert parts(page)[1].startswith("Watch We look on.")
    assert ">Replace “Oppose” with “Watch” on the public pages</button>" in page
    published(db, "oppose", "It closes every library.")
    assert ">Go back to the earlier words for “Oppose”</button>" in await undo(browser)


async def test_the_line_of_a_pin_asks_and_what_is_no_word_of_ala_does_not(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    say(db, "change", "priority", value="2", reason="It pays for hotspots.")
    assert "It pays for hotspots." in parts(await undo(browser))[0]
    await undo(browser, sure="1")
    for given in ({"subject": "area:broadband"}, {"subject": "stance", "value": "watch", "reason": "A draft."}):
        say(db, **given)
        assert await undo(browser) == document() + "?", "taken back at once"
    say(db, "change", "priority", value="2")
    assert await undo(browser) == document() + "?", "a pin without a line says nothing for ALA"


async def test_what_cannot_be_undone_asks_nothing(browser: Browser, db: Any) -> None:
    mine = published(db, "oppose", "It closes libraries.")
    say(db, subject="stance", value="watch", who="Ben Writer")
    await browser.sign_in()
    refused = await browser.send("/desk/undo", review=str(mine))
    assert (refused.status_code, "Ben Writer has decided it again since" in refused.text) == (409, True)


OUTCOME = "outcome:tc-hotspot-lending"


async def test_an_outcome_is_chosen_by_an_approver_who_reads_first_what_becomes_public(
    browser: Browser, config: Configuration, db: Any
) -> None:
    change(config, "update documents set status = 'failed' where id = ?", BROADBAND)
    say(db, subject="position:tc-hotspot-lending", value="support")
    await browser.sign_in()
    page = (await browser.get(document())).text
    form = page.partition('id="outcome-tc-hotspot-lending"')[2].partition("</select>")[0]
    assert ("required" in form, "selected" in form) == (True, False)
    assert form.partition("<option")[2].startswith(' value="">Choose one'), "no success is chosen beforehand"
    said = {"subject": "outcome", "outcome": "tc-hotspot-lending", "verdict": "confirm"}
    seen = field(page, "seen")
    nothing = await browser.send(document(), **said, value="", seen=seen)
    assert (nothing.status_code, "choose one of" in nothing.text) == (400, True)
    asked = (await browser.send(document(), **said, value="incorporated", seen=seen)).text
    assert parts(asked) == ("Nothing: no outcome for this position.", "Incorporated")
    assert "the scorecard counts it" in asked
    assert (BROADBAND, OUTCOME) not in decisions(config)
    sure = {name: field(asked, name) for name in ("subject", "verdict", "value", "seen", "sure")}
    assert (await browser.send(document(), **sure)).status_code == 302
    assert decisions(config)[BROADBAND, OUTCOME][1] == "incorporated"
    page = await undo(browser)
    assert ">Take “Incorporated” off the public pages</button>" in page


async def test_a_reviewer_records_no_outcome_and_waits_for_none(
    browser: Browser, config: Configuration, db: Any
) -> None:
    change(config, "update documents set status = 'failed' where id = ?", BROADBAND)
    db.execute(
        "insert into suggested_outcomes values (?, 'tc-hotspot-lending', 'incorporated', 'serves it', null, null, null, null)",
        [BROADBAND],
    )
    await browser.sign_in("Ben Writer")
    seen = field((await browser.get(document())).text, "seen")
    sent = {"subject": "outcome", "outcome": "tc-hotspot-lending", "verdict": "confirm", "value": "incorporated"}
    for sure in ("", "1"):
        refused = await browser.send(document(), **sent, seen=seen, sure=sure)
        assert (refused.status_code, "role of approver" in refused.text) == (403, True)
    for item in [item for item in items(db) if item.waits]:
        say(db, "confirm", item.subject, value=item.suggestion.value, who="Ben Writer")
    assert [item.subject for item in items(db) if item.waits] == [OUTCOME]
    page = (await browser.get(document())).text
    assert "an approver records it" in page
    assert 'class="second">Propose</button>' in page
    assert 'class="second">Record</button>' not in page
    assert " data-open" not in page
    filters = Filters(kind="bill", ended="1")
    for approves, waits in ((True, [BROADBAND]), (False, [])):
        viewer = QueueViewer(person(db).id, datetime.date(2022, 3, 9), None, approves)
        found = queue.ranked(db, filters, viewer, skip=0, size=9)[0]
        assert [each.document_id for each in found if each.document_id == BROADBAND] == waits


def items(db: Any) -> list[review_items.Item]:
    return review_items.items(db, BROADBAND, review_items.titles(db))


@pytest.mark.parametrize(
    ("subject", "verdict", "value", "public"),
    [
        ("stance", "confirm", "oppose", False),
        ("area:broadband", "confirm", None, False),
        ("priority", "change", "2", False),
    ],
)
def test_drafts_areas_and_pins_without_a_line_are_no_words_of_ala(
    db: Any, subject: str, verdict: str, value: str | None, public: bool
) -> None:
    say(db, verdict, subject, value=value)
    assert (public_change.public_words(db, BROADBAND, subject) is not None) is public
