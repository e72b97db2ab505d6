"""The pages of whom to ask: the table of a document and its files."""

from __future__ import annotations

import io

from desk.queue import targets
from desk.queue.our_bills_pages import CSV, EXCEL
from desk.queue.targets import COLUMNS
from desk.web.context import Answer, Attachment, Page, RequestContext
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


@staff_page(r"/targets", methods="GET")
def targets_page(context: RequestContext) -> Answer:
    """Show whom to ask about a document."""
    document = _document(context) if context.arg("document") else None
    state = context.arg("state")[:2]
    view = {
        "d": document,
        "rows": targets.targets(context.db, document, context.today, state=state) if document else [],
        "lacking": targets.lacking(context.db, document) if document else [],
        "state": state,
    }
    return Page("desk/targets.html", view)


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
