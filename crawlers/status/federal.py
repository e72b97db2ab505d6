"""Where a document stands: one closed vocabulary for every kind, derived here and nowhere else.

An action's sentence gives its classification (Open States' words), the classified actions in order give the steps a
document has reached, the last step is its status. Adding a rule: put it above the first rule that would otherwise
catch the sentence, and add a real sentence to tests/test_status.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from crawlers.items import Action

#: Flat and ordered: the first pattern found in the sentence decides. Congress's own sentences.
RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (classification, re.compile(pattern, re.IGNORECASE))
    for classification, pattern in (
        ("became-law", r"^became (public|private) law|became law without"),
        ("veto-override-failure", r"failed of passage\b.*(objections of the president|over veto)|veto sustained"),
        ("veto-override-passage", r"objections of the president.*(passed|agreed)|passed over (presidential )?veto"),
        ("executive-veto", r"^(pocket )?vetoed by (the )?president"),
        ("executive-signature", r"^signed by (the )?president"),
        ("executive-receipt", r"^presented to (the )?president"),
        # "agree … with an amendment" sends the bill back to the other chamber: nothing is resolved yet
        (
            "differences-resolved",
            r"^resolving differences -- (?!.*\bwith (an )?amendment\b).*"
            r"(agreed to|passed|concurred in|agreed, .*\bto the (house|senate) amendment)",
        ),
        ("differences", r"^resolving differences"),
        ("passage", r"^passed/agreed to in (house|senate)"),
        ("failure", r"^failed of passage/not agreed to in (house|senate)"),
        ("withdrawal", r"^(bill|measure|resolution) withdrawn|withdrawn by (the )?sponsor"),
        (
            "committee-passage",
            r"^reported |\breported (by senator|an original measure)|\boriginal measure reported\b"
            r"|^(committee|subcommittee).*\breported\b",
        ),
        ("committee-passage", r"ordered to be reported|forwarded by subcommittee"),
        ("committee-discharge", r"\bdischarged\b"),
        ("referral-committee", r"\breferred to\b|\breferred (sequentially|jointly)"),
        ("hearing", r"hearings? held|hearings? printed"),
        ("calendar", r"^placed on .*calendar|assigned to the consensus calendar"),
        ("introduction", r"^introduced in (house|senate)|^(submitted|introduced) in the (house|senate)"),
        ("message", r"^message on (house|senate) action|^received in the (house|senate)"),
        ("amendment-passage", r"^on agreeing to .*amendment.*agreed to|amendment.*agreed to in (house|senate)"),
    )
)

#: How far along a step is. A later step counts only when it goes further, except for the two ends that can be undone.
_RANK = {
    "introduced": 0,
    "in_committee": 1,
    "reported": 2,
    "passed_first_chamber": 3,
    "passed_second_chamber": 4,
    "passed": 5,
    "to_executive": 6,
    "vetoed": 7,
    "adopted": 9,
    "enacted": 9,
}

_STEPS = {
    "referral-committee": "in_committee",
    "hearing": "in_committee",
    "committee-passage": "reported",
    "differences-resolved": "passed",
    "executive-receipt": "to_executive",
    "executive-signature": "enacted",
    "executive-veto": "vetoed",
    "became-law": "enacted",
    "withdrawal": "withdrawn",
}

_SIMPLE_RESOLUTIONS = frozenset({"hres", "sres"})
_CONCURRENT_RESOLUTIONS = frozenset({"hconres", "sconres"})


@lru_cache(maxsize=10_000)
def classify_action(description: str) -> str | None:
    """Open States' word for what an action did, or None where no rule knows the sentence (the sentence itself is kept)."""
    return next((word for word, pattern in RULES if pattern.search(description)), None)


def bill_history(actions: Iterable[Action], *, document_type: str, introduced_on: str) -> tuple[tuple[str, str], ...]:
    """The steps a federal bill has reached, oldest first, as (status, date) pairs; the last one is where it stands.

    Args:
        actions: in the order in which they happened, classified.
        document_type: Congress's short word (hr, sres …): a simple resolution is adopted by one chamber, a concurrent
            one by two, everything else goes to the president.
        introduced_on: ISO date, the first step.

    A step backwards (the second chamber refers the bill to a committee again) is no step. ``failed`` and ``withdrawn``
    hold until something goes further than what stood before them; ``vetoed`` until the bill becomes law all the same.
    """
    history = [("introduced", introduced_on)]
    reached, passed_in = 0, set[str]()
    for action in actions:
        step = _step(action, document_type, passed_in)
        if step in ("failed", "withdrawn"):
            if reached < _RANK["passed"] and history[-1][0] != step:
                history.append((step, action.acted_on))
        elif step and _RANK[step] > reached:
            reached = _RANK[step]
            history.append((step, action.acted_on))
    return tuple(history)


def _step(action: Action, document_type: str, passed_in: set[str]) -> str | None:
    if action.classification == "passage":
        return _passage(action, document_type, passed_in)
    if action.classification in ("failure", "veto-override-failure"):
        return "failed" if action.classification == "failure" else None
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


def congress_ends_on(congress: int) -> str:
    """The ISO date on which a Congress ends and its undecided bills with it."""
    return f"{1789 + 2 * congress}-01-03"


# --------------------------------------------------------------------- regulations

#: What a document of the Federal Register does to an earlier one, by its action line ("Final rule; correction.").
#: Flat and ordered as above; the words are the kinds of the links between the two.
PURPOSES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (purpose, re.compile(pattern, re.IGNORECASE))
    for purpose, pattern in (
        # land is withdrawn too, and applicants withdraw: only the end of a document's own proposal or rule counts
        (
            "withdraws",
            r"^(notice of )?(the )?(partial )?withdrawal of|[;:,] (notice of )?(partial )?withdrawal\b(?! by)",
        ),
        ("withdraws", r"\brule and withdrawal of"),
        ("corrects", r"\bcorrect(ions?|ing amendments?)\b(?! ?/)"),
        ("extends", r"\b(extension|extending|reopening|re-opening)( of)?( the)?( public| reply)? comment period"),
        (
            "extends",
            r"\bcomment periods? (extension|extended|reopening|reopened)|; reopening\b|\bextension of .*comment period",
        ),
        ("delays", r"\b(delay|postponement|stay)( of)?( the)? (effective|effectiveness|compliance)"),
        ("confirms", r"\bconfirmation of( the)? effective date"),
    )
)
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
    return next((word for word, pattern in PURPOSES if pattern.search(line)), None)


def regulation_status(document_type: str, action: str | None, purpose: str | None) -> str:
    """Where a document of the Federal Register stands: it never moves, what follows it is a document of its own.

    A correction decides nothing (notice), but for amendments that correct a rule in force (final).
    """
    status = _PUBLISHED_AS.get(document_type, "notice")
    if purpose == "withdraws" and not re.match(
        r"(proposed|final|direct final|interim final) rule and", action or "", re.I
    ):
        return "withdrawn"
    if purpose == "corrects" and not re.search(r"correcting amendment", action or "", re.IGNORECASE):
        return "notice"
    return status
