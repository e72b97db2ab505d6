"""Verdicts: recorded once, never changed. Nobody overwrites a verdict that they have not seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlite_utils import Database

from desk.accounts.accounts import Account
from desk.reviews import review_items, subjects, verdict_validity
from desk.reviews.drafts import draft_of
from desk.reviews.in_words import did
from desk.reviews.subjects import BadVerdict, NotSuggested
from desk.reviews.suggestions import Suggestion, suggestions, texts_of
from publish.decisions import ON_RECORD
from store.connect import writing
from store.errors import InvalidInput
from store.placeholders import marks
from text.spans import Quote

#: Whether a row of reviews `r` is one of a bulk action. Who publishes or corrects a stance on record keeps its batch
#: (_on_record), for its year; that is a decision of its own, and nothing is undone with it. An import wrote more than verdicts
#: (leads, hearings, notes): desk.intake.importing undoes all of it.
IN_BULK = """
    r.batch is not null and r.batch not in (select batch from imports) and not exists (
        select 1 from reviews o where o.document_id = r.document_id and o.subject = r.subject and o.batch = r.batch
        and o.id < r.id and not exists (select 1 from reviews u where u.undoes = o.id)
    )"""


#: SQL: what was said last about an outcome, where that is a proposal or the end of one.
_PROPOSALS = """
    select * from reviews p where p.draft = 1 and p.id = (
        select max(o.id) from reviews o where o.document_id = p.document_id and o.subject = p.subject
        and o.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = o.id))"""
_TAKEN_BACK = "select undoes from reviews where undoes is not null"


class NotAllowed(InvalidInput):
    """The account's role is not enough for this."""


