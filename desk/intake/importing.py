"""Import the rows of a tracker: first a preview, then drafts of the person who imports them; an import is undone as a whole."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake import tracker, tracker_match
from desk.intake.tracker_match import Candidate, Line
from desk.queue import advocacy, collaboration
from desk.queue.advocacy import KNOWN_DATES, AdvocacyRecord
from desk.reviews import reviews
from desk.reviews.drafts import draft_of
from desk.reviews.reviews import EditConflict, Verdict
from desk.reviews.subjects import BadVerdict
from desk.web.context import parts_of
from pages.http import formatting
from pages.http.formatting import count
from store.connect import writing


@dataclass(frozen=True)
class Taken:
    """What a row says about one document; `seen` is the document's last review when the preview was made."""

    row: int
    document_id: str
    stance: str | None
    note: str
    seen: int
    lead: str = ""
    priority: bool = False
    hearing: str = ""

    @property
    def token(self) -> str:
        """What the form carries back, so that exactly what was shown is written."""
        parts = [self.row, self.document_id, self.stance, self.note, self.seen, self.lead, self.priority, self.hearing]
        return json.dumps(parts, ensure_ascii=False)

    @classmethod
    def of(cls, token: str) -> Taken:
        """Return what a line of the form requests.

        Raises:
            ValueError: it is not what a preview made.
        """
        return cls(*parts_of(token, (int, str, str | None, str, int, str, bool, str)))


@dataclass(frozen=True)
class Shown:
    """A line of the preview. `choices` are (label, token); none where there is nothing to write, and `why` says why.

    `held` has for each choice the stance of a colleague that the import would replace (with `name` and `value`), or None.
    """

    line: Line
    state: str
    choices: tuple[tuple[str, str], ...]
    why: str
    held: tuple[dict[str, Any] | None, ...]


#: The states of a row -> in words, of one row and of several.
STATES = {
    "matched": ("will be written", "will be written"),
    "held": (
        "would replace a colleague's stance and is left out unless you check it",
        "would replace colleagues' stances and are left out unless you check them",
    ),
    "ambiguous": ("needs your choice", "need your choice"),
    "same": ("is already here", "are already here"),
    "double": ("is about the same document as a row above", "are about the same documents as rows above"),
    "unknown": ("matches no document", "match no document"),
    "bad": ("has a value that cannot be used", "have a value that cannot be used"),
}


def preview(db: Database, account: Account, rows: list[tracker.Row]) -> list[Shown]:
    """Show what each row means and would write, without writing."""
    shown = []
    first: dict[tuple[str, ...], Line] = {}  # the documents that a row names -> the first row that names them
    for row in rows:
        line = tracker_match.matched(db, row)
        keys = tuple(each.document_id for each in line.candidates)
        state, why = line.state, line.why
        if len(keys) == 1 and keys in first:
            state, why = "double", _repeats(first[keys], line)
        elif len(keys) == 1 and not _lacks(db, account, _what(db, line, line.candidates[0])):
            state, why = "same", "you follow it, and all of this is here"
        elif state == "ambiguous" and keys in first:
            why = f"{why}, another one than in row {first[keys].row.number}: of two rows on one document, the first counts"
        if state in ("matched", "same", "ambiguous"):
            first.setdefault(keys, line)
        can = state in ("matched", "ambiguous")
        offered = line.candidates if can else ()
        choices = tuple(_choice(db, line, each) for each in offered)
        held = tuple(_held(db, account, each.document_id, line.stance) for each in offered)
        state = "held" if state == "matched" and held[0] else state
        shown.append(Shown(line, state, choices, why, held))
    return shown


def _repeats(first: Line, line: Line) -> str:
    """Why a row is left out whose document a row above has, and what it says that is lost with it."""
    lost = [
        f"its {name} “{formatting.word('stances', said) if name == 'stance' else said}”"
        for name, said, above in (
            ("stance", line.stance, first.stance),
            ("lead", line.lead, first.lead),
            ("hearing", line.hearing, first.hearing),
            ("note", line.note, first.note),
        )
        if said and said != above
    ]
    lost += ["that it is a priority"] if line.priority and not first.priority else []
    says = f"{', '.join(lost)} will not be written" if lost else "it says nothing else"
    return f"row {first.row.number} is about the same document, and the first counts; {says}"


