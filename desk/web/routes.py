"""Every address of staff and partners, for datasette/plugins/desk.py and forms.py."""

from __future__ import annotations

import re

from desk.intake import chapters, import_page, manual_entry_pages, proposal_pages, report_pages
from desk.partners import partner_moderation, partner_pages
from desk.queue import (
    advocacy_page,
    counted_votes_page,
    digest_page,
    find_page,
    lists,
    notice_page,
    our_bills_pages,
    targets_page,
    trail_page,
    units_page,
)
from desk.reviews import bulk, publishing, recorded_stances_page, review_page, training_page, undoing
from desk.web import sign_in
from desk.web.context import Answer, RequestContext
from desk.web.errors import HTTPError
from desk.web.request_parsing import SMALLEST_FORM
from desk.web.routing import REGISTERED, partner_page, staff_page

#: Importing a module registers its pages.
PAGE_MODULES = (
    sign_in,
    lists,
    trail_page,
    find_page,
    our_bills_pages,
    advocacy_page,
    targets_page,
    digest_page,
    notice_page,
    units_page,
    review_page,
    publishing,
    counted_votes_page,
    recorded_stances_page,
    undoing,
    bulk,
    training_page,
    report_pages,
    manual_entry_pages,
    import_page,
    proposal_pages,
    chapters,
    partner_moderation,
    partner_pages,
)


@staff_page(r"(/.*)?", max_bytes=SMALLEST_FORM)
@partner_page(r"(/.*)?", max_bytes=SMALLEST_FORM)
def no_page(context: RequestContext) -> Answer:
    """Answer any other address. Only people who are signed in learn that it does not exist."""
    raise HTTPError(404, "There is no page at this address.")


ROUTES = tuple(REGISTERED)
#: The routes with their compiled patterns, as Datasette's `resolve_routes` takes them.
ADDRESSES = [(re.compile(each.pattern), each) for each in ROUTES]
