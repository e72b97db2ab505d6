"""Who is sending mail or alerts: a lock that ends with its process, so that the claims of a killed one are known at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database


@contextmanager
def sending(db: Database) -> Iterator[None]:
    """Hold the lock next to mail.db together with every other sender. A kill releases it."""
    with _opened(_beside(db)) as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_sends(mail: Path | Database) -> Iterator[bool]:
    """Whether no process sends now; while that is so, none can begin before the end of the block."""
    with _opened(mail.with_suffix(".lock") if isinstance(mail, Path) else _beside(mail)) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _beside(db: Database) -> Path:
    return Path(db.execute("pragma database_list").fetchone()[2]).with_suffix(".lock")
