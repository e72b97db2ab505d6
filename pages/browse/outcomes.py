"""Questions of what became of bills: "library bills that died in Iowa" asks for a filter of statuses, not for a word."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from pages.browse.filters import Filters
from pages.browse.names import question_data, says_nothing

#: What makes a query more than words: then nothing in it is taken for something else.
WRITTEN = re.compile(r'[":()]|\b(?:OR|NOT)\b')


def asked(filters: Filters) -> Filters | None:
    """The same question as a search for its other words with a filter of statuses; None where it asks for no outcome.

    None, too, where a status is chosen already.
    """
    if filters.status or WRITTEN.search(filters.q) or not (found := _pattern().search(filters.q)):
        return None
    words = f"{filters.q[: found.start('outcome')].rstrip()}{filters.q[found.end() :]}"
    if all(map(says_nothing, words.split())):
        words = ""  # "Which bills failed?"
    return replace(filters, q=words, status=_statuses()[" ".join(found["said"].lower().split())])


@cache
def _statuses() -> dict[str, str]:
    return {said: status for status, listed in question_data()["outcomes"].items() for said in listed}


@cache
def _pattern() -> re.Pattern[str]:
    """A word for bills, and right after it an outcome: "bills on banks that failed" may be about banks."""
    said = "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in sorted(_statuses(), key=len, reverse=True))
    about = "|".join(question_data()["of_bills"])
    between = r"(?:that|which|have|has|had|were|was|been)"
    return re.compile(rf"\b(?:{about})(?P<outcome>(?:\s+{between})*\s+(?P<said>{said}))\b", re.IGNORECASE)
