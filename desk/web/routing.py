"""The two portals, and the decorators that register a page of theirs with its address, roles and limits.

A session of one portal does not count in the other: cookies differ in name, path and purpose, and tokens are in two files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from desk.accounts.accounts import PARTNER
from desk.web.context import Answer, RequestContext
from desk.web.request_parsing import LARGEST_FORM
from settings import Configuration
from store.connect import open_partners, open_staff

PageFunction = Callable[[RequestContext], Answer]
#: Parts of an address, for patterns.
ID = r"(?P<id>[a-z0-9-]{1,200})"
NUMBER = r"(?P<number>[0-9]{1,9})"


@dataclass(frozen=True)
class Portal:
    """`prefix` begins every address and is the path of the cookie; `files` are the private files that its pages read."""

    prefix: str
    cookie: str
    purpose: str
    files: tuple[str, ...]
    open: Callable[[Configuration], Database]


# Staff also hide what partners say: a lost partners.db must not be replaced by an empty one.
DESK = Portal("/desk", "infopolicy_desk", "desk", ("staff.db", "partners.db"), lambda c: open_staff(c.staff, c.corpus))
PARTNERS = Portal(
    "/partner", "infopolicy_partner", "partner", ("partners.db",), lambda c: open_partners(c.partners, c.corpus)
)
PORTALS = {portal.prefix: portal for portal in (DESK, PARTNERS)}


@dataclass(frozen=True)
class Route:
    """One page: the arguments of its decorator, with the regular expression of its whole address."""

    portal: Portal
    pattern: str
    page: PageFunction
    role: str | None
    post: str | None
    methods: frozenset[str]
    max_bytes: int
    files: bool


#: Every page of the modules that are imported. desk.web.routes imports them all.
REGISTERED: list[Route] = []


def page(
    pattern: str,
    *,
    portal: Portal,
    role: str | None,
    post: str | None = None,
    methods: str = "GET POST",
    max_bytes: int = LARGEST_FORM,
    files: bool = False,
) -> Callable[[PageFunction], PageFunction]:
    """Register the decorated function as a page.

    Args:
        pattern: a regular expression of the address below the portal's prefix.
        role: the least role that may open the page; None for everybody.
        post: the least role that may send its form, where it differs.
        methods: what the page answers, of GET and POST.
        max_bytes: the size of the largest form.
        files: whether the form can have files.
    """

    def register(function: PageFunction) -> PageFunction:
        address, allowed = f"^{portal.prefix}{pattern}$", frozenset(methods.split())
        REGISTERED.append(Route(portal, address, function, role, post or role, allowed, max_bytes, files))
        return function

    return register


staff_page = partial(page, portal=DESK, role="viewer")
partner_page = partial(page, portal=PARTNERS, role=PARTNER)
