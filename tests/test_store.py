"""What every writer shares: transactions, tables brought up to what they should hold, moments on one clock, errors with
exit codes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from store import errors
from store.clock import ago, shift
from store.connect import connect, writing
from store.sync_table import sync_table

VALUES = st.one_of(st.none(), st.integers(-5, 5), st.text("aé'\"", max_size=3))
#: By the primary key (area, number): the other columns.
TABLES = st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), st.tuples(VALUES, VALUES), max_size=12)


def table_of(rows: dict[tuple[str, int], tuple[object, object]]) -> Database:
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    db.execute('create table held (area text, "end" integer, words, other, primary key (area, "end")) without rowid')
    db.conn.executemany("insert into held values (?, ?, ?, ?)", [(*key, *rest) for key, rest in rows.items()])
    return db


def held(db: Database) -> dict[tuple[str, int], tuple[object, object]]:
    return {(row[0], row[1]): (row[2], row[3]) for row in db.execute("select * from held")}


@given(before=TABLES, wanted=TABLES, as_query=st.booleans())
def test_a_table_comes_to_hold_what_is_wanted(
    before: dict[tuple[str, int], tuple[object, object]],
    wanted: dict[tuple[str, int], tuple[object, object]],
    as_query: bool,
) -> None:
    db = table_of(before)
    rows = [(*key, *rest) for key, rest in wanted.items()]
    db.execute("create table source as select * from held limit 0")
    db.conn.executemany("insert into source values (?, ?, ?, ?)", rows)
    written = sync_table(db, "held", "select * from source" if as_query else rows)
    assert held(db) == wanted
    gone = sum(before[key] != wanted.get(key, ()) for key in before)
    new = sum(before.get(key, ()) != wanted[key] for key in wanted)
    assert written == gone + new
    assert sync_table(db, "held", rows) == 0, "a second time nothing is written"


@given(before=TABLES, wanted=TABLES)
def test_rows_outside_the_condition_are_left_alone(
    before: dict[tuple[str, int], tuple[object, object]], wanted: dict[tuple[str, int], tuple[object, object]]
) -> None:
    db = table_of(before)
    inside = {key: rest for key, rest in wanted.items() if key[0] == "a"}
    sync_table(db, "held", [(*key, *rest) for key, rest in inside.items()], where="area = ?", params=["a"])
    assert held(db) == inside | {key: rest for key, rest in before.items() if key[0] != "a"}


def test_nothing_is_written_and_nothing_left_behind_when_the_rows_do_not_fit() -> None:
    db = table_of({("a", 1): (1, 2)})
    with pytest.raises(sqlite3.Error):
        sync_table(db, "held", [("a", 1)])
    sync_table(db, "held", [("a", 1, 1, 2)])
    assert held(db) == {("a", 1): (1, 2)}
    assert not db.execute("select name from temp.sqlite_master").fetchall()


@pytest.mark.parametrize("begin", [writing, lambda db: db.atomic()], ids=["writing", "atomic"])
def test_a_commit_that_fails_leaves_no_transaction_open(
    tmp_path: Path, begin: Callable[[Database], AbstractContextManager[object]]
) -> None:
    db = connect(tmp_path / "held.db")
    db.execute("create table kept (id integer primary key)")
    db.execute("create table parts (kept integer references kept(id) deferrable initially deferred)")
    with pytest.raises(sqlite3.IntegrityError), begin(db):
        db.execute("insert into parts values (1)")  # what it belongs to never comes: the commit finds out
    assert not db.conn.in_transaction
    with begin(db):
        db.execute("insert into kept values (1)")
    assert db.execute("select count(*) from parts").fetchone()[0] == 0


@pytest.mark.parametrize("begin", [writing, lambda db: db.atomic()], ids=["writing", "atomic"])
def test_work_that_is_interrupted_is_taken_back(
    tmp_path: Path, begin: Callable[[Database], AbstractContextManager[object]]
) -> None:
    db = connect(tmp_path / "held.db")
    db.execute("create table kept (id integer primary key)")

    def interrupted() -> None:
        with begin(db):
            db.execute("insert into kept values (1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not db.conn.in_transaction
    assert db.execute("select count(*) from kept").fetchone()[0] == 0


def test_moments_move_both_ways_and_over_the_end_of_a_year() -> None:
    assert shift("2026-12-31T23:59:30Z", seconds=45) == "2027-01-01T00:00:15Z"
    assert ago("2027-01-01T00:00:15Z", days=1, seconds=45) == "2026-12-30T23:59:30Z"
    assert ago("2026-12-31T23:00:00Z", hours=-2) == "2027-01-01T01:00:00Z"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInput("x"), 2),
        (errors.PartialResult("x"), 3),
        (errors.OperationError("x"), 4),
        (errors.StorageError.of("corpus.db", sqlite3.OperationalError("database is locked")), 4),
    ],
)
def test_an_error_carries_its_exit_code(error: errors.InfopolicyError, code: int) -> None:
    assert error.exit_code == code
