"""The numbers of the laws that a bill of Congress became: from its record, or from the actions where the record has none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawlers.items import Action, Law

#: "Became Public Law No: 119-37.", once for each system that keeps the actions.
_BECAME = re.compile(r"^Became (?P<kind>Public|Private) Law No: (?P<number>\d{1,3}-\d{1,4})\.?$")


def of_actions(actions: Iterable[Action]) -> tuple[Law, ...]:
    """Each law that an action names, once, in the order of the actions."""
    named = (_BECAME.match(each.description) for each in actions)
    return tuple(dict.fromkeys(Law(kind=f"{each['kind']} Law", number=each["number"]) for each in named if each))
