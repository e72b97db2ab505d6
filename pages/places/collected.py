"""Of which places the current session is collected, and how far: nothing counted must not look like nothing there."""

from __future__ import annotations

import datetime
import re
import sqlite3
from dataclasses import dataclass, field

from crawlers.storage.merge import BY_HAND
from pages.browse.filters import place_group
from pages.database import value
from pages.http import formatting
from store.constants import ANY_AREA

#: Some special sessions are listed as regular ones, and say in their names what they are.
_SPECIAL = re.compile(r"special|extra|called|fiscal", re.IGNORECASE)


#: The days of a session are now and then those of another year; its name is more to be trusted.
_YEAR = re.compile(r"\b20\d\d\b")


#: Where the record of a session that is over stops so many days before its end, or of one that goes on so long ago, there may
#: be much more. Kansas was silent for 276 days between the two years of a session.
STOPS, RECESS = 60, 290
#: Every legislature meets within two years: a state without news for so many days was not collected.
STALE = 731


@dataclass(frozen=True)
class Session:
    """A session of a state; ``held``: whether any of its bills are stored, and ``whole``: to its end, or of late. Days are ISO
    dates, or None.

    ``ends_on`` is the day on which it ended as its bills show, or else the day by the rules of its state or its source.
    ``copied``: its days are those of a session one or two years before. Legislatures begin on a day of the week, so such days
    stand in for those that its source does not know. ``moved_on`` is the day of the latest news of its bills here.
    """

    title: str
    starts_on: str
    ends_on: str | None
    held: bool
    whole: bool
    copied: bool
    moved_on: str | None


def latest_sessions(db: sqlite3.Connection, today: datetime.date) -> dict[str, Session]:
    """The newest regular session of each state that has begun, whether or not it is collected.

    States that no source lists sessions of are not in it.
    """
    begun = db.execute(
        "select source, jurisdiction, session, coalesce(title, session) as title, starts_on from sessions "
        "where special = 0 and starts_on <= ? order by starts_on",
        [today.isoformat()],
    ).fetchall()
    regular = (row for row in sorted(begun, key=_year) if not _SPECIAL.search(row["title"]))
    newest = {row["jurisdiction"]: (row["source"], row["jurisdiction"], row["session"]) for row in regular}
    chosen = ", ".join(["(?, ?, ?)"] * len(newest))
    keys = [part for key in newest.values() for part in key]
    of_these = f"{_SESSIONS} where (s.source, s.jurisdiction, s.session) in (values {chosen})"
    found = db.execute(of_these, keys) if keys else ()
    return {row["jurisdiction"]: _session(row, today) for row in found}


def sessions_of(db: sqlite3.Connection, place: str, today: datetime.date) -> list[Session]:
    """The sessions of a place, regular or not, that have not ended by a day as far as anybody said, the first to begin first."""
    day = today.isoformat()
    found = db.execute(
        f"{_SESSIONS} where s.jurisdiction = ? and s.starts_on is not null "
        f"and (s.starts_on > ? or coalesce(e.ended_on, {_OWN_END}, s.ends_on) >= ?) order by s.starts_on",
        [place, day, day],
    )
    return [_session(row, today) for row in found]


def left_out_lately(db: sqlite3.Connection, place: str, today: datetime.date) -> list[Session]:
    """The sessions of a place that went on within the last two years and of which no bill is stored, the newest first."""
    day, since = today.isoformat(), (today - datetime.timedelta(days=STALE)).isoformat()
    found = db.execute(
        f"{_SESSIONS} where s.jurisdiction = ? and s.starts_on <= ? "
        f"and coalesce(e.ended_on, {_OWN_END}, s.ends_on, s.starts_on) >= ? order by s.starts_on desc, s.session",
        [place, day, since],
    )
    return [session for session in (_session(row, today) for row in found) if not session.held]


def later_left_out(db: sqlite3.Connection, place: str, newest: Session | None, today: datetime.date) -> list[Session]:
    """The fiscal and special sessions that began after a place's newest regular one and of which no bill is stored, in order.

    Arkansas votes its money of every second year in a fiscal session.
    """
    if newest is None:
        return []
    first = min(_years(newest.title, newest.starts_on))
    after = (each for each in reversed(left_out_lately(db, place, today)) if each.starts_on > newest.starts_on)
    return [each for each in after if max(_years(each.title, each.starts_on)) >= first]


