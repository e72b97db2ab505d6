"""Private databases: which file it is (store/connect.py opens it).

Each of staff.db, partners.db and mail.db carries a random id, made when the file is made, and a counter that grows with every
row that people add, change or remove. Two copies of one file have the same id; the older copy has the lower counter. What
the data folder knows of both is in operations/loss.py.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

#: File -> its tables that the program fills again by itself, or that count tries and sessions. Every other table is people's.
DERIVED: dict[str, frozenset[str]] = {
    "staff.db": frozenset(
        {
            "sessions",
            "attempts",
            "report_tries",
            "standings",
            "waiting_pairs",
            "waiting",
            "suggested_stances",
            "stance_readings",
            "suggested_outcomes",
            "outcome_readings",
        }
    ),
    "mail.db": frozenset({"requests"}),
    "partners.db": frozenset({"sessions", "attempts"}),
}
#: `visits` changes with every page that somebody opens, and says nothing that anybody decided.
_UNCOUNTED = frozenset({"visits"}).union(*DERIVED.values())

# The leading underscore keeps the table out of the lines of what people made (operations.human_data_export).
_TABLE = """
    create table if not exists _identity (
        one integer primary key check (one = 1), id text not null, counter integer not null, created_at text not null
    )"""
_BIRTH = """
    insert or ignore into _identity
    values (1, lower(hex(randomblob(16))), 0, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"""
_NOT_COUNTED_YET = """
    select name from sqlite_master t where type = 'table' and name not like 'sqlite\\_%' escape '\\'
    and name not like '\\_%' escape '\\' and not exists (
        select 1 from sqlite_master g where g.type = 'trigger' and g.name = t.name || '_counts_delete'
    )"""


@dataclass(frozen=True)
class Identity:
    """The id and the counter of one file; an empty id stands for a file that has none yet."""

    id: str
    counter: int


def identify(db: Database) -> None:
    """Give a file its id, and count what people write into each of its tables; also into tables of a newer version."""
    tables = [name for (name,) in db.execute(_NOT_COUNTED_YET) if name not in _UNCOUNTED]
    if not tables:
        return
    with db.atomic():
        db.execute(_TABLE)
        db.execute(_BIRTH)
        for table in tables:
            for action in ("insert", "update", "delete"):
                db.execute(
                    f"create trigger if not exists {table}_counts_{action} after {action} on {table} "
                    "begin update _identity set counter = counter + 1; end"
                )


def identity_of(path: Path) -> Identity | None:
    """Read the identity of a file without writing; None for a file without any table.

    An empty file is not opened: SQLite would delete the write-ahead log beside it, which may hold the last changes.

    Raises:
        sqlite3.Error: the file does not exist, cannot be read or is damaged.
    """
    if path.exists() and not path.stat().st_size:
        return None
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
        tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
        if not tables:
            return None
        row = db.execute("select id, counter from _identity").fetchone() if "_identity" in tables else None
        return Identity(*row) if row else Identity("", 0)
