"""Dates to keep: hearings, comment deadlines, effective dates, as a list ahead and as the grid of a month."""

from __future__ import annotations

import calendar
import datetime
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from crawlers.storage.merge import BY_HAND
from pages.browse import known
from pages.browse.cards import agencies_of, area_titles
from pages.browse.filters import PLACE_GROUPS
from pages.database import marks, rows
from pages.documents import rulemaking
from pages.http import formatting
from pages.http.language import N_, _
from pages.places.date_gaps import HEARINGS, Gaps, Unheard, gaps, unheard
from store.constants import ANY_AREA, TAGGED

#: Dates of all documents, also of those that carry no policy area.
ALL = "all"
#: A date is just past for so many days.
JUST_PAST = 90
#: A month shows at most so many dates; a filter brings the others within reach.
MOST = 600
#: The list of deadlines shows so many.
MOST_LISTED = 200
#: A day of the grid names so many dates; the list below has all of them.
IN_A_CELL = 3
WEEKDAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. ``area`` is a policy area, ``""`` for documents that carry any or that staff added, or ``ALL``.

    ``month`` is ``YYYY-MM``; ``""`` means the month of today.
    """

    area: str = ""
    kind: str = ""
    jurisdiction: str = ""
    month: str = ""

    @classmethod
    def of(cls, args: dict[str, str]) -> Wanted:
        """From the parts of an address; what is no month is this month, other parts are ignored."""
        chosen = {name: args.get(name, "").strip()[:100] for name in ("area", "kind", "jurisdiction")}
        month = args.get("month", "").strip()
        return cls(**chosen, month=month if known.FORMS["month"].fullmatch(month) else "")

    def address(self, path: str, **changes: str) -> str:
        """The address of ``path`` with these filters and some changes; empty parts are left out."""
        parts = {"area": self.area, "kind": self.kind, "jurisdiction": self.jurisdiction, **changes}
        kept = {name: value for name, value in parts.items() if value}
        return path + (f"?{urlencode(kept)}" if kept else "")

    @property
    def hearings(self) -> bool:
        """Whether hearings are among the dates that are asked for."""
        return self.kind in ("", *HEARINGS)

    def check(self, db: sqlite3.Connection) -> None:
        """Raises UnknownValue where one does not exist."""
        known.check(db, {"date_area": self.area, "date_kind": self.kind, "jurisdiction": self.jurisdiction})

    def in_words(self, db: sqlite3.Connection) -> str:
        """The kind, the area, and the place that are chosen; ``""`` where none is."""
        titles = area_titles(db) | {ALL: _("All documents")}
        kind = formatting.word("events", self.kind) if self.kind else ""
        place = formatting.place(self.jurisdiction) if self.jurisdiction else ""
        return ", ".join(filter(None, (kind, titles.get(self.area), place)))

    def where(self) -> tuple[str, list[str]]:
        """SQL conditions on ``events e join documents d``."""
        conditions, values = ["1"], []
        if self.kind:
            conditions.append("e.kind = ?")
            values.append(self.kind)
        if self.jurisdiction in PLACE_GROUPS:
            conditions.append(f"({PLACE_GROUPS[self.jurisdiction].replace('jurisdiction', '+d.jurisdiction')})")
        elif self.jurisdiction:
            conditions.append("+d.jurisdiction = ?")  # the plus keeps to the index of days
            values.append(self.jurisdiction)
        if self.area and self.area != ALL:
            conditions.append("+e.document_id in (select document_id from listing where area_id = ?)")
            values.append(self.area)
        elif not self.area:
            # Most documents with dates carry an area: looking each up is quicker than a list of all that do.
            # Whoever adds a document by hand knows that its dates matter, whatever areas the program finds.
            conditions.append(
                "(exists (select 1 from listing l where l.document_rowid = d.rowid and l.area_id = ?) or exists "
                "(select 1 from provenance p where p.document_id = d.id and p.source = ?))"
            )
            values += [TAGGED, BY_HAND]
        return " and ".join(conditions), values


@dataclass(frozen=True, kw_only=True)
class Event:
    """A date of a document, in words; ``areas`` are the (id, title) of its policy areas."""

    document_id: str
    kind: str
    starts_at: str
    timezone: str | None
    description: str | None
    title: str
    identifier: str
    jurisdiction: str
    must_see: int
    kind_word: str
    agencies: tuple[str, ...]
    areas: list[tuple[str, str]]
    far: str
    clock: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What the filters offer."""

    areas: dict[str, str]
    kinds: dict[str, Any]
    places: list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class DeadlinesView(Choices):
    """``recent`` are dates that have just passed, for a choice without dates ahead; ``lacks`` what its places lack, and
    ``unheard`` the states that lack hearings, where hearings are asked for; ``chosen`` is ``wanted`` in words."""

    wanted: Wanted
    chosen: str
    past: bool
    months: list[tuple[str, list[Event]]]
    recent: list[Event]
    shown: int
    lacks: Gaps
    unheard: list[Unheard]


