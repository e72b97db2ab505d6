"""Any list of /browse on the map of the states: the same documents, counted by state and fate, with what is not collected."""

from __future__ import annotations

import datetime
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from pages.browse.fates import Counts, fates
from pages.browse.filters import PLACE_GROUPS, Filters
from pages.browse.search import caveats
from pages.browse.selection import of_filters
from pages.http import formatting
from pages.places.collected import collected_places, states_until
from pages.places.map import StateMap, layout, state_map

#: Column of the table to download -> what it means.
COLUMNS = {
    "jurisdiction": "Key of the state, such as us-tx",
    "place": "Its name",
    "coverage": "collected, in part (its newest regular session is missing or stops early, or its news is old), or not collected",
    "documents": "How many documents of the list; empty where nothing is collected",
    "undecided": "Of these, those that can still move as far as is known",
    "passed": "Those that became law, were adopted, or are final",
    "dead": "Those that failed, were withdrawn or replaced, or were vetoed; a replaced bill may live on in another",
    "no_news_since_session": "Undecided, and without news since their session was to end",
    "other": "All others",
}


@dataclass(frozen=True)
class StateCounts:
    """One state; ``counts`` is None where nothing is; ``part``: its newest regular session is not stored, or not to its end."""

    id: str
    title: str
    counts: Counts | None
    part: bool
    href: str


@dataclass(frozen=True, kw_only=True)
class ListMap:
    """``title`` names the list, ``list_address`` shows it.

    ``note`` is what must stand beside the numbers of an issue.
    ``until`` and ``today`` are ISO days: of the newest news of any state, of the page.
    ``states`` are all states, those with most documents first; ``missing`` the names of those that are not collected.
    """

    title: str
    list_address: str
    note: str
    counts: Counts
    states_with: int
    map: StateMap | None
    states: list[StateCounts]
    missing: list[str]
    until: str | None
    today: str

    @property
    def query(self) -> str:
        """The part of the address that names the list, from its question mark on."""
        return self.list_address.removeprefix("/browse")


def list_map(db: sqlite3.Connection, filters: Filters, today: datetime.date) -> ListMap:
    """The documents of states that /browse shows for these filters, all pages of it."""
    chosen = of_filters(db, filters, today)
    found = db.execute(
        f"""select jurisdiction, status, count(*) as documents from listing
        where {chosen.where} and {PLACE_GROUPS["states"]} group by 1, 2""",
        chosen.values,
    ).fetchall()
    cells: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in found:
        cells[row["jurisdiction"]].append(row)
    reach = collected_places(db, today)

    def address(place: str) -> str:
        return filters.address(jurisdiction=place)

    states = [
        StateCounts(
            place,
            formatting.place(place),
            fates(cells.get(place, [])) if place in cells or place in reach.places | reach.in_part else None,
            place in reach.in_part or (place in cells and place not in reach.places),
            address(place),
        )
        for place in {*layout(), *cells}
    ]
    states.sort(key=lambda each: (-each.counts.total if each.counts else 1, formatting.alphabetical(each.title)))
    return ListMap(
        title=chosen.title,
        list_address=filters.address(),
        note=caveats(filters.q),
        counts=fates(found),
        states_with=len(cells),
        map=state_map({place: sum(row["documents"] for row in rows) for place, rows in cells.items()}, reach, address),
        states=states,
        missing=[each.title for each in states if each.counts is None],
        until=states_until(db, today),
        today=today.isoformat(),
    )


def table(found: ListMap) -> list[dict[str, Any]]:
    """The rows to download. Nothing collected is nothing, never 0."""
    rows = []
    for each in found.states:
        numbers = each.counts
        row = {
            "jurisdiction": each.id,
            "place": each.title,
            "coverage": "not collected" if numbers is None else "in part" if each.part else "collected",
            "documents": numbers.total if numbers else None,
            "undecided": numbers.alive if numbers else None,
            "passed": numbers.passed if numbers else None,
            "dead": numbers.dead if numbers else None,
            "no_news_since_session": numbers.unheard if numbers else None,
            "other": numbers.other if numbers else None,
        }
        rows.append(row)
    return rows
