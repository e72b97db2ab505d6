"""The page of a committee: what waits there, who sits on it, its next hearings."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pages.browse.cards import Card, cards
from pages.browse.lists import one_per_title
from pages.database import Row, first, marks, rows
from pages.documents.session_status import UNDECIDED
from pages.people import deciding, names
from store.constants import TAGGED

#: Documents that the page lists.
MOST = 30
#: Words that the names of one committee have or lack.
_FILLING = frozenset({"committee", "on", "the", "and", "of"})


@dataclass(frozen=True, kw_only=True)
class CommitteeView:
    """``waiting`` are the documents on information policy that it has now, ``total`` how many documents it has in all.

    ``members`` are those of ``state``, the state that was chosen, or all; ``seats`` counts all. ``states`` are those of members
    of Congress, as (code, name), by name.
    """

    committee: Row
    chamber: str
    address: str
    parent: Row | None
    parts: list[Row]
    members: list[Row]
    seats: int
    states: list[tuple[str, str]]
    state: str
    waiting: list[Card]
    on_policy: int
    total: int
    hearings: list[Row]


def committee_id(db: sqlite3.Connection, address: str) -> str | None:
    """The id of the committee that an address means; None where there is none."""
    found = first(
        db,
        "select id from legislative_committees where id >= ? and id < ? order by id limit 1",
        names.ids_of(address, "organization"),
    )
    return found["id"] if found else None


def committee(db: sqlite3.Connection, address: str, today: datetime.date, state: str = "") -> CommitteeView | None:
    """Everything the page of a committee shows, by the last part of its address; None where there is none.

    Args:
        state: the code of a state whose members alone are listed; of any other text, all are.
    """
    key = committee_id(db, address)
    if key is None:
        return None
    head = first(db, "select * from legislative_committees where id = ?", [key]) or {}
    parent = (
        first(db, "select * from legislative_committees where id = ?", [head["parent"]]) if head["parent"] else None
    )
    parts = rows(
        db, "select * from legislative_committees where parent = ? and seen_until is null order by name", [key]
    )
    ids = waiting(db, key, today)
    tagged = _tagged(db, ids)
    members = deciding.members_of(db, key)
    states = {
        code: names.state(code) for code in {row["state"] for row in members} if head["jurisdiction"] == "us" and code
    }
    state = state.upper() if state.upper() in states else ""
    return CommitteeView(
        committee=head,
        chamber=names.chamber(head["jurisdiction"], head["chamber"]),
        address=names.committee_address(key, head["name"]),
        parent=_linked(parent) if parent else None,
        parts=[_linked(row) for row in parts],
        members=[row for row in members if row["state"] == state] if state else members,
        seats=len(members),
        states=sorted(states.items(), key=lambda each: each[1]),
        state=state,
        waiting=one_per_title(cards(db, tagged[: MOST * 2], today), MOST),
        on_policy=len(tagged),
        total=len(ids),
        hearings=hearings(db, [head], ids, today),
    )


def _linked(row: Row) -> Row:
    return row | {"address": names.committee_address(row["id"], row["name"])}


def waiting(db: sqlite3.Connection, key: str, today: datetime.date) -> list[str]:
    """The ids of the documents that a committee has now, those with the latest news first."""
    found = rows(
        db,
        # The committee's own few thousand first: by their status alone, most documents are undecided.
        f"""select {deciding.COLUMNS} from (select distinct document_id from committees where code = ?) c
        cross join documents d on d.id = c.document_id where d.status in ({marks(sorted(UNDECIDED))})
        order by coalesce(d.latest_action_on, d.published_on) desc, d.id""",
        [key, *sorted(UNDECIDED)],
    )
    return _had_by(db, found, [key], today)


def to_be_heard(db: sqlite3.Connection, keys: Sequence[str], today: datetime.date) -> list[str]:
    """The ids of the documents that some committees have now and of which a hearing is ahead."""
    found = rows(
        db,
        f"""select distinct {deciding.COLUMNS} from events e cross join documents d on d.id = e.document_id
        where e.starts_at >= ? and e.kind in ('hearing', 'committee_meeting') and d.status in ({marks(sorted(UNDECIDED))})""",
        [today.isoformat(), *sorted(UNDECIDED)],
    )
    return _had_by(db, found, keys, today)


def _had_by(db: sqlite3.Connection, documents: list[Row], keys: Sequence[str], today: datetime.date) -> list[str]:
    """Of some documents, in their order, those that one of these committees has now."""
    alive = {row["id"]: row for row in documents if row["status"] != "reported" and deciding.is_alive(row, today)}
    named: dict[str, list[Row]] = {}
    ids = list(alive)
    for row in db.execute(
        f"select * from committees where document_id in ({marks(ids)}) order by document_id, ordinal", ids
    ):
        named.setdefault(row["document_id"], []).append(dict(row))
    return [
        each
        for each in ids
        if any(row["code"] in keys for row in deciding.lying(named.get(each, []), deciding.chamber_of(alive[each]))[0])
    ]


def _tagged(db: sqlite3.Connection, ids: list[str]) -> list[str]:
    """Of some documents, in their order, those on information policy that are more than ceremonial."""
    found = db.execute(
        f"select document_id from listing where area_id = ? and ceremonial = 0 and document_id in ({marks(ids)})",
        [TAGGED, *ids],
    )
    tagged = {row[0] for row in found}
    return [each for each in ids if each in tagged]


def hearings(db: sqlite3.Connection, committees: list[Row], waiting: list[str], today: datetime.date) -> list[Row]:
    """Hearings ahead of some committees: those that name them, and those of documents that wait there, soonest first."""
    day = today.isoformat()
    found = rows(
        db,
        f"""select e.starts_at, e.timezone, e.description, e.document_id, d.identifier, d.title, null as url,
            d.changed_at as seen_at
        from events e join documents d on d.id = e.document_id
        where e.kind in ('hearing', 'committee_meeting') and e.starts_at >= ? and e.document_id in ({marks(waiting)})
        order by e.starts_at, e.document_id limit 20""",
        [day, *waiting],
    )
    meant = {(row["jurisdiction"], _meaning(row["name"])) for row in committees}
    for row in rows(
        db,
        "select * from proceedings where starts_at >= ? and state is not 'Canceled' and missing_since is null "
        "order by starts_at",
        [day],
    ):
        if row["committee"] and (row["jurisdiction"], _meaning(row["committee"])) in meant:
            found.append(
                row
                | {"description": row["title"], "document_id": None, "identifier": None, "seen_at": row["fetched_at"]}
            )
    return sorted(found, key=lambda row: row["starts_at"])[:20]


def _meaning(name: str) -> frozenset[str]:
    """``House Committee on the Judiciary`` and ``House Judiciary Committee`` are one."""
    return frozenset(re.findall(r"[a-z]+", name.lower())) - _FILLING