def _choice(db: Database, line: Line, candidate: Candidate) -> tuple[str, str]:
    return candidate.label, _what(db, line, candidate).token


def _what(db: Database, line: Line, candidate: Candidate) -> Taken:
    key = candidate.document_id
    seen = reviews.last_id(db, key)
    return Taken(line.row.number, key, line.stance, line.note, seen, line.lead, line.priority, line.hearing)


def _lacks(db: Database, account: Account, each: Taken) -> bool:
    """Whether anything is left to write."""
    key = each.document_id
    return (
        bool(each.note and not _has_note(db, account, key, each.note))
        or bool(each.stance and not _is_there(db, key, each.stance))
        or not collaboration.is_followed(db, account, key)
        or (each.priority and not _is_pinned(db, key))
        or each.lead not in ("", _leader(db, key))
        or bool(each.hearing and not _has_hearing(db, key, each.hearing))
    )


def _leader(db: Database, document_id: str) -> str:
    held = collaboration.current_assignment(db, document_id)
    return held["name"] if held else ""


def _has_hearing(db: Database, document_id: str, day: str) -> bool:
    """Whether staff know of a hearing on this day, from a source or from a record."""
    sql = (
        f"select 1 from {KNOWN_DATES} where document_id = :id and kind in ('hearing', 'committee_meeting') "
        "and substr(starts_at, 1, 10) = :day"
    )
    return db.execute(sql, {"id": document_id, "day": day, "over": "[]"}).fetchone() is not None


def _is_pinned(db: Database, document_id: str) -> bool:
    said = reviews.current(db, document_id, "priority")
    return said is not None and said["value"] == "2" and said["verdict"] in ("confirm", "change")


def _stance(db: Database, document_id: str) -> dict[str, Any] | None:
    """The draft that waits, or else the verdict in force."""
    return draft_of(db, document_id, "stance") or reviews.current(db, document_id, "stance")


def _is_there(db: Database, document_id: str, stance: str) -> bool:
    """Whether this side is drafted or published already, by whomever: a row of a file has no better words for it."""
    now = _stance(db, document_id)
    return bool(now and now["value"] == stance and now["verdict"] in ("confirm", "change"))


def _held(db: Database, account: Account, document_id: str, stance: str | None) -> dict[str, Any] | None:
    """A colleague's stance that this one would replace."""
    now = _stance(db, document_id)
    return now if stance and now and now["reviewer"] != account.id and now["value"] not in (None, stance) else None


def _has_note(db: Database, account: Account, document_id: str, note: str) -> bool:
    """As a note of one's own, or as the note of one's own stance."""
    drafted = _stance(db, document_id)
    if drafted and drafted["reviewer"] == account.id and drafted["note"] == note:
        return True
    return any(
        each["written_by"] == account.id and each["words"] == note for each in collaboration.notes(db, document_id)
    )


# --------------------------------------------------------------------- applying


def apply(db: Database, account: Account, wanted: list[Taken], *, name: str, now: str) -> tuple[int, list[str]]:
    """Write what a preview showed; what is there already is not written twice.

    Returns:
        How many documents were written to, and those that were left alone because somebody decided meanwhile.
    """
    batch = secrets.token_hex(8)
    left: list[str] = []
    written: list[dict[str, Any]] = []
    for each in {each.document_id: each for each in reversed(wanted)}.values():
        try:
            line = _write(db, account, each, batch, now)
        except (EditConflict, BadVerdict, collaboration.BadWork):
            left.append(each.document_id)
            continue
        if line:
            written.append(line | {"batch": batch, "document_id": each.document_id})
    if written:
        with writing(db):
            db.execute(
                "insert into imports (batch, name, done_by, done_at) values (?, ?, ?, ?)",
                [batch, name, account.id, now],
            )
            db.conn.executemany(
                "insert into import_lines (batch, document_id, note_id, followed, lead, lead_before, hearing_id) "
                "values (:batch, :document_id, :note_id, :followed, :lead, :lead_before, :hearing_id)",
                written,
            )
            accounts.log(db, account.id, "imported a tracker", f"{name}: {count(len(written), 'document')}", now)
    return len(written), left


