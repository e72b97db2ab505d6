"""Court cases in their own words: a case is filed and decided, and the codes of a docket are statutes and kinds of suit."""

from __future__ import annotations

import re

from pages.http import formatting
from pages.http.language import _

#: A statute as dockets write it, title and section: "17:1201 Digital Millennium Copyright Act".
_STATUTE = re.compile(r"0?(?P<title>\d{1,2}):(?P<section>\d+[a-z]*)\s*(?P<name>.*)")
#: The number of a kind of suit before its name: "820 Copyright".
_SUIT = re.compile(r"\d{3}\s+(?=\w)")


def status_in_words(kind: str, status: str) -> str:
    """The word for a status; what a legislature calls introduced, a court calls filed."""
    return _("Filed") if kind == "case" and status == "introduced" else formatting.word("statuses", status)


def cause(summary: str | None) -> str | None:
    """What a case rests on: ``17:1201 Digital Millennium Copyright Act; 820 Copyright`` in words; None if it has another form.

    The form is that of the courts' dockets: the statute of the claim, then the kind of suit.
    """
    found = []
    for part in (summary or "").split(";"):
        if match := _STATUTE.fullmatch(part.strip()):
            statute = _("title {title} of the U.S. Code, section {section}").format(**match.groupdict())
            found.append(f"{match['name'].strip()} ({statute})" if match["name"].strip() else statute)
        elif found and part.strip():
            found.append(_SUIT.sub("", part.strip(), count=1))
    return "; ".join(found) or None
