"""What a person does who has never seen the site: from the sample of `make run` to a subscription, in a real Chromium.

Asked: what does ALA hold on library e-books, which bills touch it now, and how do I hear of its deadlines? Every
step here is something that can be seen on the page, found by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from conftest import ROOT, Command
from site_corpus import serving
from test_browser import CHROMIUM, PICTURES, chromium, page, pytestmark  # noqa: F401

import serve
from positions.catalog.catalog import load_catalog
from settings import Configuration
from store.connect import open_mail

SAMPLE = (ROOT / "crawlers" / "sample").as_uri()


@pytest.fixture
def sample(infopolicy: Command, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Configuration]]:
    monkeypatch.setenv("OPENSTATES_KEY", "sample")
    done = infopolicy("crawl", "us_states", "--budget", "off", mirror=SAMPLE)
    assert done.returncode == 0, done.stderr
    [corpus] = tmp_path.rglob("corpus.db")
    config = Configuration(data=corpus.parent)
    for address in serving(serve.build(corpus, today="2026-11-25", mail=config)):
        yield address, config


def test_from_the_first_page_to_what_ala_holds_and_a_subscription(page, sample) -> None:
    address, config = sample
    page.goto(address)
    page.get_by_label(re.compile("Search .* documents")).fill("library ebooks")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Fair deals for e-books").first.click()
    [statement] = [p.statement for p in load_catalog().positions if p.id == "cp-fair-ebook-terms"]
    page.get_by_text(statement).first.wait_for()
    at_stake = page.get_by_role("region", name="At stake now")
    assert (
        at_stake.get_by_role("link", name="electronic book and digital audiobook").count() == 1
    )  # one card for one bill
    assert "Minnesota" in at_stake.inner_text()
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "reader-position.png", full_page=True)
    page.get_by_role("link", name="Get these documents by email").click()
    positions = page.get_by_role("group", name="Only what touches these positions of ALA")
    positions.wait_for()
    assert positions.get_by_role("checkbox", checked=True).evaluate_all("boxes => boxes.map(box => box.value)") == [
        "cp-fair-ebook-terms"
    ]
    page.get_by_label("Your email address").fill("reader@example.org")
    page.get_by_role("button", name="Count again").click()
    page.get_by_role("button", name="Subscribe").click()
    page.get_by_role("heading", level=1, name="Check your email").wait_for()
    page.screenshot(path=PICTURES / "reader-subscribed.png", full_page=True)
    with closing(open_mail(config.mail)) as db:
        [(preferences,)] = db.execute("select preferences from subscribers").fetchall()
    assert "cp-fair-ebook-terms" in preferences


def test_its_dates_can_be_put_into_a_calendar_without_an_address(page, sample) -> None:
    address, _ = sample
    page.goto(address + "/positions/cp-fair-ebook-terms")
    link = page.get_by_role("link", name="Calendar (iCal)").first.get_attribute("href")
    answer = page.request.get(address + link)
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.text().startswith("BEGIN:VCALENDAR")


def test_a_mistyped_word_leads_there_too(page, sample) -> None:
    address, _ = sample
    page.goto(address + "/browse?q=electronc+literary")
    assert page.get_by_text("Showing results for electronic literary").is_visible()
    assert page.get_by_role("link", name=re.compile("electronic literary materials", re.I)).first.is_visible()
    page.get_by_role("link", name="“electronc literary” as typed").click()
    page.get_by_text("Showing results for").wait_for(state="detached")
