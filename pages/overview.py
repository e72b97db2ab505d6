"""The pages that gather: home, areas, jurisdictions and the calendar of dates to keep."""

from __future__ import annotations

import datetime
import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from crawlers.sources import load_sources
from pages import words
from pages.cards import Card, area_titles, cards, marks, one_per_title
from pages.document import rows, source_title
from pages.standing import still_news
from publish import ANY_AREA

Row = dict[str, Any]
#: Deadlines of all documents, also of those that carry no policy area.
ALL = "all"


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
        "collected_at": collected_at(db),
    }


@dataclass(frozen=True)
class FirstToSee:
    """What must be seen; ``moving`` is False when none of it can still move and these are merely the newest."""

    cards: list[Card]
    moving: bool


def first_to_see(
    db: sqlite3.Connection, where: str, values: list[Any], today: datetime.date, area: str | None = None, limit: int = 6
) -> FirstToSee:
    """Of the newest documents that must be seen: those that can still move or moved lately, most urgent first.

    Where none can, the newest of the others: what ended with its Congress is no news, but better than nothing.
    """
    found = db.execute(
        f"""select d.id, d.kind, d.jurisdiction, d.session, d.status, newest.sort_on from (
            select document_id, sort_on from listing where {where} and must_see = 1 order by sort_on desc limit 200
        ) newest join documents d on d.id = newest.document_id join taggings t on t.document_id = d.id
        order by t.priority_score desc, newest.sort_on desc""",
        values,
    ).fetchall()
    ahead = {
        row["document_id"]
        for row in db.execute(
            f"select document_id from events where starts_at >= ? and document_id in ({marks(found)})",
            [today.isoformat(), *(row["id"] for row in found)],
        )
    }
    moving = [row for row in found if row["id"] in ahead or still_news(row, row["sort_on"], today)]
    shown = moving or sorted(found, key=lambda row: row["sort_on"], reverse=True)
    ids = [row["id"] for row in shown][: 6 * limit]
    return FirstToSee(one_per_title(cards(db, ids, today, area), limit), bool(moving))


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


def _newest(
    db: sqlite3.Connection, where: str, values: list[Any], today: datetime.date, area: str | None = None
) -> list[Card]:
    found = db.execute(
        f"select document_id from listing where {where} and ceremonial = 0 order by sort_on desc, document_id desc limit 20",
        values,
    )
    return one_per_title(cards(db, [row[0] for row in found], today, area), 10)


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
    kinds = [(words.word("changes", row[0]), row[1]) for row in counted]
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
        told = f"{words.word('changes', row['kind'])}: {row['summary']}"
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


# --------------------------------------------------------------------- dates to keep


def deadlines(
    db: sqlite3.Connection,
    today: datetime.date,
    *,
    past: bool = False,
    kind: str = "",
    area: str = "",
    limit: int = 200,
) -> list[Row]:
    """Events from today on, soonest first (or before today, newest first), with what they are about.

    ``area`` is a policy area, ``""`` for documents that carry any, or ``ALL`` for every document.
    """
    conditions = ["e.starts_at < ?" if past else "e.starts_at >= ?"]
    values: list[Any] = [today.isoformat()]
    if kind:
        conditions.append("e.kind = ?")
        values.append(kind)
    if area != ALL:
        only = "and t.area_id = ?" if area else ""
        conditions.append(f"exists (select 1 from tags t where t.document_id = e.document_id {only})")
        values += [area] if area else []
    found = rows(
        db,
        f"""select e.document_id, e.kind, e.starts_at, e.timezone, e.description, d.title, d.identifier, d.jurisdiction,
            coalesce(t.priority = 2, 0) as must_see
        from events e join documents d on d.id = e.document_id left join taggings t on t.document_id = e.document_id
        where {" and ".join(conditions)} order by e.starts_at {"desc" if past else "asc"}, e.document_id limit ?""",
        [*values, limit],
    )
    titles = area_titles(db)
    tags: dict[str, list[tuple[str, str]]] = {}
    ids = list({row["document_id"] for row in found})
    for row in db.execute(f"select document_id, area_id from tags where document_id in ({marks(ids)})", ids):
        tags.setdefault(row[0], []).append((row[1], titles.get(row[1], row[1])))
    for event in found:
        event["kind_word"] = words.word("events", event["kind"])
        event["areas"] = tags.get(event["document_id"], [])
        event["far"] = words.how_far(event["starts_at"], today)
        event["clock"] = words.time_in_words(event["starts_at"], event["timezone"])
    return found