#: SQL: until when its bills may move, where they do not go on in the next regular session (crawlers.status.session_end).
_OWN_END = """case when not exists (
        select 1 from sessions n where n.jurisdiction = s.jurisdiction and n.special = 0
        and n.starts_on > s.starts_on and n.starts_on <= e.ends_on
    ) then e.ends_on end"""
_SESSIONS = f"""select s.jurisdiction, coalesce(s.title, s.session) as title, coalesce(e.starts_on, s.starts_on) as starts_on,
    coalesce(e.ended_on, {_OWN_END}, s.ends_on) as ends_on, exists (
        select 1 from coverage c where c.jurisdiction = s.jurisdiction and c.session = s.session and c.documents > 0
    ) as held, exists (
        select 1 from sessions b where b.jurisdiction = s.jurisdiction and b.starts_on < s.starts_on
        and substr(b.starts_on, 6) = substr(s.starts_on, 6) and substr(b.ends_on, 6) = substr(s.ends_on, 6)
        and date(b.starts_on, '+2 years') >= s.starts_on
    ) as copied, e.moved_on
    from sessions s left join session_ends e on e.jurisdiction = s.jurisdiction and e.session = s.session"""


def _session(row: sqlite3.Row, today: datetime.date) -> Session:
    day, end = today.isoformat(), row["ends_on"]
    over = end is not None and end < day
    since = datetime.date.fromisoformat(end if over else day) - datetime.timedelta(days=STOPS if over else RECESS)
    # A source that gives no day says nothing against a session that goes on.
    reaches = not over if row["moved_on"] is None else row["moved_on"] >= since.isoformat()
    whole = bool(row["held"]) and reaches
    return Session(row["title"], row["starts_on"], end, bool(row["held"]), whole, bool(row["copied"]), row["moved_on"])


@dataclass(frozen=True)
class Lack:
    """What is missing of a state: its newest regular session, or all of it, where there is no ``session``, or all after the ISO
    day on which its news ``stopped``; and the ``later`` sessions of which nothing is stored."""

    place: str
    session: Session | None
    later: list[Session] = field(default_factory=list)
    stopped: str | None = None


def lack(db: sqlite3.Connection, place: str, today: datetime.date) -> Lack | None:
    """What is missing of a state, so that a search that finds little there does not look like one for which little is there."""
    if place_group(place) != "states":
        return None
    if session := latest_sessions(db, today).get(place):
        later = later_left_out(db, place, session, today)
        return None if session.whole and not later else Lack(formatting.place(place), session, later)
    known = value(db, "select 1 from facet_counts where area_id = ? and jurisdiction = ?", [ANY_AREA, place])
    stopped = stopped_on(db, place, today)
    return None if known and not stopped else Lack(formatting.place(place), None, stopped=stopped)


def stopped_on(db: sqlite3.Connection, place: str, today: datetime.date) -> str | None:
    """The ISO day with which the news of a state stops of which no source lists sessions; None where that is of late.

    Of other states the newest session says how far they are collected.
    """
    if place_group(place) != "states" or value(db, "select 1 from sessions where jurisdiction = ? limit 1", [place]):
        return None
    until = news_until(db, place, today)
    return until if until and until < (today - datetime.timedelta(days=STALE)).isoformat() else None


def _year(row: sqlite3.Row) -> tuple[str, str]:
    return max([*_YEAR.findall(row["title"]), row["starts_on"][:4]]), row["starts_on"]


def _years(title: str, starts_on: str) -> list[str]:
    """The years in the name of a session, or else that of its first day."""
    return _YEAR.findall(title) or [starts_on[:4]]


@dataclass(frozen=True)
class Collected:
    """``places``: those whose current regular session is collected to its end or of late, or of which anything recent is where
    no session is known. ``in_part``: all others of which anything is stored, whatever is asked of it: more may be there."""

    places: set[str]
    in_part: set[str]


