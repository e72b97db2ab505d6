"""A rulemaking as one thread: proposed rule, extension, correction and final rule, with one timeline and one next date.

Which documents belong together stands in the tables of crawlers.storage.rulemakings.
"""

from __future__ import annotations

import datetime
import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from crawlers.items import document_id as identity
from crawlers.parsers.federal_register_replies import REPLY_CLOSE
from crawlers.storage.corrected_dates import CORRECTED, EXTENDED
from crawlers.storage.rulemakings import STANDING_RINS, is_docket
from pages.database import Row, first, marks, rows
from pages.documents import dockets
from pages.http import formatting
from text.days import in_words

#: All documents of a rulemaking, from one of them, in order of publication.
_TOGETHER = """from thread_documents this join thread_documents other using (thread_id)
    join documents d on d.id = other.document_id where this.document_id = ? order by other.ordinal"""

#: What may follow a proposal, by its type, its status, and the beginning of its action line. A temporary or direct final rule is
#: none: it often stands beside a proposal that waits on.
_FOLLOWS = (
    ("final", "Rule", "final", re.compile(r"final\b", re.IGNORECASE)),
    # Final or interim: regulations.gov says no more of most.
    ("rule", "Rule", "final", re.compile(r"rule$", re.IGNORECASE)),
    ("interim", "Rule", "final", re.compile(r"interim (?:final )?rule\b", re.IGNORECASE)),
    ("withdrawal", "Proposed Rule", "withdrawn", re.compile("")),
    ("proposal", "Proposed Rule", "proposed", re.compile(r".*\bpropos", re.IGNORECASE)),
)
#: What only moves a date of another document, corrects it, or ends a part of it.
_MINOR = re.compile(
    r"\b(?:correct|confirm|delay|exten|reopen|postpone|stay|announce|cancel|partial|technical|hearing|meeting|effective date|"
    r"notification of (?!issuance)|petition)",
    re.IGNORECASE,
)
#: What decides a proposal as a whole or in part: lists of what is open no longer begin with it.
_DECIDES = frozenset({"final", "rule", "withdrawal"})
#: A document names the proposal that it follows near its beginning; further on it tells the history of other ones, too.
_BEGINNING = 12_000

#: Last days to comment, and to reply to comments.
CLOSING = ("comment_close", REPLY_CLOSE)
_MOVED = re.compile(rf"(?:{'|'.join((CORRECTED, *EXTENDED.values()))}) ([\w-]+)")


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

    A later document that sets a deadline for comments, or for replies, replaces that of an earlier one (an extension).
    """
    events = rows(
        db,
        "select * from events where document_id in (select value from json_each(?)) "
        "and kind is not 'hearing_canceled' order by starts_at",
        [json.dumps(ids)],
    )
    events = still_due(db, events)
    closing = [event for event in events if event["kind"] in CLOSING]
    latest = {
        event["kind"]: event["document_id"]
        for event in sorted(closing, key=lambda each: ids.index(each["document_id"]))
    }
    ahead = [
        event
        for event in events
        if event["starts_at"][:10] >= today.isoformat()
        and latest.get(event["kind"], event["document_id"]) == event["document_id"]
    ]
    return ahead[0] if ahead else None


def followed_by(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """What followed a proposed rule, in order of publication: id, identifier, published_on, and ``kind`` ("final", "rule",
    "interim", "withdrawal", "proposal"); nothing after the first one that decides.

    Only what is certain. A docket or regulation number alone is not enough, since it may hold several rulemakings.
    """
    said = "id, published_on, document_type, status, latest_action, title, source"
    head = first(db, f"select {said} from documents where id = ?", [document_id])
    if head is None or head["source"] not in _CERTAIN or _kind(head) != "proposal":
        return []
    found: list[Row] = []
    for row in _CERTAIN[head["source"]](db, head):
        kind = _kind(row)
        if kind and kind not in {each["kind"] for each in found}:
            found.append({name: row[name] for name in ("id", "identifier", "published_on")} | {"kind": kind})
        if kind in _DECIDES and found and found[-1]["id"] == row["id"]:
            break
    return found


def answered(db: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Those of some documents that are proposed rules and that a final rule or a withdrawal has followed."""
    return {key for key in ids if answer(db, key)}


def answer(db: sqlite3.Connection, document_id: str) -> Row | None:
    """The final rule or the withdrawal that followed a proposal, as `followed_by` has it."""
    return next((row for row in followed_by(db, document_id) if row["kind"] in _DECIDES), None)


