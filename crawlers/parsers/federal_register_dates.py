"""Days of the Federal Register that the source gives wrong or not at all, though the words of a document name them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from crawlers.items import Event, Regulation
from text.days import DAY, DAY_OF_MONTH, iso_day

TIMEZONE = "America/New_York"
#: "The effective date of the final rule published … on May 2, 2025 …, remains 0901 UTC, June 12, 2025": the source has May 2.
_REMAINS = re.compile(
    rf"^the effective date of the final rule published\b.{{0,120}}?\bremains (?:\d{{4}} UTC, )?({DAY})", re.IGNORECASE
)
#: What a correction says of the day of the document that it corrects.
_CORRECTED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bcorrect the dates caption to read\b.{{0,400}}?\beffective (?:on )?({DAY})",
        rf"\b(?:changing|correcting|revising) the effective date to ({DAY})",
        rf"\beffective date of that final rule is (?:being )?deferred to ({DAY})",
        rf"\beffective ({DAY}), not {DAY}",
    )
)
#: What an extension says in its title, its action, its sentence on dates, or its abstract.
_PERIOD = r"\bcomment(?: and reply comment)? (?:period|deadline)s?\b"
_EXTENDS = re.compile(
    rf"\b(?:extend|extension|reopen)\w*\b[^.;]{{0,80}}{_PERIOD}|{_PERIOD}[^.;]{{0,120}}\b(?:extend|extension|reopen)",
    re.IGNORECASE,
)
_ANY_DAY = re.compile(DAY, re.IGNORECASE)
_HOUR = r"(?:\d[\d:]* [ap]\.m\. )?(?:on )?"
#: "effective from January 1 through December 31, 2026": the source takes the one day with a year, which is the last.
_SPAN = re.compile(rf"\b({DAY_OF_MONTH}) (?:through|until|to) {_HOUR}({DAY_OF_MONTH}, (\d{{4}}))")
#: "effective through December 31, 2026": the day on which it begins is not said.
_ONLY_END = re.compile(rf"\beffective (?:immediately )?(?:through|until|with an expiration date of) (?P<last>{DAY})")
_OPPOSITION = re.compile(
    rf"Oppositions to (?:the|a) petitions?\b[^.]{{0,80}} must be filed on or before ({DAY})"
    r"\.(?: Replies [^.]+?\d{4})?",
    re.IGNORECASE,
)
#: Of what is published the words must say that it is this document: a rule tells within how many days others had to comment.
_WITHIN = re.compile(
    r"(?:written )?comments\b[^.]{0,120}? within (\d\d)[ -]days (?:of|after|from|following) (?:the )?(?:date of )?(?:the )?"
    r"(?:publication of this (?:notice|document)|this publication)\b",
    re.IGNORECASE,
)

#: Until when one may comment, where the source gives the day of publication, or the one before an extension: it takes the first
#: day that the words name.
_UNTIL = re.compile(
    r"\b(?:ends?(?: on)?|ending(?: on)?|no later than|on or before|(?:received|submitted|sent|comments|due) by|due:?|until|to) "
    rf"{_HOUR}({DAY})",
    re.IGNORECASE,
)
#: Two days, the second of which is the last: of an extension, or of the period itself.
_LATER_END = re.compile(
    rf"\bextended from {DAY},? (?:until|to|through) ({DAY})"
    rf"|\bscheduled to (?:close|end) on {DAY},? (?:is|has been|is being) extended (?:until|to|through) ({DAY})"
    rf"|\bcomments\b[^.;]{{0,60}}? between {DAY},? and ({DAY})"
    rf"|\bcomments\b[^.;]{{0,80}}? on or after\b[^.;]{{0,80}}?{DAY},? but no later than ({DAY})",
    re.IGNORECASE,
)
_OF_DAY = re.compile(rf"\bwithin (\d\d) days of ({DAY})", re.IGNORECASE)


def with_days(document: Regulation, dates: str | None = None) -> Regulation:
    """The document with the first day of its effect instead of the last or of its publication, and with a deadline that only its
    words name.

    ``dates`` is the source's own sentence on them. It is stored with an event and nowhere else. What this made stays when it
    is asked again.
    """
    return _with_deadline(_with_last_day(_with_first_day(document)), dates)


def _with_first_day(document: Regulation) -> Regulation:
    found = next((event for event in document.events if event.kind == "effective"), None)
    if found is None or document.effective_on is None or not found.description:
        return document
    remains = _REMAINS.search(found.description)
    day = (remains and iso_day(remains[1])) or first_day(document.effective_on, found.description)
    if day == document.effective_on:
        return document
    moved = (replace(found, starts_at=f"{day}T00:00:00"),) if day else ()
    return replace(document, effective_on=day, events=(*(each for each in document.events if each != found), *moved))


def _with_last_day(document: Regulation) -> Regulation:
    """A document whose deadline is the day of its publication, or the one that it extends, with the later one that it names.

    None where its words name neither: then that day is the one on which comments begin, or on which something else happens.
    """
    found = next((event for event in document.events if event.kind == "comment_close"), None)
    published, closes_on = document.published_on, document.comments_close_on
    if found is None or not found.description or published is None or closes_on is None:
        return document
    if closes_on != published:
        ends = {iso_day(day) for each in _LATER_END.finditer(found.description) for day in each.groups() if day}
        day = ends.pop() if len(ends) == 1 else None
        return _closing(document, found, day) if day and day > closes_on else document
    named = {day for each in _UNTIL.findall(found.description) if (day := iso_day(each))}
    for days, first in _OF_DAY.findall(found.description):
        if iso_day(first) == published:
            named.add((date.fromisoformat(published) + timedelta(days=int(days))).isoformat())
    later = {day for day in named if day > published}
    day = published if published in named and not later else later.pop() if len(later) == 1 else None
    return document if day == published else _closing(document, found, day)


def _closing(document: Regulation, event: Event, day: str | None) -> Regulation:
    """The document with another last day for comments than that of an event, or none."""
    moved = (replace(event, starts_at=f"{day}T23:59:59"),) if day else ()
    others = (each for each in document.events if each != event)
    return replace(document, comments_close_on=day, events=(*moved, *others))


def first_day(day: str, words: str) -> str | None:
    """The first day of a span of which ``day`` is the last, None if the words do not say it; else ``day``."""
    for span in _SPAN.finditer(words):
        first = iso_day(f"{span[1]}, {span[3]}")
        if iso_day(span[2]) == day and first:
            return first if first <= day else iso_day(f"{span[1]}, {int(span[3]) - 1}")
    ended = _ONLY_END.search(words)
    return None if ended and iso_day(ended["last"]) == day else day


def corrected(words: str) -> str | None:
    """The ISO day of effect that a correction gives the document that it corrects; None where it leaves the day alone."""
    flat = " ".join(words.split())
    found = (pattern.search(flat) for pattern in _CORRECTED)
    return next((day for each in found if each and (day := iso_day(each[1]))), None)


def extends_comments(words: str) -> bool:
    """Whether a document says that a period for comments is extended or reopened."""
    return bool(_EXTENDS.search(" ".join(words.split())))


def days_named(words: str) -> set[str]:
    """The ISO days that words name."""
    return {day for each in _ANY_DAY.findall(" ".join(words.split())) if (day := iso_day(each))}


def _with_deadline(document: Regulation, dates: str | None) -> Regulation:
    """A deadline that the words of a notice or a proposal name. A rule invites comments on its forms alone."""
    if (
        document.comments_close_on
        or document.document_type not in ("Notice", "Proposed Rule")
        or not document.published_on
    ):
        return document
    words = " ".join(" ".join(filter(None, (dates, document.abstract, document.text))).split())
    day: str | None = None
    if found := _OPPOSITION.search(words):
        day = iso_day(found[1])
    elif found := _WITHIN.search(words):
        day = (date.fromisoformat(document.published_on) + timedelta(days=int(found[1]))).isoformat()
    if found is None or day is None or day < document.published_on:
        return document
    said = found[0][:1].upper() + found[0][1:].rstrip(".") + "."
    event = Event(kind="comment_close", starts_at=f"{day}T23:59:59", timezone=TIMEZONE, description=said)
    return replace(document, comments_close_on=day, events=(event, *document.events))
