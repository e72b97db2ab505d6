"""Whether a verdict still holds: as long as the words it rested on and what the machine said of it stand.

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

HOLDS, RETURNED, DEFERRED = "holds", "returned", "deferred"
WHY = {
    "passage": "The words it rested on are no longer in the document.",
    "gone": "The program no longer suggests it.",
    "new": "The program suggests it now.",
    "value": "The program says something else now.",
}


def judge(review: Mapping[str, Any], now: Suggestion, texts: Mapping[str, str | None]) -> tuple[str, str]:
    """The state of a verdict and why, as a key of WHY or "".

    Args:
        review: the row of `current_reviews`.
        now: what the machine says of its subject today.
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
    if review["subject"].startswith("stance"):
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
    queue_table.refresh(db, document_id)


def _settle(db: Database, document_id: str, now: str) -> None:
    texts = texts_of(db, document_id)
    if texts is None:
        return
    said = suggestions(db, document_id)
    wanted: dict[str, tuple[int, str, str]] = {}
    for review in db.query("select * from current_reviews where document_id = ?", [document_id]):
        subject = review["subject"]
        state, why = judge(review, said.get(subject) or Suggestion(subject, suggested=False), texts)
        wanted[subject] = (review["id"], state, why)
    stored = {
        row["subject"]: (row["review_id"], row["state"], row["why"])
        for row in db.query("select * from standings where document_id = ?", [document_id])
    }
    for subject in stored.keys() - wanted.keys():
        db.execute("delete from standings where document_id = ? and subject = ?", [document_id, subject])
    for subject, (review_id, state, why) in wanted.items():
        if stored.get(subject) != (review_id, state, why):
            db.execute(
                "insert into standings (document_id, subject, review_id, state, why, since) values (?, ?, ?, ?, ?, ?) "
                "on conflict (document_id, subject) do update set review_id = excluded.review_id, "
                "state = excluded.state, why = excluded.why, since = excluded.since",
                [document_id, subject, review_id, state, why, now],
            )


def settle_all(db: Database, now: str) -> int:
    """The same for every document; only what differs is written. Returns how many verdicts have come back to the queue."""
    decided = [row[0] for row in db.execute("select distinct document_id from reviews order by document_id")]
    for document_id in decided:
        with db.atomic():
            _settle(db, document_id, now)
    with db.atomic():
        queue_table.refresh_all(db)
    return db.execute("select count(*) from standings where state = ?", [RETURNED]).fetchone()[0]
