"""Years among the words of a search: "book bans this year" and "in 2025" ask for the filter of years, not for words."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import replace

from crawlers.status.federal import congress_of
from pages.browse import cases, docket_numbers, numbers
from pages.browse.filters import Filters
from pages.browse.names import folded, question_words, says_nothing
from pages.browse.outcomes import WRITTEN
from pages.http import formatting
from pages.http.language import _

_YEAR = r"(?:19[89]\d|20\d\d)"
#: "since 2023", "in 2025", "from 2024 to 2026", or in Spanish; not "the 2025-2026 session", or "by 2025".
_IN_YEARS = re.compile(
    rf"(?<!\S)(?:(?P<since>since|desde)|in|from|during|en|durante|de)\s+(?P<first>{_YEAR})"
    rf"(?:\s*(?P<joined>to|through|until|and|or|y|a|hasta|-|–)\s*(?P<last>{_YEAR}))?(?=[,.;?!]?(?:\s|$))(?!\s+session)",
    re.IGNORECASE,
)
_THIS_YEAR = re.compile(
    r"(?<!\S)(?:(?:in|from|during|en|durante|de)\s+)?"
    r"(?:(?:this|(?P<last>last))\s+year|este\s+a[nñ]o|(?P<pasado>(?:el|del)\s+a[nñ]o\s+pasado))(?=[,.;?!]?(?:\s|$))",
    re.IGNORECASE,
)
#: "the 119th Congress" is two years of the United States.
_OF_CONGRESS = re.compile(
    r"(?<!\S)(?:(?:in|from|during|of)\s+)?(?:(?:the\s+)?(?P<number>1[01]\d)(?:st|nd|rd|th)|this|(?:the\s+)?current)\s+congress"
    r"(?=[,.;?!]?(?:\s|$))",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"(?<!\S){_YEAR}(?!\S)")


def asked(filters: Filters, today: datetime.date) -> Filters | None:
    """The same question as a search for its other words with a filter of years; None where it asks for none.

    None, too, where a year is chosen already, or the question has operators or the number of a document.
    """
    if filters.year or not _only_words(filters.q):
        return None
    if found := _THIS_YEAR.search(filters.q):
        years = [today.year - bool(found["last"] or found["pasado"])]
    elif found := _IN_YEARS.search(filters.q):
        years = _years(found, today)
    elif found := _OF_CONGRESS.search(filters.q):
        first = 1789 + 2 * (int(found["number"] or congress_of(today.isoformat())) - 1)
        return replace(filters, q=f"{_without(filters.q, found)} congress".strip(), year=f"{first},{first + 1}")
    else:
        return None
    if not years:
        return None
    return replace(filters, q=_without(filters.q, found), year=",".join(map(str, years)))


def perhaps(filters: Filters, today: datetime.date) -> tuple[str, str] | None:
    """A year that was typed by itself, as in "E-Rate 2025", and the address of the same search for its documents.

    It may as well be a fiscal year or part of a name, so that it stays a word, and the page only offers the filter.
    """
    if filters.year or not _only_words(filters.q) or not (found := _ALONE.search(filters.q)):
        return None
    before = folded(filters.q[: found.start()]).split()[-1:]
    words = _without(filters.q, found)
    if not words or int(found[0]) > today.year or (before and before[0] in question_words("before_other_years")):
        return None
    return found[0], filters.address(q=words, year=found[0])


def in_words(years: Iterable[str]) -> str:
    """The values of the filter of years, a run of three or more by its ends: "1990 to 2026"."""
    chosen = sorted(set(years))
    if len(chosen) > 2 and all(map(str.isdecimal, chosen)) and int(chosen[-1]) - int(chosen[0]) == len(chosen) - 1:
        return _("{first} to {last}").format(first=chosen[0], last=chosen[-1])
    return formatting.listed(chosen)


def _only_words(query: str) -> bool:
    numbered = numbers.is_number(query) or cases.is_case(query) or docket_numbers.parse(query)
    return not WRITTEN.search(query) and not numbered


def _years(found: re.Match[str], today: datetime.date) -> list[int]:
    first, last = int(found["first"]), int(found["last"] or found["first"])
    if found["since"] and not found["joined"]:
        last = today.year
    if found["joined"] and found["joined"].lower() in ("and", "or", "y"):
        return [first, last]
    return list(range(first, last + 1))


def _without(query: str, found: re.Match[str]) -> str:
    words = f"{query[: found.start()].rstrip()} {query[found.end() :].lstrip(',.;?! ')}".split()
    return "" if all(map(says_nothing, words)) else " ".join(words)
