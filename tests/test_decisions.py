"""What staff decided: the last word counts, what was taken back does not; agreement by month, and when it falls."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from classify.evaluation.agreement import Month, drift, months, write_agreement
from classify.training.decisions import read_decisions
from classify.training.labels import KEPT_BACK, read_labels
from store.connect import migrate, open_staff

SAID, SILENT = json.dumps({"suggested": True}), json.dumps({"suggested": False})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text, text text)")
        db.execute(
            "insert into documents values ('us-1-hr1', 'Data brokers', null, null), ('us-1-hr2', 'Roads', null, null)"
        )
    return path


@pytest.fixture
def staff(tmp_path: Path) -> Database:
    db = open_staff(tmp_path / "staff.db")
    db.execute(
        "insert into accounts (name, name_key, role, created_at) values ('Ada', 'ada', 'approver', '2026-01-01')"
    )
    return db


def decide(
    staff: Database,
    document: str,
    subject: str,
    verdict: str,
    *,
    month: str = "2026-10",
    suggestion: str = SAID,
    undoes: int | None = None,
    sampled: int = 0,
    value: str | None = None,
) -> int:
    row = (document, subject, verdict, "x", suggestion, 1, f"{month}-05T10:00:00Z", undoes, sampled, value)
    return staff.execute(
        "insert into reviews (document_id, subject, verdict, text_hash, suggestion, reviewer, reviewed_at, undoes, sampled, "
        "value) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    ).lastrowid


def test_decisions_where_nobody_can_have_decided(tmp_path: Path, corpus: Path) -> None:
    file = tmp_path / "other.db"
    assert read_decisions(corpus, file) == []
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("create table notes (x)")
    assert read_decisions(corpus, file) == []
    assert read_decisions(tmp_path / "absent.db", file) == []


def test_decisions_are_the_last_word_on_an_area(tmp_path: Path, corpus: Path, staff: Database) -> None:
    decide(staff, "us-1-hr1", "area:privacy", "reject")
    decide(staff, "us-1-hr1", "area:privacy", "confirm")
    decide(staff, "us-1-hr2", "area:literacy", "reject")
    decide(staff, "us-1-hr2", "position:tc-erate", "confirm")
    decide(staff, "us-1-hr2", "area:privacy", "confirm")
    decide(staff, "us-1-hr2", "area:privacy", "defer")
    decide(staff, "us-9-gone", "area:privacy", "reject")
    mistaken = decide(staff, "us-1-hr1", "area:copyright", "confirm")
    decide(staff, "us-1-hr1", "area:copyright", "undo", undoes=mistaken)
    assert [(d.record[1], d.area, d.confirmed) for d in read_decisions(corpus, tmp_path / "staff.db")] == [
        ("Data brokers", "privacy", True),
        ("Roads", "literacy", False),
    ]


def test_decisions_on_documents_kept_back_teach_nothing(tmp_path: Path, staff: Database) -> None:
    kept = {split: next(label.document for label in read_labels() if label.split == split) for split in KEPT_BACK}
    path = tmp_path / "corpus.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table documents (id text primary key, title text, abstract text, text text)")
        db.executemany("insert into documents values (?, 'A title', null, null)", [(key,) for key in kept.values()])
        db.execute("insert into documents values ('us-1-hr1', 'Data brokers', null, null)")
    for key in (*kept.values(), "us-1-hr1"):
        assert key
        decide(staff, key, "area:privacy", "confirm")
    assert [each.record[0] for each in read_decisions(path, tmp_path / "staff.db")] == ["us-1-hr1"]


def test_a_priority_that_staff_gave_or_pinned_is_a_lesson_on_both_levels(
    tmp_path: Path, corpus: Path, staff: Database
) -> None:
    decide(staff, "us-1-hr1", "priority", "confirm", value="0")
    decide(staff, "us-1-hr1", "priority", "change", value="2")
    decide(staff, "us-1-hr2", "priority", "change", value="1")
    assert [(d.record[1], d.area, d.confirmed) for d in read_decisions(corpus, tmp_path / "staff.db")] == [
        ("Data brokers", "priority-1", True),
        ("Data brokers", "priority-2", True),
        ("Roads", "priority-1", True),
        ("Roads", "priority-2", False),
    ]


def test_agreement_is_counted_by_month_and_written_once(staff: Database) -> None:
    public = Database(memory=True)
    migrate(public, "corpus.db")
    assert write_agreement(public, staff) == 0
    assert months(public.conn) == []
    decide(staff, "a", "area:privacy", "confirm")
    decide(staff, "b", "area:privacy", "reject")
    decide(staff, "c", "area:literacy", "confirm", suggestion=SILENT, sampled=1)
    decide(staff, "c", "area:copyright", "reject", suggestion=SILENT)
    decide(staff, "d", "area:privacy", "confirm", month="2026-11")
    assert write_agreement(public, staff) == 3
    assert months(public.conn) == [Month("2026-10", 1, 1, 1, 1), Month("2026-11", 1, 0, 0, 0)]
    assert write_agreement(public, staff) == 0
    decide(staff, "b", "area:privacy", "confirm")
    assert write_agreement(public, staff) > 0
    assert months(public.conn)[0] == Month("2026-10", 2, 0, 1, 1)
    named = {row[0] for row in public.execute("select name from pragma_table_info('tag_agreement')")}
    assert not named & {"document_id", "reviewer", "note"}


def test_agreement_of_a_corpus_that_was_never_published() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        assert months(db) == []


def test_drift_is_told_from_chance() -> None:
    before = [Month("2026-08", 45, 5, 0, 0), Month("2026-09", 45, 5, 0, 0)]
    assert drift([]) is None
    assert drift([*before, Month("2026-10", 43, 7, 0, 0)]) is None
    assert drift([*before, Month("2026-10", 30, 20, 0, 0)]) == (0.6, 0.9)
    assert drift([*before, Month("2026-10", 6, 4, 0, 0)]) is None, "ten decisions say nothing"
    assert drift([Month("2026-10", 30, 20, 0, 0)]) is None, "nothing to compare with"
    assert Month("2026-10", 0, 0, 3, 0).agreement is None
