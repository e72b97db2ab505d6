"""Do two corpus.db files hold the same? Table by table, row for row, without time stamps, row numbers and the runs' log.

python benchmarks/compare.py A B     what differs, with examples; exit code 1 if anything does
python benchmarks/compare.py A       one hash for each table, time stamps included: did a run write anything?
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

#: Each run writes its own row; which migrations ran and what was published when are no facts about documents.
LEFT_OUT = {"runs", "_sqlite_migrations", "published"}
ROW_NUMBERS = {"rowid", "document_rowid"}
#: The day on which a listing stopped naming a document; whether it did is compared.
WHEN = {"missing_since"}


def tables(db: sqlite3.Connection) -> list[str]:
    """The tables that hold data: no views, no indexes, none of the search index's own."""
    rows = db.execute(
        "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    ).fetchall()
    searches = [name for name, sql in rows if "virtual table" in (sql or "").lower()]
    return sorted(
        name for name, _ in rows
        if name not in LEFT_OUT and not any(name == each or name.startswith(f"{each}_") for each in searches)
    )  # fmt: skip


def columns(db: sqlite3.Connection, table: str) -> list[str]:
    """What is compared of a table, as SQL expressions."""
    names = [row[1] for row in db.execute(f"pragma table_info([{table}])")]
    kept = [name for name in names if not name.endswith("_at") and name not in ROW_NUMBERS]
    return [f"[{name}] is null" if name in WHEN else f"[{name}]" for name in kept]


def differences(one: sqlite3.Connection, other: sqlite3.Connection, table: str) -> tuple[int, list[tuple[object, ...]]]:
    """The number of rows of the first file, and those (marked < or >) that only one of the two has."""
    what = columns(one, table)
    if what != columns(other, table):
        return 0, [("the columns differ",)]
    sql = f"select {', '.join(what)}, count(*) from [{table}] group by {', '.join(what)}"
    left, right = set(one.execute(sql)), set(other.execute(sql))
    apart = [("<", *row) for row in left - right] + [(">", *row) for row in right - left]
    return sum(row[-1] for row in left), sorted(apart, key=repr)


def compare(first: Path, second: Path) -> int:
    """Print how two files differ; returns the number of tables that do."""
    wrong = 0
    with closing(_open(first)) as one, closing(_open(second)) as other:
        for table in sorted({*tables(one), *tables(other)}):
            if table not in tables(one) or table not in tables(other):
                print(f"{table}: only in {first if table in tables(one) else second}")
                wrong += 1
                continue
            count, apart = differences(one, other, table)
            wrong += bool(apart)
            print(f"{table}: {count:,} rows, " + (f"{len(apart):,} DIFFER" if apart else "equal"))
            for row in apart[:4]:
                print("   ", repr(row)[:400])
    print(f"{wrong} tables differ" if wrong else "equal")
    return wrong


def hashes(path: Path) -> dict[str, str]:
    """A hash of every row and column of each table, whatever order the rows are stored in."""
    with closing(_open(path)) as db:
        return {
            table: hashlib.sha256("\n".join(sorted(map(repr, db.execute(f"select * from [{table}]")))).encode()).hexdigest()
            for table in tables(db)
        }  # fmt: skip


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        sys.exit(f"{path}: there is no such file")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    paths = [Path(each) for each in sys.argv[1:]]
    if len(paths) == 1:
        print("\n".join(f"{value[:16]}  {table}" for table, value in hashes(paths[0]).items()))
        sys.exit(0)
    sys.exit(1 if compare(*paths) else 0)
