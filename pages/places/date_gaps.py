"""What a list of dates lacks: how far its data reach, and which sources give no dates, so that nothing listed does not look
like nothing set."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from pages.browse.filters import PLACE_GROUPS, place_group
from pages.documents.document import source_title
from pages.http import formatting
from pages.places.collected import STALE, news_of_states, news_until

#: A source without news for so many days lacks dates that were announced since.
SILENT = 14
#: The kinds of dates on which a committee meets: few sources tell a hearing from another meeting.
MEETINGS = ("hearing", "committee_meeting")
#: These, and what was called off.
HEARINGS = (*MEETINGS, "hearing_canceled")
#: Where fewer than one bill in so many has one, the source leaves most hearings out (Kansas: 9 in 1,483): of the states whose
#: sources give them, committees hear at least an eighth of the bills.
ONE_IN = 20


@dataclass(frozen=True)
class Unheard:
    """A state of which our sources give no dates of hearings; ``last`` is the ISO day of the last that they gave, if any.
    Where they give some, ``heard`` are the bills of the last two years that have one, of all its ``bills``."""

    place: str
    last: str | None
    heard: int = 0
    bills: int = 0


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """What the dates of a choice of places lack.

    ``silent`` are its sources of dates without news lately, however long ago, with the ISO day of their newest news, the oldest
    first; ``dateless`` the sources that gave no date at all. Of one state, ``until`` is the day of its own news instead, since
    all states have the same sources, if that was not lately; ``uneven``: the data of some states end earlier than their sources'.
    ``unheard`` are the states that it has without hearings, in the order of their names.
    """

    silent: list[tuple[str, str]]
    dateless: list[str]
    until: str | None
    uneven: bool
    unheard: list[Unheard]


def gaps(db: sqlite3.Connection, today: datetime.date, place: str) -> Gaps:
    """What the dates of a place, of a group of places, or of all (``""``) lack."""
    last = _last(today)
    if of_one_state(place):
        until, found = news_until(db, place, today), unheard(db, today, place)
        ended = until if until and until < last else None
        return Gaps(silent=[], dateless=[], until=ended, uneven=False, unheard=[found] if found else [])
    silent, dateless = quiet_sources(db, today, place)
    states = news_of_states(db, today) if place in ("", "states") else {}
    uneven = any((day or last) < last for day in states.values())
    return Gaps(silent=silent, dateless=dateless, until=None, uneven=uneven, unheard=_unheard(db, states))


def of_one_state(place: str) -> bool:
    """Whether this is one state, and neither a group of places nor another kind of place."""
    return place not in ("", *PLACE_GROUPS) and place_group(place) == "states"


def unheard(db: sqlite3.Connection, today: datetime.date, place: str) -> Unheard | None:
    """Whether our sources give no dates of hearings of a state, or hardly any; None also for any other place."""
    until = news_until(db, place, today) if of_one_state(place) else None
    if until is None:
        return None
    since = _two_years_before(until)
    row = db.execute(
        f"""select max(e.starts_at), count(distinct case when e.starts_at >= ? then d.id end)
        from documents d cross join events e on e.document_id = d.id where d.jurisdiction = ? and e.kind in {HEARINGS}""",
        [since, place],
    ).fetchone()
    return _without(db, place, row[0], row[1], since)


def _unheard(db: sqlite3.Connection, states: dict[str, str | None]) -> list[Unheard]:
    if not states:
        return []
    begins = {place: _two_years_before(until) for place, until in states.items() if until}
    last, heard = dict[str, str](), dict[str, set[str]]()
    for place, key, on in db.execute(
        f"""select d.jurisdiction, d.id, max(e.starts_at) from events e cross join documents d on d.id = e.document_id
        where e.kind in {HEARINGS} and d.jurisdiction like 'us-__' group by 1, 2"""
    ):
        last[place] = max(last.get(place, ""), on)
        if on >= begins.get(place, "9999"):
            heard.setdefault(place, set()).add(key)
    told = (_without(db, each, last.get(each), len(heard.get(each, ())), since) for each, since in begins.items())
    return sorted(filter(None, told), key=lambda each: formatting.alphabetical(each.place))


def _two_years_before(day: str) -> str:
    """Every legislature meets within two years, so its committees met in the last two of its data."""
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=STALE)).isoformat()


def _without(db: sqlite3.Connection, place: str, last: str | None, heard: int, since: str) -> Unheard | None:
    """A state without hearings since a day, or of which so few bills have one that most of its hearings are missing."""
    if not last or last < since:
        return Unheard(formatting.place(place), last[:10] if last else None)
    moved = "select sum(documents) from coverage where jurisdiction = ? and latest_action_on >= ?"
    bills = db.execute(moved, [place, since]).fetchone()[0] or 0
    return Unheard(formatting.place(place), last[:10], heard, bills) if heard * ONE_IN < bills else None


def _last(today: datetime.date) -> str:
    return (today - datetime.timedelta(days=SILENT)).isoformat()


def quiet_sources(
    db: sqlite3.Connection, today: datetime.date, place: str = ""
) -> tuple[list[tuple[str, str]], list[str]]:
    """The sources of documents of a place: ``silent`` and ``dateless`` of Gaps."""
    last, here = _last(today), _here(place)
    found = db.execute(
        f"""select source, until, exists (
            select 1 from documents d join events e on e.document_id = d.id where d.source = news.source and {here}) as dated
        from (select source, max(case when day <= :today then day end) as until from (
                select source, newest_on as day, jurisdiction from coverage
                union select source, latest_action_on, jurisdiction from coverage)
            where {here} group by source) news
        where exists (select 1 from documents d where d.source = news.source and {here}) order by until, source""",
        {"today": today.isoformat(), "place": place},
    ).fetchall()
    silent = [
        (source_title(row["source"]), row["until"]) for row in found if row["dated"] and (row["until"] or last) < last
    ]
    return silent, [source_title(row["source"]) for row in found if not row["dated"]]


def _here(place: str) -> str:
    """SQL: whether a row is of a place or a group of places."""
    # The plus keeps to the index of sources, of which one document is enough.
    return f"({PLACE_GROUPS[place]})" if place in PLACE_GROUPS else "+jurisdiction = :place" if place else "1"
