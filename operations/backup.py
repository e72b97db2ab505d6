"""Back up the databases while they are in use, and restore them, without losing anything that people made.

A backup is a folder: a copy of every database, the lines of what people made (operations.human_data_export), and
manifest.json, which is written last and has the length and checksum of every file and the row counts of its tables. A
folder without a manifest is not a backup.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import asdict
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any

from operations import integrity
from operations.human_data_export import (
    DERIVED,
    JOURNALS,
    add_to_journal,
    database_of_lines,
    from_lines,
    private_file,
    write_lines,
)
from operations.loss import PRIVATE, adopt
from operations.manifest import FORM, facts_of, read_manifest, rows_of, wrong
from operations.retention import forget_backups, plain
from settings import Configuration
from store.connect import read_only
from store.data_folder import FILES, MANIFEST, damage, present
from store.errors import InvalidInput, OperationError, StorageError, is_damage
from store.private_files import Identity, identity_of

#: What SQLite says of a file that cannot be written: in a copy, of the target, since the source is only read.
_OF_TARGET = frozenset(
    (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC)
)


class Damaged(OperationError):
    """The copy of a database is damaged, and so the database itself."""


def backup(config: Configuration, target: Path | None, *, now: str, keep: int, days: int = 30) -> Path:
    """Copy every database while it is in use, check each copy, and return the folder they are in.

    A backup gets its name only when it is complete. Without `target`, it goes to data/backups/<time>; only the newest `keep`
    of these stay, and the decisions of staff and partners are added to decisions.jsonl and statements.jsonl in
    data/backups, which stay forever.

    Raises:
        OperationError: nothing to back up, or a copy is damaged.
        InvalidInput: the target is not an empty folder.
    """
    databases = present(config.data)
    if not databases:
        raise OperationError(f"{config.data}: holds no database yet, there is nothing to back up")
    home = config.data / "backups"
    final = target or unused(home, plain(now))
    if final.exists() and any(final.iterdir()):
        raise InvalidInput(f"{final}: is not empty; name another folder")
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    try:
        _fill(part, databases, now)
        if final.exists():
            final.rmdir()
        part.rename(final)
    except OSError as error:
        raise StorageError.of(error.filename or final, error) from error  # a full disk names no file
    finally:
        shutil.rmtree(part, ignore_errors=True)  # an unfinished one: a finished one has its final name
    sync(final.parent)
    if target is None:
        for name, journal in JOURNALS.items():
            if (final / name).exists():
                add_to_journal(final / name, home / journal)
        forget_backups(home, now=now, keep=keep, days=days)
    return final


def _fill(part: Path, databases: Collection[Path], now: str) -> None:
    files: dict[str, dict[str, Any]] = {}
    for path in databases:
        copy = part / path.name
        _copy_checked(path, copy, now)
        files[copy.name] = facts_of(copy) | {"tables": rows_of(copy)}
        if path.name in DERIVED:
            files[copy.name] |= {"identity": asdict(identity_of(copy) or Identity("", 0))}
            lines = copy.with_suffix(".jsonl")
            count = write_lines(copy, lines)
            files[lines.name] = facts_of(lines) | {"lines": count}
    manifest = {"form": FORM, "version": version("infopolicy"), "made_at": now, "files": files}
    with private_file(part / MANIFEST, "w") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    sync(part)


def _copy_checked(path: Path, copy: Path, now: str) -> None:
    """Copy a database, and record for the site's health check whether it was undamaged."""
    try:
        copy_whole(path, copy, "delete")  # one file without a log next to it, readable on a read-only medium
    except (Damaged, sqlite3.Error) as error:
        if isinstance(error, Damaged) or is_damage(error):
            integrity.record(path.parent, path.name, str(error), now=now)
        raise
    integrity.record(path.parent, path.name, None, now=now)


# --------------------------------------------------------------------- restoring


