"""The errors that end a command with one sentence. The class decides the exit code (docs/commands.md)."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

#: There is no room: on the disk, in a quota, or under a limit on the size of files.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class InfopolicyError(Exception):
    """Something a person must know; the message says what happened, where, and what to do."""

    exit_code = 1


class InvalidInput(InfopolicyError, ValueError):
    """A value, file or form that cannot be used as it is."""

    exit_code = 2


class OperationError(InfopolicyError, RuntimeError):
    """Something that cannot be done in this data folder now."""

    exit_code = 4


class PartialResult(InfopolicyError, RuntimeError):
    """Work that stopped before its end; what was written is complete, and running it again does the rest."""

    exit_code = 3


class StorageError(OperationError):
    """A database that cannot be used; the message names the file."""

    @classmethod
    def of(cls, path: Path | str, error: Exception) -> StorageError:
        # The words of an error of the system are its number and the path once more.
        said = getattr(error, "strerror", None) or error
        return cls(f"{path}: {said}: {advice(error)}")


def advice(error: Exception) -> str:
    """What to do about a file that cannot be read or written. Only damage is a reason to restore a healthy file's place."""
    words, number = str(error), getattr(error, "errno", None)
    if "locked" in words:
        return "another process is writing to it; wait for it to end, then run this again"
    if number in _FULL or "full" in words or "disk I/O" in words or "File too large" in words:
        return "the disk is full or fails; make room, then run this again: what was stored is complete"
    if number == errno.EROFS or "readonly" in words or "read-only" in words.lower():
        return "the disk or the folder is read-only; make it writable, then run this again: what was stored is complete"
    if is_damage(error):
        return "the file is damaged (`infopolicy check` says which); put it aside and use `infopolicy restore`"
    return "check that the folder exists and that you may write to it (INFOPOLICY_DATA names the data folder)"


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the content of a file is not what it should be; a full or read-only disk is no damage.

    What a visitor's query can say ("malformed JSON", "no such column: malformed") is an error of the query: the code counts, and
    the words only where no code is left (`PublicDatabase` passes on the words of another process).
    """
    if not isinstance(error, sqlite3.Error):
        return False
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    said = "not a database" in str(error) or "malformed" in str(error)
    return said and not isinstance(error, sqlite3.OperationalError)
