"""A rulemaking as one thread: proposed rule, extension, correction and final rule, with one timeline and one next date.

Documents belong together when they share a regulation number (RIN), a docket, or a tie that the source itself names.
Some agencies file everything of a year under one docket: a docket of many documents ties nothing together.
"""

from __future__ import annotations

import datetime
import sqlite3
from typing import Any

from pages import words
from pages.cards import marks

Row = dict[str, Any]
#: A docket or RIN with more documents than this is a drawer, not a rulemaking.
MOST_TOGETHER = 15
TIES = ("corrects", "extends", "withdraws")


def thread(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The documents of the rulemaking in order of publication, this one among them; empty when it stands alone."""
    members = {document_id}
    for (number,) in db.execute("select number from rulemakings where document_id = ?", [document_id]).fetchall():
        found = db.execute(
            "select document_id from rulemakings where number = ? limit ?", [number, MOST_TOGETHER + 1]
        ).fetchall()
        if len(found) <= MOST_TOGETHER:
            members |= {row[0] for row in found}
    members |= _tied(db, sorted(members))
    if len(members) < 2:
        return []
    rows = db.execute(
        f"""select id, title, identifier, document_type, status, published_on, id = ? as here
        from documents where id in ({marks(list(members))}) order by published_on, id""",
        [document_id, *sorted(members)],
    )
    return [dict(row) | {"status_word": words.word("statuses", row["status"])} for row in rows]


def _tied(db: sqlite3.Connection, ids: list[str]) -> set[str]:
    kinds = marks(TIES)
    found = db.execute(
        f"""select linked_id from links where document_id in ({marks(ids)}) and kind in ({kinds})
        union select document_id from links where linked_id in ({marks(ids)}) and kind in ({kinds})""",
        [*ids, *TIES, *ids, *TIES],
    )
    return {row[0] for row in found}


def next_event(db: sqlite3.Connection, ids: list[str], today: datetime.date) -> Row | None:
    """The next date of the documents taken together, in order of publication.

    A later document that sets a comment deadline replaces the deadline of an earlier one (an extension).
    """
    events = [
        dict(row)
        for row in db.execute(f"select * from events where document_id in ({marks(ids)}) order by starts_at", ids)
    ]
    closing = [event for event in events if event["kind"] == "comment_close"]
    latest = max((ids.index(event["document_id"]) for event in closing), default=-1)
    ahead = [
        event
        for event in events
        if event["starts_at"][:10] >= today.isoformat()
        and (event["kind"] != "comment_close" or ids.index(event["document_id"]) == latest)
    ]
    return ahead[0] if ahead else None