def collected_places(db: sqlite3.Connection, today: datetime.date) -> Collected:
    """Of which places what was counted is all there is, and of which it is a part; of no other is anything stored."""
    known = db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA]).fetchall()
    stored = {place for (place,) in known}
    since = (today - datetime.timedelta(days=STALE)).isoformat()
    stale = {
        place for place in stored if place_group(place) == "states" and (news_until(db, place, today) or "") < since
    }
    lacking = {place for place, session in latest_sessions(db, today).items() if not session.whole}
    whole = stored - stale - lacking
    return Collected(whole, stored - whole)


def news_until(db: sqlite3.Connection, place: str, today: datetime.date) -> str | None:
    """The ISO day of the latest news of a place, none of it in the future; None where nothing has a day. What staff added by
    hand is no news: it may be of days for which no source is collected.

    Of a state, the day on which a bill last moved: a day on which a law takes effect is known long before.
    """
    moved: str | None = value(db, "select max(moved_on) from session_ends where jurisdiction = ?", [place])
    if moved and place_group(place) == "states":
        return moved
    last: str | None = value(
        db,
        "select sort_on from listing where area_id = ? and jurisdiction = ? and sort_on <= ? and not exists ("
        "select 1 from documents where id = document_id and source = ?) order by sort_on desc limit 1",
        [ANY_AREA, place, f"{today.isoformat()}Z", BY_HAND],
    )
    return last[:10] if last else None


def states_until(db: sqlite3.Connection, today: datetime.date) -> str | None:
    """The ISO day of the latest news of any state: how far the data reach, whichever states have documents on a list."""
    return max(filter(None, news_of_states(db, today).values()), default=None)


def news_of_states(db: sqlite3.Connection, today: datetime.date) -> dict[str, str | None]:
    """The states of which anything is stored -> the ISO day of their latest news."""
    known = db.execute("select distinct jurisdiction from facet_counts where area_id = ?", [ANY_AREA]).fetchall()
    return {place: news_until(db, place, today) for (place,) in known if place_group(place) == "states"}


def what_ends_earlier(
    db: sqlite3.Connection, place: str, session: Session | None, until: str | None
) -> list[tuple[str, str]]:
    """What ends long before the latest news of a place, in words, with the ISO day on which it ends.

    Its newest regular session where that is collected in part, as the news is of a special session then; and kinds of documents.
    """
    found = [(formatting.plural(kind), day) for kind, day in kinds_that_end_earlier(db, place, until)]
    if not (until and session and session.held and not session.whole and session.moved_on):
        return found
    since = (datetime.date.fromisoformat(until) - datetime.timedelta(days=STOPS)).isoformat()
    return [(session.title, session.moved_on), *found] if session.moved_on < since else found


def kinds_that_end_earlier(db: sqlite3.Connection, place: str, until: str | None) -> list[tuple[str, str]]:
    """The kinds of documents of a place whose news ends long before its latest, and the ISO day on which it ends."""
    if not until:
        return []
    kinds = db.execute(
        "select distinct kind from facet_counts where area_id = ? and jurisdiction = ? order by 1", [ANY_AREA, place]
    ).fetchall()
    since = (datetime.date.fromisoformat(until) - datetime.timedelta(days=STOPS)).isoformat()
    found: list[tuple[str, str]] = []
    for (kind,) in kinds if len(kinds) > 1 else ():
        last = value(
            db,
            "select sort_on from listing where area_id = ? and jurisdiction = ? and kind = ? and sort_on between '1' and ? "
            "order by sort_on desc limit 1",
            [ANY_AREA, place, kind, f"{until}Z"],
        )
        if last and last[:10] < since:
            found.append((kind, last[:10]))
    return found


def totals_by_year(db: sqlite3.Connection, where: str = "1", values: list[str] | None = None) -> dict[str, int]:
    """How many documents were collected of each year, of all areas and none; ``where`` is on facet_counts."""
    found = db.execute(
        f"select year, sum(documents) from facet_counts where area_id = ? and ceremonial = 0 and {where} group by 1",
        [ANY_AREA, *(values or [])],
    )
    return dict(found.fetchall())


def session_in_words(session: Session) -> str:
    """``2026 Regular Session, January 13, 2026 to March 13, 2026`` as far as its days are known."""
    days = [formatting.date_in_words(day) for day in (session.starts_on, session.ends_on) if day]
    return f"{session.title} ({' – '.join(days)})"
