"""What a crawl has seen whole: which parts of a source, and for sources listed by day, which days.

The first contact with a part is a silent baseline: everything in it would be "new". News is what appears where an
earlier, finished crawl has been, or right after it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from sqlite_utils import Database

from crawlers.items import Document, Listing


class Sessional(Protocol):
    """Any record that belongs to a session of a jurisdiction."""

    @property
    def jurisdiction(self) -> str: ...

    @property
    def session(self) -> str: ...


class Window(NamedTuple):
    """A part of a session, and its first and last day where the source is listed by day of publication."""

    session: str
    part: str
    first_on: str | None = None
    last_on: str | None = None
    jurisdiction: str | None = None


def day_after(day: str) -> str:
    """The next ISO day."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def merged(listings: Iterable[Listing]) -> list[Listing]:
    """The listings in order, those whose days overlap or adjoin as one: twelve months that all arrived are one year."""
    together: list[Listing] = []
    for listing in sorted(listings, key=lambda each: (*_place(each), each.first_on or "")):
        last = together[-1] if together else None
        if (
            last is not None
            and last.last_on
            and listing.first_on
            and _place(last) == _place(listing)
            and listing.first_on <= day_after(last.last_on)
        ):
            ids = tuple(dict.fromkeys(last.document_ids + listing.document_ids))
            last_on = max(last.last_on, listing.last_on or "")
            together[-1] = replace(last, last_on=last_on, document_ids=ids)
        else:
            together.append(listing)
    return together


def _place(listing: Listing) -> tuple[str, str, str]:
    return listing.session, listing.part, listing.jurisdiction or ""


class Baseline:
    """What the finished crawls of a source have seen whole."""

    def __init__(self, db: Database, source: str):
        self.windows = [
            Window(*row)
            for row in db.execute(
                "select distinct part.value ->> 'session', part.value ->> 'part', part.value ->> 'first_on', "
                "part.value ->> 'last_on', part.value ->> 'jurisdiction' from runs, json_each(runs.coverage) part "
                "where runs.source = ? and runs.state = 'finished' and part.value ->> 'complete'",
                [source],
            ).fetchall()
        ]

    def knows(self, record: Sessional) -> bool:
        """Whether the session of a record has been seen whole before."""
        place = (record.jurisdiction, record.session)
        return any((each.jurisdiction, each.session) == place for each in self.windows)

    def is_news(self, document: Document, asked_from: str | None = None) -> bool:
        """Whether a document that is not stored yet has only just appeared.

        Args:
            asked_from: for a source listed by day, the first day the present crawl asks for. What lies after all that
                was seen is news when no gap is left in between; what fills a gap or lies before is history.
        """
        seen = [
            each
            for each in self.windows
            if each.session == document.session
            and each.part in ("", document.document_type)
            and each.jurisdiction in (None, document.jurisdiction)  # None: a run from before it was noted
        ]
        if any(each.last_on is None for each in seen):
            return True
        days = [(each.first_on or "", each.last_on or "") for each in seen]
        day = document.published_on or ""
        if any(first <= day <= last for first, last in days):
            return True
        latest = max((last for _, last in days), default="")
        return bool(latest) and day > latest and (asked_from or "") <= day_after(latest)
