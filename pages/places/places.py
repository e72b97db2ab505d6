"""Places: the governments whose documents are collected, and the map of the states."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable

from pages.browse.cards import area_titles
from pages.browse.lists import counted, first_to_see, newest
from pages.database import Row, rows
from pages.http import formatting
from pages.places.calendar import Wanted, deadlines
from pages.places.charts import by_status, by_year
from pages.places.map import state_map
from store.constants import ANY_AREA, ONE_AREA, TAGGED


def active_states(
    db: sqlite3.Connection, today: datetime.date, address: Callable[[str], str], area_id: str = TAGGED
) -> Row:
    """The map of documents on information policy that had news in twelve months: ``states``, ``states_since``, ``states_until``.

    The months end with the newest that the states have, not with today: what was collected a year ago is still a picture.
    """
    last = db.execute(
        "select max(month) from activity where area_id = ? and jurisdiction like 'us-%' and month <= ?",
        [area_id, today.isoformat()[:7]],
    ).fetchone()[0]
    if not last:
        return {"states": None, "states_since": None, "states_until": None}
    year, month = int(last[:4]), int(last[5:])
    since = f"{year if month == 12 else year - 1}-{month % 12 + 1:02}"
    found = db.execute(
        "select jurisdiction, sum(documents) from activity where area_id = ? and month between ? and ? group by 1",
        [area_id, since, last],
    )
    collected = {
        row[0] for row in db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA])
    }
    states = state_map({row[0]: row[1] for row in found}, collected, address)
    return {
        "states": states,
        "states_since": formatting.month_in_words(since),
        "states_until": formatting.month_in_words(last),
    }


def jurisdictions(db: sqlite3.Connection, today: datetime.date) -> Row:
    """Every place with its documents, those on information policy first counted, and the map."""
    on_policy = {
        row[0]: (row[1], row[2])
        for row in db.execute(
            "select jurisdiction, sum(documents), sum(documents * must_see) from facet_counts where area_id = ? "
            "and ceremonial = 0 group by 1",
            [TAGGED],
        )
    }
    found = rows(
        db,
        "select jurisdiction as id, sum(documents) as documents from facet_counts where area_id = ? group by 1",
        [ANY_AREA],
    )
    for row in found:
        row["title"] = formatting.place(row["id"])
        row["on_policy"], row["must_see"] = on_policy.get(row["id"], (0, 0))
    found.sort(key=lambda row: (row["id"] != "us", row["title"]))
    return {"jurisdictions": found, **active_states(db, today, lambda place: f"/jurisdictions/{place}")}


def jurisdiction(db: sqlite3.Connection, jurisdiction_id: str, today: datetime.date) -> Row | None:
    """One place: what it has on information policy, and how much it has in all; None where nothing is collected."""
    everything = db.execute(
        "select sum(documents) from facet_counts where area_id = ? and jurisdiction = ?", [ANY_AREA, jurisdiction_id]
    ).fetchone()[0]
    if not everything:
        return None
    titles = area_titles(db)
    here, values = "area_id = ? and jurisdiction = ?", [TAGGED, jurisdiction_id]
    address = f"/browse?jurisdiction={jurisdiction_id}&area={TAGGED}"
    statuses = counted(db, "status", here, values)
    return {
        "id": jurisdiction_id,
        "title": formatting.place(jurisdiction_id),
        "documents": everything,
        "on_policy": sum(number for _, number in statuses),
        "address": address,
        "kinds": counted(db, "kind", here, values),
        "by_status": by_status(statuses, address),
        "by_year": by_year(dict(counted(db, "year", here, values)), today, address),
        "areas": [
            (key, titles.get(key, key), number)
            for key, number in counted(db, "area_id", f"{ONE_AREA} and jurisdiction = ?", [jurisdiction_id])
        ],
        "must_see": first_to_see(db, here, values, today),
        "latest": newest(db, here, values, today),
        "due": deadlines(db, today, Wanted(jurisdiction=jurisdiction_id), limit=6),
    }
