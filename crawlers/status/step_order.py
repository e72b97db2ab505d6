"""The order of a state bill's steps, where its source lists or dates them in another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from crawlers.items import Action
from crawlers.status.rules import RANK, History

#: The step of each action, None where it is none, and its ISO day.
Steps = list[tuple[str | None, str]]
#: What a vote of a chamber leads to.
_PASSED = frozenset({"passed_first_chamber", "passed_second_chamber", "passed", "adopted"})
_VOTES = _PASSED | {"failed"}
_SIGNED = re.compile(r"\bsigned\b", re.IGNORECASE)
#: What a governor does, whose days sentences name.
_OF_GOVERNOR = frozenset({"to_executive", "vetoed", "enacted"})
#: Arizona's votes, and what a chamber does with a bill that it passed.
_VOTED, _SENT = frozenset({"PASSED", "FAILED"}), "Transmit to "
#: New Hampshire's House agrees with a committee, sends the bill to a second one (on money, mostly), and votes again after that
#: one, unless its chair waives that.
_AGREED_WITH = re.compile(r"ought to pass\b.*\bMA\b", re.IGNORECASE)
_SECOND_COMMITTEE, _WAIVED = re.compile(r"Referred to "), re.compile(r"Referral Waived ")
#: What ends all bills alike, at a deadline or with the session (Arkansas, Montana).
_ENDS_ALL = re.compile(r"sine die|missed deadline|died in process", re.IGNORECASE)
#: Nebraska: "Provisions/portions of LB694 amended into LB150 by AM1491", in the record of both: the number of the first.
_AMENDED_INTO = re.compile(r"provisions/portions of (L[BR]\d+\w*) amended into L[BR]\d", re.IGNORECASE)
_POSTPONED = re.compile(r"indefinitely postponed$", re.IGNORECASE)
#: Steps that a bill takes in this order alone. A veto is none: what a legislature overrides, it passes after.
_ONE_AFTER_THE_OTHER = frozenset({"passed_first_chamber", "passed_second_chamber", "passed", "to_executive", "enacted"})


def is_signature(passage: str) -> bool:
    """Whether what a source counts among the passages is the signature of an officer."""
    return _SIGNED.search(passage) is not None


def not_sent_on(actions: Sequence[Action]) -> frozenset[int]:
    """The places of Arizona's "PASSED" that are no passage: it says so of motions, too (to reconsider, to amend), and a chamber
    sends on what it passed before it votes again."""

    def goes_on(at: int) -> bool:
        later = (
            each.description
            for each in actions[at + 1 :]
            if (each.description in _VOTED and each.chamber == actions[at].chamber)
            or (each.description.startswith(_SENT) and each.chamber in (actions[at].chamber, "executive"))
        )
        return next(later, "").startswith(_SENT)

    return frozenset(at for at, each in enumerate(actions) if each.description == "PASSED" and not goes_on(at))


def only_referred(actions: Sequence[Action]) -> frozenset[int]:
    """The places of New Hampshire's votes that are no passage: on the same day the chamber sends the bill to a second one."""

    def goes_to_a_second(at: int) -> bool:
        own = [each for each in actions[at + 1 :] if each.chamber == actions[at].chamber]
        ahead = list(takewhile(lambda each: not _AGREED_WITH.match(each.description), own))
        referred = (
            _SECOND_COMMITTEE.match(each.description) and each.acted_on == actions[at].acted_on for each in ahead
        )
        return any(referred) and not any(_WAIVED.match(each.description) for each in ahead)

    return frozenset(
        at for at, each in enumerate(actions) if _AGREED_WITH.match(each.description) and goes_to_a_second(at)
    )


def without_defeats_of_an_hour(history: History) -> History:
    """The history but for each defeat on the day of the passage that follows it: the chamber thought again, or it was a motion or
    a substitute that was lost (Utah, New Hampshire, Alaska)."""
    return tuple(
        step
        for at, step in enumerate(history)
        if step[0] != "failed" or all(then not in _PASSED or day != step[1] for then, day in history[at + 1 : at + 2])
    )


