"""Who is signed in. A browser holds a random token; staff.db holds its hash, when it ends, and whether it was revoked."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts, limits
from desk.accounts.accounts import Account
from desk.accounts.passwords import verify_password
from store.clock import ago
from store.errors import InvalidInput

HOURS = 12


class TooOften(InvalidInput):
    """A credential was tried too often."""


def check_password(
    db: Database, name: str, password: str, *, origin: str, now: str, device: str = "", partners: Database | None = None
) -> tuple[Database, Account] | None:
    """The account whose name and password these are with the file that holds it, else None.

    Staff, partners, closed accounts and unknown names take the same steps: one try counted in `db`, one look into each file,
    one password hashed, one line in the trail.

    Args:
        db: staff.db to sign in, which counts the tries; the file of who is signed in to change a password.
        device: as in limits.allow_attempt.
        partners: partners.db, to let partners in too.

    Raises:
        TooOften: nothing was checked.
    """
    if not limits.allow_attempt(db, name, origin, now, device):
        raise TooOften(
            f"too many failed attempts, so the password was not checked. Try again in {limits.MINUTES} minutes"
        )
    files = [each for each in (db, partners) if each is not None]
    found = [(each, account) for each in files if (account := accounts.find(each, name))]
    file, account = found[0] if found else (db, None)
    right = verify_password(password, accounts.password_of(file, account))
    if not right or account is None or account.disabled_at is not None:
        tried, name_tried = (account.id, account.name) if account else (None, "unknown")
        accounts.log(file, tried, "sign-in failed", name_tried, now)
        return None
    limits.clear_attempts(db, name, origin, device)
    return file, account


def start(db: Database, account: Account, *, now: str) -> str:
    """A new session; returns the token, which is kept nowhere else than in the browser."""
    token = secrets.token_urlsafe(32)
    with db.atomic():
        db.execute("delete from sessions where expires_at < ?", [ago(now, days=30)])
        db.execute(
            "insert into sessions (token_hash, account_id, started_at, expires_at) values (?, ?, ?, ?)",
            [_hash(token), account.id, now, ago(now, hours=-HOURS)],
        )
        accounts.log(db, account.id, "signed in", account.name, now)
    return token


def who(db: Database, token: str | None, *, now: str, proxied: str | None = None) -> Account | None:
    """Find who is signed in; None without a session that is open, or where the account is closed.

    Args:
        proxied: the name or email address of somebody whom a trusted proxy has let in.
    """
    account = (accounts.by_email(db, proxied) or accounts.find(db, proxied)) if proxied else None
    if not (account and account.disabled_at is None) and token:
        # A session that ends later than any that begins now began while the clock was wrong: it would last for years.
        row = db.execute(
            "select account_id from sessions where token_hash = ? and revoked_at is null "
            "and expires_at > ? and expires_at <= strftime('%Y-%m-%dT%H:%M:%SZ', ?, ?)",
            [_hash(token), now, now, f"+{HOURS + 1} hours"],
        ).fetchone()
        account = accounts.by_id(db, row[0]) if row else None
    return account if account and account.disabled_at is None else None


def revoke(db: Database, token: str, *, now: str) -> None:
    db.execute("update sessions set revoked_at = ? where token_hash = ? and revoked_at is null", [now, _hash(token)])


def open_sessions(db: Database, account: Account, *, now: str) -> list[dict[str, Any]]:
    return list(
        db.query(
            "select started_at, expires_at from sessions where account_id = ? and revoked_at is null and expires_at > ? "
            "order by started_at desc",
            [account.id, now],
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
