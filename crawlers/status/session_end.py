"""When a session of a legislature is over: by its stated dates, by what still moves, and by the rules of session_end.yml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from re import IGNORECASE, Pattern
from re import compile as pattern
from typing import Any

from crawlers.parsers.states import load_states
from crawlers.status.federal import congress_ends_on
from store import constants
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("session_end.yml")
#: A session is over only when nothing has moved in it for so long: stated ends are often too early.
QUIET = timedelta(days=constants.QUIET)
#: Where our record of a session stops so long before its end, nobody can tell from it what passed: it is not called over.
UNSEEN = timedelta(days=60)
#: The same of a session of which we have a few bills only, so that no other bill shows that our record goes on.
UNSEEN_OF_FEW = timedelta(days=14)
_PARTS = {"two_years", "carry_over", "special_days", "enrolled_or_over", "not_agreed", "not_said"}
_DATED = {"parliaments", "with_parliament", "council_terms", "corrected"}
_BY_STATE = ("two_years", "carry_over", "special_days")
_PARITY = {"even": 0, "odd": 1}


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session: its stated dates (ISO), the newest day on which any of its bills moved, and the newest on which its chambers
    sat; None where nothing is known. ``few``: our record has too few of its bills to be whole."""

    jurisdiction: str
    session: str
    special: bool = False
    starts_on: str | None = None
    ends_on: str | None = None
    moved_on: str | None = None
    sat_on: str | None = None
    few: bool = False


@cache
def load_rules(path: Path = FILE) -> Mapping[str, Any]:
    """The rules: `two_years`, `carry_over` and `special_days` by postal code, the days of sessions by jurisdiction, and
    lists of words.

    Raises:
        ValueError: a rule is not of that form.
    """
    with rules_of(path) as entries:
        if wrong := sorted(map(str, set(entries) ^ (_PARTS | _DATED))):
            raise ValueError(f"{path.name}: has the parts {', '.join(sorted(_PARTS | _DATED))}: see {wrong[0]!r}")
        states = set(entries["enrolled_or_over"]).union(*map(entries.get, _BY_STATE))
        if unknown := sorted(map(str, states - set(load_states()))):
            raise ValueError(f"{path.name}: {unknown[0]!r} is no postal code of crawlers/parsers/states.yml")
        for rule in entries["two_years"].values():
            _day_after(2000, rule["ends"])
            _PARITY[rule["begins"]]
        for parity in entries["carry_over"].values():
            _PARITY[parity]
        for days in entries["special_days"].values():
            timedelta(days)
        for days in _all_days(entries):
            [each.isoformat() for each in days]
        for each in [*entries["not_agreed"], *entries["not_said"]]:
            pattern(each)
        return dict(entries)


def _all_days(entries: Mapping[str, Any]) -> Iterable[Iterable[date]]:
    """The days of the parts that date sessions, in lists."""
    for part in ("parliaments", "corrected"):
        for sessions in entries[part].values():
            yield from sessions.values()
    yield from entries["council_terms"].values()
    for rule in entries["with_parliament"].values():
        yield rule["dissolved"].values()


@cache
def _patterns(part: str) -> tuple[Pattern[str], ...]:
    return tuple(pattern(each, IGNORECASE) for each in load_rules()[part])


def is_not_agreed(latest_action: str | None) -> bool:
    """Whether the latest action of a bill that both chambers passed says that they did not agree on its words."""
    return any(each.search(latest_action or "") for each in _patterns("not_agreed"))


def is_unsaid(latest_action: str | None) -> bool:
    """Whether the latest action of a bill leaves open what became of it: it goes on elsewhere, or may have passed."""
    return any(each.search(latest_action or "") for each in _patterns("not_said"))


