"""Two processes write to one database: a transaction that reads first waits for the other one, and does not fail."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from store.connect import connect, open_mail, open_partners, open_staff

OPENERS: dict[str, Callable[[Path], Database]] = {
    "corpus.db": connect,
    "staff.db": open_staff,
    "partners.db": open_partners,
    "mail.db": open_mail,
}


@pytest.mark.parametrize("name", OPENERS)
def test_what_another_process_commits_between_reading_and_writing_is_waited_for(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with closing(OPENERS[name](path)) as ours:
        ours.execute("create table said (words text)")
        other = threading.Thread(target=_say, args=(path, "theirs"))
        with ours.atomic():
            ours.execute("select count(*) from said").fetchall()
            other.start()
            other.join(0.5)
            with ours.atomic():
                ours.execute("insert into said values ('ours')")
        other.join()
        assert [tuple(row) for row in ours.execute("select words from said order by 1")] == [("ours",), ("theirs",)]


def _say(path: Path, words: str) -> None:
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as db:
        db.execute("insert into said values (?)", [words])


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "corpus.db")) as db:
        db.execute("create table said (words text)")
        with pytest.raises(sqlite3.OperationalError, match="no such table: unsaid"):
            _fail(db)
        assert not db.conn.in_transaction
        assert db.execute("select count(*) from said").fetchone()[0] == 0


def _fail(db: Database) -> None:
    with db.atomic():
        db.execute("insert into said values ('one')")
        db.execute("insert into unsaid values ('two')")
