"""Every published stance in one list and on the cards of lists; nothing of a draft, a withdrawal, or a name."""

from __future__ import annotations

import csv
import io
import json

import pytest
from desk_fixtures import LATER, PRIVATE, Browser, change, say
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, HOSTILE_BILL, RULE
from sqlite_utils import Database

from publish.at_once import publish_decisions
from settings import Configuration

FORMS = ("json", "csv", "xlsx", "atom", "feed")


def publish(config: Configuration, db: Database, value: str, document: str = BROADBAND, **more: str) -> None:
    given = {
        "subject": "stance",
        "reason": f"Why {value}.",
        "source": "https://example.org/letter",
        "note": "zyzzyva-note",
    }
    say(db, value=value, document_id=document, published=True, **(given | more))
    assert publish_decisions(config.corpus, db, [document])


async def rows(browser: Browser, query: str = "") -> list[tuple[str, str, str]]:
    found = (await browser.get(f"/stances.json{query}")).json()["stances"]
    return [(row["document_id"], row["stance"], row["position_id"]) for row in found]


async def test_the_list_has_published_stances_with_day_reason_and_statement_and_the_finished_apart(
    config: Configuration, db: Database, browser: Browser
) -> None:
    publish(config, db, "support", now=LATER)
    publish(config, db, "oppose", HOSTILE_BILL)
    publish(config, db, "oppose", HOSTILE_BILL, subject="stance:tc-hotspot-lending", source="Letter of March 1")
    change(config, "update documents set status = 'enacted', status_on = '2022-03-01' where id = ?", HOSTILE_BILL)
    page = (await browser.get("/stances")).text
    moving, _, ended = page.partition('id="ended"')
    assert "Why support." in moving
    assert "March 10, 2022" in moving
    assert 'href="https://example.org/letter"' in moving
    assert "Why oppose." in ended
    assert "Why oppose." not in moving
    assert "Letter of March 1" in ended
    assert 'href="/positions/tc-hotspot-lending"' in ended
    part = (HOSTILE_BILL, "oppose", "tc-hotspot-lending")
    assert await rows(browser) == [(BROADBAND, "support", ""), (HOSTILE_BILL, "oppose", ""), part]
    assert await rows(browser, "?stance=support") == await rows(browser, "?ended=0") == [(BROADBAND, "support", "")]
    assert await rows(browser, "?ended=1&jurisdiction=federal") == [(HOSTILE_BILL, "oppose", ""), part]
    assert await rows(browser, "?area=broadband") == [(BROADBAND, "support", "")]
    assert await rows(browser, "?jurisdiction=us-tx") == []


async def test_the_files_have_what_the_page_has_and_refuse_what_they_do_not_know(
    config: Configuration, db: Database, browser: Browser
) -> None:
    publish(config, db, "support_if_amended", reason="=It helps.")
    lines = list(csv.DictReader(io.StringIO((await browser.get("/stances.csv")).text.lstrip("\ufeff"))))
    assert [(row["stance_in_words"], row["reason"], row["has_ended"]) for row in lines] == [
        ("Support if amended", "'=It helps.", "0")
    ]
    entry = json.loads((await browser.get("/stances.feed?stance=support_if_amended")).text)["items"][0]
    assert entry["title"].startswith("Support if amended: ")
    assert "2022-03-09" in entry["id"]
    assert (await browser.get("/stances?stance=nonsense")).status_code == 400
    for form in FORMS:
        assert (await browser.get(f"/stances.{form}")).status_code == 200, form
        assert (await browser.get(f"/stances.{form}?stance=nonsense")).status_code == 400, form
        assert (await browser.get(f"/stances.{form}?verdict=reject")).status_code == 400, form


async def test_a_stance_on_record_is_in_the_list_with_its_year_and_no_news_in_the_feed(
    config: Configuration, db: Database, browser: Browser
) -> None:
    publish(config, db, "support")
    change(config, "update decisions set decided_on = '2021' where subject = 'stance'")
    assert "taken in 2021" in (await browser.get("/stances")).text
    assert (await browser.get("/stances.feed")).json()["items"] == []


@pytest.mark.parametrize("after", ["draft", "withdrawn"])
async def test_nothing_of_a_draft_or_of_what_was_withdrawn_is_anywhere(
    config: Configuration, db: Database, browser: Browser, after: str
) -> None:
    publish(config, db, "support", RULE)
    if after == "draft":
        say(db, subject="stance", value="oppose", reason="quokka-draft", note="zyzzyva-note", who="Ben Writer")
    else:
        publish(config, db, "oppose", reason="quokka-draft")
        say(db, "reject", "stance", published=True)
    publish_decisions(config.corpus, db, [BROADBAND])
    assert await rows(browser) == [(RULE, "support", "")]
    for path in ("/stances", "/browse", f"/documents/{BROADBAND}", *(f"/stances.{form}" for form in FORMS)):
        text = (await browser.get(path)).text
        assert not [word for word in PRIVATE if word in text], path
    assert "Oppose" not in (await browser.get("/browse")).text


async def test_cards_of_lists_say_that_a_stance_was_published(
    config: Configuration, db: Database, browser: Browser
) -> None:
    assert "Stance of" not in (await browser.get("/browse")).text
    publish(config, db, "oppose")
    publish(config, db, "watch", HOSTILE_BILL, subject="stance:tc-hotspot-lending")
    page = (await browser.get("/browse")).text
    assert f'href="/documents/{BROADBAND}#stance">Stance of ALA: Oppose</a>' in page
    assert f'href="/documents/{HOSTILE_BILL}#stance">Stance of ALA on a part: Watch</a>' in page
    assert page.count("Stance of ALA:") == 1
    assert page.count("Stance of ALA on a part:") == 1


async def test_pages_lead_to_the_list_once_it_holds_something(
    config: Configuration, db: Database, browser: Browser
) -> None:
    assert "No stance has been published yet." in (await browser.get("/stances")).text
    assert 'href="/stances"' not in (await browser.get("/positions")).text
    publish(config, db, "oppose")
    for path in ("/", "/positions", "/tour", f"/documents/{BROADBAND}"):
        assert 'href="/stances"' in (await browser.get(path)).text, path
