"""Votes that count for a position: which roll calls on a document may, and the decisions of approvers.

Rows are only ever added (staff.db, table `counted_votes`): a correction or a withdrawal is a newer row on the same roll call and
position.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews.subjects import LONGEST_NOTE
from pages.people import names
from publish.counted_votes import stance_before
from store.connect import writing
from store.errors import InvalidInput

WANTED = ("yes", "no")
LONGEST_VERSION = 300


class BadVote(InvalidInput):
    """A decision on a vote that cannot be kept; the message says why."""


def candidates(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Every roll call on a document with every position that the public sees there, newest first.

    Each has `stance` (what was public before the vote; None: the vote cannot count), `decision` (the one in force, with the
    `name` of who took it) and `suggested` (the vote that a stance on passage asks for, None for other motions).
    """
    found = []
    for call in db.query(
        "select * from corpus.roll_calls where document_id = ? order by held_at desc, id", [document_id]
    ):
        for position in db.query(
            "select distinct p.id, p.title from corpus.shown_positions m join corpus.positions p on p.id = m.position_id "
            "where m.document_id = ? order by p.ordinal",
            [document_id],
        ):
            stance = stance_before(db, document_id, position["id"], call["held_at"])
            passage = stance if stance and call["motion"] == "passage" else None
            found.append(
                call
                | {
                    "address": names.vote_address(call["id"]),
                    "position_id": position["id"],
                    "position": position["title"],
                    "stance": stance,
                    "decision": current(db, call["id"], position["id"]),
                    "suggested": {"support": "yes", "oppose": "no"}[passage["value"]] if passage else None,
                }
            )
    return found


def current(db: Database, roll_call: str, position_id: str) -> dict[str, Any] | None:
    """The decision in force on a roll call and a position, with the `name` of who took it, or None."""
    sql = (
        "select c.*, a.name from current_counted_votes c join accounts a on a.id = c.decided_by "
        "where c.roll_call = ? and c.position_id = ?"
    )
    return next(iter(db.query(sql, [roll_call, position_id])), None)


def count(
    db: Database,
    account: Account,
    roll_call: str,
    position_id: str,
    *,
    wanted: str,
    version: str,
    reason: str,
    now: str,
) -> None:
    """Name a vote as one that counts for a position.

    Args:
        db: staff.db with corpus.db attached.
        wanted: the vote that is with the position, "yes" or "no".
        version: the text that was voted on, as the approver read it.
        reason: why this vote counts, for the public.

    Raises:
        BadVote: the account may not, something is missing, or no stance was public before the vote.
    """
    if not account.may("approver"):
        raise BadVote("only an approver may count a vote")
    call = next(iter(db.query("select * from corpus.roll_calls where id = ?", [roll_call])), None)
    if call is None or not call["document_id"] or call["missing_since"]:
        raise BadVote("there is no such vote on a document, or its source no longer lists it")
    if wanted not in WANTED:
        raise BadVote("choose which vote is with the position")
    for text, most, what in (
        (version, LONGEST_VERSION, "the version that was voted on"),
        (reason, LONGEST_NOTE, "the reason"),
    ):
        if not 1 <= len(text.strip()) <= most:
            raise BadVote(f"enter {what}, in at most {most:,} characters")
    if not db.execute("select 1 from corpus.positions where id = ?", [position_id]).fetchone():
        raise BadVote("there is no such position")
    if stance_before(db, call["document_id"], position_id, call["held_at"]) is None:
        raise BadVote("no stance on this document was published before the vote, so it cannot count")
    _write(db, account, roll_call, call["document_id"], position_id, wanted, version.strip(), reason.strip(), now)


def withdraw(db: Database, account: Account, roll_call: str, position_id: str, *, now: str) -> str:
    """Count a vote no longer; the rows stay. Returns the document's id.

    Raises:
        BadVote: the account may not, or the vote does not count.
    """
    if not account.may("approver"):
        raise BadVote("only an approver may withdraw a vote")
    held = current(db, roll_call, position_id)
    if held is None:
        raise BadVote("this vote does not count")
    kept = (held["document_id"], position_id, held["wanted"], held["version"], held["reason"])
    _write(db, account, roll_call, *kept, now, gone=1)
    return str(held["document_id"])


def _write(
    db: Database,
    account: Account,
    roll_call: str,
    document_id: str,
    position_id: str,
    wanted: str,
    version: str,
    reason: str,
    now: str,
    gone: int = 0,
) -> None:
    with writing(db):
        db.execute(
            "insert into counted_votes (roll_call, document_id, position_id, wanted, version, reason, gone, decided_by, "
            "decided_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [roll_call, document_id, position_id, wanted, version, reason, gone, account.id, now],
        )
