"""What somebody types at the desk and has not saved, in a real Chromium: it comes back, to the same person and in the same form.

Needs what tests/test_browser.py needs.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import test_browser
from desk_fixtures import NOW, open_desk, person
from site_corpus import BROADBAND, RULE
from test_browser import chromium, page
from test_desk_browser import address, config, enter, made, sign_in

from desk.queue import advocacy
from desk.queue.advocacy import AdvocacyRecord
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from settings import Configuration

pytestmark = test_browser.pytestmark
__all__ = ["address", "chromium", "config", "made", "page"]


def wait_for_words(page: Any, words: str) -> None:
    """A page says something, and its script, which drops what is saved, has run: only then may one leave it."""
    page.get_by_text(words).wait_for()
    page.wait_for_load_state()


def note_of(page: Any) -> str:
    """What is in the field of the note, once the page that has it is there (the sign-in page's address names it, too)."""
    page.get_by_label("A note").wait_for()
    page.wait_for_load_state()
    return str(page.get_by_label("A note").input_value())


def type_while_another_decides(page: Any, config: Configuration, subject: str) -> None:
    """Begin a stance in the open form, while a colleague drafts one on the subject; then confirm an area."""
    page.get_by_label("Stance", exact=True).select_option("Support")
    page.get_by_label("Why, for the public").fill("Half a reason")
    with closing(open_desk(config)) as db:
        theirs = Verdict(document_id=BROADBAND, subject=subject, verdict="confirm", value="oppose", reason="No.")
        reviews.record(db, person(db), [theirs], now=NOW)
    page.locator("#item-area-broadband").get_by_role("button", name="Confirm y").click()
    wait_for_words(page, "You confirmed the area “Broadband”")


def write_and_lose(page: Any, address: str, config: Configuration) -> None:
    """Send a note after the session has ended: the sign-in page is there, without a word of it."""
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.get_by_label("A note").fill("Not for others")
    with closing(open_desk(config)) as db:
        db.execute("update sessions set revoked_at = ? where revoked_at is null", [NOW])
        db.conn.commit()
    page.get_by_role("button", name="Add the note").click()
    page.get_by_text("Nothing was saved").wait_for()
    assert "Not for others" not in page.content()


def test_what_is_typed_stays_when_another_form_is_sent_and_goes_once_it_is_saved(page: Any, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.get_by_text("Set a stance").click()
    page.get_by_label("Why, for the public").fill("Half a reason")
    page.get_by_label("A note").fill("Half a note")
    page.locator("#item-area-broadband").get_by_role("button", name="Confirm y").click()
    wait_for_words(page, "You confirmed the area “Broadband”")
    assert page.get_by_text("is back in its form").is_visible()
    assert page.get_by_label("Why, for the public").is_visible(), "its part of the page is open"
    assert page.get_by_label("Why, for the public").input_value() == "Half a reason"
    assert page.get_by_label("A note").input_value() == "Half a note"
    page.get_by_role("button", name="Add the note").click()
    wait_for_words(page, "The note is saved.")
    assert page.get_by_label("A note").input_value() == "", "saved once, not offered again"
    assert page.get_by_label("Why, for the public").input_value() == "Half a reason"
    page.goto(f"{address}/desk")
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    assert page.get_by_label("Why, for the public").input_value() == "Half a reason", "whoever leaves and comes back"


def test_text_that_comes_back_overwrites_nothing_that_was_decided_since(
    page: Any, address: str, config: Configuration
) -> None:
    sign_in(page, address, "Ben Writer")
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.get_by_text("Set a stance").click()
    type_while_another_decides(page, config, "stance")
    assert page.locator("#stance-value").input_value() == "support"
    assert page.locator("#stance-about").input_value() == "", "on the whole, which now has a draft, and on no position"
    form = page.locator("form", has=page.locator("#stance-value"))
    form.get_by_role("button", name="Save as a draft").click()
    page.get_by_role("heading", name="Ana Reader has already decided this").wait_for()
    page.wait_for_load_state()
    assert page.get_by_label("Why, for the public").first.input_value() == "Half a reason"


def test_what_is_typed_for_one_record_waits_for_the_form_of_that_record(
    page: Any, address: str, config: Configuration
) -> None:
    """The form of a record has the address of the page, whichever record it is for."""
    with closing(open_desk(config)) as db:
        for title in ("Letter on the first", "Letter on the second"):
            letter = AdvocacyRecord(kind="letter", title=title, document_id=BROADBAND, happened_on="2022-03-01")
            advocacy.add(db, person(db), letter, now=NOW)
    sign_in(page, address)
    title, note = page.get_by_label("Title", exact=True), page.get_by_label("Note (staff only)")
    begun = {
        f"document={BROADBAND}": "A note on broadband",
        f"document={RULE}": "A note on the rule",
        f"document={RULE}&person=someone": "A note on someone",
        "record=1": "A note on record 1",
        "record=2": "A note on record 2",
    }
    for query, words in begun.items():
        page.goto(f"{address}/desk/advocacy?{query}")
        assert note.input_value() == "", query
        assert not page.get_by_text("is back in its form").is_visible()
        title.fill(f"About {words}")
        note.fill(words)
    for query, words in begun.items():
        page.goto(f"{address}/desk/advocacy?{query}")
        assert page.get_by_text("is back in its form").is_visible()
        assert (title.input_value(), note.input_value()) == (f"About {words}", words)
    page.get_by_role("button", name="Save").click()
    wait_for_words(page, "The record is saved.")
    page.goto(f"{address}/desk/advocacy?record=2")
    assert note.input_value() == "A note on record 2"
    assert not page.get_by_text("is back in its form").is_visible(), "saved"
    page.goto(f"{address}/desk/advocacy?record=1")
    assert note.input_value() == "A note on record 1", "still unsaved"


def test_words_on_a_position_do_not_become_words_on_the_whole_document(
    page: Any, address: str, config: Configuration
) -> None:
    sign_in(page, address, "Ben Writer")
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.get_by_text("Set a stance").click()
    page.locator("#stance-about").select_option("tc-hotspot-lending")
    type_while_another_decides(page, config, "stance:tc-hotspot-lending")
    assert page.get_by_text("Its form is gone: “Half a reason”").is_visible()
    assert page.locator("#stance-reason").input_value() == ""
    assert page.locator("#stance-value").input_value() == ""


def test_whoever_goes_back_from_an_error_finds_the_text_and_every_choice(page: Any, address: str) -> None:
    def break_forms(route: Any) -> None:
        """What a browser fills in by itself, some only on pages without TLS, is off: the page must not need it."""
        if route.request.method == "POST":
            return route.fulfill(status=500, body="The server broke.")
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("<form", '<form autocomplete="off"'))

    sign_in(page, address)
    page.route("**/desk/advocacy?*", break_forms)
    page.goto(f"{address}/desk/advocacy?document={BROADBAND}")
    title, public = page.get_by_label("Title", exact=True), page.locator("#public")
    page.get_by_label("Kind", exact=True).select_option("letter")
    title.fill("A letter")
    public.check()
    page.route("**/desk/advocacy", break_forms)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The server broke.").wait_for()
    page.unroute("**/desk/advocacy")
    page.go_back()
    assert title.input_value() == "A letter"
    assert public.is_checked()
    page.get_by_label("Day it happened").fill("2022-03-01")
    page.get_by_role("button", name="Save").click()
    wait_for_words(page, "The record is saved.")
    assert title.input_value() == ""
    assert not public.is_checked(), "as a new record begins"


def test_what_was_sent_in_vain_is_there_however_one_opens_the_page_again(page: Any, address: str) -> None:
    sign_in(page, address)
    form = f"{address}/desk/advocacy?document={BROADBAND}"
    page.goto(form)
    title = page.get_by_label("Title", exact=True)
    page.get_by_label("Kind", exact=True).select_option("letter")
    title.fill("A letter")
    page.get_by_label("Day it happened").fill("2022-03-01")
    page.route("**/desk/advocacy", lambda route: route.fulfill(status=500, body="The server broke."))
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The server broke.").wait_for()
    page.unroute("**/desk/advocacy")
    for path in (f"{address}/desk/people", form):
        page.goto(path)
    assert title.input_value() == "A letter"
    page.get_by_role("button", name="Save").click()
    wait_for_words(page, "The record is saved.")
    page.goto(form)
    assert title.input_value() == ""


def test_after_a_session_that_was_over_the_text_is_still_there_for_the_same_person(
    page: Any, address: str, config: Configuration
) -> None:
    sign_in(page, address)
    write_and_lose(page, address, config)
    enter(page, "Ana Reader")
    assert note_of(page) == "Not for others"
    write_and_lose(page, address, config)
    enter(page, "Ben Writer")
    assert note_of(page) == ""
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('typed:')).length") == 0
    write_and_lose(page, address, config)
    page.goto(f"{address}/desk/login")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('typed:')).length") == 0
