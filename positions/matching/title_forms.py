"""Title grammar: the forms in which terse titles of state bills say which way they go (title_forms.yml)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from positions.matching.direction import Reading
from text.yaml_config import rules_of

_FILE = Path(__file__).with_name("title_forms.yml")
#: A title longer than this is running text, and read as such.
LONGEST = 400
_READINGS = {"make": Reading(1), "cut": Reading(-1), "open": Reading(0, 1)}


class TitleForm(NamedTuple):
    form: re.Pattern[str]
    reading: Reading
    example: str


@cache
def title_forms(path: Path = _FILE) -> tuple[TitleForm, ...]:
    """The table, in the order in which forms are tried."""
    with rules_of(path) as raw:
        return tuple(
            TitleForm(re.compile(row["form"], re.IGNORECASE), _READINGS[row["effect"]], row["example"]) for row in raw
        )


def read_title(title: str, start: int, end: int) -> Reading | None:
    """How the first form whose thing holds the characters from ``start`` to ``end`` reads them; None where none does."""
    if len(title) > LONGEST:
        return None
    return next((reading for first, last, reading in _things(title) if first <= start and end <= last), None)


@lru_cache(maxsize=64)  # several phrases of one title are read one after the other
def _things(title: str) -> tuple[tuple[int, int, Reading], ...]:
    return tuple((*found.span("thing"), each.reading) for each in title_forms() for found in each.form.finditer(title))
