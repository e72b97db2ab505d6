"""Titles of the Federal Register that are none: since January 2025 its API often has a piece of the text there.

The title then often is where another agency should be ("DEPARTMENT OF ENERGY", "SUNSHINE ACT MEETINGS").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_PIECE = re.compile(
    rf"""(?:https?://|www\.)\S*                              # an address
    | \S+@\S+
    | [^A-Za-z]*(?:[A-Za-z]{{1,2}}\b[^A-Za-z]*)?             # "2", "b.", "Id."
    | [a-z]\w*\.[a-z]{{2,4}}\.?                              # "request.htm."
    | [,.;:)\](”+§].*                                        # goes on with a sentence
    | [a-z]+[ ,.].*                                          # does, too: "and Rule 19b-4 thereunder,"
    | [^;]*[:,(]                                             # something follows: "Date:", "Applicants:"
    | \w+\.                                                  # "Closed."
    | Federal\ Register
    | (?:Dated:\ )?(?:\w+day,\ )?(?:{_MONTHS})\ \d{{1,2}},\ \d{{4}}\.?
    """,
    re.VERBOSE | re.DOTALL,
)
_SHORTEST_SENTENCE = 6
_OFFICE = re.compile(
    r"(?:(?:National Institutes?|(?:Federal )?Bureau|Office|Department) of|Centers? for|Agency for)\b[^;:]*"
    r"|[^;:]*\b(?:Administration|Agency|Board|Bureau|Commission|Division|Guard|Services?),?"
)


def titled(title: str, kind: str, agencies: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The title and the agencies of a document whose ``title`` may be a piece of its text ("2", "Date:", half a sentence).

    Such a piece is dropped, for it tells readers nothing and the tagger something wrong. Its place takes the last of the
    agencies where that is no office, else "Untitled notice, National Institutes of Health". Every other title stays.
    """
    if not _is_piece(title):
        return title, tuple(agencies)
    if len(agencies) > 1 and not _OFFICE.fullmatch(agencies[-1]):
        return agencies[-1], tuple(agencies[:-1])
    return ", ".join([f"Untitled {kind.lower()}", *agencies[-1:]]), tuple(agencies)


def _is_piece(title: str) -> bool:
    if _PIECE.fullmatch(title):
        return True
    words = title.split()
    lower = sum(word[0].islower() for word in words)
    return title.endswith(".") and len(words) >= _SHORTEST_SENTENCE and lower > len(words) / 2
