"""The documents that go with one on its page of the desk: its twins with what is decided on them, and what else is related."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from desk.reviews import review_items, reviews
from desk.reviews.in_words import did
from desk.reviews.review_items import Titles
from pages.database import rows
from pages.documents import look_alikes
from pages.documents.related import related
from store.constants import SAME_BILL_KINDS

Row = dict[str, Any]
#: The link between a rule as it was published and where comments on it are filed, which has a session of its own.
_PUBLISHED = "published as"
#: Groups of look-alikes that say the same, or nearly, under another number of the same session. Of those that share only a
#: title, nobody knows whether they are one matter.
_ALIKE = frozenset({"companion", "nearly_same"})


def related_documents(db: Database, document: Row, titles: Titles) -> tuple[list[Row], list[Row]]:
    """The twins of a document, and its other related documents as pages.documents.related has them.

    A twin is the same under another number: a bill of the same session as a source says it, or with the same words, and a rule
    where it was published and where comments on it are filed. It has how it is `related`, what is `decided` on it, in words, and
    how many decisions are `open`.
    """
    found = related(db.conn, document["id"])
    session = (document["jurisdiction"], document["session"])
    twins = {
        row["id"]: row["relation"]
        for row in found
        if row["stored"]
        and (
            row["kind"] == _PUBLISHED or (row["kind"].lower() in SAME_BILL_KINDS and _session(db, row["id"]) == session)
        )
    }
    for group in look_alikes.summary(db.conn, document["id"]).groups:
        if group["said"] in _ALIKE:
            twins |= {each["id"]: group["word"].lower() for each in group["members"] if each["id"] not in twins}
    return [_twin(db, key, how, titles) for key, how in twins.items()], [row for row in found if row["id"] not in twins]


def _session(db: Database, document_id: str) -> tuple[str, str]:
    [row] = rows(db.conn, "select jurisdiction, session from corpus.documents where id = ?", [document_id])
    return row["jurisdiction"], row["session"]


def _twin(db: Database, document_id: str, how: str, titles: Titles) -> Row:
    [document] = rows(
        db.conn, "select id, identifier, title, kind, status from corpus.documents where id = ?", [document_id]
    )
    history = reviews.history(db, document_id)
    said = [row for row in history if row["in_force"] and not row["subject"].startswith("stance")]
    decided = [*review_items.stances(history, titles), *said]
    waits = db.execute("select pairs from waiting where document_id = ?", [document_id]).fetchone()
    return document | {
        "related": how,
        "decided": [f"{row['name']} {did(row, titles)}" for row in decided],
        "open": waits[0] if waits else 0,
    }
