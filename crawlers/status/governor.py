"""What a sentence about a governor or an enrolling says beyond its class: on which day, and of a "signature" that is a veto."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from crawlers.items import Action
from crawlers.status.rules import History
from text.days import DAY, iso_day

Classified = tuple[Action, tuple[str, ...]]

OF_GOVERNOR = frozenset({"executive-receipt", "executive-signature", "executive-veto", "became-law"})
#: New Hampshire files what was enrolled in a recess weeks later.
_DATED = OF_GOVERNOR | {"enrolled"}
#: Journals file what a governor did in a recess under the last day on which they sat, or the next. A day that is
#: further away is a slip of the pen.
_NEAR = timedelta(days=90)
#: The first day in a sentence: not the one on which a law takes effect, which follows, a deadline, or a calendar's.
_DAY = re.compile(
    r"^(?:(?!\beff|\bdeadline\b|\bfor\b).)*?(?:"
    r"\b(?P<month>\d\d?)(?P<mark>[/-])(?P<day>\d\d?)(?P=mark)(?P<year>\d{4}|\d\d)\b(?!-)"
    r"|\b(?P<short_month>\d\d?)/(?P<short_day>\d\d?)\b(?!/)"
    rf"|\b(?P<named>{DAY}))",
    re.IGNORECASE | re.DOTALL,
)


def as_said(actions: Iterable[Classified], dated: frozenset[str] = _DATED) -> list[Classified]:
    """The actions of a bill as their sentences tell them.

    What was enrolled, and what a governor received, signed, or vetoed, has the day that the sentence names, where it names one:
    of those of `dated`. Georgia gives each bill on which the governor acted a "Date Signed", and adds the veto to those that
    were vetoed that day.
    """
    listed = list(actions)
    vetoed_on = {action.acted_on for action, classes in listed if "executive-veto" in classes}
    return [_as_said(action, classes, vetoed_on, dated) for action, classes in listed]


def handed_over(history: History, actions: Iterable[Action]) -> History:
    """The steps of a bill that both chambers passed, and after these the day on which the governor received it.

    LegiScan's own account of a bill has no step between its passage and what the governor decides.
    """
    if not history or history[-1][0] != "passed":
        return history
    received = (each.acted_on for each in actions if each.classification == "executive-receipt")
    on = next((day for day in received if day >= history[-1][1]), None)
    return (*history, ("to_executive", on)) if on else history


def _as_said(action: Action, classes: tuple[str, ...], vetoed_on: set[str], dated: frozenset[str]) -> Classified:
    if action.acted_on in vetoed_on:
        classes = tuple(name for name in classes if name != "executive-signature")
    if dated.isdisjoint(classes):
        return action, classes
    return replace(action, acted_on=said_day(action.description, action.acted_on)), classes


def said_day(description: str, acted_on: str) -> str:
    """The ISO day that a sentence names ("Signed by Governor on 04/10/26"), or the day under which it is filed."""
    found = _DAY.search(description)
    filed = date.fromisoformat(acted_on)
    if found is None:
        return acted_on
    with suppress(ValueError):  # no day of any month
        said = _day_of(found, filed)
        if abs(said - filed) <= _NEAR:
            return said.isoformat()
    return acted_on


def _day_of(found: re.Match[str], filed: date) -> date:
    if found["named"]:
        return date.fromisoformat(iso_day(found["named"]) or "")  # "June 31" is a ValueError, as below
    if found["month"]:
        year = int(found["year"])
        return date(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))
    month, day = int(found["short_month"]), int(found["short_day"])
    return min((date(filed.year + years, month, day) for years in (-1, 0, 1)), key=lambda each: abs(each - filed))
