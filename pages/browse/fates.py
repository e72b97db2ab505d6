"""What becomes of documents, counted: undecided, passed, dead or replaced, unheard of since their session, or none of these."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pages.browse.filters import STATUS_GROUPS

#: What becomes of a document, by its status; everything else is neither. A proposed rule does not move: what comes of it is
#: a document of its own, years later or never.
FATES = {
    **dict.fromkeys(STATUS_GROUPS["alive"], "alive"),
    **dict.fromkeys(("enacted", "adopted", "final"), "passed"),
    **dict.fromkeys(STATUS_GROUPS["dead"], "dead"),
    **dict.fromkeys(STATUS_GROUPS["unheard"], "unheard"),
}
#: The statuses of what is undecided, for SQL.
UNDECIDED_SQL = ", ".join(f"'{status}'" for status, fate in FATES.items() if fate == "alive")
#: The statuses of what became law, was adopted, or is final, for SQL.
PASSED_SQL = ", ".join(f"'{status}'" for status, fate in FATES.items() if fate == "passed")


@dataclass(frozen=True)
class Counts:
    """How many documents can still move, became law, were adopted or are final rules, and are dead; ``other`` is the rest.

    ``dead`` are those that were replaced, too: what replaced one may have become law or have failed, too, so pages say "dead or
    replaced", and how many of these were ``replaced``. One bill with three numbers would read as two that died.
    ``unheard`` are undecided, but nothing was heard of them since their session was to end: nobody knows how they ended.
    """

    alive: int = 0
    passed: int = 0
    dead: int = 0
    other: int = 0
    unheard: int = 0
    replaced: int = 0

    @property
    def total(self) -> int:
        return self.alive + self.passed + self.dead + self.other + self.unheard


def fates(cells: Iterable[sqlite3.Row]) -> Counts:
    """The counts of some rows with ``status`` and ``documents``."""
    found: Counter[str] = Counter()
    for row in cells:
        found[FATES.get(row["status"], "other")] += row["documents"]
        if row["status"] == "replaced":
            found["replaced"] += row["documents"]
    return Counts(*map(found.__getitem__, ("alive", "passed", "dead", "other", "unheard", "replaced")))
