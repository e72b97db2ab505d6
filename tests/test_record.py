"""Storing documents: whole or not at all, only what differs, and findable."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from conftest import LATER, NOW, SOURCES, bill_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from crawlers.items import Action, Bill
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.storage.record import load_document, record_hash, upsert
from store.schema.observed import PARTS

FILES = sorted((SOURCES / "us_bills").rglob("BILLSTATUS-*.xml"))


def bill(number: int = 1, **changes: object) -> Bill:
    made = parse_bill(
        xmltree.parse(bill_xml(number).encode(), root="billStatus"), source_url=f"https://www.govinfo.gov/{number}.xml"
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def recorded() -> list[Bill]:
    return [
        parse_bill(xmltree.parse(file.read_bytes(), root="billStatus"), source_url=f"https://x/{file.name}")
        for file in FILES
    ]


def dump(db: Database) -> dict[str, list[object]]:
    return {
        name: db.execute(f"select * from {name} order by 1, 2").fetchall()
        for name in ("documents", "provenance", *PARTS)
    }


def test_documents_come_back_as_they_went_in(corpus: Database) -> None:
    bills = recorded()
    upsert(corpus, bills, now=NOW, silent=True)
    for each in bills:
        stored = load_document(corpus, each.id)
        assert stored is not None
        assert record_hash(stored) == record_hash(each)


def test_same_documents_again_write_nothing(corpus: Database) -> None:
    bills = recorded()
    first = upsert(corpus, bills, now=NOW, silent=True)
    assert (first.added, first.changed, first.unchanged) == (len(bills), 0, 0)
    before, writes = dump(corpus), corpus.conn.total_changes
    second = upsert(corpus, bills, now=LATER, silent=False)
    assert (second.added, second.changed, second.unchanged) == (0, 0, len(bills))
    assert dump(corpus) == before
    assert corpus.conn.total_changes == writes
    assert corpus.table("changes").count == 0


def test_changed_document_replaces_its_parts_and_keeps_when_it_was_first_seen(corpus: Database) -> None:
    upsert(corpus, [bill(subjects=("Libraries", "Taxation"))], now=NOW, silent=True)
    done = upsert(corpus, [bill(subjects=("Libraries",))], now=LATER, silent=False)
    assert done.changed == 1
    assert [row["term"] for row in corpus.query("select term from terms")] == ["Libraries"]
    [row] = corpus.query("select first_seen_at, changed_at from documents")
    assert row == {"first_seen_at": NOW, "changed_at": LATER}


def test_new_stamp_alone_is_no_change_of_the_document(corpus: Database) -> None:
    upsert(corpus, [bill(stamp="a")], now=NOW, silent=True)
    assert upsert(corpus, [bill(stamp="b")], now=LATER, silent=False).unchanged == 1
    assert corpus.execute("select stamp from provenance").fetchall() == [("b",)]


def acted(*days: str) -> tuple[Action, ...]:
    return tuple(Action(acted_on=day, description=f"Step {number}") for number, day in enumerate(days))


def told(corpus: Database) -> list[tuple[str, str | None, str]]:
    return [tuple(row.values()) for row in corpus.query("select kind, happened_on, summary from changes order by 2, 3")]


def test_what_is_read_again_with_the_same_stamp_is_no_news(corpus: Database) -> None:
    upsert(corpus, [bill(stamp="a", actions=acted("2025-02-03"))], now=NOW, silent=True)
    other = bill(stamp="a", actions=(Action(acted_on="2025-03-20", description="Read in another way"),))
    assert upsert(corpus, [other], now=LATER, silent=False, reread=True).changed == 1
    assert told(corpus) == []
    newer = replace(other, stamp="b", actions=(*other.actions, Action(acted_on="2025-03-21", description="Passed")))
    upsert(corpus, [newer], now=LATER, silent=False, reread=True)
    assert told(corpus) == [("action", "2025-03-21", "Passed")]


def test_an_action_whose_day_moved_by_one_is_the_same_one(corpus: Database) -> None:
    upsert(corpus, [bill(actions=acted("2025-02-03", "2025-02-28"))], now=NOW, silent=True)
    upsert(corpus, [bill(actions=acted("2025-02-02", "2025-03-01", "2025-03-04"))], now=LATER, silent=False)
    assert told(corpus) == [("action", "2025-03-04", "Step 2")]


def test_an_action_whose_day_moved_by_two_is_news(corpus: Database) -> None:
    upsert(corpus, [bill(actions=acted("2025-02-03"))], now=NOW, silent=True)
    upsert(corpus, [bill(actions=acted("2025-02-05"))], now=LATER, silent=False)
    assert told(corpus) == [("action", "2025-02-05", "Step 0")]


def test_the_same_words_on_another_day_are_another_action(corpus: Database) -> None:
    held, days = "Hearing held", ("2025-02-03", "2025-02-04", "2025-02-20")
    actions = [Action(acted_on=day, description=held) for day in days]
    upsert(corpus, [bill(actions=(actions[0],))], now=NOW, silent=True)
    upsert(corpus, [bill(actions=tuple(actions[:2]))], now=LATER, silent=False)
    upsert(corpus, [bill(actions=tuple(actions))], now=LATER, silent=False)
    assert told(corpus) == [("action", day, held) for day in days[1:]]


def test_batch_that_fails_leaves_nothing_behind(corpus: Database) -> None:
    upsert(corpus, [bill(1)], now=NOW, silent=True)
    before = dump(corpus)
    corpus.execute("create trigger refuse before insert on titles begin select raise(abort, 'disk is full'); end")
    from crawlers.items import Title

    with pytest.raises(sqlite3.Error):
        upsert(corpus, [bill(2), bill(3, titles=(Title(kind="Short", title="x"),))], now=LATER, silent=False)
    assert dump(corpus) == before


def test_full_database_keeps_what_was_stored_before(corpus: Database) -> None:
    upsert(corpus, [bill(1)], now=NOW, silent=True)
    before = dump(corpus)
    [(pages,)] = corpus.execute("pragma page_count").fetchall()
    corpus.execute(f"pragma max_page_count = {pages + 5}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        upsert(corpus, [bill(n, abstract="libraries " * 2000) for n in range(2, 50)], now=LATER, silent=False)
    assert dump(corpus) == before
    corpus.execute("pragma max_page_count = 100000")
    assert upsert(corpus, [bill(2)], now=LATER, silent=False).added == 1


def test_same_number_in_another_session_is_another_document(corpus: Database) -> None:
    earlier = bill(1, id="us-116-hr1", session="116", title="Another bill")
    upsert(corpus, [bill(1), earlier], now=NOW, silent=True)
    assert {row["id"] for row in corpus.query("select id from documents")} == {"us-117-hr1", "us-116-hr1"}


def test_search_index_follows_every_change(corpus: Database) -> None:
    upsert(corpus, [bill(title="Funding for bookmobiles")], now=NOW, silent=True)
    upsert(corpus, [bill(title="Funding for lighthouses")], now=LATER, silent=True)

    def found(words: str) -> int:
        return len(corpus.execute("select rowid from documents_fts where documents_fts match ?", [words]).fetchall())

    assert (found("bookmobile"), found("lighthouse")) == (0, 1)
    corpus.execute("insert into documents_fts (documents_fts, rank) values ('integrity-check', 1)")


WORDS = st.text(max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(title=WORDS.filter(str.strip), abstract=WORDS, subject=WORDS)
def test_any_text_is_stored_to_the_letter(corpus: Database, title: str, abstract: str, subject: str) -> None:
    from crawlers.items import clean

    one = bill(1, title=clean(title) or "x", abstract=clean(abstract), subjects=(clean(subject) or "x",))
    upsert(corpus, [one], now=NOW, silent=False)
    [row] = corpus.query("select title, abstract from documents")
    assert (row["title"], row["abstract"]) == (one.title, one.abstract)
    assert [row["term"] for row in corpus.query("select term from terms")] == list(one.subjects)
