"""Damage in the middle of a database that opens: health tells it without reading everything at each request."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import desk_fixtures
import httpx
import pytest
from click.testing import Result
from site_corpus import BROADBAND

from operations import exports, integrity, sqlite_version
from operations.backup import backup, restore
from operations.checks import check_data
from settings import Configuration
from store.connect import connect, open_ops
from store.errors import OperationError

Call = Callable[..., Result]
NOW, LATER = "2022-03-09T09:00:00Z", "2099-03-09T10:00:00Z"
LONG = "A sentence about the public libraries of a county and what they lend. "


@pytest.fixture
def config(made_large: Path, tmp_path: Path) -> Configuration:
    shutil.copytree(made_large, tmp_path / "data")
    return Configuration(data=tmp_path / "data", site="http://localhost", stale_hours=10_000_000)


@pytest.fixture(scope="module")
def made_large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose documents have texts of many pages."""
    made = desk_fixtures.build(tmp_path_factory.mktemp("world"))
    with closing(connect(made.corpus)) as db:
        db.execute("update documents set text = ? || rowid", [LONG * 2_000])
    open_ops(made.ops).close()
    with closing(sqlite3.connect(made.corpus)) as db:
        db.execute("pragma wal_checkpoint(truncate)")
    return made.data


def damage_texts(path: Path, most: int = 10**6) -> int:
    """Overwrite the pages of long texts: where each names the page that follows it, as a failing disk does."""
    body, done = bytearray(path.read_bytes()), 0
    size = int.from_bytes(body[16:18], "big")
    for start in range(size, len(body), size):
        leaf = body[start] == 13
        if LONG[:40].encode() in body[start + 4 : start + size] and not leaf and done < most:
            body[start : start + 4] = b"\xff\xff\xff\xff"
            done += 1
    path.write_bytes(body)
    return done


async def health(site: object) -> httpx.Response:
    transport = httpx.ASGITransport(app=site)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asked:
        return await asked.get("/-/health")


async def test_damaged_texts_are_found_by_the_sample(config: Configuration) -> None:
    application = desk_fixtures.site_of(config, mail=config).app()
    assert (await health(application)).status_code == 200
    assert damage_texts(config.corpus) > 50
    answer = await health(desk_fixtures.site_of(config, mail=config).app())
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["a sample of corpus.db is damaged"])


async def test_what_a_full_check_found_stays_until_another_finds_it_whole(
    config: Configuration, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "SAMPLE", 0)
    place = backup(config, tmp_path / "copy", now=NOW, keep=1)
    application = desk_fixtures.site_of(config, mail=config).app()
    assert damage_texts(config.corpus, 1) == 1
    assert (await health(application)).status_code == 200, "one page of many: nobody has looked at it yet"
    assert call("backup").exit_code == 4
    answer = await health(application)
    assert answer.status_code == 503
    assert "full check of" in answer.text
    assert "corpus.db" in answer.text
    assert str(config.data) not in answer.text
    assert call("status").exit_code == 3
    restore(config, place, now=LATER)
    assert check_data(config, LATER) == []
    assert (await health(desk_fixtures.site_of(config, mail=config).app())).status_code == 200
    assert f"last full check of corpus.db: {LATER}" in call("status").output


async def test_damage_that_a_page_met_is_told_at_the_next_probe(
    config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(integrity, "SAMPLE", 0)
    assert damage_texts(config.corpus) > 50
    application = desk_fixtures.site_of(config, mail=config).app()
    assert (await health(application)).json()["reasons"] == []
    transport = httpx.ASGITransport(app=application, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as asked:
        assert (await asked.get(f"/documents/{BROADBAND}")).status_code == 500
        assert "infopolicy_damage_met_total 1.0" in (await asked.get("/-/metrics")).text
    answer = await health(application)
    assert answer.status_code == 503
    assert "a page met damage in corpus.db" in answer.text
    integrity.record(config.data, "corpus.db", None, now=LATER)
    assert (await health(application)).status_code == 200, "a full check after it found the file whole"


# --------------------------------------------------------------------- Excel on a full disk


def test_a_workbook_on_a_full_disk_is_told_in_a_sentence(config: Configuration, call: Call) -> None:
    done = call("export", "--format", "xlsx", "--output", "/dev/full")
    assert done.exit_code == 4, done.output
    assert "make room" in done.output


def test_an_export_that_fails_leaves_the_file_of_before(config: Configuration, monkeypatch: pytest.MonkeyPatch) -> None:
    target = config.data / "out.csv"
    assert exports.export(config.corpus, area=None, kind="csv", output=target) > 0
    before = target.read_bytes()

    def half(frame: object, kind: str, place: Path) -> None:
        place.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "_write", half)
    with pytest.raises(OSError, match="No space"):
        exports.export(config.corpus, area=None, kind="csv", output=target)
    assert target.read_bytes() == before
    assert list(config.data.glob("*.part")) == []


# --------------------------------------------------------------------- the version of SQLite


@pytest.mark.parametrize(
    ("version", "faults"),
    [
        ("3.46.1", ["WAL mode", "CVE-2025-6965", "CVE-2025-3277"]),
        ("3.50.4", ["WAL mode"]),
        ("3.50.7", []),
        ("3.51.2", ["WAL mode"]),
        ("3.51.3", []),
        ("3.53.0", []),
        ("3.44.6", ["CVE-2025-6965", "CVE-2025-3277"]),
    ],
)
def test_known_faults_of_a_version_are_told(version: str, faults: list[str]) -> None:
    told = sqlite_version.warnings(version)
    assert len(told) == len(faults)
    for fault, words in zip(faults, told, strict=True):
        assert fault in words
        assert words.startswith(f"SQLite {version}: ")
        assert "https://" in words


def test_a_version_on_which_a_run_would_stop_half_way_is_refused(
    config: Configuration, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_version.refuse_too_old("3.44.0")
    with pytest.raises(OperationError, match=r"3\.44\.0 or newer"):
        sqlite_version.refuse_too_old("3.43.2")
    monkeypatch.setattr(
        sqlite_version, "_table", lambda: {"oldest": {"version": "99.0.0", "why": "a test"}, "known": []}
    )
    done = call("publish")
    assert (done.exit_code, "99.0.0 or newer" in done.output) == (4, True)


@pytest.mark.slow
def test_the_faults_are_told_by_check_and_status_and_change_no_exit_code(
    config: Configuration, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = call("status").exit_code, call("check").exit_code
    monkeypatch.setattr(sqlite_version, "warnings", lambda: ["SQLite 1: a fault"])
    assert "warning: SQLite 1: a fault" in call("status").stderr
    assert "warning: SQLite 1: a fault" in call("check").stderr
    assert (call("status").exit_code, call("check").exit_code) == before
