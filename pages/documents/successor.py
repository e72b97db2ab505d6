"""The bill or law that took the place of one that was replaced, those that carry its provisions, a companion that became law, and
the other record of a bill that its source lists in two sessions."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any

from crawlers.status.states import says
from pages.database import Row, first, marks, rows
from pages.documents.session_status import SESSION_TITLE

#: A bill's number as legislatures write it: "CS/HB 6517", "S2515", "SJR 95".
_NUMBER = re.compile(r"\b(?:CS/)*([AHS][A-Z]{0,3}) ?(\d+)(?:-([A-Z]))?\b")
#: The companion, which has its number from the source's links: Tennessee's "Comp. SB subst.", Minnesota's "HF indefinitely
#: postponed", once the other chamber's bill is taken up in its place.
_COMPANION = re.compile(r"comp(?:\.|anion) |[hs]f indefinitely postponed$", re.IGNORECASE)
_COMPANIONS = "select linked_id from links where document_id = ? and kind = 'companion'"
_STORED_COMPANIONS = f"{_COMPANIONS} and linked_id in (select id from documents)"
#: Nebraska: "Provisions/portions of LB694 amended into LB150 by AM1491". That bill lists the sentence, too.
_AMENDED_INTO = re.compile(r"provisions/portions of (L[BR]\d+\w*) amended into (L[BR]\d+\w*)", re.IGNORECASE)
#: New Jersey: "WITHDRAWN APP P.L.2025, c.244.", "WITHDRAWN APP P.L.2025, JR-17."
_APPROVED = re.compile(r"withdrawn app P\.L\.,? ?(\d{4}), ?(?:c\.? ?(\d+)|(JR-\d+))", re.IGNORECASE)
#: A new draft may be replaced by another one; no chain in the record is longer than three.
_LONGEST = 5


def successor(db: sqlite3.Connection, document: Mapping[str, Any]) -> Row | None:
    """The last bill of the chain that begins with a replaced one: id, identifier, title, status, status_on, kind, and `by_way` of
    which others, as rows with id and identifier.

    None where the document was not replaced, where its source names no other bill, or several, or where that is not collected.
    """
    found: Row | None = None
    here, by_way = document, list[Row]()
    for _ in range(_LONGEST):
        after = _named(db, here["id"]) if here["status"] == "replaced" else None
        if after is None:
            break
        by_way += [found] if found else []
        found = here = after
    return found and found | {"by_way": by_way}


def law_instead(db: sqlite3.Connection, document: Mapping[str, Any]) -> str | None:
    """The number of the law that took the place of a replaced one, as its state cites it ("P.L.2025, c.244"): the bill that
    became that law is of a session before, which need not be collected, and no action names it."""
    if document["status"] != "replaced":
        return None
    said = db.execute("select description from actions where document_id = ? order by ordinal desc", [document["id"]])
    found = next((match for (words,) in said if (match := _APPROVED.match(words))), None)
    return found and f"P.L.{found[1]}, {found[3] or f'c.{found[2]}'}"


def carriers(db: sqlite3.Connection, document: Mapping[str, Any]) -> list[Row]:
    """The bills into which provisions of this one were amended, as its source says, with the same columns as a successor.

    It may go on by itself: it keeps its status, unless it was postponed for good (crawlers.status.step_order.merged).
    """
    said = db.execute("select description from actions where document_id = ? order by ordinal", [document["id"]])
    place, _, number = document["id"].rpartition("-")
    found = [match for (words,) in said if (match := _AMENDED_INTO.match(words))]
    others = {f"{place}-{match[2]}".lower() for match in found if match[1].lower() == number}
    return rows(
        db,
        f"""select id, identifier, title, kind, status, status_on from documents
        where id in ({marks([*others])}) order by status_on, id""",
        [*others],
    )


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
        key = _checked(db, document_id, key)
    elif _COMPANION.match(last) and len(companions := db.execute(_COMPANIONS, [document_id]).fetchall()) == 1:
        key = companions[0][0]
    if key is None and not last:
        others = carriers(db, {"id": document_id})
        return others[0] if len(others) == 1 else None
    if key in (None, document_id):
        return None
    return first(db, "select id, identifier, title, kind, status, status_on from documents where id = ?", [key])


def _checked(db: sqlite3.Connection, document_id: str, named: str) -> str | None:
    """The bill that an action names, unless the source links this one to another companion in that chamber: then one of the two
    is a slip. With the same digits in another order (Minnesota: HF 3287 for HF 3827) it is the number; else nobody can tell."""
    number = named.rpartition("-")[2]
    linked = {key.rpartition("-")[2]: key for (key,) in db.execute(_STORED_COMPANIONS, [document_id])}
    there = {other: key for other, key in linked.items() if other[0] == number[0]}
    if not there or number in there:
        return named
    return next((key for other, key in there.items() if sorted(other) == sorted(number)), None)
