"""Every address of the desk: its pattern below /desk, the function that answers, and the least role it asks for.

A role of None is for everybody; `post` is the role for sending the page's form, where it is another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from desk.intake import importing, manual_entry_pages, proposal_pages, report_pages
from desk.partners import partner_moderation
from desk.queue import lists
from desk.reviews import bulk, review_page
from desk.web import request_parsing, sign_in
from desk.web.context import Answer, RequestContext


@dataclass(frozen=True)
class Route:
    pattern: re.Pattern[str]
    page: Callable[[RequestContext], Answer]
    role: str | None
    post: str | None
    methods: frozenset[str]
    most: int = request_parsing.LARGEST_FORM  # bytes of a form

    @property
    def takes_files(self) -> bool:
        return self.most == request_parsing.LARGEST_FILE


def route(
    pattern: str, page: Callable[[RequestContext], Answer], role: str | None = "viewer", post: str | None = None,
    methods: str = "GET POST", most: int = request_parsing.LARGEST_FORM,
) -> Route:  # fmt: skip
    return Route(re.compile(pattern), page, role, post or role, frozenset(methods.split()), most)


ID = r"(?P<id>[a-z0-9-]{1,200})"
NUMBER = r"(?P<number>[0-9]{1,9})"
ROUTES = (
    route(r"", lists.the_queue, methods="GET"),
    route(r"/login", sign_in.login, None),
    route(r"/logout", sign_in.logout, None, methods="POST"),
    route(r"/account", sign_in.account),
    route(r"/next", review_page.following, methods="GET"),
    route(rf"/documents/{ID}", review_page.paper, post="reviewer"),
    route(rf"/documents/{ID}/keep", lists.keep, "reviewer", methods="POST"),
    route(rf"/documents/{ID}/follow", lists.follow, methods="POST"),
    route(r"/bulk", bulk.bulk, "reviewer", methods="POST"),
    route(r"/undo", review_page.undo, "reviewer", methods="POST"),
    route(r"/filters", lists.save_filter, methods="POST"),
    route(r"/following", lists.following, methods="GET"),
    route(r"/areas", lists.areas),
    route(r"/reports", report_pages.listed, post="reviewer"),
    route(r"/added", manual_entry_pages.listed, methods="GET"),
    route(r"/added/form", manual_entry_pages.form, "reviewer", most=request_parsing.LARGEST_TEXT),
    route(r"/partners", partner_moderation.listed, post="reviewer"),
    route(r"/import", importing.page, "reviewer", most=request_parsing.LARGEST_FILE),
    route(r"/positions", proposal_pages.listed, methods="GET"),
    route(rf"/positions/{ID}", proposal_pages.edit, "reviewer"),
    route(rf"/proposals/{NUMBER}", proposal_pages.proposal, post="reviewer"),
    route(rf"/proposals/{NUMBER}\.patch", proposal_pages.patch, methods="GET"),
    route(r"/people", lists.people, methods="GET"),
    route(r"/trail", lists.trail, methods="GET"),
)


Found = tuple[Route, dict[str, str]]


def find(path: str, prefix: str = "/desk", routes: tuple[Route, ...] | None = None) -> Found | None:
    """The route of an address such as /desk/next, with the parts its pattern names."""
    below = path.removeprefix(prefix)
    for each in ROUTES if routes is None else routes:
        if found := each.pattern.fullmatch(below):
            return each, found.groupdict()
    return None
