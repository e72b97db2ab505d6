"""The page where staff import a tracker's spreadsheet, and undo an import."""

from __future__ import annotations

from desk.intake import importing, tracker
from desk.intake.importing import Taken
from desk.web.context import Answer, Attachment, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.request_parsing import LARGEST_FILE
from desk.web.routing import staff_page
from pages.browse import finding
from pages.export.exports import csv_lines
from pages.http.formatting import count

#: Headers of the template, each known to tracker.yml.
TEMPLATE = ("Bill number", "State", "Session", "Our position", "Priority", "Lead", "Hearing", "Notes", "Link")


@staff_page(r"/import", role="reviewer", max_bytes=LARGEST_FILE, files=True)
def page(context: RequestContext) -> Answer:
    """Upload a spreadsheet, look at the preview, import it, or undo an import."""
    step, upload = context.typed("step"), context.files.get("file")
    if step in ("apply", "undo"):
        return _apply(context) if step == "apply" else _undo(context)
    problem = None if context.form is None else "choose a file first"
    if upload is not None:
        try:
            read = tracker.read(upload)
        except tracker.BadTracker as error:
            problem = str(error)
        else:
            lines = importing.preview(context.db, context.me, read.rows)
            counts = {state: sum(each.state == state for each in lines) for state in importing.STATES}
            view = {"lines": lines, "counts": counts, "states": importing.STATES, "tracker": read, "name": upload.name}
            return Page("desk/import_preview.html", view)
    view = {
        "problem": problem,
        "imports": importing.past(context.db),
        "known": tracker.words(),
        "most": tracker.MOST_ROWS,
    }
    return Page("desk/import.html", view, 400 if problem else 200)


@staff_page(r"/import/template\.csv", role="reviewer", methods="GET")
def template(context: RequestContext) -> Answer:
    """A file with the headers that an import reads, and one row as an example."""
    example = ("HR 1783", "US", "117th Congress", "Support", "High", "", "", "Ask the whip", "")
    return Attachment(
        "tracker-template.csv",
        csv_lines(TEMPLATE, [dict(zip(TEMPLATE, example, strict=True))]),
        "text/csv; charset=utf-8",
    )


def _apply(context: RequestContext) -> Redirect:
    try:
        wanted = [Taken.of(token) for token in (context.form or {}).get("row", [])[: tracker.MOST_ROWS] if token]
    except ValueError as error:
        raise HTTPError(400, "Nothing was imported: the form is damaged. Start again.") from error
    if not wanted:
        raise HTTPError(400, "Nothing was imported: choose some rows first.")
    done, left = importing.apply(context.db, context.me, wanted, name=context.typed("name")[:200], now=context.now)
    context.publish(context.db, [each.document_id for each in wanted])
    rows: dict[str, list[int]] = {}
    for each in wanted:
        rows.setdefault(each.document_id, []).append(each.row)
    repeated = [(again, first) for first, *others in rows.values() for again in others]
    one, many = "document imported. You follow it", "documents imported. You follow them"
    none = "Nothing was imported." if left else "All of this is here already: nothing was imported."
    message = f"{count(done, one, many)} now." if done else none
    if left:
        called = list(finding.labels(context.db.conn, left).values())
        skipped = count(len(left), "was", "were")
        message += f" {skipped} skipped: they have changed since the preview ({'; '.join(called[:5])})."
    for again, before in repeated[:5]:
        message += f" Row {again} was left out: row {before} is about the same document."
    return Redirect("/desk/import", message)


def _undo(context: RequestContext) -> Redirect:
    batch = context.typed("batch")
    row = next(iter(importing.past(context.db, batch)), None)
    if row is None or row["done_by"] != context.me.id:
        raise HTTPError(403, "Nothing was undone: you can undo only your own imports.")
    if row["undone_at"]:
        raise HTTPError(409, "Nothing was undone: this import is already undone.")
    documents, left = importing.undo(context.db, context.me, batch, row["name"], context.now)
    lines = context.db.execute("select document_id from import_lines where batch = ?", [batch]).fetchall()
    context.publish(context.db, [line[0] for line in lines])
    message = f"Undone on {count(documents, 'document')}."
    if left:
        message += f" {count(left, 'stance stays: it was', 'stances stay: they were')} decided again since."
    return Redirect("/desk/import", message)
