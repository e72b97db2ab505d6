"""The same verdict on many documents at once: first a preview, then it is recorded as shown.

Subjects that others have decided in the meantime are skipped, and the page says so.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from desk.queue import bulk_work, queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from desk.reviews import review_items, reviews, suggestions
from desk.reviews.in_words import did
from desk.reviews.review_items import Item, Titles
from desk.reviews.reviews import EditConflict, NotAllowed, Verdict
from desk.reviews.subjects import PRIORITIES, BadVerdict, NotSuggested
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext, parts_of
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page
from pages.http.formatting import count

#: What the form sends for "nobody" as the person to whom documents are assigned; an empty choice is none.
_NOBODY = "-"
#: More at once nobody can look through.
MOST = 200
#: Decisions of others that one message names.
_MOST_NAMED = 3
#: What can be done to many: a verdict on what is open, everything or only areas.
ACTIONS = {
    "confirm": ("confirm", ("area", "position", "priority")),
    "reject": ("reject", ("area", "position")),
    "reject-areas": ("reject", ("area",)),
    "defer": ("defer", ("area", "position", "priority")),
}


@dataclass(frozen=True)
class Line:
    """One verdict of a preview; `seen` is the last review of its document now.

    `against` says, in words, which decision of a colleague it would turn round: one that came back to the queue. "" for none.
    """

    document_id: str
    identifier: str
    title: str
    item: Item
    verdict: str
    seen: int
    against: str = ""

    @property
    def token(self) -> str:
        """What the form carries back, so that exactly what was shown is recorded."""
        parts = [self.document_id, self.item.subject, self.verdict, self.item.suggestion.value, self.seen]
        return json.dumps(parts)


def preview(
    db: Database,
    documents: Sequence[str],
    action: str,
    area: str = "",
    *,
    all_priorities: bool = False,
    me: int | None = None,
) -> list[Line]:
    """List the verdicts that an action means for some documents: only what is open, and only one area if one is named.

    Args:
        all_priorities: as in review_items.items.
        me: whose action it is; None: nobody's, so that no decision is a colleague's.

    Raises:
        BadVerdict: there is no such action.
    """
    if action not in ACTIONS:
        raise BadVerdict("choose an action")
    verdict, kinds = ACTIONS[action]
    titles = review_items.titles(db)
    lines = []
    for document_id in documents[:MOST]:
        row = db.execute("select identifier, title from corpus.documents where id = ?", [document_id]).fetchone()
        seen = reviews.last_id(db, document_id)
        for item in review_items.items(db, document_id, titles, all_priorities=all_priorities) if row else ():
            fits = not area or item.subject == f"area:{area}"
            if item.waits and item.kind in kinds and fits and (verdict != "confirm" or item.can_confirm):
                against = _against(item, verdict, me, titles)
                lines.append(Line(document_id, row[0], row[1], item, verdict, seen, against))
    return lines


def _against(item: Item, verdict: str, me: int | None, titles: Titles) -> str:
    """What a colleague decided that this verdict would turn round, such as "Ana Reader rejected the area “Broadband”"."""
    held = item.review
    if me is None or held is None or held["reviewer"] == me or verdict == "defer" or held["verdict"] == "defer":
        return ""
    rejected = held["verdict"] == "reject" or (item.kind == "priority" and held["value"] != item.suggestion.value)
    turns = rejected if verdict == "confirm" else not rejected
    return f"{held['name']} {did(held, titles)}" if turns else ""


@staff_page(r"/bulk", role="reviewer", methods="POST")
def bulk(context: RequestContext) -> Answer:
    """Show what an action means for the chosen documents, or record it."""
    filters, action = Filters.of(context.args), context.typed("action")
    query, chosen = filters.query(), list(dict.fromkeys((context.form or {}).get("document", [])))
    try:
        if context.typed("step") == "save":
            return _save(context, query)
        if action in bulk_work.ACTIONS:
            return _work(context, chosen, query)
        area = filters.area if context.typed("only_area") else ""
        lines = preview(context.db, chosen, action, area, me=context.me.id)
    except (BadVerdict, bulk_work.BadWork) as error:
        raise HTTPError(400, f"Nothing was recorded: {error}.") from error
    if not chosen:
        raise HTTPError(400, "Nothing was recorded: choose some documents first.")
    view = {"lines": lines, "action": action, "query": query, "chosen": len(chosen), "priorities": PRIORITIES}
    return Page("desk/bulk.html", view)


def _work(context: RequestContext, chosen: list[str], query: str) -> Redirect:
    action = context.typed("action")
    value = {"assign": context.typed("name"), "snooze": context.typed("until_on"), "follow": ""}[action]
    if action == "assign" and not value:
        raise bulk_work.BadWork("choose a person, or “nobody”")
    value = "" if value == _NOBODY else value
    _, documents = bulk_work.work(context.db, context.me, chosen, action, value, context.now)
    said = f"{count(documents, 'document')} {bulk_work.ACTIONS[action]}" if documents else "Nothing was to be done"
    if documents and action == "assign":
        said += f" to {value or 'nobody'}"
    return Redirect(f"/desk?{query}", f"{said}.")


def verdicts_on_all(
    db: Database,
    document_id: str,
    action: str,
    wrong: Sequence[str],
    seen: int,
    *,
    shown: Container[str],
    sampled: bool = False,
    me: int | None = None,
) -> list[Verdict]:
    """What one key says of all that a page showed as open on a document and that still is.

    What a colleague decided the other way, and came back, stays open: it is decided by itself.

    Args:
        action: confirm or reject.
        wrong: subjects marked as wrong: rejected while the rest is confirmed. A priority becomes "worth listing".
        seen: the last review of the document that the page knew.
        shown: the tokens of the items that it showed as open. What a crawl suggested since then stays open.
        sampled: whether the document was drawn at random: its priority needs a verdict too.
        me: as in preview.

    Raises:
        BadVerdict: there is no such action, or it rejects all although only some are marked as wrong.
    """
    if action not in ("confirm", "reject"):
        raise BadVerdict("choose an action")
    if wrong and action == "reject":
        raise BadVerdict("some are marked as wrong: confirm the others, or clear the marks to reject all")
    lines = preview(db, [document_id], action, all_priorities=sampled, me=me)
    given = [
        _verdict(line.token)
        for line in lines
        if line.item.token in shown and line.item.subject not in wrong and not line.against
    ]
    items = review_items.items(db, document_id, review_items.titles(db), all_priorities=sampled)
    since = {item.subject for item in items if item.waits and item.token not in shown}
    for subject in dict.fromkeys(wrong):
        if subject in since:
            continue
        if not subject.startswith(("area:", "position:", "priority")):
            raise BadVerdict("only areas, positions, and a priority can be marked as wrong")
        verdict, value = ("confirm", "1") if subject == "priority" else ("reject", None)
        given.append(Verdict(document_id=document_id, subject=subject, verdict=verdict, value=value))
    return [replace(each, seen=seen, sampled=sampled) for each in given]


@staff_page(rf"/documents/{ID}/all", role="reviewer", methods="POST")
def decide_all(context: RequestContext) -> Answer:
    """Confirm, or reject, all that is open on one document, with one key; undone as a whole.

    What the form marks as wrong (`wrong`) is rejected while the rest is confirmed.
    """
    document_id, wrong = context.path["id"], (context.form or {}).get("wrong", [])
    sampled = queue.is_sampled(context.db, context.today, document_id)
    try:
        action, seen = context.typed("verdict"), context.number("seen")
        shown = (context.form or {}).get("open", [])
        me = context.me.id
        given = verdicts_on_all(context.db, document_id, action, wrong, seen, shown=shown, sampled=sampled, me=me)
        unmarked = [token for token in shown if token.partition("=")[0] not in wrong]
        others = _of_others(context.db, document_id, action, seen, shown=unmarked, sampled=sampled, me=me)
        if not given:
            nothing = "Nothing was recorded: nothing that the page showed is open and can be decided at once."
            raise HTTPError(409, f"{nothing} {others}".strip())
        reviews.record(context.db, context.me, given, now=context.now, batch=secrets.token_hex(8))
    except BadVerdict as error:
        raise HTTPError(400, f"Nothing was recorded: {error}.") from error
    except EditConflict as error:
        raise HTTPError(409, f"Nothing was recorded: {error.by['name']} has decided some of it meanwhile.") from error
    later = f"{others} {'' if context.publish(context.db, [document_id]) else PUBLISHED_LATER}".strip()
    filters = Filters.of(context.args)
    titles = review_items.titles(context.db)
    items = review_items.items(context.db, document_id, titles, all_priorities=sampled)
    waiting = review_items.left_for(context.me, items)
    if any(item.token not in shown for item in waiting if item.kind != "outcome"):  # those open by what was decided
        later = f"What was suggested since you opened the page is still open. {later}".strip()
    if "n" not in context.args or waiting:
        return Redirect(f"/desk/documents/{document_id}?{filters.query(n=context.arg('n'))}", later)
    viewer = QueueViewer(context.me.id, context.today, None, context.me.may("approver"))
    onward = queue.address_after(context.db, filters, viewer, context.number("n"), sampled=sampled)
    return Redirect(onward, f"{suggestions.number_of(context.db, document_id)} is cleared. {later}".strip())


def _of_others(
    db: Database, document_id: str, action: str, seen: int, *, shown: Sequence[str], sampled: bool, me: int
) -> str:
    """What one key leaves as colleagues decided it, in sentences: since the page was opened, or before it came back."""
    subjects = {token.partition("=")[0] for token in shown}
    meanwhile = [
        f"{row['name']} {row['did']}"
        for row in reviews.history(db, document_id)
        if row["id"] > seen and row["in_force"] and row["reviewer"] != me and row["subject"] in subjects
    ]
    lines = preview(db, [document_id], action, all_priorities=sampled, me=me)
    before = [line.against for line in lines if line.against and line.item.token in shown]
    said = [f"Meanwhile, {'; '.join(meanwhile)}: that stays."] if meanwhile else []
    said += [f"Before it came back, {'; '.join(before)}: decide that by itself."] if before else []
    return " ".join(said)


def _save(context: RequestContext, query: str) -> Redirect:
    given = [_verdict(token) for token in (context.form or {}).get("line", [])[: MOST * 20]]
    recorded, skipped, others = _record(context, given, secrets.token_hex(8))
    documents = list(dict.fromkeys(each.document_id for each in recorded))
    message = f"{count(len(recorded), 'verdict')} recorded on {count(len(documents), 'document')}."
    if skipped:
        left = count(skipped, "was", "were")
        message += f" {left} skipped: decided, or no longer suggested, since you opened the page."
        message += f" {'; '.join(others[:_MOST_NAMED])}." if others else ""
    if documents and not context.publish(context.db, documents):
        message += f" {PUBLISHED_LATER}"
    return Redirect(f"/desk?{query}", message)


def _verdict(token: str) -> Verdict:
    try:
        document_id, subject, verdict, value, seen = parts_of(token, (str, str, str, str | None, int))
    except ValueError as error:
        raise BadVerdict("the form is damaged: start again") from error
    value = value if verdict == "confirm" and not subject.startswith("area:") else None
    return Verdict(document_id=document_id, subject=subject, verdict=verdict, value=value, seen=seen)


def _record(context: RequestContext, given: Iterable[Verdict], batch: str) -> tuple[list[Verdict], int, list[str]]:
    """Record verdicts one by one. Return those recorded, how many were skipped, and what others had decided there, in words."""
    recorded: list[Verdict] = []
    others: list[str] = []
    skipped = 0
    titles = review_items.titles(context.db)
    for each in given:
        try:
            reviews.record(context.db, context.me, [each], now=context.now, batch=batch)
            recorded.append(each)
        except EditConflict as error:
            skipped += 1
            number = suggestions.number_of(context.db, each.document_id)
            others.append(f"{error.by['name']} {did(error.by, titles)} of {number}")
        except NotSuggested:
            skipped += 1
        except NotAllowed as error:
            raise HTTPError(403, f"You cannot decide this: {error}.") from error
    return recorded, skipped, others


def batches(db: Database, account_id: int) -> list[dict[str, Any]]:
    """What a person last did in bulk and can still undo: `batch`, `verdicts`, `documents`, `at`."""
    return list(
        db.query(
            "select r.batch, count(*) as verdicts, count(distinct r.document_id) as documents, max(r.reviewed_at) as at "
            f"from current_reviews r where r.reviewer = ? and {reviews.IN_BULK} group by r.batch order by at desc limit 3",
            [account_id],
        )
    )
