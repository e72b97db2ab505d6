"""The page on which staff read and answer the reports of errors."""

from __future__ import annotations

from desk.intake import reports
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page


@staff_page(r"/reports", post="reviewer")
def listed(context: RequestContext) -> Answer:
    """Open reports, or with `closed=1` those that are answered; the form answers one."""
    closed = context.arg("closed") == "1"
    if context.form is None:
        return _page(context, closed)
    state = context.typed("state")
    try:
        reports.answer(
            context.db,
            context.me,
            context.number("report"),
            state,
            context.typed("note"),
            seen=context.number("seen"),
            now=context.now,
        )
    except reports.BadAnswer as error:
        return _page(context, closed, f"Nothing was written: {error}.", 409 if "somebody" in str(error) else 400)
    if state == reports.OPEN:
        return Redirect("/desk/reports", "The report is open again.")
    return Redirect(
        "/desk/reports", f"Closed: {reports.ENDINGS[state].lower()}. It can be opened again under “Closed”."
    )


def _page(context: RequestContext, closed: bool, problem: str | None = None, status: int = 200) -> Page:
    page_data = {
        "rows": reports.listed(context.db, closed=closed, now=context.now),
        "closed": closed,
        "endings": reports.ENDINGS,
        "open_count": reports.open_count(context.db),
        "problem": problem,
        "tried": context.number("report"),
        "tried_note": context.typed("note"),
        "days": reports.FORGET_DAYS,
    }
    return Page("desk/reports.html", page_data, status)
