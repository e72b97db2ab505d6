"""Where a state's bill stands: what its actions are (crawlers/status/actions.yml), and the steps they add up to.

What Open States has classified stays as it is; the rules speak where it is silent. State legislatures share the steps
but not the words: so a step is taken from the class of an action, never from a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from crawlers.items import Action
from crawlers.status.measures import ONE_CHAMBER
from crawlers.status.rules import History, Rules, any_of, compiled, first_match, history_of
from crawlers.status.step_order import (
    Steps,
    by_day_of_governor,
    in_order,
    merged,
    not_sent_on,
    once_passed,
    once_withdrawn,
    only_referred,
    withdrawn_last,
    without_defeats_of_an_hour,
    without_lost,
)
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("actions.yml")
PASSAGE_FILE = Path(__file__).with_name("passage.yml")

#: How the steps of a bill were put in order, by earlier versions and by this one (`state_history`).
Way = Literal["listed", "steps", "named", "voted", "now"]
WAYS: tuple[Way, ...] = ("listed", "steps", "named", "voted", "now")
#: Those in which the days and the chambers that sentences name count.
_BY_SENTENCE = ("named", "voted", "now")
#: Those in which a motion is no passage, and a legislature of one chamber passes a bill once.
_BY_VOTE = ("voted", "now")
#: What stands before the sentence proper: "(H) ", "Senate/ ", "03/04/2025 ", "H. ", "S " (one chamber's mark).
_BEFORE = re.compile(r"^(?:\((?:H|S|LC|J)\) ?|(?:Senate|House)/ ?|\d\d?/\d\d?/\d{4} |[HS]\.? (?=[A-Z0-9])|:)")

#: The same but for the name of a chamber, which passage.yml looks at.
_MARK = re.compile(r"^(?:\((?:H|S|LC|J)\) ?|\d\d?/\d\d?/\d{4} |[HS]\.? (?=[A-Z0-9])|:)")

#: Withdrawn from a committee or a calendar, not from consideration.
_GOES_ON = re.compile(r"withdr(?:aw|awn) from (?!.*consideration)", re.IGNORECASE)

_STEPS = {
    "referral-committee": "in_committee",
    "hearing": "in_committee",
    "committee-action": "in_committee",
    "committee-passage": "reported",
    "committee-passage-favorable": "reported",
    "committee-passage-unfavorable": "reported",
    "enrolled": "passed",
    "executive-receipt": "to_executive",
    "executive-signature": "enacted",
    "executive-veto": "vetoed",
    "became-law": "enacted",
    "failure": "failed",
    "committee-failure": "in_committee",
    "withdrawal": "withdrawn",
}
#: What a chamber does with what it must agree to; it also receives messages of what is the other chamber's own.
_DEALT_WITH = frozenset({"referral-committee", "reading-1", "reading-2", "reading-3", "passage"})
#: What a sentence can say by itself, and the chambers that it can name: the keys of passage.yml that the code below asks for.
_SAYS = {"adopts", "agreed", "law", "reconsidered", "refused", "replaced"}
_CHAMBERS = {"lower", "upper"}
#: Kinds of documents that no governor signs.
_NO_SIGNATURE = ONE_CHAMBER | {
    "concurrent resolution",
    "concurrent memorial",
    "concurrent order",
    "joint memorial",
    "joint resolution",
}


@cache
def load_rules(path: Path = FILE) -> Rules:
    """The rules in their order.

    Raises:
        ValueError: a class that is not listed, or a pattern that is none.
    """
    with rules_of(path) as entries:
        known = set(entries["classes"])
        if unknown := sorted({name for name, _ in entries["rules"]} - known):
            raise ValueError(f"{path.name}: {unknown[0]!r} is not among its classes")
        return compiled(entries["rules"])


@cache
def load_telling(path: Path = FILE) -> tuple[str, ...]:
    """Return the classes that say where a bill is, the most telling first.

    Raises:
        ValueError: the list is missing.
    """
    with rules_of(path) as entries:
        return tuple(str(name) for name in entries["telling"])


@lru_cache(maxsize=100_000)
def classify(description: str) -> tuple[str, ...]:
    """The class of an action by its sentence; empty where no rule knows it (the sentence itself is kept)."""
    sentence = _BEFORE.sub("", description)
    return next(((name,) for name, pattern in load_rules() if pattern.search(sentence)), ())


@dataclass(frozen=True)
class Passages:
    """The rules of passage.yml: `never` as (class instead, pattern) pairs by the wrong class, `chambers` by their words."""

    never: dict[str, Rules]
    also: Rules
    always: re.Pattern[str]
    taken_back: re.Pattern[str]
    failed: re.Pattern[str]
    item_veto: re.Pattern[str]
    says: dict[str, re.Pattern[str]]
    chambers: dict[str, re.Pattern[str]]
    received: dict[str, re.Pattern[str]]


@cache
def load_passages(path: Path = PASSAGE_FILE) -> Passages:
    """The rules on what is a passage and what is none.

    Raises:
        ValueError: a class that is not listed, or a pattern that is none.
    """
    with rules_of(FILE) as actions:
        known = set(actions["classes"])
    with rules_of(path) as entries:
        pairs = [*entries["also"], *(pair for each in entries["never"].values() for pair in each)]
        named = set(entries["never"]) | {name for name, _ in pairs}
        if unknown := sorted(named - known):
            raise ValueError(f"{path.name}: {unknown[0]!r} is not among the classes of {FILE.name}")
        for part, wanted in (("says", _SAYS), ("chambers", _CHAMBERS), ("received", _CHAMBERS)):
            if wrong := sorted(wanted ^ set(entries[part])):
                raise ValueError(f"{path.name}: {part} has the keys {', '.join(sorted(wanted))}: see {wrong[0]!r}")
        never = {wrong: compiled(pairs) for wrong, pairs in entries["never"].items()}
        return Passages(
            never=never,
            also=compiled(entries["also"]),
            always=any_of(entries["always"]),
            taken_back=any_of([entries["taken_back"]]),
            failed=any_of(entries["failed"]),
            item_veto=any_of(entries["item_veto"]),
            says={str(what): any_of(patterns) for what, patterns in entries["says"].items()},
            chambers={str(name): any_of([pattern]) for name, pattern in entries["chambers"].items()},
            received={str(name): any_of([pattern]) for name, pattern in entries["received"].items()},
        )


@lru_cache(maxsize=100_000)
def with_passage(classes: tuple[str, ...], description: str) -> tuple[str, ...]:
    """The classes of an action, with "passage" and "withdrawal" taken out where the sentence tells of none, and "passage",
    "failure" or the like added where it plainly says that a chamber passed the bill or voted it down, or what a governor did."""
    rules, sentence = load_passages(), _MARK.sub("", description)
    if "passage" not in classes and rules.always.search(sentence) and not rules.taken_back.search(sentence):
        classes = (*classes, "passage")
    elif "passage" not in classes and "failure" not in classes and rules.failed.search(sentence):
        classes = (*classes, "failure")
    else:
        classes = tuple(dict.fromkeys(first_match(rules.never.get(name, ()), sentence) or name for name in classes))
    also = first_match(rules.also, sentence)
    return classes if also is None or also in classes else (*classes, also)


def chamber_said(description: str) -> str | None:
    """The chamber that a sentence about a passage names ("Passed by House"): lower or upper; None where it names none."""
    sentence = _MARK.sub("", description)
    return next((name for name, pattern in load_passages().chambers.items() if pattern.search(sentence)), None)


def _where_it_is(actions: Iterable[Action], chamber: str | None) -> list[Action]:
    """The actions with the chamber that had received the bill, where the source files them all under the one where it began."""
    here, found = chamber, []
    for each in actions:
        here = _received_by(each.description) or here
        found.append(replace(each, chamber=here) if each.chamber == chamber else each)
    return found


@lru_cache(maxsize=8192)
def _received_by(description: str) -> str | None:
    """The chamber that has received a bill by this sentence."""
    return next((name for name, pattern in load_passages().received.items() if pattern.search(description)), None)


@lru_cache(maxsize=8192)  # one bill's sentences are asked again for each way in which an earlier version read them
def says(what: str, description: str) -> bool:
    """Whether a sentence says by itself, whatever its class, one of the things that passage.yml explains: that another bill goes
    on ("replaced"), that a chamber "adopts" what is a resolution, that both chambers "agreed" on the words, that a joint
    resolution is "law", or that a chamber "reconsidered" its vote or "refused" the other's words."""
    return load_passages().says[what].search(_MARK.sub("", description)) is not None


