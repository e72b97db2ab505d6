"""Detect private files that were lost: a missing, empty, different or older file stops every command.

ops.db stores the id and the counter that each private file had at its last use. Where ops.db has no entry (an earlier
version, or ops.db itself is lost), the manifest of the newest backup counts, then the public decisions in corpus.db.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from shlex import quote
from typing import Any

from sqlite_utils import Database

from operations.human_data_export import JOURNALS, MAKERS
from operations.manifest import is_whole
from operations.retention import backups
from store.connect import connect_private, migrate, open_staff, read_only
from store.data_folder import MANIFEST
from store.errors import InvalidInput, OperationError
from store.private_files import Identity, identity_of

log = logging.getLogger("infopolicy.loss")
#: The private files, in the order of the data folder.
PRIVATE = ("staff.db", "partners.db", "mail.db")
#: These rows of corpus.db exist only when staff.db holds decisions.
_PUBLIC = "select count(*) from decisions"
_ALWAYS = "9999-12-31T23:59:59Z"


class FileLost(OperationError):
    """A private file is missing, empty, different or older; the message names the command that restores it."""

    exit_code = 3


def describe_loss(data: Path, name: str) -> str | None:
    """Describe in a few words how a private file is lost; return None when it is the right one.

    A damaged file is not reported here: the code that opens it reports it.
    """
    known, path = _expected_identity(data, name), data / name
    try:
        found = identity_of(path) if path.exists() else None
    except sqlite3.Error:
        return None
    if known is None:
        return _hidden_loss(data, path, found) if name == "staff.db" else None
    if found is None:
        return "is empty" if path.exists() else "is missing"
    if known.id and found.id != known.id:
        return "is not the file that was in use here"
    if found.counter < known.counter:
        return f"is an older copy: it lacks the last {known.counter - found.counter:,} changes"
    return None


def _hidden_loss(data: Path, staff: Path, found: Identity | None) -> str | None:
    """Describe the loss of a staff.db that nothing has recorded: public decisions prove that it must hold reviews."""
    public = _count(data / "corpus.db", _PUBLIC)
    if not public or (found and _count(staff, "select count(*) from reviews")):
        return None
    state = "holds no decision" if staff.exists() else "is missing"
    return f"{state}, but {public:,} decisions of staff are public"


def _count(path: Path, sql: str) -> int:
    try:
        with closing(read_only(path)) as db:
            return int(db.execute(sql).fetchone()[0])
    except (OperationError, sqlite3.Error):
        return 0


def refuse_lost(data: Path, names: Sequence[str] = PRIVATE) -> None:
    """Check private files before anything is opened, and so possibly created.

    Raises:
        FileLost: one is missing, empty, different or older than recorded.
    """
    for name in names:
        if words := describe_loss(data, name):
            raise FileLost(loss_message(data, name, words))


@contextmanager
def opened_staff(data: Path) -> Iterator[Database]:
    """Open staff.db with corpus.db attached, for a step that publishes decisions: never a file that was lost since the check.

    Opening creates a missing file, and an empty one would withdraw every decision. What is open here stays the same file,
    whatever happens to its name.

    Raises:
        FileLost: it was lost after the command had begun.
    """
    with closing(open_staff(data / "staff.db", data / "corpus.db")) as staff:
        refuse_lost(data, ["staff.db"])
        yield staff


def loss_message(data: Path, name: str, words: str) -> str:
    """Return the message about a lost file: what happened, that nothing was changed, and the commands that help."""
    return (
        f"{data / name}: {words}. Nothing was changed. Stop the site and restore the file: `{restore_command(data, name)}`. "
        f"Only to go on without what it held: `infopolicy accept {name}`"
    )


def losses(data: Path) -> list[str]:
    """Return the message about each lost private file."""
    return [loss_message(data, name, words) for name in PRIVATE if (words := describe_loss(data, name))]


@contextmanager
def guard_private_files(data: Path, names: Sequence[str] = PRIVATE) -> Iterator[None]:
    """Refuse to work with a lost file, and record the state of each file afterwards.

    Raises:
        FileLost: as refuse_lost.
    """
    refuse_lost(data, names)
    failed = True
    try:
        yield
        failed = False
    finally:
        with suppress(OSError, sqlite3.Error) if failed else nullcontext():  # the first error counts
            record_state(data, names)


def record_state(data: Path, names: Sequence[str] = PRIVATE) -> None:
    """Record the id and counter of each private file in ops.db, except for a different or older file.

    Raises:
        OSError, sqlite3.Error: ops.db cannot be written.
    """
    for name in names:
        if not (data / name).exists() or describe_loss(data, name):
            continue
        with suppress(sqlite3.Error):  # the code that opens a damaged file reports it
            if (found := _ensure_identity(data, name)) != _identity_in_ops(data, name):
                _store_identity(data, name, found)


def _ensure_identity(data: Path, name: str) -> Identity:
    """Return the identity of a file. A file of an earlier version gets its id here, at the first command."""
    found = identity_of(data / name)
    if found is None or not found.id:
        MAKERS[name](data / name).close()
        found = identity_of(data / name)
    assert found
    return found


def record_state_while_serving(data: Path, *names: str) -> None:
    """Do the same after each form on the site. Errors are only logged, and a server without ops.db records nothing."""
    if (data / "ops.db").exists():
        try:
            record_state(data, names)
        except (OSError, sqlite3.Error) as error:
            log.warning("ops.db: %s: the next command records what people have just written", error)


def adopt(data: Path, names: Sequence[str]) -> None:
    """Record files as they are now as the right ones: after a restore, or on request."""
    for name in names:
        found = identity_of(data / name)
        _store_identity(data, name, found or Identity("", 0))


def accept(data: Path, name: str) -> None:
    """Accept a private file as it is; where it is missing or empty, create an empty database.

    A write-ahead log of the lost file is renamed, not deleted: it may hold its last changes.

    Raises:
        InvalidInput: it is not the name of a private file.
    """
    if name not in PRIVATE:
        raise InvalidInput(f"{name}: is not a private file; these are: {', '.join(PRIVATE)}")
    path = data / name
    if not path.exists() or not path.stat().st_size:
        for log in (path.with_name(name + "-wal"), path.with_name(name + "-shm")):
            if log.exists():
                log.rename(log.with_name(log.name + ".of-lost-file"))
    MAKERS[name](path).close()
    adopt(data, [name])


# --------------------------------------------------------------------- recorded identities


def _expected_identity(data: Path, name: str) -> Identity | None:
    return _identity_in_ops(data, name) or _identity_in_backup(data, name)


def _identity_in_ops(data: Path, name: str) -> Identity | None:
    with suppress(OperationError, sqlite3.Error), closing(read_only(data / "ops.db")) as db:
        row = db.execute("select id, counter from private_files where name = ?", [name]).fetchone()
        return Identity(*row) if row else None
    return None


def _identity_in_backup(data: Path, name: str) -> Identity | None:
    """Return the identity in the newest backup that holds the file. Earlier versions wrote none."""
    for _, facts in _backups_of(data, name):
        return Identity(**facts["identity"]) if "identity" in facts else Identity("", 0)
    return None


def _backups_of(data: Path, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the backups in the data folder that hold a file, newest first, each with its entry in the manifest."""
    for backup in reversed(backups(data / "backups", now=_ALWAYS)):
        with suppress(OSError, ValueError, LookupError, TypeError):
            facts = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))["files"].get(name)
            if facts:
                yield backup, facts


