"""What people call a document whose source numbers it by a key of its own: its number where the title has one, else its title.

Lawyers cite a case with its court and its number, which is unique in that court only: the title of a case ends with both.
"""

from __future__ import annotations

import re
from dataclasses import replace

from crawlers.items import Document

#: The last brackets of a title. Names of parties may have some of their own, and numbers, too: "24-1234(L)".
_COURT = re.compile(r" \([^(),]+, (?P<number>[^()]*(?:\([^()]*\)[^()]*)*)\)$")


def titled(name: str, court: str | None, number: str | None) -> str:
    """The parties with their court and number: two courts hear "In re S.S."."""
    place = ", ".join(filter(None, (court, number)))
    return f"{name} ({place})" if place else name


def number_in(title: str) -> str:
    """The number at the end of the title of a case; the title itself where it has none."""
    found = _COURT.search(title)
    return found["number"] if found else title


def with_number(case: Document) -> Document:
    """A stored case as people call it."""
    return replace(case, identifier=number_in(case.title))


def by_title(bill: Document) -> Document:
    """A stored bill of which its source gives no number."""
    return replace(bill, identifier=bill.title)
