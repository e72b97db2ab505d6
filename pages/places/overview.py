"""The pages of policy areas, and how much there is in all."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pages.browse.cards import Card
from pages.browse.lists import FirstToSee, counted, first_to_see, newest
from pages.browse.trackers import Tracker, load_trackers
from pages.database import Row, first, marks, rows, value
from pages.http import formatting
from pages.http.language import _
from pages.places.calendar import JUST_PAST, Event, Wanted, deadlines
from pages.places.charts import Chart, by_status, by_year
from pages.places.collected import totals_by_year
from pages.places.places import ActiveStates, active_states
from store.constants import ANY_AREA


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How much there is; ``kinds`` maps a kind of document to its number. ``searched`` are the documents that a search without
    filters looks at: all but the ceremonial ones."""

    kinds: dict[str, int]
    documents: int
    searched: int
    must_see: int
    positions: int


@dataclass(frozen=True, kw_only=True)
class Area:
    """A policy area with its numbers; ``share`` is the percentage of the documents of the largest one."""

    id: str
    title: str
    description: str
    documents: int
    must_see: int
    positions: int
    share: int


@dataclass(frozen=True, kw_only=True)
class AreaView(ActiveStates):
    """One policy area; ``positions`` have id, title, statement and the number of documents that may touch them.

    Where no position is filed under the area, they are those of ``issue``, an issue that takes documents of the area.
    """

    area: Row
    by_status: Chart
    by_year: Chart
    must_see: FirstToSee
    latest: list[Card]
    due: list[Event]
    recent_events: list[Event]
    positions: list[Row]
    issue: Tracker | None


def totals(db: sqlite3.Connection) -> Totals:
    kinds = db.execute("select kind, sum(documents) from facet_counts where area_id = ? group by kind", [ANY_AREA])
    by_kind = dict(kinds.fetchall())
    count = "select coalesce(sum(documents), 0) from facet_counts where area_id = ? and"
    return Totals(
        kinds=by_kind,
        documents=sum(by_kind.values()),
        searched=value(db, f"{count} ceremonial = 0", [ANY_AREA]),
        must_see=value(db, f"{count} must_see = 1", [ANY_AREA]),
        positions=value(db, "select count(*) from positions"),
    )


# --------------------------------------------------------------------- areas


def areas(db: sqlite3.Connection) -> list[Area]:
    """Every area with the number of its documents, as its list has them, must-see documents and positions."""
    counted = {
        row[0]: (row[1], row[2])
        for row in db.execute(
            "select area_id, sum(documents), sum(documents * must_see) from facet_counts where ceremonial = 0 group by 1"
        )
    }
    positions = Counter(
        area
        for first_area, areas in db.execute("select area_id, areas from positions")
        for area in {first_area, *(areas or "").split("; ")}
    )
    found = rows(db, "select id, title, description from policy_areas order by ordinal, title")
    most = max((counted.get(area["id"], (0, 0))[0] for area in found), default=0) or 1
    return [
        Area(
            **_translated(area),
            documents=(documents := counted.get(area["id"], (0, 0)))[0],
            must_see=documents[1],
            positions=positions[area["id"]],
            share=round(100 * documents[0] / most),
        )
        for area in found
    ]


def _translated(area: Row) -> Row:
    words = [_(each) for each in (area["description"], formatting.glossary()["area_notes"].get(area["id"])) if each]
    return {"id": area["id"], "title": _(area["title"]), "description": " ".join(words)}


def _positions(db: sqlite3.Connection, which: str, values: Sequence[str]) -> list[Row]:
    return rows(
        db,
        f"""select p.id, p.title, p.statement,
            (select count(*) from position_listing l where l.position_id = p.id) as documents
        from positions p where {which}""",
        values,
    )


def area(db: sqlite3.Connection, area_id: str, today: datetime.date) -> AreaView | None:
    found = first(db, "select id, title, description from policy_areas where id = ?", [area_id])
    if found is None:
        return None
    here, address, due = [area_id], f"/browse?area={area_id}", deadlines(db, today, Wanted(area=area_id), limit=6)
    filed = "instr('; ' || p.areas || '; ', '; ' || ? || '; ') order by p.area_id <> ?, p.ordinal"
    positions, issue = _positions(db, filed, (area_id, area_id)), None
    if not positions:
        issue = next((each for each in load_trackers().values() if area_id in each.areas), None)
        of_issue = issue.positions if issue else ()
        positions = _positions(db, f"p.id in ({marks(of_issue)}) order by p.ordinal", of_issue)
    return AreaView(
        area=_translated(found),
        by_status=by_status(counted(db, "status", "area_id = ?", here), address),
        by_year=by_year(dict(counted(db, "year", "area_id = ?", here)), totals_by_year(db), today, address),
        must_see=first_to_see(db, "area_id = ?", here, today, area_id),
        latest=newest(db, "area_id = ?", here, today, area_id),
        due=due,
        recent_events=[] if due else deadlines(db, today, Wanted(area=area_id), past=True, limit=3, days=JUST_PAST),
        positions=positions,
        issue=issue,
        **vars(active_states(db, today, lambda place: f"{address}&jurisdiction={place}", area_id)),
    )
