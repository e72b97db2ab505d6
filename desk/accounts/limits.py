"""Limits on attempts to sign in (per name and sender, per name, per sender, in all) and on error reports.

staff.db holds one counter for names of staff, of partners, and unknown ones, and counts an attempt before the name is looked
up. So the limits do not reveal which names exist, and parallel attempts do not get around them.

A browser in which a person has signed in keeps a signed device cookie (OWASP's term). Its attempts have their own counter, so
that wrong passwords from elsewhere never lock that person out.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlite_utils import Database

from desk.accounts.accounts import key_of
from store.clock import ago
from store.network import network_of

MINUTES = 15
PER_NAME_AND_ORIGIN = 5
PER_NAME = 20
PER_ORIGIN = 30
TOTAL = 300
#: Error reports from one sender, in `MINUTES` and in a day. There is no limit on all reports together, which a few
#: senders could use up; the queue of reports is fair instead (desk.intake.reports).
REPORTS_PER_ORIGIN = 5
REPORTS_PER_DAY = 20
#: Days that the site remembers a browser after somebody has signed in with it.
DEVICE_DAYS = 180


def allow_attempt(db: Database, name: str, origin: str, now: str, device: str = "") -> bool:
    """Whether a password may be checked now. If so, count the attempt.

    Args:
        db: staff.db for every sign-in; partners.db when a partner changes the password.
        device: the browser's device cookie, "" when it has none.
    """
    name_hash, sender = _hash(key_of(name)), _sender(name, origin, device)
    known_device = _belongs_to(device, name)
    since = ago(now, minutes=MINUTES)
    with db.atomic():
        db.execute("delete from attempts where tried_at < ?", [ago(now, days=1)])
        row = db.execute(
            "select coalesce(sum(name_hash = ?1 and origin_hash = ?2), 0), count(*), coalesce(sum(name_hash = ?1), 0), "
            "coalesce(sum(origin_hash = ?2), 0) from attempts where tried_at between ?3 and ?4",
            # Attempts recorded while the clock was ahead must not lock anyone out until then.
            [name_hash, sender, since, ago(now, minutes=-MINUTES)],
        ).fetchone()
        limits = (PER_NAME_AND_ORIGIN,) if known_device else (PER_NAME_AND_ORIGIN, TOTAL, PER_NAME, PER_ORIGIN)
        if any(tried >= most for tried, most in zip(tuple(row), limits, strict=False)):
            return False
        db.execute("insert into attempts values (?, ?, ?)", [now, name_hash, sender])
    return True


def clear_attempts(db: Database, name: str, origin: str, device: str = "") -> None:
    """Delete the failed attempts of a person who has signed in."""
    db.execute(
        "delete from attempts where name_hash = ? and origin_hash = ?",
        [_hash(key_of(name)), _sender(name, origin, device)],
    )


def count_report(db: Database, origin: str, now: str) -> int | None:
    """Count a report from a sender. Return its number within a day (1 for the first), or None when there are too many."""
    sender = _hash(network_of(origin))
    db.execute("delete from report_tries where tried_at < ?", [ago(now, days=1)])
    recent, today = db.execute(
        "select coalesce(sum(tried_at >= ?), 0), count(*) from report_tries where origin_hash = ? and tried_at <= ?",
        # Reports recorded while the clock was ahead do not count.
        [ago(now, minutes=MINUTES), sender, ago(now, minutes=-MINUTES)],
    ).fetchone()
    if recent >= REPORTS_PER_ORIGIN or today >= REPORTS_PER_DAY:
        return None
    db.execute("insert into report_tries values (?, ?)", [now, sender])
    return int(today) + 1


def device_cookie(name: str, token: str = "") -> str:
    """Return the value of the device cookie for a person; a session's `token` can take the place of a random part."""
    return f"{_hash(key_of(name))}.{_hash(token) if token else secrets.token_hex(16)}"


def _belongs_to(device: str, name: str) -> bool:
    return device.partition(".")[0] == _hash(key_of(name))


def _sender(name: str, origin: str, device: str) -> str:
    return _hash(f"device {device}" if _belongs_to(device, name) else network_of(origin))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
