"""Find where sentences start and end in laws, summaries and terse state titles.

Written for provisions, not for prose: "U.S.C.", "Sec. 3", "H.R. 22" and "No. 5" do not end a sentence, a blank line does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

#: A sentence longer than this (characters) is cut at its last ``;``, ``,`` or space, so that a provision stays readable.
LONGEST = 1200

_ABBREVIATION_WORDS = (
    "u.s u.s.c c.f.r sec secs no nos art arts inc ltd co corp dr mr mrs ms st jr sr vs v etc e.g i.e pub l stat rev "
    "h.r s h.j.res s.j.res h.con.res s.con.res h.res s.res res con ch par pt subd subsec para cong dept gov gen rep sen "
    "jan feb mar apr jun jul aug sept oct nov dec ann cal tex est approx p pp div fed reg"
)
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
#: One character that may end a sentence comes first, so that the search skips all others quickly.
_END = re.compile(
    r"""[.!?\s](?:
        (?<=[.!?]) (?: ["')\]”’]*(?=\s+["'(\[“‘]*[A-Z0-9•]) | (?=\n) )
      | (?<=\n) [ \t]*\n
      | (?<=\s) (?=•)
      | (?<=\n) (?=Whereas\b)
      # Summaries run the short title and the first sentence together: "X Act of 2021 This bill requires", "X Act - Amends".
      | (?<=[\w)]\s) (?=This[ ](?:bill|act|resolution|joint[ ]resolution|concurrent[ ]resolution)\s)
      | (?<=Act[ ]) -(?=\s[A-Z])
    )""",
    re.VERBOSE,
)
_LAST_WORD = re.compile(r"[A-Za-z](?:[A-Za-z]|\.(?=[A-Za-z]))*\Z")
_CUT = re.compile(r"[;:](?=\s)|,(?=\s)|\s")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return ``(start, end)`` of each sentence of ``text``, in order, without surrounding space and never empty."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in _ends(text):
        _add(spans, text, start, end)
        start = end
    _add(spans, text, start, len(text))
    return spans


def sentence_at(spans: Sequence[tuple[int, int]], position: int) -> int:
    """Return the index of the sentence that holds ``position``, or of the one before it; -1 before the first."""
    return bisect_right(spans, position, key=lambda span: span[0]) - 1


def _ends(text: str) -> list[int]:
    return [match.end() for match in _END.finditer(text) if not _is_abbreviation(text, match)]


def _is_abbreviation(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return False
    word = _LAST_WORD.search(text, max(0, match.start() - 20), match.start())
    if word is None:
        return False
    found = word.group().lower()
    return found in _ABBREVIATIONS or (len(found) == 1 and word.group().isupper())


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = _cut(text, start)
        _add(spans, text, start, cut)
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if end > start:
        spans.append((start, end))


def _cut(text: str, start: int) -> int:
    """Where to cut an endless sentence: after its last ``;``, else ``,``, else space, else at the limit."""
    best = {";": 0, ",": 0, " ": 0}
    for match in _CUT.finditer(text, start + LONGEST // 2, start + LONGEST):
        kind = match.group() if match.group() in ";," else ";" if match.group() == ":" else " "
        best[kind] = match.end()
    return best[";"] or best[","] or best[" "] or start + LONGEST
