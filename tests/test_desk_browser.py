"""The desk in a real Chromium: a morning's work by keyboard, without a script, on a narrow screen, and axe on every page.

Needs what tests/test_browser.py needs. Pictures go to ci-output/.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import test_browser
from desk_fixtures import LATER, NOW, PASSWORD, PRIVATE, add, build, copy, corpus_of, open_desk, person, site_of
from site_corpus import BROADBAND, HOSTILE_BILL, RULE, serving
from test_browser import PICTURES, axe, chromium, page

from desk.queue import collaboration
from desk.reviews import publishing, reviews, verdict_validity
from desk.reviews.drafts import draft_of
from desk.reviews.reviews import Verdict
from publish.at_once import publish_decisions
from settings import Configuration

pytestmark = test_browser.pytestmark
__all__ = ["chromium", "page"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("made")).data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def address(config: Configuration) -> Iterator[str]:
    yield from serving(site_of(config))


def sign_in(page: Any, address: str, name: str = "Ana Reader") -> None:
    page.goto(address + "/desk")
    enter(page, name)
    page.get_by_role("heading", name="The queue").wait_for()


def enter(page: Any, name: str) -> None:
    """Fill in the form of the sign-in page, which is there, and send it."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Enter")


def picture(page: Any, name: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"desk-{name}.png", full_page=True)


def press(page: Any, key: str) -> None:
    """One key that sends a form, and the page that comes of it."""
    with page.expect_navigation():
        page.keyboard.press(key)


# --------------------------------------------------------------------- a morning's work


def publish_as_another(config: Configuration) -> None:
    """A second approver publishes what the first has drafted, and the public pages follow."""
    with closing(open_desk(config)) as db:
        bea = add(db, "Bea Approver", "approver")
        draft = draft_of(db, BROADBAND, "stance")
        assert draft
        seen = reviews.last_id(db, BROADBAND)
        publishing.publish(db, bea, draft, reason=draft["reason"], source=draft["source"], seen=seen, now=NOW)
        assert publish_decisions(config.corpus, db, [BROADBAND])


