"""The page on which one document is judged, and what its forms do."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlencode

from desk.accounts import accounts
from desk.intake import reports
from desk.partners import partners
from desk.queue import collaboration, queue
from desk.queue.queue import Filters, QueueViewer
from desk.reviews import review_items, reviews, subjects, suggestions
from desk.reviews.reviews import EditConflict, NotAllowed, Verdict
from desk.reviews.subjects import BadVerdict
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page
from pages.documents import document as public

LATER = "The public pages follow with the next publishing: the public file is being written to just now."


def filters_of(context: RequestContext) -> Filters:
    return Filters.of({name: context.arg(name) for name in context.args})


def asked(context: RequestContext) -> QueueViewer:
    return QueueViewer(context.me.id, context.today, collaboration.visit(context.db, context.me, context.now))


@staff_page(r"/next", methods="GET")
def following(context: RequestContext) -> Answer:
    """The document whose turn it is: that of number `n` of the queue with these filters."""
    filters = filters_of(context)
    found = queue.at(context.db, filters, asked(context), context.number("n"))
    if found is None:
        return Redirect(f"/desk?{filters.query()}", message="Nothing more waits here.")
    number, entry = found
    return Redirect(f"/desk/documents/{entry.document_id}?{filters.query(n=str(number))}")


@staff_page(rf"/documents/{ID}", post="reviewer")
def paper(context: RequestContext) -> Answer:
    """One document; a posted form is a verdict on one of its subjects."""
    document_id = context.path["id"]
    if context.form is None:
        return _page(context, document_id)
    try:
        verdict = _verdict(context, document_id)
        reviews.record(context.db, context.me, [verdict], now=context.now)
    except EditConflict as error:
        return _page(context, document_id, overtaken=error.by, status=409)
    except BadVerdict as error:
        return _page(context, document_id, problem=str(error), status=400)
    except NotAllowed as error:
        raise HTTPError(403, f"This is not yours to decide: {error}.") from error
    told = None if context.publish([document_id]) else LATER
    return _onward(context, document_id, verdict, told)


def _verdict(context: RequestContext, document_id: str) -> Verdict:
    subject = context.typed("subject")
    if subject in ("area", "position", "outcome"):
        subject = f"{subject}:{context.typed(subject)}"
    if subject == "stance" and context.typed("about"):
        subject = f"stance:{context.typed('about')}"
    texts = suggestions.texts_of(context.db, document_id)
    if texts is None:
        raise HTTPError(404, "There is no such document.")
    # The form for what was missed has a choice of directions that is for positions only.
    value = None if subject.startswith("area:") else context.typed("value") or None
    passage = None
    if words := context.typed("words"):
        passage = suggestions.find(texts, words, field=context.typed("field"), near=context.number("start"))
        if passage is None:
            raise BadVerdict("the words you picked do not stand in the document: copy them as they are there")
    return Verdict(
        document_id=document_id, subject=subject, verdict=context.typed("verdict"), value=value,
        note=context.typed("note"), reason=context.typed("reason"), published=context.typed("published") == "1", passage=passage,
        seen=context.number("seen"), sampled=_sampled(context, document_id),
    )  # fmt: skip


def _sampled(context: RequestContext, document_id: str) -> bool:
    drawn = queue.random_sample(context.db, context.today, 100)
    return any(entry.document_id == document_id for entry in drawn)


def _onward(context: RequestContext, document_id: str, verdict: Verdict, told: str | None) -> Redirect:
    """To what is still open here, else to the document whose turn it is."""
    left = [item for item in review_items.items(context.db, document_id) if item.waits]
    number, query = context.number("n"), filters_of(context).query
    plain = verdict.subject.startswith(("stance", "outcome"))
    if left or plain or "n" not in context.args:
        here = f"/desk/documents/{document_id}?{query(n=context.arg('n'))}"
        return Redirect(here + ("#open" if left and not plain else ""), told)
    turn = number + 1 if verdict.sampled else number
    cleared = f"{document_id} is cleared."
    return Redirect(f"/desk/next?{query(n=str(turn))}", " ".join(filter(None, (cleared, told))))


def _page(
    context: RequestContext, document_id: str, *, overtaken: dict[str, object] | None = None, problem: str | None = None,
    status: int = 200,
) -> Page:  # fmt: skip
    shown = public.document(context.db.conn, document_id, context.today)
    if shown is None:
        raise HTTPError(404, "There is no such document.")
    filters = filters_of(context)
    sampled = _sampled(context, document_id)
    number = context.number("n")
    page_data = shown | {
        "items": review_items.items(context.db, document_id, all_priorities=sampled),
        "history": reviews.history(context.db, document_id),
        "stances": review_items.stances(context.db, document_id),
        "choices": review_items.choices(context.db),
        "seen": reviews.last_id(context.db, document_id),
        "ended_here": shown["d"]["status"] in subjects.ENDS,
        "outcomes": subjects.OUTCOMES,
        "notes": collaboration.notes(context.db, document_id),
        "owners": collaboration.owners(context.db, document_id),
        "reports": reports.open_about(context.db, document_id),
        "partners_hold": _partners_hold(context, document_id),
        "assigned": collaboration.assigned(context.db, document_id),
        "snoozed": collaboration.snoozed(context.db, document_id, context.today.isoformat()),
        "followed": collaboration.is_followed(context.db, context.me, document_id),
        "people": [each.name for each in _people(context)],
        "sampled": sampled,
        "query": (query := filters.query(n=context.arg("n"))),
        "address": f"/desk/documents/{document_id}?{query}",
        "keep": f"/desk/documents/{document_id}/keep?{query}",
        "skip": f"/desk/next?{filters.query(n=str(number + 1))}",
        "back": f"/desk?{filters.query()}",
        "one_by_one": "n" in context.args,
        "last": reviews.last_of(context.db, context.me),
        "overtaken": overtaken,
        "tried": {name: context.typed(name) for name in ("subject", "verdict", "value", "note", "reason", "words")},
        "problem": problem,
    }
    return Page("desk/document.html", page_data, status)


def _partners_hold(context: RequestContext, document_id: str) -> list[dict[str, object]]:
    opened = context.partners()
    if opened is None:
        return []
    with closing(opened) as db:
        return partners.of_document(db, document_id)


def _people(context: RequestContext) -> list[accounts.Account]:
    return [each for each in accounts.all_accounts(context.db) if each.disabled_at is None]


@staff_page(r"/undo", role="reviewer", methods="POST")
def undo(context: RequestContext) -> Answer:
    """Take back one's own verdict, or all of one bulk action."""
    try:
        if batch := context.typed("batch"):
            documents = reviews.undo_batch(context.db, context.me, batch, now=context.now)
        else:
            documents = [reviews.undo(context.db, context.me, context.number("review"), now=context.now)]
    except (BadVerdict, NotAllowed) as error:
        raise HTTPError(409, f"Nothing was taken back: {error}.") from error
    except EditConflict as error:
        raise HTTPError(409, f"Nothing was taken back: {error.by['name']} has decided it again since.") from error
    if not documents:
        raise HTTPError(409, "Nothing was taken back: it has been taken back already.")
    context.publish(documents)
    if len(documents) > 1:
        return Redirect("/desk", f"Taken back on {len(documents):,} documents.")
    here = {name: context.arg(name) for name in context.args}
    return Redirect(f"/desk/documents/{documents[0]}?{urlencode(here)}", "Taken back.")
