"""Assign, follow, or snooze many documents at once, and take all of it back as one."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.queue import collaboration
from desk.queue.collaboration import BadWork
from pages.http.formatting import count

#: More at once nobody can look through.
MOST = 200
#: Action -> how the pages call it. The value is a name for assign, an ISO date for snooze, "" for follow.
ACTIONS = {"assign": "assigned", "follow": "followed", "snooze": "snoozed"}


def work(
    db: Database, account: Account, documents: Sequence[str], action: str, value: str, now: str
) -> tuple[str, int]:
    """Do one thing to some documents, all or none; returns the batch and how many documents it changed.

    Raises:
        BadWork: there is no such action, name, date or document.
    """
    if action not in ACTIONS:
        raise BadWork("choose an action")
    batch, lines = secrets.token_hex(8), []
    with db.atomic():
        for document_id in list(dict.fromkeys(documents))[:MOST]:
            before = _before(db, account, document_id, action, now)
            if _do(db, account, document_id, action, value, now, before):
                lines.append((batch, document_id, json.dumps(before)))
        if lines:
            db.execute(
                "insert into work_batches (batch, action, value, done_by, done_at) values (?, ?, ?, ?, ?)",
                [batch, action, value, account.id, now],
            )
            db.conn.executemany("insert into work_lines (batch, document_id, before) values (?, ?, ?)", lines)
            about = f"{value}: {count(len(lines), 'document')}".lstrip(": ")
            accounts.log(db, account.id, f"{ACTIONS[action]} in bulk", about, now)
    return batch, len(lines)


def _before(db: Database, account: Account, document_id: str, action: str, now: str) -> dict[str, Any]:
    if action == "follow":
        return {"followed": collaboration.is_followed(db, account, document_id)}
    if action == "assign":
        found = collaboration.current_assignment(db, document_id)
        return {"name": found["name"] if found else ""}
    asleep = collaboration.current_snooze(db, document_id, now[:10]) or {}
    return {name: asleep.get(name) for name in ("until_on", "until_change")}


def _do(
    db: Database, account: Account, document_id: str, action: str, value: str, now: str, before: dict[str, Any]
) -> bool:
    """Whether there was anything to do."""
    if action == "follow":
        collaboration.follow(db, account, document_id, True, now)
        return not before["followed"]
    if action == "assign":
        if before["name"] == value:
            return False
        collaboration.assign(db, account, document_id, value, now)
        return True
    if not value:
        raise BadWork("enter a date such as 2026-11-30")
    collaboration.snooze(db, account, document_id, now, until_on=value, until_change=None)
    return True


def batches(db: Database, account: Account) -> list[dict[str, Any]]:
    """What a person last did in bulk and can still take back: `batch`, `action`, `value`, `documents`, `done_at`."""
    return list(
        db.query(
            "select b.*, (select count(*) from work_lines l where l.batch = b.batch) as documents from work_batches b "
            "where b.done_by = ? and b.batch not in (select batch from work_undone) order by b.id desc limit 3",
            [account.id],
        )
    )


def undo(db: Database, account: Account, batch: str, now: str) -> int:
    """Take all of a bulk action back; returns how many documents. What somebody changed since stays as it is now.

    Raises:
        BadWork: it is another person's, or was taken back before.
    """
    row = next((each for each in batches(db, account) if each["batch"] == batch), None)
    if row is None:
        raise BadWork("it is not yours, or is already undone")
    done = 0
    with db.atomic():
        for document_id, text in db.execute(
            "select document_id, before from work_lines where batch = ? order by id", [batch]
        ).fetchall():
            done += _undo(db, account, document_id, row, json.loads(text), now)
        db.execute("insert into work_undone values (?, ?, ?)", [batch, account.id, now])
        accounts.log(db, account.id, "took a bulk action back", f"{row['action']}: {count(done, 'document')}", now)
    return done


def _undo(
    db: Database, account: Account, document_id: str, row: dict[str, Any], before: dict[str, Any], now: str
) -> int:
    if row["action"] == "follow":
        collaboration.follow(db, account, document_id, False, now)
    elif row["action"] == "assign":
        held = collaboration.current_assignment(db, document_id)
        if (held["name"] if held else "") != row["value"]:
            return 0
        collaboration.assign(db, account, document_id, before["name"], now)
    else:
        held = collaboration.current_snooze(db, document_id, now[:10])
        if held is None or held["until_on"] != row["value"]:
            return 0
        still = before["until_on"] if (before["until_on"] or "9") > now[:10] else None
        collaboration.snooze(db, account, document_id, now, until_on=still, until_change=before["until_change"])
    return 1
