"""The pages of our bills: the table, its files, the weekly report, and the records of advocacy."""

from __future__ import annotations

import datetime
import io
from collections import defaultdict
from dataclasses import fields, replace

from sqlite_utils import Database

from desk.accounts import calendar_links
from desk.partners import partners
from desk.queue import advocacy, advocacy_files, collaboration
from desk.queue.advocacy import AdvocacyRecord, AlreadyKept, RecordConflict
from desk.queue.our_bills import CHOICES, OurFilters, Row, our_bills, weekly_report
from desk.web.context import PUBLISHED_LATER, Answer, Attachment, Page, Redirect, RequestContext, local
from desk.web.errors import HTTPError
from desk.web.request_parsing import LARGEST_FILE, Upload
from desk.web.routing import NUMBER, staff_page
from pages.browse import finding
from pages.export.exports import csv_lines, workbook
from pages.export.ical import calendar
from pages.http import formatting
from pages.people import finding as people_finding
from publish.engagements import ENGAGEMENTS
from store.errors import InvalidInput

CSV, EXCEL, CALENDAR = (
    "text/csv; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "text/calendar; charset=utf-8",
)


def _rows(context: RequestContext, filters: OurFilters, since: str | None = None) -> list[Row]:
    held: dict[str, list[str]] = defaultdict(list)
    for each in context.ask_partners(partners.held, []):
        held[each["document_id"]].append(f"{each['organisation']}: {formatting.word('stances', each['stance'])}")
    said = {key: "; ".join(sorted(each)) for key, each in held.items()}
    return our_bills(context.db, filters, me=context.me.id, today=context.today, since=since, partners=said)


@staff_page(r"/ours", methods="GET")
def our_bills_page(context: RequestContext) -> Answer:
    """Show our bills."""
    filters = OurFilters.of(context.args)
    since = collaboration.record_visit(context.db, context.me, context.now)
    everything = _rows(context, OurFilters(ended="1"))
    view = {
        "rows": _rows(context, filters, since),
        "f": filters,
        "today": context.today.isoformat(),
        "choices": CHOICES,
        "feed": calendar_links.made_at(context.db, context.me),
        "since": since,
        "total": len(everything),
        "leads": sorted({row["lead"] for row in everything} - {""}),
        "places": sorted({(row["place"], row["jurisdiction"]) for row in everything}),
        "stances": sorted(({row["stance"] for row in everything} | {row["draft"] for row in everything}) - {""}),
        "saved": [
            each | {"query": each["query"].removeprefix("ours?")}
            for each in collaboration.saved_filters(context.db, context.me)
            if each["query"].startswith("ours?")
        ],
    }
    return Page("desk/ours.html", view)


@staff_page(r"/ours\.(?P<form>csv|xlsx|ics)", methods="GET")
def our_bills_file(context: RequestContext) -> Answer:
    """Download our bills as a spreadsheet, or their dates as a calendar."""
    form, filters = context.path["form"], OurFilters.of(context.args)
    rows = _rows(context, filters)
    if form == "ics":
        return _calendar(context, rows)
    rows = [_away_from_the_site(row, context.site) for row in rows]
    if form == "csv":
        return Attachment("our-bills.csv", csv_lines(filters.spreadsheet, rows), CSV)
    target = io.BytesIO()
    workbook(target, "Our bills", filters.spreadsheet, rows, links=("address", "url"))
    return Attachment("our-bills.xlsx", target.getvalue(), EXCEL)


def _away_from_the_site(row: Row, site: str) -> Row:
    """A row for people who read it elsewhere: the session in words, and whole addresses."""
    session = formatting.session_in_words(row["jurisdiction"], row["session"], row["session_title"])
    return row | {"session": session, "address": site + row["address"], "url": formatting.safe_url(row["url"]) or ""}


def _calendar(context: RequestContext, rows: list[Row]) -> Attachment:
    """The next date of each document as a calendar."""
    events = [
        {
            "key": f"{row['id']}-{row['next_kind']}",
            "document_id": row["id"],
            "kind": row["next_kind"],
            "starts_at": row["next_at"],
            "timezone": None,
            "description": _event_says(row),
            "title": row["title"],
            "identifier": row["identifier"],
            "jurisdiction": row["jurisdiction"],
            "changed_at": context.now,
            "area_titles": [],
            "revision": 0,
        }
        for row in rows
        if row["next_at"]
    ]
    return Attachment("our-bills.ics", calendar("Our bills", "/desk/ours", events, context.site), CALENDAR)


def _event_says(row: Row) -> str | None:
    said = (row["next_title"], row["next_link"], f"Stance: {row['stance']}" if row["stance"] else None)
    return " ".join(filter(None, said)) or None


@staff_page(r"/ours/calendar", methods="POST")
def calendar_address(context: RequestContext) -> Answer:
    """Make a private address of the calendar, which is shown once, or end the one there is."""
    filters = replace(OurFilters.of(context.args), waiting="", lead="")
    if context.typed("step") == "end":
        calendar_links.end(context.db, context.me, context.now)
        return Redirect("/desk/ours", "The address of your calendar works no more.")
    token = calendar_links.make(context.db, context.me, context.now)
    address = f"{context.site}/desk/calendar/{token}.ics"
    return Page("desk/calendar.html", {"address": f"{address}?{filters.query()}".removesuffix("?")})


