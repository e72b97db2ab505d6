"""Make a table equal to what it should hold, writing only the rows that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlite_utils import Database

Rows = Iterable[Sequence[Any]]


def sync_table(db: Database, table: str, wanted: str | Rows, *, where: str = "1", params: Sequence[Any] = ()) -> int:
    """Bring ``table`` to ``wanted`` by the difference, in the caller's transaction.

    Args:
        table: a table with a primary key, in the main database.
        wanted: a SELECT, or rows as sequences; both give every column in the order of the table.
        where: the rows that ``wanted`` speaks of; others are left alone. ``params`` fill its question marks.

    Returns:
        the number of rows deleted and inserted; 0 when nothing differed. A changed row counts twice.
    """
    columns = [f'"{column.name}"' for column in db.table(table).columns]
    keys = [f'"{name}"' for name in db.table(table).pks]
    before = db.conn.total_changes
    with _fresh(db, table, wanted, len(columns)) as added:
        if not _equal(db, table, columns, keys, where, params):
            _apply(db, table, columns, keys, where, params)
    return db.conn.total_changes - before - added.rows


class _Added:
    """How many rows the temporary table took: SQLite counts them among the changes."""

    rows = 0


@contextmanager
def _fresh(db: Database, table: str, wanted: str | Rows, width: int) -> Iterator[_Added]:
    """Fill temp.fresh with what is wanted, for as long as the block runs."""
    added, before = _Added(), db.conn.total_changes
    db.execute("drop table if exists temp.fresh")
    db.execute(f'create temp table fresh as select * from main."{table}" limit 0')
    if isinstance(wanted, str):
        db.execute(f"insert into temp.fresh {wanted}")
    else:
        db.conn.executemany(f"insert into temp.fresh values ({', '.join('?' * width)})", wanted)
    added.rows = db.conn.total_changes - before
    try:
        yield added
    finally:
        db.execute("drop table temp.fresh")


def _equal(db: Database, table: str, columns: list[str], keys: list[str], where: str, params: Sequence[Any]) -> bool:
    """Whether the table holds exactly the rows of temp.fresh. Looks each up by its key: sorting both sides is slow."""
    sizes = f'select (select count(*) from temp.fresh), (select count(*) from main."{table}" where {where})'
    fresh, stored = db.execute(sizes, params).fetchone()
    if fresh != stored:
        return False
    key = " and ".join(f"t.{name} = f.{name}" for name in keys)
    rest = " and ".join(f"t.{name} is f.{name}" for name in columns)
    found = f'select 1 from main."{table}" t where {key} and {rest}'
    return db.execute(f"select 1 from temp.fresh f where not exists ({found}) limit 1").fetchone() is None


def _apply(db: Database, table: str, columns: list[str], keys: list[str], where: str, params: Sequence[Any]) -> None:
    names, key = ", ".join(columns), ", ".join(keys)
    stored = f'select {names} from main."{table}" where {where}'
    gone = f"{stored} except select {names} from temp.fresh"
    new = f"select {names} from temp.fresh except {stored}"
    db.execute(f'delete from main."{table}" where ({key}) in (select {key} from ({gone}))', params)
    db.execute(f'insert into main."{table}" ({names}) {new}', params)