def _write(db: Database, account: Account, each: Taken, batch: str, now: str) -> dict[str, Any] | None:
    """One document; None where all of it is there already."""
    if not _lacks(db, account, each):
        return None
    note_id: int | None = None
    given: list[Verdict] = []
    if each.priority and not _is_pinned(db, each.document_id):
        pin = Verdict(document_id=each.document_id, subject="priority", verdict="change", value="2", seen=each.seen)
        given.append(pin)
    if each.stance and not _is_there(db, each.document_id, each.stance):
        draft = Verdict(
            document_id=each.document_id,
            subject="stance",
            verdict="confirm",
            value=each.stance,
            note=each.note,
            seen=each.seen,
        )
        given.append(draft)
    elif each.note and not _has_note(db, account, each.document_id, each.note):
        note_id = collaboration.add_note(db, account, each.document_id, each.note, now)
    reviews.record(db, account, given, now=now, batch=batch)
    followed = not collaboration.is_followed(db, account, each.document_id)
    collaboration.follow(db, account, each.document_id, True, now)
    before = _leader(db, each.document_id)
    led = each.lead not in ("", before)
    if led:
        collaboration.assign(db, account, each.document_id, each.lead, now)
    lead = {"lead": each.lead if led else None, "lead_before": before if led else None}
    hearing = None
    if each.hearing and not _has_hearing(db, each.document_id, each.hearing):
        record = AdvocacyRecord(kind="hearing", title="Hearing", document_id=each.document_id, due_on=each.hearing)
        hearing = advocacy.add(db, account, record, now=now)
    return {"note_id": note_id, "followed": int(followed), "hearing_id": hearing} | lead


# --------------------------------------------------------------------- undoing


def past(db: Database, batch: str = "") -> list[dict[str, Any]]:
    """List the last imports, or the one of a batch: `name`, `who`, `done_at`, `documents`, `undone_at`."""
    sql = """
        select i.*, a.name as who, u.undone_at,
            (select count(*) from import_lines l where l.batch = i.batch) as documents
        from imports i join accounts a on a.id = i.done_by left join imports_undone u on u.batch = i.batch
        where :batch in ('', i.batch) order by i.id desc limit 20"""
    return list(db.query(sql, {"batch": batch}))


def undo(db: Database, account: Account, batch: str, name: str, now: str) -> tuple[int, int]:
    """Undo all that one import wrote; returns (documents, stances and priorities that were decided again since)."""
    made = db.execute("select id from reviews where batch = ? order by id", [batch]).fetchall()
    left = 0
    for (review_id,) in [tuple(row) for row in made]:
        try:
            reviews.undo(db, account, review_id, now=now)
        except EditConflict:
            left += 1
        except BadVerdict:
            continue  # taken back by hand before
    lines = list(db.query("select * from import_lines where batch = ?", [batch]))
    for record_id in [line["hearing_id"] for line in lines if line["hearing_id"] is not None]:
        if row := advocacy.current(db, record_id):
            advocacy.withdraw(db, account, record_id, now=now, seen=row["id"])
    open_names = collaboration.active_account_names(db)
    with writing(db):
        for line in lines:
            if line["note_id"] is not None:
                collaboration.retract_note(db, account, line["note_id"], now)
            if line["followed"]:
                gone = [account.id, line["document_id"]]
                db.execute("delete from follows where account_id = ? and document_id = ?", gone)
            if line["lead"] and _leader(db, line["document_id"]) == line["lead"]:
                # Nobody where the account of who led before was closed since.
                before = line["lead_before"] if line["lead_before"] in open_names else ""
                collaboration.assign(db, account, line["document_id"], before, now)
        db.execute("insert into imports_undone values (?, ?, ?)", [batch, account.id, now])
        accounts.log(db, account.id, "took an import back", f"{name}: {count(len(lines), 'document')}", now)
    return len(lines), left
