"""How often a credential may be tried: per account and sender, per account, per sender, and in all; and who reports how much.

staff.db holds one counter for the names of staff, of partners, and of nobody, and it counts a try before anything looks the
name up. So the limits tell nobody which names exist, and many tries at once get around none of them.

A browser in which somebody has signed in keeps a signed cookie that says so (OWASP calls it a device cookie). Its tries are
counted apart, so that no number of wrong passwords from elsewhere locks that person out.
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
EVERYBODY = 300
#: Reports of errors from one sender, in the same minutes and in a day. There is no limit for all together, which a few
#: senders could use up: the queue of reports is fair instead (desk.intake.reports).
REPORTS_PER_ORIGIN = 5
REPORTS_A_DAY = 20
#: How long a browser is remembered after somebody has signed in with it.
DEVICE_DAYS = 180


def may_try(db: Database, name: str, origin: str, now: str, device: str = "") -> bool:
    """Whether a password may be checked now; if so, the attempt is counted.

    Args:
        db: staff.db, whoever signs in. A partner who changes the password is counted in partners.db.
        device: what `device_of` made for the browser, "" for one that is not known.
    """
    whose, whence = _hash(key_of(name)), _sender(name, origin, device)
    known = _is_of(device, name)
    since = ago(now, minutes=MINUTES)
    with db.atomic():
        db.execute("delete from attempts where tried_at < ?", [ago(now, days=1)])
        row = db.execute(
            "select coalesce(sum(name_hash = ?1 and origin_hash = ?2), 0), count(*), coalesce(sum(name_hash = ?1), 0), "
            "coalesce(sum(origin_hash = ?2), 0) from attempts where tried_at between ?3 and ?4",
            # What was tried while the clock was ahead must not shut anybody out until then.
            [whose, whence, since, ago(now, minutes=-MINUTES)],
        ).fetchone()
        limits = (PER_NAME_AND_ORIGIN,) if known else (PER_NAME_AND_ORIGIN, EVERYBODY, PER_NAME, PER_ORIGIN)
        if any(tried >= most for tried, most in zip(tuple(row), limits, strict=False)):
            return False
        db.execute("insert into attempts values (?, ?, ?)", [now, whose, whence])
    return True


def forgive(db: Database, name: str, origin: str, device: str = "") -> None:
    """Forget the failed attempts of somebody who has shown who they are."""
    db.execute(
        "delete from attempts where name_hash = ? and origin_hash = ?",
        [_hash(key_of(name)), _sender(name, origin, device)],
    )


def report_turn(db: Database, origin: str, now: str) -> int | None:
    """Count one more report from there: 1 for the sender's first within a day, 2 for the second; None when it is too many."""
    whence = _hash(network_of(origin))
    db.execute("delete from report_tries where tried_at < ?", [ago(now, days=1)])
    lately, today = db.execute(
        "select coalesce(sum(tried_at >= ?), 0), count(*) from report_tries where origin_hash = ? and tried_at <= ?",
        # What came while the clock was ahead does not count.
        [ago(now, minutes=MINUTES), whence, ago(now, minutes=-MINUTES)],
    ).fetchone()
    if lately >= REPORTS_PER_ORIGIN or today >= REPORTS_A_DAY:
        return None
    db.execute("insert into report_tries values (?, ?)", [now, whence])
    return int(today) + 1


def device_of(name: str, token: str = "") -> str:
    """What a browser keeps, signed, after this person has signed in with it; a session's `token` can stand for it."""
    return f"{_hash(key_of(name))}.{_hash(token) if token else secrets.token_hex(16)}"


def _is_of(device: str, name: str) -> bool:
    return device.partition(".")[0] == _hash(key_of(name))


def _sender(name: str, origin: str, device: str) -> str:
    return _hash(f"device {device}" if _is_of(device, name) else network_of(origin))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