def by_month(events: list[Row]) -> list[tuple[str, list[Row]]]:
    months: dict[str, list[Row]] = {}
    for event in events:
        months.setdefault(event["starts_at"][:7], []).append(event)
    return [(words.month_in_words(month), members) for month, members in months.items()]


# --------------------------------------------------------------------- areas and jurisdictions


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
    most = max((area["documents"] for area in found), default=0) or 1
    for area in found:
        area["share"] = round(100 * area["documents"] / most)
    return found


def area(db: sqlite3.Connection, area_id: str, today: datetime.date) -> Row | None:
    found = rows(db, "select id, title, description from policy_areas where id = ?", [area_id])
    if not found:
        return None
    positions = db.execute(
        """select p.id, p.title, p.statement,
            (select count(*) from position_listing l where l.position_id = p.id) as documents
        from positions p where instr('; ' || p.areas || '; ', '; ' || ? || '; ') order by p.area_id <> ?, p.ordinal""",
        [area_id, area_id],
    )
    return {
        "area": found[0],
        "statuses": _counted(db, "status", "area_id = ?", [area_id]),
        "years": sorted(_counted(db, "year", "area_id = ?", [area_id])),
        "must_see": first_to_see(db, "area_id = ?", [area_id], today, area_id),
        "latest": _newest(db, "area_id = ?", [area_id], today, area_id),
        "due": (due := deadlines(db, today, area=area_id, limit=6)),
        "recent_events": [] if due else deadlines(db, today, past=True, area=area_id, limit=3),
        "positions": [dict(row) for row in positions],
    }


def _counted(db: sqlite3.Connection, column: str, where: str, values: list[Any]) -> list[tuple[str, int]]:
    sql = f"select {column}, sum(documents) from facet_counts where {where} group by 1 order by 2 desc"
    return [(row[0], row[1]) for row in db.execute(sql, values) if row[0]]


def jurisdictions(db: sqlite3.Connection) -> list[Row]:
    found = rows(
        db,
        """select jurisdiction as id, sum(documents) as documents, sum(documents * must_see) as must_see
        from facet_counts where area_id = ? group by 1 order by 2 desc""",
        [ANY_AREA],
    )
    for row in found:
        row["title"] = words.place(row["id"])
    return found


def jurisdiction(db: sqlite3.Connection, jurisdiction_id: str, today: datetime.date) -> Row | None:
    counted = db.execute(
        "select sum(documents), sum(documents * must_see) from facet_counts where area_id = ? and jurisdiction = ?",
        [ANY_AREA, jurisdiction_id],
    ).fetchone()
    if not counted[0]:
        return None
    titles = area_titles(db)
    here = "area_id = ? and jurisdiction = ?"
    return {
        "id": jurisdiction_id,
        "title": words.place(jurisdiction_id),
        "documents": counted[0],
        "must_see_count": counted[1],
        "kinds": _counted(db, "kind", here, [ANY_AREA, jurisdiction_id]),
        "statuses": _counted(db, "status", here, [ANY_AREA, jurisdiction_id]),
        "areas": [
            (key, titles.get(key, key), number)
            for key, number in _counted(db, "area_id", "area_id <> ? and jurisdiction = ?", [ANY_AREA, jurisdiction_id])
        ],
        "must_see": first_to_see(db, here, [ANY_AREA, jurisdiction_id], today),
        "latest": _newest(db, here, [ANY_AREA, jurisdiction_id], today),
    }


def sources(db: sqlite3.Connection) -> list[Row]:
    """Each source with what is stored from it and its newest runs."""
    found = rows(
        db,
        """select source as id, count(*) as documents, min(published_on) as since, max(published_on) as until,
            sum(missing_since is not null) as missing from documents group by source order by source""",
        [],
    )
    known = {row["id"] for row in found}
    for row in rows(db, "select distinct source as id from runs", []):
        if row["id"] not in known:
            found.append(row | {"documents": 0, "since": None, "until": None, "missing": 0})
    described = load_sources()
    for source in found:
        about = described.get(source["id"])
        source["title"] = source_title(source["id"])
        source |= {name: getattr(about, name, None) for name in ("publisher", "url", "frequency", "terms")}
        source["runs"] = rows(
            db, "select * from runs where source = ? order by started_at desc, id desc limit 8", [source["id"]]
        )
        for run in source["runs"]:
            run["covers"] = coverage(run["coverage"])
    return found


def coverage(stored: str | None) -> list[Row]:
    """What a run covered, a part at a time, with whether all of it that the source lists is stored."""
    try:
        parts = json.loads(stored or "[]")
    except ValueError:
        return []
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