def is_item_veto(description: str) -> bool:
    """Whether a sentence says that a governor vetoed parts of a bill alone."""
    return load_passages().item_veto.search(_MARK.sub("", description)) is not None


def in_both_chambers(actions: Iterable[tuple[Action, tuple[str, ...]]], chamber: str | None) -> bool:
    """Whether the other chamber than the one where a document began has referred, read, or passed it, too."""
    other = {"lower": "upper", "upper": "lower"}.get(chamber or "")
    return any(action.chamber == other and set(classes) & _DEALT_WITH for action, classes in actions if other)


def most_telling(classes: Sequence[str]) -> str | None:
    """Of several classes of one action the one that says most about where the bill stands."""
    return next((name for name in load_telling() if name in classes), classes[0] if classes else None)


def state_history(
    actions: Iterable[tuple[Action, tuple[str, ...]]],
    *,
    document_type: str,
    introduced_on: str | None,
    chamber: str | None,
    number: str = "",
    way: Way = "now",
) -> History:
    """The steps a state's bill has reached, oldest first, as (status, ISO date) pairs; the last is where it stands.

    Args:
        actions: in their order, each with all its classes.
        document_type: Open States' word; resolutions and memorials are adopted, not enacted, but for joint resolutions that
            are laws. A "message" (crawlers.status.measures.kind_of) only informs.
        introduced_on: the first step; without it and without actions the history is empty.
        chamber: where it began; a bill of a one-chamber legislature passes once.
        number: its own, where its actions may name it.
        way: how an earlier version derived it, only to know again what was derived so: "listed" took the actions of a day in the
            order in which the source lists them, "steps" put those of one day in order, whatever day a governor's sentence names,
            "named" took a legislature of one chamber for one of two, and counted motions of Arizona and defeats of an hour,
            "voted" counted votes of New Hampshire that send a bill to a second committee, those on a docket number, the end
            of a session for what was withdrawn, and a defeat of what is filed into another bill.

    A step backwards is no step. Whoever has failed, been withdrawn, or been replaced may still be taken up again and go further.
    """
    passed_in, listed = set[str](), list(actions)
    if document_type == "message":
        return (("notice", introduced_on),) if introduced_on else ()
    if document_type == "joint resolution" and any(says("law", action.description) for action, _ in listed):
        document_type = "bill"
    if way in _BY_SENTENCE:
        placed = _where_it_is((action for action, _ in listed), chamber)
        listed = [(action, classes) for action, (_, classes) in zip(placed, listed, strict=True)]
    said = [action for action, _ in listed]
    if way in _BY_VOTE:
        unsent = not_sent_on(said) | (only_referred(said) if way == "now" else frozenset())
        listed = [(each, () if at in unsent else classes) for at, (each, classes) in enumerate(listed)]
    if way == "now" and document_type == "proposed bill":
        # Massachusetts: what is adopted under a docket number is a request about it. It passes under a number of its own.
        listed = [(each, tuple(name for name in classes if name != "passage")) for each, classes in listed]
    steps = [(_step(action, classes, document_type, chamber, passed_in), action.acted_on) for action, classes in listed]
    if way == "now":
        steps = merged(withdrawn_last(once_withdrawn(steps, said)), said, number)
    if way in _BY_SENTENCE:
        reconsidered = [at for at, each in enumerate(said) if says("reconsidered", each.description)]
        steps = by_day_of_governor(once_passed(without_lost(steps, reconsidered, said), said))
    if way in _BY_VOTE and chamber == "legislature":
        steps = [("passed" if step == "passed_second_chamber" else step, day) for step, day in steps]
    ordered = steps if way == "listed" else in_order(steps)
    history = history_of(introduced_on, _of_what_counts(ordered, said, document_type, way))
    return without_defeats_of_an_hour(history) if way in _BY_VOTE else history


