"""Two machines collect, a third takes over: the same as if one had done it all, and an interruption heals."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import NOW, ROOT, Command
from crash_helpers import killed_at, start
from sqlite_utils import Database

from crawlers.items import Listing
from crawlers.status.rederive_status import restate
from crawlers.storage import merge_remote
from crawlers.storage.merge_remote import BadSpool, take_over
from crawlers.storage.record import load_document, mark_missing, stored_ids, upsert
from store.connect import open_corpus

sys.path.insert(0, str(ROOT))
from benchmarks.compare import differences, fingerprints

pytestmark = pytest.mark.slow

BILLS = ("crawl", "us_bills", "--congress", "117", "--collect-only")
RULES = ("crawl", "us_federal_register", "--since", "2025-01-01", "--until", "2025-12-31", "--collect-only")


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders one and two with a source each, both with both sources."""
    folder = tmp_path_factory.mktemp("machines")
    for name, command in (("one", BILLS), ("two", RULES)):
        assert start(folder / name, "--quiet", *command) == 0
    shutil.copytree(folder / "one", folder / "both")
    assert start(folder / "both", "--quiet", *RULES) == 0
    return folder


@pytest.fixture(scope="module")
def merged(machines: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the third machine holds when it has taken over both and nobody disturbed it."""
    data = tmp_path_factory.mktemp("merged")
    assert start(data, "--quiet", "merge", str(machines / "one"), str(machines / "two")) == 0
    return data


@pytest.fixture
def main(tmp_path: Path) -> Database:
    return open_corpus(tmp_path / "corpus.db")


def test_what_two_machines_collected_equals_what_one_collects(machines: Path, main: Database, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert take_over(main, machines / name / "corpus.db", now=NOW).added > 0
    assert restate(main, now=NOW) == 0, "the command looks at this next: nothing is to be derived anew"
    assert differences(tmp_path / "corpus.db", machines / "both" / "corpus.db") == []
    runs = main.execute("select source, state from runs order by source").fetchall()
    assert runs == [("us_bills", "finished"), ("us_federal_register", "finished")]


def test_a_second_time_writes_nothing(machines: Path, main: Database, tmp_path: Path) -> None:
    take_over(main, machines / "one" / "corpus.db", now=NOW)
    before = fingerprints(tmp_path / "corpus.db")
    counts = take_over(main, machines / "one" / "corpus.db", now="2026-11-26T00:00:00Z")
    assert (counts.added, counts.changed) == (0, 0)
    assert fingerprints(tmp_path / "corpus.db") == before


def test_an_interruption_heals(machines: Path, main: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge_remote, "BATCH", 5)
    original, calls = merge_remote.upsert, []

    def interrupted(*arguments: object, **values: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*arguments, **values)

    with monkeypatch.context() as patch:
        patch.setattr(merge_remote, "upsert", interrupted)
        with pytest.raises(KeyboardInterrupt):
            take_over(main, machines / "one" / "corpus.db", now=NOW)
    assert 0 < main.table("documents").count < 70
    take_over(main, machines / "one" / "corpus.db", now=NOW)
    assert restate(main, now=NOW) == 0
    assert differences(tmp_path / "corpus.db", machines / "one" / "corpus.db") == []


def test_news_of_a_spool_is_news_here_and_once(machines: Path, main: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(machines / "one" / "corpus.db")) as db:
        copy = sqlite3.connect(tmp_path / "spool.db")
        db.backup(copy)
        copy.close()
    take_over(main, tmp_path / "spool.db", now=NOW)
    with closing(sqlite3.connect(tmp_path / "spool.db")) as db, db:
        key = db.execute("select id from documents limit 1").fetchone()[0]
        db.execute("update documents set title = 'Another title', record_hash = 'x' where id = ?", [key])
        db.execute("update provenance set stamp = 'later' where document_id = ?", [key])
        db.execute("insert into changes values ('c1', ?, '2021-01-01T00:00:00Z', '2021-01-01', 'title', 'New')", [key])
        db.execute("update documents set missing_since = '2026-01-01' where id != ? and rowid = 5", [key])
    later = "2026-11-26T00:00:00Z"
    assert take_over(main, tmp_path / "spool.db", now=later).changed == 1
    assert main.execute("select seen_at from changes where id = 'c1'").fetchall() == [(later,)]
    assert main.execute("select title from documents where id = ?", [key]).fetchone()[0] == "Another title"
    assert main.execute("select count(*) from documents where missing_since is not null").fetchone()[0] == 1
    assert take_over(main, tmp_path / "spool.db", now=later).changed == 0
    assert main.execute("select count(*) from changes where id = 'c1'").fetchone()[0] == 1


def test_what_was_gone_and_came_back_is_not_missing(machines: Path, main: Database, tmp_path: Path) -> None:
    """The spool is crawled between the takings over; what it holds each time is what one machine would hold."""
    file = tmp_path / "spool" / "corpus.db"
    file.parent.mkdir()
    shutil.copy(machines / "one" / "corpus.db", file)
    spool = open_corpus(file)
    missing = "select count(*) from documents where missing_since is not null"
    keys = [key for (key,) in spool.execute("select id from documents order by id limit 3")]
    back, changed, unstamped = keys
    spool.execute("update provenance set stamp = null where document_id = ?", [unstamped])
    documents = {key: load_document(spool, key) for key in keys}
    take_over(main, file, now=NOW)
    restate(main, now=NOW)  # as the command does
    of = documents[back]
    place = {"source": of.source, "jurisdiction": of.jurisdiction, "session": of.session, "part": ""}
    listed = stored_ids(spool, Listing(**place, document_ids=()))
    without = Listing(**place, document_ids=tuple(listed - set(keys)))
    assert mark_missing(spool, without, now="2026-11-26T00:00:00Z") == 3
    for _ in range(2):  # a second time writes nothing
        before = fingerprints(tmp_path / "corpus.db")
        take_over(main, file, now="2026-11-27T00:00:00Z")
        assert main.execute(missing).fetchone()[0] == 3
        assert differences(tmp_path / "corpus.db", file) == []
    assert fingerprints(tmp_path / "corpus.db") == before
    stamps = dict(spool.execute("select document_id, stamp from provenance").fetchall())
    title = "Another title"
    came = [
        replace(documents[key], stamp=stamps[key], title=title if key == changed else documents[key].title)
        for key in keys
    ]
    upsert(spool, came, now="2026-11-28T00:00:00Z", silent=False)
    counts = take_over(main, file, now="2026-11-29T00:00:00Z")
    assert (counts.added, counts.changed) == (0, 3)
    assert main.execute(missing).fetchone()[0] == 0
    assert differences(tmp_path / "corpus.db", file) == []
    assert take_over(main, file, now="2026-11-30T00:00:00Z").changed == 0
    # Gone again after it came back, both between two takings over: since the second day, not the first.
    mark_missing(spool, Listing(**place, document_ids=tuple(listed - {back})), now="2026-12-01T00:00:00Z")
    take_over(main, file, now="2026-12-01T12:00:00Z")
    upsert(spool, came[:1], now="2026-12-02T00:00:00Z", silent=False)
    mark_missing(spool, Listing(**place, document_ids=tuple(listed - {back})), now="2026-12-03T00:00:00Z")
    take_over(main, file, now="2026-12-04T00:00:00Z")
    since = "select id, missing_since from documents where missing_since is not null"
    assert main.execute(since).fetchall() == spool.execute(since).fetchall() == [(back, "2026-12-03T00:00:00Z")]


def test_what_is_no_spool_is_named(main: Database, tmp_path: Path) -> None:
    with pytest.raises(BadSpool, match="there is no"):
        take_over(main, tmp_path / "nothing.db", now=NOW)
    closing(sqlite3.connect(tmp_path / "empty.db")).__enter__().execute("create table a (b)")
    with pytest.raises(BadSpool, match="no such table"):
        take_over(main, tmp_path / "empty.db", now=NOW)


def test_the_command_takes_over_tags_and_publishes(merged: Path, infopolicy: Command, tmp_path: Path) -> None:
    with closing(sqlite3.connect(merged / "corpus.db")) as db:
        assert db.execute("select count(distinct source) from documents").fetchone()[0] == 2
        assert db.execute("select count(*) from tags").fetchone()[0] > 0
        assert db.execute("select count(*) from listing").fetchone()[0] > 0
    assert infopolicy("merge", str(tmp_path / "nowhere")).returncode == 2


#: So that a kill finds some batches written and others not.
SMALL = "import pipelines, crawlers.storage.merge_remote; pipelines.BATCH = crawlers.storage.merge_remote.BATCH = 10"


def test_killed_while_it_collects_and_while_it_takes_over(machines: Path, merged: Path, tmp_path: Path) -> None:
    """The machine that collects and the one that takes over are killed in turn; in the end nobody can tell."""
    spool, data = tmp_path / "spool", tmp_path / "data"
    merge = ("--quiet", "merge", str(spool), str(machines / "two"))
    killed_at(
        "crawlers.storage.record:_write_provenance", 3, spool, "--quiet", *BILLS, before=SMALL
    )  # within a transaction
    assert count(spool, "documents") == 20
    killed_at("crawlers.storage.merge_remote:upsert", 2, data, *merge, before=SMALL)  # half a spool, taken over by half
    assert count(data, "documents") == 10
    killed_at(
        "crawlers.storage.run_end:RunEnd.close_listings", 1, spool, "--quiet", *BILLS
    )  # all stored, the run still open
    killed_at(
        "crawlers.storage.merge_remote:_runs", 1, data, *merge, before=SMALL
    )  # documents are there, how the runs went is not
    assert count(data, "runs") == 0
    assert start(spool, "--quiet", *BILLS) == 0
    assert differences(spool / "corpus.db", machines / "one" / "corpus.db") == []
    killed_at("derive.update:_write_matches", 1, data, *merge)  # all taken over and tagged, nothing published
    assert count(data, "published where what = 'schema'") == 0
    assert count(data, "taggings") == count(merged, "taggings")
    assert start(data, *merge) == 0
    assert [line for name in ("corpus.db", "staff.db") for line in differences(merged / name, data / name)] == []
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        assert {state for (state,) in db.execute("select state from runs")} == {"interrupted", "finished"}


def count(data: Path, table: str) -> int:
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])
