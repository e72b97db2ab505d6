"""Claims on deliveries whose sender died: found at once, of unknown fate, and settled by a person.

Whoever sends mail or alerts holds a lock that ends with its process.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from store.clock import ago, shift

#: A claim older than this belongs to a process that died, even while another one sends.
CLAIM_MINUTES = 15


@contextmanager
def sending(db: Database) -> Iterator[None]:
    """Hold the lock next to mail.db together with every other sender. A kill releases it."""
    with _opened(_beside(db)) as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_sends(mail: Path | Database) -> Iterator[bool]:
    """Whether no process sends now; while that is so, none can begin before the end of the block."""
    with _opened(mail.with_suffix(".lock") if isinstance(mail, Path) else _beside(mail)) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def give_up_dead_claims(db: Database, now: str) -> int:
    """Set claims of a process that died to `unknown`: the email may have been sent or not, and a person must check.

    When no process is sending, every claim is from a dead one; otherwise only claims that are too old.
    """
    with nobody_sends(db) as dead:
        return db.execute(
            "update deliveries set state = 'unknown', error = 'the sender stopped while this mail was under way' "
            "where state = 'claimed' and (? or claimed_at < ? or claimed_at > ?)",
            [
                dead,
                ago(now, minutes=CLAIM_MINUTES),
                shift(now, minutes=CLAIM_MINUTES),
            ],  # or claimed while the clock was ahead
        ).rowcount


#: SQL: the deliveries of unknown fate of an issue, a subscriber and a day (UTC), each of which may be left open.
_UNKNOWN = """state = 'unknown' and (:issue is null or digest_id = :issue)
    and (:subscriber is null or subscriber_id = :subscriber) and (:day is null or substr(claimed_at, 1, 10) = :day)"""


def unknown(
    db: Database, issue: str | None = None, subscriber: str | None = None, *, day: str | None = None
) -> dict[str, int]:
    """Issue -> how many of its deliveries have an unknown fate; a `day` is that on which they were begun."""
    chosen = {"issue": issue, "subscriber": subscriber, "day": day}
    sql = f"select digest_id, count(*) from deliveries where {_UNKNOWN} group by 1 order by 1"
    return dict(db.execute(sql, chosen).fetchall())


def settle(
    db: Database, issue: str | None = None, subscriber: str | None = None, *, arrived: bool, day: str | None = None
) -> int:
    """Record what a person found out: unknown deliveries arrived, or are to be sent again. Return how many there were."""
    state, error = ("sent", "arrived, says a person") if arrived else ("queued", None)
    chosen = {"issue": issue, "subscriber": subscriber, "day": day, "state": state, "error": error}
    sql = f"update deliveries set state = :state, error = :error, next_try_at = null where {_UNKNOWN}"
    return int(db.execute(sql, chosen).rowcount)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _beside(db: Database) -> Path:
    return Path(db.execute("pragma database_list").fetchone()[2]).with_suffix(".lock")
