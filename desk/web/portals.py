"""The two houses behind one door: the desk of staff and the pages of partners. Each has its file, its cookie, its addresses.

A session of one is nothing in the other: the cookies differ in name, path and purpose, and the tokens lie in two files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from desk.partners import partner_pages
from desk.web import routes
from desk.web.routes import Found
from settings import Configuration
from store.connect import open_partners, open_staff


@dataclass(frozen=True)
class Portal:
    """`prefix` begins every address and is the path of the cookie; `open` opens its file with corpus.db attached."""

    prefix: str
    cookie: str
    purpose: str
    open: Callable[[Configuration], Database]
    find: Callable[[str], Found | None]


DESK = Portal("/desk", "infopolicy_desk", "desk", lambda config: open_staff(config.staff, config.corpus), routes.find)
PARTNERS = Portal(
    "/partner", "infopolicy_partner", "partner", lambda config: open_partners(config.partners, config.corpus),
    lambda path: routes.find(path, "/partner", partner_pages.ROUTES),
)  # fmt: skip
PORTALS = {portal.prefix: portal for portal in (DESK, PARTNERS)}


def partners_of(config: Configuration) -> Database | None:
    """partners.db with corpus.db attached; None where nobody has made it."""
    return PARTNERS.open(config) if config.partners.exists() else None
