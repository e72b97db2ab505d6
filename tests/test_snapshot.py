"""A snapshot is all that a reader elsewhere needs, and never half of one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import desk_fixtures
import httpx
import pytest
from click.testing import Result

import serve
from settings import Configuration
from store.connect import read_only

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path) -> Configuration:
    (tmp_path / "data").mkdir()
    return desk_fixtures.build(tmp_path / "data")


async def test_a_snapshot_is_all_that_a_reader_needs_and_nothing_private(
    config: Configuration, call: Any, tmp_path: Path
) -> None:
    target = tmp_path / "reader" / "corpus.db"
    done: Result = call("snapshot", str(target))
    assert (done.exit_code, [path.name for path in target.parent.iterdir()]) == (0, ["corpus.db"])
    with closing(read_only(target)) as db:
        assert db.execute("pragma journal_mode").fetchone()[0] == "delete"
        names = {name for (name,) in db.execute("select name from sqlite_master")}
    assert not names & {"accounts", "reviews", "subscribers", "statements"}
    site = serve.build(target, today="2022-03-09")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        assert (await asked.get("/areas")).status_code == 200
    assert call("snapshot", str(target)).exit_code == 0, "an older one is replaced"
    assert [path.name for path in target.parent.iterdir() if not path.name.endswith(("-wal", "-shm"))] == ["corpus.db"]


def test_a_snapshot_of_damage_leaves_the_older_one(config: Configuration, call: Any, tmp_path: Path) -> None:
    target = tmp_path / "reader" / "corpus.db"
    call("snapshot", str(target))
    before = target.read_bytes()
    for suffix in ("-wal", "-shm"):
        config.corpus.with_name("corpus.db" + suffix).unlink(missing_ok=True)
    with config.corpus.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 100_000)
    assert call("snapshot", str(target)).exit_code == 4
    assert target.read_bytes() == before
    assert not list(target.parent.glob("*.part"))


@pytest.mark.parametrize("name", ["staff.db", "corpus.db", "mail.db-wal"])
def test_a_snapshot_takes_the_place_of_no_database(config: Configuration, call: Any, tmp_path: Path, name: str) -> None:
    before = {path.name: path.read_bytes() for path in config.data.glob("*.db")}
    (tmp_path / "elsewhere").symlink_to(config.data)
    (tmp_path / "linked.db").symlink_to(config.data / name)
    for target in (config.data / name, tmp_path / "elsewhere" / name, tmp_path / "linked.db"):
        done: Result = call("snapshot", str(target))
        assert (done.exit_code, "name another file" in done.output) == (2, True), target
    assert {path.name: path.read_bytes() for path in config.data.glob("*.db")} == before
    assert (tmp_path / "linked.db").is_symlink()
    assert not list(config.data.glob("*.part"))
