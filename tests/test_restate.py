"""New rules reach what is stored, and tell no news about it."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from crawlers.items import Action, Bill
from crawlers.status import federal
from crawlers.status import rederive_status as module
from crawlers.status.rederive_status import begin, hearings_version, restate, rules_version
from crawlers.storage.record import load_document, upsert
from store.connect import migrate

NOW = "2026-11-25T00:00:00Z"


@pytest.fixture
def corpus() -> Database:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    # As a version before us left it: a sentence without class, and a status that forgets it.
    bill = Bill(
        id="us-117-hr7",
        source="us_bills",
        jurisdiction="us",
        level="federal",
        session="117",
        identifier="H.R. 7",
        document_type="hr",
        title="A bill",
        url="https://www.congress.gov/",
        source_url="https://www.govinfo.gov/",
        introduced_on="2021-01-28",
        status_on="2021-01-28",
        status_history=(("introduced", "2021-01-28"),),
        actions=(
            Action(acted_on="2021-01-28", description="Referred to the House Committee on Education and Labor."),
            Action(acted_on="2021-04-15", description="Passed/agreed to in House: On passage Passed: 217 - 210."),
        ),
        stamp="s1",
    )
    upsert(db, [bill], now=NOW, silent=True)
    return db


def test_restate_brings_actions_and_status_up_to_the_rules(corpus: Database) -> None:
    assert restate(corpus, now=NOW) == 1
    bill = load_document(corpus, "us-117-hr7")
    assert [action.classification for action in bill.actions] == ["referral-committee", "passage"]
    assert (bill.status, bill.status_on) == ("passed_first_chamber", "2021-04-15")
    assert bill.status_history[1] == ("in_committee", "2021-01-28")


def test_restate_tells_no_news_and_keeps_the_stamp(corpus: Database) -> None:
    restate(corpus, now=NOW)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
    assert corpus.execute("select stamp from provenance").fetchall() == [("s1",)]


def test_restate_does_nothing_until_the_rules_change(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    restate(corpus, now=NOW)
    assert restate(corpus, now=NOW) == 0
    monkeypatch.setattr(module, "rules_version", lambda: "another")
    monkeypatch.setattr(federal, "classify_action", lambda description: None)
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, "us-117-hr7").status == "introduced"


def test_a_corpus_begins_with_the_present_rules(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Database(memory=True)
    migrate(empty, "corpus.db")
    begin(empty)
    begin(empty)
    versions = [("hearings", hearings_version()), ("status", rules_version())]
    assert empty.execute("select * from derivations order by name").fetchall() == versions
    monkeypatch.setattr(module, "_restate_source", lambda *_: pytest.fail("read everything again"))
    assert restate(empty, now=NOW) == 0
    begin(corpus)  # has a document of before: nobody knows its rules
    assert corpus.execute("select * from derivations").fetchall() == []