class EditConflict(InvalidInput):
    """Somebody decided the same subject since the page was opened. `by` is the newer row, with `name` of its author."""

    def __init__(self, newer: dict[str, Any]):
        super().__init__("someone has decided this since you opened the page")
        self.by = newer


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a person says about one subject. `seen` is the id of the last review that their page knew of its document.

    `draft`: an outcome that waits for an approver, or the end of one.
    """

    document_id: str
    subject: str
    verdict: str
    value: str | None = None
    note: str | None = None
    reason: str | None = None
    source: str | None = None
    published: bool = False
    passage: Quote | None = None
    seen: int = 0
    sampled: bool = False
    draft: bool = False


def last_id(db: Database, document_id: str) -> int:
    """The id of the newest review of a document, undone or not; 0 when there is none."""
    return db.execute("select coalesce(max(id), 0) from reviews where document_id = ?", [document_id]).fetchone()[0]


def record(
    db: Database, account: Account, given: Sequence[Verdict], *, now: str, batch: str | None = None
) -> list[int]:
    """Record verdicts, all or none; returns their ids.

    Raises:
        BadVerdict: one makes no sense, or its document is not held.
        NotAllowed: the account may not give it.
        EditConflict: somebody has decided the same subject since.
    """
    made = []
    with writing(db):
        for each in given:
            made.append(_record(db, account, each, now, batch))
        for document_id in dict.fromkeys(each.document_id for each in given):
            verdict_validity.settle(db, document_id, now)
    return made


def _record(db: Database, account: Account, given: Verdict, now: str, batch: str | None) -> int:
    subject = subjects.parse(given.subject)
    subjects.check(
        subject,
        given.verdict,
        given.value,
        published=given.published,
        reason=given.reason,
        source=given.source,
        draft=given.draft,
    )
    texts = texts_of(db, given.document_id)
    if texts is None:
        raise BadVerdict(f"{given.document_id}: there is no such document")
    _require_subject(db, subject)
    _require_role(account, subject.kind, published=given.published, reason=given.reason, draft=given.draft)
    if newer := _with_author(db, "reviews", given.document_id, given.subject, given.seen):
        raise EditConflict(newer)
    if given.verdict == "reject" and (given.draft or (subject.kind == "stance" and not given.published)):
        given = _dropping(db, account, given)
    said = suggestions(db, given.document_id).get(given.subject) or Suggestion(given.subject, suggested=False)
    suggested = said.suggested or subject.kind not in ("area", "position")
    if given.verdict == "reject" and not suggested and not current(db, given.document_id, given.subject):
        raise NotSuggested("there is nothing to reject: nothing was suggested")
    passage = given.passage or said.passage
    given = _keeping_a_pin(db, given)
    row = {
        "document_id": given.document_id,
        "subject": given.subject,
        "verdict": given.verdict,
        "value": given.value,
        "note": _clean_note(given.note),
        "reason": _clean_note(given.reason),
        "source": _clean_note(given.source, subjects.LONGEST_SOURCE),
        "published": int(given.published),
        "passage": json.dumps(asdict(passage), ensure_ascii=False) if passage else None,
        "text_hash": texts["text_hash"],
        "suggestion": said.as_json(),
        "reviewer": account.id,
        "reviewed_at": now,
        "batch": batch or _on_record(db, given),
        "sampled": int(given.sampled),
        "draft": int(given.draft),
    }
    return _insert(db, row)


def _dropping(db: Database, account: Account, given: Verdict) -> Verdict:
    """The verdict that drops a draft, with the side that the draft took."""
    draft = draft_of(db, given.document_id, given.subject)
    if draft is None:
        raise BadVerdict("no draft of it waits")
    if draft["reviewer"] != account.id and not account.may("approver"):
        raise NotAllowed(f"only {draft['name']}, who wrote the draft, or an approver can drop it")
    return replace(given, value=draft["value"])


def _keeping_a_pin(db: Database, given: Verdict) -> Verdict:
    """The verdict, which is a pin with the same line for the public where it only agrees with a pin."""
    if (given.subject, given.value) != ("priority", "2") or (given.reason or "").strip():
        return given
    held = current(db, given.document_id, "priority")
    pinned = held is not None and (held["verdict"], held["value"]) == ("change", "2")
    return replace(given, verdict="change", reason=held["reason"]) if held and pinned else given


def _on_record(db: Database, given: Verdict) -> str | None:
    """The batch of a stance on record, where this says the same side in other words, or publishes it.

    A draft of another side, a withdrawal, or an import in between changes nothing: only another side that was published does.
    """
    row = db.execute(
        f"""with said as (select * from reviews r where r.document_id = ? and r.subject = ?
            and not exists (select 1 from reviews u where u.undoes = r.id))
        select r.batch from said r where r.value = ? and r.batch like '{ON_RECORD}%' and not exists (
            select 1 from said o where o.id > r.id and o.published = 1 and o.value <> r.value) order by r.id desc limit 1""",
        [given.document_id, given.subject, given.value],
    ).fetchone()
    return row and str(row[0])


def undo(db: Database, account: Account, review_id: int, *, now: str) -> str:
    """Take a verdict back: the one before it holds again. Returns the document's id.

    Raises:
        BadVerdict: there is no such verdict, or it has been taken back.
        NotAllowed: another person gave it (only they can undo it; give a new verdict instead), or the role is not enough.
        EditConflict: a newer verdict on the same subject is in force.
    """
    with writing(db):
        review = undoable(db, account, review_id)
        texts = texts_of(db, review["document_id"]) or {}
        kept = {name: review[name] for name in ("document_id", "subject", "suggestion")}
        text_hash = texts.get("text_hash") or review["text_hash"]
        made = {"text_hash": text_hash, "reviewer": account.id, "reviewed_at": now, "undoes": review_id}
        _insert(db, kept | made | {"verdict": "undo"})
        verdict_validity.settle(db, review["document_id"], now)
    return review["document_id"]


def undoable(db: Database, account: Account, review_id: int) -> dict[str, Any]:
    """The verdict that a person may take back now.

    Raises:
        BadVerdict, NotAllowed, EditConflict: as `undo` does.
    """
    found = list(db.query("select * from reviews where id = ? and verdict != 'undo'", [review_id]))
    if not found or db.execute("select 1 from reviews where undoes = ?", [review_id]).fetchone():
        raise BadVerdict("this is already undone, or was never recorded")
    review = found[0]
    if review["reviewer"] != account.id:
        raise NotAllowed("only its author can undo a verdict; give another one instead")
    kind = subjects.parse(review["subject"]).kind
    _require_role(account, kind, published=bool(review["published"]), draft=bool(review["draft"]))
    # A proposed outcome is never in force: whatever was said about it since ends it.
    said = f"(select * from reviews where verdict != 'undo' and id not in ({_TAKEN_BACK}))"
    where = (said if review["draft"] else "current_reviews", review["document_id"], review["subject"])
    in_force = _with_author(db, *where, review_id if review["draft"] else 0)
    if in_force and in_force["id"] != review_id:
        raise EditConflict(in_force)
    return review


def undo_batch(db: Database, account: Account, batch: str, *, now: str) -> list[str]:
    """Take back what is still in force of one bulk action; returns the documents."""
    rows = db.execute(
        f"select r.id from current_reviews r where r.batch = ? and r.reviewer = ? and {IN_BULK} order by r.id",
        [batch, account.id],
    ).fetchall()
    return list(dict.fromkeys(undo(db, account, row[0], now=now) for row in rows))


def current(db: Database, document_id: str, subject: str) -> dict[str, Any] | None:
    """Return the verdict in force with the `name` of its author, or None."""
    return _with_author(db, "current_reviews", document_id, subject, 0)


def _with_author(db: Database, table: str, document_id: str, subject: str, seen: int) -> dict[str, Any] | None:
    """The newest verdict after `seen` on one subject."""
    sql = f"""
        select r.*, a.name from {table} r join accounts a on a.id = r.reviewer
        where r.document_id = ? and r.subject = ? and r.id > ? order by r.id desc limit 1"""
    return next(iter(db.query(sql, [document_id, subject, seen])), None)


def history(db: Database, document_id: str) -> list[dict[str, Any]]:
    """Every verdict on a document, newest first, with `name`, what the person `did`, `undone` (1 when it was taken back), and
    `in_force` (1 while nothing newer counts)."""
    titles = review_items.titles(db)
    rows = db.query(
        "select r.*, a.name, exists (select 1 from reviews u where u.undoes = r.id) as undone, "
        "(r.id in (select id from current_reviews c where c.document_id = r.document_id) or r.draft = 1 and r.id in "
        "(select id from current_drafts c where c.document_id = r.document_id)) as in_force from reviews r "
        "join accounts a on a.id = r.reviewer where r.document_id = ? order by r.id desc",
        [document_id],
    )
    return [row | {"did": did(row, titles)} for row in rows]


def last_of(db: Database, account: Account) -> dict[str, Any] | None:
    """What a person said last and still holds, with the `identifier` of its document, and what they `did`.

    What somebody has decided again since cannot be undone: what the person said before it is offered instead.
    `batch` is that of a bulk action, which is undone as a whole; else None. `imported`: it came with an import, which has a page
    of its own to undo it.
    """
    rows = db.query(
        f"select r.*, {IN_BULK} as in_bulk, r.batch in (select batch from imports except select batch from imports_undone) "
        "as imported, coalesce(d.identifier, r.document_id) as identifier "
        f"from (select * from current_reviews union all {_PROPOSALS}) r left join corpus.documents d on d.id = r.document_id "
        "where r.reviewer = ? order by r.id desc limit 1",
        [account.id],
    )
    row = next(iter(rows), None)
    return row and row | {"did": did(row, review_items.titles(db)), "batch": row["batch"] if row["in_bulk"] else None}


def _require_role(
    account: Account, kind: str, *, published: bool, reason: str | None = None, draft: bool = False
) -> None:
    needed = subjects.needs_role(kind, published=published, reason=reason, draft=draft)
    if not account.may(needed):
        raise NotAllowed(f"this needs the role of {needed}")


def _require_subject(db: Database, subject: subjects.Subject) -> None:
    """Check that the catalog has this area or position."""
    if subject.key:
        table = "policy_areas" if subject.kind == "area" else "positions"
        if not db.execute(f"select 1 from corpus.{table} where id = ?", [subject.key]).fetchone():
            raise BadVerdict(f"there is no {subject.kind} called {subject.key!r}")


def _clean_note(text: str | None, longest: int = subjects.LONGEST_NOTE) -> str | None:
    text = (text or "").strip()
    if len(text) > longest:
        raise BadVerdict(f"a note may have at most {longest:,} characters")
    return text or None


def _insert(db: Database, row: dict[str, Any]) -> int:
    cursor = db.execute(f"insert into reviews ({', '.join(row)}) values ({marks(row)})", list(row.values()))
    return int(cursor.lastrowid or 0)
