"""Dates of hearings in the actions of a state's bill, by the sentences of hearings.yml. Parsing only.

Where the sentence does not say the day beyond doubt, there is no date: a wrong day is worse than none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from crawlers.items import Action, Event
from crawlers.parsers.states import load_states
from text.days import clock_in_words
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("hearings.yml")
HEARING, MEETING, CANCELED = "hearing", "committee_meeting", "hearing_canceled"
WHATS = ("set", "move", "cancel")
#: A hearing is announced at most so long before it; one that was noted later than that many days afterwards is a slip.
AHEAD, BEHIND = timedelta(days=200), timedelta(days=45)
#: A clock time without a.m. or p.m. before this hour is one of the afternoon: committees do not meet at night.
DAYBREAK = 7
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a sentence says of a hearing: `day` an ISO date, None in a cancellation that names none; `clock` HH:MM; `at_its_place`
    where the sentence is filed under the meeting's own day, in the order of that day's meetings."""

    what: str
    day: str | None
    clock: str | None = None
    end: str | None = None
    place: str | None = None
    committee: str | None = None
    called: str | None = None
    at_its_place: bool = False


@cache
def load_rules(path: Path = FILE) -> dict[str, tuple[tuple[str, re.Pattern[str]], ...]]:
    """Postal code -> its rules in their order.

    Raises:
        ValueError: a rule does something unknown, its pattern is none, or a rule that sets a date cannot tell one.
    """
    with rules_of(path) as entries:
        found = {}
        for state, rules in entries.items():
            found[str(state)] = tuple((what, re.compile(pattern, re.IGNORECASE)) for what, pattern in rules)
            for what, pattern in found[str(state)]:
                groups = pattern.groupindex
                if what not in WHATS or (what != "cancel" and not ("today" in groups or "d" in groups)):
                    raise ValueError(f"{path.name}: {state}: {what!r} with {pattern.pattern!r} tells no date")
        return found


def read_hearing(state: str, action: Action) -> list[Found]:
    """What an action of a state's bill says of hearings; empty where it says nothing certain."""
    for what, pattern in load_rules().get(state, ()):
        if matches := list(pattern.finditer(action.description)):
            return [found for match in matches if (found := _found(what, match, action))]
    return []


def _found(what: str, match: re.Match[str], action: Action) -> Found | None:
    said = match.groupdict()
    try:
        day = _day(said, date.fromisoformat(action.acted_on))
    except ValueError:  # the 31st of a month that has 30 days: a slip that nobody here can mend
        return None
    if day is None and what != "cancel":
        return None
    return Found(
        what=what,
        day=day.isoformat() if day else None,
        clock=_clock(said.get("time")),
        end=_clock(said.get("end")),
        place=_tidy(said.get("place")),
        committee=_tidy(said.get("committee")),
        called=_tidy(said.get("called")),
        at_its_place=said.get("today") is not None,
    )


def _day(said: dict[str, str | None], acted_on: date) -> date | None:
    """The day that a sentence names. Without a year, the nearest such day to the action's own.

    Raises:
        ValueError: there is no such day, or it lies too far from the action's own to be what was meant.
    """
    if said.get("today") is not None:
        return acted_on
    if not said.get("d"):
        return None
    month = _MONTHS.get((said.get("month") or "").lower()) or int(said.get("m") or 0)
    number, year = int(said["d"] or 0), int(said.get("y") or 0)
    years = [year + 2000 if year < 100 else year] if year else [acted_on.year, acted_on.year + 1]
    days = [date(each, month, number) for each in years]
    day = min(days, key=lambda each: abs(each - acted_on))
    if not acted_on - BEHIND <= day <= acted_on + AHEAD:
        raise ValueError(f"{day} is too far from {acted_on}")
    return day


def _clock(text: str | None) -> str | None:
    """A clock time as HH:MM of a day of 24 hours; None where there is none."""
    match = re.match(r"(\d\d?):(\d\d) ?([ap])?", (text or "").lower())
    if not match:
        return None
    hour, minute = int(match[1]), match[2]
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    elif hour < DAYBREAK:
        hour += 12
    return f"{hour:02}:{minute}" if hour < 24 and int(minute) < 60 else None


