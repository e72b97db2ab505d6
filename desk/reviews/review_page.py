"""The page on which one document is judged, and what its forms do."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlencode

from desk.accounts import accounts
from desk.intake import reports
from desk.partners import partners
from desk.queue import collaboration, queue
from desk.queue.queue import Asked, Filters
from desk.reviews import review_items, reviews, subjects, suggestions
from desk.reviews.reviews import NotAllowed, Overtaken, Verdict
from desk.reviews.subjects import BadVerdict
from desk.web.context import Answer, Page, Redirect, Refusal, Room
from pages.documents import document as public

LATER = "The public pages follow with the next publishing: the public file is being written to just now."


def filters_of(room: Room) -> Filters:
    return Filters.of({name: room.arg(name) for name in room.args})


def asked(room: Room) -> Asked:
    return Asked(room.me.id, room.today, collaboration.visit(room.db, room.me, room.now))


def following(room: Room) -> Answer:
    """The document whose turn it is: that of number `n` of the queue with these filters."""
    filters = filters_of(room)
    found = queue.at(room.db, filters, asked(room), room.number("n"))
    if found is None:
        return Redirect(f"/desk?{filters.query()}", told="Nothing more waits here.")
    number, entry = found
    return Redirect(f"/desk/documents/{entry.document_id}?{filters.query(n=str(number))}")


def paper(room: Room) -> Answer:
    """One document; a posted form is a verdict on one of its subjects."""
    document_id = room.path["id"]
    if room.form is None:
        return _page(room, document_id)
    try:
        verdict = _verdict(room, document_id)
        reviews.record(room.db, room.me, [verdict], now=room.now)
    except Overtaken as error:
        return _page(room, document_id, overtaken=error.by, status=409)
    except BadVerdict as error:
        return _page(room, document_id, problem=str(error), status=400)
    except NotAllowed as error:
        raise Refusal(403, f"This is not yours to decide: {error}.") from error
    told = None if room.publish([document_id]) else LATER
    return _onward(room, document_id, verdict, told)


def _verdict(room: Room, document_id: str) -> Verdict:
    subject = room.typed("subject")
    if subject in ("area", "position", "outcome"):
        subject = f"{subject}:{room.typed(subject)}"
    if subject == "stance" and room.typed("about"):
        subject = f"stance:{room.typed('about')}"
    texts = suggestions.texts_of(room.db, document_id)
    if texts is None:
        raise Refusal(404, "There is no such document.")
    # The form for what was missed has a choice of directions that is for positions only.
    value = None if subject.startswith("area:") else room.typed("value") or None
    passage = None
    if words := room.typed("words"):
        passage = suggestions.find(texts, words, field=room.typed("field"), near=room.number("start"))
        if passage is None:
            raise BadVerdict("the words you picked do not stand in the document: copy them as they are there")
    return Verdict(
        document_id=document_id, subject=subject, verdict=room.typed("verdict"), value=value,
        note=room.typed("note"), reason=room.typed("reason"), published=room.typed("published") == "1", passage=passage,
        seen=room.number("seen"), sampled=_sampled(room, document_id),
    )  # fmt: skip


def _sampled(room: Room, document_id: str) -> bool:
    drawn = queue.lots(room.db, room.today, 100)
    return any(entry.document_id == document_id for entry in drawn)


def _onward(room: Room, document_id: str, verdict: Verdict, told: str | None) -> Redirect:
    """To what is still open here, else to the document whose turn it is."""
    left = [item for item in review_items.items(room.db, document_id) if item.waits]
    number, query = room.number("n"), filters_of(room).query
    plain = verdict.subject.startswith(("stance", "outcome"))
    if left or plain or "n" not in room.args:
        here = f"/desk/documents/{document_id}?{query(n=room.arg('n'))}"
        return Redirect(here + ("#open" if left and not plain else ""), told)
    turn = number + 1 if verdict.sampled else number
    cleared = f"{document_id} is cleared."
    return Redirect(f"/desk/next?{query(n=str(turn))}", " ".join(filter(None, (cleared, told))))


def _page(
    room: Room, document_id: str, *, overtaken: dict[str, object] | None = None, problem: str | None = None,
    status: int = 200,
) -> Page:  # fmt: skip
    shown = public.document(room.db.conn, document_id, room.today)
    if shown is None:
        raise Refusal(404, "There is no such document.")
    filters = filters_of(room)
    sampled = _sampled(room, document_id)
    number = room.number("n")
    context = shown | {
        "items": review_items.items(room.db, document_id, all_priorities=sampled),
        "history": reviews.history(room.db, document_id),
        "stances": review_items.stances(room.db, document_id),
        "choices": review_items.choices(room.db),
        "seen": reviews.last_id(room.db, document_id),
        "ended_here": shown["d"]["status"] in subjects.ENDS,
        "outcomes": subjects.OUTCOMES,
        "notes": collaboration.notes(room.db, document_id),
        "owners": collaboration.owners(room.db, document_id),
        "reports": reports.open_about(room.db, document_id),
        "partners_hold": _partners_hold(room, document_id),
        "assigned": collaboration.assigned(room.db, document_id),
        "snoozed": collaboration.snoozed(room.db, document_id, room.today.isoformat()),
        "followed": collaboration.is_followed(room.db, room.me, document_id),
        "people": [each.name for each in _people(room)],
        "sampled": sampled,
        "query": (query := filters.query(n=room.arg("n"))),
        "address": f"/desk/documents/{document_id}?{query}",
        "keep": f"/desk/documents/{document_id}/keep?{query}",
        "skip": f"/desk/next?{filters.query(n=str(number + 1))}",
        "back": f"/desk?{filters.query()}",
        "one_by_one": "n" in room.args,
        "last": reviews.last_of(room.db, room.me),
        "overtaken": overtaken,
        "tried": {name: room.typed(name) for name in ("subject", "verdict", "value", "note", "reason", "words")},
        "problem": problem,
    }
    return Page("desk/document.html", context, status)


def _partners_hold(room: Room, document_id: str) -> list[dict[str, object]]:
    opened = room.partners()
    if opened is None:
        return []
    with closing(opened) as db:
        return partners.of_document(db, document_id)


def _people(room: Room) -> list[accounts.Account]:
    return [each for each in accounts.all_accounts(room.db) if each.disabled_at is None]


def undo(room: Room) -> Answer:
    """Take back one's own verdict, or all of one bulk action."""
    try:
        if batch := room.typed("batch"):
            documents = reviews.undo_batch(room.db, room.me, batch, now=room.now)
        else:
            documents = [reviews.undo(room.db, room.me, room.number("review"), now=room.now)]
    except (BadVerdict, NotAllowed) as error:
        raise Refusal(409, f"Nothing was taken back: {error}.") from error
    except Overtaken as error:
        raise Refusal(409, f"Nothing was taken back: {error.by['name']} has decided it again since.") from error
    if not documents:
        raise Refusal(409, "Nothing was taken back: it has been taken back already.")
    room.publish(documents)
    if len(documents) > 1:
        return Redirect("/desk", f"Taken back on {len(documents):,} documents.")
    here = {name: room.arg(name) for name in room.args}
    return Redirect(f"/desk/documents/{documents[0]}?{urlencode(here)}", "Taken back.")
