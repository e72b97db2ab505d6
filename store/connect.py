"""Open the files of the data folder: for writing with every migration applied, or read-only.

corpus.db is for everyone. The others are readable by their owner only, and never known to Datasette (docs/architecture.md).
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.errors import OperationError, StorageError, advice
from store.private_files import identify
from store.schema import (
    decisions,
    derived,
    districts,
    intake,
    mail,
    observed,
    opinions,
    ops,
    partners,
    people,
    published,
    staff,
)
from store.writable import Writable

SCHEMAS: dict[str, tuple[Migrations, ...]] = {
    "corpus.db": (
        observed.observed,
        people.people,
        districts.districts,
        derived.tags,
        derived.matches,
        derived.comparisons,
        published.listings,
        decisions.decisions,
        published.search_words,
        published.rulemakings,
        published.coverage,
    ),
    "ops.db": (ops.ops,),
    "opinions.db": (opinions.opinions,),
    "staff.db": (staff.suggestions, staff.desk, intake.intake),
    "partners.db": (partners.partners,),
    "mail.db": (mail.mail,),
}


#: Seconds to wait for another process that writes.
PATIENCE = 10.0


def migrate(db: Database, name: str) -> None:
    """Apply every migration of a file, by its name in the data folder."""
    for migrations in SCHEMAS[name]:
        migrations.apply(db)


def connect(path: Path) -> Database:
    """Connect for writing: WAL, ten seconds' patience with other writers, foreign keys on.

    Raises:
        sqlite3.OperationalError: the file cannot be opened or is not a database.
    """
    db = Writable(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False))
    for pragma in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
        db.execute(f"pragma {pragma}")
    return db


def open_corpus(path: Path) -> Database:
    """Open corpus.db for writing; create it and its folder when they do not exist.

    Raises:
        StorageError: the folder or file cannot be made, opened or written, or another process is writing to it.
    """
    return _open(path, "corpus.db")


def open_ops(path: Path) -> Database:
    """Open ops.db for writing, as `open_corpus`; it is readable by its owner only."""
    return _open(path, "ops.db")


def open_opinions(path: Path) -> Database:
    """Open opinions.db for writing, as `open_ops`."""
    return _open(path, "opinions.db")


def _open(path: Path, name: str) -> Database:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if name != "corpus.db":
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        db = connect(path)
        migrate(db, name)
        # Whether the file can be written at all is said now, and not in the middle of the work.
        db.execute("begin immediate")
        db.execute("rollback")
    except (OSError, sqlite3.Error) as error:
        raise StorageError.of(path, error) from error
    return db


def open_staff(path: Path, corpus: Path | None = None) -> Database:
    """Open staff.db for writing, rows by column name; create it for its owner only when it does not exist.

    Args:
        corpus: corpus.db, to be attached read-only under the name `corpus`.

    Raises:
        OSError, sqlite3.Error: a file cannot be opened or is not a database.
    """
    return _open_private(path, "staff.db", corpus)


def open_partners(path: Path, corpus: Path | None = None) -> Database:
    """Open partners.db, as `open_staff`."""
    return _open_private(path, "partners.db", corpus)


def open_mail(path: Path) -> Database:
    """Open mail.db for writing; create it, with the key that signs links, when it does not exist.

    Raises:
        OSError, sqlite3.Error: as `open_staff`.
    """
    db = connect_private(path)
    migrate(db, "mail.db")
    identify(db)
    # Asked first: a page that only reads must not wait for another writer.
    if not db.execute("select 1 from secrets where name = 'links'").fetchone():
        db.execute("insert into secrets values ('links', ?) on conflict do nothing", [secrets.token_hex(32)])
    return db


def connect_private(path: Path) -> Database:
    """Connect to a database that its owner alone can read; create it when it does not exist.

    Raises:
        OSError: the file cannot be created.
        sqlite3.Error: the file cannot be opened or is not a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = Writable(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False, uri=True))
    # Every commit reaches the disk before it counts: a decision or a claim that a power cut can undo is none.
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
        db.execute(f"pragma {pragma}")
    return db


def _open_private(path: Path, name: str, corpus: Path | None) -> Database:
    db = connect_private(path)
    migrate(db, name)
    identify(db)
    if corpus is not None:
        db.execute("attach ? as corpus", [f"{corpus.absolute().as_uri()}?mode=ro"])
    db.conn.row_factory = sqlite3.Row
    return db


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """Hold the file from the first look on, so that what is read in the block is still true when it writes."""
    db.execute("begin immediate")
    try:
        yield
        db.execute("commit")
    except BaseException:  # also Ctrl-C, and a commit that fails: a transaction left open keeps every other writer out
        db.rollback()
        raise


def connect_read_only(path: Path, *, timeout: float = PATIENCE) -> sqlite3.Connection:
    """Connect without the right to write.

    Raises:
        sqlite3.OperationalError: the file does not exist or cannot be opened.
    """
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout)


def read_only(path: Path) -> sqlite3.Connection:
    """Connect without the right to write, to a file that is known to be a database.

    Raises:
        OperationError: the file does not exist, cannot be opened, or is not a database; the message says what to do.
    """
    if not path.exists():
        raise OperationError(f"{path}: does not exist yet; collect something first: infopolicy crawl")
    try:
        db = connect_read_only(path)
    except sqlite3.Error as error:
        raise OperationError(f"{path}: {error}: {advice(error)}") from error
    try:
        db.execute("select 1 from sqlite_master limit 1")
    except sqlite3.Error as error:
        db.close()
        raise OperationError(f"{path}: {error}: {advice(error)}") from error
    return db
