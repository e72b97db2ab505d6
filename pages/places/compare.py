"""Places or policy areas side by side: two with their status and what is new, more places with their numbers only."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pages.browse.cards import Card, area_titles, cards, one_per_title
from pages.browse.lists import counted
from pages.http import formatting
from pages.http.language import _
from pages.places import charts, place_tables
from pages.places.collected import (
    latest_sessions,
    news_until,
    session_in_words,
    stopped_on,
    totals_by_year,
    what_ends_earlier,
)
from pages.places.place_tables import Matter
from store.constants import ANY_AREA, ONE_AREA, TAGGED

SUBJECTS = ("jurisdiction", "area")
#: How many fit side by side on a page; and how many places in the tables by issue and area, such as a state and its neighbors.
MOST = 2
MOST_PLACES = 6
TOPICS = 8


@dataclass(frozen=True)
class Wanted:
    """What the address asks for: ``subject`` is "jurisdiction" or "area", ``ids`` at most MOST of them.

    ``others`` are more places, for the tables.
    """

    subject: str
    ids: tuple[str, ...]
    others: tuple[str, ...] = ()

    @classmethod
    def of(cls, args: dict[str, list[str]]) -> Wanted:
        """Read the query of an address: two or more places, or areas if it names any; duplicates count once."""
        named = {
            subject: tuple(dict.fromkeys(value.strip()[:100] for value in args.get(subject, []) if value.strip()))
            for subject in SUBJECTS
        }
        subject = "area" if named["area"] and len(named["jurisdiction"]) < MOST else "jurisdiction"
        others = named[subject][MOST:MOST_PLACES] if subject == "jurisdiction" else ()
        return cls(subject, named[subject][:MOST], others)


@dataclass(frozen=True)
class Side:
    """One of the two; ``where`` and ``values`` are its condition on facet_counts and listing."""

    id: str
    title: str
    href: str
    where: str
    values: tuple[str, ...]
    documents: int
    must_see: int
    latest: list[Card]
    topics: list[tuple[str, int, str]]
    #: Its newest regular session where that is not collected: then the numbers are those of a part.
    lacks: str | None = None
    #: The ISO day of the latest news of a place.
    until: str | None = None
    #: What of it ends long before, in words, and when.
    earlier: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class CompareView:
    """``known`` is what there is to choose from, by subject; ``unknown`` what the address names in vain.

    ``places`` are all places of the tables, as key, title, and the newest regular session where that is not collected;
    ``more`` those that still fit.
    """

    wanted: Wanted
    known: dict[str, list[tuple[str, str]]]
    unknown: list[str]
    sides: list[Side]
    charts_of: list[charts.Chart]
    swapped: str
    places: list[tuple[str, str, str | None]]
    issues: list[Matter]
    areas: list[Matter]
    more: list[tuple[str, str]]


def compare(db: sqlite3.Connection, wanted: Wanted, today: datetime.date) -> CompareView:
    """The page's two sides with charts of both, or only what there is to choose from."""
    known = _known(db)
    titles = dict(known[wanted.subject])
    sides = [_side(db, wanted.subject, key, titles[key], today) for key in wanted.ids if key in titles]
    both = len(sides) == MOST and wanted.subject == "jurisdiction"
    compared = [key for key in (*wanted.ids, *wanted.others) if key in titles] if both else []
    return CompareView(
        wanted=wanted,
        known=known,
        unknown=[key for key in (*wanted.ids, *wanted.others) if key not in titles],
        sides=sides,
        charts_of=_charts(db, wanted.subject, sides, today) if len(sides) == MOST else [],
        swapped="/compare?"
        + urlencode([(wanted.subject, key) for key in (*(side.id for side in reversed(sides)), *wanted.others)]),
        places=[(key, titles[key], _lacks(db, key, today)) for key in compared],
        issues=place_tables.issues(db, compared) if both else [],
        areas=place_tables.areas(db, compared) if both else [],
        more=[
            place
            for place in known["jurisdiction"]
            if both and len(compared) < MOST_PLACES and place[0] not in compared
        ],
    )