def _day_after(year: int, month_and_day: str) -> str:
    """The ISO day of a year's MM-DD, where month 13 is the January after."""
    month, day = map(int, month_and_day.split("-"))
    return date(year + month // 13, (month - 1) % 12 + 1, day).isoformat()


def known_days(jurisdiction: str, session: str) -> tuple[str, str | None] | None:
    """First and last day of a session that its constitution or this file dates: of a Congress, a parliament, or a council."""
    if jurisdiction == "us" and session.isdecimal():
        number = int(session)
        return congress_ends_on(number - 1), congress_ends_on(number)
    if session.isdecimal() and (terms := load_rules()["council_terms"].get(jurisdiction)):
        ends_on = next((day.isoformat() for day in terms if session <= str(day.year)), None)
        return f"{session}-01-01", ends_on
    days = load_rules()["parliaments"].get(jurisdiction, {}).get(session)
    return (days[0].isoformat(), days[1].isoformat() if len(days) > 1 else None) if days else None


def dated_here() -> tuple[str, ...]:
    """The jurisdictions whose sessions no source dates, but for those of states."""
    return ("us", *load_rules()["parliaments"], *load_rules()["council_terms"])


def corrected_days(jurisdiction: str, session: str) -> tuple[str, str] | None:
    """First and last day of a session whose source states other ones; None where its source is right as far as is known."""
    days = load_rules()["corrected"].get(jurisdiction, {}).get(session)
    return (days[0].isoformat(), days[1].isoformat()) if days else None


def dissolved_on(jurisdiction: str, session: str) -> str | None:
    """The ISO day on which the parliament of a session was dissolved; None where it was not, or no such day is known."""
    days = load_rules()["with_parliament"].get(jurisdiction, {}).get("dissolved", {})
    number = session.partition("-")[0]
    return days[int(number)].isoformat() if number.isdecimal() and int(number) in days else None


def last_day(jurisdiction: str, session: str, document_type: str | None, ended_on: str | None) -> str | None:
    """The last ISO day of an undecided bill of a session that ended on a day; None while the bill can still move.

    Some bills of a parliament outlive their session and end when it is dissolved.
    """
    rule = load_rules()["with_parliament"].get(jurisdiction)
    if ended_on is None or rule is None or document_type not in rule["kinds"]:
        return ended_on
    return dissolved_on(jurisdiction, session)


@cache
def final_days() -> Mapping[str, str]:
    """The day (MM-DD) with which a constitution ends all sessions, by jurisdiction."""
    return {f"us-{code}": rule["ends"] for code, rule in load_rules()["two_years"].items() if rule.get("final")}


def is_final(jurisdiction: str, day: str) -> bool:
    """Whether a constitution ends the sessions of a place on that ISO day: no wait tells whether they go on."""
    return final_days().get(jurisdiction) == day[5:]


def ends(sessions: Iterable[Session], today: str) -> dict[tuple[str, str], str | None]:
    """The day each session ended; None while its bills can still move."""
    found = list(sessions)
    return {(each.jurisdiction, each.session): _ended_on(each, found, today) for each in found}


def expected_end(session: Session, all_sessions: list[Session]) -> str | None:
    """The ISO day until which the bills of a session may move, as its source and the rules say; None where neither dates it.

    Of a session of two years that no source dates, the day before which it is never over.
    """
    if known_days(session.jurisdiction, session.session):
        return session.ends_on
    last = _last_session(session, all_sessions)
    return (_end_at_least(last) or _second_year_end(last)) if last else None


def _ended_on(session: Session, all_sessions: list[Session], today: str) -> str | None:
    if known_days(session.jurisdiction, session.session):
        return session.ends_on if session.ends_on and session.ends_on <= today else None
    last = _last_session(session, all_sessions)
    return _own_end(last, today) if last else None


def _last_session(session: Session, all_sessions: list[Session]) -> Session | None:
    """The session with which the bills of a session end; None where they wait for one that no source names yet."""
    following = session
    while (after := _carries_into(following, all_sessions)) is not None:
        if after == following:
            return None
        following = after
    return following


def _end_at_least(session: Session) -> str | None:
    return max(end, _second_year_end(session) or "") if (end := _stated_end(session)) else None


def _stated_end(session: Session) -> str | None:
    """The end that the source states, but of a special session no day after those that its constitution gives it."""
    days = load_rules()["special_days"].get(session.jurisdiction.removeprefix("us-"))
    if not (days and session.starts_on and session.ends_on) or _second_year_end(session):
        return session.ends_on
    return min(session.ends_on, _before(session.starts_on, timedelta(1 - days)))


def _own_end(session: Session, today: str) -> str | None:
    end = _end_at_least(session)
    if end is None or session.moved_on is None:
        return None
    unseen = UNSEEN_OF_FEW if session.few else UNSEEN
    moves_on = session.moved_on > _before(today, QUIET) and not is_final(session.jurisdiction, end)
    if end >= today or moves_on or session.moved_on < _before(end, unseen):
        return None
    # Stated ends are plans: the last day on which the chambers sat is nearer to the truth, before it and after it.
    return session.sat_on or _stated_end(session)


def _before(day: str, span: timedelta) -> str:
    return (date.fromisoformat(day) - span).isoformat()


def _second_year_end(session: Session) -> str | None:
    """The day before which a two-year session is not over; None for any other."""
    rule = load_rules()["two_years"].get(session.jurisdiction.removeprefix("us-"))
    if rule is None or session.special or session.starts_on is None:
        return None
    year, month = int(session.starts_on[:4]), session.starts_on[5:7]
    first = year + (month == "12")
    return _day_after(first + 1, rule["ends"]) if first % 2 == _PARITY[rule["begins"]] else None


def _carries_into(session: Session, all_sessions: list[Session]) -> Session | None:
    """The session in which undecided bills go on: the next regular one; the session itself where none is known yet.

    None where bills die with their session.
    """
    parity = load_rules()["carry_over"].get(session.jurisdiction.removeprefix("us-"))
    if parity is None or session.special or session.starts_on is None:
        return None
    year = int(session.starts_on[:4])
    if year % 2 != _PARITY[parity]:
        return None
    next_year = [
        each
        for each in all_sessions
        if each.jurisdiction == session.jurisdiction
        and not each.special
        and (each.starts_on or "")[:4] == str(year + 1)
    ]
    return min(next_year, key=lambda each: each.starts_on or "", default=session)
