"""The pages of the queue, followed documents, areas and their owners, and people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desk.accounts import accounts, units
from desk.intake import proposals, reports
from desk.partners import partners
from desk.queue import advocacy, bulk_work, collaboration, queue
from desk.queue.old_news import old_news
from desk.queue.our_bills import OurFilters
from desk.queue.queue import Entry, QueueViewer
from desk.queue.queue_filters import SORTS, Filters
from desk.reviews import bulk, reviews
from desk.reviews.drafts import touched_by_others, waiting_drafts
from desk.web.context import Answer, Page, Redirect, RequestContext, local
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page
from pages.browse import cards
from pages.browse.cards import Card
from pages.http.formatting import glossary

#: Step of the form next to a document -> message on the next page.
_DONE = {
    "note": "The note is saved.",
    "withdraw": "The note is withdrawn.",
    "assign": "Assigned.",
    "snooze": "The document is snoozed.",
    "wake": "The document is back.",
}


@dataclass(frozen=True)
class QueueView:
    """One page of the queue. Each row has its number, the reasons for its rank, its card, and its assignee; `old`: old_news."""

    rows: list[tuple[int, Entry, Card, str | None]]
    old: dict[str, str]
    total: int
    page: int
    pages: int
    pager_address: Callable[[int], str]
    f: Filters
    query: str
    since: str | None
    last: dict[str, Any] | None
    batches: list[dict[str, Any]]
    work: list[dict[str, Any]]
    people: list[str]
    saved: list[dict[str, Any]]
    reports: int
    sent_again: int
    followed_news: int
    kinds: dict[str, Any]
    areas: dict[str, str]
    positions: dict[str, str]
    #: How the list can be sorted -> how the page calls it.
    sorts: dict[str, str]
    places: list[str]
    #: What else waits for this person: address, number, and what it counts, of one and of several.
    to_do: list[tuple[str, int, str, str]]


def _viewer(context: RequestContext) -> QueueViewer:
    since = collaboration.record_visit(context.db, context.me, context.now)
    return QueueViewer(context.me.id, context.today, since, context.me.may("approver"))


@staff_page(r"", methods="GET")
def queue_page(context: RequestContext) -> Answer:
    """Show one page of the queue."""
    db, me, filters, viewer = context.db, context.me, Filters.of(context.args), _viewer(context)
    page = max(1, context.number("page"))
    found, total = queue.queue_slice(db, filters, viewer, page)
    if not found and page > 1:
        return Redirect(f"/desk?{filters.query()}")
    ids = [entry.document_id for _, entry in found]
    shown = {card.id: card for card in cards.cards(db.conn, ids, context.today)}
    names = collaboration.assignee_names(db, ids)
    view = QueueView(
        rows=[(n, entry, shown[entry.document_id], names.get(entry.document_id)) for n, entry in found],
        old=old_news(db, ids, context.today),
        total=total,
        page=page,
        pages=queue.pages(total, filters),
        pager_address=lambda number: f"/desk?{filters.query(page=number)}",
        f=filters,
        query=filters.query(),
        since=viewer.since,
        last=reviews.last_of(db, me),
        batches=bulk.batches(db, me.id),
        work=bulk_work.batches(db, me),
        people=collaboration.deciding_account_names(db),
        saved=[each for each in collaboration.saved_filters(db, me) if not each["query"].startswith("ours?")],
        reports=reports.open_count(db),
        sent_again=context.ask_partners(partners.resubmitted_count, 0),
        followed_news=collaboration.followed_news_count(db, me, viewer.since),
        kinds=glossary()["kinds"],
        areas=cards.area_titles(db.conn),
        positions=dict(db.execute(_OPEN_POSITIONS).fetchall()),
        sorts={key: label for key, (label, _) in SORTS.items()},
        places=[row[0] for row in db.execute("select distinct jurisdiction from waiting order by 1").fetchall()],
        to_do=_to_do(context, viewer),
    )
    return Page("desk/queue.html", view)


#: The positions with a document in which something waits.
_OPEN_POSITIONS = """
    select id, title from corpus.positions where 'position:' || id in (select subject from waiting_pairs)
    order by ordinal, title"""


def _to_do(context: RequestContext, viewer: QueueViewer) -> list[tuple[str, int, str, str]]:
    """What waits for a person beside the queue; what is none is left out."""

    def queued(**filters: str) -> int:
        return queue.ranked(context.db, Filters(**filters), viewer, skip=0, size=1)[1]

    publishable = waiting_drafts(context.db) if context.me.may("approver") else []
    drafts = {each["document_id"] for each in publishable if context.own_drafts or each["reviewer"] != context.me.id}
    edits = proposals.waiting(context.db) if context.me.may("approver") else []
    since = viewer.since or "9999"  # at the first visit, nothing is new
    written = context.ask_partners(lambda file: partners.new_count(file, since), 0)
    found = [
        (
            "/desk?mine=1",
            queued(mine="1"),
            "document assigned to you waits for a decision",
            "documents assigned to you wait for a decision",
        ),
        (
            "/desk/ours?waiting=1&ended=1",
            len(drafts),
            "document with a draft to publish",
            "documents with a draft to publish",
        ),
        *_touched_drafts(context, since),
        (
            "/desk/advocacy?proposed=1",
            advocacy.proposed_count(context.db) if context.me.may("approver") else 0,
            "record of advocacy is proposed for the public",
            "records of advocacy are proposed for the public",
        ),
        (
            "/desk/positions",
            sum(context.own_drafts or each["proposed_by"] != context.me.id for each in edits),
            "edit of a position is proposed",
            "edits of positions are proposed",
        ),
        ("/desk/partners", written, "new statement of a partner", "new statements of partners"),
        (
            "/desk?put_off=1",
            queued(put_off="1"),
            "document with a postponed decision",
            "documents with postponed decisions",
        ),
    ]
    return [each for each in found if each[1]]


def _touched_drafts(context: RequestContext, since: str) -> list[tuple[str, int, str, str]]:
    """The person's drafts to which colleagues did something since a moment, each with its own line."""
    found = []
    for draft in touched_by_others(context.db):
        mine = draft["reviewer"] == context.me.id and draft["by_id"] != context.me.id
        if mine and draft["at"] > since:
            what = "withdrew the stance that it is to replace" if draft["withdrawn"] else "dropped it"
            line = f"draft of yours on {draft['identifier']}: {draft['by']} {what}"
            found.append((f"/desk/documents/{draft['document_id']}#ala", 1, line, line))
    return found


