"""Where a bill of a parliament on the Westminster model stands: its own words for stages, mapped onto the one vocabulary.

The same stage means something else in each chamber: a bill in committee in the chamber where it began has not left it
yet, one in committee in the other chamber has passed the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawlers.items import Action
from crawlers.status.rules import RANK, History, first_match, load_rules

FILE = Path(__file__).with_name("parliament.yml")

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
    rules = load_rules(FILE)
    if status := first_match(rules["anywhere"], stage):
        return status
    return first_match(rules["at_home"], stage) or "introduced" if at_home else "passed_first_chamber"


def classify_event(name: str) -> str | None:
    """Open States' word for an event of a bill's history, or None where no rule knows it."""
    return first_match(load_rules(FILE)["events"], name)


def history(actions: Iterable[Action], *, home: str, stated: str, stated_on: str | None) -> History:
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
        elif step and RANK[step] > reached:
            reached = RANK[step]
            steps.append((step, action.acted_on))
    if (not steps or steps[-1][0] != stated) and stated_on:
        # a step that the parliament itself no longer counts (a bill restored, a vote undone) stays in the actions
        steps = [step for step in steps if RANK.get(step[0], 0) < RANK.get(stated, 10)]
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
