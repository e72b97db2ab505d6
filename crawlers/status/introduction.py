"""The day of an introduction that its own sentence names: New Hampshire files bills weeks before, under the day of the filing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from crawlers.items import Action
from crawlers.status.governor import Classified, said_day

#: "Introduced 01/08/2025 and Referred to Judiciary", "To Be Introduced (in recess of) 01/07/2026 and referred to ...".
_DATED = re.compile(r"^(?P<ahead>to be )?introduced (?:\(in recess of\) |pursuant to rule \S+ )?\d", re.IGNORECASE)


def with_named_day(actions: Iterable[Classified]) -> tuple[list[Classified], str | None]:
    """The actions of a bill with each introduction under the day that its sentence names, and the ISO day of the bill's own.

    That day is None where none is named: the other chamber's comes later and is not the bill's. What is only "to be
    introduced" is so once the bill has an action of that day or later.
    """
    said, introduced_on = list(actions), None
    days = [action.acted_on for action, _ in said]
    first, latest = min(days, default=""), max(days, default="")
    for at, (action, classes) in enumerate(said):
        if not _DATED.search(action.description):
            continue
        if _is_ahead(action, latest):  # so no committee has it yet, either
            said[at] = action, tuple(name for name in classes if name != "referral-committee")
        else:
            day = said_day(action.description, action.acted_on)
            said[at] = replace(action, acted_on=day), classes
            if action.acted_on == first:
                introduced_on = introduced_on or day
    return said, introduced_on


def is_ahead(actions: Iterable[Action]) -> bool:
    """Whether a bill is to be introduced on a day that none of its actions has reached."""
    listed = list(actions)
    latest = max((each.acted_on for each in listed), default="")
    return any(_is_ahead(each, latest) for each in listed)


def _is_ahead(action: Action, latest: str) -> bool:
    dated = _DATED.search(action.description)
    return bool(dated and dated["ahead"]) and said_day(action.description, action.acted_on) > latest
