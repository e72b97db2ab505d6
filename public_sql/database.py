"""Datasette's view of corpus.db: its pages' SQL, which visitors shape, runs in worker processes.

Datasette's tables, rows, queries, facets and CSV go through `execute`. The site's own pages use `execute_fn`, in threads of this
process.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results

from public_sql import limits
from public_sql.pool import Pool, Stopped

_SAID = {
    "large": "The answer is too large: ask for fewer rows or columns",
    "memory": "The query needs too much memory: ask for fewer rows or shorter values",
}


#: What Datasette asks at each page of its own, to the letter. It holds nothing of the visitor's, so that no worker need run it.
_DATASETTES = frozenset(
    {
        "PRAGMA schema_version",
        "select 1 from sqlite_master where type='table' and name=?",
        "select name from sqlite_master where type in ('table', 'view') and name = ? collate nocase",
        "select sql from sqlite_master where name = :n and type=:t",
        "select sql from sqlite_master where tbl_name = :n and type='index' and sql is not null",
    }
)


class TookTooLong(QueryInterrupted):
    """As Datasette's, but does not repeat the query in logs and files."""

    def __str__(self) -> str:
        return "The query took too long and was stopped"


class PublicDatabase(Database):
    """corpus.db for the public."""

    def __init__(self, site: Datasette, corpus: Path) -> None:
        super().__init__(site, str(corpus), is_mutable=True)
        self.pool = Pool(corpus)
        self._empty = sqlite3.connect(":memory:", check_same_thread=False)

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
    ) -> Results:
        """Run one statement in a worker.

        Raises:
            sqlite3.OperationalError: the statement cannot be run, or exceeds a limit.
            sqlite3.DatabaseError: the file cannot be read.
            QueryInterrupted: it took too long.
            Busy, Unavailable: see `Pool.ask`.
        """
        if sql in _DATASETTES:
            return await super().execute(sql, params, truncate, custom_time_limit, page_size, log_sql_errors)
        if len(sql) > limits.LONGEST_SQL:
            raise sqlite3.OperationalError(f"The query is too long: {limits.LONGEST_SQL:,} characters at most")
        milliseconds = max(1, min(self.ds.sql_time_limit_ms, custom_time_limit or self.ds.sql_time_limit_ms))
        most = self.ds.max_returned_rows
        most += most == (page_size or self.ds.page_size)
        values = list(params) if isinstance(params, (list, tuple)) else dict(params or {})
        try:
            answer = await self.pool.ask(sql, values, milliseconds, most if truncate and most else None)
        except Stopped as error:
            raise TookTooLong(error, sql, params) from None
        if kind := answer.get("error"):
            raise _exception(kind, answer["message"], sql, params)
        rows, description = self._as_rows(answer["columns"], answer["rows"])
        return Results(rows, answer["truncated"], description)

    def _as_rows(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> tuple[list[sqlite3.Row], Any]:
        """Make the rows that Datasette expects: SQLite's own, by name and by number."""
        if not columns:
            return [], ()
        names = ", ".join('null as "{}"'.format(column.replace('"', '""')) for column in columns)
        cursor = self._empty.execute(f"select {names}")
        return [sqlite3.Row(cursor, row) for row in rows], cursor.description

    def close(self) -> None:
        self.pool.close()
        self._empty.close()
        super().close()


def _exception(kind: str, message: str, sql: str, params: Any) -> Exception:
    if kind == "interrupted":
        return TookTooLong(sqlite3.OperationalError("interrupted"), sql, params)
    if kind == "file":
        return sqlite3.DatabaseError(message)
    return sqlite3.OperationalError(_SAID.get(kind, message))
