"""Portals and the decorators that register a page in one of them with its address, roles and limits.

There are two portals, the desk of staff and the pages of partners. A session of one does not count in the other: the cookies
differ in name, path and purpose, and the tokens are in two files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from desk.accounts.accounts import PARTNER
from desk.web.context import Answer, RequestContext
from desk.web.request_parsing import LARGEST_FILE, LARGEST_FORM
from settings import Configuration
from store.connect import open_partners, open_staff

PageFunction = Callable[[RequestContext], Answer]


@dataclass(frozen=True)
class Portal:
    """`prefix` begins every address and is the path of the cookie; `open` opens its file with corpus.db attached.

    `files` are the private files that its pages read.
    """

    prefix: str
    cookie: str
    purpose: str
    files: tuple[str, ...]
    open: Callable[[Configuration], Database]


DESK = Portal(
    # Staff also hide what partners say: a lost partners.db must not be replaced by an empty one.
    "/desk",
    "infopolicy_desk",
    "desk",
    ("staff.db", "partners.db"),
    lambda config: open_staff(config.staff, config.corpus),
)
PARTNERS = Portal(
    "/partner",
    "infopolicy_partner",
    "partner",
    ("partners.db",),
    lambda config: open_partners(config.partners, config.corpus),
)
PORTALS = {portal.prefix: portal for portal in (DESK, PARTNERS)}


@dataclass(frozen=True)
class Route:
    """One address of a portal.

    A role of None is open to everybody; `post` is the role for sending the form; `max_bytes` limits the size of the form.
    """

    portal: Portal
    pattern: str
    page: PageFunction
    role: str | None
    post: str | None
    methods: frozenset[str]
    max_bytes: int

    @property
    def takes_files(self) -> bool:
        return self.max_bytes == LARGEST_FILE


#: Every page whose module is imported, in that order. desk.web.routes imports them all.
REGISTERED: list[Route] = []
#: Parts of an address, for the patterns.
ID = r"(?P<id>[a-z0-9-]{1,200})"
NUMBER = r"(?P<number>[0-9]{1,9})"


def page(
    pattern: str,
    *,
    portal: Portal,
    role: str | None,
    post: str | None = None,
    methods: str = "GET POST",
    max_bytes: int = LARGEST_FORM,
) -> Callable[[PageFunction], PageFunction]:
    """Register the decorated function as a page.

    Args:
        pattern: a regular expression of the address below the portal's prefix.
        role: the least role that may open the page; None for everybody.
        post: the least role that may send its form, where it differs.
        methods: what the page answers, of GET and POST.
        max_bytes: the size of the largest form.
    """

    def register(function: PageFunction) -> PageFunction:
        address = f"^{portal.prefix}{pattern}$"
        REGISTERED.append(Route(portal, address, function, role, post or role, frozenset(methods.split()), max_bytes))
        return function

    return register


staff_page = partial(page, portal=DESK, role="viewer")
partner_page = partial(page, portal=PARTNERS, role=PARTNER)
