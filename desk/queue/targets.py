"""Whom to ask about a bill: its committee, who joined a related bill and not this one, members from states with a chapter."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from pages.database import marks
from pages.people import deciding, names

Row = dict[str, Any]

#: Columns of the table, in their order, as the spreadsheets explain them.
COLUMNS = {
    "name": "Name",
    "party": "Party",
    "seat": "Chamber and district",
    "state": "State",
    "why": "Why this person: committee, related bill, or chapter",
    "role": "Role in the committee",
    "joined": "yes where they brought or joined this bill",
    "chapter": "Contact of the chapter in their state",
    "phone": "Phone of the office at the capitol",
    "email": "Public email address",
    "website": "Website",
    "met": "Day of the last meeting or request on record",
    "address": "Page on this site",
}


@dataclass
class _Target:
    person: Row
    why: list[str] = field(default_factory=list)
    role: str = ""


def targets(db: Database, document: Row, today: datetime.date, *, state: str = "", site: str = "") -> list[Row]:
    """The people to ask about a document, as rows of COLUMNS with `id`: chairs first, then those with the most reasons.

    Args:
        db: staff.db with corpus.db attached.
        document: a row of ``documents``.
        state: only members from this state, by its code.
        site: what the addresses begin with.
    """
    found: dict[str, _Target] = {}
    decider = deciding.decider(db.conn, document, today)
    chamber = decider.chamber if decider else document["chamber"]
    # A committee that waits for a bill, and of which no single chamber is known, may be of both.
    chambers = {"lower", "upper"} if decider and decider.referral and not chamber else {chamber}
    for body in [*decider.voted, *decider.bodies, *decider.reported_by] if decider else ():
        for member in body.members:
            target = found.setdefault(member["id"], _Target(member))
            target.why.append(body.name)
            target.role = target.role or member["role"] or ""
    joined = {row["id"] for row in _sponsors(db, [document["id"]])}
    for row in _sponsors(db, _related(db, document["id"])):
        if row["id"] not in joined and row["chamber"] in chambers and row["is_current"]:
            target = found.setdefault(row["id"], _Target(row))
            target.why.append(f"Joined {row['identifier']}, not this bill")
    contacts = {
        row["jurisdiction"].removeprefix("us-").upper(): ": ".join(filter(None, (row["name"], row["contact"])))
        for row in db.query("select jurisdiction, name, contact from current_chapter_contacts")
    }
    if decider and document["jurisdiction"] == "us":
        for row in _members(db, chamber, list(contacts)):
            found.setdefault(row["id"], _Target(row)).why.append("Chapter contact in the state")
    met = dict(
        db.execute(
            "select person_id, max(coalesce(happened_on, due_on)) from current_advocacy where person_id is not null group by 1"
        ).fetchall()
    )
    rows = [_row(db, each, each.person["id"] in joined, contacts, met, site) for each in found.values()]
    rows = [row for row in rows if not state or row["state"] == state.upper()]
    return sorted(rows, key=lambda row: (not row["role"], -len(row["why"].split("; ")), row["state"], row["name"]))


def lacking(db: Database, document: Row) -> list[str]:
    """Why `targets` finds nobody for a document, as parts of a sentence."""

    def has(table: str) -> bool:
        return db.execute(f"select 1 from {table} limit 1").fetchone() is not None

    said = [
        "no committee with known members has it"
        if has("corpus.committee_members")
        else "nobody has collected who sits in which committee",
        "no related bill of the same chamber has other sponsors that are known",
    ]
    if document["jurisdiction"] == "us":
        known = has("current_chapter_contacts")
        said.append(
            "no member of that chamber from a state with a chapter contact is known"
            if known
            else "staff have entered no contact of a chapter (the websites from the catalog are no contacts)"
        )
    return said


def _row(db: Database, target: _Target, joined: bool, contacts: Row, met: Row, site: str) -> Row:
    person, key = target.person, target.person["id"]
    reached = next(iter(db.query("select email, website from corpus.people where id = ?", [key])), {})
    office = db.execute(
        "select phone from corpus.offices where person = ? and phone is not null order by kind, ordinal limit 1", [key]
    ).fetchone()
    state = (person["state"] or person["jurisdiction"].removeprefix("us-")).upper()
    return {
        "id": key,
        "name": person["name"],
        "party": names.party(person["party"]),
        "seat": names.seat(person["jurisdiction"], person["chamber"], person["district"], person["state"]),
        "state": state,
        "why": "; ".join(dict.fromkeys(target.why)),
        "role": target.role,
        "joined": "yes" if joined else "",
        "chapter": contacts.get(state, ""),
        "phone": office[0] if office else "",
        "email": reached.get("email") or "",
        "website": reached.get("website") or "",
        "met": met.get(key) or "",
        "address": site + names.person_address(key, person["name"]),
    }


def _related(db: Database, document_id: str) -> list[str]:
    """The documents that a source calls related to this one: companions and the like."""
    return [
        row[0]
        for row in db.execute(
            "select linked_id from corpus.links where document_id = ? "
            "union select document_id from corpus.links where linked_id = ?",
            [document_id, document_id],
        )
        if row[0] != document_id
    ]


def _sponsors(db: Database, documents: Sequence[str]) -> list[Row]:
    """Who brought or joined some documents, and has not withdrawn, with the identifier of the document."""
    return list(
        db.query(
            f"select {deciding.PERSON}, d.identifier from corpus.sponsor_people l join corpus.people p on p.key = l.person "
            "join corpus.sponsors s on s.document_id = l.document_id and s.ordinal = l.ordinal "
            "join corpus.documents d on d.id = l.document_id "
            f"where l.document_id in ({marks(documents)}) and s.withdrawn_on is null order by d.id, l.ordinal",
            list(documents),
        )
    )


def _members(db: Database, chamber: str | None, states: Sequence[str]) -> list[Row]:
    return list(
        db.query(
            f"select * from (select {deciding.PERSON} from corpus.people p where p.jurisdiction = 'us' and p.is_current = 1) "
            f"where chamber = ? and state in ({marks(states)}) order by state, name",
            [chamber, *states],
        )
    )
