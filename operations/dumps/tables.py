"""Which tables are given away, and what each of their columns means and holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pages.http.names import named_tree
from settings import SITE
from store.errors import OperationError
from text.yaml_config import read_yaml

#: A type of DuckDB for what SQLite holds in a column; anything else, and a mixture, is kept as text.
_TYPES = {frozenset({"integer"}): "BIGINT", frozenset({"real"}): "DOUBLE", frozenset({"integer", "real"}): "DOUBLE"}
#: The same for a column without any value, by what its table declares (sqlite.org/datatype3.html).
_DECLARED = {"INTEGER": "BIGINT", "FLOAT": "DOUBLE", "REAL": "DOUBLE"}


@dataclass(frozen=True)
class Column:
    """`type` is VARCHAR, BIGINT or DOUBLE."""

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A table or view of corpus.db that every visitor of the site may read. `key` are the columns of its primary key."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]


def public_tables(db: sqlite3.Connection) -> Iterator[Table]:
    """Every table that datasette/metadata.yml describes and does not hide, in its order there.

    Raises:
        OperationError: a table is not there, or lacks the description of a column: nothing is published yet, or by another
            version.
    """
    metadata = named_tree(read_yaml(SITE / "metadata.yml"))
    for name, told in metadata["databases"]["corpus"]["tables"].items():
        if told.get("hidden"):
            continue
        declared = db.execute(f'pragma table_info("{name}")').fetchall()
        columns = [row[1] for row in declared]
        if not columns or set(columns) - told["columns"].keys():
            raise OperationError(f"corpus.db has no table {name} as this version knows it: run infopolicy publish")
        types = _types(db, name, {row[1]: row[2] for row in declared})
        key = sorted((row[5], row[1]) for row in declared if row[5])
        yield Table(
            name,
            told["description"],
            tuple(Column(each, types[each], str(told["columns"][each])) for each in columns),
            tuple(column for _, column in key),
        )


def _types(db: sqlite3.Connection, table: str, declared: dict[str, Any]) -> dict[str, str]:
    """By what is there: SQLite lets any column hold anything, and a view declares nothing."""
    asked = ", ".join(f"group_concat(distinct nullif(typeof(\"{name}\"), 'null'))" for name in declared)
    found = db.execute(f'select {asked} from "{table}"').fetchone()
    return {
        name: _TYPES.get(frozenset(kinds.split(",")), "VARCHAR") if kinds else _DECLARED.get(declared[name], "VARCHAR")
        for name, kinds in zip(declared, found, strict=True)
    }
