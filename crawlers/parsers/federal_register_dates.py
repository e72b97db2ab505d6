"""Days of the Federal Register that the source gives wrong or not at all, though the words of the document name them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from crawlers.items import Event, Regulation

TIMEZONE = "America/New_York"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"(?:{_MONTHS}) \d{{1,2}}"
_HOUR = r"(?:\d[\d:]* [ap]\.m\. )?(?:on )?"
#: "effective from January 1 through December 31, 2026": the source takes the one day with a year, which is the last.
_SPAN = re.compile(rf"\b({_DAY}) (?:through|until|to) {_HOUR}({_DAY}, (\d{{4}}))")
#: "effective through December 31, 2026": the day on which it begins is not said.
_ONLY_END = re.compile(
    rf"\beffective (?:immediately )?(?:through|until|with an expiration date of) (?P<last>{_DAY}, \d{{4}})"
)
_OPPOSITION = re.compile(
    rf"Oppositions to (?:the|a) petitions?\b[^.]{{0,80}} must be filed on or before ({_DAY}, \d{{4}})"
    r"\.(?: Replies [^.]+?\d{4})?",
    re.IGNORECASE,
)
#: Of what is published the words must say that it is this document: a rule tells within how many days others had to comment.
_WITHIN = re.compile(
    r"(?:written )?comments\b[^.]{0,120}? within (\d\d)[ -]days (?:of|after|from|following) (?:the )?(?:date of )?(?:the )?"
    r"(?:publication of this (?:notice|document)|this publication)\b",
    re.IGNORECASE,
)


def with_days(document: Regulation, dates: str | None = None) -> Regulation:
    """The document with the first day of its effect instead of the last, and with a deadline that only its words name.

    ``dates`` is the source's own sentence on them. It is stored with an event and nowhere else. What this made stays when it
    is asked again.
    """
    return _with_deadline(_with_first_day(document), dates)


def _with_first_day(document: Regulation) -> Regulation:
    found = next((event for event in document.events if event.kind == "effective"), None)
    if found is None or document.effective_on is None or not found.description:
        return document
    day = first_day(document.effective_on, found.description)
    if day == document.effective_on:
        return document
    moved = (replace(found, starts_at=f"{day}T00:00:00"),) if day else ()
    return replace(document, effective_on=day, events=(*(each for each in document.events if each != found), *moved))


def first_day(day: str, words: str) -> str | None:
    """The first day of a span of which ``day`` is the last, None if the words do not say it; else ``day``."""
    for span in _SPAN.finditer(words):
        if (last := _iso(span[2])) == day:
            first = _iso(f"{span[1]}, {span[3]}")
            return first if first <= last else _iso(f"{span[1]}, {int(span[3]) - 1}")
    ended = _ONLY_END.search(words)
    return None if ended and _iso(ended["last"]) == day else day


def _with_deadline(document: Regulation, dates: str | None) -> Regulation:
    """A deadline that the words of a notice or a proposal name. A rule invites comments on its forms alone."""
    if (
        document.comments_close_on
        or document.document_type not in ("Notice", "Proposed Rule")
        or not document.published_on
    ):
        return document
    words = " ".join(" ".join(filter(None, (dates, document.abstract, document.text))).split())
    if found := _OPPOSITION.search(words):
        day = _iso(found[1])
    elif found := _WITHIN.search(words):
        day = (date.fromisoformat(document.published_on) + timedelta(days=int(found[1]))).isoformat()
    if found is None or day < document.published_on:
        return document
    said = found[0][:1].upper() + found[0][1:].rstrip(".") + "."
    event = Event(kind="comment_close", starts_at=f"{day}T23:59:59", timezone=TIMEZONE, description=said)
    return replace(document, comments_close_on=day, events=(event, *document.events))


def _iso(day: str) -> str:
    return datetime.strptime(day, "%B %d, %Y").date().isoformat()
