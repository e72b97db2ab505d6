"""After an upgrade: actions classified and statuses derived again, from the sentences that are stored.

A source's listing does not change because our rules did, so a crawl alone would leave old statuses standing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from crawlers.items import Bill, Document
from crawlers.parsers.federal_register import OFFICE
from crawlers.status import federal, rules
from crawlers.storage.record import load_document, record_hash, rewrite

BATCH = 500


def _federal_bill(document: Document) -> Document:
    assert isinstance(document, Bill)
    actions = tuple(
        replace(each, classification=federal.classify_action(each.description)) for each in document.actions
    )
    introduced_on = document.introduced_on or document.published_on or ""
    history = federal.bill_history(actions, document_type=document.document_type or "", introduced_on=introduced_on)
    return replace(document, actions=actions, status=history[-1][0], status_on=history[-1][1], status_history=history)


def _federal_regulation(document: Document) -> Document:
    named = any(link.kind == "corrects" and link.said_by == OFFICE for link in document.links)
    action = document.actions[0].description if document.actions else None
    purpose = federal.regulation_purpose(action, corrects=named)
    word = federal.regulation_status(document.document_type or "", action, purpose)
    return replace(document, status=word, status_history=((word, document.status_on or document.published_on or ""),))


#: How the documents of a source are derived again. A source whose status is its own word needs no entry.
AGAIN: dict[str, Callable[[Document], Document]] = {
    "us_bills": _federal_bill,
    "us_congress_api": _federal_bill,
    "us_federal_register": _federal_regulation,
}


def rules_version() -> str:
    """A hash of the rules that classify actions and derive statuses."""
    files = (Path(federal.__file__), Path(rules.__file__), federal.FILE)
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:24]


def begin(db: Database) -> None:
    """Note in a corpus without documents that those to come are stored by the present rules: none is derived again."""
    db.execute(
        "insert into derivations select 'status', ? where not exists (select 1 from documents) "
        "on conflict (name) do update set version = excluded.version",
        [rules_version()],
    )


def restate(db: Database, *, now: str) -> int:
    """Bring actions and statuses up to the present rules; without a word in `changes`, since nothing happened.

    Does nothing when the rules are those of the last time. Returns how many documents differ now.
    """
    version = rules_version()
    known = db.execute("select version from derivations where name = 'status'").fetchone()
    if known and known[0] == version:
        return 0
    differ = sum(_restate_source(db, source, again, now) for source, again in AGAIN.items())
    db.execute(
        "insert into derivations values ('status', ?) on conflict (name) do update set version = excluded.version",
        [version],
    )
    return differ


def _restate_source(db: Database, source: str, again: Callable[[Document], Document], now: str) -> int:
    keys = iter([key for (key,) in db.execute("select id from documents where source = ?", [source]).fetchall()])
    differ = 0
    while batch := list(islice(keys, BATCH)):
        stored = [load_document(db, key) for key in batch]
        moved = [new for old in stored if record_hash(new := again(old)) != record_hash(old)]
        rewrite(db, moved, now=now)
        differ += len(moved)
    return differ