def still_due(db: sqlite3.Connection, events: Iterable[Row]) -> list[Row]:
    """Dates without the comment deadlines of proposals that were withdrawn, or became a final rule, before their deadline.

    Nor a deadline for replies that `overtaken` knows to be wrong.
    """
    found = list(events)
    closing = {event["document_id"] for event in found if event["kind"] in CLOSING}
    over = {key: day for key in closing if (day := _answered_on(db, key))}
    wrong = overtaken(db, closing)
    return [
        event
        for event in found
        if event["kind"] not in CLOSING
        or (
            event["starts_at"][:10] < over.get(event["document_id"], "9")
            and not (event["kind"] == REPLY_CLOSE and event["document_id"] in wrong)
        )
    ]


def overtaken(db: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Those of some documents whose comments close on the day for replies or later, since that was moved and this was not."""
    found = db.execute(
        f"""select reply.document_id from events reply join events c on c.document_id = reply.document_id
        and c.kind = 'comment_close' and c.starts_at >= reply.starts_at
        where reply.kind = '{REPLY_CLOSE}' and reply.document_id in (select value from json_each(?))""",
        [json.dumps(list(ids))],
    )
    return {row[0] for row in found}


def _answered_on(db: sqlite3.Connection, document_id: str) -> str | None:
    """The day on which a final rule or a withdrawal followed a proposal."""
    found = answer(db, document_id)
    return found["published_on"] if found else None


def _kind(row: Mapping[str, Any]) -> str | None:
    """What a document may be to the proposal before it, or None."""
    said = row["latest_action"] or ""
    if _MINOR.search(said) or re.search(r"\bcorrection$", row["title"], re.IGNORECASE):
        return None
    return next(
        (
            kind
            for kind, document_type, status, begins in _FOLLOWS
            if (row["document_type"], row["status"]) == (document_type, status) and begins.match(said)
        ),
        None,
    )


def _later(db: sqlite3.Connection, document_id: str, published_on: str) -> list[Row]:
    """The later rules and proposals of a proposal's dockets and regulation numbers, with the beginning of their texts.

    A number that another proposal of the same day has, too, would not tell which of the two was meant.
    """
    mine = db.execute("select kind, term from terms where document_id = ? and kind in ('docket', 'rin')", [document_id])
    sql = """from terms t cross join documents d on d.id = t.document_id
        where t.kind = ? and t.term = ? and d.source = 'us_federal_register' and d.document_type in ('Rule', 'Proposed Rule')"""
    found: dict[str, None] = {}
    for kind, term in mine.fetchall():
        if (is_docket(term) if kind == "docket" else term not in STANDING_RINS) and not first(
            db,
            f"select 1 {sql} and d.document_type = 'Proposed Rule' and d.published_on = ? and d.id <> ?",
            [kind, term, published_on, document_id],
        ):
            found |= dict.fromkeys(
                row[0] for row in db.execute(f"select d.id {sql} and d.published_on > ?", [kind, term, published_on])
            )
    return rows(
        db,
        f"""select id, identifier, title, document_type, status, latest_action, published_on,
            substr(text, 1, {_BEGINNING}) as beginning from documents where id in ({marks(tuple(found))})
        order by published_on, id""",
        list(found),
    )


def _naming(db: sqlite3.Connection, head: Row) -> list[Row]:
    """The later documents of the Federal Register that name the day on which a proposal was published."""
    day = in_words(head["published_on"])
    later = _later(db, head["id"], head["published_on"])
    return [row for row in later if day in " ".join((row["beginning"] or "").split())]


def _of_docket(db: sqlite3.Connection, head: Row) -> list[Row]:
    """The later documents with the title of the one proposal in a docket of regulations.gov."""
    alike = dockets.alike(db, head["id"])
    proposals = [row for row in alike if _kind(row) == "proposal" and not dockets.is_supplemental(row)]
    later = [row for row in alike if row["published_on"] > head["published_on"]]
    answer = next((row for row in later if _kind(row) in (*_DECIDES, "interim")), None)
    certain = len(proposals) == 1 and (answer is None or dockets.may_answer(head, answer))
    return later if certain else []


#: How each source shows which later documents followed a proposal.
_CERTAIN = {"us_federal_register": _naming, "us_regulations": _of_docket}
