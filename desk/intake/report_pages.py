"""The page on which staff read and answer reports of errors."""

from __future__ import annotations

from desk.intake import reports
from desk.reviews import review_items
from desk.reviews.in_words import without_keys
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page


@staff_page(r"/reports", post="reviewer")
def listed(context: RequestContext) -> Answer:
    """Show open reports, or with `closed=1` those that are answered; the form answers one."""
    db, closed, number = context.db, context.arg("closed") == "1", context.number("report")
    state, note, problem, status = context.typed("state"), context.typed("note"), None, 200
    if context.form is not None:
        try:
            reports.answer(db, context.me, number, state, note, seen=context.number("seen"), now=context.now)
        except reports.BadAnswer as error:
            problem, status = f"Not saved: {error}.", 409 if isinstance(error, reports.AnsweredSince) else 400
        else:
            ending = reports.ENDINGS.get(state, "").lower()
            done = (
                f"Closed: {ending}. You can reopen it under “Closed reports”."
                if ending
                else "The report is open again."
            )
            return Redirect("/desk/reports", done)
    titles, open_count = review_items.titles(db), reports.open_count(db)
    rows = [
        row | {"called": without_keys(db, row["page"].partition("?")[0], titles)}
        for row in reports.listed(db, closed=closed, now=context.now)
    ]
    view = {"rows": rows, "open_count": open_count, "closed": closed, "endings": reports.ENDINGS}
    tried = {"problem": problem, "tried": number, "tried_note": note, "days": reports.FORGET_DAYS}
    return Page("desk/reports.html", view | tried, status)