@staff_page(rf"/calendar/{calendar_links.TOKEN}\.ics", role=None, methods="GET")
def calendar_feed(context: RequestContext) -> Answer:
    """Give the calendar to a program that has its address; everybody else is led to the login."""
    account = calendar_links.owner(context.db, context.path["token"])
    if account is None:
        return Redirect("/desk/login")
    context = replace(context, account=account)
    # Whoever has the address may ask: only for what is public, or the account's own, and not for drafts or who leads.
    filters = replace(OurFilters.of(context.args), waiting="", lead="")
    rows = [row for row in _rows(context, filters) if filters.stance in ("", row["stance"])]
    private = {"next_title": None, "next_link": None}
    return _calendar(context, [row if row["next_public"] else row | private for row in rows])


@staff_page(r"/weekly", methods="GET")
def weekly_page(context: RequestContext) -> Answer:
    """Show one week on one page to print: what moved, what is next, what we did."""
    try:
        last = datetime.date.fromisoformat(context.arg("until")) if context.arg("until") else context.today
    except ValueError as error:
        raise HTTPError(400, "Enter a date such as 2026-11-30.") from error
    first = last - datetime.timedelta(days=6)
    done = advocacy.records(context.db, since=first.isoformat(), until=last.isoformat())
    ours = _rows(context, OurFilters(ended="1"))
    return Page("desk/weekly.html", {"r": weekly_report(context.db, ours, done, last), "r_kinds": advocacy.KINDS})


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
    problem, newer, typed = None, None, {name: context.typed(name) for name in ADVOCACY_FIELDS}
    may_be: dict[str, str] = {}
    number = context.number("record")
    if context.form is not None:
        try:
            if context.typed("step") == "withdraw":
                advocacy.withdraw(context.db, context.me, number, now=context.now, seen=context.number("seen"))
                return _saved(context, "/desk/advocacy", "The record is withdrawn.")
            if context.typed("step") in ANSWERS:
                return _answer(context, number, context.typed("step"))
            if context.typed("step") == "remove":
                advocacy_files.remove(context.db, context.me, context.number("file"), context.now)
                return Redirect("/desk/advocacy", "The file is removed.")
            upload = context.files.get("file")
            if upload is not None:
                advocacy_files.check(context.db, number, upload)
            typed["person_id"] = _person(context.db, context.typed("chosen") or typed["person_id"])
            asks = context.typed("proposed") == "1"
            if context.me.may("approver") and typed["kind"] in advocacy.PRIVATE_KINDS:
                asks = False  # what they answer by making a meeting of it
            said = _record(context.db, typed, context.typed("public") == "1", asks)
            return _keep(context, said, number or None, upload)
        except RecordConflict as error:
            problem, newer = str(error), error.by
        except SeveralPeople as error:
            problem, may_be = str(error), error.may_be
        except InvalidInput as error:
            problem = str(error)
    document, person, proposed = (
        context.arg("document")[:100],
        context.arg("person")[:100],
        bool(context.arg("proposed")),
    )
    row = advocacy.current(context.db, number) if number and context.form is None else None
    withdrawing = context.typed("step") in ("withdraw", *ANSWERS)
    if newer and withdrawing:
        row = newer  # its form had no fields
    values = {name: row[name] or "" for name in (*ADVOCACY_FIELDS, *_FLAGS)} if row else typed
    values = {
        **{name: context.typed(name) for name in _FLAGS},
        **values,
        "document_id": values["document_id"] or document,
        "person_id": values["person_id"] or person,
    }
    view = {
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
        "problem": problem,
        "called": people_finding.labels(
            context.db.conn, {values["person_id"], person, (newer or {}).get("person_id") or ""}
        ),
        "may_be": may_be,
        "lost_file": bool(problem and context.files.get("file")),
        "proposed": proposed,
        "positions": context.db.execute("select id, title from corpus.positions order by ordinal, title").fetchall(),
    }
    return Page("desk/advocacy.html", view, 409 if newer else 400 if problem else 200)


#: What an approver answers to a proposal -> what the page says then.
ANSWERS = {
    "publish": "The public may read the record now.",
    "decline": "The record stays with staff: it is no longer proposed.",
}


def _answer(context: RequestContext, number: int, step: str) -> Redirect:
    """Make a proposed record public, or leave it to staff; then back to what else is proposed."""
    public, seen = step == "publish", context.number("seen")
    advocacy.answer_proposal(context.db, context.me, number, public=public, now=context.now, seen=seen)
    more = "?proposed=1" if advocacy.proposed_count(context.db) else ""
    return _saved(context, f"/desk/advocacy{more}", ANSWERS[step])


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


_FLAGS = ("public", "proposed")
ADVOCACY_FIELDS = tuple(each.name for each in fields(AdvocacyRecord) if each.name not in _FLAGS)
