"""Titles of the Federal Register that are none: since January 2025 its API often has a piece of the text there.

The title is then often where another agency should be: "SECURITIES AND EXCHANGE COMMISSION", "SUNSHINE ACT MEETINGS".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from text.days import MONTH

#: No document of before had a piece for a title.
SINCE = "2025-01-01"
_PIECE = re.compile(
    rf"""(?:https?://|www\.)\S*                              # an address
    | \S+@\S+
    | .*\b(?:[Pp]hone|[Ff]ax|[Ee]-?mail):.*
    | [^A-Za-z]*(?:[A-Za-z]{{1,2}}\b[^A-Za-z]*)?             # "2", "b.", "Id."
    | \w+\. | [a-z]+ | City | Open | Register | See | State | Subject | The | Whereas
    | [a-z]\w*\.[a-z]{{2,4}}\.?                              # "request.htm."
    | [,.;:)\]”+§].*                                         # goes on with a sentence
    | \([^;]*[.,;:(]                                         # does, too
    | \([a-z]\)\ .* | (?:[a-z]|[ivx]+|\d{{1,2}})\.\ .* | [•—].* # an entry of a list
    | .*;                                                    # one that others follow
    | (?:[^;]+,\ (?:Department\ of\ )?Commerce|U\.S\.\ Census\ Bureau)\. # what follows "Agency:" in a form
    | .*\bhttps?://\S+
    | (?:(?:\w+day,\ )?{MONTH}\ \d{{1,2}},\ \d{{4}},\ (?:at\ )?)?\d{{1,2}}(?::\d\d)?\ [ap]\.m\..* # an hour
    | [a-z]+[ ,][^;]*                                        # "and Rule 19b-4 thereunder,"
    | [^;]*[:,(]                                             # something follows: "Name of Committee:"
    | (?:\w+\ ){{1,2}}(?:Clerk|Director|Officer|Secretary)\.
    | Federal\ Register
    | (?:Dated:\ )?(?:\w+day,\ )?{MONTH}\ \d{{1,2}},\ \d{{4}}\.?
    """,
    re.VERBOSE | re.DOTALL,
)
_SHORTEST_SENTENCE = 6
_PART = re.compile(r"Part [IVX]+", re.IGNORECASE)
#: What headings of documents have, and no name of an agency.
_HEADING = re.compile(
    r"[;—]|\b(?:Agreements Filed|Amendment|Applications?|Change|Comment|Delegation|Deregistration|Designations?|Determinations?"
    r"|Et Al|Exemptions?|Formations|From [A-Z]\w+|Inc|L\.[Pp]|L[Ll][Cc]|Meetings?|Notices?|Orders?"
    r"|Proposals|Release|Request|Surrender)\b"
)
#: Headings of notices that are a title whatever the source takes for one: "The November 20, 2025 Open Meeting has been canceled."
_NOTICE = re.compile(
    r"(?:.*; )?Submission for .*[^;]|Sunshine Act Meetings?|Environmental Impact Statements; .*|.*\bNotice of .*",
    re.IGNORECASE | re.DOTALL,
)
#: The office that is where the title should be: "National Agricultural Statistics Service (NASS)".
_OFFICE = re.compile(
    r"(?:[A-Z][\w-]+|and|of) (?:(?:[A-Z][\w-]+|and|of) ){0,5}(?:Service|Agency|Agriculture)(?: \([A-Z]+\))?"
)


def titled(
    title: str, *, kind: str, number: str, published_on: str | None, agencies: Sequence[str]
) -> tuple[str, tuple[str, ...]]:
    """The title and the agencies of a document whose ``title`` may be a piece of its text ("2", "Date:", half a sentence).

    Such a piece is dropped, for it tells readers nothing and the tagger something wrong. Its place takes the heading that is
    among the agencies, else "Untitled notice 2025-01234, National Institutes of Health". Every other title stays, but for one
    beside the heading of a notice; what this made stays, too, when it is asked again. A part of an issue ("Part II") and the
    title are no agencies.
    """
    named = [
        name.replace("U.s.", "U.S.")
        for name in agencies
        if not _PART.fullmatch(name) and name.casefold() != title.casefold()
    ]
    last = named[-1].strip(" ,>") if named else ""
    last = last[:1].upper() + last[1:]
    if (published_on or "") < SINCE:
        return title, tuple(named)
    if len(named) > 1 and _NOTICE.fullmatch(last):
        return last.replace(" Omb ", " OMB "), (*named[:-1], *([title] if _OFFICE.fullmatch(title) else []))
    if not is_piece(title):
        return title, tuple(named)
    if len(named) > 1 and _HEADING.search(last) and not is_piece(last):
        return last, tuple(named[:-1])
    return ", ".join([f"Untitled {kind.lower()} {number}", *([last] if last else [])]), tuple(named)


def is_heading(name: str) -> bool:
    """Whether what is among the agencies is the heading of a notice."""
    return bool(_NOTICE.fullmatch(name) or _HEADING.search(name))


def is_piece(title: str) -> bool:
    """Whether what should be a title is a piece of the text."""
    if title.startswith("Untitled "):
        return False
    if _PIECE.fullmatch(title):
        return True
    words = title.split()
    lower = sum(word[0].islower() for word in words)
    return title.endswith(".") and len(words) >= _SHORTEST_SENTENCE and lower > len(words) / 2