def _of_what_counts(steps: Steps, actions: Sequence[Action], document_type: str, way: Way) -> Steps:
    """The steps but that a resolution is not adopted before the day after the last on which a chamber refused the other's words.
    By days, since some states list the actions of a day backwards."""
    refused_on = max((each.acted_on for each in actions if says("refused", each.description)), default="")
    found = list(steps)
    if way not in _BY_SENTENCE:
        reconsidered_on = {each.acted_on for each in actions if says("reconsidered", each.description)}
        found = [each for each in found if each[0] != "failed" or each[1] not in reconsidered_on]
    if document_type in ONE_CHAMBER:
        return found
    return [
        ("passed_second_chamber", day) if step == "adopted" and day <= refused_on else (step, day)
        for step, day in found
    ]


def _step(
    action: Action, classes: tuple[str, ...], document_type: str, chamber: str | None, passed_in: set[str]
) -> str | None:
    if says("replaced", action.description):
        return "replaced"
    step = None
    said = set(classes) - _unsaid(action, set(classes))
    if document_type in _NO_SIGNATURE and says("adopts", action.description):
        said.add("passage")
    for name in (name for name in load_telling() if name in said and step is None):
        if name == "passage":
            step = _passage(action, document_type, chamber, passed_in)
        elif name == "veto-override-passage":
            step = _override(action, chamber, passed_in)
        else:
            step = _STEPS.get(name)
    if says("agreed", action.description):
        step = "passed"
    if document_type in _NO_SIGNATURE and step in ("enacted", "passed"):
        return "adopted"
    return step


