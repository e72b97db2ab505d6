"""When the first load of a source with a limit by the day will be whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path

from crawlers.sources import Source
from crawlers.storage import stored_state
from crawlers.storage.watermarks import watermarks

#: Measured on all recorded states (docs/sources/us_states.md): 131,602 bills of 56 sessions came in 7,603 requests.
PER_REQUEST = 17.5
#: So many bills are assumed of a session whose total the source has not told yet.
PER_SESSION = 2_350
_SESSIONS = "select jurisdiction, session, bills from sessions where source = ? and left_out is null and bills is not 0"


@dataclass(frozen=True)
class FirstLoad:
    """`whole` of `sessions` were read to their end; the others have about `bills` documents to come, until about `day`."""

    whole: int
    sessions: int
    bills: int
    per_day: int
    day: date

    def __str__(self) -> str:
        return (
            f"first load: {self.whole:,} of {self.sessions:,} sessions were read to their end; about {self.bills:,} bills "
            f"are still to come, at {self.per_day:,} requests a day until about {self.day:%B} {self.day.day}, {self.day.year}"
        )


def first_load(corpus: Path, source: Source, today: str) -> FirstLoad | None:
    """What is left of a first load on an ISO day; None where nothing is, or the source has no limit by the day or names no
    sessions. A session that was read once and has changed since is left out: that is a matter of a day."""
    sessions = stored_state.rows(corpus, _SESSIONS, [source.id]) if source.per_day else []
    if not sessions or source.per_day is None:
        return None
    marks, seen = watermarks(corpus, source=source.id), stored_state.whole_places(corpus, source=source.id)
    left = {}
    for jurisdiction, session, bills in sessions:
        mark = marks.get((jurisdiction, session))
        if (jurisdiction, session) not in seen:
            left[jurisdiction, session] = max(1, (bills or PER_SESSION) - (mark.stored if mark else 0))
    if not left:
        return None
    requests = sum(ceil(bills / PER_REQUEST) for bills in left.values())
    day = date.fromisoformat(today) + timedelta(days=ceil(requests / source.per_day))
    return FirstLoad(len(sessions) - len(left), len(sessions), sum(left.values()), source.per_day, day)
