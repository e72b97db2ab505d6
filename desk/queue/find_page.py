"""The search at the top of every page of the desk: to the one document that was meant, or a list of those that may be."""

from __future__ import annotations

from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page
from pages.browse import cards, finding


@staff_page(r"/find", methods="GET")
def find_page(context: RequestContext) -> Answer:
    """Go to the one document that was meant, or list those that may be."""
    db, typed = context.db.conn, context.arg("q").strip()[:300]
    found = finding.named(db, typed) or (finding.find_documents(db, typed) if typed else [])
    if len(found) == 1:
        return Redirect(f"/desk/documents/{found[0]}")
    shown = {card.id: card for card in cards.cards(db, found, context.today)}
    return Page("desk/find.html", {"q": typed, "found": [shown[key] for key in found if key in shown]})
