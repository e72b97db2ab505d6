"""Undo: one's own last verdict, a bulk action as a whole, or work on many documents."""

from __future__ import annotations

from urllib.parse import urlencode

from desk.queue import bulk_work
from desk.reviews import public_change, reviews
from desk.reviews.reviews import EditConflict, NotAllowed
from desk.reviews.subjects import BadVerdict
from desk.web.context import Answer, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.http.formatting import count


@staff_page(r"/undo", role="reviewer", methods="POST")
def undo(context: RequestContext) -> Answer:
    """Take back one's own verdict, or all of one bulk action; ask first where the public reads it as the organization's words."""
    try:
        if work := context.typed("work"):
            undone = bulk_work.undo(context.db, context.me, work, context.now)
            return Redirect("/desk", f"Undone on {count(undone, 'document')}.")
        if batch := context.typed("batch"):
            documents = reviews.undo_batch(context.db, context.me, batch, now=context.now)
        else:
            review_id = context.number("review")
            if not context.typed("sure") and (asks := public_change.ask_to_undo(context, review_id)):
                return asks
            documents = [reviews.undo(context.db, context.me, review_id, now=context.now)]
    except (BadVerdict, NotAllowed, bulk_work.BadWork) as error:
        raise HTTPError(409, f"Nothing was undone: {error}.") from error
    except EditConflict as error:
        raise HTTPError(409, f"Nothing was undone: {error.by['name']} has decided it again since.") from error
    if not documents:
        raise HTTPError(409, "Nothing was undone: it is already undone.")
    context.publish(context.db, documents)
    if len(documents) > 1:
        return Redirect("/desk", f"Undone on {len(documents):,} documents.")
    here = {name: context.arg(name) for name in context.args}
    return Redirect(f"/desk/documents/{documents[0]}?{urlencode(here)}", "Undone.")