def once_withdrawn(steps: Steps, actions: Sequence[Action]) -> Steps:
    """The steps but for the end that all bills share where it comes to one that was withdrawn and did not move since."""
    found, here = Steps(), None
    for (step, day), action in zip(steps, actions, strict=True):
        if step == "failed" and here == "withdrawn" and _ENDS_ALL.search(action.description):
            step = None
        here = step or here
        found.append((step, day))
    return found


def merged(steps: Steps, actions: Sequence[Action], number: str) -> Steps:
    """The steps of a bill but that one which was amended into another bill did not fail when it was postponed for good: that one
    goes on in its place. Nebraska clears such bills away at the end of its session, all by one motion."""
    into = (_AMENDED_INTO.match(each.description) for each in actions)
    if not any(match and match[1].upper() == number.replace(" ", "").upper() for match in into):
        return steps
    return [
        ("replaced" if step == "failed" and _POSTPONED.match(action.description) else step, day)
        for (step, day), action in zip(steps, actions, strict=True)
    ]


def withdrawn_last(steps: Steps) -> Steps:
    """The steps with a withdrawal after the referral of its day: Tennessee lists the actions of a day backwards."""
    found = list(steps)
    for at, (step, day) in enumerate(steps):
        referred = [later for later in range(at + 1, len(steps)) if steps[later] == ("in_committee", day)]
        if step == "withdrawn" and referred:
            found[at], found[referred[-1]] = ("in_committee", day), (step, day)
    return found


def without_lost(steps: Steps, reconsidered: Sequence[int], actions: Sequence[Action]) -> Steps:
    """The steps without each defeat that a chamber reconsidered in one of the actions: where the last vote before it was one, or
    those of its day where the list has them after it, since some states list the actions of a day backwards."""
    undone = set[int]()
    for on in reconsidered:
        day = actions[on].acted_on
        vote = max((at for at in range(on) if steps[at][0] in _VOTES), default=None)
        of_the_day = [at for at in range(on, len(steps)) if steps[at] == ("failed", day)]
        if of_the_day and (vote is None or steps[vote][1] != day):
            undone.update(of_the_day)
        elif vote is not None and steps[vote][0] == "failed":
            undone.add(vote)
    return [(None if at in undone else step, day) for at, (step, day) in enumerate(steps)]


def once_passed(steps: Steps, actions: Sequence[Action]) -> Steps:
    """The steps but for what was enrolled or handed to the governor before any passage, or again after one: that day is a slip
    (New Hampshire, Minnesota), or the bill was recalled and passed anew (Arkansas)."""
    votes = [
        day
        for (step, day), action in zip(steps, actions, strict=True)
        if step in ("passed_first_chamber", "passed_second_chamber") and not is_signature(action.description)
    ]

    def is_too_early(at: int, step: str | None, day: str) -> bool:
        if step not in ("passed", "to_executive") or not votes or max(votes) <= day:
            return False
        after = min(vote for vote in votes if vote > day)
        return day < min(votes) or any(other == step and on >= after for other, on in steps[at + 1 :])

    return [(step, day) for at, (step, day) in enumerate(steps) if not is_too_early(at, step, day)]


def by_day_of_governor(steps: Steps) -> Steps:
    """The steps with what a governor received, signed, or vetoed in the order of the days that its sentences name: Kansas lists a
    signature before the delivery that led to it, and North Dakota files a delivery after the signature. What passes later is an
    override, or was filed late."""
    handed_on = min((day for step, day in steps if step in _OF_GOVERNOR), default="9999")
    found = [each for each in steps if each[0] != "passed" or each[1] <= handed_on]
    places = [at for at, (step, _) in enumerate(found) if step in _OF_GOVERNOR]
    for at, step in zip(places, sorted((found[at] for at in places), key=lambda step: step[1]), strict=True):
        found[at] = step
    return found


def in_order(steps: Steps) -> Steps:
    """The steps with those of one day from a passage to a law in the order in which a bill takes them: Nebraska lists the actions
    of a day backwards, and what is handed to the governor has passed before."""
    found = list(steps)
    for day in {day for _, day in found}:
        places = [at for at, (step, on) in enumerate(found) if on == day and step in _ONE_AFTER_THE_OTHER]
        ordered = sorted((found[at] for at in places), key=lambda step: RANK[str(step[0])])
        for at, step in zip(places, ordered, strict=True):
            found[at] = step
    return found
