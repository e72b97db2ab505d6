"""Pages of the desk call documents, areas, and positions as people do: no key, no path, no number of the program."""

from __future__ import annotations

from typing import Any

import pytest
from desk_fixtures import NOW, Browser, field, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.intake import reports
from desk.queue import advocacy, collaboration
from desk.reviews import review_items
from desk.reviews.in_words import value_in_words, without_keys


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"report 2 on /documents/{BROADBAND}", "report 2 on H.R. 1783, United States: "),
        (f"/es/documents/{BROADBAND}", "H.R. 1783, United States: "),
        ("/positions/tc-hotspot-lending", "“Lend hotspots”"),
        ("/jurisdictions/us-tx", "Texas"),
        ("tc-hotspot-lending", "“Lend hotspots”"),
        ("broadband", "“Broadband”"),
        ("Letter of March, e-mail.pdf", "Letter of March, e-mail.pdf"),
        ("/documents/us-1-gone", "/documents/us-1-gone"),
        ("/browse", "/browse"),
    ],
)
def test_keys_become_what_people_say(db: Any, text: str, says: str) -> None:
    said = without_keys(db, text, review_items.titles(db))
    assert said.startswith(says), said
    assert says.endswith(": ") or said == says
    assert BROADBAND not in said


def test_what_was_suggested_is_said_in_words() -> None:
    assert value_in_words("priority", "2") == "Priority"
    assert value_in_words("position:tc-hotspot-lending", "oppose") == "Oppose"
    assert value_in_words("outcome:tc-hotspot-lending", "partly") == "Partly incorporated"
    assert value_in_words("area:broadband", None) == ""


async def test_the_trail_and_the_reports_name_what_they_are_about(browser: Browser, db: Any) -> None:
    reports.file(db, f"/documents/{BROADBAND}", "The date is wrong.", "", origin="a", now=NOW)
    reports.answer(db, person(db), 1, "mended", "", seen=0, now=NOW)
    collaboration.reassign_area(db, person(db), "broadband", "Ben Writer", "", NOW)
    say(db, subject="priority", value="2")
    await browser.sign_in()
    trail = (await browser.get("/desk/trail")).text
    assert "“Broadband”: Ben Writer" in trail
    assert "report 1 on H.R. 1783" in trail
    assert "(Priority)" in trail
    assert f": {BROADBAND}" not in trail
    listed = (await browser.get("/desk/reports?closed=1")).text
    assert f'<a href="/documents/{BROADBAND}" rel="nofollow">H.R. 1783, United States' in listed


async def test_the_form_of_a_record_names_its_document_as_people_do(browser: Browser, db: Any) -> None:
    await browser.sign_in()
    page = (await browser.get(f"/desk/advocacy?document={BROADBAND}")).text
    assert field(page, "document_id") == "H.R. 1783, 117th Congress"
    said = {
        "kind": "letter",
        "title": "Letter",
        "document_id": "H.R. 1783, 117th Congress",
        "happened_on": "2022-03-08",
    }
    assert (await browser.send("/desk/advocacy", step="save", **said)).status_code == 302
    [kept] = advocacy.records(db, document_id=BROADBAND)
    again = said | {"record": str(kept["record_id"]), "seen": "0", "document_id": "S. 42", "happened_on": "2022-03-07"}
    other = await browser.send("/desk/advocacy", step="save", **again)
    assert other.status_code == 409
    assert "<dt>Document</dt><dd>H.R. 1783, 117th Congress</dd>" in other.text
    assert "<dt>Day it happened</dt><dd>March 8, 2022</dd>" in other.text


async def test_what_is_refused_on_a_document_leads_back_to_it(browser: Browser) -> None:
    await browser.sign_in()
    refused = await browser.send(f"/desk/documents/{BROADBAND}/keep", step="note", words=" ")
    assert refused.status_code == 400
    assert f'<a href="/desk/documents/{BROADBAND}">Back to the document</a>' in refused.text
    assert "Back to the document" not in (await browser.get("/desk/documents/us-1-gone")).text


async def test_a_trail_that_finds_nothing_says_why(browser: Browser) -> None:
    await browser.sign_in()
    said = (await browser.get("/desk/trail?document=zzz")).text
    assert "No document that is collected here is called “zzz”, and no entry names it." in said
    assert "No entries with these filters." in (await browser.get(f"/desk/trail?document={BROADBAND}")).text