@staff_page(r"/next", methods="GET")
def next_document(context: RequestContext) -> Answer:
    """Go to document number `n` of the queue with these filters."""
    filters = Filters.of(context.args)
    found = queue.entry_at(context.db, filters, _viewer(context), context.number("n"))
    if found is None:
        return Redirect(f"/desk?{filters.query()}", "No other document needs a decision.")
    number, entry = found
    return Redirect(f"/desk/documents/{entry.document_id}?{filters.query(n=number)}")


@staff_page(r"/filters", methods="POST")
def save_filter(context: RequestContext) -> Answer:
    """Save the filters of the address under a name, or delete saved ones."""
    ours = context.arg("page") == "ours"
    name = context.typed("name")
    query = f"ours?{OurFilters.of(context.args).query()}" if ours else Filters.of(context.args).query()
    if context.typed("step") == "drop":
        collaboration.delete_filter(context.db, context.me, name)
        return Redirect("/desk", "The saved filter is deleted.")
    try:
        collaboration.save_filter(context.db, context.me, name, query)
    except collaboration.BadWork as error:
        raise HTTPError(400, f"The filter was not saved: {error}.") from error
    return Redirect(f"/desk/{query}" if ours else f"/desk?{query}", "The filter is saved.")


@staff_page(rf"/documents/{ID}/keep", role="reviewer", methods="POST")
def collaborate(context: RequestContext) -> Answer:
    """Add a note to a document, withdraw one, assign or snooze the document, or end its snooze."""
    document_id, step = context.path["id"], context.typed("step")
    document = (context.db, context.me, document_id)
    day, event = context.typed("until_on") or None, context.typed("until_change") or None
    try:
        if step == "note":
            collaboration.add_note(*document, context.typed("words"), context.now)
        elif step == "withdraw":
            collaboration.retract_note(context.db, context.me, context.number("number"), context.now)
        elif step == "assign":
            collaboration.assign(*document, context.typed("name"), context.now)
        elif step == "wake":
            collaboration.snooze(*document, context.now, until_on=None, until_change=None)
        elif step != "snooze":
            raise collaboration.BadWork("this form does nothing")
        elif not day and not event:
            raise collaboration.BadWork("choose a date, an event, or both")
        else:
            collaboration.snooze(*document, context.now, until_on=day, until_change=event)
    except collaboration.BadWork as error:
        raise HTTPError(400, f"Not saved: {error}.") from error
    onward = "/desk/next" if step == "snooze" and "n" in context.args else f"/desk/documents/{document_id}"
    return Redirect(local(f"{onward}?{Filters.of(context.args).query(n=context.arg('n'))}"), _done(context, step))


def _done(context: RequestContext, step: str) -> str:
    if step == "assign" and not context.typed("name"):
        return "Assigned to nobody."
    return _DONE[step]


@staff_page(rf"/documents/{ID}/follow", methods="POST")
def follow(context: RequestContext) -> Answer:
    """Follow a document, or stop; viewers can do it too, as the list is their own."""
    document_id = context.path["id"]
    try:
        collaboration.follow(context.db, context.me, document_id, context.typed("on") == "1", context.now)
    except collaboration.BadWork as error:
        raise HTTPError(404, "There is no such document.") from error
    return Redirect(local(context.typed("next"), f"/desk/documents/{document_id}"))


@staff_page(r"/following", methods="GET")
def following(context: RequestContext) -> Answer:
    """Show what a person follows."""
    rows = collaboration.follows(context.db, context.me)
    old = old_news(context.db, [row["document_id"] for row in rows], context.today)
    return Page("desk/following.html", {"rows": rows, "old": old})


@staff_page(r"/areas", post="reviewer")
def areas(context: RequestContext) -> Answer:
    """Show the areas with their owners; the form reassigns one."""
    db, area, name = context.db, context.typed("area"), context.typed("name")
    if context.form is None:
        held = [(key, unit["name"]) for unit in units.units(db) for key, _ in unit["areas"]]
        owned, people = collaboration.areas_with_owners(db), collaboration.deciding_account_names(db)
        viewer = QueueViewer(context.me.id, context.today, None, context.me.may("approver"))
        waiting = queue.waiting_by_area(db, viewer)
        return Page("desk/areas.html", {"areas": owned, "waiting": waiting, "units": held, "people": people})
    try:
        collaboration.reassign_area(db, context.me, area, name, context.typed("note"), context.now)
    except collaboration.BadWork as error:
        raise HTTPError(400, f"The area was not reassigned: {error}.") from error
    return Redirect("/desk/areas", "Reassigned.")


@staff_page(r"/people", methods="GET")
def people(context: RequestContext) -> Answer:
    """Show everybody with an account, and how many verdicts each has given."""
    counts = dict(context.db.execute("select reviewer, count(*) from reviews group by 1").fetchall())
    found = [(each, counts.get(each.id, 0)) for each in accounts.all_accounts(context.db)]
    return Page("desk/people.html", {"people": found})
