"""Places: the governments whose documents are collected, and the map of the states."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from pages.browse.cards import Card, area_titles
from pages.browse.lists import FirstToSee, counted, first_to_see, newest
from pages.browse.names import place_word
from pages.database import Row, rows, value
from pages.http import formatting
from pages.places.calendar import ALL, Event, Wanted, deadlines
from pages.places.charts import Chart, by_status, by_year
from pages.places.collected import (
    Session,
    collected_places,
    later_left_out,
    latest_sessions,
    news_until,
    sessions_of,
    stopped_on,
    totals_by_year,
    what_ends_earlier,
)
from pages.places.date_gaps import MEETINGS, Unheard, unheard
from pages.places.library_bills import LibraryBills, library_bills
from pages.places.map import StateMap, layout, state_map
from pages.positions.chapters import chapter_of
from store.constants import ANY_AREA, ONE_AREA, TAGGED


@dataclass(frozen=True, kw_only=True)
class ActiveStates:
    """The map of documents with news, and its first and last month in words; None where the states have no news."""

    states: StateMap | None = None
    states_since: str | None = None
    states_until: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlacesView(ActiveStates):
    """Each of ``jurisdictions`` has id, title, documents, of those on_policy and must_see, until and part.

    ``part``: its newest regular session is not collected, or not to its end. ``until`` is the ISO day of its latest news.
    ``missing`` are the names of states of which nothing at all is collected.
    """

    jurisdictions: list[Row]
    missing: list[str]


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """One place; ``address`` leads to its documents on information policy, which the lists are about.

    ``no_sessions``: its source gives its bills no session, so that nothing tells which have ended.
    ``session`` is its newest regular session, where one is known; ``later`` are those after it of which nothing is stored, and
    ``ahead`` those that go on or are to come. ``hearing`` is the next hearing or other meeting of a committee,
    ``chapter`` the library association there.
    ``unheard``: no source gives hearings there. ``stopped``: where no session is known, the ISO day with which its news stops.
    ``until`` and ``today`` are ISO days, of its latest news and of the page; ``earlier`` is what ends long before, in words, and
    when. ``must_see`` leaves out what ``library`` lists, and ``latest`` what both do; ``library`` is None where there is no issue
    of library bills.
    """

    id: str
    title: str
    no_sessions: bool
    session: Session | None
    stopped: str | None
    later: list[Session]
    ahead: list[Session]
    hearing: Event | None
    unheard: Unheard | None
    until: str | None
    earlier: list[tuple[str, str]]
    today: str
    library: LibraryBills | None
    chapter: Row | None
    documents: int
    on_policy: int
    address: str
    kinds: list[tuple[str, int]]
    by_status: Chart
    by_year: Chart
    areas: list[tuple[str, str, int]]
    must_see: FirstToSee
    latest: list[Card]
    due: list[Event]


def active_states(
    db: sqlite3.Connection, today: datetime.date, address: Callable[[str], str], area_id: str = TAGGED
) -> ActiveStates:
    """The map of documents on information policy that had news in twelve months.

    The months end with the newest that the states have, not with today: what was collected a year ago is still a picture.
    """
    last = value(
        db,
        "select max(month) from activity where area_id = ? and jurisdiction like 'us-%' and month <= ?",
        [area_id, today.isoformat()[:7]],
    )
    if not last:
        return ActiveStates()
    year, month = int(last[:4]), int(last[5:])
    since = f"{year if month == 12 else year - 1}-{month % 12 + 1:02}"
    found = db.execute(
        "select jurisdiction, sum(documents) from activity where area_id = ? and month between ? and ? group by 1",
        [area_id, since, last],
    )
    return ActiveStates(
        states=state_map({row[0]: row[1] for row in found}, collected_places(db, today), address),
        states_since=formatting.month_in_words(since),
        states_until=formatting.month_in_words(last),
    )


def jurisdictions(db: sqlite3.Connection, today: datetime.date) -> PlacesView:
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
    collected = collected_places(db, today).places
    for row in found:
        row["part"] = row["id"] not in collected
        row["until"] = news_until(db, row["id"], today)
    found.sort(key=lambda row: (row["id"] != "us", formatting.alphabetical(row["title"])))
    stored = {row["id"] for row in found}
    missing = sorted((formatting.place(key) for key in layout() if key not in stored), key=formatting.alphabetical)
    return PlacesView(
        jurisdictions=found, missing=missing, **vars(active_states(db, today, lambda place: f"/jurisdictions/{place}"))
    )


def not_collected(jurisdiction_id: str) -> dict[str, str] | None:
    """The name of a place of the United States, in the language of the page and in that of documents; None for any other key."""
    title = formatting.place(jurisdiction_id)
    if not jurisdiction_id.startswith("us-") or title == jurisdiction_id.upper():
        return None
    return {"title": title, "words": place_word(jurisdiction_id)}


def jurisdiction(db: sqlite3.Connection, jurisdiction_id: str, today: datetime.date) -> PlaceView | None:
    """One place: what it has on information policy, and how much it has in all; None where nothing is collected."""
    everything = value(
        db,
        "select sum(documents) from facet_counts where area_id = ? and jurisdiction = ?",
        [ANY_AREA, jurisdiction_id],
    )
    if not everything:
        return None
    titles = area_titles(db)
    here, values = "area_id = ? and jurisdiction = ?", [TAGGED, jurisdiction_id]
    address = f"/browse?jurisdiction={jurisdiction_id}&area={TAGGED}"
    statuses = counted(db, "status", here, values)
    library = library_bills(db, jurisdiction_id, today)
    listed = _shown(library.listed) if library else set()
    must_see = first_to_see(db, here, values, today, without=listed)
    until = news_until(db, jurisdiction_id, today)
    session = latest_sessions(db, today).get(jurisdiction_id)
    return PlaceView(
        id=jurisdiction_id,
        title=formatting.place(jurisdiction_id),
        no_sessions=_no_sessions(db, jurisdiction_id),
        session=session,
        stopped=stopped_on(db, jurisdiction_id, today),
        later=later_left_out(db, jurisdiction_id, session, today),
        ahead=sessions_of(db, jurisdiction_id, today),
        hearing=_next_meeting(db, jurisdiction_id, today),
        unheard=unheard(db, today, jurisdiction_id),
        until=until,
        earlier=what_ends_earlier(db, jurisdiction_id, session, until),
        today=today.isoformat(),
        library=library,
        chapter=chapter_of(db, jurisdiction_id),
        documents=everything,
        on_policy=sum(number for _, number in statuses),
        address=address,
        kinds=counted(db, "kind", here, values),
        by_status=by_status(statuses, address),
        by_year=by_year(
            dict(counted(db, "year", here, values)),
            totals_by_year(db, "jurisdiction = ?", [jurisdiction_id]),
            today,
            address,
        ),
        areas=[
            (key, titles.get(key, key), number)
            for key, number in counted(db, "area_id", f"{ONE_AREA} and jurisdiction = ?", [jurisdiction_id])
        ],
        must_see=must_see,
        latest=newest(db, here, values, today, alive_first=True, without=listed | _shown(must_see.cards)),
        due=deadlines(db, today, Wanted(jurisdiction=jurisdiction_id), limit=6),
    )


def _next_meeting(db: sqlite3.Connection, place: str, today: datetime.date) -> Event | None:
    """The next hearing or other meeting of a committee there, on a document of any subject."""
    wanted = (Wanted(area=ALL, kind=kind, jurisdiction=place) for kind in MEETINGS)
    ahead = (each for kind in wanted for each in deadlines(db, today, kind, limit=1))
    return min(ahead, key=lambda event: event.starts_at, default=None)


def _shown(listed: list[Card]) -> set[str]:
    """The documents of some cards, and those that the cards only name."""
    return {each.id for card in listed for each in (card, *card.also)}


def _no_sessions(db: sqlite3.Connection, place: str) -> bool:
    """Whether any bills of a place are in no session that is known: of what has none, rules and cases are in others."""
    found = "select 1 from documents where jurisdiction = ? and session = ? and kind = 'bill' limit 1"
    return bool(value(db, found, [place, formatting.BILLS_WITHOUT_SESSION]))
