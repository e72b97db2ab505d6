"""Writes a data folder as SQL text, one file for each database, to be opened by every later version (tests/test_migrations.py).

    python tests/schemas/make.py DATA tests/schemas/VERSION

Full-text tables are written without what they keep for themselves: it is made anew from their content when the dump is read.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

#: Rows kept of tables that the program fills from its own files; all of every other.
LONG = {
    "positions": 5,
    "search_words": 20,
    "glossary": 5,
    "position_search": 0,
    "responses": 2,
    "sponsor_names": 20,
    "other_titles": 20,
}


def dump(db: sqlite3.Connection) -> Iterator[str]:
    """Statements that make the database again: tables, rows, then what watches over them."""
    rows = db.execute("select type, name, sql from sqlite_master where sql is not null order by rowid").fetchall()
    virtual = [name for _, name, sql in rows if sql.lower().startswith("create virtual table")]
    own = {f"{name}_{part}" for name in virtual for part in ("data", "idx", "content", "docsize", "config")}
    tables = [
        (name, sql)
        for kind, name, sql in rows
        if kind == "table" and name not in own and not name.startswith("sqlite_")
    ]
    for name, sql in tables:
        yield sql
        if name not in virtual:
            yield from _inserts(db, name)
    yield from (sql for kind, name, sql in rows if kind in ("index", "view", "trigger"))
    for name in virtual:
        yield f"insert into {name} ({name}) values ('rebuild')" if _has_content(db, name) else ""


def _has_content(db: sqlite3.Connection, name: str) -> bool:
    return "content=" in db.execute("select sql from sqlite_master where name = ?", [name]).fetchone()[0].replace(
        " ", ""
    )


def _inserts(db: sqlite3.Connection, table: str) -> Iterator[str]:
    names = [row[1] for row in db.execute(f'pragma table_info("{table}")')]
    values = " || ', ' || ".join(f'quote("{name}")' for name in names)
    limit = LONG.get(table, -1)
    for (text,) in db.execute(f'select {values} from "{table}" limit {limit}'):
        yield f'insert into "{table}" values ({text})'


def load(text: str, path: Path) -> None:
    """Make the database of a dump."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"begin;\n{text}commit;")  # one transaction: a thousand would each wait for the disk


def main() -> None:
    data, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(data.glob("*.db")):
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            text = ";\n".join(filter(None, dump(db))) + ";\n"
        (target / f"{path.stem}.sql").write_text(text, encoding="utf-8")
        print(f"{target / path.stem}.sql: {len(text):,} characters")


if __name__ == "__main__":
    main()
