"""The steps that a few actions of a state bill add up to, written as (day, classes, chamber)."""

from __future__ import annotations

from crawlers.items import Action
from crawlers.status.states import state_history


def steps(*acted: tuple[str, str, str | None], document_type: str = "bill", chamber: str = "lower") -> list[str]:
    actions = [
        (Action(acted_on=day, description=words, chamber=where), tuple(words.split("+"))) for day, words, where in acted
    ]
    history = state_history(actions, document_type=document_type, introduced_on=acted[0][0], chamber=chamber)
    return [step for step, _ in history]


def days(*acted: tuple[str, str, str], chamber: str) -> list[tuple[str, str]]:
    actions = [(Action(acted_on=day, description=words, chamber=where), (words,)) for day, words, where in acted]
    return list(state_history(actions, document_type="bill", introduced_on=acted[0][0], chamber=chamber))


def last(classes: str, words: str = "x", document_type: str = "bill") -> str:
    action = Action(acted_on="2025-02-01", description=words, chamber="lower")
    history = state_history(
        [(action, tuple(classes.split("+")))], document_type=document_type, introduced_on="2025-01-10", chamber="lower"
    )
    return history[-1][0]
