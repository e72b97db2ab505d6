"""The pages of coalition partners: find a document, publish their organization's stance, see its statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desk.partners import partners
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.errors import HTTPError
from desk.web.routing import ID, partner_page
from pages.browse import cards, finding
from pages.browse.cards import Card
from pages.http.formatting import glossary

HIDDEN = (
    "Saved, but not shown: staff have hidden what your organization says about this document. They can see your changes, "
    "and only they can show it again."
)


@dataclass(frozen=True)
class StatementView:
    """A document with the organization's statements about it, and what was just typed into the form."""

    c: Card
    current: dict[str, Any] | None
    history: list[dict[str, Any]]
    seen: int
    stance: str | None
    note: str
    wrong_fields: dict[str, str]
    stances: dict[str, Any]
    longest: int = partners.LONGEST_NOTE


@partner_page(r"", methods="GET")
def home(context: RequestContext) -> Answer:
    """Show the organization's stances, and with `q` the documents that match."""
    words = context.arg("q").strip()[:200]
    found = finding.find_documents(context.db.conn, words) if words else []
    shown = {card.id: card for card in cards.cards(context.db.conn, found, context.today)}
    matching = [shown[key] for key in found if key in shown]
    rows = partners.current_statements(context.db, context.me)
    return Page("partner/home.html", {"rows": rows, "q": words, "found": matching})


@partner_page(rf"/documents/{ID}")
def statement(context: RequestContext) -> Answer:
    """Show one document; the form publishes the organization's statement about it, or withdraws it."""
    db, document_id, note = context.db, context.path["id"], context.typed("note")
    if context.form is None:
        return _page(context, {})
    stance = "" if context.typed("step") == "withdraw" else context.typed("stance") or "none"
    try:
        partners.publish_statement(
            db, context.me, document_id, stance, note, seen=context.number("seen"), now=context.now
        )
    except partners.BadStatement as bad:
        return _page(context, bad.fields, 409 if "" in bad.fields else 400)
    current = partners.current_statement(db, context.me, document_id)
    done = "Published under the name of your organization." if stance else "Withdrawn."
    hidden = stance and current and current["hidden"]
    return Redirect(f"/partner/documents/{document_id}", HIDDEN if hidden else done)


def _page(context: RequestContext, wrong: dict[str, str], status: int = 200) -> Page:
    db, document_id = context.db, context.path["id"]
    card = next(iter(cards.cards(db.conn, [document_id], context.today)), None)
    if card is None:
        raise HTTPError(404, "There is no such document.")
    current = partners.current_statement(db, context.me, document_id)
    history = partners.statement_history(db, context.me, document_id)
    saved = current or {"id": 0, "stance": None, "note": None}
    stance, note = saved["stance"], saved["note"] or ""
    if context.form is not None:
        stance, note = context.typed("stance"), context.typed("note")
    stances = glossary()["stances"]
    view = StatementView(card, current, history, saved["id"], stance, note, wrong, stances)
    return Page("partner/document.html", view, status)
