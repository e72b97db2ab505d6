"""The pages that gather: home, areas and sources."""

from __future__ import annotations

import datetime
import sqlite3

from pages.browse.lists import counted, first_to_see, newest
from pages.database import Row, rows
from pages.http import formatting
from pages.http.language import _
from pages.places.calendar import Wanted, deadlines
from pages.places.charts import area_trends, by_status, by_year
from pages.places.places import active_states
from store.constants import ANY_AREA


def home(db: sqlite3.Connection, today: datetime.date) -> Row:
    """What is here, what must be seen, what is due and what changed, newest first."""
    due = deadlines(db, today, limit=6)
    return {
        "totals": totals(db),
        "must_see": first_to_see(db, "area_id = ?", [ANY_AREA], today),
        "due": due,
        "recent_events": [] if due else deadlines(db, today, past=True, limit=4),
        "changes": recent_changes(db, today),
        "week": week_of_changes(db, today),
        "areas": areas(db),
        "trends": area_trends(db, today),
        **active_states(db, today, lambda place: f"/jurisdictions/{place}"),
        "collected_at": collected_at(db),
    }


def totals(db: sqlite3.Connection) -> Row:
    kinds = dict(
        db.execute(
            "select kind, sum(documents) from facet_counts where area_id = ? group by kind", [ANY_AREA]
        ).fetchall()
    )
    must_see = db.execute(
        "select coalesce(sum(documents), 0) from facet_counts where area_id = ? and must_see = 1", [ANY_AREA]
    ).fetchone()[0]
    positions = db.execute("select count(*) from positions").fetchone()[0]
    return {"kinds": kinds, "documents": sum(kinds.values()), "must_see": must_see, "positions": positions}


def collected_at(db: sqlite3.Connection) -> str | None:
    return db.execute("select max(finished_at) from runs").fetchone()[0]


# --------------------------------------------------------------------- changes


def week_of_changes(db: sqlite3.Connection, today: datetime.date) -> Row | None:
    """How much happened in the last seven days that have news, by kind of change; None when nothing is known."""
    last = db.execute("select max(happened_on) from changes where happened_on <= ?", [today.isoformat()]).fetchone()[0]
    if not last:
        return None
    until = datetime.date.fromisoformat(last[:10])
    since = until - datetime.timedelta(days=6)
    counted = db.execute(
        "select kind, count(*) from changes where happened_on between ? and ? group by kind order by 2 desc",
        [since.isoformat(), until.isoformat()],
    ).fetchall()
    kinds = [(formatting.word("changes", row[0]), row[1]) for row in counted]
    return {"since": since.isoformat(), "until": until.isoformat(), "kinds": kinds}


def recent_changes(db: sqlite3.Connection, today: datetime.date, limit: int = 8) -> list[Row]:
    """The newest changes of documents that carry an area, one line for a document and day.

    The first contact with a source records no changes: until something has changed since, the newest actions are told.
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
        entry = found.setdefault((row["document_id"], row["happened_on"]), dict(row) | {"told": []})
        told = f"{formatting.word('changes', row['kind'])}: {row['summary']}"
        if told not in entry["told"]:
            entry["told"].append(told)
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
    return [row | {"told": [row["latest_action"] or ""]} for row in found]


# --------------------------------------------------------------------- areas


def areas(db: sqlite3.Connection) -> list[Row]:
    """Every area with the number of its documents, must-see documents and positions."""
    counted = {
        row[0]: (row[1], row[2])
        for row in db.execute(
            "select area_id, sum(documents), sum(documents * must_see) from facet_counts group by area_id"
        )
    }
    positions = dict(db.execute("select area_id, count(*) from positions group by area_id").fetchall())
    found = rows(db, "select id, title, description from policy_areas order by ordinal, title", [])
    for area in found:
        area["documents"], area["must_see"] = counted.get(area["id"], (0, 0))
        area["positions"] = positions.get(area["id"], 0)
        area["title"], area["description"] = _(area["title"]), _(area["description"] or "")
    most = max((area["documents"] for area in found), default=0) or 1
    for area in found:
        area["share"] = round(100 * area["documents"] / most)
    return found


def area(db: sqlite3.Connection, area_id: str, today: datetime.date) -> Row | None:
    found = rows(db, "select id, title, description from policy_areas where id = ?", [area_id])
    if not found:
        return None
    found[0]["title"], found[0]["description"] = _(found[0]["title"]), _(found[0]["description"] or "")
    positions = db.execute(
        """select p.id, p.title, p.statement,
            (select count(*) from position_listing l where l.position_id = p.id) as documents
        from positions p where instr('; ' || p.areas || '; ', '; ' || ? || '; ') order by p.area_id <> ?, p.ordinal""",
        [area_id, area_id],
    )
    return {
        "area": found[0],
        "by_status": by_status(counted(db, "status", "area_id = ?", [area_id]), f"/browse?area={area_id}"),
        "by_year": by_year(dict(counted(db, "year", "area_id = ?", [area_id])), today, f"/browse?area={area_id}"),
        **active_states(db, today, lambda place: f"/browse?area={area_id}&jurisdiction={place}", area_id),
        "must_see": first_to_see(db, "area_id = ?", [area_id], today, area_id),
        "latest": newest(db, "area_id = ?", [area_id], today, area_id),
        "due": (due := deadlines(db, today, Wanted(area=area_id), limit=6)),
        "recent_events": [] if due else deadlines(db, today, Wanted(area=area_id), past=True, limit=3),
        "positions": [dict(row) for row in positions],
    }
