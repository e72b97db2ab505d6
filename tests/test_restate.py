"""New rules reach what is stored, and tell no news about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database
from test_imports import MODULES, imports

from crawlers.items import Action, Bill, Document, Law, Title
from crawlers.status import federal
from crawlers.status import rederive_status as module
from crawlers.status.rederive_status import RULES, begin, restate, version
from crawlers.storage.record import load_document, rewrite, upsert
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


def test_restate_gives_a_stored_law_its_number(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    signed = Action(acted_on="2021-06-10", description="Became Private Law No: 117-1.")
    rewrite(corpus, [replace(bill, actions=(*bill.actions, signed))], now=NOW)
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, "us-117-hr7").laws == (Law(kind="Private Law", number="117-1"),)
    assert not corpus.execute("select 1 from changes where kind = 'law'").fetchall()


def test_restate_takes_back_a_report_that_a_committee_only_voted_for(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    ordered = Action(acted_on="2021-03-24", description="Ordered to be Reported by Voice Vote.")
    old = (*bill.status_history, ("in_committee", "2021-01-28"), ("reported", "2021-03-24"))
    stored = replace(bill, actions=(bill.actions[0], ordered), status="reported", status_on="2021-03-24")
    rewrite(corpus, [replace(stored, status_history=old)], now=NOW)
    assert restate(corpus, now=NOW) == 1
    again = load_document(corpus, "us-117-hr7")
    assert again.status_history == (("introduced", "2021-01-28"), ("in_committee", "2021-01-28"))
    assert (again.status, again.status_on) == ("in_committee", "2021-01-28")
    assert corpus.execute("select count(*) from changes").fetchone() == (0,)


def test_restate_writes_abstracts_from_titles_that_are_stored(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    title = Title(kind="Short Title(s) from Engrossed Amendment Senate bill text", title="Libraries Act")
    rewrite(corpus, [replace(bill, titles=(title,), abstract="What another source says.")], now=NOW)
    restate(corpus, now=NOW)
    assert load_document(corpus, "us-117-hr7").abstract == "As the Senate amended it: Libraries Act."


def test_what_was_derived_again_stays_when_another_source_speaks(corpus: Database) -> None:
    bill = load_document(corpus, "us-117-hr7")
    assert isinstance(bill, Bill)
    text = replace(bill, source="us_bill_text", text="Be it enacted", actions=(), status_on=None, status_history=())
    upsert(corpus, [text], now=NOW, silent=True)
    restate(corpus, now=NOW)
    upsert(corpus, [replace(text, text="Be it enacted by the Senate")], now=NOW, silent=True)
    kept = load_document(corpus, "us-117-hr7")
    assert (kept.status, kept.text) == ("passed_first_chamber", "Be it enacted by the Senate")


def test_restate_keeps_an_abstract_of_another_source(corpus: Database) -> None:
    rewrite(corpus, [replace(load_document(corpus, "us-117-hr7"), abstract="What another source says.")], now=NOW)
    restate(corpus, now=NOW)
    assert load_document(corpus, "us-117-hr7").abstract == "What another source says."


def test_restate_tells_no_news_and_keeps_the_stamp(corpus: Database) -> None:
    restate(corpus, now=NOW)
    assert corpus.execute("select count(*) from changes").fetchone()[0] == 0
    assert corpus.execute("select stamp from provenance").fetchall() == [("s1",)]


def test_restate_leaves_the_mark_on_what_its_source_no_longer_lists(corpus: Database) -> None:
    corpus.execute("update documents set missing_since = ?", [NOW])
    assert restate(corpus, now="2026-11-26T00:00:00Z") == 1
    assert corpus.execute("select missing_since from documents").fetchall() == [(NOW,)]
    upsert(corpus, [load_document(corpus, "us-117-hr7")], now=NOW, silent=True)
    assert corpus.execute("select missing_since from documents").fetchall() == [(None,)]


def test_restate_does_nothing_until_the_rules_change(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    restate(corpus, now=NOW)
    assert restate(corpus, now=NOW) == 0
    monkeypatch.setattr(module, "version", lambda name: "another")
    monkeypatch.setattr(federal, "classify_action", lambda description: None)
    assert restate(corpus, now=NOW) == 1
    assert load_document(corpus, "us-117-hr7").status == "introduced"


def test_rules_of_one_source_leave_the_others_alone(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    restate(corpus, now=NOW)
    asked: list[str] = []
    monkeypatch.setattr(module, "restate_source", lambda db, source, *_: asked.append(source) or 0)
    monkeypatch.setitem(RULES, "us_regulations", (federal.FILE,))
    restate(corpus, now=NOW)
    assert asked == ["us_regulations"]


def test_a_corpus_begins_with_the_present_rules(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = Database(memory=True)
    migrate(empty, "corpus.db")
    begin(empty)
    begin(empty)
    assert dict(empty.execute("select * from derivations").fetchall()) == {name: version(name) for name in RULES}
    monkeypatch.setattr(module, "restate_source", lambda *_: pytest.fail("read everything again"))
    assert restate(empty, now=NOW) == 0
    begin(corpus)  # has a document of before: nobody knows its rules
    assert corpus.execute("select * from derivations").fetchall() == []


#: The modules that derive again, by the rules of others.
DERIVING = {f"crawlers.status.rederive_{part}" for part in ("status", "states", "batches")}
#: What parsers read with; the list of states; and LegiScan's bills of Congress, which nothing derives again.
NO_RULES = {"crawlers.parsers.json_reader", "crawlers.parsers.states", "text.yaml_config", "crawlers.status.federal"}


def test_the_hashes_of_rules_miss_no_module_that_they_are_made_of(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    names = {path: name for name, path in MODULES.items()}
    monkeypatch.setattr(Path, "read_bytes", lambda path: hashed.append(names.get(path, "")) or b"")
    of_any: set[str] = set()
    for name in RULES:
        hashed.clear()
        version(name)
        of_any |= set(hashed)
        assert _rules_in(set(hashed) - {""}) <= set(hashed) | NO_RULES, name
    assert _rules_in(DERIVING) - DERIVING <= of_any | {
        "crawlers.parsers.federal_register"
    }  # for the name of its office


def _rules_in(modules: set[str]) -> set[str]:
    found = {name for each in modules for name in imports(MODULES[each])} & MODULES.keys()
    return {name for name in found if name.startswith(("crawlers.parsers.", "crawlers.status.", "text."))}


@pytest.mark.parametrize(
    ("sentence", "status", "after"),
    [
        ("Bill not proceeded with", "withdrawn", "failed"),
        ("Dropped from the Senate Order Paper", "withdrawn", "failed"),
        ("Bill withdrawn", "withdrawn", "withdrawn"),
    ],
)
def test_a_bill_of_canada_that_is_not_proceeded_with_was_not_withdrawn_by_its_sponsors(
    sentence: str, status: str, after: str
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    upsert(db, [_of_canada((sentence, "withdrawal"), status=status)], now=NOW, silent=True)
    restate(db, now=NOW)
    bill = load_document(db, "ca-44-1-c243")
    assert (bill.status, bill.status_on) == (after, "2023-05-11")
    assert bill.status_history == (("introduced", "2022-02-08"), (after, "2023-05-11"))


def test_a_law_of_canada_was_not_withdrawn_on_its_way() -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    events = (("Bill not proceeded with", "withdrawal"), ("Royal assent", "became-law"))
    upsert(db, [_of_canada(*events, status="enacted")], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, "ca-44-1-c243").status_history == (("introduced", "2022-02-08"), ("enacted", "2023-05-11"))


@pytest.mark.parametrize(
    ("kind", "source", "key", "before", "title", "after"),
    [
        ("bill", "uk_bills", "uk-bills-3764", "3764", "Renters’ Rights Act 2025", "Renters’ Rights Act 2025"),
        ("case", "us_courts", "us-court-docket7", "docket 7", "Doe v. Roe (D.D.C., 1:26-cv-00576)", "1:26-cv-00576"),
        ("case", "us_courts", "us-court-opinion8", "opinion 8", "In re A.B. (Vt.)", "In re A.B. (Vt.)"),
        ("case", "us_court_opinions", "us-court-ca5-26-1", "ca5-26-1", "Doe v. Roe (Fifth Circuit, 26-1)", "26-1"),
    ],
)
def test_what_was_called_by_the_key_of_its_source_is_called_as_people_do(
    kind: str, source: str, key: str, before: str, title: str, after: str
) -> None:
    db = Database(memory=True)
    migrate(db, "corpus.db")
    place = {
        "jurisdiction": key[:2],
        "session": key.split("-")[1],
        "level": "court" if kind == "case" else "international",
    }
    address = {"url": "https://example.org/", "source_url": "https://example.org/"}
    cls = Bill if kind == "bill" else Document
    stored = cls(id=key, kind=kind, source=source, identifier=before, title=title, **place, **address)
    upsert(db, [stored], now=NOW, silent=True)
    assert restate(db, now=NOW) == 1
    assert load_document(db, key).identifier == after
    assert db.execute("select count(*) from changes").fetchone() == (0,)


def _of_canada(*events: tuple[str, str], status: str) -> Bill:
    """A bill of Canada's House as an earlier version stored it, with its last events, all on one day."""
    first = Action(acted_on="2022-02-08", description="Introduction and first reading", classification="introduction")
    last = [Action(acted_on="2023-05-11", description=words, classification=word) for words, word in events]
    steps = [("withdrawn", "2023-05-11"), *([(status, "2023-05-11")] if status != "withdrawn" else [])]
    return Bill(
        id="ca-44-1-c243",
        source="ca_bills",
        jurisdiction="ca",
        level="international",
        session="44-1",
        identifier="C-243",
        chamber="lower",
        title="A bill",
        url="https://www.parl.ca/",
        source_url="https://www.parl.ca/",
        introduced_on="2022-02-08",
        status=status,
        status_on="2023-05-11",
        status_history=(("introduced", "2022-02-08"), *steps),
        actions=(first, *last),
    )
