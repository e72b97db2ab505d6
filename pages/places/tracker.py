"""The page of an issue: where its bills live, died or became law, how many, and how much of that is known."""

from __future__ import annotations

import datetime
import sqlite3
from collections import Counter
from dataclasses import dataclass

from pages.browse.cards import Card, cards, one_per_title
from pages.browse.fates import PASSED_SQL, UNDECIDED_SQL, Counts, fates
from pages.browse.filters import PLACE_GROUPS, place_group
from pages.browse.lists import of_the_past
from pages.browse.trackers import Tracker, load_trackers
from pages.database import Row, marks, rows
from pages.http import formatting
from pages.http.language import _
from pages.places.charts import Chart, by_year
from pages.places.collected import collected_places, states_until, totals_by_year
from pages.places.map import StateMap, state_map
from store.constants import ANY_AREA

#: Documents that the page lists; the list of all of them is a search.
LISTED = 12


@dataclass(frozen=True)
class PlaceCounts:
    """One place of the issue; ``part``: its newest regular session is not collected, or not to its end, so there may be more."""

    id: str
    title: str
    counts: Counts
    part: bool
    href: str


@dataclass(frozen=True, kw_only=True)
class TrackerView:
    """``until`` is the ISO day of the latest news of any state; ``positions`` have a statement only where it is approved.

    ``years`` are those of the state bills, "2025 to 2026"; ``in_part`` the states of whose latest session not all is collected.
    ``laws`` are the state bills that passed, companions of one law on one card; ``note`` must stand wherever the numbers do.
    """

    tracker: Tracker
    title: str
    about: str
    note: str
    counts: Counts
    state_bills: Counts
    states_with: int
    years: str
    laws: list[Card]
    map: StateMap | None
    places: list[PlaceCounts]
    listed: list[Card]
    by_year: Chart
    positions: list[Row]
    ask: list[str]
    today: str
    until: str | None
    list_address: str
    missing: list[str]
    in_part: list[str]


def trackers(db: sqlite3.Connection) -> list[tuple[Tracker, str, str, Counts]]:
    """Every issue with its title and paragraph in the language of the page, and its counts."""
    return [(each, _(each.title), _(each.about), fates(_cells(db, each))) for each in load_trackers().values()]


def tracker(db: sqlite3.Connection, tracker_id: str, today: datetime.date) -> TrackerView | None:
    """Everything that the page of an issue shows; None if there is no such issue."""
    about = load_trackers().get(tracker_id)
    if about is None:
        return None
    cells = _cells(db, about)
    bills = [row for row in cells if row["kind"] == "bill" and place_group(row["jurisdiction"]) == "states"]
    counted: Counter[str] = Counter()
    for row in bills:
        counted[row["jurisdiction"]] += row["documents"]
    reach = collected_places(db, today)
    address = f"/browse?q={about.query}"
    years: Counter[str] = Counter()
    for row in cells:
        years[row["year"]] += row["documents"]
    states = state_map(dict(counted), reach, lambda place: f"{address}&jurisdiction={place}")
    return TrackerView(
        tracker=about,
        title=_(about.title),
        about=_(about.about),
        note=about.caveat,
        counts=fates(cells),
        state_bills=fates(bills),
        states_with=len(counted),
        years=_years(bills),
        laws=_laws(db, about, today),
        map=states,
        places=_places(cells, reach.places, address),
        listed=_listed(db, about, today),
        by_year=by_year(dict(years), totals_by_year(db), today, address),
        positions=_positions(db, about),
        ask=_ask(db, about),
        today=today.isoformat(),
        until=states_until(db, today),
        list_address=address,
        missing=states.missing if states else [],
        in_part=states.in_part if states else [],
    )


def _cells(db: sqlite3.Connection, about: Tracker) -> list[sqlite3.Row]:
    """How many documents of an issue there are of each place, kind, status and year."""
    where, values = about.where()
    return db.execute(
        f"""select jurisdiction, kind, status, year, count(*) as documents from listing
        where area_id = ? and ceremonial = 0 and {where} group by 1, 2, 3, 4""",
        [ANY_AREA, *values],
    ).fetchall()


def _years(bills: list[sqlite3.Row]) -> str:
    """The first and the last year of some bills, in words; empty where none has one."""
    years = sorted({row["year"] for row in bills if row["year"]})
    if not years or years[0] == years[-1]:
        return "".join(years)
    return _("{first} to {last}").format(first=years[0], last=years[-1])


def _places(cells: list[sqlite3.Row], collected: set[str], address: str) -> list[PlaceCounts]:
    """Every place with documents of the issue, those with most that can still move first."""
    grouped: dict[str, list[sqlite3.Row]] = {}
    for row in cells:
        grouped.setdefault(row["jurisdiction"], []).append(row)
    found = [
        PlaceCounts(
            place, formatting.place(place), fates(some), place not in collected, f"{address}&jurisdiction={place}"
        )
        for place, some in grouped.items()
    ]
    return sorted(found, key=lambda each: (-each.counts.alive, -each.counts.total, formatting.alphabetical(each.title)))


def _listed(db: sqlite3.Connection, about: Tracker, today: datetime.date) -> list[Card]:
    """The undecided first, but last what gives money for a year that is over or extends something to a day that is."""
    where, values = about.where()
    found = db.execute(
        f"""select document_id from listing where area_id = ? and ceremonial = 0 and {where}
        order by status in ({UNDECIDED_SQL}) desc, must_see desc, sort_on desc limit ?""",
        [ANY_AREA, *values, 3 * LISTED],
    )
    ids = [row[0] for row in found]
    past = of_the_past(db, ids, today)
    return one_per_title(cards(db, sorted(ids, key=past.__contains__), today), LISTED, by_place=True)


def _laws(db: sqlite3.Connection, about: Tracker, today: datetime.date) -> list[Card]:
    """The state bills that passed, the newest first. Two that became one law are one: people quote the number."""
    where, values = about.where()
    found = db.execute(
        f"""select document_id from listing where area_id = ? and ceremonial = 0 and kind = 'bill'
        and {PLACE_GROUPS["states"]} and status in ({PASSED_SQL}) and {where} order by sort_on desc, document_id""",
        [ANY_AREA, *values],
    ).fetchall()
    return one_per_title(cards(db, [row[0] for row in found], today), len(found), by_place=True)


def _positions(db: sqlite3.Connection, about: Tracker) -> list[Row]:
    """The positions of the issue that are public; the statement of one that nobody has approved is left out."""
    found = rows(
        db,
        "select id, title, case when standing = 'approved' then statement end as statement from positions "
        f"where id in ({marks(about.positions)})",
        about.positions,
    )
    order = {key: at for at, key in enumerate(about.positions)}
    return sorted(found, key=lambda row: order[row["id"]])


def _ask(db: sqlite3.Connection, about: Tracker) -> list[str]:
    """The offices that the catalog names for the positions of the issue, the most frequent first."""
    found: Counter[str] = Counter()
    for (units,) in db.execute(
        f"select owner_units from positions where id in ({marks(about.positions)})", about.positions
    ):
        found.update(unit for unit in (units or "").split("; ") if unit)
    return [unit for unit, _number in found.most_common(3)]
