"""What the organization did, and how it ended: engagements counted by document, each document once.

The count begins with what the organization did, so that bills that died or were blocked count as well. An act of many
subjects is one document and counts once. Only public records of staff count, with stances and outcomes that people confirmed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pages.database import Row, rows
from pages.http import formatting
from positions.outcomes import AIMS, BECAME, ENDED_WITHOUT

#: How each kind of engagement is called.
KINDS = {
    "letter": "Sign-on letter",
    "own_letter": "Letter",
    "testimony": "Testimony",
    "brief": "Court brief",
    "comments": "Comments filed",
}
#: How a document ended -> the words of the page.
RESULTS = {"became": "Became law or rule", "without": "Died or blocked", "decided": "Decided", "open": "Still open"}
_DOCUMENTS = """
    select id, identifier, title, jurisdiction, status, status_on from documents
    where id in (select document_id from engagements)"""


@dataclass(frozen=True, kw_only=True)
class Engaged:
    """One document with the `engagements` on it (with ``kind_word``), newest first; ``result`` is a key of RESULTS.

    ``went``: yes, partly or no: whether it ended the organization's way; None if that cannot be told.
    """

    document: Row
    engagements: list[Row]
    result: str
    went: str | None


@dataclass(frozen=True, kw_only=True)
class Engagements:
    """``documents``, those of the newest engagement first, and ``others``: engagements on no document that is collected.

    ``kinds`` counts engagements, ``results`` and ``went`` count documents.
    """

    documents: list[Engaged]
    others: list[Row]
    kinds: dict[str, int]
    results: dict[str, int]
    went: dict[str | None, int]

    @property
    def total(self) -> int:
        return sum(self.kinds.values())


def engagements(db: sqlite3.Connection) -> Engagements:
    """Every public engagement with the result of its document."""
    found = [
        row | {"kind_word": KINDS[row["kind"]]}
        for row in rows(db, "select * from engagements order by happened_on desc, record_id desc")
    ]
    held = {row["id"]: row | {"place": formatting.place(row["jurisdiction"])} for row in rows(db, _DOCUMENTS)}
    by_document: dict[str, list[Row]] = {}
    for row in found:
        if row["document_id"] in held:
            by_document.setdefault(row["document_id"], []).append(row)
    documents = [_engaged(db, held[key], done) for key, done in by_document.items()]
    kinds, results = Counter(row["kind"] for row in found), Counter(each.result for each in documents)
    return Engagements(
        documents=documents,
        others=[row for row in found if row["document_id"] not in held],
        kinds={KINDS[kind]: kinds[kind] for kind in KINDS if kinds[kind]},
        results={words: results[key] for key, words in RESULTS.items() if results[key]},
        went=dict(Counter(each.went for each in documents if each.result != "open")),
    )


def _engaged(db: sqlite3.Connection, document: Row, done: list[Row]) -> Engaged:
    result = _result(document["status"])
    return Engaged(document=document, engagements=done, result=result, went=_went(db, document["id"], result))


def _result(status: str) -> str:
    if status in BECAME:
        return "became"
    return "without" if status in ENDED_WITHOUT else "decided" if status == "decided" else "open"


def _went(db: sqlite3.Connection, document_id: str, result: str) -> str | None:
    """Once for the document: from the outcomes that people confirmed, else from the stance and whether it became law."""
    if result == "open":
        return None
    confirmed = [
        row[0] for row in db.execute("select went from outcomes where document_id = ?", [document_id]) if row[0]
    ]
    if confirmed:
        return _together(confirmed)
    stances = db.execute(
        "select value from decisions where document_id = ? and verdict = 'confirm' and (subject = 'stance' or subject like "
        "'stance:%') order by subject",
        [document_id],
    )
    aims = {AIMS[row[0]] for row in stances if row[0] in AIMS}
    if len(aims) != 1 or result not in ("became", "without"):
        return None
    return "yes" if (aims.pop() > 0) == (result == "became") else "no"


def _together(values: Iterable[str]) -> str:
    found = set(values)
    return found.pop() if len(found) == 1 else "partly"
