"""The pages on which staff add a document by hand, correct it, or withdraw it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from sqlite_utils import Database

from crawlers.items import KINDS, STATUSES, BadRecord, Document, Event, clean, document_id, slug
from crawlers.storage.merge import BY_HAND
from crawlers.storage.record import CLASSES
from desk.intake import manual_documents
from desk.reviews.subjects import ENDS
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError, InvalidForm
from desk.web.request_parsing import LARGEST_TEXT
from desk.web.routing import staff_page
from pages.http.formatting import glossary, place, session_in_words

#: The fields of the form, each with the most characters it takes.
FIELDS = {
    "kind": 20,
    "jurisdiction": 20,
    "session": 40,
    "identifier": 80,
    "title": 1_000,
    "url": 1_000,
    "status": 30,
    "published_on": 10,
    "hearing_on": 10,
    "deadline_on": 10,
    "abstract": 20_000,
    "text": 500_000,
    "note": 4_000,
}
#: Fields of dates to keep -> the kind of their event.
_DATES = {"hearing_on": "hearing", "deadline_on": "comment_close"}
#: Kinds that may have no number: the first words of the title stand for it.
_UNNUMBERED = ("case", "local_matter", "regulation")
_LONGEST_NAME = 60
#: Nobody sets a hearing or a deadline later than that; a wrong year is the likelier cause.
_YEARS_AHEAD = 5
#: What stands for the session where a kind has none: a case, and a regulation by its number.
_NO_SESSION = _COURT, _REGISTER, _REGULATIONS = "court", "fr", "regs"
#: Only days are typed, and they are those of the place; a zone decides nothing then.
_TIMEZONE = "America/New_York"
_REGISTER_NUMBER = re.compile(r"[0-9]{4}-[0-9]{4,6}")
_COURTLISTENER = re.compile(r"/(opinion|docket)/([0-9]+)/")


class BadDocument(InvalidForm):
    """A form that makes no document."""


@staff_page(r"/added", methods="GET")
def listed(context: RequestContext) -> Answer:
    """Show the documents added by hand."""
    return Page("desk/by_hand.html", {"rows": manual_documents.listed(context.db)})


@staff_page(r"/added/form", role="reviewer", max_bytes=LARGEST_TEXT)
def form(context: RequestContext) -> Answer:
    """Show the form, empty or with the record of `id`; sent, it adds, corrects or withdraws a document."""
    db, key, seen = context.db, context.arg("id"), context.number("seen")
    old = manual_documents.current(db, key) if key else None
    if key and old is None:
        raise HTTPError(404, "No document with that number was added by hand.")
    public = manual_documents.public(db, key)
    if context.form is None:
        return _page(context, old, _filled_in(old["document"], public) if old else dict.fromkeys(FIELDS, ""))
    typed = {name: (context.form.get(name) or [""])[0] for name in FIELDS}
    gone, draft = context.typed("step") == "withdraw", context.typed("step") == "draft"
    try:
        document = (public or old["document"]) if gone and old else document_of(typed, context.today)
        # What nobody published may get another number, so that no word of a draft stays in its address.
        moved = old["document"] if old and not public and document.id != old["document_id"] else None
        what = (db, context.me, document, typed["note"])
        unpublished = draft or (gone and public is None)
        # A draft that was moved is gone from its first number; one that is still there wants a number that another has.
        moves = bool(moved and old and not old["gone"])
        if moves or not manual_documents.is_sent_twice(*what, seen=seen, gone=gone, draft=unpublished):
            _check_place(context, document, old, moved=moved is not None)
            manual_documents.add(*what, seen=seen, now=context.now, gone=gone, draft=unpublished, instead_of=moved)
    except BadDocument as bad:
        return _page(context, old, typed, bad.fields, 400)
    except manual_documents.EditConflict as error:
        return _page(context, old, typed, {"": str(error)}, 409)
    if draft:
        return Redirect("/desk/added", "Saved as a draft, which only staff see.")
    message = "Saved. The next run tags and matches it; the command infopolicy rebuild does so now."
    if gone:
        message = _withdrawn(db, document.id)
    elif document.events:
        message = (
            f"{message} Its dates are on the calendar and the page of deadlines; follow it to have it in Our bills."
        )
    shown = context.take_in(db, document.id, context.now) and context.publish(db, [document.id])
    return Redirect("/desk/added", message if shown else f"{message} {PUBLISHED_LATER}")


def _withdrawn(db: Database, document_id: str) -> str:
    held = db.execute(
        "select 1 from corpus.decisions where document_id = ? and subject like 'stance%'", [document_id]
    ).fetchone()
    return "Withdrawn. Its published stance stays public until an approver withdraws it." if held else "Withdrawn."


def document_of(typed: Mapping[str, str], today: date) -> Document:
    """Make the document that a form describes.

    Raises:
        BadDocument: with what is wrong, field by field.
    """
    wrong: dict[str, str] = {}
    said = {name: _text(name, typed.get(name, ""), wrong) for name in FIELDS}
    for name, words in (("title", "a title"), ("identifier", "a number"), ("jurisdiction", "a place")):
        if not said[name] and name not in wrong and not (name == "identifier" and said["kind"] in _UNNUMBERED):
            wrong[name] = f"enter {words}"
    if said["kind"] not in KINDS:
        wrong["kind"] = "choose a kind"
    if said["status"] not in STATUSES:
        wrong["status"] = "choose a status"
    _check_url(said["url"], wrong)
    for name in ("published_on", *_DATES):
        _check_day(name, said[name], wrong)
    _check_order(said, today, wrong)
    session, identifier = _number(said, wrong)
    if wrong:
        raise BadDocument(wrong)
    place = _place_of(said["jurisdiction"])
    try:
        key = document_id(place, session, identifier)
    except BadRecord as error:
        raise BadDocument({"identifier": "a number needs letters or digits"}) from error
    return CLASSES.get(said["kind"], Document)(
        id=key,
        kind=said["kind"],
        source=BY_HAND,
        jurisdiction=place,
        level=_level(said["kind"], place),
        session=session,
        identifier=identifier,
        title=said["title"],
        url=said["url"],
        source_url=said["url"],
        abstract=said["abstract"] or None,
        text=said["text"] or None,
        status=said["status"],
        published_on=said["published_on"] or None,
        events=tuple(
            Event(kind=kind, starts_at=said[name], timezone=_TIMEZONE) for name, kind in _DATES.items() if said[name]
        ),
    )


def _place_of(typed: str) -> str:
    """The key of a place that was named ("Texas", "TX"), or typed as in our addresses ("us-tx")."""
    known = glossary()["jurisdictions"]
    by_name = {slug(name): key for key, name in known.items()}
    key = slug(typed)
    return by_name.get(key) or (f"us-{key}" if key not in known and f"us-{key}" in known else key)


def _filled_in(document: Document, public: Document | None) -> dict[str, str]:
    """The fields of the form, as they were sent: what the program made of others stays only where the public has it."""
    found = {name: getattr(document, name, None) or "" for name in FIELDS}
    if public is None and document.kind in _UNNUMBERED:
        if document.identifier == _named(document.title):
            found["identifier"] = ""
        if document.session in (*_NO_SESSION, _year(found["published_on"])):
            found["session"] = ""
    dates = {event.kind: event.starts_at[:10] for event in document.events}
    return found | {name: dates.get(kind, "") for name, kind in _DATES.items()}


def _text(name: str, typed: str, wrong: dict[str, str]) -> str:
    """One field as it is stored; what was typed into a line has no line breaks."""
    try:
        said = clean(typed) or ""
    except BadRecord:
        said = ""
    if name not in ("abstract", "text", "note"):
        said = " ".join(said.split())
    if len(said) > FIELDS[name]:
        wrong[name] = f"at most {FIELDS[name]:,} characters; this has {len(said):,}"
    return said


def _check_url(url: str, wrong: dict[str, str]) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and " " not in url
    except ValueError:
        fits = False
    if not fits:
        wrong["url"] = "enter the address of the document; it starts with https:// or http://"


def _check_day(name: str, day: str, wrong: dict[str, str]) -> None:
    try:
        if day and date.fromisoformat(day).isoformat() != day:
            raise ValueError(day)
    except ValueError:
        wrong[name] = "enter a date such as 2026-11-30"


def _check_order(said: Mapping[str, str], today: date, wrong: dict[str, str]) -> None:
    """Check that the days can be: of what has ended, the day is that of its end, and hearings may be before it."""
    if said["published_on"] > today.isoformat():
        wrong.setdefault("published_on", "this date is in the future")
    for name in _DATES:
        if said["status"] not in ENDS and "" < said[name] < said["published_on"]:
            wrong.setdefault(name, "this is before the document was introduced or published")
        if said[name] > f"{today.year + _YEARS_AHEAD}{today.isoformat()[4:]}":
            wrong.setdefault(name, f"this is more than {_YEARS_AHEAD} years away")


def _number(said: Mapping[str, str], wrong: dict[str, str]) -> tuple[str, str]:
    """Return session and number as the sources of this kind write them, so that a later record is the same document."""
    number = said["identifier"] or (_named(said["title"]) if said["kind"] in _UNNUMBERED[1:] else "")
    if said["kind"] == "case":
        found = _COURTLISTENER.search(said["url"])
        if "courtlistener.com/" in said["url"] and found:
            return _COURT, f"{found[1]} {found[2]}"
        return _COURT, number or _named(said["title"])
    if said["kind"] == "regulation" and said["jurisdiction"].lower() == "us" and not said["session"]:
        return (_REGISTER if _REGISTER_NUMBER.fullmatch(number) else _REGULATIONS), number
    if not said["session"] and said["kind"] in _UNNUMBERED:
        return _year(said["published_on"]), number
    if not said["session"]:
        wrong["session"] = "enter the number or years of the session, as the legislature writes them"
    return said["session"], number


def _year(published_on: str) -> str:
    """What stands for the session of a local matter, or of a rule outside the United States."""
    return published_on[:4] or "undated"


def _named(title: str) -> str:
    """The first words of a title, for what has no number: a pending case, a policy of a company, a local matter."""
    return title if len(title) <= _LONGEST_NAME else title[:_LONGEST_NAME].rsplit(" ", 1)[0]


def _level(kind: str, place: str) -> str:
    if kind in ("case", "local_matter"):
        return {"case": "court", "local_matter": "local"}[kind]
    if place == "us" or not place.startswith("us-"):
        return "federal" if place == "us" else "international"
    return "state" if place.count("-") == 1 else "local"


def _check_place(context: RequestContext, document: Document, old: dict[str, Any] | None, *, moved: bool) -> None:
    """Check that the number is free, and that the place and session are known, or new on purpose."""
    if old is not None and not moved:
        if old["document_id"] != document.id:
            other = f"this would be another document ({_called(document)}): withdraw this one and add the other"
            raise BadDocument({"identifier": other})
        return
    held = context.db.execute("select title from corpus.documents where id = ?", [document.id]).fetchone()
    if held or manual_documents.is_taken(context.db, document.id, by_draft=moved):
        title = f", {held[0][:120]}" if held else ""
        raise BadDocument({"identifier": f"this number is already here: {_called(document)}{title}"})
    if context.typed("new_place"):
        return
    sql = (
        "select distinct session from corpus.documents where jurisdiction = ? and session not in (?, ?, ?) "
        "order by 1 desc limit 400"
    )
    known = [row[0] for row in context.db.execute(sql, [document.jurisdiction, *_NO_SESSION])]
    if not known:
        raise BadDocument(
            {"jurisdiction": f"nothing from “{place(document.jurisdiction)}” is here yet: check below if it is right"}
        )
    if context.typed("session") and document.session not in (*known, *_NO_SESSION):
        sessions = ", ".join(known[:12])
        raise BadDocument(
            {"session": f"known sessions are {sessions}: choose one of these, or check below if it is new"}
        )


def _called(document: Document) -> str:
    session = session_in_words(document.jurisdiction, document.session)
    return ", ".join(filter(None, (document.identifier, place(document.jurisdiction), session)))


def _page(
    context: RequestContext,
    old: dict[str, Any] | None,
    typed: Mapping[str, str],
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Page:
    sql = "select distinct jurisdiction from corpus.listing where area_id = 'any'"
    places = sorted(row[0] for row in context.db.execute(sql))
    seen = context.number("seen") or (old["id"] if old else 0)
    form = {"v": typed, "wrong_fields": wrong or {}, "old": old, "seen": seen, "new_place": context.typed("new_place")}
    return Page("desk/by_hand_form.html", form | {"words": glossary(), "places": places}, status)