def test_a_morning_three_documents_by_keyboard_one_undone_a_stance_published(
    page: Any, address: str, config: Configuration
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    sign_in(page, address)
    assert page.get_by_text("3 documents wait").is_visible()
    picture(page, "1-queue")
    page.get_by_role("link", name="Review one by one").press("Enter")
    page.wait_for_url(f"**/documents/{RULE}?n=0")
    picture(page, "2-document")
    press(page, "y")
    press(page, "y")
    page.wait_for_url(f"**/documents/{BROADBAND}?n=0")
    assert page.get_by_text("2022-04567 is cleared.").is_visible()
    # One area is right, the other is not; the position helps; the priority is right.
    for key in "ynyy":
        press(page, key)
    page.wait_for_url(f"**/documents/{HOSTILE_BILL}?n=0")
    press(page, "n")
    page.wait_for_url("**/desk?")
    assert page.get_by_text("No other document needs a decision.").is_visible()
    picture(page, "3-cleared")

    # The last one was too quick: back it comes.
    press(page, "u")
    page.wait_for_url(f"**/documents/{HOSTILE_BILL}?")
    assert page.get_by_text("Undone.").is_visible()
    assert page.locator(".item[data-open]").count() == 1
    picture(page, "4-undone")

    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.get_by_text("Set a stance").press("Enter")
    page.get_by_label("Stance", exact=True).select_option("Support")
    page.get_by_label("Why, for the public").fill("It lets libraries lend hotspots.")
    page.get_by_label("Note for staff").fill("zyzzyva-note")
    page.get_by_label("Source, for the public").fill("https://example.org/letter")
    page.get_by_role("button", name="Save as a draft").press("Enter")
    page.get_by_text("Draft", exact=True).wait_for()
    publish_as_another(config)
    page.reload()
    page.get_by_text("Published", exact=True).wait_for()
    picture(page, "5-published")

    visitor = page.context.browser.new_context().new_page()
    visitor.goto(f"{address}/documents/{BROADBAND}")
    stance = visitor.locator("section.stance")
    assert "Support" in stance.inner_text()
    assert "It lets libraries lend hotspots." in stance.inner_text()
    assert visitor.get_by_text("confirmed by staff").count() == 2
    assert visitor.locator("aside").get_by_role("link", name="Library funding").count() == 0
    assert not [word for word in PRIVATE if word in visitor.content()]
    visitor.screenshot(path=PICTURES / "desk-6-public.png", full_page=True)
    visitor.context.close()
    assert said == []
    with closing(open_desk(config)) as db:
        verdicts = [(row["subject"], row["verdict"]) for row in reviews.history(db, BROADBAND)]
    assert verdicts == [
        ("stance", "confirm"),
        ("stance", "confirm"),
        ("priority", "confirm"),
        ("position:tc-hotspot-lending", "confirm"),
        ("area:library-funding", "reject"),
        ("area:broadband", "confirm"),
    ]


def test_words_selected_in_the_text_become_an_area(page: Any, address: str, config: Configuration) -> None:
    sign_in(page, address)
    page.goto(f"{address}/desk/documents/{RULE}")
    page.get_by_text("Full text").click()
    # The same words stand in the text three times; the second is meant.
    page.evaluate("""() => {
        const field = document.querySelector('[data-field=text]');
        const walker = document.createTreeWalker(field, NodeFilter.SHOW_TEXT);
        let seen = 0;
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const at = node.data.indexOf('schools and libraries');
            if (at >= 0 && ++seen === 2) {
                const range = document.createRange();
                range.setStart(node, at); range.setEnd(node, at + 21);
                getSelection().removeAllRanges(); getSelection().addRange(range);
                return;
            }
        }
    }""")
    page.keyboard.press("m")
    assert page.get_by_label("The words").input_value() == "schools and libraries"
    page.get_by_label("An area").select_option("Library funding")
    page.get_by_role("button", name="Add the area").click()
    page.get_by_text("You confirmed the area “Library funding”").wait_for()
    with closing(open_desk(config)) as db:
        [review] = reviews.history(db, RULE)
        text = db.execute("select text from corpus.documents where id = ?", [RULE]).fetchone()[0]
    first = text.index("schools and libraries")
    second = text.index("schools and libraries", first + 1)
    assert f'"start": {second}' in review["passage"]


def test_keys_move_choose_and_are_not_taken_while_typing(page: Any, address: str, config: Configuration) -> None:
    sign_in(page, address)
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    at = lambda: page.evaluate("document.activeElement.id")  # noqa: E731
    assert at() == "item-area-broadband"
    page.keyboard.press("j")
    assert at() == "item-area-library-funding"
    page.keyboard.press("j")
    page.keyboard.press("c")
    assert at() == "value-tc-hotspot-lending"
    page.keyboard.press("y")  # chooses nothing in a list, and confirms nothing
    page.get_by_label("The words").fill("")
    page.get_by_label("The words").press("y")
    assert page.get_by_label("The words").input_value() == "y"
    with closing(open_desk(config)) as db:
        assert reviews.history(db, BROADBAND) == []
    page.goto(f"{address}/desk/account")
    page.get_by_role("button", name="Turn shortcuts off").click()
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.keyboard.press("y")
    page.wait_for_timeout(300)
    with closing(open_desk(config)) as db:
        assert reviews.history(db, BROADBAND) == []


def test_numbers_mark_what_is_wrong_and_nothing_else_is_sent_meanwhile(
    page: Any, address: str, config: Configuration
) -> None:
    sign_in(page, address)
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    page.keyboard.press("1")
    assert page.locator("#item-area-broadband input[name=wrong]").is_checked()
    assert page.locator("#decide-all output").inner_text() == "1 is marked wrong."
    for key in ("y", "N", "p"):  # a new page would forget the mark, and Shift-N would reject what is not marked
        page.keyboard.press(key)
        page.wait_for_timeout(100)
    assert "Nothing was saved" in page.locator("#decide-all output").inner_text()
    page.keyboard.press("w")  # the mark of the item in focus
    assert page.locator("#decide-all output").inner_text() == "Nothing is marked wrong."
    with closing(open_desk(config)) as db:
        assert reviews.history(db, BROADBAND) == []
    page.keyboard.press("1")
    press(page, "Y")
    with closing(open_desk(config)) as db:
        said = {row["subject"]: row["verdict"] for row in reviews.history(db, BROADBAND)}
    assert said.pop("area:broadband") == "reject"
    assert set(said.values()) == {"confirm"}
    press(page, "u")
    with closing(open_desk(config)) as db:
        assert all(row["undone"] or row["verdict"] == "undo" for row in reviews.history(db, BROADBAND))


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True, ids=["no-script"])
def test_everything_works_without_a_script(page: Any, address: str) -> None:
    sign_in(page, address)
    page.get_by_role("link", name="Review one by one").click()
    page.get_by_role("button", name="Confirm y", exact=True).first.click()
    page.get_by_role("button", name="Priority", exact=False).filter(has_not_text="Unpin").click()
    page.wait_for_url(f"**/documents/{BROADBAND}?n=0")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/documents/{RULE}*")
    assert page.get_by_text("Undone.").is_visible()


