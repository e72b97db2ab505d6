"""The order in which the versions of a federal bill came: days are often not given, stages always are."""

from __future__ import annotations

import re

_PACKAGE = re.compile(r"BILLS-\d+([a-z]+)\d+([a-z]+?)(\d*)(?:/|\.|$)")
#: How far along a version is in the chamber where the bill began, and in the other one.
_HOME = {"i": 0, "pc": 1, "r": 2, "at": 3, "cp": 3, "e": 4, "ea": 9}
_OTHER = {"rd": 5, "rf": 5, "pc": 6, "r": 7, "e": 8, "at": 8, "ea": 8}
_ENROLLED = 10


def stage(url: str) -> tuple[int, int]:
    """A number that grows with each step of a bill, from the address of a version's text; (-1, 0) for other addresses."""
    found = _PACKAGE.search(url)
    if not found:
        return -1, 0
    kind, code, again = found.groups()
    if code == "enr":
        return _ENROLLED, 0
    steps = _HOME if code[-1] == ("h" if kind.startswith("h") else "s") else _OTHER
    return steps.get(code[:-1], 1), int(again or 0)
