"""A document is found on the desk by its number, its address, or words: everywhere where one can be typed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, corpus_of, person, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.queue import advocacy, collaboration, queue
from desk.queue.our_bills import OurFilters, our_bills
from desk.queue.queue import Filters, QueueViewer
from pages.browse import finding
from settings import Configuration

TODAY = datetime.date(2022, 3, 9)


@pytest.mark.parametrize(
    "typed",
    [
        "H.R. 1783",
        "hr1783",
        BROADBAND,
        f"https://example.org/es/documents/{BROADBAND}/versions?x=1",
        "https://www.congress.gov/bill/117th-congress/house-bill/1783/text",
    ],
)
def test_what_names_a_document(db: Any, typed: str) -> None:
    assert finding.named(db.conn, typed) == [BROADBAND]


@pytest.mark.parametrize("typed", ["HR 1783", "h.r. 1783", "hr1783", BROADBAND])
def test_the_queue_and_our_bills_know_numbers(db: Any, typed: str) -> None:
    collaboration.follow(db, person(db), BROADBAND, True, NOW)
    [entry] = queue.ranked(db, Filters(q=typed), QueueViewer(1, TODAY, None), skip=0, size=9)[0]
    [row] = our_bills(db, OurFilters(q=typed), me=person(db).id, today=TODAY, since=None)
    assert entry.document_id == row["id"] == BROADBAND
    address = f"https://example.org/documents/{BROADBAND}"
    assert queue.ranked(db, Filters(q=address), QueueViewer(1, TODAY, None), skip=0, size=9)[1] == 1
    assert len(our_bills(db, OurFilters(q=address), me=person(db).id, today=TODAY, since=None)) == 1
    assert our_bills(db, OurFilters(q="HR 1784"), me=person(db).id, today=TODAY, since=None) == []


async def test_one_goes_there_and_trail_and_records_take_numbers(
    browser: Browser, config: Configuration, db: Any
) -> None:
    say(db, subject="stance", value="support", reason="It helps.")
    await browser.sign_in()
    assert 'action="/desk/find"' in (await browser.get("/desk/people")).text
    assert (await browser.get("/desk/find?q=HR+1783")).headers["location"] == f"/desk/documents/{BROADBAND}"
    assert f'href="/desk/documents/{BROADBAND}"' in (await browser.get("/desk/find?q=hotspots")).text
    assert "No document matches" in (await browser.get("/desk/find?q=HR+99")).text
    assert "It helps." in (await browser.get("/desk/trail?document=H.R.+1783")).text
    form = {"kind": "letter", "title": "Letter", "document_id": "hr 1783", "happened_on": "2022-03-08"}
    assert (await browser.send("/desk/advocacy", **form)).status_code == 302
    assert [row["document_id"] for row in advocacy.records(db)] == [BROADBAND]
    corpus = corpus_of(config)
    first = next(iter(corpus.query("select * from documents where id = ?", [BROADBAND])))
    corpus.table("documents").insert(first | {"id": "us-116-hr1783", "session": "116"})
    corpus.execute(
        "insert into listing select area_id, sort_on, 'us-116-hr1783', (select rowid from documents where id = 'us-116-hr1783'), "
        "kind, jurisdiction, status, year, must_see, ceremonial, number, cell, agency from listing where document_id = ? limit 1",
        [BROADBAND],
    )
    corpus.conn.commit()
    corpus.close()
    assert "us-116-hr1783" in (await browser.send("/desk/advocacy", **form)).text
    page = (await browser.get("/desk/trail?document=H.R.+1783")).text
    assert "Several documents have this number" in page
    assert 'href="/desk/trail?document=us-116-hr1783&amp;person="' in page
    assert "Several documents" not in (await browser.get(f"/desk/trail?document={BROADBAND}")).text
