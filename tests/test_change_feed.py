"""The feed of changes by cursor: nothing is left out and nothing comes twice, whoever writes meanwhile and whoever is killed."""

from __future__ import annotations

import datetime
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import ROOT
from site_corpus import BROADBAND, NOW, build
from sqlite_utils import Database

from pages.answers.answer import At, UnusableCursor
from pages.answers.changes import changes, cursor_at, window
from store.connect import connect, open_corpus

WRITER = ROOT / "tests" / "support" / "change_writer.py"
DAY = datetime.date(2022, 3, 9)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return build(tmp_path)


def reader(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    db.row_factory = sqlite3.Row
    return db


def add(db: Database, *keys: str, seen_at: str = NOW) -> None:
    with db.atomic():
        db.conn.executemany(
            "insert into changes (id, document_id, seen_at, kind, summary) values (?, ?, ?, 'action', 'Referred.') "
            "on conflict (id) do nothing",
            [(key, BROADBAND, seen_at) for key in keys],
        )


def read_on(file: Path, cursor: str | None, limit: int = 7) -> tuple[list[str], str]:
    """Everything after a cursor, page by page, each on a connection of its own."""
    found: list[str] = []
    while True:
        with closing(reader(file)) as db:
            result = changes(At(db, DAY, "", "kept"), cursor=cursor, limit=limit).result
        found += [each["id"] for each in result["changes"]]
        cursor = result["next"]
        if not result["more"]:
            return found, cursor


def stored(file: Path) -> list[str]:
    with closing(reader(file)) as db:
        return [row[0] for row in db.execute("select id from changes")]


def test_a_change_that_is_recorded_late_is_not_left_out(file: Path) -> None:
    """A run that began before another one may commit after it: its time stamp is older than what a reader has seen."""
    first, cursor = read_on(file, None)
    with closing(connect(file)) as db:
        add(db, "new", seen_at="2022-03-10T00:00:00Z")
        second, cursor = read_on(file, cursor)
        add(db, "late", seen_at="2022-03-01T00:00:00Z")
        third, cursor = read_on(file, cursor)
    assert (second, third) == (["new"], ["late"])
    assert sorted(first + second + third) == sorted(stored(file))
    assert read_on(file, cursor) == ([], cursor)


def test_a_change_told_again_is_not_a_new_one(file: Path) -> None:
    with closing(connect(file)) as db:
        add(db, "a", "b")
        _, cursor = read_on(file, None)
        add(db, "a", "c", "b")
    assert read_on(file, cursor)[0] == ["c"]


def test_a_filter_that_leaves_rows_out_still_comes_to_the_end(file: Path) -> None:
    with closing(connect(file)) as db:
        add(db, *(f"n{number}" for number in range(30)))
    with closing(reader(file)) as db:
        at = At(db, DAY, "")
        found = changes(at, place="us-tx").result
        assert (found["changes"], found["more"]) == ([], False)
        assert changes(at, cursor=found["next"]).result["changes"] == []
        assert len(changes(at, place="us", area="broadband", limit=1000).result["changes"]) == len(stored(file))


def test_it_begins_on_a_day(file: Path) -> None:
    with closing(connect(file)) as db:
        add(db, "x", seen_at="2022-03-20T00:00:00Z")
    with closing(reader(file)) as db:
        at = At(db, DAY, "")
        assert [each["id"] for each in changes(at, since=datetime.date(2022, 3, 15)).result["changes"]] == ["x"]
        later = changes(at, since=datetime.date(2023, 1, 1)).result
        assert later["changes"] == []
        assert later["next"] == read_on(file, None)[1]


def test_a_cursor_of_another_file_is_refused(file: Path, tmp_path: Path) -> None:
    """A copy was put back: the positions after it are given out again, to other changes."""
    copy = tmp_path / "copy.db"
    with closing(connect(file)) as db:
        add(db, "a")
        db.execute("vacuum into ?", [str(copy)])
        add(db, "b", "c")
        _, cursor = read_on(file, None)
    with closing(connect(copy)) as db:
        for keys in ((), ("other", "still another")):
            add(db, *keys)
            with pytest.raises(UnusableCursor, match="put back"):
                read_on(copy, cursor)
    for made_up in ("999-00000000", "1-00000000"):
        with closing(reader(file)) as db, pytest.raises(UnusableCursor):
            changes(At(db, DAY, ""), cursor=made_up)


def test_an_older_file_gets_its_changes_numbered_in_their_order(tmp_path: Path) -> None:
    file = build(tmp_path)
    with closing(connect(file)) as db:
        db.execute("drop trigger changes_are_numbered")
        db.execute("drop table change_log")
        db.execute("delete from _sqlite_migrations where name = 'number_changes'")
        add(db, "second", seen_at="2022-03-11T00:00:00Z")
        add(db, "first", seen_at="2022-03-10T00:00:00Z")
    open_corpus(file).close()
    assert read_on(file, None)[0][-2:] == ["first", "second"]
    with closing(connect(file)) as db:
        add(db, "third")
    assert read_on(file, None)[0][-1] == "third"


@pytest.mark.slow
def test_readers_get_everything_once_while_writers_are_killed(file: Path) -> None:
    """Two writers at a time, killed without warning and replaced; a reader that forgets all but its cursor every time."""
    got: list[str] = []
    cursor: str | None = None
    done = threading.Event()

    def read() -> None:
        nonlocal cursor
        while not done.is_set():
            found, cursor = read_on(file, cursor, limit=random.randint(1, 40))
            got.extend(found)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        for seed in range(0, 6, 2):
            before = len(stored(file))
            writers = [subprocess.Popen([sys.executable, WRITER, file, str(seed + each)]) for each in range(2)]
            deadline = time.monotonic() + 180
            while len(stored(file)) < before + 60 and time.monotonic() < deadline:
                time.sleep(0.05)
            for writer in writers:
                writer.kill()
                writer.wait()
    finally:
        done.set()
        thread.join()
    rest, _ = read_on(file, cursor)
    got += rest
    assert len(got) > 180
    assert len(got) == len(set(got))
    assert sorted(got) == sorted(stored(file))


def test_what_is_committed_between_two_steps_of_a_reader_comes_next(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the window is read before its rows."""
    with closing(connect(file)) as writer, closing(reader(file)) as db:
        end = window(db, 0, 1_000).next
        add(writer, "meanwhile")
        found = window(db, int(end.partition("-")[0]), 1_000)
        assert [row["id"] for row in found.rows] == ["meanwhile"]
        assert found.next == cursor_at(db, found.rows[-1]["position"])
