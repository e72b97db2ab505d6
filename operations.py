"""What whoever runs the site asks for: one writer at a time, what is stored, is all in order, backup and restore."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from configuration import Configuration
from crawlers.sources import load_sources

#: Every file a data folder may hold; what only people made must never be lost (docs/architecture.md).
FILES = ("corpus.db", "staff.db", "partners.db", "mail.db", "ops.db")


class OperationError(RuntimeError):
    """Something that cannot be done; the message says what and what to do."""


@contextmanager
def only_writer(config: Configuration) -> Iterator[None]:
    """Hold the data folder for writing. The lock ends with the process, also after a kill.

    Raises:
        OperationError: another process holds it, or the folder cannot be written.
    """
    path = config.data / "lock"
    try:
        config.data.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise OperationError(
            f"{config.data}: cannot be used as the data folder ({error.strerror}); set INFOPOLICY_DATA to a folder you may write"
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            raise OperationError(
                f"{config.data}: another infopolicy process (number {handle.read().strip() or 'unknown'}) is writing there; "
                "wait for it to end"
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def status(config: Configuration) -> dict[str, Any]:
    """What is stored and how the last run of each source went, ready for JSON.

    Raises:
        OperationError: there is no corpus yet.
    """
    with closing(read_only(config.corpus)) as db:
        one = lambda sql: db.execute(sql).fetchone()[0]  # noqa: E731
        answer = {
            "data": str(config.data),
            "documents": one("select count(*) from documents"),
            "tagged": one("select count(distinct document_id) from tags"),
            "untagged": one("select count(*) from documents where id not in (select document_id from taggings)"),
            "matched": one("select count(distinct document_id) from position_matches"),
            "must_see": one("select count(*) from taggings where priority = 2"),
            "sources": [_source_status(db, source) for source in load_sources()],
            "rejects": _count(config.ops, "rejects"),
        }
    answer["warnings"] = [f"{each['source']}: {word}" for each in answer["sources"] for word in each["warnings"]]
    return answer


def _source_status(db: sqlite3.Connection, name: str) -> dict[str, Any]:
    db.row_factory = sqlite3.Row
    last = db.execute("select * from runs where source = ? order by id desc limit 1", [name]).fetchone()
    good = db.execute(
        "select finished_at from runs where source = ? and state = 'finished' order by id desc limit 1", [name]
    ).fetchone()
    db.row_factory = None
    return {
        "source": name,
        "documents": db.execute("select count(*) from documents where source = ?", [name]).fetchone()[0],
        "last_run": {key: last[key] for key in ("started_at", "state", "added", "changed", "rejected", "note")} if last else None,
        "last_success": good["finished_at"] if good else None,
        "warnings": _warnings(name, last),
    }


def _warnings(name: str, last: sqlite3.Row | None) -> list[str]:
    if last is None:
        return []
    words = [] if last["state"] in ("finished", "running") else [f"the last run is {last['state']}"]
    if last["note"]:
        words.append(last["note"])
    for part in json.loads(last["coverage"] or "[]"):
        if not part["complete"]:
            place = " ".join(filter(None, (part["session"], part["part"])))
            words.append(f"{place}: {part['stored']} of {part['listed']} listed documents are stored")
    source = load_sources()[name]
    by_session: dict[str, int] = {}
    for part in json.loads(last["coverage"] or "[]"):
        by_session[part["session"]] = by_session.get(part["session"], 0) + part["listed"]
    for session, listed in by_session.items():
        if not source.expect_min <= listed <= source.expect_max:
            words.append(f"{session}: {listed} documents listed, expected {source.expect_min} to {source.expect_max}")
    return words


def _count(path: Path, table: str) -> int:
    if not path.exists():
        return 0
    with closing(read_only(path)) as db:
        return int(db.execute(f"select count(*) from {table}").fetchone()[0])


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises:
        OperationError: the file does not exist.
    """
    if not path.exists():
        raise OperationError(f"{path}: does not exist yet; collect something first: infopolicy crawl")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)


def check_databases(config: Configuration) -> list[str]:
    """Problems found in the data folder's databases: damage, and a search index that differs from the documents."""
    problems = []
    for path in _present(config.data):
        problems += _damage(path)
    if config.corpus.exists() and not problems:
        with closing(sqlite3.connect(config.corpus, timeout=10)) as db:
            try:
                db.execute("insert into documents_fts (documents_fts, rank) values ('integrity-check', 1)")
            except sqlite3.DatabaseError as error:
                problems.append(f"{config.corpus}: the search index differs from the documents ({error}): infopolicy rebuild")
    return problems


def _damage(path: Path) -> list[str]:
    try:
        with closing(read_only(path)) as db:
            answers = [row[0] for row in db.execute("pragma quick_check")]
    except sqlite3.DatabaseError as error:
        answers = [str(error)]
    return [f"{path}: {answer}" for answer in answers if answer != "ok"]


def _present(folder: Path) -> list[Path]:
    return [folder / name for name in FILES if (folder / name).exists()]


# --------------------------------------------------------------------- backup and restore


def backup(config: Configuration, target: Path | None, *, now: str, keep: int) -> Path:
    """Copy every database while it is in use, check each copy, and return the folder they are in.

    A backup appears under its name only when it is whole. With no `target`, copies go to data/backups/<time> and only
    the newest `keep` of those stay.

    Raises:
        OperationError: nothing to back up, the target is not an empty folder, or a copy is damaged.
    """
    present = _present(config.data)
    if not present:
        raise OperationError(f"{config.data}: holds no database yet, there is nothing to back up")
    home = config.data / "backups"
    final = target or home / now.replace(":", "").replace("-", "")
    if final.exists() and any(final.iterdir()):
        raise OperationError(f"{final}: is not empty; name another folder")
    part = final.with_name(final.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for path in present:
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
    copies = _present(source) if source.is_dir() else []
    if not copies:
        raise OperationError(f"{source}: holds no backup (none of {', '.join(FILES)})")
    if damage := [words for path in copies for words in _damage(path)]:
        raise OperationError(f"nothing was restored: {damage[0]}")
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