def _unsaid(action: Action, classes: set[str]) -> set[str]:
    """Classes that do not hold of the bill itself, for all that the source says.

    "Passed second reading and referred" (Hawaii) moves on to a committee, where "second reading, passed" (North Dakota)
    is the end of it; a failed or withdrawn amendment leaves its bill alone; and who is withdrawn from a committee or a
    calendar goes on elsewhere.
    """
    unsaid = set[str]()
    if {"reading-2", "referral-committee"} <= classes and "reading-3" not in classes:
        unsaid.add("passage")
    if any(name.startswith("amendment-") for name in classes):
        unsaid |= {"failure", "withdrawal"}
    if "referral-committee" in classes or _GOES_ON.search(action.description):
        unsaid.add("withdrawal")
    return unsaid


def _override(action: Action, chamber: str | None, passed_in: set[str]) -> str:
    """A veto that both chambers override, or the only one, is undone; some states list the veto after them."""
    passed_in.add(f"override {action.chamber or chamber}")
    whole = {"override lower", "override upper"} <= passed_in or "override legislature" in passed_in
    return "enacted" if whole else "passed"


def _passage(action: Action, document_type: str, chamber: str | None, passed_in: set[str]) -> str:
    passed_in.add(chamber_said(action.description) or action.chamber or chamber or "")
    if document_type in ONE_CHAMBER:
        return "adopted"
    if chamber == "legislature":
        return "passed_second_chamber"
    if len(passed_in & {"lower", "upper"}) < 2:
        return "passed_first_chamber"
    return "adopted" if document_type in _NO_SIGNATURE else "passed_second_chamber"