@dataclass(frozen=True)
class Day:
    """A cell of the grid; ``inside`` is False for the days before the first and after the last of the month."""

    day: datetime.date
    inside: bool
    today: bool
    events: list[Event]

    @property
    def shown(self) -> list[Event]:
        return self.events[:IN_A_CELL]

    @property
    def more(self) -> int:
        return len(self.events) - len(self.shown)


@dataclass(frozen=True, kw_only=True)
class MonthView(Choices):
    """A month, a week to a row. Other months are ``YYYY-MM``; ``cut`` is True when the page leaves dates out.

    ``unheard`` is the state that is chosen, where it lacks hearings.
    """

    wanted: Wanted
    title: str
    weeks: list[list[Day]]
    days: list[Day]
    before: str
    after: str
    this: str
    total: int
    cut: bool
    elsewhere: list[str]
    unheard: list[Unheard]


def deadlines(
    db: sqlite3.Connection,
    today: datetime.date,
    wanted: Wanted | None = None,
    *,
    past: bool = False,
    limit: int = MOST_LISTED,
    days: int | None = None,
) -> list[Event]:
    """Events from today on, soonest first (or before today, newest first), with what they are about.

    With ``days``, only those within so many days of today.
    """
    when, order = ("e.starts_at < ?", "desc") if past else ("e.starts_at >= ?", "asc")
    between = [today.isoformat()]
    if days is not None:
        when += " and e.starts_at >= ?" if past else " and e.starts_at < ?"
        between.append((today + datetime.timedelta(days=-days if past else days + 1)).isoformat())
    return _events(db, today, wanted or Wanted(), when, between, order, limit)


def _events(
    db: sqlite3.Connection,
    today: datetime.date,
    wanted: Wanted,
    when: str,
    days: list[str],
    order: str = "asc",
    limit: int = MOST,
) -> list[Event]:
    where, values = wanted.where()
    dated = rows(
        db,
        f"""select e.document_id, e.kind, e.starts_at, e.timezone, e.description, d.title, d.identifier, d.jurisdiction,
            coalesce(t.priority = 2 and c.document_id is null, 0) as must_see
        from events e join documents d on d.id = e.document_id left join shown_priorities t on t.document_id = e.document_id
        left join ceremonial c on c.document_id = e.document_id
        where {when} and {where} order by e.starts_at {order}, e.document_id limit ?""",
        [*days, *values, limit],
    )
    found = rulemaking.still_due(db, dated)
    titles = area_titles(db)
    tags: dict[str, list[tuple[str, str]]] = {}
    ids = list({row["document_id"] for row in found})
    for row in db.execute(f"select document_id, area_id from shown_tags where document_id in ({marks(ids)})", ids):
        tags.setdefault(row[0], []).append((row[1], titles.get(row[1], row[1])))
    agencies = agencies_of(db, ids)
    return [
        Event(
            **row,
            agencies=agencies.get(row["document_id"], ()),
            kind_word=formatting.word("events", row["kind"]),
            areas=tags.get(row["document_id"], []),
            far=formatting.how_far(row["starts_at"], today),
            clock=formatting.time_in_words(row["starts_at"], row["timezone"]),
        )
        for row in found
    ]


