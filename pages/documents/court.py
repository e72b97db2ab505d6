"""Court cases in their own words: a case is filed and decided, and the codes of a docket are statutes and kinds of suit."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from functools import cache

from pages.database import marks
from pages.http import formatting
from pages.http.language import _

#: A statute as dockets write it, title and section: "17:1201 Digital Millennium Copyright Act".
_STATUTE = re.compile(r"0?(?P<title>\d{1,2}):(?P<section>\d+[a-z]*)\s*(?P<name>.*)")
#: The number of a kind of suit before its name: "820 Copyright".
_SUIT = re.compile(r"\d{3}\s+(?=\w)")
#: Courts of the United States whose names hold the name of a state: "District Court, N.D. Texas".
_FEDERAL = re.compile(r"United States|U\.S\.|District Court,|Bankruptcy Court,")


def state_courts(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, str]:
    """The jurisdiction of each opinion of a state's court, by its document.

    One publisher has the opinions of all courts, and all are stored under the United States. The first subject of an opinion is
    the name of its court.
    """
    names = db.execute(
        f"""select d.id, t.term from documents d join terms t on t.document_id = d.id and +t.kind = 'subject'
        where d.id in ({marks(ids)}) and d.kind = 'case' and d.document_type = 'opinion' order by d.id, t.ordinal desc""",
        list(ids),
    )
    places = {key: _state_of(name) for key, name in names}
    return {key: state for key, state in places.items() if state}


def place(state: str) -> str:
    """The words for the place of an opinion of a state's court."""
    return _("{state} (state court)").format(state=formatting.place(state))


def _state_of(court: str) -> str | None:
    """The jurisdiction of a state's court by its name: "Court of Criminal Appeals of Tennessee"."""
    found = None if _FEDERAL.match(court) else _states()[0].search(court)
    return _states()[1][found[0]] if found else None


@cache
def _states() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of the names of states, the longer one first (West Virginia), and the jurisdiction of each."""
    places = formatting.glossary()["jurisdictions"]
    states = {name: key for key, name in places.items() if re.fullmatch(r"us-[a-z]{2}", key)}
    longest = sorted(map(re.escape, states), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest)})\b"), states


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
