"""One table of SQLite as a Parquet file, through DuckDB, with memory that does not grow with the table."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from operations.dumps.tables import Table
from store.errors import StorageError

#: Bytes of rows that are held at once, about: a group of rows of the file.
GROUP = 32 * 1024 * 1024
#: DuckDB works in steps of so many rows, and by itself makes groups of so many.
_LEAST, _MOST = 2_048, 122_880
#: No object may be longer than DuckDB is prepared for.
_LONGEST = 16 * 1024 * 1024
#: One file after the other on one processor: the site and the collectors go on meanwhile. Nothing is loaded from elsewhere.
_SETTINGS: dict[str, str | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


@dataclass(frozen=True)
class Written:
    """A file: its rows, its length in bytes, and the SHA-256 of its content."""

    rows: int
    bytes: int
    sha256: str


def write(db: sqlite3.Connection, table: Table, target: Path) -> Written:
    """Write a table to `target`, compressed with Zstandard.

    Raises:
        StorageError: the folder cannot be written, or the file does not hold as many rows as the table.
    """
    lines = target.with_suffix(".jsonl")
    try:
        rows, longest = _as_lines(db, table, lines)
        group = min(max(GROUP * rows // max(lines.stat().st_size, 1), _LEAST), _MOST)
        written = _convert(table, lines, target, longest, group)
    except duckdb.Error as error:
        raise StorageError.of(target, error) from error
    finally:
        lines.unlink(missing_ok=True)
    if written != rows:
        raise StorageError(f"{target}: holds {written} rows of {rows}")
    return Written(rows, target.stat().st_size, checksum(target))


def _as_lines(db: sqlite3.Connection, table: Table, lines: Path) -> tuple[int, int]:
    """Write each row as an object on one line; return the number of rows and the length of the longest line in bytes."""
    names = [column.name for column in table.columns]
    as_text = [n for n, column in enumerate(table.columns) if column.type == "VARCHAR"]
    asked = ", ".join(f'"{name}"' for name in names)
    rows = longest = 0
    with lines.open("wb") as file:
        for row in db.execute(f'select {asked} from "{table.name}"'):
            values: list[Any] = list(row)
            for n in as_text:
                if values[n] is not None and not isinstance(values[n], str):
                    values[n] = values[n].hex() if isinstance(values[n], bytes) else str(values[n])
            line = (
                json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False, allow_nan=False).encode() + b"\n"
            )
            file.write(line)
            rows, longest = rows + 1, max(longest, len(line))
    return rows, longest


def _convert(table: Table, lines: Path, target: Path, longest: int, group: int) -> int:
    """Write the rows of `lines` to `target`; return how many a reader of `target` finds.

    Args:
        longest: the length of the longest line in bytes.
        group: how many rows a group of the file gets.
    """

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    columns = ", ".join(f"{quoted(column.name)}: {quoted(column.type)}" for column in table.columns)
    with duckdb.connect(config={**_SETTINGS, "temp_directory": str(lines.parent)}) as connection:
        connection.execute(
            f"""copy (select * from read_json({quoted(str(lines))}, format = 'newline_delimited', columns = {{{columns}}},
                maximum_object_size = {max(_LONGEST, longest + 1)}))
            to {quoted(str(target))} (format parquet, compression zstd, row_group_size {group})"""
        )
        found = connection.execute("select count(*) from read_parquet(?)", [str(target)]).fetchone()
    return int(found[0]) if found else 0


def checksum(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