def deadlines_view(db: sqlite3.Connection, wanted: Wanted, today: datetime.date, past: bool) -> DeadlinesView:
    """Everything the page of deadlines shows; raises UnknownValue."""
    wanted.check(db)
    events, lacks = deadlines(db, today, wanted, past=past), gaps(db, today, wanted.jurisdiction)
    return DeadlinesView(
        **vars(choices(db)),
        wanted=wanted,
        chosen=wanted.in_words(db),
        past=past,
        months=by_month(events),
        recent=[] if events or past else deadlines(db, today, wanted, past=True, limit=10, days=JUST_PAST),
        shown=len(events),
        lacks=lacks,
        unheard=lacks.unheard if wanted.hearings else [],
    )


def by_month(events: list[Event]) -> list[tuple[str, list[Event]]]:
    months: dict[str, list[Event]] = {}
    for event in events:
        months.setdefault(event.starts_at[:7], []).append(event)
    return [(formatting.month_in_words(month), members) for month, members in months.items()]


# --------------------------------------------------------------------- a month


def month(db: sqlite3.Connection, wanted: Wanted, today: datetime.date) -> MonthView:
    """The grid of one month, a week to a row, and what leads to other months; raises UnknownValue."""
    wanted.check(db)
    first = datetime.date.fromisoformat((wanted.month or today.isoformat()[:7]) + "-01")
    after = _first_of_next(first)
    events = _events(db, today, wanted, "e.starts_at >= ? and e.starts_at < ?", [first.isoformat(), after.isoformat()])
    by_day: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_day[event.starts_at[:10]].append(event)
    weeks = [
        [Day(day, day.month == first.month, day == today, by_day.get(day.isoformat(), [])) for day in week]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    lacking = unheard(db, today, wanted.jurisdiction) if wanted.hearings else None
    return MonthView(
        **vars(choices(db)),
        wanted=replace(wanted, month=first.isoformat()[:7]),
        title=formatting.month_in_words(first.isoformat()),
        weeks=weeks,
        days=[day for week in weeks for day in week if day.events],
        before=(first - datetime.timedelta(days=1)).isoformat()[:7],
        after=after.isoformat()[:7],
        this=today.isoformat()[:7],
        total=len(events),
        cut=len(events) == MOST,
        elsewhere=[] if events else nearest(db, wanted, first, after),
        unheard=[lacking] if lacking else [],
    )


def _first_of_next(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=31)).replace(day=1)


def nearest(db: sqlite3.Connection, wanted: Wanted, first: datetime.date, after: datetime.date) -> list[str]:
    """The months with dates of this choice that lie next to an empty one, as ``YYYY-MM``: at most one on each side."""
    where, values = wanted.where()
    found = []
    for condition, day, order in (("<", first, "desc"), (">=", after, "asc")):
        row = db.execute(
            f"""select e.starts_at from events e join documents d on d.id = e.document_id
            where e.starts_at {condition} ? and {where} order by e.starts_at {order} limit 1""",
            [day.isoformat(), *values],
        ).fetchone()
        found += [row[0][:7]] if row else []
    return found


def choices(db: sqlite3.Connection) -> Choices:
    """What the filters offer: areas, kinds and places."""
    places = db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA])
    named = ((row[0], formatting.place(row[0])) for row in places)
    groups = [(group, formatting.place(group)) for group in PLACE_GROUPS if group != "companies"]
    return Choices(
        areas=area_titles(db),
        kinds=formatting.glossary()["events"],
        places=[*groups, *sorted(named, key=lambda place: formatting.alphabetical(place[1]))],
    )
