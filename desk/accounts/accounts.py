"""Who may enter the desk and what they may do there. Accounts are never removed, so that the trail keeps its names."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts.passwords import new_password
from store.errors import InvalidInput
from store.placeholders import marks

#: What each may do, each more than the one before: read; decide; publish a stance.
ROLES = ("viewer", "reviewer", "approver")
#: The role of a coalition partner's account, in a file of its own; its `unit` is the organization.
PARTNER = "partner"
_NAME = re.compile(r"[^\W_][\w .'’-]{1,59}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{3,190}")


class AccountError(InvalidInput):
    """An account that cannot be made, found or changed; the message says why."""


@dataclass(frozen=True)
class Account:
    id: int
    name: str
    email: str | None
    role: str
    unit: str | None
    created_at: str
    disabled_at: str | None
    shortcuts: bool

    def may(self, role: str) -> bool:
        """Whether this account has at least this role; a partner has that one alone, and nobody of staff has it."""
        if self.disabled_at is not None or PARTNER in (role, self.role):
            return self.disabled_at is None and role == self.role
        return ROLES.index(self.role) >= ROLES.index(role)


_COLUMNS = "id, name, email, role, unit, created_at, disabled_at, shortcuts"


def is_email(text: str) -> bool:
    """Whether this has the form of an email address."""
    return bool(_EMAIL.fullmatch(text))


def key_of(name: str) -> str:
    """The name as it is compared: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _account(row: dict[str, Any]) -> Account:
    return Account(**row | {"shortcuts": bool(row["shortcuts"])})


def add(
    db: Database,
    name: str,
    *,
    role: str,
    password: str | None,
    now: str,
    email: str | None = None,
    unit: str | None = None,
    roles: Sequence[str] = ROLES,
) -> Account:
    """Make an account; without a password it can only be entered through single sign-on.

    Raises:
        AccountError: the name, address or role cannot be used, or is taken.
        BadPassword: the password may not be chosen.
    """
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise AccountError(f"{name!r}: a name has 2 to 60 letters, figures, spaces, points, hyphens")
    if role not in roles:
        raise AccountError(f"{role!r}: a role is one of {', '.join(roles)}")
    if email is not None and not is_email(email):
        raise AccountError(f"{email!r}: this is not an email address")
    if password is None and email is None:
        raise AccountError(f"{name}: needs a password, or an email address by which single sign-on knows it")
    row = {
        "name": name,
        "name_key": key_of(name),
        "email": email and email.casefold(),
        "role": role,
        "unit": unit,
        "password": None if password is None else new_password(password, name),
        "created_at": now,
    }
    try:
        with db.atomic():
            db.execute(f"insert into accounts ({', '.join(row)}) values ({marks(row)})", list(row.values()))
            made = find(db, name)
            assert made is not None
            log(db, None, "account added", f"{name}: {role}", now)
    except sqlite3.IntegrityError as error:
        raise AccountError(f"{name}: there is already an account of this name or mail address") from error
    return made


def find(db: Database, name: str) -> Account | None:
    return _one(db, "name_key = ?", key_of(name))


def by_id(db: Database, number: int) -> Account | None:
    return _one(db, "id = ?", number)


def by_email(db: Database, email: str) -> Account | None:
    return _one(db, "email = ?", email.casefold())


def _one(db: Database, condition: str, value: Any) -> Account | None:
    return next(map(_account, db.query(f"select {_COLUMNS} from accounts where {condition}", [value])), None)


def all_accounts(db: Database) -> list[Account]:
    return [_account(row) for row in db.query(f"select {_COLUMNS} from accounts order by name_key")]


def password_of(db: Database, account: Account | None) -> str | None:
    if account is None:
        return None
    return db.execute("select password from accounts where id = ?", [account.id]).fetchone()[0]


def set_password(db: Database, account: Account, password: str, *, now: str, by: int | None = None) -> None:
    """Change a password and end every session of the account.

    Raises:
        BadPassword: it may not be chosen.
    """
    made = new_password(password, account.name)
    with db.atomic():
        db.execute("update accounts set password = ? where id = ?", [made, account.id])
        end_sessions(db, account, now)
        log(db, by, "password changed", account.name, now)


def set_role(db: Database, account: Account, role: str, *, now: str) -> None:
    if role not in ROLES:
        raise AccountError(f"{role!r}: a role is one of {', '.join(ROLES)}")
    with db.atomic():
        db.execute("update accounts set role = ? where id = ?", [role, account.id])
        log(db, None, "role changed", f"{account.name}: {role}", now)


def set_email(db: Database, account: Account, email: str, *, now: str) -> None:
    """Change the address for notices and for single sign-on.

    Raises:
        AccountError: it is no address, or somebody has it.
    """
    if not is_email(email):
        raise AccountError(f"{email!r}: this is not an email address")
    try:
        with db.atomic():
            db.execute("update accounts set email = ? where id = ?", [email.casefold(), account.id])
            log(db, None, "email changed", account.name, now)
    except sqlite3.IntegrityError as error:
        raise AccountError(f"{email}: somebody else has this mail address") from error


def set_disabled(db: Database, account: Account, disabled: bool, *, now: str) -> None:
    """Close an account (its sessions end at once) or open it again."""
    with db.atomic():
        db.execute("update accounts set disabled_at = ? where id = ?", [now if disabled else None, account.id])
        if disabled:
            end_sessions(db, account, now)
        log(db, None, "account closed" if disabled else "account opened", account.name, now)


def set_shortcuts(db: Database, account: Account, on: bool) -> None:
    db.execute("update accounts set shortcuts = ? where id = ?", [int(on), account.id])


def end_sessions(db: Database, account: Account, now: str) -> None:
    db.execute("update sessions set revoked_at = ? where account_id = ? and revoked_at is null", [now, account.id])


def log(db: Database, account_id: int | None, what: str, about: str, now: str) -> None:
    """Add an entry to the audit trail that is not a verdict: accounts, sign-ins, reassigned areas."""
    db.execute(
        "insert into audit (happened_at, account_id, what, about) values (?, ?, ?, ?)", [now, account_id, what, about]
    )
