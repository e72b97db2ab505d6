"""How far each session of the states was read when a crawl of Open States begins, and what that leaves to ask.

All of it is derived from what is stored (crawlers.storage.watermarks); nothing here sends a request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zlib import crc32

from crawlers.completeness.session_choice import place
from crawlers.parsers.openstates import Session, changed_at
from crawlers.storage.sessions import Place
from crawlers.storage.watermarks import Watermark, counted, ids_at, stored_ids, watermarks

#: Where a session has no dates: a state whose bills changed this recently is taken to be in session.
LIVELY = timedelta(days=21)
#: A change this much older than the end of the listing that showed it was surely told whole.
SETTLED = timedelta(hours=1)
#: After so many days, and up to so many more, so that not all sessions come on one day, a session's total is asked for again.
COUNT_AFTER, COUNT_SPREAD = 7, 7


@dataclass(frozen=True)
class SessionProgress:
    """What is stored of the sessions of one source.

    Args:
        corpus: corpus.db, which need not exist yet.
        today: the ISO day of the crawl.
        believe: all of every session is read again, whatever is stored.
    """

    corpus: Path
    source: str
    today: str
    believe: bool = False

    @cached_property
    def _marks(self) -> dict[Place, Watermark]:
        return watermarks(self.corpus, source=self.source)

    @cached_property
    def _stored(self) -> dict[Place, list[str]]:
        return stored_ids(self.corpus, source=self.source)

    @cached_property
    def _counted(self) -> dict[Place, str]:
        return counted(self.corpus, source=self.source)

    def mark(self, session: Session) -> Watermark | None:
        """How far a session was read; None where nothing of it is stored."""
        return self._marks.get(place(session))

    def stored(self, session: Session) -> list[str]:
        """The ids of its stored bills, but for those that have gone missing."""
        return self._stored.get(place(session), [])

    def stored_at(self, session: Session, stamp: str) -> list[str]:
        """The ids of its stored bills that changed at one and the same time."""
        return ids_at(self.corpus, source=self.source, place=place(session), stamp=stamp)

    def urgency(self, session: Session) -> tuple[bool, bool, str, str, str]:
        """States in session first; among them what is half read, then those whose news we have waited for longest."""
        mark = self.mark(session)
        half_read = mark is not None and mark.completed_at is None
        return not self.sits(session), not half_read, mark.stamp if mark else "", session.jurisdiction, session.session

    def sits(self, session: Session) -> bool:
        """Whether a session is held now by its dates; without dates, whether its state's bills changed lately."""
        if session.starts_on:
            return session.starts_on <= self.today <= (session.ends_on or "9999")
        return (changed_at(session) or "9999") >= (date.fromisoformat(self.today) - LIVELY).isoformat()

    def is_read(self, session: Session) -> bool:
        """Whether a session was read to its end and its newest change is the state's newest still.

        Of a state's other sessions (a special one, last year's) nobody can tell without asking: one request each.
        """
        mark, newest = self.mark(session), changed_at(session)
        return not self.believe and (
            mark is not None and mark.completed_at is not None and newest is not None and newest <= mark.stamp
        )

    def is_count_due(self, session: Session) -> bool:
        """Whether a session that was read to its end was last compared with the source's total long enough ago."""
        mark, last = self.mark(session), self._counted.get(place(session))
        if mark is None or mark.completed_at is None or last is None:
            return False
        days = COUNT_AFTER + crc32(f"{session.jurisdiction} {session.session}".encode()) % COUNT_SPREAD
        return date.fromisoformat(self.today) - date.fromisoformat(last[:10]) >= timedelta(days=days)

    def begin(self, session: Session) -> str | None:
        """Where to go on: at the newest stored change or, when all of its time must have been told, right behind it.

        Returns:
            a time stamp as the source writes it, None for the beginning of the session.
        """
        mark = self.mark(session)
        if mark is None or self.believe:
            return None
        newest = datetime.fromisoformat(mark.stamp)
        ended = datetime.fromisoformat(mark.completed_at).astimezone(UTC) if mark.completed_at else None
        if ended and ended.replace(tzinfo=None) - newest > SETTLED:
            return (newest + timedelta(seconds=1)).isoformat(timespec="microseconds")
        return mark.stamp
