"""Votes that count for a position: the table `counted_votes` of corpus.db. This is its only writer.

A vote counts only where an approver has named it (staff.db) and the organization's stance was public before the vote: the one in
force then, and still in force today. Where the stance is withdrawn or changes, the vote counts no longer.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from store.placeholders import marks
from store.sync_table import sync_table

#: The stances that have a side.
SIDES = ("support", "oppose")


def stance_before(staff: Database, document_id: str, position_id: str, held_at: str) -> dict[str, Any] | None:
    """The organization's stance on a document that was public when a vote was held, and is still; None where there was none.

    Args:
        held_at: when the vote was held: ISO, with its zone, or a day. A stance of that same day is not known to be earlier.

    Returns:
        a row of ``reviews``: that on the position, else that on the document as a whole.
    """
    for subject in (f"stance:{position_id}", "stance"):
        published = list(
            staff.query(
                "select r.* from reviews r where r.document_id = ? and r.subject = ? and r.published = 1 "
                "and not exists (select 1 from reviews u where u.undoes = r.id) order by r.id",
                [document_id, subject],
            )
        )
        before = [row for row in published if _earlier(row["reviewed_at"], held_at)]
        if not before or before[-1]["verdict"] == "reject":
            continue
        then, now = before[-1], published[-1]
        if then["value"] in SIDES and now["verdict"] != "reject" and now["value"] == then["value"]:
            return then
    return None


def _earlier(stamp: str, held_at: str) -> bool:
    """Whether a UTC time stamp is before a vote; False where it is not certain."""
    if len(held_at) <= 10:
        return stamp[:10] < held_at
    held = datetime.datetime.fromisoformat(held_at)
    if held.tzinfo is None:
        return stamp[:10] < held_at[:10]
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")) < held


def public_rows(corpus: Database, staff: Database, documents: Sequence[str] | None = None) -> set[tuple[Any, ...]]:
    """The rows that ``counted_votes`` should hold, of all documents or of these."""
    found = set()
    for row in staff.query("select * from current_counted_votes"):
        if documents is not None and row["document_id"] not in documents:
            continue
        roll_call = _roll_call(corpus, row)
        if roll_call is None:
            continue
        stance = stance_before(staff, row["document_id"], row["position_id"], roll_call["held_at"])
        if stance is not None:
            public = (row["wanted"], stance["value"], stance["reviewed_at"][:10], row["version"], row["reason"])
            found.add((row["position_id"], row["roll_call"], row["document_id"], *public, row["decided_at"][:10]))
    return found


def _roll_call(corpus: Database, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The vote that a decision names, if its source still lists it for that document, and the position is in the catalog."""
    sql = """select held_at from roll_calls where id = ? and document_id = ? and missing_since is null
        and exists (select 1 from positions where id = ?)"""
    return next(iter(corpus.query(sql, [row["roll_call"], row["document_id"], row["position_id"]])), None)


def write_counted_votes(corpus: Database, staff: Database, documents: Sequence[str] | None = None) -> int:
    """Bring ``counted_votes`` up to what staff decided, of all documents or of these; in the caller's transaction.

    Returns:
        how many rows were written or removed.
    """
    where = "1" if documents is None else f"document_id in ({marks(documents)})"
    wanted = public_rows(corpus, staff, documents)
    return sync_table(corpus, "counted_votes", wanted, where=where, params=list(documents or ()))
