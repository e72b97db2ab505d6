"""The pages of whom to ask: the table of a document, its files, and the contacts of chapters."""

from __future__ import annotations

import io

from desk.queue import targets
from desk.queue.our_bills_pages import CSV, EXCEL
from desk.queue.targets import COLUMNS, BadContact
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import staff_page
from pages.export.exports import csv_lines, workbook


def _document(context: RequestContext) -> targets.Row:
    """The document that the address names.

    Raises:
        HTTPError: there is none.
    """
    key = context.arg("document")[:200]
    found = next(iter(context.db.query("select * from corpus.documents where id = ?", [key])), None)
    if found is None:
        raise HTTPError(404, "There is no such document.")
    return found


@staff_page(r"/targets", post="reviewer")
def targets_page(context: RequestContext) -> Answer:
    """Show whom to ask about a document; the form keeps the contact of a chapter."""
    document, problem = _document(context) if context.arg("document") else None, None
    if context.form is not None:
        try:
            targets.set_contact(
                context.db, context.me, context.typed("state"), context.typed("contact"), now=context.now
            )
        except BadContact as error:
            problem = str(error)
        else:
            more = f"?document={document['id']}" if document else ""
            return Redirect(f"/desk/targets{more}", "The contact is saved.")
    state = context.arg("state")[:2]
    view = {
        "d": document,
        "rows": targets.targets(context.db, document, context.today, state=state) if document else [],
        "state": state,
        "contacts": targets.chapter_contacts(context.db),
        "problem": problem,
        "typed": {name: context.typed(name) for name in ("state", "contact")},
    }
    return Page("desk/targets.html", view, 400 if problem else 200)


@staff_page(r"/targets\.(?P<form>csv|xlsx)", methods="GET")
def targets_file(context: RequestContext) -> Answer:
    """Download whom to ask as a spreadsheet."""
    document = _document(context)
    rows = targets.targets(context.db, document, context.today, state=context.arg("state")[:2], site=context.site)
    name = f"whom-to-ask-{document['id']}"
    if context.path["form"] == "csv":
        return Attachment(f"{name}.csv", csv_lines(COLUMNS, rows), CSV)
    target = io.BytesIO()
    workbook(target, f"Whom to ask about {document['identifier']}", COLUMNS, rows)
    return Attachment(f"{name}.xlsx", target.getvalue(), EXCEL)
