"""Databases of every earlier version are opened by this one: brought up to date, nothing lost, a second time nothing done."""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from conftest import ROOT

import serve
from benchmarks.compare import fingerprints
from operations import human_data_export
from operations.backup import backup, restore
from settings import Configuration
from store.connect import read_only
from store.data_folder import present
from store.schema.observed import PARTS

sys.path.insert(0, str(ROOT / "tests" / "schemas"))
from make import load

pytestmark = pytest.mark.slow

SCHEMAS = ROOT / "tests" / "schemas"
VERSIONS = sorted(path.name for path in SCHEMAS.iterdir() if path.is_dir() and path.name != "__pycache__")
#: Tables of corpus.db that hold what was observed: no version may lose a row of them.
OBSERVED = ("documents", *PARTS, "provenance", "changes", "runs")
Rows = dict[str, list[dict[str, Any]]]
Call = Callable[..., Result]


def read(folder: Path) -> Rows:
    """Rows of what was observed and of what people made, by file and table."""
    found: Rows = {}
    for path in present(folder):
        with closing(read_only(path)) as db:
            db.row_factory = sqlite3.Row
            tables = OBSERVED if path.name == "corpus.db" else ()
            tables = human_data_export.tables_of(db, path.name) if path.name in human_data_export.DERIVED else tables
            for table in tables:
                found[f"{path.name} {table}"] = [dict(row) for row in db.execute(f'select * from "{table}"')]
    return found


def shape(folder: Path) -> dict[str, Any]:
    """Tables with their columns, and the names of indexes, views and triggers, of every file."""
    found: dict[str, Any] = {}
    for path in present(folder):
        with closing(read_only(path)) as db:
            for kind, name in db.execute(
                "select type, name from sqlite_master where name not like 'sqlite_%'"
            ).fetchall():
                columns = {row[1] for row in db.execute(f'pragma table_info("{name}")')} if kind == "table" else ()
                found[f"{path.name} {kind} {name}"] = columns
    return found


def bring_up(config: Configuration, call: Call) -> None:
    """What happens when a new version is installed: the command of an upgrade, and the files that the site opens."""
    from store.connect import open_mail, open_ops, open_partners, open_staff

    done = call("rebuild")
    assert done.exit_code == 0, done.output
    for opens, path in ((open_staff, config.staff), (open_mail, config.mail), (open_partners, config.partners)):
        opens(path).close()
    open_ops(config.ops).close()


@pytest.fixture(params=VERSIONS)
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Configuration:
    data = tmp_path / "data"
    data.mkdir()
    for dump in (SCHEMAS / request.param).glob("*.sql"):
        load(dump.read_text(encoding="utf-8"), data / f"{dump.stem}.db")
    return Configuration(data=data, site="http://localhost")


async def test_nothing_is_lost_the_site_shows_it_and_the_second_time_nothing_is_done(
    config: Configuration, call: Call
) -> None:
    before = read(config.data)
    assert len(before["corpus.db documents"]) == 7
    bring_up(config, call)
    after = read(config.data)
    for table, rows in before.items():
        kept = [{name: _of_source(row)[name] for name in rows[0]} for row in after[table]] if rows else []
        missing = [row for row in rows if row not in kept]
        assert not missing, table
    prints = {path.name: fingerprints(path) for path in present(config.data)}
    bring_up(config, call)
    assert {path.name: fingerprints(path) for path in present(config.data)} == prints
    assert call("check").exit_code == int(_open_to_others(config))
    await _shown(config, [row["id"] for row in before["corpus.db documents"]])


def _of_source(row: dict[str, Any]) -> dict[str, Any]:
    """A row with the status that its source gave, where the bill has ended with its session since."""
    if not row.get("status_reason"):
        return row
    return row | {"status": row["source_status"], "status_on": row["source_status_on"]}


async def _shown(config: Configuration, documents: list[str]) -> None:
    site = serve.build(config.corpus, mail=config, desk=config, secret="x" * 40, today="2026-11-25")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        for page in ("/", "/browse", "/sources", "/scorecard", "/digest", "/desk/login", f"/documents/{documents[0]}"):
            answer = await asked.get(page)
            assert answer.status_code == 200, (page, answer.text[:500])


def _open_to_others(config: Configuration) -> bool:
    """A file that an earlier version made is told, because that version let others on the machine read it."""
    return any(path.stat().st_mode & 0o077 for path in present(config.data) if path != config.corpus)


def test_it_looks_as_if_it_had_been_made_today(
    config: Configuration, call: Call, tmp_path: Path, monkeypatch: Any
) -> None:
    bring_up(config, call)
    fresh = Configuration(data=tmp_path / "fresh")
    monkeypatch.setenv("INFOPOLICY_DATA", str(fresh.data))
    bring_up(fresh, call)
    old, new = shape(config.data), shape(fresh.data)
    assert {name: old.get(name) for name in new} == new
    assert not {name for name in old if name not in new}


def test_a_backup_of_the_version_before_is_restored(config: Configuration) -> None:
    before = read(config.data)
    place = backup(config, None, now="2026-11-25T00:00:00Z", keep=1)
    for path in present(config.data):
        path.unlink()
    restore(config, place, now="2026-11-25T00:00:01Z")
    assert read(config.data) == before


def test_this_version_has_its_folder() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert version in VERSIONS, f"write tests/schemas/{version} as its README says"
