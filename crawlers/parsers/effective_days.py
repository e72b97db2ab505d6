"""The days on which a state's law takes effect, from the actions of its bill, by effective_days.yml. Parsing only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crawlers.items import Action, Event
from crawlers.parsers.hearings import hearings
from crawlers.parsers.states import load_states
from text.days import DAY, DAY_IN_DIGITS, iso_day
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("effective_days.yml")
EFFECTIVE = "effective"
#: Some parts of a law take effect many years later; a day that is further away is a slip of the pen.
AHEAD_YEARS = 15
_DAY = f"(?P<day>{DAY_IN_DIGITS}|{DAY})"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Postal code -> its patterns; and the source's short forms, written out."""

    days: dict[str, tuple[re.Pattern[str], ...]]
    parts: dict[str, str]


@cache
def load_rules(path: Path = FILE) -> Rules:
    """The rules of the file.

    Raises:
        ValueError: a pattern is none, or names no day.
    """
    with rules_of(path) as entries:
        days = {}
        for state, patterns in entries["days"].items():
            days[str(state)] = tuple(re.compile(each.replace("{day}", _DAY), re.IGNORECASE) for each in patterns)
            for pattern in days[str(state)]:
                if pattern.groupindex.keys().isdisjoint(("day", "today")):
                    raise ValueError(f"{path.name}: {state}: {pattern.pattern!r} names no day")
        return Rules(days=days, parts={str(short): str(words) for short, words in entries["parts"].items()})


def state_dates(state: str, actions: Iterable[Action], *, status: str) -> tuple[Event, ...]:
    """All dates to keep that the actions of a state's bill name: its hearings, and the days on which it takes effect."""
    listed = tuple(actions)
    return hearings(state, listed) + effective_days(state, listed, status=status)


def effective_days(state: str, actions: Iterable[Action], *, status: str) -> tuple[Event, ...]:
    """The days on which a law, or a part of it, takes effect, in their order; the description is the part.

    What is no law has none: committees, too, write on which day a bill is to take effect. A day before the first action of the
    bill is none: it is the source's slip, or the law counts from before.
    """
    if status != "enacted" or state not in load_rules().days:
        return ()
    listed = list(actions)
    first = min((each.acted_on for each in listed), default="")
    zone = load_states()[state]["timezone"]
    found = {
        Event(kind=EFFECTIVE, starts_at=day, timezone=zone, description=part)
        for action in listed
        for day, part in _days(state, action)
        if first <= day <= f"{int(action.acted_on[:4]) + AHEAD_YEARS}{action.acted_on[4:]}"
    }
    return tuple(sorted(found, key=lambda each: (each.starts_at, each.description or "")))


def _days(state: str, action: Action) -> Iterator[tuple[str, str | None]]:
    for pattern in load_rules().days.get(state, ()):
        for match in pattern.finditer(action.description):
            said = match.groupdict()
            day = action.acted_on if said.get("today") else iso_day(said["day"] or "")
            if day:
                yield day, _part(said.get("part"))


def _part(words: str | None) -> str | None:
    """What of the law is meant, with the source's short forms written out."""
    if not words:
        return None
    short = load_rules().parts
    said = " ".join(short.get(word, word) for word in words.split()).strip(" .,;")
    return said[:1].upper() + said[1:] or None
