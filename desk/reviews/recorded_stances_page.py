"""The page of stances on record: what is to verify, with one button to say that it was read."""

from __future__ import annotations

from desk.reviews import recorded_stances
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page
from store.errors import InvalidInput


@staff_page(r"/stances", post="reviewer")
def stances_page(context: RequestContext) -> Answer:
    """Show what is to verify, what is read and not shown yet, and what is shown; the form marks one as read, or reopens it."""
    problem, stance_id = None, context.typed("stance")
    if context.form is not None:
        seen = context.number("seen")
        try:
            if context.typed("step") == "reopen":
                recorded_stances.reopen(context.db, context.me, stance_id, seen=seen, now=context.now)
                return Redirect("/desk/stances", "The stance is to verify again.")
            typed = context.typed("address"), context.typed("reason")
            documents = recorded_stances.mark_read(
                context.db, context.me, stance_id, *typed, seen=seen, now=context.now
            )
        except InvalidInput as error:
            problem = str(error)
        else:
            if not documents:
                return Redirect("/desk/stances", "Marked as read.")
            who = "an approver" if context.own_drafts or not context.me.may("approver") else "another approver"
            return Redirect("/desk/stances", f"Marked as read. The stance is a draft now: {who} can publish it.")
    found = recorded_stances.on_record(context.db)
    view = {
        "to_verify": [each for each in found if not each.verified],
        "to_publish": [each for each in found if each.to_publish],
        "rest": [each for each in found if each.verified and not each.to_publish],
        "problem": problem,
        "tried": stance_id,
        "typed": {name: context.typed(name) for name in ("address", "reason")},
    }
    return Page("desk/stances.html", view, 400 if problem else 200)
