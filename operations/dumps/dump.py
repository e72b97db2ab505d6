"""A dump is a folder that appears whole under the time it was made; `latest` leads to the newest, and the one before stays."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from operations.backup import sync, unused
from operations.dumps import package, parquet
from operations.dumps.places import DESCRIPTION, FOLDER, LATEST
from operations.dumps.tables import Table, public_tables
from operations.retention import plain
from settings import Configuration
from store.connect import read_only
from store.errors import InvalidInput

#: Dumps that stay: whoever reads one while the next is made can go on.
KEEP = 2
#: Seconds after which an unfinished one is nobody's any more.
_GIVEN_UP = 86_400


@dataclass(frozen=True)
class Dump:
    """A dump that is in place, with the number of its tables and rows and its length in bytes."""

    folder: Path
    tables: int
    rows: int
    bytes: int


def dump(
    config: Configuration, home: Path | None = None, *, now: str, tell: Callable[[str], None] = lambda _: None
) -> Dump:
    """Write every public table as it is at this moment; all files are of one state of corpus.db.

    Args:
        home: the folder of the dumps; `dumps` in the data folder if there is none.
        tell: called with the name of each table before it is written.

    Raises:
        InvalidInput: `home` holds other things than dumps.
        OperationError: there is no corpus, or nothing is published in it.
        StorageError: `home` cannot be written.
    """
    home = home or config.data / FOLDER
    _check(home)
    with closing(read_only(config.corpus)) as db:
        db.text_factory = lambda raw: raw.decode(errors="replace")
        db.execute("begin")  # what is written meanwhile is for the next dump
        home.mkdir(parents=True, exist_ok=True)
        final = unused(home, plain(now))
        part = final.with_name(final.name + ".part")
        part.mkdir()
        try:
            written = _fill(db, part, now, config.site, tell)
            part.rename(final)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    _point(home, final)
    for left in home.glob("*.part"):  # of a dump that was killed, or of one that is under way
        if left.stat().st_mtime < time.time() - _GIVEN_UP:
            shutil.rmtree(left)
    for old in sorted(_dumps(home))[:-KEEP]:
        shutil.rmtree(old)
    return Dump(
        final, len(written), sum(each.rows for each in written.values()), sum(each.bytes for each in written.values())
    )


def _fill(
    db: sqlite3.Connection, part: Path, now: str, site: str, tell: Callable[[str], None]
) -> dict[Table, parquet.Written]:
    written = {}
    for table in public_tables(db):
        tell(table.name)
        written[table] = parquet.write(db, table, part / f"{table.name}.parquet")
    described = package.descriptor(db, written, made_at=now, site=site)
    (part / "DATASHEET.md").write_text(package.datasheet(db, made_at=now, site=site), encoding="utf-8")
    (part / DESCRIPTION).write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    files = sorted(path for path in part.iterdir())
    sums = "".join(f"{parquet.checksum(path)}  {path.name}\n" for path in files)  # as sha256sum -c reads it
    (part / "SHA256SUMS").write_text(sums, encoding="utf-8")
    for path in part.iterdir():
        path.chmod(0o644)  # everybody may read it: a web server too
        with path.open("rb") as file:
            os.fsync(file.fileno())
    part.chmod(0o755)
    sync(part)
    return written


def _check(home: Path) -> None:
    """Nothing of others may be removed as if it were an old dump."""
    if home.exists() and any(
        path.name != LATEST and not path.name.endswith(".part") and not (path / DESCRIPTION).exists()
        for path in home.iterdir()
    ):
        raise InvalidInput(f"{home}: holds other things than dumps; name another folder")


def _dumps(home: Path) -> list[Path]:
    return [path for path in home.iterdir() if path.name != LATEST and (path / DESCRIPTION).exists()]


def _point(home: Path, folder: Path) -> None:
    """Let `latest` lead to a folder, from one moment to the next."""
    link = home / f"{LATEST}.part"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name, target_is_directory=True)
    link.replace(home / LATEST)
    sync(home)
