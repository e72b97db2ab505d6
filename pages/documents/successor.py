"""The bill that goes on in place of one that was replaced, a companion that became law, and the other record of a bill that its
source lists in two sessions."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from crawlers.status.states import says
from pages.database import Row, first
from pages.documents.session_status import SESSION_TITLE

#: A bill's number as legislatures write it: "CS/HB 6517", "S2515", "SJR 95".
_NUMBER = re.compile(r"\b(?:CS/)*([AHS][A-Z]{0,3}) ?(\d+)(?:-([A-Z]))?\b")
#: The companion, which has its number from the source's links: Tennessee's "Comp. SB subst."
_COMPANION = re.compile(r"comp(?:\.|anion) ", re.IGNORECASE)
_COMPANIONS = "select linked_id from links where document_id = ? and kind = 'companion'"
#: A new draft may be replaced by another one; no chain in the record is longer than three.
_LONGEST = 5


def successor(db: sqlite3.Connection, document: Mapping[str, Any]) -> Row | None:
    """The last bill of the chain that begins with a replaced one: id, identifier, title, status, status_on, kind.

    None where the document was not replaced, where its source names no other bill, or where that is not collected.
    """
    found: Row | None = None
    here = document
    for _ in range(_LONGEST):
        after = _named(db, here["id"]) if here["status"] == "replaced" else None
        if after is None:
            break
        found = here = after
    return found


def law_beside(db: sqlite3.Connection, document: Mapping[str, Any]) -> Row | None:
    """The bill of the same session that its source calls identical or a companion, if that became law and this one did not: id,
    identifier, title, kind, status, status_on, and whether it is called identical.

    The two are different bills in the record: this one keeps its status, and may even move.
    """
    if document["kind"] != "bill" or document["status"] in ("enacted", "replaced"):
        return None
    return first(
        db,
        """select d.id, d.identifier, d.title, d.kind, d.status, d.status_on, max(lower(l.kind) like 'identical%') as identical
        from (
            select linked_id as id, kind from links where document_id = ?1
            union all select document_id, kind from links where linked_id = ?1
        ) l join documents d on d.id = l.id
        where lower(l.kind) in ('identical bill', 'identical', 'companion')
            and d.status = 'enacted' and d.jurisdiction = ?2 and d.session = ?3
        group by d.id order by identical desc, d.status_on, d.id limit 1""",
        [document["id"], document["jurisdiction"], document["session"]],
    )


def other_record(db: sqlite3.Connection, document_id: str) -> Row | None:
    """The record of the same bill in another session, where its source lists it in two: id, jurisdiction, session, its title,
    kind, status, status_on, and whether it is the one that lists have."""
    return first(
        db,
        f"""select d.id, d.jurisdiction, d.session, {SESSION_TITLE} as session_title, d.kind, d.status, d.status_on,
            d.id = r.listed_as as listed
        from twice_listed r join documents d on d.id = iif(r.document_id = ?1, r.listed_as, r.document_id)
        where r.document_id = ?1 or r.listed_as = ?1""",
        [document_id],
    )


def _named(db: sqlite3.Connection, document_id: str) -> Row | None:
    said = db.execute("select description from actions where document_id = ? order by ordinal desc", [document_id])
    last = next((words for (words,) in said if says("replaced", words)), "")
    key = None
    if number := _NUMBER.search(last):
        key = f"{document_id.rpartition('-')[0]}-{''.join(filter(None, number.groups()))}".lower()
    elif _COMPANION.match(last) and len(companions := db.execute(_COMPANIONS, [document_id]).fetchall()) == 1:
        key = companions[0][0]
    if key in (None, document_id):
        return None
    return first(db, "select id, identifier, title, kind, status, status_on from documents where id = ?", [key])
