"""The home page: what staff put first, what moved, what is due, and how far the data reach."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, replace

from crawlers.completeness.health import health
from pages.browse.cards import Card, cards
from pages.browse.filters import place_group
from pages.browse.lists import alive, alive_first_to_see
from pages.database import marks, rows, value
from pages.http import formatting
from pages.http.language import N_, _
from pages.http.titles import readable
from pages.places.calendar import Event, deadlines
from pages.places.charts import Chart, area_trends
from pages.places.overview import Area, Totals, areas, totals
from pages.places.places import ActiveStates, active_states
from store.constants import ANY_AREA, TAGGED

#: Documents that staff put first, and those that the program chooses where they have put none.
MOST_PINNED, CHOSEN = 15, 10
#: Dates further ahead than this are no news.
DAYS_AHEAD = 90
MOST_DUE, MOST_MOVED = 6, 8
#: The newest documents among which the moves of a week are looked for: so many with priority, and so many with an area.
NEWEST = 300
#: From this probability on, a document counts as one of ours without a priority.
CONFIDENT = 0.9
#: What the sources are about, in the order of the page.
REACH = {
    "congress": N_("Congress"),
    "states": N_("State bills"),
    "regulations": N_("Federal rules and notices"),
    "local": N_("Cities and counties"),
    "courts": N_("Court cases"),
    "countries": N_("Other countries"),
    "companies": N_("Companies"),
}


@dataclass(frozen=True)
class Priority:
    """A document that comes first; ``why`` is what staff say, or None where the program chose it."""

    card: Card
    why: str | None


@dataclass(frozen=True)
class Move:
    """A document that took a step: from one status (None at its beginning) to another, in words, on an ISO day."""

    document_id: str
    title: str
    identifier: str
    jurisdiction: str
    day: str
    before: str | None
    after: str
    must_see: bool
    #: The same bill in the other chamber, with the same step that day: its id and identifier.
    same: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Week:
    """Seven days that end with the last step of a priority document, as ISO days, and what moved in them."""

    since: str
    until: str
    moves: list[Move]


@dataclass(frozen=True)
class Reach:
    """How far the documents of some sources reach: ``until`` is the ISO day of their latest news, ``key`` one of REACH."""

    key: str
    title: str
    until: str


@dataclass(frozen=True, kw_only=True)
class HomeView(ActiveStates):
    """``pinned``: whether staff chose the priorities. ``attention`` counts the sources that something is wrong with."""

    totals: Totals
    pinned: bool
    priorities: list[Priority]
    due: list[Event]
    week: Week | None
    areas: list[Area]
    trends: Chart
    reach: list[Reach]
    attention: int


def home(db: sqlite3.Connection, now: str) -> HomeView:
    """Everything the home page shows, as of a UTC time stamp."""
    today = datetime.date.fromisoformat(now[:10])
    chosen = pinned(db, today)
    return HomeView(
        totals=totals(db),
        pinned=bool(chosen),
        priorities=chosen or [Priority(card, None) for card in alive_first_to_see(db, today, CHOSEN)],
        due=deadlines(db, today, limit=MOST_DUE, days=DAYS_AHEAD),
        week=week(db, today),
        areas=areas(db),
        trends=area_trends(db, today),
        reach=reach(db, today),
        attention=sum(bool(each.problems or any(held.reason for held in each.holdings)) for each in health(db, now)),
        **vars(active_states(db, today, lambda place: f"/jurisdictions/{place}")),
    )


def pinned(db: sqlite3.Connection, today: datetime.date) -> list[Priority]:
    """What staff put first or pinned as must see, as long as it can still move; their reason is the line beside it."""
    found = rows(
        db,
        "select document_id, reason from decisions where subject = 'pin' and verdict = 'confirm' "
        "order by value is null, cast(value as integer), decided_on desc, document_id",
    )
    reasons = {row["document_id"]: row["reason"] for row in found}
    living = alive(db, list(reasons), today)
    ids = [key for key in reasons if key in living][:MOST_PINNED]
    return [Priority(card, reasons[card.id] or "") for card in cards(db, ids, today)]


def week(db: sqlite3.Connection, today: datetime.date) -> Week | None:
    """The steps of the last week in which a priority document took one, and of others with a position at stake.

    A document that can no longer move is left out: the last step of a dead bill is no news for the home page. None where
    nothing is known.
    """
    last = _last_steps(db, today)
    days = [day for day, must_see in last.values() if must_see] or [day for day, _see in last.values()]
    if not days:
        return None
    until = max(days)
    since = (datetime.date.fromisoformat(until) - datetime.timedelta(days=6)).isoformat()
    within = _one_per_bill(_moves(db, {key: see for key, (day, see) in last.items() if since <= day <= until}, today))
    return Week(since, until, sorted(within, key=lambda each: (each.must_see, each.day), reverse=True)[:MOST_MOVED])


def _one_per_bill(moves: list[Move]) -> list[Move]:
    """Two bills of one title and place that took one step on one day are one move, which names both."""
    once: dict[tuple[str | None, ...], Move] = {}
    for each in moves:
        key = (readable(each.title).casefold(), each.jurisdiction, each.day, each.before, each.after)
        first = once.get(key)
        same = (*first.same, (each.document_id, each.identifier)) if first else ()
        once[key] = replace(first, same=same, must_see=first.must_see or each.must_see) if first else each
    return list(once.values())


def _last_steps(db: sqlite3.Connection, today: datetime.date) -> dict[str, tuple[str, bool]]:
    """ISO day of the last step up to today, and whether it is must-see, for the newest documents: those alive and surely ours."""
    newest = dict(
        db.execute(
            f"""select document_id, must_see from (select document_id, must_see from listing where area_id = '{ANY_AREA}'
                and must_see = 1 and ceremonial = 0 order by sort_on desc limit {NEWEST})
            union select document_id, must_see from (select document_id, must_see from listing where area_id = '{TAGGED}'
                and ceremonial = 0 order by sort_on desc limit {NEWEST})"""
        ).fetchall()
    )
    ids, these = list(newest), f"document_id in ({marks(list(newest))})"
    # Each view is asked once for all: as conditions of one query, they are worked out again for every row.
    tagged = rows(db, f"select document_id as id from shown_tags where {these} and probability >= {CONFIDENT}", ids)
    held = rows(db, f"select document_id as id from shown_positions where {these}", ids)
    ours = {row["id"] for row in tagged} & {row["id"] for row in held} | {key for key, see in newest.items() if see}
    stepped = db.execute(
        f"select document_id, max(reached_on) from status_history where {these} and reached_on <= ? group by document_id",
        [*ids, f"{today.isoformat()}Z"],
    ).fetchall()
    living = alive(db, [key for key, _day in stepped if key in ours], today)
    return {key: (day[:10], bool(newest[key])) for key, day in stepped if key in living}


def _moves(db: sqlite3.Connection, must_see: dict[str, bool], today: datetime.date) -> list[Move]:
    """The last step of these documents up to today, the latest first."""
    found = db.execute(
        f"""select d.id, d.title, d.identifier, d.jurisdiction, h.reached_on, h.status, (
                select status from status_history b where b.document_id = d.id and b.ordinal < h.ordinal
                and b.status <> h.status order by b.ordinal desc limit 1
            ) as before
        from documents d join status_history h on h.document_id = d.id
        where d.id in ({marks(list(must_see))}) and h.reached_on <= ? order by h.reached_on desc, h.ordinal desc""",
        [*must_see, f"{today.isoformat()}Z"],
    )
    moves: dict[str, Move] = {}
    for row in found:
        moves.setdefault(row["id"], _move(row, must_see[row["id"]]))
    return list(moves.values())


def _move(row: sqlite3.Row, must_see: bool) -> Move:
    return Move(
        document_id=row["id"],
        title=row["title"],
        identifier=row["identifier"],
        jurisdiction=row["jurisdiction"],
        day=row["reached_on"][:10],
        before=formatting.word("statuses", row["before"]) if row["before"] else None,
        after=formatting.word("statuses", row["status"]),
        must_see=must_see,
    )


def reach(db: sqlite3.Connection, today: datetime.date) -> list[Reach]:
    """The day of the latest news of each group of places, none of it in the future."""
    days: dict[str, str] = {}
    places = db.execute("select distinct jurisdiction, kind from facet_counts where area_id = ?", [ANY_AREA]).fetchall()
    for place, kind in places:
        day = value(
            db,
            "select sort_on from listing where area_id = ? and jurisdiction = ? and kind = ? and sort_on between '1' and ? "
            "order by sort_on desc limit 1",
            [ANY_AREA, place, kind, f"{today.isoformat()}Z"],
        )
        if day:
            group = _group(place, kind)
            days[group] = max(days.get(group, ""), day[:10])
    return [Reach(group, _(title), days[group]) for group, title in REACH.items() if group in days]


def _group(place: str, kind: str) -> str:
    if kind in ("case", "local_matter", "corporate_policy"):
        return {"case": "courts", "local_matter": "local", "corporate_policy": "companies"}[kind]
    if place == "us":
        return "congress" if kind == "bill" else "regulations"
    return "states" if place_group(place) == "states" else "countries"
