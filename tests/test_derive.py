"""Tags and matches for whatever lacks them: exact places, nothing twice, and a crash between two steps heals."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import LATER, NOW, ROOT, SOURCES, bill_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database
from waiting import alive, until

import derive.update as module
from crawlers.items import Bill, clean
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.storage.record import upsert
from derive import pool
from derive.update import derive, forget, tagger_version, untagged
from store.connect import open_staff

pytestmark = pytest.mark.slow

DERIVED = ("taggings", "tags", "evidence", "matchings", "position_matches")
FILES = sorted((SOURCES / "us_bills").rglob("BILLSTATUS-*.xml"))


def bill(number: int, title: str, abstract: str | None = None, text: str | None = None) -> Bill:
    made = parse_bill(xmltree.parse(bill_xml(number).encode(), root="billStatus"), source_url=f"https://x/{number}")
    return replace(made, title=clean(title) or "x", abstract=clean(abstract), text=clean(text))


@pytest.fixture
def filled(corpus: Database) -> Database:
    bills = [
        parse_bill(xmltree.parse(f.read_bytes(), root="billStatus"), source_url=f"https://x/{f.name}") for f in FILES
    ]
    upsert(corpus, bills, now=NOW, silent=True)
    return corpus


def dump(*databases: Database) -> list[list[object]]:
    return [
        sorted(map(tuple, db.execute(f"select * from {name}")), key=repr)
        for db in databases
        for name in (*DERIVED, "suggested_stances", "stance_readings")
        if db.table(name).exists()
    ]


def assert_places_are_exact(corpus: Database) -> None:
    for table in ("evidence", "position_matches"):
        for row in corpus.query(
            f"select e.*, d.title, d.abstract, d.text from {table} e join documents d on d.id = document_id"
        ):
            assert row[row["field"]][row["start"] : row["end"]] == row["words"], row


def test_everything_is_tagged_and_matched_with_exact_places(filled: Database, staff: Database) -> None:
    done = derive(filled, staff, workers=1)
    assert done.tagged == len(FILES)
    assert filled.table("taggings").count == len(FILES)
    assert filled.table("evidence").count > 0
    assert filled.table("position_matches").count > 0
    assert_places_are_exact(filled)


def test_second_time_there_is_nothing_to_do(filled: Database, staff: Database) -> None:
    derive(filled, staff, workers=1)
    before, writes = dump(filled, staff), filled.conn.total_changes
    done = derive(filled, staff, workers=1)
    assert (done.tagged, done.matched) == (0, 0)
    assert dump(filled, staff) == before
    assert filled.conn.total_changes == writes


def test_rebuild_gives_the_same_rows(filled: Database, staff: Database) -> None:
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    assert filled.table("tags").count == 0
    derive(filled, staff, workers=1)
    assert dump(filled, staff) == before


def test_processes_and_one_process_give_the_same_rows(
    filled: Database, staff: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    monkeypatch.setattr(pool, "SMALL", 0)
    monkeypatch.setattr(module, "BATCH", 2)
    derive(filled, staff, workers=2)
    assert dump(filled, staff) == before


@pytest.mark.parametrize("step", ["_write_tags", "_match_all", "_write_suggested", "_write_matches"])
def test_crash_in_any_step_heals_at_the_next_run(
    filled: Database, staff: Database, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    forget(filled)
    original, calls = getattr(module, step), []

    def crash(*arguments: object) -> object:
        calls.append(step)
        if len(calls) == (1 if step == "_match_all" else 2):
            raise KeyboardInterrupt
        return original(*arguments)

    monkeypatch.setattr(module, "BATCH", 2)
    monkeypatch.setattr(module, step, crash)
    with pytest.raises(KeyboardInterrupt):
        derive(filled, staff, workers=1)
    assert dump(filled, staff) != before
    monkeypatch.setattr(module, step, original)
    derive(filled, staff, workers=1)
    assert dump(filled, staff) == before


def test_changed_text_is_tagged_again_and_loses_what_no_longer_holds(corpus: Database, staff: Database) -> None:
    upsert(corpus, [bill(1, "Library Services and Technology Act funding for public libraries")], now=NOW, silent=True)
    derive(corpus, staff, workers=1)
    assert corpus.table("tags").count > 0
    upsert(corpus, [bill(1, "To name a post office in Ohio")], now=LATER, silent=True)
    assert untagged(corpus, tagger_version()) == 1
    derive(corpus, staff, workers=1)
    for name in ("tags", "evidence", "position_matches", "matchings"):
        assert corpus.table(name).count == 0, name
    assert corpus.execute("select max(priority) from shown_priorities").fetchone() == (0,)
    assert staff.table("suggested_stances").count == 0


def test_the_models_own_priority_is_never_public(
    filled: Database, staff: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between tagging and grading, pages show the grade of before, or none."""
    monkeypatch.setattr(module, "grade_all", lambda corpus: 0)
    derive(filled, staff, workers=1)
    assert filled.execute("select max(priority), max(model_priority) >= 1 from taggings").fetchone() == (0, 1)
    monkeypatch.undo()
    derive(filled, staff, workers=1)
    before = filled.execute("select document_id, priority from taggings order by 1").fetchall()
    assert {1, 2} & {priority for _, priority in before}
    monkeypatch.setattr(module, "grade_all", lambda corpus: 0)
    filled.execute("update taggings set version = 'older rules'")
    derive(filled, staff, workers=1)
    assert filled.execute("select document_id, priority from taggings order by 1").fetchall() == before


