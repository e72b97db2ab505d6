"""Whether a verdict still holds: as long as the words it rests on and the suggestion are unchanged.

A change towards the verdict is none: when the machine comes round to what a person said, nobody need look again. Nor does
every late summary count: only what touches those words does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from desk.queue import queue_table
from desk.reviews.suggestions import Suggestion, stands, suggestions, texts_of
from store.sync_table import sync_table

HOLDS, RETURNED, DEFERRED = "holds", "returned", "deferred"
WHY = {
    "passage": "The document no longer contains the words behind this verdict.",
    "gone": "The program no longer suggests it.",
    "new": "The program now suggests it.",
    "value": "The program now suggests something else.",
}

_STANDINGS = "select document_id, subject, review_id, state, why, since from standings where document_id = ?"


def judge(review: Mapping[str, Any], now: Suggestion, texts: Mapping[str, str | None]) -> tuple[str, str]:
    """The state of a verdict and why, as a key of WHY or "".

    Args:
        review: the row of `current_reviews`.
        now: the suggestion for its subject today.
        texts: title, abstract, text and text_hash of the document today.
    """
    if review["verdict"] == "defer":
        return DEFERRED, ""
    rejected = review["verdict"] == "reject"
    if rejected and not now.suggested:
        return HOLDS, ""
    before = json.loads(review["suggestion"])
    if review["passage"] and review["text_hash"] != texts["text_hash"]:
        words = json.loads(review["passage"])["words"]
        if not stands(texts, words):
            return RETURNED, "passage"
    # A stance is ALA's own, and a pin is there to differ from the program: what the program says touches neither.
    pinned = review["subject"] == "priority" and review["verdict"] == "change"
    if pinned or review["subject"].startswith("stance"):
        return HOLDS, ""
    if now.suggested != before["suggested"]:
        agrees = not rejected and now.suggested and now.value in (None, review["value"])
        return (HOLDS, "") if agrees else (RETURNED, "new" if now.suggested else "gone")
    if now.value != before["value"] and (rejected or now.value != review["value"]):
        return RETURNED, "value"
    return HOLDS, ""


def settle(db: Database, document_id: str, now: str) -> None:
    """Write down the state of every verdict in force on a document, and what then waits there."""
    _settle(db, document_id, now)
    queue_table.refresh(db, document_id, now[:10])


def _settle(db: Database, document_id: str, now: str) -> None:
    texts = texts_of(db, document_id)
    if texts is None:
        return
    said = suggestions(db, document_id)
    stored = {row[1]: row for row in map(tuple, db.execute(_STANDINGS, [document_id]).fetchall())}
    wanted = {}
    for review in db.query("select * from current_reviews where document_id = ?", [document_id]):
        subject = review["subject"]
        state, why = judge(review, said.get(subject) or Suggestion(subject, suggested=False), texts)
        found = (document_id, subject, review["id"], state, why)
        wanted[subject] = (*found, stored[subject][-1] if found == stored.get(subject, ())[:-1] else now)
    if wanted != stored:
        sync_table(db, "standings", wanted.values(), where="document_id = ?", params=[document_id])


def settle_all(db: Database, now: str) -> int:
    """The same for every document; only what differs is written. Returns how many verdicts have come back to the queue."""
    decided = [row[0] for row in db.execute("select distinct document_id from reviews order by document_id")]
    for document_id in decided:
        with db.atomic():
            _settle(db, document_id, now)
    with db.atomic():
        queue_table.refresh_all(db, now[:10])
    return db.execute("select count(*) from standings where state = ?", [RETURNED]).fetchone()[0]
