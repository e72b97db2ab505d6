"""Stances of ALA that an approver has published (corpus.db, table decisions), as news and beside documents.

A stance that was on record before (its `decided_on` is no day) is no news.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pages.database import marks
from publish.decisions import ON_RECORD

#: Subject of the stance on a document as a whole; `stance:<position>` is the one under a position.
WHOLE = "stance"


class Published(NamedTuple):
    """`key` tells one taking of a stance from every other: a stance that changes is news again."""

    key: str
    document_id: str
    value: str
    reason: str | None
    decided_on: str
    subject: str = WHOLE


def published(corpus: sqlite3.Connection) -> Iterator[Published]:
    """Every published stance, oldest first."""
    for document, subject, value, reason, day in corpus.execute(
        "select document_id, subject, value, reason, decided_on from decisions "
        "where subject like 'stance%' and verdict = 'confirm' and value is not null and length(decided_on) = 10 "
        "order by decided_on, document_id, subject"
    ):
        words = "\x1f".join((document, subject, value, day))
        yield Published(
            f"stance-{hashlib.sha256(words.encode()).hexdigest()[:20]}", document, value, reason, day, subject
        )


def drafts(staff: sqlite3.Connection) -> Iterator[Published]:
    """Stances that somebody on the staff has proposed and nobody has published: for staff lists alone.

    A note, which an import fills with what a column held, is no reason.
    """
    for document, subject, value, reason, day in staff.execute(
        "select document_id, subject, value, reason, substr(reviewed_at, 1, 10) from current_drafts "
        "where value is not null and subject like 'stance%' and coalesce(batch, '') not like ? order by id",
        [f"{ON_RECORD}%"],
    ):
        words = "\x1f".join((document, subject, value, day))
        yield Published(
            f"draft-{hashlib.sha256(words.encode()).hexdigest()[:20]}", document, value, reason, day, subject
        )


def of_documents(corpus: sqlite3.Connection, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Document -> position ("" for the document as a whole) -> stance."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for document, subject, value in corpus.execute(
        f"select document_id, subject, value from decisions where document_id in ({marks(keys)}) "
        "and subject like 'stance%' and verdict = 'confirm' and value is not null order by subject",
        keys,
    ):
        found[document][subject.removeprefix(WHOLE).removeprefix(":")] = value
    return found
