"""The queue as a list, and the pages beside it: what one follows, the areas and their owners, the trail."""

from __future__ import annotations

import json
from typing import Any

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.intake import reports
from desk.partners import partner_moderation
from desk.queue import collaboration, queue
from desk.reviews import bulk, review_page, reviews
from desk.web.context import Answer, Page, Redirect, Refusal, Room, local
from pages.browse import cards
from pages.http.formatting import glossary

TRAIL = 50


def the_queue(room: Room) -> Answer:
    filters, asked = review_page.filters_of(room), review_page.asked(room)
    page = max(1, room.number("page"))
    found, total = queue.listed(room.db, filters, asked, page)
    if not found and page > 1:
        return Redirect(f"/desk?{filters.query()}")
    ids = [entry.document_id for _, entry in found]
    shown = {card.id: card for card in cards.cards(room.db.conn, ids, room.today)}
    people = dict(
        room.db.execute(
            f"select s.document_id, a.name from current_assignments s join accounts a on a.id = s.assigned_to "
            f"where s.document_id in ({', '.join('?' * len(ids))})",
            ids,
        ).fetchall()
    )
    context = {
        "rows": [(n, entry, shown[entry.document_id], people.get(entry.document_id)) for n, entry in found],
        "total": total,
        "f": filters,
        "query": filters.query(),
        "page": page,
        "pages": max(1, -(-total // queue.PAGE)),
        "pager_address": lambda number: f"/desk?{filters.query(page=str(number))}",
        "since": asked.since,
        "last": reviews.last_of(room.db, room.me),
        "batches": bulk.batches(room.db, room.me.id),
        "saved": collaboration.filters(room.db, room.me),
        "reports": reports.open_count(room.db),
        "sent_again": partner_moderation.sent_again(room),
        "followed_news": collaboration.news_of_followed(room.db, room.me, asked.since),
        "kinds": glossary()["kinds"],
        "areas": cards.area_titles(room.db.conn),
        "places": _places(room),
    }
    return Page("desk/queue.html", context)


def _places(room: Room) -> list[str]:
    return [row[0] for row in room.db.execute("select distinct jurisdiction from waiting order by 1").fetchall()]


def save_filter(room: Room) -> Answer:
    try:
        if room.typed("step") == "drop":
            collaboration.drop_filter(room.db, room.me, room.typed("name"))
            return Redirect("/desk", "The saved filter is gone.")
        query = review_page.filters_of(room).query()
        collaboration.save_filter(room.db, room.me, room.typed("name"), query)
    except collaboration.BadWork as error:
        raise Refusal(400, f"The filter was not saved: {error}.") from error
    return Redirect(f"/desk?{query}", "The filter is saved.")


def keep(room: Room) -> Answer:
    """A note, an assignment, a sleep or a follow on a document."""
    document_id, step = room.path["id"], room.typed("step")
    try:
        if step == "note":
            collaboration.add_note(room.db, room.me, document_id, room.typed("words"), room.now)
        elif step == "assign":
            collaboration.assign(room.db, room.me, document_id, room.typed("name"), room.now)
        elif step == "snooze":
            day, event = room.typed("until_on") or None, room.typed("until_change") or None
            if not day and not event:
                raise collaboration.BadWork("choose a day, an event, or both")
            collaboration.snooze(room.db, room.me, document_id, room.now, until_on=day, until_change=event)
        elif step == "wake":
            collaboration.snooze(room.db, room.me, document_id, room.now, until_on=None, until_change=None)
        else:
            raise collaboration.BadWork("this form does nothing")
    except collaboration.BadWork as error:
        raise Refusal(400, f"Nothing was written: {error}.") from error
    told = {
        "note": "The note is kept.", "assign": "Assigned.", "snooze": "It sleeps until then.", "wake": "It is awake again.",
    }[step]  # fmt: skip
    onward = "/desk/next" if step == "snooze" and "n" in room.args else f"/desk/documents/{document_id}"
    filters = review_page.filters_of(room).query(n=room.arg("n"))
    return Redirect(local(f"{onward}?{filters}"), told)


def follow(room: Room) -> Answer:
    """Following is a matter of one's own list, so that viewers may do it, too."""
    document_id = room.path["id"]
    try:
        collaboration.follow(room.db, room.me, document_id, room.typed("on") == "1", room.now)
    except collaboration.BadWork as error:
        raise Refusal(404, "There is no such document.") from error
    return Redirect(local(room.typed("next"), f"/desk/documents/{document_id}"))


def following(room: Room) -> Answer:
    return Page("desk/following.html", {"rows": collaboration.follows(room.db, room.me)})


def areas(room: Room) -> Answer:
    if room.form is not None:
        if not room.me.may("reviewer"):
            raise Refusal(403, "A viewer hands nothing over.")
        try:
            collaboration.hand_over(
                room.db, room.me, room.typed("area"), room.typed("name"), room.typed("note"), room.now
            )
        except collaboration.BadWork as error:
            raise Refusal(400, f"Nothing was handed over: {error}.") from error
        return Redirect("/desk/areas", "Handed over.")
    return Page("desk/areas.html", {"areas": collaboration.areas(room.db), "people": open_names(room)})


def open_names(room: Room) -> list[str]:
    return [each.name for each in accounts.all_accounts(room.db) if each.disabled_at is None]


def people(room: Room) -> Answer:
    found: list[tuple[Account, int]] = [
        (each, room.db.execute("select count(*) from reviews where reviewer = ?", [each.id]).fetchone()[0])
        for each in accounts.all_accounts(room.db)
    ]
    return Page("desk/people.html", {"people": found})


def trail(room: Room) -> Answer:
    """Everything anybody decided or did, newest first; `document`, `person` and `before` (a moment) narrow it down."""
    document, person, before = room.arg("document")[:100], room.arg("person")[:100], room.arg("before")[:40]
    values: dict[str, Any] = {"document": document, "person": person, "before": before or "9999", "most": TRAIL + 1}
    rows = list(
        room.db.query(
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
        {"rows": rows[:TRAIL], "more": more, "document": document, "person": person, "people": open_names(room)},
    )
