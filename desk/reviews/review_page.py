"""The page on which staff review one document, and what its forms do."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from comparison.versions.company_provisions import latest_changes
from crawlers.companies import KIND
from desk.intake import reports
from desk.partners import partners
from desk.queue import collaboration, queue
from desk.queue.old_news import old_news
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import public_change, review_items, reviews, subjects, suggestions
from desk.reviews.drafts import proposed_outcomes, touched_by_others
from desk.reviews.related_documents import related_documents
from desk.reviews.review_items import Item
from desk.reviews.reviews import EditConflict, NotAllowed, Verdict
from desk.reviews.subjects import BadVerdict
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page
from pages.browse import finding
from pages.documents import rulemaking
from pages.documents.highlight import Mark, Piece, marked
from pages.documents.progress import Progress, progress
from pages.documents.session_status import SESSION_TITLE
from second_reader.answer import Opinion
from second_reader.opinions import Reading

Row = dict[str, Any]
#: Changes of a company's rules that are shown beside what there is to decide.
_CHANGES = 3
#: Other documents with its number that are offered.
_MOST_ALSO = 10
#: The fields of the form that records a verdict.
_TYPED = ("subject", "about", "verdict", "value", "note", "reason", "source", "words")


@dataclass(frozen=True)
class ReviewView:
    """Everything that the review page shows."""

    d: Row
    today: datetime.date
    next_event: Row | None
    progress: Progress
    #: The latest changes of the rules of a company, each with what came, went or turned; else nothing.
    rules_changed: list[tuple[str, list[str]]]
    title_pieces: list[Piece]
    abstract_pieces: list[Piece]
    text_passages: list[list[Piece]]
    text_pieces: list[Piece]
    #: What to decide and what was decided.
    items: list[Item]
    history: list[Row]
    #: The number of a verdict -> what its author did, in words; value of a priority -> its name.
    did: dict[int, str]
    priorities: dict[str, str]
    stances: list[Row]
    #: Drafts that somebody else dropped, or whose stance was withdrawn (desk.reviews.drafts.touched_by_others).
    touched_drafts: list[Row]
    #: Outcomes that a reviewer proposed and no approver has published or dropped.
    proposed: list[Row]
    choices: dict[str, list[tuple[str, str]]]
    seen: int
    last: Row | None
    ended_here: bool
    #: Why a pinned document matters, as the home page shows it.
    pin_reason: str
    sampled: bool
    #: What the form that was just sent said, and why it was not recorded.
    tried: dict[str, str]
    conflict: Row | None
    problem: str | None
    #: Collaboration.
    notes: list[Row]
    owners: list[Row]
    assigned: Row | None
    snoozed: Row | None
    followed: bool
    people: list[str]
    #: Why the status may be out of date, "" where it is not.
    old: str
    #: Hearings and deadlines that staff recorded: day and what is on it.
    dates: list[tuple[str, str]]
    reports: list[Row]
    partners_hold: list[Row]
    #: Other documents with the number that somebody searched for: id -> what people call it.
    also: dict[str, str]
    #: The same bill under other numbers, with what is decided on it, and other related documents.
    twins: list[Row]
    related: list[Row]
    #: What a second reader says, and what of it the program does not: (title, opinion).
    reading: Reading | None
    beyond: list[tuple[str, Opinion]]
    #: The place in the queue: its filters, and the number of the document where staff go through it one by one.
    filters: Filters
    number: int | None
    #: Where to go without deciding.
    next_number: int | None
    query: str
    outcomes: tuple[str, ...] = subjects.OUTCOMES


#: A document, and whether the public page marks it as must-see.
_DOCUMENT = f"""
    select d.*, {SESSION_TITLE} as session_title, coalesce(p.priority, 0) = 2
        and d.id not in (select document_id from corpus.ceremonial) as must_see
    from corpus.documents d left join corpus.shown_priorities p on p.document_id = d.id where d.id = ?"""


def review_view(
    context: RequestContext, document_id: str, conflict: Row | None = None, problem: str | None = None
) -> ReviewView:
    """Gather what the review page of a document shows.

    Args:
        conflict: the newer verdict of another person, where there is one.
        problem: why the form that was sent was not recorded.

    Raises:
        HTTPError: there is no such document.
    """
    db, today = context.db, context.today
    document = _document(db, document_id)
    partners_hold = context.ask_partners(lambda file: partners.statements_on(file, document_id), [])
    tried = {name: context.typed(name) for name in _TYPED}
    number = context.number("n") if "n" in context.args else None
    filters = Filters.of(context.args)
    query = filters.query(n=number)
    sampled = queue.is_sampled(db, today, document_id)
    last, history, titles = reviews.last_of(db, context.me), reviews.history(db, document_id), review_items.titles(db)
    stances, choices = review_items.stances(history, titles), review_items.choices(titles)
    pin_reason = review_items.pin_reason(history)
    items = review_items.items(db, document_id, titles, all_priorities=sampled)
    marks: dict[str, list[Mark]] = defaultdict(list)
    for item in sorted((item for item in items if item.kind == "area"), key=lambda item: item.key):
        for each in item.evidence:
            marks[each.field].append(Mark(each.start, each.end, item.title))
    twins, related = related_documents(db, document, titles)
    reading = context.second_reading(document_id, document["text_hash"])
    beyond = reading.beyond([item.subject for item in items]) if reading else []
    return ReviewView(
        d=document,
        today=today,
        old=old_news(db, [document_id], today).get(document_id, ""),
        **marked(document, marks),
        items=items,
        history=history,
        did={row["id"]: row["did"] for row in history},
        priorities=subjects.PRIORITIES,
        seen=history[0]["id"] if history else 0,
        pin_reason=pin_reason,
        stances=stances,
        touched_drafts=touched_by_others(db, document_id),
        proposed=proposed_outcomes(db, document_id),
        choices=choices,
        last=last,
        sampled=sampled,
        ended_here=document["status"] in subjects.ENDS,
        tried=tried,
        conflict=conflict,
        problem=problem,
        **collaboration.work_on(db, context.me, document_id, today.isoformat()),
        reports=reports.open_about(db, document_id),
        partners_hold=partners_hold,
        also=finding.labels(db.conn, context.args["also"][:_MOST_ALSO]) if "also" in context.args else {},
        twins=twins,
        related=related,
        reading=reading,
        beyond=[(titles[each.subject][0], each) for each in beyond if each.subject in titles],
        next_event=rulemaking.next_event_of(db.conn, document_id, today),
        progress=progress(db.conn, document_id),
        rules_changed=latest_changes(db.conn, document_id, _CHANGES) if document["kind"] == KIND else [],
        filters=filters,
        number=number,
        next_number=None if number is None else queue.place_after(number, filters, sampled=sampled, cleared=False),
        query=query,
    )


def _document(db: Database, document_id: str) -> Row:
    document = next(iter(db.query(_DOCUMENT, [document_id])), None)
    if document is None:
        raise HTTPError(404, "There is no such document.")
    return document


@staff_page(rf"/documents/{ID}", post="reviewer")
def review(context: RequestContext) -> Answer:
    """Show one document; its form records a verdict on one of its subjects."""
    document_id, template = context.path["id"], "desk/document.html"
    if context.form is None:
        return Page(template, review_view(context, document_id))
    try:
        verdict = _verdict(context, document_id)
        if verdict.published and verdict.verdict != "reject":
            raise BadVerdict("save a draft first; it is published from its own page")
        if asks := public_change.asks_first(context, verdict):
            return asks
        reviews.record(context.db, context.me, [verdict], now=context.now)
    except EditConflict as error:
        if not _is_sent_twice(context, verdict, error.by):
            return Page(template, review_view(context, document_id, conflict=error.by), 409)
    except BadVerdict as error:
        return Page(template, review_view(context, document_id, problem=str(error)), 400)
    except NotAllowed as error:
        raise HTTPError(403, f"You cannot decide this: {error}.") from error
    if verdict.subject.startswith("stance") and verdict.verdict != "reject":
        # Who takes a side wants to know what becomes of it.
        collaboration.follow(context.db, context.me, document_id, True, context.now)
    return _onward(context, verdict, "" if context.publish(context.db, [document_id]) else PUBLISHED_LATER)


def _verdict(context: RequestContext, document_id: str) -> Verdict:
    subject = context.typed("subject")
    if subject in ("area", "position", "outcome"):
        if not context.typed(subject):
            raise BadVerdict(f"choose the {subject}")
        subject = f"{subject}:{context.typed(subject)}"
    if subject == "stance" and context.typed("about"):
        subject = f"stance:{context.typed('about')}"
    texts = suggestions.texts_of(context.db, document_id)
    if texts is None:
        raise HTTPError(404, "There is no such document.")
    passage = None
    if words := context.typed("words"):
        passage = suggestions.find(texts, words, field=context.typed("field"), near=context.number("start"))
        if passage is None:
            raise BadVerdict("the document does not contain the words you picked: copy them exactly")
    # The form for what the program missed always sends a direction, which is for positions only.
    value = None if subject.startswith("area:") else context.typed("value") or None
    return Verdict(
        document_id=document_id,
        subject=subject,
        verdict=context.typed("verdict"),
        value=value,
        passage=passage,
        note=context.typed("note"),
        reason=context.typed("reason"),
        source=context.typed("source"),
        published=context.typed("published") == "1",
        draft=context.typed("draft") == "1",
        seen=context.number("seen"),
        sampled=queue.is_sampled(context.db, context.today, document_id),
    )


def _is_sent_twice(context: RequestContext, given: Verdict, newer: Row) -> bool:
    """Whether the newer verdict is this one: a form that was sent twice, as with the Back button or a key pressed again."""
    said = ("verdict", "value", "note", "reason", "source")
    passage = json.dumps(asdict(given.passage), ensure_ascii=False) if given.passage else newer["passage"]
    return (
        newer["reviewer"] == context.me.id
        and (bool(newer["published"]), newer["passage"]) == (given.published, passage)
        and all((newer[name] or "") == (getattr(given, name) or "") for name in said)
    )


def _onward(context: RequestContext, verdict: Verdict, message: str) -> Redirect:
    """Go to what is still open on the document, or else to the next document."""
    document_id, filters = verdict.document_id, Filters.of(context.args)
    titles = review_items.titles(context.db)
    left = review_items.left_for(context.me, review_items.items(context.db, document_id, titles))
    stays = verdict.subject.startswith(("stance", "outcome"))
    if left or stays or "n" not in context.args:
        here = f"/desk/documents/{document_id}?{filters.query(n=context.arg('n'))}"
        return Redirect(here + ("#open" if left and not stays else ""), message)
    viewer = QueueViewer(context.me.id, context.today, None, context.me.may("approver"))
    onward = queue.address_after(context.db, filters, viewer, context.number("n"), sampled=verdict.sampled)
    return Redirect(onward, f"{suggestions.number_of(context.db, document_id)} is cleared. {message}".strip())
