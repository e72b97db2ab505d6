"""What a list of dates lacks: how far its data reach, and which sources give no dates, so that nothing listed does not look
like nothing set."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from pages.browse.filters import PLACE_GROUPS, place_group
from pages.documents.document import source_title
from pages.places.collected import news_of_states, news_until

#: A source without news for so many days lacks dates that were announced since.
SILENT = 14


@dataclass(frozen=True, kw_only=True)
class Gaps:
    """What the dates of a choice of places lack.

    ``silent`` are its sources of dates without news lately, however long ago, with the ISO day of their newest news, the oldest
    first; ``dateless`` the sources that gave no date at all. Of one state, ``until`` is the day of its own news instead, since
    all states have the same sources, if that was not lately; ``uneven``: the data of some states end earlier than their sources'.
    """

    silent: list[tuple[str, str]]
    dateless: list[str]
    until: str | None
    uneven: bool


def gaps(db: sqlite3.Connection, today: datetime.date, place: str) -> Gaps:
    """What the dates of a place, of a group of places, or of all (``""``) lack."""
    last = _last(today)
    if place_group(place) == "states" and place not in PLACE_GROUPS:
        until = news_until(db, place, today)
        return Gaps(silent=[], dateless=[], until=until if until and until < last else None, uneven=False)
    silent, dateless = quiet_sources(db, today, place)
    uneven = place in ("", "states") and any((day or last) < last for day in news_of_states(db, today).values())
    return Gaps(silent=silent, dateless=dateless, until=None, uneven=uneven)


def _last(today: datetime.date) -> str:
    return (today - datetime.timedelta(days=SILENT)).isoformat()


def quiet_sources(
    db: sqlite3.Connection, today: datetime.date, place: str = ""
) -> tuple[list[tuple[str, str]], list[str]]:
    """The sources of documents of a place: ``silent`` and ``dateless`` of Gaps."""
    last, here = _last(today), _here(place)
    found = db.execute(
        f"""select source, until, exists (
            select 1 from documents d join events e on e.document_id = d.id where d.source = news.source and {here}) as dated
        from (select source, max(case when day <= :today then day end) as until from (
                select source, newest_on as day, jurisdiction from coverage
                union select source, latest_action_on, jurisdiction from coverage)
            where {here} group by source) news
        where exists (select 1 from documents d where d.source = news.source and {here}) order by until, source""",
        {"today": today.isoformat(), "place": place},
    ).fetchall()
    silent = [
        (source_title(row["source"]), row["until"]) for row in found if row["dated"] and (row["until"] or last) < last
    ]
    return silent, [source_title(row["source"]) for row in found if not row["dated"]]


def _here(place: str) -> str:
    """SQL: whether a row is of a place or a group of places."""
    # The plus keeps to the index of sources, of which one document is enough.
    return f"({PLACE_GROUPS[place]})" if place in PLACE_GROUPS else "+jurisdiction = :place" if place else "1"