def restore(
    config: Configuration, source: Path, *, now: str, only: Collection[str] = (), loose: bool = False
) -> tuple[Path | None, list[str]]:
    """Replace the databases of the data folder with those of a backup; the old files are moved aside.

    Every file is checked and copied next to the old ones before they are exchanged. Where the copy of staff.db or mail.db
    is damaged and its lines are complete, the database is made from the lines.

    Args:
        source: a backup's folder, or a file of lines such as decisions.jsonl, from which staff.db is made.
        only: names of databases; without any, all of the backup.
        loose: take a folder of copies without a manifest, checked for damage only.

    Returns:
        The folder of the old files (None where there were none), and messages for the operator.

    Raises:
        OperationError: the backup is not complete; nothing was changed.
        InvalidInput: it is none, or has no such database.
    """
    work = config.data / "restoring"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, mode=0o700)
    try:
        messages = _gather(source, work, only, loose)
        restored = [path.name for path in present(work) if path.name in PRIVATE]
        aside = _exchange(config.data, work, now)
        adopt(config.data, restored)
        return aside, messages
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _gather(source: Path, work: Path, only: Collection[str], loose: bool) -> list[str]:
    """Copy the files to restore into `work`, and check each. Return messages for the operator."""
    if source.is_file() and source.suffix == ".jsonl":
        name = database_of_lines(source)
        return [f"{name} was made from {from_lines(source, work / name):,} lines of {source}"]
    names = [path.name for path in present(source)] if loose else list(read_manifest(source)["files"])
    known = [name for name in FILES if name in names]
    if not known:
        raise InvalidInput(f"{source}: holds no backup (none of {', '.join(FILES)})")
    if lacking := [name for name in only if name not in known]:
        raise InvalidInput(f"{source}: holds no {lacking[0]} (it has {', '.join(known)})")
    chosen = [name for name in known if name in only] if only else known
    facts = {} if loose else read_manifest(source)["files"]
    return [words for name in chosen for words in _copy_or_rebuild(source / name, work / name, facts.get(name), facts)]


def _copy_or_rebuild(copy: Path, target: Path, facts: dict[str, Any] | None, every: dict[str, Any]) -> list[str]:
    broken = damage(copy) if facts is None else wrong(copy, facts)
    if not broken:
        copy_whole(copy, target, "wal")
        return []
    lines = copy.with_suffix(".jsonl")
    if facts is None or lines.name not in every or wrong(lines, every[lines.name]):
        raise OperationError(f"nothing was restored: {broken[0]}")
    made = from_lines(lines, target)
    return [f"{copy.name} of the backup is damaged; it was made from its {made:,} lines in {lines.name}"]


def _exchange(data: Path, work: Path, now: str) -> Path | None:
    """Move the old files aside and the new ones in. After a power failure each file is in one of the two places.

    Returns:
        The folder of the old files; None where none stood there.
    """
    aside = unused(data, f"replaced-{plain(now)}")
    aside.mkdir(mode=0o700)
    for new in present(work):
        _checkpoint(data / new.name)
        for suffix in ("", "-wal", "-shm"):
            old = data / (new.name + suffix)
            if old.exists():
                old.rename(aside / old.name)
        new.rename(data / new.name)
    if kept := any(aside.iterdir()):
        sync(aside)
    else:
        aside.rmdir()
    sync(data)
    return aside if kept else None


def unused(folder: Path, name: str) -> Path:
    """Return a path that does not exist yet; two of the same second get a number after the time."""
    places = (folder / (name if number == 1 else f"{name}-{number}") for number in count(1))
    return next(place for place in places if not place.exists())


def _checkpoint(path: Path) -> None:
    """Move the write-ahead log into the file, so that the two cannot be separated; a damaged file stays as it is."""
    if path.exists() and path.stat().st_size:  # with an empty file SQLite would delete the log
        try:
            with closing(sqlite3.connect(path, timeout=10)) as db:
                db.execute("pragma wal_checkpoint(truncate)")
        except sqlite3.Error:
            return


def copy_whole(source: Path, target: Path, journal: str) -> None:
    """Copy a database while it is in use, check the copy and sync it to disk; only its owner can read it.

    Raises:
        OperationError: there is no such database, or the copy is damaged.
    """
    private_file(target, "w").close()
    with closing(read_only(source)) as old, closing(sqlite3.connect(target)) as new:
        try:
            old.backup(new)
            new.execute(f"pragma journal_mode = {journal}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in _OF_TARGET:  # its disk is another one, maybe, than that of the data folder
                raise StorageError.of(target, error) from error
            raise
        if new.execute("pragma integrity_check(1)").fetchone()[0] != "ok":
            raise Damaged(f"{target}: the copy of {source} is damaged")
    with target.open("rb") as file:
        os.fsync(file.fileno())


def sync(folder: Path) -> None:
    """Sync a folder to disk, and with it the names of its files."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
