"""The queue as a list, and the pages beside it: what one follows, the areas and their owners, the trail."""

from __future__ import annotations

import json
from typing import Any

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake import reports
from desk.partners import partner_moderation
from desk.queue import collaboration, queue
from desk.queue.queue import Filters, QueueViewer
from desk.reviews import bulk, reviews
from desk.web.context import Answer, Page, Redirect, RequestContext, local
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page
from pages.browse import cards
from pages.http.formatting import glossary

TRAIL = 50


def viewer_of(context: RequestContext) -> QueueViewer:
    return QueueViewer(context.me.id, context.today, collaboration.visit(context.db, context.me, context.now))


@staff_page(r"/next", methods="GET")
def next_document(context: RequestContext) -> Answer:
    """Go to document number `n` of the queue with these filters."""
    filters = Filters.of(context.args)
    found = queue.at(context.db, filters, viewer_of(context), context.number("n"))
    if found is None:
        return Redirect(f"/desk?{filters.query()}", "No other document needs a decision.")
    number, entry = found
    return Redirect(f"/desk/documents/{entry.document_id}?{filters.query(n=number)}")


@staff_page(r"", methods="GET")
def the_queue(context: RequestContext) -> Answer:
    filters, viewer = Filters.of(context.args), viewer_of(context)
    page = max(1, context.number("page"))
    found, total = queue.listed(context.db, filters, viewer, page)
    if not found and page > 1:
        return Redirect(f"/desk?{filters.query()}")
    ids = [entry.document_id for _, entry in found]
    shown = {card.id: card for card in cards.cards(context.db.conn, ids, context.today)}
    people = dict(
        context.db.execute(
            f"select s.document_id, a.name from current_assignments s join accounts a on a.id = s.assigned_to "
            f"where s.document_id in ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
    )
    page_data = {
        "rows": [(n, entry, shown[entry.document_id], people.get(entry.document_id)) for n, entry in found],
        "total": total,
        "f": filters,
        "query": filters.query(),
        "page": page,
        "pages": max(1, -(-total // queue.PAGE)),
        "pager_address": lambda number: f"/desk?{filters.query(page=number)}",
        "since": viewer.since,
        "last": reviews.last_of(context.db, context.me),
        "batches": bulk.batches(context.db, context.me.id),
        "saved": collaboration.filters(context.db, context.me),
        "reports": reports.open_count(context.db),
        "sent_again": partner_moderation.sent_again(context),
        "followed_news": collaboration.news_of_followed(context.db, context.me, viewer.since),
        "kinds": glossary()["kinds"],
        "areas": cards.area_titles(context.db.conn),
        "places": _places(context),
    }
    return Page("desk/queue.html", page_data)


def _places(context: RequestContext) -> list[str]:
    return [row[0] for row in context.db.execute("select distinct jurisdiction from waiting order by 1").fetchall()]


@staff_page(r"/filters", methods="POST")
def save_filter(context: RequestContext) -> Answer:
    try:
        if context.typed("step") == "drop":
            collaboration.drop_filter(context.db, context.me, context.typed("name"))
            return Redirect("/desk", "The saved filter is gone.")
        query = Filters.of(context.args).query()
        collaboration.save_filter(context.db, context.me, context.typed("name"), query)
    except collaboration.BadWork as error:
        raise HTTPError(400, f"The filter was not saved: {error}.") from error
    return Redirect(f"/desk?{query}", "The filter is saved.")


@staff_page(rf"/documents/{ID}/keep", role="reviewer", methods="POST")
def keep(context: RequestContext) -> Answer:
    """A note, an assignment, a sleep or a follow on a document."""
    document_id, step = context.path["id"], context.typed("step")
    try:
        if step == "note":
            collaboration.add_note(context.db, context.me, document_id, context.typed("words"), context.now)
        elif step == "assign":
            collaboration.assign(context.db, context.me, document_id, context.typed("name"), context.now)
        elif step == "snooze":
            day, event = context.typed("until_on") or None, context.typed("until_change") or None
            if not day and not event:
                raise collaboration.BadWork("choose a day, an event, or both")
            collaboration.snooze(context.db, context.me, document_id, context.now, until_on=day, until_change=event)
        elif step == "wake":
            collaboration.snooze(context.db, context.me, document_id, context.now, until_on=None, until_change=None)
        else:
            raise collaboration.BadWork("this form does nothing")
    except collaboration.BadWork as error:
        raise HTTPError(400, f"Nothing was written: {error}.") from error
    told = {
        "note": "The note is kept.",
        "assign": "Assigned.",
        "snooze": "It sleeps until then.",
        "wake": "It is awake again.",
    }[step]
    onward = "/desk/next" if step == "snooze" and "n" in context.args else f"/desk/documents/{document_id}"
    filters = Filters.of(context.args).query(n=context.arg("n"))
    return Redirect(local(f"{onward}?{filters}"), told)


@staff_page(rf"/documents/{ID}/follow", methods="POST")
def follow(context: RequestContext) -> Answer:
    """Following is a matter of one's own list, so that viewers may do it, too."""
    document_id = context.path["id"]
    try:
        collaboration.follow(context.db, context.me, document_id, context.typed("on") == "1", context.now)
    except collaboration.BadWork as error:
        raise HTTPError(404, "There is no such document.") from error
    return Redirect(local(context.typed("next"), f"/desk/documents/{document_id}"))


@staff_page(r"/following", methods="GET")
def following(context: RequestContext) -> Answer:
    return Page("desk/following.html", {"rows": collaboration.follows(context.db, context.me)})


@staff_page(r"/areas")
def areas(context: RequestContext) -> Answer:
    if context.form is not None:
        if not context.me.may("reviewer"):
            raise HTTPError(403, "A viewer hands nothing over.")
        try:
            collaboration.hand_over(
                context.db, context.me, context.typed("area"), context.typed("name"), context.typed("note"), context.now
            )
        except collaboration.BadWork as error:
            raise HTTPError(400, f"Nothing was handed over: {error}.") from error
        return Redirect("/desk/areas", "Handed over.")
    return Page(
        "desk/areas.html", {"areas": collaboration.areas(context.db), "people": collaboration.open_names(context.db)}
    )


@staff_page(r"/people", methods="GET")
def people(context: RequestContext) -> Answer:
    found: list[tuple[Account, int]] = [
        (each, context.db.execute("select count(*) from reviews where reviewer = ?", [each.id]).fetchone()[0])
        for each in accounts.all_accounts(context.db)
    ]
    return Page("desk/people.html", {"people": found})


@staff_page(r"/trail", methods="GET")
def trail(context: RequestContext) -> Answer:
    """Everything anybody decided or did, newest first; `document`, `person` and `before` (a moment) narrow it down."""
    document, person, before = context.arg("document")[:100], context.arg("person")[:100], context.arg("before")[:40]
    values: dict[str, Any] = {"document": document, "person": person, "before": before or "9999", "most": TRAIL + 1}
    rows = list(
        context.db.query(
            """select * from (
            select 'r' || r.id as id, r.reviewed_at as at, a.name, 'verdict' as what, r.document_id, r.subject, r.verdict,
                r.value, r.note, r.reason, r.published, r.passage, r.text_hash, r.suggestion, r.undoes
            from reviews r join accounts a on a.id = r.reviewer
            union all select 'n' || n.id, n.written_at, a.name, 'note', n.document_id, null, null, null, n.words, null, 0,
                null, null, null, null from notes n join accounts a on a.id = n.written_by
            union all select 's' || s.id, s.assigned_at, a.name, 'assigned', s.document_id, null, null, b.name, null, null,
                0, null, null, null, null
            from assignments s join accounts a on a.id = s.assigned_by left join accounts b on b.id = s.assigned_to
            union all select 'z' || z.id, z.asked_at, a.name, 'snoozed', z.document_id, null, null,
                coalesce(z.until_on, z.until_change), null, null, 0, null, null, null, null
            from snoozes z join accounts a on a.id = z.asked_by
            union all select 'a' || u.id, u.happened_at, coalesce(a.name, 'command line'), u.what, null, null, null, u.about,
                null, null, 0, null, null, null, null from audit u left join accounts a on a.id = u.account_id
            ) where (:document = '' or document_id = :document) and (:person = '' or name = :person) and at < :before
            order by at desc, id desc limit :most""",
            values,
        )
    )
    for row in rows:
        row["said"] = json.loads(row["suggestion"]) if row["suggestion"] else {}
        row["seen_words"] = json.loads(row["passage"])["words"] if row["passage"] else None
    more = rows[TRAIL - 1]["at"] if len(rows) > TRAIL else None
    return Page(
        "desk/trail.html",
        {
            "rows": rows[:TRAIL],
            "more": more,
            "document": document,
            "person": person,
            "people": collaboration.open_names(context.db),
        },
    )
