"""Export what people made as lines of JSON: a second copy in every backup that can be read without a database.

A line is one row: {"table": …, "row": {column: value}}. The last line of a key counts, so that a file which is only ever
added to holds the present state as well as all that was before it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from store.connect import open_mail, open_partners, open_staff, read_only
from store.errors import OperationError
from store.placeholders import marks
from store.private_files import DERIVED

#: What is never forgotten, also when the backups of its time are gone: the tables that are only added to, and who is who. No
#: address of a subscriber or of who reported an error, no password.
JOURNALS = {"staff.db": "decisions.jsonl", "partners.db": "statements.jsonl"}
_LEFT_OUT = {"accounts": {"password"}}
MAKERS: dict[str, Callable[[Path], Any]] = {
    "staff.db": open_staff,
    "mail.db": open_mail,
    "partners.db": open_partners,
}


def database_of_lines(lines: Path) -> str:
    """The name of the database that a file of lines holds.

    Raises:
        OperationError: it is none of ours.
    """
    names = {name.replace(".db", ".jsonl"): name for name in DERIVED} | {file: name for name, file in JOURNALS.items()}
    if lines.name not in names:
        raise OperationError(f"{lines}: is none of {', '.join(names)}")
    return names[lines.name]


def tables_of(db: sqlite3.Connection, name: str) -> list[str]:
    """The tables of a database that only people could fill again, in the order in which they were made."""
    there = db.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '\\_%' escape '\\' "
        "order by rowid"
    )
    return [table for (table,) in there if table not in DERIVED[name]]


def journaled(db: sqlite3.Connection) -> list[str]:
    """Accounts, and the tables in which a trigger forbids to take anything away."""
    kept = db.execute(
        "select tbl_name from sqlite_master where type = 'trigger' and name like '%\\_never\\_delete' escape '\\'"
    )
    there = {table for (table,) in db.execute("select name from sqlite_master where type = 'table'")}
    return [table for table in ["accounts", *sorted(table for (table,) in kept)] if table in there]


def write_lines(database: Path, target: Path) -> int:
    """Write every row that people made, one line each, and return how many; the file is readable by its owner only.

    Raises:
        OperationError: the database cannot be read.
    """
    with private_file(target, "w") as file, closing(read_only(database)) as db:
        count = 0
        for line in lines_of(db, tables_of(db, database.name)):
            file.write(line)
            count += 1
        _to_disk(file)
    return count


def add_to_journal(database: Path, journal: Path) -> int:
    """Add to the journal what of the database is not in it yet; returns how many lines that was. Nothing is taken away."""
    with private_file(journal, "a") as file, closing(read_only(database)) as db:
        tables = journaled(db)
        keys = {table: _key(db, table) for table in tables}
        last = _last_lines(journal, keys)
        lines = lines_of(db, tables, _LEFT_OUT)
        new = [line for line in lines if last.get(_line_key(line, keys)) != _hash(line.encode())]
        if new and journal.stat().st_size and not _ends_whole(journal):
            file.write("\n")  # the last line was cut off by a loss of power: it stays alone
        file.writelines(new)
        _to_disk(file)
    return len(new)


def lines_of(
    db: sqlite3.Connection, tables: Iterable[str], left_out: dict[str, set[str]] | None = None
) -> Iterator[str]:
    """The rows of tables as lines."""
    for table in tables:
        cursor = db.execute(f'select * from "{table}" order by {_order(db, table)}')
        names = [column[0] for column in cursor.description]
        for values in cursor:
            row = {
                name: _plain(value)
                for name, value in zip(names, values, strict=True)
                if name not in (left_out or {}).get(table, ())
            }
            yield json.dumps({"table": table, "row": row}, ensure_ascii=False) + "\n"


def from_lines(lines: Path, target: Path) -> int:
    """Make the database `target` (named like staff.db, mail.db or partners.db) from lines; returns how many rows it has.

    Derived tables (waiting, standings, suggestions) stay empty until `infopolicy rebuild`. Everyone signs in again.

    Raises:
        OperationError: there is already such a file, or a line is none of ours.
    """
    if target.exists():
        raise OperationError(f"{target}: is there already; it would not be overwritten")
    with closing(MAKERS[target.name](target)) as db:
        rows = _newest(lines, db.conn)
        db.execute("pragma foreign_keys = off")
        db.execute("begin immediate")
        if "secrets" in rows:
            db.execute("delete from secrets")  # the one just made would outlive the one that signed the mails
        for table, kept in rows.items():
            try:
                _insert(db.conn, table, kept.values())
            except sqlite3.Error as error:
                db.execute("rollback")
                raise OperationError(f"{lines}: table {table} cannot be filled: {error}") from error
        db.execute("commit")
    return sum(len(kept) for kept in rows.values())


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        names = ", ".join(f'"{name}"' for name in row)
        db.execute(
            f'insert into "{table}" ({names}) values ({marks(row)})',
            [_value(each) for each in row.values()],
        )


def _newest(lines: Path, db: sqlite3.Connection) -> dict[str, dict[Any, dict[str, Any]]]:
    """Table -> key -> row: of each key the last line.

    Raises:
        OperationError: a line is none of ours. In the journal one that was cut off is passed over.
    """
    found: dict[str, dict[Any, dict[str, Any]]] = {}
    keys: dict[str, list[str]] = {}
    with lines.open("rb") as file:  # as bytes: a truncated file may end inside a character such as é
        for number, text in enumerate(file, 1):
            try:
                entry = json.loads(text.decode())
                table, row = str(entry["table"]), dict(entry["row"])
                names = keys.setdefault(table, _key(db, table))
                found.setdefault(table, {})[tuple(row[name] for name in names)] = row
            except (ValueError, KeyError, TypeError) as error:
                # What a loss of power cut off, the next backup has written again, whole.
                if lines.name not in JOURNALS.values():
                    raise OperationError(f"{lines}: line {number} cannot be read") from error
    return found


def _key(db: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table's primary key.

    Raises:
        KeyError: there is no such table.
    """
    columns = db.execute("select name, pk from pragma_table_info(?) where pk order by pk", [table]).fetchall()
    if not columns:
        raise KeyError(table)
    return [name for name, _ in columns]


def _order(db: sqlite3.Connection, table: str) -> str:
    try:
        return ", ".join(f'"{name}"' for name in _key(db, table))
    except KeyError:
        return "rowid"


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(value: Any) -> Any:
    return base64.b64decode(value["base64"]) if isinstance(value, dict) else value


def _last_lines(journal: Path, keys: dict[str, list[str]]) -> dict[str, bytes]:
    """Key -> hash of its last line: what became what it once was before is new again, for the last line counts."""
    with journal.open("rb") as file:
        return {key: _hash(line) for line in file if (key := _line_key(line.decode("utf-8", "replace"), keys))}


def _line_key(line: str, keys: dict[str, list[str]]) -> str:
    """The table and the values of its key; "" for a line that was cut off, or of a table that is no more."""
    try:
        entry = json.loads(line)
        return json.dumps([entry["table"], *(entry["row"][name] for name in keys[entry["table"]])])
    except (ValueError, KeyError, TypeError):
        return ""


def _hash(line: bytes) -> bytes:
    return hashlib.blake2b(line, digest_size=16).digest()


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def private_file(path: Path, mode: str) -> IO[str]:
    """A text file to write or add to, that only its owner can read."""
    flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if mode == "a" else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, 0o600), mode, encoding="utf-8")


def _to_disk(file: IO[str]) -> None:
    file.flush()
    os.fsync(file.fileno())
