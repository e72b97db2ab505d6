"""The health check for load balancers, alarms and operators. It reveals nothing that is not public."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from operations.loss import describe_loss
from store.connect import read_only
from store.errors import OperationError

#: Below this a crawl may fill the disk at any moment.
LEAST_FREE = 200 * 1024 * 1024
#: Public names of the private databases, for the answer.
_OF = {"staff.db": "the staff pages", "partners.db": "the partners' pages", "mail.db": "the digest"}


def reasons(corpus: Path, private: tuple[Path, ...] = (), *, now: str, stale_hours: int) -> list[str]:
    """Why the site is not as it should be, one sentence each; empty when all is well.

    Args:
        corpus: corpus.db.
        private: staff.db, partners.db and mail.db, where the site has them; a missing one is not a problem.
        now: UTC time stamp.
        stale_hours: how old the end of the last run may be.
    """
    return [*_corpus(corpus, now, stale_hours), *_private(private), *full_disk(corpus.parent)]


def _corpus(path: Path, now: str, stale_hours: int) -> Iterator[str]:
    try:
        with closing(read_only(path)) as db:
            documents = db.execute("select 1 from listing limit 1").fetchone()
            last = db.execute("select max(finished_at) from runs").fetchone()[0]
    except (OperationError, sqlite3.Error):
        yield "the public database cannot be read"
        return
    if documents is None:
        yield "nothing has been published yet"
    if last is None:
        yield "no run has ended yet"
        return
    hours = (datetime.fromisoformat(now) - datetime.fromisoformat(last)).total_seconds() / 3600
    if hours > stale_hours:
        yield f"the last run ended {hours:.0f} hours ago"
    elif hours < -1:
        yield f"the last run ended {-hours:.0f} hours from now: the clock is or was wrong"


def _private(paths: tuple[Path, ...]) -> Iterator[str]:
    for path in paths:
        # A machine that only shows a snapshot has corpus.db alone, and never had the others.
        if (path.parent / "ops.db").exists() and describe_loss(path.parent, path.name):
            yield f"the database of {_OF[path.name]} is missing, empty or not the newest"
            continue
        if path.exists():
            try:
                with closing(read_only(path)) as db:
                    db.execute("select count(*) from sqlite_master").fetchone()
            except (OperationError, sqlite3.Error):
                yield f"the database of {_OF[path.name]} cannot be read"


def full_disk(folder: Path) -> Iterator[str]:
    """Complain that the disk of a folder is nearly full."""
    free = shutil.disk_usage(folder).free if folder.exists() else LEAST_FREE
    if free < LEAST_FREE:
        yield f"the disk has {free // 1024 // 1024} MB left"
