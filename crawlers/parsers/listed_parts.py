"""What Open States' lists of sponsors and subjects hold that is neither: half of a name, a note on the list, or a number."""

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
_NOTES = frozenset({"subject index", "(vetoed)", "(adopted)", "(claims bills)"})
#: What follows a break of that list in the middle of a heading, and the whole one, a title of the Florida Statutes; None where it
#: is a note, too, or tells too little.
_IN_FLORIDA = {
    "vetoed bills": None,
    "conference committee": None,
    "concurrent)": None,
    "resolutions (joint, commemorative, and": None,
    "relations": "county organization and intergovernmental relations",
    "and solicitations": "regulation of trade, commerce, investments, and solicitations",
    "reclamation, and use": "natural resources; conservation, reclamation, and use",
    "industry": "agriculture, horticulture, and animal industry",
}
#: A letter (Florida, Maryland), another bill (Kansas), the number of a law or of a year (Hawaii, Maine), or the title (Michigan).
_NEITHER = re.compile(r".|[HS]B ?\d+|(?:act )?\d+|a (?:concurrent |joint )?resolution .*:", re.IGNORECASE | re.DOTALL)


def whole_names(sponsors: Iterable[Sponsor]) -> tuple[Sponsor, ...]:
    """Put the initial that follows a last name back behind it."""
    found: list[Sponsor] = []
    for sponsor in sponsors:
        if found and _INITIAL.fullmatch(sponsor.name) and _LAST_NAME.fullmatch(found[-1].name):
            found[-1] = replace(found[-1], name=f"{found[-1].name}, {sponsor.name}")
        else:
            found.append(sponsor)
    return tuple(found)


def subjects(listed: Iterable[str], jurisdiction: str) -> tuple[str, ...]:
    """Those that are subjects, each as a whole."""
    whole = _IN_FLORIDA if jurisdiction == "us-fl" else {}
    found = (whole.get(each, each) for each in listed if not _is_none(each))
    return tuple(dict.fromkeys(each for each in found if each is not None))


def is_mended(subject: str, jurisdiction: str) -> bool:
    """Whether a subject of a stored bill is none, or half of one."""
    return subjects([subject], jurisdiction) != (subject,)


def _is_none(subject: str) -> bool:
    return subject.casefold() in _NOTES or _NEITHER.fullmatch(subject) is not None


def mended(document: Document) -> Document:
    """A stored bill with the names and subjects that it would be stored with now."""
    assert isinstance(document, Bill)
    return replace(
        document, sponsors=whole_names(document.sponsors), subjects=subjects(document.subjects, document.jurisdiction)
    )
