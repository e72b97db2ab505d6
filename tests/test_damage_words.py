"""What a visitor's query makes SQLite say is no damage to a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import is_damage


@pytest.mark.parametrize(
    "query", ["select json_each.value from json_each('{x')", "select malformed", "select 'x' match 'not a database'"]
)
def test_an_error_of_a_query_is_no_damage(query: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.Error) as met:
        db.execute(query).fetchall()
    assert not is_damage(met.value)


def test_a_damaged_file_is(tmp_path: Path) -> None:
    file = tmp_path / "corpus.db"
    file.write_bytes(b"no database " * 1000)
    with closing(sqlite3.connect(file)) as db, pytest.raises(sqlite3.DatabaseError) as met:
        db.execute("select * from sqlite_master")
    assert is_damage(met.value)
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("create table t (x)")
        db.executemany("insert into t values (?)", [("y" * 500,)] * 200)
        db.commit()
    bytes_ = bytearray((tmp_path / "other.db").read_bytes())
    bytes_[4096:12288] = b"\xff" * 8192
    (tmp_path / "other.db").write_bytes(bytes_)
    with closing(sqlite3.connect(tmp_path / "other.db")) as db, pytest.raises(sqlite3.DatabaseError) as met:
        db.execute("select * from t").fetchall()
    assert is_damage(met.value)


def test_the_words_count_where_another_process_passed_them_on() -> None:
    assert is_damage(sqlite3.DatabaseError("database disk image is malformed"))
    assert not is_damage(sqlite3.OperationalError("malformed JSON"))
    assert not is_damage(ValueError("malformed"))
