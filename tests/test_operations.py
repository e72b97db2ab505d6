"""The data folder: one writer, backups that are whole, restores that lose nothing, checks that find damage."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from conftest import NOW, ROOT, bill_xml
from test_imports import PACKAGES

from crawlers import rule_files
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import parse_bill
from crawlers.sources import load_sources
from crawlers.status import states
from crawlers.storage.record import upsert
from operations import daily, status
from operations.backup import backup, restore
from operations.checks import check_data, check_project
from operations.crawl import crawl
from operations.rule_files import LOADERS
from settings import Configuration
from store.connect import open_corpus, open_ops, open_staff, read_only
from store.data_folder import damage, only_writer, present
from store.errors import InvalidInput, OperationError
from text.yaml_config import mistakes, read_yaml


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    made = Configuration(data=tmp_path / "data")
    db = open_corpus(made.corpus)
    bill = parse_bill(xmltree.parse(bill_xml(1).encode(), root="billStatus"), source_url="https://x/1")
    upsert(db, [bill], now=NOW, silent=True)
    db.close()
    open_ops(made.ops).close()
    staff = open_staff(made.staff)
    staff.execute(
        "insert into suggested_stances values ('us-117-hr1', 'p', 0, 'support', 1.0, 'r', 'title', 0, 1, 'A', 0.5, 1)"
    )
    staff.close()
    return made


def documents(folder: Path) -> list[tuple[str, ...]]:
    with closing(read_only(folder / "corpus.db")) as db:
        return db.execute("select id from documents").fetchall()


def test_backup_while_in_use_is_whole(config: Configuration, tmp_path: Path) -> None:
    with closing(sqlite3.connect(config.corpus)) as writer:
        writer.execute("begin immediate")
        writer.execute("update documents set title = 'not committed'")
        place = backup(config, None, now=NOW, keep=2)
    assert {path.name for path in place.iterdir()} == {
        "corpus.db",
        "ops.db",
        "staff.db",
        "staff.jsonl",
        "manifest.json",
    }
    with closing(read_only(place / "corpus.db")) as db:
        assert db.execute("select title from documents").fetchall() == [("A bill for the public libraries",)]


def test_only_the_newest_backups_stay(config: Configuration) -> None:
    for day in range(1, 5):
        backup(config, None, now=f"2026-11-0{day}T00:00:00Z", keep=2)
    whole = sorted(path.parent.name for path in (config.data / "backups").glob("*/corpus.db"))
    assert whole == ["20261103T000000Z", "20261104T000000Z"]


def test_backup_never_overwrites(config: Configuration, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("keep me")
    with pytest.raises(InvalidInput, match="not empty"):
        backup(config, tmp_path / "full", now=NOW, keep=1)
    assert (tmp_path / "full" / "letter.txt").read_text() == "keep me"


def test_backup_of_a_damaged_database_is_refused(config: Configuration, tmp_path: Path) -> None:
    config.staff.write_bytes(b"damaged" * 1000)
    with pytest.raises((OperationError, sqlite3.DatabaseError)):
        backup(config, tmp_path / "copy", now=NOW, keep=1)
    assert not (tmp_path / "copy").exists(), "half a backup must not look like a whole one"


def test_restore_brings_back_what_was_and_keeps_what_stood_there(config: Configuration, tmp_path: Path) -> None:
    place = backup(config, tmp_path / "copy", now=NOW, keep=1)
    with closing(sqlite3.connect(config.corpus)) as db:
        db.execute("pragma foreign_keys = off")
        db.execute("delete from documents")
        db.commit()
    assert documents(config.data) == []
    aside, told = restore(config, place, now=NOW)
    assert not told
    assert documents(config.data) == [("us-117-hr1",)]
    assert documents(aside) == []
    assert present(aside) == [aside / "corpus.db", aside / "staff.db", aside / "ops.db"]


@pytest.mark.parametrize("name", ["corpus.db", "staff.db"])
def test_restore_of_damage_changes_nothing(config: Configuration, tmp_path: Path, name: str) -> None:
    place = backup(config, tmp_path / "copy", now=NOW, keep=1)
    (place / "staff.jsonl").unlink()
    size = (place / name).stat().st_size
    with (place / name).open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    before = {path.name: path.read_bytes() for path in present(config.data)}
    with pytest.raises(OperationError, match=name):
        restore(config, place, now=NOW)
    assert {path.name: path.read_bytes() for path in present(config.data)} == before


def test_one_writer_at_a_time_and_the_lock_ends_with_it(config: Configuration) -> None:
    with only_writer(config.data):
        with pytest.raises(OperationError, match=rf"number {os.getpid()}\b"), only_writer(config.data):
            pass
        assert documents(config.data), "reading goes on"
    with only_writer(config.data):
        pass


def test_status_names_the_last_backup(config: Configuration) -> None:
    assert status.status(config, NOW)["last_backup"] is None
    backup(config, None, now=NOW, keep=1)
    found = status.status(config, NOW)
    assert found["last_backup"] == "20261125T000000Z"
    assert any("20261125T000000Z" in line for line in status.lines(found))


def test_status_warns_of_a_backup_as_old_as_no_run_may_be(config: Configuration) -> None:
    late = lambda now, **settings: status.status(Configuration(data=config.data, **settings), now)["late_backup"]  # noqa: E731
    assert late(NOW) == [], "who never made one is left in peace"
    place = backup(config, None, now="2026-11-25T00:00:00Z", keep=1)
    assert late("2026-11-27T00:00:00Z") == []
    found = status.status(config, "2026-11-27T01:00:00Z")
    [words] = found["late_backup"]
    assert "made 49 hours ago" in words
    assert words in found["warnings"], "so that the command ends with 3"
    assert words in list(status.warning_lines(found))
    assert late("2026-11-27T01:00:00Z", stale_hours=72) == []
    (place / "manifest.json").unlink()
    assert "holds no whole backup" in late(NOW)[0], "half a backup is none"


def test_status_tells_a_killed_run_from_one_that_goes_on(config: Configuration) -> None:
    with closing(open_corpus(config.corpus)) as db:
        ended = {"source": "us_bills", "started_at": "2026-11-24T00:00:00Z", "finished_at": NOW, "state": "finished"}
        db["runs"].insert_all([ended, {"source": "us_bills", "started_at": "2026-11-25T00:00:00Z", "state": "running"}])
    cut = "us_bills: the last run, of 2026-11-25, was cut off: infopolicy crawl us_bills goes on with it"
    assert cut in status.status(config, NOW)["warnings"]
    assert cut in list(status.warning_lines(status.status(config, NOW)))
    with only_writer(config.data):
        assert cut not in status.status(config, NOW)["warnings"]
    assert cut in status.status(config, NOW)["warnings"]


def test_status_tells_of_a_full_disk(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status.status(config, NOW)["full_disk"] == []
    monkeypatch.setattr("operations.health.LEAST_FREE", 1 << 62)
    found = status.status(config, NOW)
    [words] = found["full_disk"]
    assert "MB left: make room" in words
    assert words in found["warnings"], "so that the command ends with 3"
    assert words in list(status.warning_lines(found))


def test_reading_never_makes_or_changes_a_file(tmp_path: Path, config: Configuration) -> None:
    with pytest.raises(OperationError, match="infopolicy crawl"):
        read_only(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    with closing(read_only(config.corpus)) as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("delete from documents")


@pytest.mark.slow
def test_check_names_each_file_that_a_source_lacks_and_says_what_to_do(tmp_path: Path) -> None:
    problems = check_project(tmp_path)
    assert "crawlers/sources.yml: uk_bills: crawlers/spiders/uk_bills.py is missing: write the spider" in problems
    assert any("first run of tests/test_uk_bills.py writes it" in problem for problem in problems)
    assert any("docs/sources/uk_bills.md is missing" in problem for problem in problems)
    assert check_project() == []


def test_check_loads_every_file_of_data_that_maintainers_keep() -> None:
    folders = {ROOT / package for package in PACKAGES} | {ROOT / "datasette"}
    kept = {file.relative_to(ROOT).as_posix() for folder in folders for file in folder.rglob("*.yml")}
    others = ("positions/catalog/", "positions/example/")  # positions.catalog.catalog.check reads them
    others += ("datasette/charts/node_modules/",)  # not ours
    assert set(LOADERS) == {name for name in kept if not name.startswith(others)}
    assert mistakes(LOADERS) == []


def test_check_names_each_mistake_once_and_its_file(tmp_path: Path) -> None:
    file = tmp_path / "seats.yml"
    file.write_text("ak: [broken\n", encoding="utf-8")
    wrong = {"datasette/seats.yml": partial(read_yaml, file), "a.yml": partial(read_yaml, file)}
    [broken, without] = mistakes({**wrong, "datasette/map.yml": lambda: {}["rows"]})
    assert broken.startswith(f"{file}:2: is not readable YAML")
    assert without == "datasette/map.yml: is not of the form it should have (KeyError: 'rows')"


def test_rules_that_do_not_load_end_a_crawl_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Configuration
) -> None:
    file = tmp_path / "passage.yml"
    said = states.PASSAGE_FILE.read_text(encoding="utf-8").replace("  replaced:", "  replcaed:")
    file.write_text(said, encoding="utf-8")
    monkeypatch.setitem(rule_files.LOADERS, "status/passage.yml", lambda: states.load_passages(file))
    with pytest.raises(rule_files.BadRules, match=r"passage\.yml: says has the keys .*: see 'repl") as refused:
        crawl(dataclasses.replace(config, data=tmp_path / "new", mirror=None), ["us_bills"], {})
    assert refused.value.exit_code == 1
    assert not (tmp_path / "new").exists()


def test_check_finds_damage_and_a_search_index_that_differs(config: Configuration) -> None:
    assert check_data(config, NOW) == []
    with closing(sqlite3.connect(config.corpus)) as db:
        db.execute("drop trigger documents_au")
        db.execute("update documents set title = 'Something else'")
        db.commit()
    [problem] = check_data(config, NOW)
    assert "search index" in problem
    config.staff.chmod(0o644)
    assert f"chmod 600 {config.staff}" in check_data(config, NOW)[0]
    config.ops.write_bytes(b"x" * 5000)
    assert any(str(config.ops) in problem for problem in check_data(config, NOW))
    assert damage(config.staff) == []


def test_a_spent_budget_is_no_trouble_but_the_source_stays_due(config: Configuration) -> None:
    corpus = open_corpus(config.corpus)
    row = {
        "source": "us_states",
        "started_at": "2026-11-25T05:00:00Z",
        "finished_at": "2026-11-25T05:30:00Z",
        "state": "finished",
        "coverage": "[]",
        "waiting": 12,
    }
    corpus.table("runs").insert(row)
    now = "2026-11-25T06:00:00Z"
    assert not [words for words in status.status(config, now)["warnings"] if words.startswith("us_states")]
    assert daily.is_due(config, load_sources()["us_states"], now), "it goes on as soon as there are requests again"
    corpus.table("runs").insert(row | {"waiting": 0})
    assert not daily.is_due(config, load_sources()["us_states"], now)
    corpus.close()
