"""Is each private file still the one that people filled? A missing, empty, other or older file stops every command.

ops.db holds the id and the counter that each private file had when it was last used. Where ops.db knows nothing (an earlier
version, or ops.db itself is lost), the newest backup's manifest counts, and after that the public decisions in corpus.db.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from shlex import quote
from typing import Any

from operations.human_data_export import JOURNALS, MAKERS
from operations.manifest import is_whole
from operations.retention import backups
from store.connect import migrate, read_only
from store.data_folder import MANIFEST
from store.errors import OperationError
from store.private_files import Identity, connect_private, identity_of

log = logging.getLogger("infopolicy.loss")
#: The private files, in the order of the data folder.
PRIVATE = ("staff.db", "partners.db", "mail.db")
#: What a newer copy of corpus.db shows of staff.db: these rows exist only because people decided something.
_PUBLIC = "select count(*) from decisions"


_ALWAYS = "9999-12-31T23:59:59Z"


class FileLost(OperationError):
    """A private file is missing, empty, another one or older; the message names the command that restores it."""

    exit_code = 3


def lost(data: Path, name: str) -> str | None:
    """Say in a few words what is wrong with a private file; None when it is the right one.

    A damaged file is not judged here: whoever opens it says so.
    """
    known, path = _known(data, name), data / name
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
    """Nothing knows staff.db, but decisions of staff are public: then staff.db must hold reviews."""
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
        FileLost: one is missing, empty, another one or older than the data folder knows.
    """
    for name in names:
        if words := lost(data, name):
            raise FileLost(told(data, name, words))


def told(data: Path, name: str, words: str) -> str:
    """The whole sentence about a lost file: what happened, that nothing was changed, and the commands that help."""
    return (
        f"{data / name}: {words}. Nothing was changed. Stop the site and restore the file: `{restoring(data, name)}`. "
        f"Only to go on without what it held: `infopolicy accept {name}`"
    )


def losses(data: Path) -> list[str]:
    """The whole sentence about each private file that is lost."""
    return [told(data, name, words) for name in PRIVATE if (words := lost(data, name))]


@contextmanager
def kept(data: Path, names: Sequence[str] = PRIVATE) -> Iterator[None]:
    """Refuse to work with a lost file, and note afterwards how far each file has come.

    Raises:
        FileLost: as refuse_lost.
    """
    refuse_lost(data, names)
    try:
        yield
    except BaseException:
        with suppress(OSError, sqlite3.Error):  # the first error counts
            note(data, names)
        raise
    note(data, names)


def note(data: Path, names: Sequence[str] = PRIVATE) -> None:
    """Write to ops.db how far each private file has come; never for a file that is another one or older.

    Raises:
        OSError, sqlite3.Error: ops.db cannot be written.
    """
    for name in names:
        if not (data / name).exists() or lost(data, name):
            continue
        with suppress(sqlite3.Error):  # a damaged file is told by whoever opens it
            if (found := _with_id(data, name)) != _of_ops(data, name):
                _write(data, name, found)


def _with_id(data: Path, name: str) -> Identity:
    """The identity of a file; one of an earlier version gets its id here, the first time a command comes by."""
    found = identity_of(data / name)
    if found is None or not found.id:
        MAKERS[name](data / name).close()
        found = identity_of(data / name)
    assert found
    return found


def note_while_serving(data: Path, *names: str) -> None:
    """The same for the site after each form: an answer never fails for it, and a machine without ops.db needs none."""
    if (data / "ops.db").exists():
        try:
            note(data, names)
        except (OSError, sqlite3.Error) as error:
            log.warning("ops.db: %s: the next command notes what people have just written", error)


def adopt(data: Path, names: Sequence[str]) -> None:
    """Take files as they are now for the right ones: after a restore, or because a person says so."""
    for name in names:
        found = identity_of(data / name)
        _write(data, name, found or Identity("", 0))


def accept(data: Path, name: str) -> None:
    """Take a private file as it is for the right one; where it is missing or empty, begin with an empty database.

    A write-ahead log of the lost file is kept aside: it may hold its last changes.

    Raises:
        OperationError: it is not the name of a private file.
    """
    if name not in PRIVATE:
        raise OperationError(f"{name}: is not a private file; these are: {', '.join(PRIVATE)}")
    path = data / name
    if not path.exists() or not path.stat().st_size:
        for log in (path.with_name(name + "-wal"), path.with_name(name + "-shm")):
            if log.exists():
                log.rename(log.with_name(log.name + ".of-lost-file"))
    MAKERS[name](path).close()
    adopt(data, [name])


# --------------------------------------------------------------------- what is known


def _known(data: Path, name: str) -> Identity | None:
    return _of_ops(data, name) or _of_backup(data, name)


def _of_ops(data: Path, name: str) -> Identity | None:
    with suppress(OperationError, sqlite3.Error), closing(read_only(data / "ops.db")) as db:
        row = db.execute("select id, counter from private_files where name = ?", [name]).fetchone()
        return Identity(*row) if row else None
    return None


def _of_backup(data: Path, name: str) -> Identity | None:
    """What the newest backup that holds the file says of it; an earlier version wrote no identity."""
    for _, facts in _backups_of(data, name):
        return Identity(**facts["identity"]) if "identity" in facts else Identity("", 0)
    return None


def _backups_of(data: Path, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The backups in the data folder that hold a file, the newest first, with what their manifests say of it."""
    for backup in reversed(backups(data / "backups", now=_ALWAYS)):
        with suppress(OSError, ValueError, LookupError, TypeError):
            facts = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))["files"].get(name)
            if facts:
                yield backup, facts


def _write(data: Path, name: str, found: Identity) -> None:
    with closing(connect_private(data / "ops.db")) as db:
        migrate(db, "ops.db")
        db.execute(
            "insert into private_files values (?, ?, ?) on conflict (name) do update "
            "set id = excluded.id, counter = excluded.counter",
            [name, found.id, found.counter],
        )


# --------------------------------------------------------------------- what restores


def restoring(data: Path, name: str) -> str:
    """The exact command that brings back a lost file: from the newest whole backup of it, else from its journal."""
    known = _known(data, name) or Identity("", 0)
    holding = [(facts.get("identity", {}), backup) for backup, facts in _backups_of(data, name)]
    ours = [each for each in holding if not known.id or each[0].get("id", known.id) == known.id]
    # By what they hold, not by their time: a copy from an hour in which the clock was ahead is not the newest.
    ours.sort(key=lambda each: (each[0].get("counter", -1), each[1].name), reverse=True)
    for _, backup in ours:
        if is_whole(backup, name):
            return f"infopolicy restore {quote(str(backup))} --only {name}"
    journal = data / "backups" / JOURNALS.get(name, "")
    if journal.is_file():
        return f"infopolicy restore {quote(str(journal))}"
    return f"infopolicy restore FOLDER_OF_A_BACKUP --only {name}"
