"""Find a document by what people have at hand: its number, its address here or at Congress, its id, or words."""

from __future__ import annotations

import re

from sqlite_utils import Database

from desk.partners import partner_pages
from desk.web.context import Answer, Page, Redirect, RequestContext
from desk.web.routing import staff_page
from pages.browse import cards, numbers
from pages.documents.identifiers import CONGRESS_GOV

_PAGE = re.compile(r"/documents/([^/?#\s]+)")
_CONGRESS = re.compile(r"congress\.gov/bill/(\d+)\w\w-congress/([a-z-]+)/(\d+)")
_KINDS = {word: kind for kind, word in CONGRESS_GOV.items()}


def named(db: Database, typed: str) -> list[str]:
    """The ids of the documents with this id, address, or number, the likeliest first, at most five."""
    page, congress = _PAGE.search(typed), _CONGRESS.search(typed)
    if congress and congress[2] in _KINDS:
        typed = f"us-{congress[1]}-{_KINDS[congress[2]]}{congress[3]}"
    return numbers.find_number(db.conn, page[1] if page else typed)


@staff_page(r"/find", methods="GET")
def find_page(context: RequestContext) -> Answer:
    """Go to the one document that was meant, or list those that may be."""
    typed = context.arg("q").strip()[:300]
    found = named(context.db, typed) or (partner_pages.find_documents(context.db.conn, typed) if typed else [])
    if len(found) == 1:
        return Redirect(f"/desk/documents/{found[0]}")
    shown = {card.id: card for card in cards.cards(context.db.conn, found, context.today)}
    return Page("desk/find.html", {"q": typed, "found": [shown[key] for key in found if key in shown]})
