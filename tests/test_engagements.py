"""The scorecard begins with what the organization did: public records only, each document once, died and blocked ones too."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from desk_fixtures import NOW, PRIVATE, Browser, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND, RULE
from sqlite_utils import Database

from desk.queue import advocacy
from desk.queue.advocacy import KINDS, AdvocacyRecord
from pages.positions import engagements
from publish.at_once import publish_decisions
from publish.engagements import ENGAGEMENTS
from settings import Configuration

BILL = "us-117-s42"


def add(db: Any, kind: str = "letter", document: str | None = BROADBAND, **more: Any) -> int:
    given = {"title": f"A {kind}", "happened_on": "2022-03-08", "public": True, "parties": "Marginalia Office"} | more
    position = "tc-hotspot-lending" if document is None else None
    record = AdvocacyRecord(kind=kind, document_id=document, position_id=position, **given)
    return advocacy.add(db, person(db), record, now=NOW)


def counted(config: Configuration, db: Any) -> engagements.Engagements:
    assert publish_decisions(config.corpus, db, [])
    with closing(sqlite3.connect(config.corpus)) as corpus:
        corpus.row_factory = sqlite3.Row
        return engagements.engagements(corpus)


def ended(config: Configuration, document: str, status: str) -> None:
    with closing(Database(config.corpus)) as corpus:
        corpus.execute("update documents set status = ?, status_on = '2022-03-01' where id = ?", [status, document])
        corpus.conn.commit()


def decided(config: Configuration, document: str, subject: str, value: str) -> None:
    with closing(Database(config.corpus)) as corpus:
        corpus.execute(
            "insert into decisions (document_id, subject, verdict, value, decided_on) values (?, ?, 'confirm', ?, '2022-03-01')",
            [document, subject, value],
        )
        corpus.conn.commit()


def test_every_kind_that_counts_is_a_kind_of_the_desk_and_has_its_words() -> None:
    assert set(ENGAGEMENTS) == set(engagements.KINDS) < set(KINDS)


def test_only_what_is_public_and_has_happened_counts(config: Configuration, db: Any) -> None:
    add(db)
    add(db, "testimony", public=False)
    add(db, "comments", happened_on=None, due_on="2022-03-20")
    add(db, "meeting", public=False)
    add(db, "ask")
    withdrawn = add(db, "brief")
    row = advocacy.current(db, withdrawn)
    assert row is not None
    advocacy.withdraw(db, person(db), withdrawn, now=NOW, seen=row["id"])
    found = counted(config, db)
    assert (found.total, found.kinds) == (1, {"Sign-on letter": 1})
    assert found.results == {"Still open": 1}
    assert found.went == {}


def test_a_document_counts_once_whatever_was_done_on_it(config: Configuration, db: Any) -> None:
    for kind in ("letter", "own_letter", "testimony"):
        add(db, kind)
    add(db, "brief", None)
    decided(config, BROADBAND, "stance:tc-hotspot-lending", "support")
    decided(config, BROADBAND, "stance:pr-library-records", "support")
    ended(config, BROADBAND, "enacted")
    found = counted(config, db)
    assert found.total == 4
    assert found.results == {"Became law or rule": 1}
    assert found.went == {"yes": 1}
    assert [row["kind"] for row in found.others] == ["brief"]


@pytest.mark.parametrize(
    ("status", "stance", "result", "went"),
    [
        ("enacted", "support", "Became law or rule", "yes"),
        ("enacted", "oppose", "Became law or rule", "no"),
        ("failed", "oppose", "Died or blocked", "yes"),
        ("vetoed", "support_if_amended", "Died or blocked", "no"),
        ("withdrawn", "watch", "Died or blocked", None),
        ("decided", "support", "Decided", None),
        ("introduced", "support", "Still open", None),
    ],
)
def test_what_died_or_was_blocked_counts_too(
    config: Configuration, db: Any, status: str, stance: str, result: str, went: str | None
) -> None:
    add(db, document=BILL)
    decided(config, BILL, "stance", stance)
    ended(config, BILL, status)
    [engaged] = (found := counted(config, db)).documents
    assert found.results == {result: 1}
    assert engaged.went == went


def test_sides_that_differ_tell_nothing_and_confirmed_outcomes_come_first(config: Configuration, db: Any) -> None:
    add(db)
    ended(config, BROADBAND, "enacted")
    decided(config, BROADBAND, "stance:tc-hotspot-lending", "support")
    decided(config, BROADBAND, "stance:pr-library-records", "oppose")
    assert counted(config, db).documents[0].went is None
    decided(config, BROADBAND, "outcome:tc-hotspot-lending", "incorporated")
    decided(config, BROADBAND, "outcome:cp-fair-ebook-terms", "rejected")
    assert counted(config, db).documents[0].went == "partly"


def test_what_the_program_suggests_never_counts(config: Configuration, db: Any) -> None:
    add(db)
    ended(config, BROADBAND, "enacted")
    assert db.execute("select count(*) from suggested_stances where document_id = ?", [BROADBAND]).fetchone()[0]
    assert counted(config, db).documents[0].went is None


@pytest.mark.slow
async def test_a_record_is_on_the_scorecard_at_once_without_who_signed(browser: Browser) -> None:
    await browser.sign_in()
    assert "is recorded for the public yet" in (await browser.get("/scorecard")).text
    form = {"kind": "comments", "title": "Comments <b>filed</b>", "document_id": RULE, "happened_on": "2022-03-08"}
    sent = await browser.send("/desk/advocacy", **form, public="1", parties="Marginalia", note="zyzzyva-note")
    assert sent.status_code == 302
    page = (await browser.get("/scorecard")).text
    assert "Comments &lt;b&gt;filed&lt;/b&gt;" in page
    assert "1 engagement: comments filed 1." in " ".join(page.split())
    assert [word for word in PRIVATE if word in page] == []
