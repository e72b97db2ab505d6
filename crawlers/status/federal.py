"""Where a document stands: one closed vocabulary for every kind, derived here and nowhere else.

An action's sentence gives its classification (Open States' words; crawlers/status/federal.yml), the classified actions in
order give the steps a document has reached, and the last step is its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from crawlers.items import Action
from crawlers.status.rules import History, first_match, history_of, load_rules

FILE = Path(__file__).with_name("federal.yml")

_STEPS = {
    "referral-committee": "in_committee",
    "hearing": "in_committee",
    "committee-action": "in_committee",
    "committee-passage": "reported",
    "differences-resolved": "passed",
    "executive-receipt": "to_executive",
    "executive-signature": "enacted",
    "executive-veto": "vetoed",
    "became-law": "enacted",
    "withdrawal": "withdrawn",
}

#: So long after its end a Congress's bills still change.
SETTLING = timedelta(days=90)

_SIMPLE_RESOLUTIONS = frozenset({"hres", "sres"})
_CONCURRENT_RESOLUTIONS = frozenset({"hconres", "sconres"})


@lru_cache(maxsize=10_000)
def classify_action(description: str) -> str | None:
    """Open States' word for what an action did, or None where no rule knows the sentence (the sentence itself is kept)."""
    return first_match(load_rules(FILE)["actions"], description)


def is_ordered_reported(description: str) -> bool:
    """Whether a committee voted to report a bill. It still has the bill: nothing is reported before its report is filed."""
    return first_match(load_rules(FILE)["no_step"], description) is not None


def bill_history(actions: Iterable[Action], *, document_type: str, introduced_on: str) -> History:
    """The steps a federal bill has reached, oldest first, as (status, date) pairs; the last one is where it stands.

    Args:
        actions: in the order in which they happened, classified.
        document_type: Congress's short word (hr, sres …): a simple resolution is adopted by one chamber, a concurrent
            one by two, everything else goes to the president.
        introduced_on: ISO date, the first step.

    A step backwards (the second chamber refers the bill to a committee again) is no step. ``failed`` and ``withdrawn``
    hold until something goes further than what stood before them; ``vetoed`` until the bill becomes law all the same.
    """
    passed_in = set[str]()
    steps = ((_step(action, document_type, passed_in), action.acted_on) for action in actions)
    return history_of(introduced_on, steps)


def _step(action: Action, document_type: str, passed_in: set[str]) -> str | None:
    if action.classification == "passage":
        return _passage(action, document_type, passed_in)
    if action.classification in ("failure", "veto-override-failure"):
        return "failed" if action.classification == "failure" else None
    if is_ordered_reported(action.description):
        return "in_committee"
    return _STEPS.get(action.classification or "")


def _passage(action: Action, document_type: str, passed_in: set[str]) -> str:
    passed_in.add("lower" if "in house" in action.description[:40].lower() else "upper")
    if document_type in _SIMPLE_RESOLUTIONS:
        return "adopted"
    if len(passed_in) == 1:
        return "passed_first_chamber"
    return "adopted" if document_type in _CONCURRENT_RESOLUTIONS else "passed_second_chamber"


def congress_of(day: str) -> int:
    """The Congress that sits on an ISO date: each begins on 3 January of an odd year (20th Amendment)."""
    year = int(day[:4]) - (1 if day[5:] < "01-03" else 0)
    return (year - 1789) // 2 + 1


def congresses_of(day: str) -> tuple[int, ...]:
    """The Congresses that still change on an ISO date: the one that sits and, until all is told of it, the one before.

    What a Congress passed in its last days is signed, numbered, and recorded weeks after its end.
    """
    sits = congress_of(day)
    settled = date.fromisoformat(congress_ends_on(sits - 1)) + SETTLING
    return (sits,) if day > settled.isoformat() else (sits, sits - 1)


def congress_ends_on(congress: int) -> str:
    """The ISO date on which a Congress ends and its undecided bills with it."""
    return f"{1789 + 2 * congress}-01-03"


# --------------------------------------------------------------------- regulations

_PUBLISHED_AS = {"Rule": "final", "Proposed Rule": "proposed", "Presidential Document": "adopted"}
#: An action line is a phrase; where an agency puts a whole notice into it, words in the middle say nothing about it.
_ACTION_LINE = 200


def regulation_purpose(action: str | None, *, corrects: bool = False) -> str | None:
    """What a document does to an earlier one: corrects, withdraws, extends, delays, confirms, or None.

    Args:
        action: the source's action line.
        corrects: the source itself names the document that this one corrects.
    """
    if corrects:
        return "corrects"
    line = (action or "")[:_ACTION_LINE]
    return first_match(load_rules(FILE)["purposes"], line)


def regulation_status(document_type: str, action: str | None, purpose: str | None) -> str:
    """Where a document of the Federal Register stands: it never moves, what follows it is a document of its own.

    A correction decides nothing (notice), but for amendments that correct a rule in force (final). Nor does what the Federal
    Register prints among the proposals and proposes nothing, though one may comment on it.
    """
    status = _PUBLISHED_AS.get(document_type, "notice")
    if purpose == "withdraws" and not re.match(
        r"(proposed|final|direct final|interim final) rule and", action or "", re.I
    ):
        return "withdrawn"
    if purpose == "corrects" and not re.search(r"correcting amendment", action or "", re.IGNORECASE):
        return "notice"
    if status == "proposed":
        return first_match(load_rules(FILE)["proposes_nothing"], action or "") or status
    return status
