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

from desk.queue import advocacy, collaboration, find_page, queue
from desk.queue.our_bills import OurFilters, our_bills
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from pages.browse import finding
from settings import Configuration
from store.errors import InvalidInput

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


def same_number(config: Configuration, key: str, **values: str) -> None:
    """Store another document with the number of BROADBAND."""
    corpus = corpus_of(config)
    first = next(iter(corpus.query("select * from documents where id = ?", [BROADBAND])))
    corpus.table("documents").insert(first | {"id": key} | values)
    corpus.execute(
        "insert into listing select area_id, sort_on, :key, (select rowid from documents where id = :key), "
        "kind, coalesce(:place, jurisdiction), status, year, must_see, ceremonial, number, cell, agency "
        "from listing where document_id = :like limit 1",
        {"key": key, "like": BROADBAND, "place": values.get("jurisdiction")},
    )
    corpus.conn.commit()
    corpus.close()


@pytest.mark.parametrize(("year", "found"), [("2023", ["us-tx-88r-hr1783"]), ("2019", ["us-tx-86r-hr1783"])])
def test_the_year_of_a_states_session_chooses_its_bill(
    config: Configuration, db: Any, year: str, found: list[str]
) -> None:
    for session, began in (("88R", "2023"), ("86R", "2019")):
        corpus = corpus_of(config)
        row = ("us-tx", session, f"{began}-01-08", f"{began}-05-29")
        corpus.execute("insert into session_ends (jurisdiction, session, starts_on, ends_on) values (?, ?, ?, ?)", row)
        corpus.conn.commit()
        corpus.close()
        same_number(config, f"us-tx-{session.lower()}-hr1783", jurisdiction="us-tx", session=session)
    assert finding.named(db.conn, f"HR 1783 Texas {year}") == found


async def test_a_number_of_congress_means_the_congress_that_sits(browser: Browser, config: Configuration) -> None:
    same_number(config, "us-116-hr1783", session="116")
    await browser.sign_in()
    answer = await browser.get("/desk/find?q=H.R.+1783")
    assert answer.headers["location"] == f"/desk/documents/{BROADBAND}?also=us-116-hr1783"
    page = (await browser.get(answer.headers["location"])).text
    assert '<a href="/desk/documents/us-116-hr1783">H.R. 1783, 116th Congress</a>' in page
    assert "Not this one?" not in (await browser.get(f"/desk/documents/{BROADBAND}")).text
    assert (await browser.get("/desk/find?q=HR+1783+116th")).headers["location"] == "/desk/documents/us-116-hr1783"
    same_number(config, "us-tx-89r-hr1783", session="89r", jurisdiction="us-tx")
    assert "3 documents found." in (await browser.get("/desk/find?q=H.R.+1783")).text, "a state has the number, too"


@pytest.mark.parametrize(
    ("found", "congress", "one"),
    [
        (["us-119-hr1", "us-117-hr1"], 119, "us-119-hr1"),
        (["us-117-hr1", "us-116-hr1"], 119, None),
        (["us-119-hr1", "us-119-hres1"], 119, None),
        (["us-119-hr1", "us-ga-2026-hr1"], 119, None),
        (["us-119-hr1", "us-fr-2025-01234"], 119, None),
        ([], 119, None),
    ],
)
def test_a_number_leads_to_one_congress_only_where_nothing_else_has_it(
    found: list[str], congress: int, one: str | None
) -> None:
    assert finding.of_congress(found, congress) == one


async def test_a_list_has_all_with_a_number_or_says_that_there_are_more(
    browser: Browser, config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        same_number(config, f"us-tx-{80 + number}r-hr1783", session=f"{80 + number}r", jurisdiction="us-tx")
    await browser.sign_in()
    page = (await browser.get("/desk/find?q=HR1783")).text
    assert "8 documents found." in page
    assert page.count('class="card-title"') == 8
    monkeypatch.setattr(find_page, "MOST", 7)
    page = (await browser.get("/desk/find?q=HR1783")).text
    assert "The first 7 documents are below. There are more" in page
    assert page.count('class="card-title"') == 7


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
    same_number(config, "us-116-hr1783", session="116")
    refused = (await browser.send("/desk/advocacy", **form)).text
    assert "enter “H.R. 1783, 117th Congress” or “H.R. 1783, 116th Congress”" in refused
    page = (await browser.get("/desk/trail?document=H.R.+1783")).text
    assert "Several documents have this number" in page
    assert 'href="/desk/trail?document=us-116-hr1783&amp;person=">H.R. 1783, 116th Congress</a>' in page
    assert "Several documents" not in (await browser.get(f"/desk/trail?document={BROADBAND}")).text


def test_of_several_with_a_number_each_is_chosen_by_what_it_is_called(config: Configuration, db: Any) -> None:
    same_number(config, "us-116-hr1783", session="116")
    same_number(config, "us-tx-2022-hr1783", session="2022", jurisdiction="us-tx", identifier="HR 1783")
    with pytest.raises(InvalidInput) as refusal:
        finding.the_one(db.conn, "HR 1783")
    assert "“H.R. 1783, 116th Congress”" in str(refusal.value)
    assert BROADBAND not in str(refusal.value)
    assert finding.the_one(db.conn, "H.R. 1783, 116th Congress") == "us-116-hr1783"
    assert finding.the_one(db.conn, "hr 1783, texas, 2022") == "us-tx-2022-hr1783"
    assert finding.the_one(db.conn, "H.R. 1784, 116th Congress") is None


def test_two_that_are_called_the_same_are_told_apart_by_their_ids(config: Configuration, db: Any) -> None:
    same_number(config, "us-117-hr1783-2")
    with pytest.raises(InvalidInput, match=BROADBAND):
        finding.the_one(db.conn, "HR 1783")
    assert finding.the_one(db.conn, BROADBAND) == BROADBAND
