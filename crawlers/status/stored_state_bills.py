"""Stored bills of states by the present rules: which may stand elsewhere now, and where.

Only the most telling class of each action is stored. A status that does not follow from those stays until its source is
read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from crawlers.items import Action, Bill, Document
from crawlers.status import governor, introduction, measures, rules, states


def classified(actions: Iterable[Action]) -> list[governor.Classified]:
    """Stored actions with their classes: the most telling one is all that is stored."""
    return [(each, (each.classification,) if each.classification else ()) for each in actions]


def may_differ(bill: list[Any], actions: list[governor.Classified]) -> bool:
    """Whether the present rules may say something else of a bill than those that it was stored by."""
    number, said, title, chamber, introduced_on = bill
    kind, in_both = said or "bill", states.in_both_chambers(actions, chamber)
    dated = introduction.with_named_day(actions)[1] or introduction.is_ahead(action for action, _ in actions)
    if dated or any(map(_is_doubtful, actions)):
        return True
    filed = measures.is_filed(action.description for action, _ in actions)
    if measures.kind_of(number, kind, title, in_both=in_both, filed=filed) != kind:
        return True
    histories = {
        states.state_history(
            actions, document_type=kind, introduced_on=introduced_on, chamber=chamber, number=number, way=way
        )
        for way in states.WAYS
    }
    return len(histories) > 1


def _is_doubtful(given: governor.Classified) -> bool:
    action, classes = given
    said = states.chamber_said(action.description) if "passage" in classes else None
    return (
        not {"veto-override-passage", "executive-veto"}.isdisjoint(classes)
        or _decides(action.description)
        or said not in (None, action.chamber)
        or governor.as_said([given]) != [given]
        or states.with_passage(classes, action.description) != classes
    )


def with_passages(document: Document) -> Document:
    """A state's bill with the present rules on passages and governors.

    Where its status does not follow from what is stored, it stays, but for what a governor did if that follows.
    """
    assert isinstance(document, Bill)
    said = classified(document.actions)
    # As it was derived before: the days that sentences name did not count, overrides neither, nor the chambers they name.
    old = [(each, tuple(word for word in classes if word != "veto-override-passage")) for each, classes in said]
    unsaid = [(replace(each, description=""), classes) for each, classes in old]
    dated = (governor.as_said(said), governor.as_said(said, governor.OF_GOVERNOR))
    readings = (
        governor.as_said(introduction.with_named_day(said)[0]),
        *dated,
        said,
        old,
        unsaid,
        *map(_undecided, (*dated, said)),
    )
    before = [_state_history(document, each, way) for each in _distinct(readings) for way in states.WAYS]
    mended = [(each, states.with_passage(classes, each.description)) for each, classes in said]
    in_both = states.in_both_chambers(mended, document.chamber)
    kind = measures.kind_of(
        document.identifier,
        document.document_type or "bill",
        document.title,
        in_both=in_both,
        filed=measures.is_filed(each.description for each in document.actions),
    )
    introduced, named_day = introduction.with_named_day(mended)
    on = named_day or document.introduced_on
    history = _state_history(replace(document, document_type=kind, introduced_on=on), governor.as_said(introduced))
    stored = document.status_history
    referred, others = _of_committee(stored)
    if stored not in before and others in [_of_committee(each)[1] for each in before]:
        # "Introduced, referred to Education" is stored as an introduction: the day of the referral is known from its step alone.
        found, rest = _of_committee(history)
        began = [step for step in rest if step[0] == "introduced"]
        if introduction.is_ahead(document.actions):
            referred = ()
        if named_day:  # the same sentence
            referred = tuple((step, named_day if day == document.introduced_on else day) for step, day in referred)
        history = (*began, *(referred or found), *(step for step in rest if step not in began))
    elif stored not in before:
        kind, tail = document.document_type or "bill", _of_governor(history)
        if _of_governor(stored) == tail or _of_governor(stored) not in [_of_governor(each) for each in before]:
            return document
        history = (*(step for step in stored if step not in _of_governor(stored)), *tail)
    actions = tuple(replace(each, classification=states.most_telling(classes)) for each, classes in mended)
    status, status_on = history[-1] if history else ("introduced", None)
    return replace(
        document,
        document_type=kind,
        actions=actions,
        introduced_on=on,
        published_on=named_day or document.published_on,
        status=status,
        status_on=status_on,
        status_history=history,
    )


def _decides(description: str) -> bool:
    """Whether a sentence decides by itself, whatever its class, where a version before us did not look at it."""
    return any(states.says(what, description) for what in states.load_passages().says)


def _undecided(said: list[governor.Classified]) -> list[governor.Classified]:
    """The actions without the words of those sentences."""
    return [(replace(each, description="") if _decides(each.description) else each, classes) for each, classes in said]


def _distinct(readings: Iterable[list[governor.Classified]]) -> list[list[governor.Classified]]:
    found: list[list[governor.Classified]] = []
    for each in readings:
        if each not in found:
            found.append(each)
    return found


def _of_committee(history: rules.History) -> tuple[rules.History, rules.History]:
    """The step with which a bill came to a committee, and the others."""
    referred = tuple(step for step in history if step[0] == "in_committee")
    return referred, tuple(step for step in history if step not in referred)


def _of_governor(history: rules.History) -> rules.History:
    """The steps that a bill takes once both chambers have passed it, and its end where it failed or another goes on."""
    later = tuple(step for step in history if rules.RANK.get(step[0], 0) >= rules.RANK["to_executive"])
    return (*later, history[-1]) if history and history[-1][0] in ("failed", "withdrawn", "replaced") else later


def _state_history(bill: Bill, actions: list[governor.Classified], way: states.Way = "now") -> rules.History:
    return states.state_history(
        actions,
        document_type=bill.document_type or "",
        introduced_on=bill.introduced_on,
        chamber=bill.chamber,
        number=bill.identifier,
        way=way,
    )