def test_new_rules_tag_everything_again(filled: Database, staff: Database) -> None:
    derive(filled, staff, workers=1)
    filled.execute("update taggings set version = 'older rules'")
    assert derive(filled, staff, workers=1).tagged == len(FILES)


@pytest.mark.parametrize("lost", ["all of it", "an older state of it"])
def test_a_staff_file_that_came_back_is_filled_again(
    filled: Database, staff: Database, tmp_path: Path, lost: str
) -> None:
    derive(filled, staff, workers=1)
    if lost == "an older state of it":
        # Another text that touched the same position, one that touches none now, one that is there no more.
        key = staff.execute("select min(document_id) from stance_readings").fetchone()[0]
        idle = filled.execute(
            "select document_id from matchings except select document_id from position_matches"
        ).fetchone()[0]
        before = dump(filled, staff)
        staff.execute("update suggested_stances set stance = 'watch' where document_id = ?", [key])
        staff.execute("update stance_readings set read_from = 'x' || read_from where document_id = ?", [key])
        for other in (idle, "us-117-hr99999"):
            staff.execute(
                "insert into suggested_stances values (?, 'p', 0, 'support', 1.0, 'r', 'title', 0, 1, 'A', 0.5, 1)",
                [other],
            )
            staff.execute("insert or replace into stance_readings values (?, 'y')", [other])
        assert derive(filled, staff, workers=1).matched == 2
    else:
        before = dump(filled, staff)
        staff = open_staff(tmp_path / "fresh" / "staff.db")
        assert derive(filled, staff, workers=1).matched == filled.table("matchings").count
    assert dump(filled, staff) == before
    assert derive(filled, staff, workers=1).matched == 0


def test_suggestions_of_a_version_that_noted_no_source_are_read_again_once(tmp_path: Path, filled: Database) -> None:
    staff = open_staff(tmp_path / "older" / "staff.db")
    derive(filled, staff, workers=1)
    before = dump(filled, staff)
    staff.execute(
        "insert into suggested_stances values ('us-117-hr9', 'p', 0, 'support', 1.0, 'r', 'title', 0, 1, 'A', 0.5, 1)"
    )
    staff.execute("drop table stance_readings")
    staff.execute("delete from _sqlite_migrations where name = 'create_stance_readings'")
    staff.close()
    staff = open_staff(tmp_path / "older" / "staff.db")
    assert derive(filled, staff, workers=1).matched > 0
    assert dump(filled, staff) == before
    assert derive(filled, staff, workers=1).matched == 0


def test_no_stance_is_in_the_public_file(filled: Database, staff: Database) -> None:
    derive(filled, staff, workers=1)
    assert staff.table("suggested_stances").count > 0
    public = {
        column.name for name in filled.table_names() if name != "counted_votes" for column in filled.table(name).columns
    }
    assert "stance" not in public, "but for votes that an approver named, on a stance that was public before"


PIECES = st.lists(
    st.sampled_from(
        [
            "public libraries",
            "Freedom of Information Act",
            "  ",
            "\n\n\n",
            "é",
            "e\u0301",
            "🏛",
            "\x00",
            "“E-Rate”",
            "broadband",
        ]
    )
    | st.text(max_size=5),
    max_size=12,
).map(" ".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(title=PIECES, abstract=PIECES, text=PIECES)
def test_words_shown_are_the_words_stored(
    corpus: Database, staff: Database, title: str, abstract: str, text: str
) -> None:
    upsert(corpus, [bill(1, title, abstract, text)], now=NOW, silent=True)
    derive(corpus, staff, workers=1)
    assert_places_are_exact(corpus)


@pytest.mark.skipif(multiprocessing.get_start_method(allow_none=True) == "spawn", reason="workers are not forked here")
def test_worker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, time; from concurrent.futures import ProcessPoolExecutor; from derive import pool as workers;"
        "pool = ProcessPoolExecutor(1, initializer=workers._start_worker); pool.submit(os.getpid).result();"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(pool.submit(os.getpid).result()));"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    try:
        until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text() != "")
        worker = int((tmp_path / "pid").read_text())
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not alive(worker), "the worker outlives its parent")


def killed(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(multiprocessing.get_start_method(allow_none=True) == "spawn", reason="workers are not forked here")
def test_a_process_that_is_killed_is_told_in_a_sentence() -> None:
    with (
        pytest.raises(pool.WorkerError, match=r"what was written is complete.*INFOPOLICY_WORKERS=1"),
        pool.task_pool(2, pool.SMALL) as found,
    ):
        list(found.spread(killed, [({}, [])]))


@pytest.mark.parametrize(
    ("workers", "documents", "alone"),
    [(2, pool.SMALL - 1, True), (1, pool.SMALL, True), (1, 0, True), (2, pool.SMALL, False)],
)
def test_few_documents_or_one_worker_start_no_processes(workers: int, documents: int, alone: bool) -> None:
    with pool.task_pool(workers, documents) as found:
        assert (found.executor is None) == alone