def _store_identity(data: Path, name: str, found: Identity) -> None:
    with closing(connect_private(data / "ops.db")) as db:
        migrate(db, "ops.db")
        db.execute(
            "insert into private_files values (?, ?, ?) on conflict (name) do update "
            "set id = excluded.id, counter = excluded.counter",
            [name, found.id, found.counter],
        )


# --------------------------------------------------------------------- the command that restores


def restore_command(data: Path, name: str) -> str:
    """Return the command that restores a lost file: from its newest whole backup, else from its journal."""
    known = _expected_identity(data, name) or Identity("", 0)
    candidates = [(facts.get("identity", {}), backup) for backup, facts in _backups_of(data, name)]
    ours = [each for each in candidates if not known.id or each[0].get("id", known.id) == known.id]
    # By counter, not by time: a backup made while the clock was ahead is not the newest.
    ours.sort(key=lambda each: (each[0].get("counter", -1), each[1].name), reverse=True)
    for _, backup in ours:
        if is_whole(backup, name):
            return f"infopolicy restore {quote(str(backup))} --only {name}"
    journal = data / "backups" / JOURNALS.get(name, "")
    if journal.is_file():
        return f"infopolicy restore {quote(str(journal))}"
    return f"infopolicy restore FOLDER_OF_A_BACKUP --only {name}"
