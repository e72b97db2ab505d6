"""A rulemaking as one thread: proposed rule, extension, correction and final rule, with one timeline and one next date.

Which documents belong together stands in the tables of crawlers.storage.rulemakings.
"""

from __future__ import annotations

import datetime
import re
import sqlite3

from crawlers.items import document_id as identity
from crawlers.storage.corrected_dates import CORRECTED, EXTENDED
from pages.database import Row, rows
from pages.http import formatting

#: All documents of a rulemaking, from one of them, in order of publication.
_TOGETHER = """from thread_documents this join thread_documents other using (thread_id)
    join documents d on d.id = other.document_id where this.document_id = ? order by other.ordinal"""

_MOVED = re.compile(rf"(?:{CORRECTED}|{EXTENDED}) ([\w-]+)")


def moved_by(event: Row, document_id: str) -> str | None:
    """The id of the document that corrected or extended a date of a document of the same publication, or None."""
    found = _MOVED.match(event["description"] or "") if event["recorded"] else None
    jurisdiction, session, _ = document_id.split("-", 2)
    return identity(jurisdiction, session, found[1]) if found else None


def thread(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The documents of the rulemaking in order of publication, this one among them; empty when it stands alone."""
    documents = rows(
        db,
        f"select d.id, title, identifier, document_type, status, published_on, d.id = ? as here {_TOGETHER}",
        [document_id, document_id],
    )
    return [row | {"status_word": formatting.word("statuses", row["status"])} for row in documents]


def next_event_of(db: sqlite3.Connection, document_id: str, today: datetime.date) -> Row | None:
    """Return the next date of a document, or of the rulemaking that it belongs to."""
    found = db.execute(f"select d.id {_TOGETHER}", [document_id])
    return next_event(db, [row[0] for row in found] or [document_id], today)


def next_event(db: sqlite3.Connection, ids: list[str], today: datetime.date) -> Row | None:
    """The next date of the documents taken together, in order of publication.

    A later document that sets a comment deadline replaces the deadline of an earlier one (an extension).
    """
    events = rows(
        db,
        f"select * from events where document_id in ({', '.join('?' * len(ids))}) "
        "and kind is not 'hearing_canceled' order by starts_at",
        ids,
    )
    closing = [event for event in events if event["kind"] == "comment_close"]
    latest = max((ids.index(event["document_id"]) for event in closing), default=-1)
    ahead = [
        event
        for event in events
        if event["starts_at"][:10] >= today.isoformat()
        and (event["kind"] != "comment_close" or ids.index(event["document_id"]) == latest)
    ]
    return ahead[0] if ahead else None
