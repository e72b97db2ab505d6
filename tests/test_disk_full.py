"""The disk is full: each step stops with a sentence, leaves nothing half written, and ends when it is run again with room.

(A crawl on a full disk is in test_cli.py.) A limit on the size of files stands for the full disk.
"""

from __future__ import annotations

import resource
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import desk_fixtures
import pytest
from conftest import Command, Recording
from desk_fixtures import NOW
from site_corpus import BROADBAND
from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.partners import partners
from desk.reviews import reviews
from desk.reviews.reviews import Verdict
from operations.manifest import check_backup
from settings import Configuration
from store.connect import open_partners
from store.data_folder import damage, present

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return desk_fixtures.build(tmp_path_factory.mktemp("world")).data


@pytest.fixture
def config(world: Path, tmp_path: Path) -> Configuration:
    shutil.copytree(world, tmp_path / "data")
    return Configuration(data=tmp_path / "data", site="http://localhost")


def no_room() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def test_backup(infopolicy: Command, config: Configuration) -> None:
    assert infopolicy("backup").returncode == 0
    [whole] = [path for path in (config.data / "backups").iterdir() if path.is_dir()]
    done = infopolicy("backup", preexec_fn=no_room)
    assert done.returncode == 4
    assert "make room" in done.stderr
    assert [path for path in (config.data / "backups").iterdir() if path.is_dir()] == [whole], "nothing half is left"
    assert check_backup(whole) == []


def test_a_backup_elsewhere_names_the_disk_that_is_full(
    infopolicy: Command, config: Configuration, tmp_path: Path
) -> None:
    done = infopolicy("backup", str(tmp_path / "elsewhere"), preexec_fn=no_room)
    assert done.returncode == 4
    assert f"{tmp_path / 'elsewhere'}" in done.stderr
    assert f"{config.data}:" not in done.stderr
    assert not list(tmp_path.glob("elsewhere*"))


def test_restore(infopolicy: Command, config: Configuration, tmp_path: Path) -> None:
    assert infopolicy("backup", str(tmp_path / "copy")).returncode == 0
    before = {path.name: path.read_bytes() for path in present(config.data)}
    done = infopolicy("restore", str(tmp_path / "copy"), preexec_fn=no_room)
    assert done.returncode == 4
    assert {path.name: path.read_bytes() for path in present(config.data)} == before
    assert not list(config.data.glob("re*"))
    assert infopolicy("restore", str(tmp_path / "copy")).returncode == 0


def test_rebuild(infopolicy: Command, recording: Recording, tmp_path: Path) -> None:
    for number in range(1, 4):
        recording.add(number, title=f"Public library act {number}")
    assert infopolicy("crawl", "us_bills", "--congress", "117", mirror=recording.publish().mirror).returncode == 0
    data = tmp_path / "data"
    done = infopolicy("rebuild", "--all", preexec_fn=no_room)
    assert done.returncode == 4
    assert "make room" in done.stderr
    assert [damage(path) for path in present(data)] == [[], [], []]
    assert infopolicy("rebuild").returncode == 0
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        assert db.execute("select count(*) from taggings").fetchone()[0] == 3


def test_a_decision(config: Configuration) -> None:
    """Whoever decides is told that nothing was written, and nothing was."""
    with closing(desk_fixtures.open_desk(config)) as db:
        ana = desk_fixtures.person(db)
        pages = db.execute("pragma page_count").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages}")
        note = "a long note " * 330
        wanted = Verdict(document_id=BROADBAND, subject="area:broadband", verdict="confirm", note=note)
        with pytest.raises(sqlite3.OperationalError, match="full"):
            reviews.record(db, ana, [wanted], now=NOW)
        assert db.execute("select count(*) from reviews").fetchone()[0] == 0
        db.execute(f"pragma max_page_count = {pages + 100}")
        assert reviews.record(db, ana, [wanted], now=NOW)


def test_a_statement_of_a_partner(config: Configuration) -> None:
    """Neither the statement nor its line in the trail is there, and the same can be said once there is room."""
    with closing(open_partners(config.partners, config.corpus)) as db:
        eff = partners.add_partner(db, "Dana Partner", "Axolotl Foundation", password=desk_fixtures.PASSWORD, now=NOW)
        pages = db.execute("pragma page_count").fetchone()[0]
        trail = db.execute("select count(*) from audit").fetchone()[0]
        db.execute(f"pragma max_page_count = {pages}")
        note = "too far " * 240
        with pytest.raises(sqlite3.OperationalError, match="full"):
            _say_until_full(db, eff, note)
        said = db.execute("select count(*) from statements").fetchone()[0]
        assert db.execute("select count(*) from audit").fetchone()[0] == trail + said
        db.execute(f"pragma max_page_count = {pages + 100}")
        partners.publish_statement(db, eff, BROADBAND, "oppose", note, seen=said, now=NOW)
        assert db.execute("select count(*) from statements").fetchone()[0] == said + 1
    assert damage(config.partners) == []


def _say_until_full(db: Database, account: Account, note: str) -> None:
    for number in range(20):  # what is left of the last page may take a few
        partners.publish_statement(db, account, BROADBAND, "oppose", note, seen=number, now=NOW)
