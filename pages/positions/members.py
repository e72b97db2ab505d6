"""The scorecard of members: how each voted where an approver has named the vote as one that counts for a position."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from pages.database import Row, marks, rows
from pages.http.language import N_, _
from pages.people import names
from pages.people.deciding import PERSON, seated

#: What a vote is for a position, with the heading of its column. "other" is present and whatever else is no side.
SIDES = {"with": N_("With"), "against": N_("Against"), "missed": N_("Missed"), "other": N_("Other")}
_VOTES = """
    select c.*, r.held_at, r.held_on, r.question, r.description, r.jurisdiction, r.chamber, d.identifier,
        d.title as document_title, v.person, v.name as as_written, v.choice
    from counted_votes c join roll_calls r on r.id = c.roll_call join documents d on d.id = c.document_id
    join votes v on v.roll_call = c.roll_call where c.position_id = ? order by r.held_at desc, c.roll_call"""


@dataclass(frozen=True, kw_only=True)
class MembersView:
    """The members who voted on what counts for ``position``, and behind the numbers of ``member`` each of their votes.

    ``positions`` have id, title and the number of votes that count; each of ``members`` has counts by SIDES. ``unlinked`` is how
    many votes have a name that is linked to nobody.
    """

    positions: list[Row]
    position: Row | None
    counted: list[Row]
    members: list[Row]
    member: Row | None
    behind: list[Row]
    unlinked: int
    sides: dict[str, str]


def members(db: sqlite3.Connection, position_id: str, member_id: str) -> MembersView:
    """The scorecard of one position, or the list of positions that have any vote that counts."""
    positions = rows(
        db,
        "select p.id, p.title, count(*) as votes from counted_votes c join positions p on p.id = c.position_id "
        "group by p.id order by p.ordinal",
    )
    position = next((row for row in positions if row["id"] == position_id), None)
    cast = (
        [row | {"side": side(row["choice"], row["wanted"])} for row in rows(db, _VOTES, [position_id])]
        if position
        else []
    )
    people = _people(db, {row["person"] for row in cast if row["person"]})
    by_person: dict[str, list[Row]] = defaultdict(list)
    for row in cast:
        if row["person"] in people:
            by_person[row["person"]].append(row)
    table = [
        person | {"counts": {each: sum(row["side"] == each for row in by_person[key]) for each in SIDES}}
        for key, person in people.items()
    ]
    return MembersView(
        positions=positions,
        position=position,
        counted=_counted(db, position_id) if position else [],
        members=sorted(
            table, key=lambda row: (row["jurisdiction"] != "us", row["jurisdiction"], row["family_name"] or row["name"])
        ),
        member=people.get(member_id),
        behind=[
            row
            | {
                "address": names.vote_address(row["roll_call"]),
                "choice_word": names.choice(row["choice"]),
                "side_word": _(SIDES[row["side"]]),
            }
            for row in by_person.get(member_id, [])
        ],
        unlinked=sum(row["person"] not in people for row in cast),
        sides={key: _(word) for key, word in SIDES.items()},
    )


def side(choice: str, wanted: str) -> str:
    """What a vote is for a position: a key of SIDES. Who did not vote has missed it, whatever the reason."""
    if choice in ("yes", "no"):
        return "with" if choice == wanted else "against"
    return "missed" if choice == "not_voting" else "other"


def _people(db: sqlite3.Connection, ids: set[str]) -> dict[str, Row]:
    keys = sorted(ids)
    found: dict[str, Row] = {}
    for start in range(0, len(keys), 1_000):
        part = keys[start : start + 1_000]
        for row in rows(db, f"select {PERSON} from people p where p.id in ({marks(part)})", part):
            found[row["id"]] = row | seated(row)
    return found


def _counted(db: sqlite3.Connection, position_id: str) -> list[Row]:
    """The votes that count for a position, newest first."""
    found = rows(
        db,
        "select c.*, r.held_on, r.question, r.description, r.jurisdiction, r.chamber, d.identifier, d.title as document_title "
        "from counted_votes c join roll_calls r on r.id = c.roll_call join documents d on d.id = c.document_id "
        "where c.position_id = ? order by r.held_at desc",
        [position_id],
    )
    return [
        row
        | {
            "address": names.vote_address(row["roll_call"]),
            "chamber_name": names.chamber(row["jurisdiction"], row["chamber"]),
            "wanted_word": names.choice(row["wanted"]),
        }
        for row in found
    ]
