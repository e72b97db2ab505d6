"""Statements of coalition partners about documents: theirs, never ALA's. Rows are only added; staff can hide a statement."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from comparison.versions.differences import differences
from crawlers.items import BadRecord, clean
from desk.accounts import accounts
from desk.accounts.accounts import PARTNER, Account, AccountError
from desk.web.errors import InvalidForm
from positions.catalog.records import STANCES
from store.clock import ago
from store.connect import writing

log = logging.getLogger("infopolicy.desk")

LONGEST_NOTE = 2_000
LONGEST_ORGANIZATION = 80
#: Statements that one organization can make in a day. More is a mistake or a stolen account.
MOST_A_DAY = 200


class BadStatement(InvalidForm):
    """A statement that cannot be saved; the messages say why, by field."""


def add_partner(
    db: Database, name: str, organization: str, *, password: str | None, now: str, email: str | None = None
) -> Account:
    """Create an account for a member of a partner organization.

    Raises:
        AccountError: the name, organization or address cannot be used.
        BadPassword: the password is not permitted.
    """
    organization = " ".join((clean(organization) or "").split())
    if not 2 <= len(organization) <= LONGEST_ORGANIZATION:
        raise AccountError(f"{name}: a partner needs an organization of 2 to {LONGEST_ORGANIZATION} characters")
    if password is None:
        raise AccountError(f"{name}: a partner needs a password: single sign-on is for staff")
    return accounts.add(
        db, name, role=PARTNER, password=password, now=now, email=email, unit=organization, roles=(PARTNER,)
    )


def publish_statement(
    db: Database, account: Account, document_id: str, stance: str, note: str, *, seen: int, now: str
) -> None:
    """Publish the stance of an organization on a document; an empty stance withdraws its statement.

    Args:
        db: partners.db with corpus.db attached.
        seen: the id of the statement that the page showed, 0 for none.

    Raises:
        BadStatement: a field is wrong, or a colleague has changed the statement since.
    """
    cleaned = _validate(db, document_id, stance, note)
    with writing(db):
        newest = current_statement(db, account, document_id)
        if (newest["id"] if newest else 0) != seen:
            raise BadStatement({"": "this has changed since you opened the page"})
        if not stance and (newest is None or newest["stance"] is None):
            raise BadStatement({"": "there is nothing to withdraw"})
        day = ago(now, days=1)
        today = "select count(*) from statements where organisation = ? and written_at > ?"
        if db.execute(today, [account.unit, day]).fetchone()[0] >= MOST_A_DAY:
            raise BadStatement({"": f"at most {MOST_A_DAY} statements a day: please continue tomorrow"})
        db.execute(
            "insert into statements (document_id, organisation, stance, note, written_by, written_at) "
            "values (?, ?, ?, ?, ?, ?)",
            [document_id, account.unit, stance or None, cleaned if stance else None, account.id, now],
        )
        accounts.log(db, account.id, "published a statement" if stance else "withdrew a statement", document_id, now)


def _validate(db: Database, document_id: str, stance: str, note: str) -> str | None:
    wrong: dict[str, str] = {}
    try:
        cleaned = clean(note)
    except BadRecord:
        cleaned = None
    if stance and stance not in STANCES:
        wrong["stance"] = "choose a stance"
    if len(cleaned or "") > LONGEST_NOTE:
        wrong["note"] = f"at most {LONGEST_NOTE:,} characters; this has {len(cleaned or ''):,}"
    if not db.execute("select 1 from corpus.documents where id = ?", [document_id]).fetchone():
        wrong[""] = "there is no such document"
    if wrong:
        raise BadStatement(wrong)
    return cleaned


def current_statement(db: Database, account: Account, document_id: str) -> dict[str, Any] | None:
    """Return the last statement of the account's organization on a document, even a withdrawn one."""
    sql = "select * from current_statements where document_id = ? and organisation = ?"
    return next(iter(db.query(sql, [document_id, account.unit])), None)


def statement_history(db: Database, account: Account, document_id: str) -> list[dict[str, Any]]:
    """Return all statements of an organization on a document, newest first, each with the `name` of its author."""
    return list(
        db.query(
            "select s.*, a.name from statements s join accounts a on a.id = s.written_by "
            "where s.document_id = ? and s.organisation = ? order by s.id desc",
            [document_id, account.unit],
        )
    )


