"""Where a matter of a city council stands: a council's own words for actions and states, mapped onto the one vocabulary.

Adding a rule: put it above the first rule that would otherwise catch the words, and add a real example to
tests/test_us_local_legistar.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawlers.items import Action


def _rules(*pairs: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((word, re.compile(pattern, re.IGNORECASE)) for word, pattern in pairs)


#: What an action did, in Open States' words. Flat and ordered: the first pattern found decides.
ACTIONS = _rules(
    ("deferral", r"\bcancell?ed\b|\blaid over\b|\bdeferred\b|\btabled\b|\bcontinued\b"),
    ("hearing", r"\bhearing (held|on|scheduled)|\bpublic hearing\b|bill signing scheduled"),
    ("became-law", r"city charter rule adopted|became law|returned unsigned|without (the )?(mayor's )?signature"),
    ("executive-signature", r"^signed$|signed into law|signed by (the )?mayor|approved by (the )?mayor"),
    ("veto-override-passage", r"\boverrid(den|e)\b"),
    ("executive-veto", r"\bvetoed\b"),
    ("executive-receipt", r"sent to (the )?mayor|transmitted to (the )?mayor"),
    ("receipt", r"rec(ei)?ved from (the )?mayor|received from"),
    ("withdrawal", r"\bwithdrawn\b"),
    ("committee-failure", r"(disapproved|defeated|failed) by (sub)?comm|filed by (sub)?committee"),
    ("failure", r"\bdisapproved\b|\bdefeated\b|\bfailed\b|^filed\b|placed on file"),
    ("amendment-introduction", r"amendment proposed"),
    ("amendment-passage", r"\bamended\b"),
    ("committee-passage", r"(approved|reported|recommended).* by (sub)?comm|^reported|modifications and referred"),
    ("referral-committee", r"referred to|re-?referred|recommitted|\bassigned to\b"),
    ("passage", r"\b(approved|adopted|passed)\b"),
    ("introduction", r"\bintroduced\b|\bfirst reading\b"),
)
#: Where a matter stands, by the name of its state. "Agenda Ready" is no rule: Mesa, Alexandria, and others leave it so for good.
STATES = _rules(
    ("reported", r"^in council-"),  # Milwaukee: "In Council-Placed on File" waits for the council to do so
    ("to_executive", r"mayor'?s'? desk|awaiting (the )?mayor|mayor'?s'? office"),
    ("vetoed", r"\bvetoed\b"),
    ("withdrawn", r"\bwithdrawn\b"),
    (
        "failed",
        r"^filed\b|\bdisapproved\b|\bfailed\b|\bdefeated\b|\bdied\b|\bdead\b|\blapsed\b|\bkilled\b|\bdenied\b"
        r"|placed on file|not (adopted|approved|passed)|indefinite",
    ),
    ("enacted", r"\benacted\b|\bsigned\b"),
    ("adopted", r"\badopted\b|\bpassed\b|\bapproved\b"),
    ("reported", r"\breported\b"),
    ("in_committee", r"committee|\breferred\b|laid over|hearing"),
    ("introduced", r"\bintroduced\b|\bfiled for introduction\b|\bnew\b|\bpending\b"),
)
_RANK = {
    "introduced": 0,
    "in_committee": 1,
    "reported": 2,
    "passed": 5,
    "to_executive": 6,
    "vetoed": 7,
    "adopted": 9,
    "enacted": 9,
}
_STEPS = {
    "introduction": "introduced",
    "referral-committee": "in_committee",
    "hearing": "in_committee",
    "committee-passage": "reported",
    "executive-receipt": "to_executive",
    "executive-signature": "enacted",
    "executive-veto": "vetoed",
    "veto-override-passage": "enacted",
    "became-law": "enacted",
}
_ENDS = {"failure": "failed", "withdrawal": "withdrawn"}


def classify_local_action(name: str, *, failed: bool = False, body: str = "") -> str | None:
    """Open States' word for an action, or None where no rule knows it.

    Args:
        name: the council's name of the action ("Approved by Committee").
        failed: the vote that it names was lost.
        body: who acted. A committee passes nothing: most councils write "Passed" or "Approved" for both.
    """
    word = next((word for word, pattern in ACTIONS if pattern.search(name)), None)
    if "committee" in body.lower():
        word = {"passage": "committee-passage", "failure": "committee-failure"}.get(word or "", word)
    return {"committee-passage": "committee-failure", "passage": "failure"}.get(word or "", word) if failed else word


def state_status(state: str) -> str | None:
    """The status that the name of a matter's state means, or None where no rule knows it."""
    return next((status for status, pattern in STATES if pattern.search(state)), None)


def local_history(
    actions: Iterable[Action],
    *,
    state: str,
    resolution: bool,
    introduced_on: str,
    passed_on: str | None,
    enacted_on: str | None,
) -> tuple[tuple[str, str], ...]:
    """The steps a matter has reached, oldest first, as (status, ISO date) pairs; the last is what its state says.

    Args:
        actions: in the order in which they happened, classified.
        state: the council's own word for where the matter stands, which has the last word.
        resolution: passage by the council ends the matter; an ordinance goes to the mayor.
        passed_on: the day the source gives for the passage, for a last step that no action shows.
        enacted_on: the day the source gives for the law, which counts whatever the actions show: New York's mayor returns a bill
            unsigned a day or two before it is one.
    """
    steps = [("introduced", introduced_on)]
    last_on = introduced_on
    reached = 0
    for action in actions:
        # a council may hear a matter before it is introduced ("pre-considered"); it has reached nothing until it is
        day = max(introduced_on, action.acted_on)
        last_on = max(last_on, day)
        word = action.classification or ""
        step = ("adopted" if resolution else "passed") if word == "passage" else _STEPS.get(word)
        if word in _ENDS:
            steps.append((_ENDS[word], day))
        elif step and _RANK[step] > reached:
            reached = _RANK[step]
            steps.append((step, day))
    said = state_status(state)
    if said and steps[-1][0] != said:
        steps = [step for step in steps if step[0] != said and _RANK.get(step[0], 0) < _RANK.get(said, 10)]
        steps.append((said, enacted_on or passed_on or last_on))
    if enacted_on and steps[-1][0] == "enacted":
        steps[-1] = ("enacted", enacted_on)
    return tuple(dict.fromkeys(steps))
