"""The pages that gather: home and areas."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from pages.browse.cards import Card
from pages.browse.lists import FirstToSee, counted, first_to_see, newest
from pages.database import Row, first, rows, value
from pages.http import formatting
from pages.http.language import _
from pages.places.calendar import Event, Wanted, deadlines
from pages.places.charts import Chart, area_trends, by_status, by_year
from pages.places.places import ActiveStates, active_states
from store.constants import ANY_AREA


@dataclass(frozen=True, kw_only=True)
class Totals:
    """How much there is; ``kinds`` maps a kind of document to its number."""

    kinds: dict[str, int]
    documents: int
    must_see: int
    positions: int


@dataclass(frozen=True, kw_only=True)
class Week:
    """The last seven days that have news, and how much of each kind of change happened in them."""

    since: str
    until: str
    kinds: list[tuple[str, int]]


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
class HomeView(ActiveStates):
    """``recent_events`` are dates that have passed, shown where none lies ahead."""

    totals: Totals
    must_see: FirstToSee
    due: list[Event]
    recent_events: list[Event]
    changes: list[Row]
    week: Week | None
    areas: list[Area]
    trends: Chart
    collected_at: str | None


@dataclass(frozen=True, kw_only=True)
class AreaView(ActiveStates):
    """One policy area; ``positions`` have id, title, statement and the number of documents that may touch them."""

    area: Row
    by_status: Chart
    by_year: Chart
    must_see: FirstToSee
    latest: list[Card]
    due: list[Event]
    recent_events: list[Event]
    positions: list[Row]


def home(db: sqlite3.Connection, today: datetime.date) -> HomeView:
    """What is here, what must be seen, what is due and what changed, newest first."""
    due = deadlines(db, today, limit=6)
    return HomeView(
        totals=totals(db),
        must_see=first_to_see(db, "area_id = ?", [ANY_AREA], today),
        due=due,
        recent_events=[] if due else deadlines(db, today, past=True, limit=4),
        changes=recent_changes(db, today),
        week=week_of_changes(db, today),
        areas=areas(db),
        trends=area_trends(db, today),
        collected_at=collected_at(db),
        **vars(active_states(db, today, lambda place: f"/jurisdictions/{place}")),
    )


def totals(db: sqlite3.Connection) -> Totals:
    kinds = db.execute("select kind, sum(documents) from facet_counts where area_id = ? group by kind", [ANY_AREA])
    by_kind = dict(kinds.fetchall())
    must_see = "select coalesce(sum(documents), 0) from facet_counts where area_id = ? and must_see = 1"
    return Totals(
        kinds=by_kind,
        documents=sum(by_kind.values()),
        must_see=value(db, must_see, [ANY_AREA]),
        positions=value(db, "select count(*) from positions"),
    )


def collected_at(db: sqlite3.Connection) -> str | None:
    last: str | None = value(db, "select max(finished_at) from runs")
    return last


# --------------------------------------------------------------------- changes


def week_of_changes(db: sqlite3.Connection, today: datetime.date) -> Week | None:
    """How much happened in the last seven days that have news, by kind of change; None when nothing is known."""
    last = value(db, "select max(happened_on) from changes where happened_on <= ?", [today.isoformat()])
    if not last:
        return None
    until = datetime.date.fromisoformat(last[:10])
    since = until - datetime.timedelta(days=6)
    counted = db.execute(
        "select kind, count(*) from changes where happened_on between ? and ? group by kind order by 2 desc",
        [since.isoformat(), until.isoformat()],
    )
    kinds = [(formatting.word("changes", row[0]), row[1]) for row in counted]
    return Week(since=since.isoformat(), until=until.isoformat(), kinds=kinds)


def recent_changes(db: sqlite3.Connection, today: datetime.date, limit: int = 8) -> list[Row]:
    """The newest changes of documents that carry an area, one line for a document and day.

    The first crawl of a source records no changes. Until something has changed since, return the newest actions.
    """
    found: dict[tuple[str, str], Row] = {}
    for row in db.execute(
        """select c.document_id, c.happened_on, c.kind, c.summary, d.title, d.identifier, d.jurisdiction
        from changes c join documents d on d.id = c.document_id
        where c.happened_on <= ? and exists (select 1 from tags where tags.document_id = c.document_id)
            and c.document_id not in (select document_id from ceremonial)
        order by c.happened_on desc limit ?""",
        [today.isoformat(), limit * 5],
    ):
        entry = found.setdefault((row["document_id"], row["happened_on"]), dict(row) | {"lines": []})
        line = f"{formatting.word('changes', row['kind'])}: {row['summary']}"
        if line not in entry["lines"]:
            entry["lines"].append(line)
    return list(found.values())[:limit] or _latest_actions(db, today, limit)


def _latest_actions(db: sqlite3.Connection, today: datetime.date, limit: int) -> list[Row]:
    found = rows(
        db,
        """select id as document_id, latest_action_on as happened_on, latest_action, title, identifier, jurisdiction
        from documents d where latest_action_on <= ? and exists (select 1 from tags where tags.document_id = d.id)
            and d.id not in (select document_id from ceremonial)
        order by latest_action_on desc limit ?""",
        [today.isoformat(), limit],
    )
    return [row | {"lines": [row["latest_action"] or ""]} for row in found]


# --------------------------------------------------------------------- areas


def areas(db: sqlite3.Connection) -> list[Area]:
    """Every area with the number of its documents, must-see documents and positions."""
    counted = {
        row[0]: (row[1], row[2])
        for row in db.execute(
            "select area_id, sum(documents), sum(documents * must_see) from facet_counts group by area_id"
        )
    }
    positions = dict(db.execute("select area_id, count(*) from positions group by area_id").fetchall())
    found = rows(db, "select id, title, description from policy_areas order by ordinal, title")
    most = max((counted.get(area["id"], (0, 0))[0] for area in found), default=0) or 1
    return [
        Area(
            **_translated(area),
            documents=(documents := counted.get(area["id"], (0, 0)))[0],
            must_see=documents[1],
            positions=positions.get(area["id"], 0),
            share=round(100 * documents[0] / most),
        )
        for area in found
    ]


def _translated(area: Row) -> Row:
    return {"id": area["id"], "title": _(area["title"]), "description": _(area["description"] or "")}


def area(db: sqlite3.Connection, area_id: str, today: datetime.date) -> AreaView | None:
    found = first(db, "select id, title, description from policy_areas where id = ?", [area_id])
    if found is None:
        return None
    here, address, due = [area_id], f"/browse?area={area_id}", deadlines(db, today, Wanted(area=area_id), limit=6)
    positions = rows(
        db,
        """select p.id, p.title, p.statement,
            (select count(*) from position_listing l where l.position_id = p.id) as documents
        from positions p where instr('; ' || p.areas || '; ', '; ' || ? || '; ') order by p.area_id <> ?, p.ordinal""",
        [area_id, area_id],
    )
    return AreaView(
        area=_translated(found),
        by_status=by_status(counted(db, "status", "area_id = ?", here), address),
        by_year=by_year(dict(counted(db, "year", "area_id = ?", here)), today, address),
        must_see=first_to_see(db, "area_id = ?", here, today, area_id),
        latest=newest(db, "area_id = ?", here, today, area_id),
        due=due,
        recent_events=[] if due else deadlines(db, today, Wanted(area=area_id), past=True, limit=3),
        positions=positions,
        **vars(active_states(db, today, lambda place: f"{address}&jurisdiction={place}", area_id)),
    )