def _tidy(text: str | None) -> str | None:
    return " ".join((text or "").split()).strip(" .,;") or None


# --------------------------------------------------------------------- a bill


def hearings(state: str, actions: Iterable[Action]) -> tuple[Event, ...]:
    """The hearings of a bill that its actions set, those that were called off as such; in the order of their days.

    Several actions about one committee's hearing on one day are one hearing, with the last word on its hour and room. What is
    filed under the meeting's own day comes too late to move it: another hour there is another meeting.
    """
    standing: list[Found] = []
    off: list[Found] = []
    for action in actions:
        for found in read_hearing(state, action):
            if found.what in ("cancel", "move"):
                gone = _meant(standing, found, action.acted_on)
                standing = [each for each in standing if each not in gone]
                off += gone if found.what == "cancel" else []
            if found.what != "cancel":
                found = _filled(found, [each for each in standing if _same(each, found)])
                standing = [each for each in standing if not _same(each, found)] + [found]
                off = [each for each in off if not _same(each, found)]
    zone = load_states()[state]["timezone"]
    events = [_event(each, HEARING, zone) for each in standing] + [_event(each, CANCELED, zone) for each in off]
    return tuple(sorted(dict.fromkeys(events), key=lambda each: (each.starts_at, each.kind)))


def _meant(standing: list[Found], said: Found, acted_on: str) -> list[Found]:
    """The hearings that a sentence calls off or moves: those of its day, or the one that is listed before it where each sentence
    has its place among the meetings of the day; else the newest one that is not over, of its committee where it names one."""
    alike = [each for each in standing if _of_one_name(each, said)]
    if said.what == "cancel" and said.day and said.at_its_place:
        return [each for each in alike if each.day == said.day][-1:]
    if said.what == "cancel" and said.day:
        return [each for each in alike if each.day == said.day]
    ahead = [each for each in alike if (each.day or "") >= acted_on]
    if said.committee:
        ahead = [each for each in ahead if _of_one_committee(each, said)]
    return ahead[-1:]


def _filled(found: Found, earlier: list[Found]) -> Found:
    """A sentence without a name for the meeting ("deferred until …"), with what the newest about that meeting said of it."""
    if found.called or not earlier or not earlier[-1].called:
        return found
    said = earlier[-1]
    named = replace(found, called=said.called, committee=found.committee or said.committee)
    return named if found.clock else replace(named, clock=said.clock, end=said.end, place=found.place or said.place)


def _same(one: Found, other: Found) -> bool:
    if one.at_its_place and other.at_its_place and one.clock != other.clock:
        return False
    return one.day == other.day and _of_one_committee(one, other) and _of_one_name(one, other)


def _of_one_name(one: Found, other: Found) -> bool:
    """Whether two sentences can mean one meeting: a committee may hear a bill and vote on it on one day. One that has no name
    for the meeting can mean any."""
    names = {"" if is_hearing(each.called) else each.called.casefold() for each in (one, other) if each.called}
    return len(names) < 2


def _of_one_committee(one: Found, other: Found) -> bool:
    """Whether two sentences can mean one committee: one names none, or both the same but for "&" and commas."""
    names = [re.findall(r"\w+", (each.committee or "").replace("&", " and ").casefold()) for each in (one, other)]
    return names[0] == names[1] or [] in names


def is_hearing(called: str | None) -> bool:
    """Whether what a source calls a meeting leaves open that the committee hears people there."""
    return not called or "hear" in called.casefold()


def _event(found: Found, kind: str, timezone: str) -> Event:
    starts_at = f"{found.day}T{found.clock}:00" if found.clock else str(found.day)
    until = f"until {clock_in_words(found.end)}" if found.end else None
    called = None if is_hearing(found.called) else found.called
    words = ", ".join(filter(None, [called, found.committee, found.place, until]))
    if called and kind == HEARING:
        kind = MEETING
    return Event(kind=kind, starts_at=starts_at, timezone=timezone, description=words or None)
