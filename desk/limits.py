"""How often a credential may be tried: per account and place, per account, per place, and for the whole desk.

An attempt is counted before it is checked, so that many at once are no way round. Names that do not exist are counted
like those that do: the answer tells nobody which are there.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlite_utils import Database

from desk.accounts import key_of

MINUTES = 15
PER_NAME_AND_ORIGIN = 5
PER_NAME = 20
PER_ORIGIN = 30
EVERYBODY = 300
#: Reports of errors, of one place and of all, in the same minutes; counted apart, so that they lock nobody out.
REPORTS_PER_ORIGIN = 5
REPORTS = 100


def may_try(db: Database, name: str, origin: str, now: str) -> bool:
    """Whether a password may be checked now; if so, the attempt is counted."""
    whose, whence = _hash(key_of(name)), _hash(origin)
    since = ago(now, minutes=MINUTES)
    with db.atomic():
        db.execute("delete from attempts where tried_at < ?", [ago(now, days=1)])
        row = db.execute(
            "select count(*), coalesce(sum(name_hash = ?1), 0), coalesce(sum(origin_hash = ?2), 0), "
            "coalesce(sum(name_hash = ?1 and origin_hash = ?2), 0) from attempts where tried_at between ?3 and ?4",
            # What was tried while the clock was ahead must not shut anybody out until then.
            [whose, whence, since, ago(now, minutes=-MINUTES)],
        ).fetchone()
        limits = (EVERYBODY, PER_NAME, PER_ORIGIN, PER_NAME_AND_ORIGIN)
        if any(tried >= most for tried, most in zip(tuple(row), limits, strict=True)):
            return False
        db.execute("insert into attempts values (?, ?, ?)", [now, whose, whence])
    return True


def may_report(db: Database, origin: str, now: str) -> bool:
    """Whether one more report of an error is taken from there now; if so, it is counted."""
    whence, since = _hash(origin), ago(now, minutes=MINUTES)
    with db.atomic():
        db.execute("delete from report_tries where tried_at < ?", [ago(now, days=1)])
        every, its = db.execute(
            "select count(*), coalesce(sum(origin_hash = ?), 0) from report_tries where tried_at >= ?", [whence, since]
        ).fetchone()
        if every >= REPORTS or its >= REPORTS_PER_ORIGIN:
            return False
        db.execute("insert into report_tries values (?, ?)", [now, whence])
    return True


def forgive(db: Database, name: str, origin: str) -> None:
    """Forget the failed attempts of somebody who has shown who they are."""
    db.execute("delete from attempts where name_hash = ? and origin_hash = ?", [_hash(key_of(name)), _hash(origin)])


def ago(now: str, **distance: float) -> str:
    return (datetime.fromisoformat(now) - timedelta(**distance)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
