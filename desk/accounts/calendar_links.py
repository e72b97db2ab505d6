"""A private address of a calendar for programs that cannot sign in: one for each account, as good as its account is.

The address holds a random token; staff.db keeps the hash of it. A new address ends the one before.
"""

from __future__ import annotations

import hashlib
import secrets

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account

#: The token as a part of an address.
TOKEN = r"(?P<token>[A-Za-z0-9_-]{43})"


def make(db: Database, account: Account, now: str) -> str:
    """Make a token, which nobody can read again; an earlier one works no more."""
    token = secrets.token_urlsafe(32)
    with db.atomic():
        db.execute(
            "insert into calendar_links values (?, ?, ?) on conflict (account_id) do update set "
            "token_hash = excluded.token_hash, made_at = excluded.made_at",
            [account.id, _hash(token), now],
        )
        accounts.log(db, account.id, "calendar address made", account.name, now)
    return token


def end(db: Database, account: Account, now: str) -> None:
    """Let the address of an account work no more."""
    with db.atomic():
        db.execute("delete from calendar_links where account_id = ?", [account.id])
        accounts.log(db, account.id, "calendar address ended", account.name, now)


def made_at(db: Database, account: Account) -> str | None:
    """When the address of an account was made; None where there is none."""
    row = db.execute("select made_at from calendar_links where account_id = ?", [account.id]).fetchone()
    return row[0] if row else None


def owner(db: Database, token: str) -> Account | None:
    """Whose address it is, if it works and the account is open."""
    row = db.execute("select account_id from calendar_links where token_hash = ?", [_hash(token)]).fetchone()
    found = accounts.by_id(db, row[0]) if row else None
    return found if found and found.disabled_at is None else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
