"""The last day for reply comments, which the Federal Register gives only in the words of a document's part on dates.

The FCC, the Copyright Office, and a few others take comments until one day, and replies to these comments until a later one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from crawlers.items import Event, Regulation
from crawlers.parsers.federal_register_dates import TIMEZONE
from text.days import DAY, MONTH, iso_day

REPLY_CLOSE = "reply_close"
_CLOCK = r"(?:\d[\d:]* [ap]\.m\.,? (?:(?:Eastern(?: (?:Standard|Daylight))? Time|E[SD]?T),? )?(?:\(E[SD]?T\),? )?)?"
#: "… are due on or before March 3, 2025": one day, not the first of two ("March 3, 2025, and March 17, 2025, respectively").
_UNTIL = (
    r"(?: (?:period|deadline) (?:is|has been|is being))?(?: (?:may|must|should|will)(?: be)?| (?:are|is))?"
    r"(?: (?:due|filed|received|submitted|accepted|extended|reopened))?:?"
    rf"(?: (?:on or before|no later than|not later than|by|until|on|to|through))? {_CLOCK}(?:on )?({DAY})(?!,? and {DAY})"
)
_REPLIES = re.compile(rf"(?<!comments and )(?<!comment and )\breply comments?{_UNTIL}", re.IGNORECASE)
_COMMENTS = re.compile(rf"(?<!reply )\bcomments?{_UNTIL}", re.IGNORECASE)
#: Words with two days, or with days for replies on several matters.
_UNCLEAR = re.compile(
    rf"\brespectively\b|\breply comments? (?:on (?!or before|{MONTH})|to|for|about|regarding|concerning|in response to)\b",
    re.IGNORECASE,
)
#: What a text says between DATES and the next heading in capitals.
_DATES_PART = re.compile(r"^DATES?:(.{1,4000}?)^[A-Z][A-Z ]{6,}(?::|$)", re.DOTALL | re.MULTILINE)
_LONGEST = 300


def with_reply_deadline(document: Regulation, dates: str | None = None) -> Regulation:
    """The document with its last day for reply comments, where its words on dates name exactly one that can be true.

    ``dates`` is the source's own sentence. It is stored with an event and nowhere else. What this made before is read again.
    """
    words = list(_on_dates(document, dates))
    document = replace(document, events=tuple(each for each in document.events if each.kind != REPLY_CLOSE))
    found = {iso_day(match[1]): said for match, said in _days(_REPLIES, words)}
    if document.document_type not in ("Notice", "Proposed Rule") or len(found) != 1:
        return document
    ((day, said),) = found.items()
    if day == document.comments_close_on:
        document = _with_own_deadline(document, {iso_day(match[1]) for match, _ in _days(_COMMENTS, words)})
    if day is None or day <= (document.comments_close_on or ""):
        return document
    event = Event(kind=REPLY_CLOSE, starts_at=f"{day}T23:59:59", timezone=TIMEZONE, description=said)
    first = [each for each in document.events if each.kind == "comment_close"]
    others = [each for each in document.events if each.kind != "comment_close"]
    return replace(document, events=(*first, event, *others))


def _on_dates(document: Regulation, dates: str | None) -> Iterator[str]:
    """What is known of the document's words on its dates, each on one line."""
    part = _DATES_PART.search(document.text or "")
    for said in (dates, *(each.description for each in document.events), part and part[1]):
        if said and not _UNCLEAR.search(said):
            yield " ".join(said.split())


def _days(pattern: re.Pattern[str], words: Iterable[str]) -> Iterator[tuple[re.Match[str], str]]:
    """Every day for comments of a kind, with the words up to it."""
    for each in words:
        for match in pattern.finditer(each):
            said = each[: match.end()] if match.end() <= _LONGEST else match[0]
            yield match, said[:1].upper() + said[1:] + "."


def _with_own_deadline(document: Regulation, days: set[str | None]) -> Regulation:
    """A document whose deadline for comments is that for replies, by its source, with the day that its words name.

    None where they name none: then a period for replies alone was opened again.
    """
    if len(days) > 1:
        return document
    day = next(iter(days), None)
    moved = (
        replace(each, starts_at=f"{day}T23:59:59") for each in document.events if each.kind == "comment_close" and day
    )
    others = (each for each in document.events if each.kind != "comment_close")
    return replace(document, comments_close_on=day, events=(*moved, *others))
