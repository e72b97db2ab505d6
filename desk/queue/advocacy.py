"""Records of what the office did: letters, comments, testimony, meetings and requests, on a document or a position.

Rows are only ever added (staff.db, table `advocacy`): a correction or a withdrawal is a newer row of the same record.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews.subjects import LONGEST_NOTE
from pages.database import marks, rows
from pages.documents import rulemaking
from pages.http import formatting
from pages.http.formatting import safe_url
from store.connect import writing
from store.errors import InvalidInput

#: Kind -> how the pages call it.
KINDS = {
    "letter": "Sign-on letter",
    "own_letter": "Letter of our own",
    "brief": "Court brief",
    "comments": "Comments filed",
    "testimony": "Testimony",
    "meeting": "Meeting",
    "ask": "Request to members",
    "statement": "Statement",
    "hearing": "Hearing",
}
#: What the public may never read (the schema enforces it for meetings). A hearing is a date that the public reads at its source.
PRIVATE_KINDS = ("meeting", "hearing")
#: SQL: the dates of documents that staff know of: those of the sources, and hearings and deadlines that staff recorded, with
#: their title and link, and whether the public may read these. A hearing that a source has on the same day, or has called off,
#: counts once. What is done has no deadline any more, except a letter, which others still sign. The day of a meeting is none.
#: It takes the value `over`, from `lapsed`.
KNOWN_DATES = """(
    select document_id, kind, starts_at, null as title, null as link, 1 as public from corpus.events
    where kind is not 'hearing_canceled' and document_id || ' ' || kind not in (select value from json_each(:over))
    union all select h.document_id, case h.kind when 'hearing' then 'hearing' else 'deadline' end, h.due_on, h.title, h.link,
        h.public from current_advocacy h
    where h.document_id is not null and h.due_on is not null and h.kind != 'meeting'
    and (h.kind in ('hearing', 'letter') or h.happened_on is null) and not (h.kind = 'hearing' and exists (
        select 1 from corpus.events e where e.document_id = h.document_id
        and e.kind in ('hearing', 'committee_meeting', 'hearing_canceled') and substr(e.starts_at, 1, 10) = h.due_on)))"""
LONGEST_TITLE = 300


def lapsed(db: Database, day: str) -> dict[str, str]:
    """The value of KNOWN_DATES for dates from an ISO day on: the comment deadlines that `rulemaking.still_due` leaves out."""
    kinds = marks(rulemaking.CLOSING)
    dated = rows(
        db.conn,
        f"select document_id, kind, starts_at from corpus.events where starts_at >= ? and kind in ({kinds})",
        [day, *rulemaking.CLOSING],
    )
    due = {(each["document_id"], each["kind"]) for each in rulemaking.still_due(db.conn, dated)}
    over = {(each["document_id"], each["kind"]) for each in dated} - due
    return {"over": json.dumps(sorted(map(" ".join, over)))}


def date_says(kind: str, title: str | None) -> str:
    """What is on a day of KNOWN_DATES."""
    word = formatting.word("events", kind)
    return f"{word}: {title}" if title and title != word else word


class BadRecord(InvalidInput):
    """A record that cannot be kept; the message says why."""


class AlreadyKept(BadRecord):
    """The same record is there, with the number `record_id`: a form that was sent twice, as with the Back button."""

    def __init__(self, record_id: int):
        super().__init__("this record is here already; correct it, or change its title, day, or note")
        self.record_id = record_id


class RecordConflict(BadRecord):
    """Somebody has corrected the record since the page was opened. `by` is the newest row, with `name` of its author."""

    def __init__(self, newer: dict[str, Any]):
        super().__init__("this record has changed since you opened the page")
        self.by = newer


@dataclass(frozen=True, kw_only=True)
class AdvocacyRecord:
    """One thing the office did or will do. Days are ISO dates; `happened_on` or `due_on` (a deadline) is required.

    ``person_id`` is the legislator who was met or asked. It, ``parties`` (who signed or was met) and ``note`` are for staff only.
    ``public`` lets the public read the kind, the title, the days and the link; ``proposed`` asks an approver for that.
    """

    kind: str
    title: str
    document_id: str | None = None
    position_id: str | None = None
    person_id: str | None = None
    happened_on: str | None = None
    due_on: str | None = None
    parties: str | None = None
    link: str | None = None
    note: str | None = None
    public: bool = False
    proposed: bool = False


def add(
    db: Database, account: Account, record: AdvocacyRecord, *, now: str, corrects: int | None = None, seen: int = 0
) -> int:
    """Keep a record, or a correction of one; returns the number of the record.

    Args:
        db: staff.db with corpus.db attached.
        corrects: the number of the record that this row corrects.
        seen: the id of the newest row of that record that the page knew.

    Raises:
        BadRecord: something is missing or wrong, or the account may not decide what the public reads.
        RecordConflict: somebody has corrected it since, and it says something else: a form sent twice is no conflict.
        AlreadyKept: a current record says the same in every field.
    """
    _check(db, record, today=now[:10])
    return _write(db, account, record, now, corrects, seen)


def withdraw(db: Database, account: Account, record_id: int, *, now: str, seen: int = 0) -> None:
    """Take a record off every page and report; its rows stay.

    Raises:
        BadRecord: there is no such record, or the public reads it and the account may not decide that.
        RecordConflict: somebody has corrected it since.
    """
    found = current(db, record_id)
    if found is None:
        raise BadRecord("there is no such record")
    fields = {name: found[name] for name in AdvocacyRecord.__dataclass_fields__}
    _write(db, account, AdvocacyRecord(**fields), now, record_id, seen, gone=True)


def answer_proposal(db: Database, account: Account, record_id: int, *, public: bool, now: str, seen: int) -> None:
    """Let the public read a record as it is, which somebody proposed, or end the proposal and leave the record to staff.

    Raises:
        BadRecord: no such record is proposed, or the account is no approver's.
        RecordConflict: somebody has corrected it since.
    """
    found = current(db, record_id)
    if found is None or not (found["proposed"] or found["public"]):
        raise BadRecord("no such record is proposed for the public")
    if not account.may("approver"):
        raise BadRecord("an approver makes a record public, or keeps what is proposed for staff")
    fields = {name: found[name] for name in AdvocacyRecord.__dataclass_fields__}
    said = AdvocacyRecord(**fields | {"public": public, "proposed": False})
    add(db, account, said, now=now, corrects=record_id, seen=seen)


def proposed_count(db: Database) -> int:
    """How many records wait for an approver who makes them public."""
    return int(db.execute("select count(*) from current_advocacy where proposed = 1").fetchone()[0])


def proposed(db: Database) -> list[dict[str, Any]]:
    """Records that wait for an approver, oldest first, each as it is now; `title` is that of its document or position.

    `name`, `added_by`, `added_at` and `asked` (the number of the row) are of who proposed it, whoever has corrected it since.
    """
    return list(
        db.query(
            """select r.record_id, r.kind, r.title as said, r.document_id, d.identifier, d.jurisdiction,
                coalesce(d.title, p.title, r.title) as title, f.id as asked, f.added_by, f.added_at, a.name
            from current_advocacy r join advocacy f on f.id = (
                select min(e.id) from advocacy e where e.record_id = r.record_id and e.id > coalesce(
                    (select max(o.id) from advocacy o where o.record_id = r.record_id and o.proposed = 0), 0))
            join accounts a on a.id = f.added_by left join corpus.documents d on d.id = r.document_id
            left join corpus.positions p on p.id = r.position_id where r.proposed = 1 order by f.id"""
        )
    )


def declined(db: Database) -> list[dict[str, Any]]:
    """Proposals that ended without the public: `by` and `by_id` kept the record for staff at `at`, or withdrew it (`gone`).

    `asker` is who had proposed it, and `act` the number of the row that ended it.
    """
    return list(
        db.query(
            """select r.kind, r.title as said, r.document_id, r.gone, r.id as act, r.added_at as at, r.added_by as by_id,
                b.name as by, f.added_by as asker, d.identifier, d.jurisdiction, coalesce(d.title, p.title, r.title) as title
            from advocacy r join accounts b on b.id = r.added_by
            join advocacy w on w.id = (select max(e.id) from advocacy e where e.record_id = r.record_id and e.id < r.id)
            join advocacy f on f.id = (
                select min(e.id) from advocacy e where e.record_id = r.record_id and e.id < r.id and e.id > coalesce(
                    (select max(o.id) from advocacy o where o.record_id = r.record_id and o.id < r.id and o.proposed = 0), 0))
            left join corpus.documents d on d.id = r.document_id left join corpus.positions p on p.id = r.position_id
            where w.proposed = 1 and (r.gone = 1 or r.proposed = 0 and r.public = 0) order by r.id"""
        )
    )


def _write(
    db: Database,
    account: Account,
    record: AdvocacyRecord,
    now: str,
    corrects: int | None,
    seen: int,
    gone: bool = False,
) -> int:
    record = replace(record, proposed=bool(record.proposed and not record.public))
    flags = {"public": int(record.public), "proposed": int(record.proposed)}
    values = asdict(record) | flags | {"gone": int(gone), "added_by": account.id, "added_at": now}
    with writing(db):
        if corrects is not None:
            newest = current(db, corrects)
            if newest is None:
                raise BadRecord("there is no such record")
            if newest["id"] != seen:
                if all(newest[name] == values[name] for name in (*asdict(record), "gone")):
                    return corrects  # it says so already: a form that was sent twice
                raise RecordConflict(newest)
            _require_approver(account, bool(newest["public"]))
        elif (kept := _kept(db, record)) is not None:
            raise AlreadyKept(kept)
        _require_approver(account, record.public)
        values["record_id"] = corrects or db.execute("select coalesce(max(id), 0) + 1 from advocacy").fetchone()[0]
        db.execute(f"insert into advocacy ({', '.join(values)}) values ({marks(values)})", list(values.values()))
    return int(values["record_id"])


def _require_approver(account: Account, public: bool) -> None:
    """What the public reads as an act of the organization is for approvers, as its stances are."""
    if public and not account.may("approver"):
        raise BadRecord("an approver makes a record public, and corrects or withdraws one that is")


def _kept(db: Database, record: AdvocacyRecord) -> int | None:
    said = asdict(record)
    same = " and ".join(f"{name} is ?" for name in said)
    found = db.execute(f"select min(record_id) from current_advocacy where {same}", list(said.values())).fetchone()
    return None if found[0] is None else int(found[0])


def current(db: Database, record_id: int) -> dict[str, Any] | None:
    """The newest row of a record that nobody has withdrawn, with the `name` of its author, or None."""
    sql = "select r.*, a.name from current_advocacy r join accounts a on a.id = r.added_by where r.record_id = ?"
    return next(iter(db.query(sql, [record_id])), None)


def records(
    db: Database,
    *,
    document_id: str | None = None,
    position_id: str | None = None,
    person_id: str | None = None,
    since: str = "",
    until: str = "9999",
) -> list[dict[str, Any]]:
    """Current records with the `name` of who added them, newest day first.

    Args:
        document_id, position_id, person_id: only those of this document, position or legislator.
        since, until: only those that happened, or are due, from one ISO date to another, both included.
    """
    return list(
        db.query(
            """select r.*, a.name, d.identifier, d.title as document_title, p.title as position_title, l.name as person_name
            from current_advocacy r join accounts a on a.id = r.added_by
            left join corpus.documents d on d.id = r.document_id left join corpus.positions p on p.id = r.position_id
            left join corpus.people l on l.id = r.person_id
            where (:document is null or r.document_id = :document) and (:position is null or r.position_id = :position)
            and (:person is null or r.person_id = :person)
            and (r.happened_on between :since and :until or r.due_on between :since and :until)
            order by coalesce(r.happened_on, r.due_on) desc, r.id desc""",
            {"document": document_id, "position": position_id, "person": person_id, "since": since, "until": until},
        )
    )


def _check(db: Database, record: AdvocacyRecord, today: str) -> None:
    if record.kind not in KINDS:
        raise BadRecord("choose what kind of record it is")
    if not 1 <= len(record.title.strip()) <= LONGEST_TITLE:
        raise BadRecord(f"a title must have 1 to {LONGEST_TITLE} characters")
    if (record.public or record.proposed) and record.kind in PRIVATE_KINDS:
        raise BadRecord("meetings and dates of hearings are never public")
    if not record.document_id and not record.position_id:
        raise BadRecord("name the document or the position it is about")
    for value, table, name in (
        (record.document_id, "documents", "document"),
        (record.position_id, "positions", "position"),
        (record.person_id, "people", "legislator"),
    ):
        if value and not db.execute(f"select 1 from corpus.{table} where id = ?", [value]).fetchone():
            raise BadRecord(f"there is no {name} called {value[:80]!r}")
    if not record.happened_on and not record.due_on:
        raise BadRecord("enter the day on which it happened, or its deadline")
    if record.kind == "hearing" and not record.due_on:
        raise BadRecord("enter the day of the hearing as its deadline")
    for day in filter(None, (record.happened_on, record.due_on)):
        try:
            datetime.date.fromisoformat(day)
        except ValueError as error:
            raise BadRecord("enter dates such as 2026-11-30") from error
    if record.kind not in PRIVATE_KINDS and (record.happened_on or "") > today:
        raise BadRecord("enter a day that is still to come as the deadline: nothing has happened on it yet")
    if record.link and not safe_url(record.link):
        raise BadRecord("a link must begin with https:// or http://")
    if any(len(text or "") > LONGEST_NOTE for text in (record.note, record.parties)):
        raise BadRecord(f"a note may have at most {LONGEST_NOTE:,} characters")
