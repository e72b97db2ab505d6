"""The search at the top of every page of the desk: to the one document that was meant, or a list of those that may be."""

from __future__ import annotations

from urllib.parse import urlencode

from crawlers.status.federal import congress_of
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page
from pages.browse import cards, finding

#: No number that a legislature gives is that of more documents; of words, more are of no use here.
MOST = 40


@staff_page(r"/find", methods="GET")
def find_page(context: RequestContext) -> Answer:
    """Go to the one document that was meant, or list those that may be.

    A number that only bills of Congress have means that of the Congress that sits; its page offers the others.
    """
    db, typed = context.db.conn, context.arg("q").strip()[:300]
    found = finding.named(db, typed, MOST + 1) or (finding.find_documents(db, typed, MOST + 1) if typed else [])
    if len(found) == 1:
        return Redirect(f"/desk/documents/{found[0]}")
    if current := finding.of_congress(found, congress_of(context.today.isoformat())):
        also = urlencode({"also": [key for key in found if key != current]}, doseq=True)
        return Redirect(f"/desk/documents/{current}?{also}")
    shown = {card.id: card for card in cards.cards(db, found[:MOST], context.today)}
    listed = [shown[key] for key in found if key in shown]
    return Page("desk/find.html", {"q": typed, "found": listed, "more": len(found) > MOST})
