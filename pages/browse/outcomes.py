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
    if filters.status or WRITTEN.search(filters.q):
        return None
    for section, pattern in _patterns().items():
        if found := pattern.search(filters.q):
            start, end = found.span("outcome")
            words = f"{filters.q[:start].rstrip()}{filters.q[end:]}".strip()
            if all(map(says_nothing, words.split())):
                words = ""  # "Which bills failed?"
            return replace(filters, q=words, status=_statuses(section)[" ".join(found["said"].lower().split())])
    return None


@cache
def _statuses(section: str) -> dict[str, str]:
    return {said: status for status, listed in question_data()[section].items() for said in listed}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """A word for bills, and right after it an outcome: "bills on banks that failed" may be about banks; or one before it."""
    about = "|".join(question_data()["of_bills"])
    between = r"(?:that|which|have|has|had|were|was|been|are|is)"
    after = rf"\b(?:{about})(?P<outcome>(?:\s+{between})*\s+(?P<said>{_said('outcomes')}))\b"
    before = rf"\b(?P<outcome>(?P<said>{_said('outcomes_before')}))\s+(?:[\w’'-]+\s+){{0,3}}(?:{about})\b"
    return {
        "outcomes": re.compile(after, re.IGNORECASE),
        "outcomes_before": re.compile(before, re.IGNORECASE),
    }


def _said(section: str) -> str:
    """The outcomes of a section as a pattern, the longest first."""
    listed = sorted(_statuses(section), key=len, reverse=True)
    return "|".join(re.escape(each).replace(r"\ ", r"\s+") for each in listed)
