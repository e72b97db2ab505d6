"""An import beside colleagues: the preview shows the stances that it would replace, and replaces none unasked."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.intake import importing, tracker
from desk.queue import collaboration
from desk.reviews import reviews
from desk.web.request_parsing import Upload

pytestmark = pytest.mark.slow

FILE = b"State,Session,Bill number,Position\nFederal,117th Congress,H.R. 1783,Support\n"


def held(db: Any) -> dict[str, Any] | None:
    [line] = importing.preview(db, person(db), tracker.read(Upload("tracker.csv", FILE)).rows)
    return line.held[0] if line.held else None


def test_a_colleagues_other_stance_is_shown_and_ones_own_or_the_same_is_not(db: Any) -> None:
    assert held(db) is None
    say(db, "confirm", "stance", value="support", who="Ben Writer")
    assert held(db) is None, "it says the same"
    say(db, "confirm", "stance", value="oppose", who="Ben Writer")
    found = held(db)
    assert found
    assert (found["name"], found["value"]) == ("Ben Writer", "oppose")
    say(db, "confirm", "stance", value="watch")
    assert held(db) is None, "one's own is replaced"


async def test_the_box_of_such_a_row_is_not_checked(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    say(db, "confirm", "stance", value="oppose", who="Ben Writer")
    sent = {"csrftoken": await browser.token(), "step": "preview"}
    page = (await browser.http.post("/desk/import", data=sent, files={"file": ("tracker.csv", FILE)})).text
    assert "<strong>Ben Writer has Oppose here.</strong>" in page
    assert "1 would replace a colleague&#39;s stance and is left out unless you check it" in page
    box = re.search(r'name="row" value="([^"]+)"(.*?)>', page)
    assert box
    assert box[2] == ""
    await browser.send("/desk/import", step="apply", name="tracker.csv", row=html.unescape(box[1]))
    now = reviews.current(db, BROADBAND, "stance")
    assert now
    assert (now["name"], now["value"]) == ("Ana Reader", "support"), "knowingly"


@pytest.mark.parametrize("published", [False, True])
def test_the_same_side_of_a_colleague_keeps_its_words(db: Any, published: bool) -> None:
    """A row says only the side: it replaces no draft that has its reason, and drafts nothing that is public."""
    said = {
        "value": "support",
        "reason": "It brings broadband to libraries.",
        "source": "ALA, 2022",
        "published": published,
    }
    theirs = say(db, "confirm", "stance", who="Ana Reader", **said)
    body = FILE.replace(b"Position", b"Position,Notes").replace(b"Support", b"Support,Talked to whip")
    [line] = importing.preview(db, person(db, "Ben Writer"), tracker.read(Upload("tracker.csv", body)).rows)
    assert line.state == "matched", "the note is new"
    taken = importing.Taken.of(line.choices[0][1])
    assert importing.apply(db, person(db, "Ben Writer"), [taken], name="tracker.csv", now=NOW) == (1, [])
    now = reviews.current(db, BROADBAND, "stance")
    assert now
    assert (now["id"], now["reason"]) == (theirs, "It brings broadband to libraries.")
    assert [(each["name"], each["words"]) for each in collaboration.notes(db, BROADBAND)] == [
        ("Ben Writer", "Talked to whip")
    ]
    [line] = importing.preview(db, person(db, "Ben Writer"), tracker.read(Upload("tracker.csv", body)).rows)
    assert line.state == "same"
