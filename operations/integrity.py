"""Damage inside a database that opens: what the last full check found, what the site met, and a sample at each probe.

Reading every page of a large corpus.db takes minutes, so a probe must not. `check` and each backup read all of it and keep
the result in ops.db; the site counts the damage it meets while it answers; and a probe reads a few documents whole.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

from store.connect import connect_private, migrate, read_only
from store.errors import OperationError, is_damage

#: Documents that one probe reads, each by a lookup.
SAMPLE = 8


def record(data: Path, name: str, problem: str | None, *, now: str) -> None:
    """Keep what a full check found. Where ops.db cannot be written, the check itself has said it."""
    with suppress(OSError, sqlite3.Error), closing(connect_private(data / "ops.db")) as db:
        migrate(db, "ops.db")
        db.execute(
            "insert into full_checks values (?, ?, ?) on conflict (name) do update "
            "set checked_at = excluded.checked_at, problem = excluded.problem",
            [name, now, problem],
        )


def last(data: Path, name: str) -> tuple[str, str | None] | None:
    """When a database was last read whole, and what was wrong with it; None when nothing is known."""
    with suppress(OperationError, sqlite3.Error), closing(read_only(data / "ops.db")) as db:
        row = db.execute("select checked_at, problem from full_checks where name = ?", [name]).fetchone()
        return row and (row[0], row[1])
    return None


def reasons(data: Path, names: Sequence[str], met: str | None) -> list[str]:
    """Why a probe must fail for damage, one sentence each, without a path.

    Args:
        names: the databases of this site.
        met: when the site last met damage in corpus.db while it answered; a full check after that settles it.
    """
    found = []
    for name in names:
        at, problem = last(data, name) or ("", None)
        if problem:
            found.append(f"the full check of {at} found damage in {name}")
        elif name == "corpus.db" and met and met >= at:
            found.append(f"a page met damage in corpus.db at {met}")
    return found + list(_sampled(data / "corpus.db"))


def _sampled(path: Path) -> Iterator[str]:
    """Read a few random documents in full; operations.health reports a file that cannot be opened at all."""
    try:
        with closing(read_only(path)) as db:
            most = db.execute("select max(rowid) from documents").fetchone()[0] or 0
            for _ in range(SAMPLE):
                # The last character of a long text is at the end of its chain of pages.
                db.execute(
                    "select title, substr(text, -1), substr(abstract, -1) from documents where rowid >= ? limit 1",
                    [random.randint(0, most)],
                ).fetchone()
    except (OperationError, sqlite3.Error) as error:
        if is_damage(error):
            yield "a sample of corpus.db is damaged"
