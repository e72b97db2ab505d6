"""Whether what a tracker says of a session means the session of a document."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawlers.items import slug
from desk.intake import tracker
from pages.http.formatting import NO_SESSION

_YEARS = re.compile(r"(?:19|20)[0-9]{2}")
_SHORT_YEARS = re.compile(r"((?:19|20)[0-9]{2})-([0-9]{2})(?![0-9])")
#: A session that is known by a number of its own: "104th", "114th General Assembly".
_NUMBERED = re.compile(r"([0-9]{1,3})(?:st|nd|rd|th)?\b", re.IGNORECASE)
#: How a tracker names a special session.
_SPECIAL = re.compile(r"special|called|extraordinary|organizational", re.IGNORECASE)


@dataclass(frozen=True)
class Session:
    """The session of a document; `moved` are the years in which the document did."""

    key: str
    title: str
    special: bool
    numbers_bills: bool
    moved: range


def same_session(said: str, stored: str, place: str | None) -> bool:
    """Whether a tracker's words for a session ("118th Congress", "2025-2026", "2025") mean one as we store it."""
    if slug(said) == slug(stored):
        return True
    if place == "us" and (number := re.match(r"[0-9]+", said.strip())) and stored.isdecimal():
        return number[0] == stored or _years_of_congress(int(stored)) >= set(_YEARS.findall(said)) != set()
    if (of := _NUMBERED.fullmatch(stored)) and (its := _NUMBERED.match(said.strip())):
        return its[1] == of[1]
    mine, theirs = _years(said), _years(stored)
    return bool(mine) and bool(theirs) and (mine <= theirs or theirs <= mine)


def _years_of_congress(number: int) -> set[str]:
    first = 1787 + 2 * number
    return {str(first), str(first + 1)}


def _years(session: str) -> set[str]:
    text = slug(session)
    years = set(_YEARS.findall(text))
    for first, second in _SHORT_YEARS.findall(text):
        years |= {first, first[:2] + second}
    return years


def moved_then(said: str, its: Session) -> bool:
    """Whether a tracker's year is one in which a bill moved whose session is known by a number ("the 114th") alone."""
    return not _years(its.key) and any(int(year) in its.moved for year in _YEARS.findall(said))


def doubt_of(said: str, its: Session, place: str | None) -> str:
    """Why a row of this session and place may mean another bill: each place and session numbers its own, and not all are here."""
    known = {tracker.plain(its.key), tracker.plain(its.title)} - {""}
    if its.key in NO_SESSION or not its.numbers_bills:
        return ""
    if place is None:
        return "the row names no state, and other places have bills of this number: choose this one if it is meant"
    if not said:
        return "the row names no session, and other sessions have bills of this number: choose this one if it is meant"
    if tracker.plain(said) not in known and (its.special or _SPECIAL.search(said)):
        which = "a special session" if its.special else "no special session"
        return f"the row says “{said[:60]}”, and this bill is of {which}: choose it if it is meant"
    return ""
