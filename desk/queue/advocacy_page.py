"""The page of the records of advocacy: its form keeps, corrects, or withdraws one, and answers proposals for the public."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from sqlite_utils import Database

from desk.queue import advocacy, advocacy_files
from desk.queue.advocacy import AdvocacyRecord, AlreadyKept, RecordConflict
from desk.queue.our_bills import Row
from desk.web.context import PUBLISHED_LATER, Answer, Attachment, Page, Redirect, RequestContext, local
from desk.web.errors import HTTPError
from desk.web.request_parsing import LARGEST_FILE, Upload
from desk.web.routing import NUMBER, staff_page
from pages.browse import finding
from pages.people import finding as people_finding
from publish.engagements import ENGAGEMENTS
from store.errors import InvalidInput

_FLAGS = ("public", "proposed")
ADVOCACY_FIELDS = tuple(each.name for each in fields(AdvocacyRecord) if each.name not in _FLAGS)
#: What an approver answers to a proposal -> what the page says then.
ANSWERS = {
    "publish": "The public may read the record now.",
    "decline": "The record stays with staff: it is no longer proposed.",
}
#: The same of a record that has only a day by which it is due.
_PUBLIC_LATER = "The public may read the record once you enter the day on which it happened."


@dataclass(frozen=True)
class _Refused:
    """Why a form did nothing: what somebody else wrote meanwhile (``newer``), or the legislators of the name that was typed."""

    problem: str | None = None
    newer: Row | None = None
    may_be: dict[str, str] = field(default_factory=dict)


@staff_page(rf"/advocacy/files/{NUMBER}", methods="GET")
def advocacy_file(context: RequestContext) -> Answer:
    """Download a file of a record."""
    found = advocacy_files.read(context.db, int(context.path["number"]))
    if found is None:
        raise HTTPError(404, "There is no such file.")
    # Never as what it says it is: a browser must not show what somebody uploaded as a page of ours.
    return Attachment(*found, "application/octet-stream")


@staff_page(r"/advocacy", post="reviewer", max_bytes=LARGEST_FILE, files=True)
def advocacy_page(context: RequestContext) -> Answer:
    """Show the records of advocacy; the form keeps one, corrects it, or withdraws it."""
    typed, refused = {name: context.typed(name) for name in ADVOCACY_FIELDS}, _Refused()
    if context.form is not None:
        try:
            return _carry_out(context, typed)
        except RecordConflict as error:
            refused = _Refused(str(error), newer=error.by)
        except SeveralPeople as error:
            refused = _Refused(str(error), may_be=error.may_be)
        except InvalidInput as error:
            refused = _Refused(str(error))
    code = 409 if refused.newer else 400 if refused.problem else 200
    return Page("desk/advocacy.html", _view(context, typed, refused), code)


def _carry_out(context: RequestContext, typed: dict[str, str]) -> Redirect:
    """Do what a form asks for.

    Raises:
        RecordConflict: somebody has corrected the record since the page was opened.
        SeveralPeople: the name of the legislator fits several.
        InvalidInput: what was typed, or the file, cannot be kept.
    """
    number, step = context.number("record"), context.typed("step")
    if step == "withdraw":
        advocacy.withdraw(context.db, context.me, number, now=context.now, seen=context.number("seen"))
        return _saved(context, "/desk/advocacy", "The record is withdrawn.")
    if step in ANSWERS:
        return _answer(context, number, step)
    if step == "remove":
        advocacy_files.remove(context.db, context.me, context.number("file"), context.now)
        return Redirect("/desk/advocacy", "The file is removed.")
    upload = context.files.get("file")
    if upload is not None:
        advocacy_files.check(context.db, number, upload)
    # Kept with what was typed: a form that is refused for something else knows whom somebody chose.
    typed["person_id"] = _person(context.db, context.typed("chosen") or typed["person_id"])
    # An approver answers a proposal by making a meeting of it.
    answers = context.me.may("approver") and typed["kind"] in advocacy.PRIVATE_KINDS
    proposed = context.typed("proposed") == "1" and not answers
    said = _record(context.db, typed, context.typed("public") == "1", proposed)
    return _keep(context, said, number or None, upload)


def _view(context: RequestContext, typed: dict[str, str], refused: _Refused) -> dict[str, object]:
    document, person = context.arg("document")[:100], context.arg("person")[:100]
    number, proposed = context.number("record"), bool(context.arg("proposed"))
    row = advocacy.current(context.db, number) if number and context.form is None else None
    withdrawing = context.typed("step") in ("withdraw", *ANSWERS)
    newer = refused.newer
    if newer and withdrawing:
        row = newer  # its form had no fields
    said = row if row else typed | {name: context.typed(name) for name in _FLAGS}
    values = {name: said[name] or "" for name in (*ADVOCACY_FIELDS, *_FLAGS)}
    values |= {"document_id": values["document_id"] or document, "person_id": values["person_id"] or person}
    shown = {values["person_id"], person, (newer or {}).get("person_id") or ""}
    documents = [values["document_id"], document, (newer or {}).get("document_id") or ""]
    return {
        "rows": [
            each | {"files": advocacy_files.of_record(context.db, each["record_id"])}
            for each in advocacy.records(context.db, document_id=document or None, person_id=person or None)
            if each["proposed"] or not proposed
        ],
        "kinds": advocacy.KINDS,
        "on_scorecard": ENGAGEMENTS,
        "v": values,
        "record": row["record_id"] if row else number,
        # What somebody else wrote is on the page now: who saves again has seen it.
        "seen": (row or newer or {}).get("id") or context.number("seen"),
        "newer": newer,
        "withdrawing": withdrawing,
        "document": document,
        "person": person,
        "problem": refused.problem,
        # The form and the list call a legislator and a document as people do.
        "called": people_finding.labels(context.db.conn, shown) | finding.labels(context.db.conn, documents),
        "may_be": refused.may_be,
        "lost_file": bool(refused.problem and context.files.get("file")),
        "proposed": proposed,
        "positions": context.db.execute("select id, title from corpus.positions order by ordinal, title").fetchall(),
    }


def _answer(context: RequestContext, number: int, step: str) -> Redirect:
    """Make a proposed record public, or leave it to staff; then back to what else is proposed."""
    public, seen = step == "publish", context.number("seen")
    advocacy.answer_proposal(context.db, context.me, number, public=public, now=context.now, seen=seen)
    more = "?proposed=1" if advocacy.proposed_count(context.db) else ""
    row = advocacy.current(context.db, number)
    waits = public and row and not row["happened_on"]
    return _saved(context, f"/desk/advocacy{more}", _PUBLIC_LATER if waits else ANSWERS[step])


def _keep(context: RequestContext, said: AdvocacyRecord, corrects: int | None, upload: Upload | None) -> Redirect:
    """Keep a record with its file, or the file alone where the record is there: who forgot it goes back to attach it."""
    to = local(context.typed("next"), "/desk/advocacy")
    try:
        kept = advocacy.add(
            context.db, context.me, said, now=context.now, corrects=corrects, seen=context.number("seen")
        )
    except AlreadyKept as error:
        if upload is None or advocacy_files.has(context.db, error.record_id, upload):
            return Redirect(to, "This record is here already: nothing was added.")
        advocacy_files.attach(context.db, context.me, error.record_id, upload, context.now)
        return Redirect(to, "This record is here already: the file was added to it.")
    if upload is not None:
        advocacy_files.attach(context.db, context.me, kept, upload, context.now)
    return _saved(context, to, "The record is saved.")


def _saved(context: RequestContext, to: str, message: str) -> Redirect:
    """Bring the public scorecard up to date at once."""
    done = context.publish(context.db, [])
    return Redirect(to, message if done else f"{message} {PUBLISHED_LATER}")


class SeveralPeople(InvalidInput):
    """The name that was typed is that of several legislators: `may_be` has their ids and what they are called."""

    def __init__(self, typed: str, may_be: dict[str, str]):
        super().__init__(f"several legislators have the name “{typed[:80]}”: choose one, or add the state to the name")
        self.may_be = dict(list(may_be.items())[: people_finding.MOST])


def _person(db: Database, typed: str) -> str:
    """The id of the one legislator who is meant; "" where the field is empty.

    Raises:
        SeveralPeople: the name fits several.
        InvalidInput: it fits nobody.
    """
    found = people_finding.candidates(db.conn, typed) if typed else {"": ""}
    if len(found) > 1:
        raise SeveralPeople(typed, found)
    if not found:
        raise InvalidInput(
            f"no legislator who is collected here has the name “{typed[:80]}”: check the spelling, or leave it empty and "
            "write the name under “Who signed, or who was met”"
        )
    return next(iter(found))


def _record(db: Database, typed: dict[str, str], public: bool, proposed: bool) -> AdvocacyRecord:
    said = {name: value or None for name, value in typed.items() if name not in ("kind", "title")}
    said["document_id"] = finding.the_one(db.conn, typed["document_id"]) or said["document_id"]
    return AdvocacyRecord(kind=typed["kind"], title=typed["title"], public=public, proposed=proposed, **said)