def current_statements(db: Database, account: Account) -> list[dict[str, Any]]:
    """Return the current stances of an organization, newest first, with `title` and `identifier` of the document."""
    return list(
        db.query(
            "select s.*, d.title, d.identifier from current_statements s join corpus.documents d on d.id = s.document_id "
            "where s.organisation = ? and s.stance is not null order by s.id desc",
            [account.unit],
        )
    )


def moderate(db: Database, staff: Account, statement: int, *, hidden: bool, reason: str, seen: int, now: str) -> str:
    """Hide a statement, or show it again. Return the line for the audit trail.

    A hidden statement stays hidden, whatever the organization sends later, until staff show it.

    Raises:
        BadStatement: there is no such statement, the reason is missing, or it has changed since the page was opened.
    """
    reason = (clean(reason) or "")[:LONGEST_NOTE]
    if not reason:
        raise BadStatement({"reason": "enter a reason: the partner sees it"})
    with writing(db):
        row = next(iter(db.query("select * from current_statements where id = ?", [statement])), None)
        if row is None or row["stance"] is None:
            raise BadStatement({"": "the partner has withdrawn or changed this since you opened the page"})
        if (row["moderation_id"] or 0) != seen:
            raise BadStatement({"": "this has been decided since you opened the page"})
        db.execute(
            "insert into moderations (statement_id, hidden, reason, moderated_by, moderated_at) values (?, ?, ?, ?, ?)",
            [statement, int(hidden), reason, staff.id, now],
        )
    return f"{row['organisation']} on {row['document_id']}: {reason}"


#: Neither withdrawn, nor hidden by staff, nor of an account that is closed.
_PUBLIC = "stance is not null and not hidden and not closed"
#: Statements sent again after staff hid an earlier one of the same organization on the same document.
_SENT_AGAIN = "(s.stance is not null and s.hidden and s.id <> s.moderated_id)"


def all_statements(db: Database) -> list[dict[str, Any]]:
    """Return the current statements of all partners with their authors, hidden ones too. Those sent again come first.

    A row sent again has `before`, the hidden statement, and `changed`, the differences between the two notes.
    """
    rows = list(
        db.query(
            "select s.*, a.name, d.title, d.identifier from current_statements s join accounts a on a.id = s.written_by "
            f"left join corpus.documents d on d.id = s.document_id where s.stance is not null order by {_SENT_AGAIN} desc, "
            "s.id desc limit 500"
        )
    )
    for row in rows:
        if row["hidden"] and row["id"] != row["moderated_id"]:
            [row["before"]] = db.query("select * from statements where id = ?", [row["moderated_id"]])
            row["changed"] = differences(row["before"]["note"] or "", row["note"] or "")
    return rows


def held(db: Database) -> list[dict[str, Any]]:
    """Return what the public can read that partners hold: `document_id`, `organisation`, `stance`."""
    return list(db.query(f"select document_id, organisation, stance from current_statements where {_PUBLIC}"))


def resubmitted_count(db: Database) -> int:
    """Count the hidden statements that were sent again and wait for staff."""
    return int(db.execute(f"select count(*) from current_statements s where {_SENT_AGAIN}").fetchone()[0])


def new_count(db: Database, since: str) -> int:
    """Count the public statements that partners have written since a time."""
    sql = f"select count(*) from current_statements where {_PUBLIC} and written_at > ?"
    return int(db.execute(sql, [since]).fetchone()[0])


def statements_on(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Return the current statements on a document, hidden ones too."""
    return list(
        db.query(
            "select * from current_statements where document_id = ? and stance is not null order by organisation",
            [document_id],
        )
    )


def public_statements(path: Path, document_id: str) -> list[dict[str, Any]]:
    """Return the public statements on a document: `organisation`, `stance`, `note`, `written_at`, sorted by organization.

    Opens partners.db read-only. Returns no statements when the file does not exist or cannot be read.
    """
    if not path.exists():
        return []
    sql = (
        "select organisation, stance, note, written_at from current_statements "
        f"where document_id = ? and {_PUBLIC} order by organisation"
    )
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql, [document_id]).fetchall()]
    except sqlite3.Error as error:
        log.warning("%s: %s", path.name, error)
        return []
