"""What happened to a document last, and on which day, where its source lists or dates its actions in another order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

from crawlers.items import Action
from crawlers.status import governor
from crawlers.status.rules import any_of
from crawlers.status.step_order import is_signature
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("latest_action.yml")
#: The sources of state bills; only the lists of the first can run backwards within a day.
_BACKWARDS, _OF_STATES = "us_states", frozenset({"us_states", "us_states_legiscan"})
#: Massachusetts files the day of a hearing again, months later.
_HEARING = re.compile(r"hearing (?:re)?scheduled (?:for|to) (\d\d)/(\d\d)/(\d{4})\b", re.IGNORECASE)
_LATE = timedelta(days=7)
#: What decides whether a bill is a law.
_DECIDES = frozenset({"executive-signature", "executive-veto", "became-law", "veto-override-passage"})


@dataclass(frozen=True)
class Orders:
    """The rules of latest_action.yml: `newest_first` names places, `rank` says how late on a day an action of a class comes,
    `notes` fits what moves no bill, and `not_once_decided` names the classes of what does not happen to a law or a veto."""

    newest_first: frozenset[str]
    rank: dict[str, int]
    notes: re.Pattern[str]
    not_once_decided: frozenset[str]


@cache
def load_orders(path: Path = FILE) -> Orders:
    """The rules on the order of actions."""
    with rules_of(path) as entries:
        lines = enumerate(entries["one_after_the_other"])
        return Orders(
            newest_first=frozenset(map(str, entries["newest_first"])),
            rank={str(name): at for at, names in lines for name in names},
            notes=any_of(entries["notes"]),
            not_once_decided=frozenset(map(str, entries["not_once_decided"])),
        )


def latest_action(actions: Sequence[Action], *, jurisdiction: str, source: str) -> Action | None:
    """The last action, under the day on which it happened; None where there is none."""
    if source not in _OF_STATES:
        return actions[-1] if actions else None
    told = [each for each in actions if not _is_note(each)] or list(actions)
    if not told:
        return None
    if is_newest_first(jurisdiction, source):
        told = [each for _, day in groupby(told, key=_filed_on) for each in reversed(list(day))]
    dated = sorted(_dated(_that_happened(told)), key=lambda each: each[0])
    return _last_of_day([each for day, each in dated if day == dated[-1][0]])


def _is_note(action: Action) -> bool:
    """Whether an action moves no bill: a note, or a hearing that is filed a week after its day."""
    if found := _HEARING.match(action.description):
        with suppress(ValueError):  # no day of any month
            held = date(int(found[3]), int(found[1]), int(found[2]))
            return date.fromisoformat(action.acted_on) - held > _LATE
    return load_orders().notes.match(action.description) is not None


def is_newest_first(jurisdiction: str, source: str) -> bool:
    """Whether the actions of one day are listed from the last to the first."""
    return source == _BACKWARDS and jurisdiction in load_orders().newest_first


def _filed_on(action: Action) -> str:
    return action.acted_on


def _that_happened(actions: list[Action]) -> list[Action]:
    """The actions of a bill; of a law or a veto, without those that latest_action.yml names."""
    if all(each.classification not in _DECIDES for each in actions):
        return actions
    return [each for each in actions if each.classification not in load_orders().not_once_decided]


def _dated(actions: Iterable[Action]) -> list[tuple[str, Action]]:
    """The actions under the days that their sentences name, each with the day that gives its place.

    What a governor did in a recess is filed under the last day on which the chambers sat, or it is reported later: then what is
    filed with it came before.
    """
    listed = list(actions)
    said = governor.as_said([(each, (each.classification,) if each.classification else ()) for each in listed])
    return [(max(each.acted_on, new.acted_on), new) for each, (new, _) in zip(listed, said, strict=True)]


def _last_of_day(actions: list[Action]) -> Action:
    """The last of one day's actions, but none that came before another one of them whatever their order."""
    ranks = [_rank(each) for each in actions]
    if ranks[-1] is None:
        return actions[-1]
    highest = max(rank for rank in ranks if rank is not None)
    return next(each for each, rank in zip(reversed(actions), reversed(ranks), strict=True) if rank == highest)


def _rank(action: Action) -> int | None:
    """How late on a day an action of its class comes; an officer's signature counts as enrolling; None of what is anywhere."""
    if action.classification == "passage" and is_signature(action.description):
        return 0
    return load_orders().rank.get(action.classification or "")
