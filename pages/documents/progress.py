"""How far a document has come: who brought it, its steps, what happened to it by day, what is set for it, its texts."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from crawlers.parsers.federal_register_replies import REPLY_CLOSE
from crawlers.parsers.openstates import SOURCE
from crawlers.people import as_people_say
from pages.database import Row, rows
from pages.documents import rulemaking
from pages.documents.day_order import place_in_day
from pages.documents.text_versions import in_words
from pages.people.names import of_one_role, party, person_address, state

#: A day with more actions than this shows only those that moved the document; the others are behind a summary.
CROWDED = 5
MOVES = frozenset(
    {
        "introduction",
        "referral-committee",
        "committee-passage",
        "passage",
        "failure",
        "withdrawal",
        "executive-receipt",
        "differences-resolved",
        "executive-signature",
        "executive-veto",
        "became-law",
        "veto-override-passage",
    }
)
#: Within so many days a state's clerks write down what both chambers have passed.
CLERKS = 7


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Who brought a document, what happened to it by day, what is set for it, and its texts; the desk shows these too."""

    timeline: list[tuple[str, list[Row], list[Row]]]
    sponsors: list[Row]
    versions: list[Row]
    events: list[Row]


def progress(db: sqlite3.Connection, document_id: str, votes_on: Iterable[str] = ()) -> Progress:
    """How far a document has come; empty lists where nothing is known."""
    wrong, place = rulemaking.overtaken(db, [document_id]), place_in_day(db, document_id)
    return Progress(
        timeline=_timeline(part(db, "actions", document_id, f"acted_on desc, {place} desc"), votes_on),
        sponsors=_sponsors(db, document_id),
        versions=[
            row | {"name": in_words(row["name"])}
            for row in part(db, "versions", document_id, "issued_on desc, ordinal")
        ],
        events=[
            row | {"moved_by": rulemaking.moved_by(row, document_id)}
            for row in part(db, "events", document_id, "starts_at, ordinal")
            if not (wrong and row["kind"] == REPLY_CLOSE)
        ],
    )


def steps(head: Row, history: list[Row]) -> list[Row]:
    """The steps without that on which clerks of a state only wrote down what both chambers had just passed, and without
    hearings on the subject of a bill before there was one (Congress lists them with an original measure)."""
    first = next((number for number, row in enumerate(history) if row["status"] == "introduced"), 0)
    if all(row["status"] == "in_committee" for row in history[:first]):
        history = history[first:]
    noted = {
        number
        for number, (before, row) in enumerate(pairwise(history), 1)
        if (before["status"], row["status"]) == ("passed_second_chamber", "passed")
        and _days(before["reached_on"], row["reached_on"]) <= CLERKS
    }
    if head["level"] != "state":
        return history
    return [row for number, row in enumerate(history) if number not in noted or number == len(history) - 1]


def _days(since: str | None, until: str | None) -> float:
    """The days from one to the other; without end where one of them is no whole date."""
    try:
        return (datetime.date.fromisoformat((until or "")[:10]) - datetime.date.fromisoformat((since or "")[:10])).days
    except ValueError:
        return float("inf")


def part(db: sqlite3.Connection, table: str, document_id: str, order: str = "ordinal") -> list[Row]:
    return rows(db, f"select * from {table} where document_id = ? order by {order}", [document_id])


def _sponsors(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The sponsors with their party and state in words, and the address of a legislator's page where it is known who each is.

    ``one_role``: their source calls everybody a sponsor, whoever joined.
    """
    found = rows(
        db,
        """select s.*, p.id as person, p.name as known, d.jurisdiction, d.source from sponsors s
        join documents d on d.id = s.document_id
        left join sponsor_people l on l.document_id = s.document_id and l.ordinal = s.ordinal
        left join people p on p.key = l.person where s.document_id = ? order by s.ordinal""",
        [document_id],
    )
    return [
        row
        | {
            "name": as_people_say(row["name"]),
            "address": person_address(row["person"], row["known"]) if row["person"] else None,
            "side": ", ".join(filter(None, (party(row["party"]), state(row["state"])))),
            "one_role": row["source"] == SOURCE and row["jurisdiction"] in of_one_role(),
        }
        for row in found
    ]


def _timeline(actions: list[Row], votes_on: Iterable[str] = ()) -> list[tuple[str, list[Row], list[Row]]]:
    """Return each day, newest first, with the actions to show and the others of a crowded day; days of votes too.

    A sentence that occurs twice on one day is shown once.
    """
    days: dict[str, list[Row]] = {}
    for action in actions:
        day = days.setdefault(action["acted_on"], [])
        if action["description"] not in {other["description"] for other in day}:
            day.append(action)
    timeline = []
    for date, found in days.items():
        moved = [action for action in found if action["classification"] in MOVES] or found[:1]
        shown = found if len(found) <= CROWDED else moved
        timeline.append((date, shown, [action for action in found if action not in shown]))
    timeline += [(day, [], []) for day in votes_on if day not in days]
    return sorted(timeline, key=lambda entry: entry[0] or "", reverse=True)
