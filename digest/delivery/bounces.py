"""Reports of mails that came back, read from a mailbox: the address is not written to again.

Anybody can send a false report. It counts only when it names the Message-ID of a mail of ours to that very person, which
nobody else can guess.
"""

from __future__ import annotations

import mailbox
import re
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from sqlite_utils import Database

from digest.issues.issues import IssueError
from digest.subscribers.subscribers import get, suppress

_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{10,200}>)", re.IGNORECASE | re.MULTILINE)


@dataclass
class Read:
    """`permanent` addresses are suppressed; `passing` troubles are noted; the rest are no reports on mails of ours."""

    permanent: int = 0
    passing: int = 0
    other: int = 0


def read_bounces(db: Database, path: Path, *, now: str) -> Read:
    """Read every report in an mbox file or a Maildir folder; reading it twice changes nothing.

    Raises:
        IssueError: there is no such mailbox.
    """
    if not path.exists():
        raise IssueError(f"{path}: there is no such mailbox (an mbox file or a Maildir folder)")
    box: mailbox.Mailbox[mailbox.mboxMessage] | mailbox.Maildir
    box = mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)
    done = Read()
    try:
        for key in box.iterkeys():
            try:
                report = box[key]
            except (ValueError, LookupError):  # not even the outside of a mail
                done.other += 1
                continue
            _take(db, report, done, now)
    finally:
        box.close()
    return done


def _take(db: Database, report: Message, done: Read, now: str) -> None:
    status = _status(report)
    delivery = _delivery(db, report)
    if status is None or delivery is None:
        done.other += 1
        return
    digest_id, subscriber_id = delivery
    permanent = status.startswith("5")
    with db.atomic():
        db.execute(
            "update deliveries set state = case when ? then 'bounced' else state end, error = ? "
            "where digest_id = ? and subscriber_id = ?",
            [permanent, f"came back: {status}", digest_id, subscriber_id],
        )
        person = get(db, subscriber_id)
        if permanent and person and person.address:
            suppress(db, person.address, f"mail came back: {status}", now=now)
    done.permanent += permanent
    done.passing += not permanent


def _status(report: Message) -> str | None:
    """Return the status of a delivery report (RFC 3464), such as 5.1.1, or None for other messages."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                found = (
                    re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})", str(block.get("Status", "")))
                    if isinstance(block, Message)
                    else None
                )
                if found and not found[1].startswith("2"):
                    return found[1]
    return None


def _delivery(db: Database, report: Message) -> tuple[str, str] | None:
    """Whose mail it was, by the Message-ID in the copy of its headers."""
    for part in report.walk():
        if part.get_content_type() not in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            continue
        for found in _MESSAGE_ID.finditer(part.as_bytes().decode("latin-1")):
            row = db.execute(
                "select digest_id, subscriber_id from deliveries where message_id = ?", [found[1]]
            ).fetchone()
            if row:
                return row[0], row[1]
    return None
