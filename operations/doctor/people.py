"""Who can sign in: accounts of staff and of partners, and whether anybody forgot one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from desk.accounts import passwords
from operations.doctor.findings import Finding, Host, ok, problem, warning
from store.connect import read_only
from store.errors import OperationError

#: After so many days without a sign-in an account is likely forgotten.
STALE = timedelta(days=180)
#: Names that guessers try first.
GUESSED = frozenset(
    {"admin", "administrator", "test", "demo", "root", "user", "guest", "staff", "partner", "infopolicy"}
)
_OPEN = """
    select a.name, a.role, a.password, a.unit, max(coalesce(max(u.happened_at), ''), a.created_at) as last
    from accounts a left join audit u on u.account_id = a.id and u.what = 'signed in'
    where a.disabled_at is null group by a.id order by a.name"""


def staff(host: Host) -> Iterator[Finding]:
    accounts = open_accounts(host.config.staff)
    if not accounts:
        yield ok("staff accounts", "Nobody has an account, so nobody can sign in to the desk.")
        return
    approvers = [each["name"] for each in accounts if each["role"] == "approver"]
    if not approvers:
        yield problem(
            "staff accounts",
            "No open account has the role approver.",
            "Nobody can publish a stance.",
            'infopolicy user add "First Last" --role approver',
        )
    yield from _account_findings("staff accounts", accounts, host)


def partners(host: Host) -> Iterator[Finding]:
    accounts = open_accounts(host.config.partners)
    if not accounts:
        yield ok("partner accounts", "No coalition partner has an account.")
        return
    yield from _account_findings("partner accounts", accounts, host)


def open_accounts(path: Path) -> list[sqlite3.Row]:
    """The accounts that are not closed; none where the file is not there or cannot be read, which another check says."""
    try:
        with closing(read_only(path)) as db:
            db.row_factory = sqlite3.Row
            return db.execute(_OPEN).fetchall()
    except (OperationError, sqlite3.Error):
        return []


def _account_findings(check: str, accounts: list[sqlite3.Row], host: Host) -> Iterator[Finding]:
    before = (host.now - STALE).strftime("%Y-%m-%dT%H:%M:%SZ")
    guessed = [each["name"] for each in accounts if each["name"].casefold() in GUESSED]
    weak = [each["name"] for each in accounts if _rounds(each["password"]) < passwords.ITERATIONS]
    stale = [each["name"] for each in accounts if each["last"] < before]
    if guessed:
        yield warning(
            check,
            f"These names are guessed first: {', '.join(guessed)}.",
            "Guessers lock them out, or get in.",
            f'Make an account with the name of a person, then: infopolicy user disable "{guessed[0]}"',
        )
    if weak:
        yield warning(
            check,
            f"These passwords are kept in an older, weaker form: {', '.join(weak)}.",
            "Anyone who steals a backup can guess them faster.",
            f'infopolicy user password "{weak[0]}"',
        )
    if stale:
        yield warning(
            check,
            f"Nobody signed in for {STALE.days} days as: {', '.join(stale)}.",
            "An account that nobody uses is one that nobody watches.",
            f'infopolicy user disable "{stale[0]}"',
        )
    if not guessed and not weak and not stale:
        yield ok(
            check,
            f"{len(accounts)} open account{'s' if len(accounts) > 1 else ''}, used in the last {STALE.days} days.",
        )


def _rounds(stored: str | None) -> int:
    """How slow a password is to guess; one that does not exist (single sign-on) cannot be guessed at all."""
    if stored is None:
        return passwords.ITERATIONS
    rounds = stored.split("$")[1] if stored.count("$") == 3 else ""
    return int(rounds) if rounds.isdecimal() else 0


CHECKS = (staff, partners)