def _known(db: sqlite3.Connection) -> dict[str, list[tuple[str, str]]]:
    places = [
        (row[0], formatting.place(row[0]))
        for row in db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA])
    ]
    return {
        "jurisdiction": sorted(places, key=lambda place: formatting.alphabetical(place[1])),
        "area": list(area_titles(db).items()),
    }


def _side(db: sqlite3.Connection, subject: str, key: str, title: str, today: datetime.date) -> Side:
    where, values = (
        ("area_id = ?", (key,)) if subject == "area" else ("area_id = ? and jurisdiction = ?", (TAGGED, key))
    )
    documents, must_see = db.execute(
        f"select coalesce(sum(documents), 0), coalesce(sum(documents * must_see), 0) from facet_counts where {where} "
        "and ceremonial = 0",
        values,
    ).fetchone()
    newest = db.execute(
        f"select document_id from listing where {where} and ceremonial = 0 order by sort_on desc, document_id desc limit 10",
        values,
    )
    until = news_until(db, key, today) if subject == "jurisdiction" else None
    return Side(
        id=key,
        title=title,
        href=f"/areas/{key}" if subject == "area" else f"/jurisdictions/{key}",
        where=where,
        values=values,
        documents=documents,
        must_see=must_see,
        latest=one_per_title(cards(db, [row[0] for row in newest], today, key if subject == "area" else None), 5),
        topics=_topics(db, subject, key),
        lacks=_lacks(db, key, today) if subject == "jurisdiction" else None,
        until=until,
        earlier=what_ends_earlier(db, key, latest_sessions(db, today).get(key), until) if until else [],
    )


def _lacks(db: sqlite3.Connection, place: str, today: datetime.date) -> str | None:
    session = latest_sessions(db, today).get(place)
    if session:
        return None if session.whole else session_in_words(session)
    stopped = stopped_on(db, place, today)
    return _("whatever came after %(day)s") % {"day": formatting.date_in_words(stopped)} if stopped else None


def _topics(db: sqlite3.Connection, subject: str, key: str) -> list[tuple[str, int, str]]:
    """What it is mostly about, as ``(name, documents, address)``: areas of a place, places of an area."""
    if subject == "area":
        found = db.execute(
            "select jurisdiction, sum(documents) from facet_counts where area_id = ? and ceremonial = 0 group by 1 "
            "order by 2 desc, 1 limit ?",
            [key, TOPICS],
        )
        return [(formatting.place(row[0]), row[1], f"/browse?area={key}&jurisdiction={row[0]}") for row in found]
    titles = area_titles(db)
    found = db.execute(
        f"select area_id, sum(documents) from facet_counts where {ONE_AREA} and jurisdiction = ? and ceremonial = 0 "
        "group by 1 order by 2 desc, 1 limit ?",
        [key, TOPICS],
    )
    return [(titles.get(row[0], row[0]), row[1], f"/browse?jurisdiction={key}&area={row[0]}") for row in found]


def _charts(db: sqlite3.Connection, subject: str, sides: list[Side], today: datetime.date) -> list[charts.Chart]:
    names = [side.title for side in sides]
    by_status, by_year = (
        [dict(counted(db, column, side.where, list(side.values))) for side in sides] for column in ("status", "year")
    )
    collected = [
        totals_by_year(db, "jurisdiction = ?", [side.id]) if subject == "jurisdiction" else totals_by_year(db)
        for side in sides
    ]
    statuses = sorted(
        {key for counted in by_status for key in counted}, key=lambda key: (-sum(c.get(key, 0) for c in by_status), key)
    )
    years = charts.years_to(today, [year for counted in by_year for year in counted])
    return [
        charts.side_by_side(
            "by-year",
            _("Documents of every 1,000 collected, by year"),
            _("Year"),
            names,
            [
                (
                    year,
                    [
                        charts.share_of(counted.get(year, 0), everything.get(year, 0))
                        for counted, everything in zip(by_year, collected, strict=True)
                    ],
                )
                for year in years
            ],
            form="strips",
        ),
        charts.side_by_side(
            "by-status",
            _("Documents by status"),
            _("Status"),
            names,
            [(formatting.word("statuses", key), [counted.get(key, 0) for counted in by_status]) for key in statuses],
        ),
    ]
