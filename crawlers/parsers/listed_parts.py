"""What Open States' lists of sponsors and subjects hold that is neither: half of a name, or a note on the list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crawlers.items import Bill, Document, Sponsor

#: Of two members with one last name, Hawaii and West Virginia write the initial after a comma ("LEE, M."; "Ward, B"), where the
#: source ends the name. No sponsor is called by a letter.
_INITIAL = re.compile(r"[A-Z]\.?")
_LAST_NAME = re.compile(r"[^,]*[^\W\d_]{2}[^,]*")
#: What Florida's site files among the subjects: the name of their list, and notes that say nothing of what became of the bill.
NO_SUBJECTS = frozenset({"subject index", "(vetoed)", "(adopted)", "(claims bills)"})


def whole_names(sponsors: Iterable[Sponsor]) -> tuple[Sponsor, ...]:
    """Put the initial that follows a last name back behind it."""
    found: list[Sponsor] = []
    for sponsor in sponsors:
        if found and _INITIAL.fullmatch(sponsor.name) and _LAST_NAME.fullmatch(found[-1].name):
            found[-1] = replace(found[-1], name=f"{found[-1].name}, {sponsor.name}")
        else:
            found.append(sponsor)
    return tuple(found)


def subjects(listed: Iterable[str]) -> tuple[str, ...]:
    """Those that are subjects."""
    return tuple(each for each in listed if each.casefold() not in NO_SUBJECTS)


def mended(document: Document) -> Document:
    """A stored bill with the names and subjects that it would be stored with now."""
    assert isinstance(document, Bill)
    return replace(document, sponsors=whole_names(document.sponsors), subjects=subjects(document.subjects))