def test_the_second_person_is_told_in_the_browser(page: Any, address: str, config: Configuration) -> None:
    sign_in(page, address, "Ben Writer")
    page.goto(f"{address}/desk/documents/{BROADBAND}")
    with closing(open_desk(config)) as db:
        given = Verdict(document_id=BROADBAND, subject="area:broadband", verdict="reject", note="about roads")
        reviews.record(db, person(db), [given], now=NOW)
    press(page, "y")
    page.get_by_role("heading", name="Ana Reader has already decided this").wait_for()
    axe(page)
    picture(page, "7-overtaken")


# --------------------------------------------------------------------- every page

PAGES = {
    "login": "/desk/login",
    "queue": "/desk",
    "filtered": "/desk?area=broadband&must_see=1",
    "document": f"/desk/documents/{BROADBAND}?n=0",
    "regulation": f"/desk/documents/{RULE}",
    "enacted": "/desk/documents/us-117-hr9",
    "following": "/desk/following",
    "areas": "/desk/areas",
    "people": "/desk/people",
    "trail": "/desk/trail",
    "account": "/desk/account",
    "no-such-page": "/desk/documents/us-1-hr1",
    "empty": "/desk?kind=case",
}


@pytest.fixture(scope="module")
def busy(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk on which a lot has happened."""
    config = copy(made, tmp_path_factory.mktemp("busy"))
    with closing(open_desk(config)) as db:
        ana, ben = person(db), person(db, "Ben Writer")
        confirmed = Verdict(
            document_id=BROADBAND,
            subject="position:tc-hotspot-lending",
            verdict="confirm",
            value="support",
            note="Clear.",
        )
        stance = {
            "subject": "stance",
            "verdict": "confirm",
            "value": "support",
            "reason": "It helps.",
            "source": "https://example.org/letter",
        }
        reviews.record(db, ana, [confirmed], now=NOW)
        reviews.record(db, ana, [Verdict(document_id=BROADBAND, published=True, **stance)], now=NOW)
        reviews.record(db, ben, [Verdict(document_id=BROADBAND, seen=9, **stance)], now=NOW)
        reviews.record(db, ben, [Verdict(document_id=RULE, subject="area:broadband", verdict="defer")], now=NOW)
        reviews.record(
            db,
            ana,
            [Verdict(document_id=HOSTILE_BILL, subject="area:library-funding", verdict="reject")],
            now=NOW,
            batch="b",
        )
        collaboration.add_note(db, ben, BROADBAND, "Ask the Washington office.", NOW)
        collaboration.assign(db, ana, BROADBAND, "Ben Writer", NOW)
        collaboration.snooze(db, ana, BROADBAND, NOW, until_on="2022-03-30", until_change="status")
        collaboration.follow(db, ana, BROADBAND, True, NOW)
        collaboration.reassign_area(db, ana, "broadband", "Ben Writer", "on leave", LATER)
        collaboration.save_filter(db, ana, "Broadband", "area=broadband")
    with closing(corpus_of(config)) as corpus:
        # What the verdict rested on goes: it comes back with a comparison.
        corpus.execute(
            "update documents set abstract = 'A later summary.', text_hash = 'new' where id = ?", [BROADBAND]
        )
    with closing(open_desk(config)) as db:
        assert verdict_validity.settle_all(db, LATER) == 1
    yield from serving(site_of(config))


def test_axe_finds_nothing(page: Any, busy: str) -> None:
    page.goto(busy + PAGES["login"])
    axe(page)
    sign_in(page, busy)
    for name, path in PAGES.items():
        page.goto(busy + path)
        for summary in page.locator("summary").all():
            summary.click()
        axe(page, f"desk-{name}")
    page.goto(busy + "/desk?ended=1&old=1")
    for box in page.locator("input[name=document]").all():
        box.check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("heading", name="Review before recording").wait_for()
    axe(page, "desk-bulk")


@pytest.mark.parametrize("page", [{"viewport": {"width": 320, "height": 640}}], indirect=True, ids=["320px"])
def test_narrow_screen_has_no_sideways_scroll(page: Any, busy: str) -> None:
    sign_in(page, busy)
    for name, path in PAGES.items():
        page.goto(busy + path)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, name
