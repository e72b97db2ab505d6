"""The data folder: which files it may hold, one writer at a time, reading without writing."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

from store.connect import read_only
from store.errors import OperationError

#: Every file a data folder may hold; what only people made must never be lost (docs/architecture.md).
FILES = ("corpus.db", "staff.db", "partners.db", "mail.db", "opinions.db", "ops.db")

#: In the folder of a backup; written last, so that a folder without one is no backup.
MANIFEST = "manifest.json"

_TRIES = 20  # a tenth of a second apart


@contextmanager
def only_writer(data: Path) -> Iterator[None]:
    """Hold the data folder for writing. The lock ends with the process, also after a kill.

    Raises:
        OperationError: another process holds it, or the folder cannot be written.
    """
    path = data / "lock"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise OperationError(
            f"{data}: cannot be used as the data folder ({error.strerror}); set INFOPOLICY_DATA to a folder you may write"
        ) from error
    with handle:
        try:
            _lock(handle)
        except OSError as error:
            handle.seek(0)
            raise OperationError(
                f"{data}: another infopolicy process (number {handle.read().strip() or 'unknown'}) is writing there; "
                "wait for it to end"
            ) from error
        os.ftruncate(handle.fileno(), 0)
        # Past Python's buffer, which would try again when the file is closed.
        os.write(handle.fileno(), str(os.getpid()).encode())
        yield


def _lock(handle: TextIO) -> None:
    """Take the lock, with a little patience: the workers of a killed process let go of it a moment after its end."""
    for patience in range(_TRIES, 0, -1):
        try:
            return fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if patience == 1:
                raise
            time.sleep(0.1)


def is_written(data: Path) -> bool:
    """Whether a process holds the data folder for writing now; also where that cannot be told."""
    try:
        with (data / "lock").open("rb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def unreadable(path: Path) -> str | None:
    """Why a database that is there cannot be opened; None when it can. Looks at its beginning only."""
    try:
        read_only(path).close()
    except OperationError as error:
        return str(error)
    return None


def damage(path: Path) -> list[str]:
    """What is wrong with a database, one sentence each that names the file."""
    try:
        with closing(read_only(path)) as db:
            answers = [row[0] for row in db.execute("pragma quick_check")]
    except OperationError as error:
        return [str(error)]
    except sqlite3.DatabaseError as error:
        answers = [str(error)]
    return [f"{path}: {answer}" for answer in answers if answer != "ok"]


def present(folder: Path) -> list[Path]:
    return [folder / name for name in FILES if (folder / name).exists()]
