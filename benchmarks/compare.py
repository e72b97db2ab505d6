"""Do two databases hold the same? Every table, row for row, but for runs, time stamps and row numbers.

    python benchmarks/compare.py ONE/corpus.db OTHER/corpus.db
    python benchmarks/compare.py ONE/corpus.db      a hash for each table, time stamps included: did a run write anything?

Exit code 1 and the first differing rows of each table if they differ. Used to show that faults, kills and resumptions
leave no trace, and that a second run writes nothing (`fingerprints` then keeps the time stamps).
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

#: What may differ between two crawls that saw the same: when they ran, in which order rows were written, which file it is.
_RUNS = {
    "runs",
    "rejects",
    "sqlite_stat1",
    "sqlite_sequence",
    "_sqlite_migrations",
    "_identity",
    "private_files",
    "full_checks",
}
#: Tables of numbers that each file gives out by itself -> the view that shows their rows by name.
_BY_NAME = {"ballots": "votes", "sponsor_people": "person_of_sponsor"}
_NUMBERED = {"people", "roll_calls", "voters", "vote_words"}


def tables(db: sqlite3.Connection) -> list[str]:
    """The tables that hold rows of their own: the search index is made from `documents` and checked by itself."""
    names = [row[0] for row in db.execute("select name from sqlite_master where type = 'table' order by name")]
    # Search indexes under the row numbers of documents, which depend on the order of writing.
    return [name for name in names if name not in _RUNS and "_fts" not in name and not name.startswith("other_titles")]


def columns(db: sqlite3.Connection, table: str) -> Iterator[str]:
    """Expressions for what counts: of a time stamp only whether there is one, of a row number nothing."""
    for (name,) in db.execute("select name from pragma_table_info(?)", [table]):
        if table in _NUMBERED and name == "key":
            continue
        if name == "missing_since":
            yield "missing_since is null"
        elif not name.endswith("_at") and not name.endswith("rowid"):
            yield f'"{name}"'


def rows(db: sqlite3.Connection, table: str) -> Counter[tuple[Any, ...]]:
    table = _BY_NAME.get(table, table)
    return Counter(db.execute(f"select {', '.join(columns(db, table))} from {table}").fetchall())


def differences(one: Path, other: Path) -> list[str]:
    """One line for each table that differs; an empty list when the two hold the same."""
    found = []
    with closing(_open(one)) as left, closing(_open(other)) as right:
        if tables(left) != tables(right):
            found.append(f"tables differ: {sorted(set(tables(left)) ^ set(tables(right)))}")
        for table in set(tables(left)) & set(tables(right)):
            ours, theirs = rows(left, table), rows(right, table)
            only_left, only_right = ours - theirs, theirs - ours
            if only_left or only_right:
                example = next(iter(only_left or only_right))
                found.append(
                    f"{table}: {only_left.total()} rows only in {one}, {only_right.total()} only in {other}, "
                    f"e.g. {example!r:.300}"
                )
    return found


def fingerprints(path: Path) -> dict[str, str]:
    """A hash of the whole content of every table but runs, time stamps and all."""
    with closing(_open(path)) as db:
        return {
            table: hashlib.sha256(repr(sorted(db.execute(f"select * from {table}"), key=repr)).encode()).hexdigest()
            for table in tables(db)
        }


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def main() -> int:
    if len(sys.argv) not in (2, 3):
        print(__doc__)
        return 2
    files = [Path(each) for each in sys.argv[1:]]
    if missing := [str(each) for each in files if not each.is_file()]:
        print(f"{missing[0]}: there is no such file")
        return 2
    if len(files) == 1:
        print("\n".join(f"{value[:16]}  {table}" for table, value in fingerprints(files[0]).items()))
        return 0
    found = differences(*files)
    print("\n".join(found) or "the two hold the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
