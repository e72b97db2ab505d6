"""What the queue can be narrowed to and sorted by, and the SQL of it."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, replace
from typing import Any

from desk.web.context import AddressFilters
from pages.browse import search
from pages.browse.numbers import read_number

_ASLEEP = """
    select z.document_id from current_snoozes z where (z.until_on is not null or z.until_change is not null)
    and coalesce(z.until_on > :today, 1)
    and not (z.until_change is not null and exists (
        select 1 from corpus.changes c where c.document_id = z.document_id and c.seen_at > z.asked_at
        and z.until_change in ('any', c.kind)))"""

#: How the queue can be sorted -> how the page calls it, and SQL. Equals follow by points.
SORTS = {
    "": ("Points", ""),
    "action": ("Latest action", "w.latest_on desc, "),
    "due": ("Upcoming date", "due.due_on is null, due.due_on, "),
    "priority": ("Priority", "w.priority desc, "),
    "place": ("Place", "(select p.value from json_each(:places) p where p.key = w.jurisdiction), "),
}


@dataclass(frozen=True)
class Filters(AddressFilters):
    """Which documents of the queue to show."""

    q: str = ""
    area: str = ""
    position: str = ""
    kind: str = ""
    jurisdiction: str = ""
    must_see: str = ""
    due: str = ""
    returned: str = ""
    new: str = ""
    mine: str = ""
    unassigned: str = ""
    my_areas: str = ""
    put_off: str = ""
    asleep: str = ""
    ended: str = ""
    abroad: str = ""
    old: str = ""
    sort: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen besides the order."""
        return bool(replace(self, sort="").query())


def dates(today: datetime.date) -> dict[str, Any]:
    return {
        "today": today.isoformat(),
        "lately": (today - datetime.timedelta(days=90)).isoformat(),
        "year_ago": (today - datetime.timedelta(days=365)).isoformat(),
        # A Congress begins on January 3 of an odd year; until then the old one continues.
        "congress": ((today - datetime.timedelta(days=2)).year - 1789) // 2 + 1,
    }


def conditions(filters: Filters) -> tuple[list[str], dict[str, Any]]:
    """The conditions on `waiting` (w), `due` and `own` that some filters mean, and their values."""
    values: dict[str, Any] = {}
    asleep = f"w.document_id in ({_ASLEEP})"
    found = [asleep if filters.asleep else f"not {asleep}", "w.deferred > 0" if filters.put_off else "w.pairs > 0"]
    simple = {"kind": "w.kind = :kind", "jurisdiction": "w.jurisdiction = :jurisdiction"}
    for name, condition in simple.items():
        if getattr(filters, name):
            found.append(condition)
            values[name] = getattr(filters, name)
    for name in ("area", "position"):
        if getattr(filters, name):
            found.append(f"w.document_id in (select document_id from waiting_pairs where subject = :{name})")
            values[name] = f"{name}:{getattr(filters, name)}"
    switches = {
        "must_see": "w.priority = 2",
        "due": "due.due_on is not null",
        "returned": "w.returned > 0",
        "new": "(w.first_seen_at > :since or w.returned_at > :since "
        "or w.document_id in (select document_id from corpus.changes where seen_at > :since))",
        "mine": "w.document_id in (select document_id from current_assignments where assigned_to = :me)",
        "unassigned": "w.document_id not in (select document_id from current_assignments where assigned_to is not null)",
        "my_areas": "w.document_id in (select document_id from own)",
    }
    # Left out until a person asks for it: what can no longer move, other countries, and rules of long ago.
    left_out = {
        "ended": "coalesce(w.congress, :congress) >= :congress",
        "abroad": "(w.jurisdiction like 'us%' or w.jurisdiction = 'corp')",
        "old": "(w.kind != 'regulation' or w.latest_on >= :year_ago or due.due_on is not null)",
    }
    found += [
        f"({condition} or w.returned > 0)"
        for name, condition in left_out.items()
        if not getattr(filters, name) and not (name == "abroad" and filters.jurisdiction)
    ]
    found += [condition for name, condition in switches.items() if getattr(filters, name)]
    asked = ["w.document_id in (select value from json_each(:named))"]
    expression = search.parse_words(filters.q).expression if filters.q else ""
    if number := read_number(filters.q):
        of_place = "and jurisdiction = :number_place" if number.place else ""
        asked.append(
            "w.document_id in (select document_id from corpus.listing "
            f"where number in (select value from json_each(:numbers)) {of_place})"
        )
        values |= {"numbers": json.dumps(number.numbers), "number_place": number.place}
    if expression:
        asked.append(
            "w.document_id in (select d.id from corpus.documents d where d.rowid in "
            "(select rowid from corpus.documents_fts where documents_fts match :words))"
        )
        values["words"] = expression
    if filters.q:
        found.append(f"({' or '.join(asked)})")
    return found, values
