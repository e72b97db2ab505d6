"""Where a bill of a parliament on the Westminster model stands: its own words for stages, mapped onto the one vocabulary.

The same stage means something else in each chamber: a bill in committee in the chamber where it began has not left it
yet, one in committee in the other chamber has passed the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawlers.items import Action

#: Flat and ordered: the first pattern found decides. These hold in either chamber.
_ANYWHERE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern, re.IGNORECASE))
    for status, pattern in (
        ("enacted", r"royal assent"),
        ("failed", r"\bdefeated\b|\bdropped from\b"),
        ("withdrawn", r"not proceeded with|\bwithdrawn\b"),
        ("passed_second_chamber", r"amendments? made by|consideration of (lords|commons|senate|house).*amendments"),
        ("passed_second_chamber", r"\b(lords|commons) (amendments|reasons|messages)|insist on its amendment"),
        ("passed_second_chamber", r"concurrence in .*(senate|house of commons) amendments"),
    )
)
#: These, in the chamber where the bill began; in the other one they all mean that the first has passed it.
_AT_HOME: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern, re.IGNORECASE))
    for status, pattern in (
        ("passed_first_chamber", r"awaiting first reading"),
        ("reported", r"report stage|(3rd|third) reading"),
        ("in_committee", r"committee"),
    )
)
#: What an event of a bill's history did, in Open States' words; flat and ordered.
_EVENTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (word, re.compile(pattern, re.IGNORECASE))
    for word, pattern in (
        ("became-law", r"^royal assent"),
        ("failure", r"\bdefeated\b|\bdropped from\b"),
        ("withdrawal", r"not proceeded with|\bwithdrawn\b"),
        ("introduction", r"^introduction|^reinstated|^bill reintroduced"),
        ("differences", r"consideration of .*amendments|insist on its amendment|lords amendments|commons amendments"),
        ("differences-resolved", r"^concurrence in .*amendments"),
        ("message", r"^message"),
        ("passage", r"^third reading"),
        ("committee-passage", r"committee report (presented|adopted|on)|deemed reported|^concurrence at report stage"),
        ("referral-committee", r"referral|recommittal"),
        ("reading-1", r"^(first|1st) reading"),
        ("reading-2", r"^(second|2nd) reading"),
        ("reading-3", r"^3rd reading"),
        ("hearing", r"pre-study"),
        ("calendar", r"order of precedence"),
    )
)
_RANK = {
    "introduced": 0,
    "in_committee": 1,
    "reported": 2,
    "passed_first_chamber": 3,
    "passed_second_chamber": 4,
    "enacted": 9,
}
_HOME_STEPS = {
    "referral-committee": "in_committee",
    "committee-passage": "reported",
    "passage": "passed_first_chamber",
}


def stage_status(stage: str, *, at_home: bool) -> str:
    """The status of a bill at a stage.

    Args:
        stage: the parliament's own words ("2nd reading", "At report stage in the Senate").
        at_home: whether the stage is in the chamber where the bill began.
    """
    for status, pattern in _ANYWHERE:
        if pattern.search(stage):
            return status
    if not at_home:
        return "passed_first_chamber"
    return next((status for status, pattern in _AT_HOME if pattern.search(stage)), "introduced")


def classify_event(name: str) -> str | None:
    """Open States' word for an event of a bill's history, or None where no rule knows it."""
    return next((word for word, pattern in _EVENTS if pattern.search(name)), None)


def history(actions: Iterable[Action], *, home: str, stated: str, stated_on: str | None) -> tuple[tuple[str, str], ...]:
    """The steps a bill has reached, oldest first, as (status, ISO date) pairs; the last is what the parliament states.

    Args:
        actions: in the order in which they happened, classified.
        home: the chamber (lower, upper) where the bill began.
        stated: the status the parliament gives now, `stated_on` its date: it has the last word.
    """
    steps: list[tuple[str, str]] = []
    reached = -1
    for action in actions:
        step = _step(action, home)
        if step in ("failed", "withdrawn"):
            steps.append((step, action.acted_on))
        elif step and _RANK[step] > reached:
            reached = _RANK[step]
            steps.append((step, action.acted_on))
    if (not steps or steps[-1][0] != stated) and stated_on:
        # a step that the parliament itself no longer counts (a bill restored, a vote undone) stays in the actions
        steps = [step for step in steps if _RANK.get(step[0], 0) < _RANK.get(stated, 10)]
        steps.append((stated, stated_on))
    return tuple(steps)


def _step(action: Action, home: str) -> str | None:
    word = action.classification or ""
    if word in ("became-law", "failure", "withdrawal"):
        return {"became-law": "enacted", "failure": "failed", "withdrawal": "withdrawn"}[word]
    if word in ("differences", "differences-resolved"):
        return "passed_second_chamber"
    if action.chamber in (None, home):
        return _HOME_STEPS.get(word, "introduced" if word in ("introduction", "reading-1", "reading-2") else None)
    return "passed_second_chamber" if word == "passage" else "passed_first_chamber" if word == "reading-1" else None
