"""The page of a document's votes, where an approver names those that count for a position."""

from __future__ import annotations

from desk.queue import counted_votes
from desk.queue.counted_votes import BadVote
from desk.web.context import PUBLISHED_LATER, Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, staff_page


@staff_page(rf"/documents/{ID}/votes", post="approver")
def votes_page(context: RequestContext) -> Answer:
    """Show the roll calls on a document; the form counts one for a position, or withdraws it."""
    document_id, problem, typed = context.path["id"], None, {}
    document = next(iter(context.db.query("select * from corpus.documents where id = ?", [document_id])), None)
    if document is None:
        raise HTTPError(404, "There is no such document.")
    if context.form is not None:
        typed = {name: context.typed(name) for name in ("roll_call", "position_id", "wanted", "version", "reason")}
        try:
            if context.typed("step") == "withdraw":
                counted_votes.withdraw(
                    context.db, context.me, typed["roll_call"], typed["position_id"], now=context.now
                )
            else:
                counted_votes.count(context.db, context.me, now=context.now, **typed)
        except BadVote as error:
            problem = str(error)
        else:
            done = context.publish(context.db, [document_id])
            return Redirect(f"/desk/documents/{document_id}/votes", "Saved." if done else PUBLISHED_LATER)
    view = {
        "d": document,
        "votes": counted_votes.candidates(context.db, document_id),
        "problem": problem,
        "typed": typed,
    }
    return Page("desk/votes.html", view, 400 if problem else 200)
