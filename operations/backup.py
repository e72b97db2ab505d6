"""Backup while in use, and restore: what people made is never lost."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from configuration import Configuration
from operations.folder import FILES, OperationError, damage, present, read_only


def backup(config: Configuration, target: Path | None, *, now: str, keep: int) -> Path:
    """Copy every database while it is in use, check each copy, and return the folder they are in.

    A backup appears under its name only when it is whole. With no `target`, copies go to data/backups/<time> and only
    the newest `keep` of those stay.

    Raises:
        OperationError: nothing to back up, the target is not an empty folder, or a copy is damaged.
    """
    databases = present(config.data)
    if not databases:
        raise OperationError(f"{config.data}: holds no database yet, there is nothing to back up")
    home = config.data / "backups"
    final = target or home / now.replace(":", "").replace("-", "")
    if final.exists() and any(final.iterdir()):
        raise OperationError(f"{final}: is not empty; name another folder")
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for path in databases:
        _copy(path, part / path.name)
    if final.exists():
        final.rmdir()
    part.rename(final)
    if target is None:
        for old in sorted(path for path in home.iterdir() if path.suffix != ".part")[:-keep]:
            shutil.rmtree(old)
    return final


def restore(config: Configuration, source: Path, *, now: str) -> Path:
    """Put a backup in the place of the data folder's databases; what stood there is kept aside. Returns that place.

    Raises:
        OperationError: the backup holds no database, or one that is damaged: nothing is changed then.
    """
    copies = present(source) if source.is_dir() else []
    if not copies:
        raise OperationError(f"{source}: holds no backup (none of {', '.join(FILES)})")
    if broken := [words for path in copies for words in damage(path)]:
        raise OperationError(f"nothing was restored: {broken[0]}")
    aside = config.data / f"replaced-{now.replace(':', '').replace('-', '')}"
    aside.mkdir(parents=True)
    for copy in copies:
        for suffix in ("", "-wal", "-shm"):
            old = config.data / (copy.name + suffix)
            if old.exists():
                old.rename(aside / old.name)
        _copy(copy, config.data / copy.name)
    return aside


def _copy(source: Path, target: Path) -> None:
    with closing(read_only(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        if new.execute("pragma quick_check").fetchone()[0] != "ok":
            raise OperationError(f"{target}: the copy of {source} is damaged")
