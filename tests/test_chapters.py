"""Whom to contact in each state: what staff keep comes before the catalog's list, and a note of theirs is never public."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from desk_fixtures import NOW, PRIVATE, Browser, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made

from desk.intake.chapters import BadChapter, ChapterContact, history, keep
from pages.positions.chapters import chapter_of, chapters
from positions.catalog.chapters import load_chapters
from positions.catalog.yaml_file import BadFile
from publish.listing import publish
from settings import Configuration
from store.connect import open_corpus

TEXAS = ChapterContact(
    jurisdiction="us-tx",
    name="Lone Star Library Society",
    url="https://example.org/tx",
    contact="office@example.org",
    note="zyzzyva-note",
)


def public(config: Configuration) -> sqlite3.Connection:
    opened = sqlite3.connect(config.corpus)
    opened.row_factory = sqlite3.Row
    return opened


def published(config: Configuration, staff: Any) -> sqlite3.Connection:
    with closing(open_corpus(config.corpus)) as corpus:
        publish(corpus, NOW, staff)
        assert publish(corpus, NOW, staff) == 0, "a second time writes nothing"
        publish(corpus, NOW)
    return public(config)


def test_the_catalog_lists_chapters_with_what_was_read() -> None:
    found = load_chapters()
    assert len({each.jurisdiction for each in found}) == len(found) > 0
    assert all(each.source.startswith("http") and len(each.read_on) == 10 for each in found)
    assert (
        sum(len(each.jurisdiction) == 5 and each.jurisdiction not in {"us-gu", "us-pr", "us-vi"} for each in found)
        == 51
    )


def test_an_address_is_listed_only_where_a_page_of_the_chapters_own_site_was_read() -> None:
    for each in load_chapters():
        if each.url:
            site = urlsplit(each.url).netloc.removeprefix("www.")
            assert urlsplit(each.source).netloc.removeprefix("www.") == site, each.jurisdiction


def test_a_wrong_list_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "chapters.yml"
    file.write_text("us-tx:\n  name: X\n  url: ftp://x\n  source: https://x.org\n  read_on: soon\n", encoding="utf-8")
    with pytest.raises(BadFile) as raised:
        load_chapters(file)
    assert [problem.partition(": us-tx: ")[0] for problem in raised.value.problems] == [f"{file}:5", f"{file}:3"]
    file.write_text("us-tx: Texas\n", encoding="utf-8")
    with pytest.raises(BadFile, match="must be a mapping"):
        load_chapters(file)
    assert load_chapters(tmp_path / "none.yml") == ()


def test_what_staff_keep_comes_first_and_a_withdrawal_brings_the_catalog_back(db: Any, config: Configuration) -> None:
    listed = load_chapters()[0]
    mine = ChapterContact(jurisdiction=listed.jurisdiction, name="Another name")
    keep(db, person(db), mine, seen=0, now=NOW)
    with closing(published(config, db)) as corpus:
        assert chapter_of(corpus, listed.jurisdiction)["name"] == "Another name"
        assert len(chapters(corpus)) == len(load_chapters())
        assert chapter_of(corpus, "us-zz") is None
    [row] = history(db, listed.jurisdiction)
    keep(db, person(db), mine, seen=row["id"], now=NOW, gone=True)
    with closing(published(config, db)) as corpus:
        assert chapter_of(corpus, listed.jurisdiction)["name"] == listed.name
    assert [row["gone"] for row in history(db, listed.jurisdiction)] == [1, 0]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"jurisdiction": "us"}, "a state"),
        ({"name": ""}, "a name"),
        ({"contact": "x" * 201}, "a contact"),
        ({"url": "javascript:alert(1)"}, "web address"),
        ({"note": "x" * 4001}, "a note"),
    ],
)
def test_what_cannot_be_kept_is_refused(db: Any, change: dict[str, str], says: str) -> None:
    with pytest.raises(BadChapter, match=says):
        keep(db, person(db), ChapterContact(**{**vars(TEXAS), **change}), seen=0, now=NOW)
    assert history(db, "us-tx") == []


@pytest.mark.parametrize("change", [{"name": "T"}, {"name": "x" * 200}, {"contact": "x" * 200}, {"note": "x" * 4000}])
def test_the_shortest_and_the_longest_can_be_kept(db: Any, change: dict[str, str]) -> None:
    keep(db, person(db), ChapterContact(**{**vars(TEXAS), **change}), seen=0, now=NOW)
    [row] = history(db, "us-tx")
    assert {name: row[name] for name in change} == change


def test_nobody_overwrites_what_they_have_not_seen_and_nothing_changes(db: Any) -> None:
    keep(db, person(db), TEXAS, seen=0, now=NOW)
    with pytest.raises(BadChapter, match="has changed since"):
        keep(db, person(db), TEXAS, seen=0, now=NOW)
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("update chapter_contacts set name = 'x'")
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute("delete from chapter_contacts")


@pytest.mark.slow
async def test_staff_keep_a_chapter_on_the_web_and_the_public_reads_it_at_once(browser: Browser) -> None:
    await browser.sign_in()
    assert "none yet" in (await browser.get("/desk/chapters?state=us-tx")).text
    typed = {name: value for name, value in vars(TEXAS).items() if name != "jurisdiction"} | {"state": "us-tx"}
    assert (await browser.send("/desk/chapters", **(typed | {"url": "ftp://x"}))).status_code == 400
    assert (await browser.send("/desk/chapters", **typed, seen="0")).status_code == 302
    page = (await browser.get("/chapters")).text
    assert "Lone Star Library Society" in page
    assert "office@example.org" in page
    assert [word for word in PRIVATE if word in page] == []
    assert "Lone Star Library Society" in (await browser.get("/es/chapters")).text
    assert "zyzzyva-note" in (await browser.get("/desk/chapters?state=us-tx")).text
