"""How far a source that is read in the order of its changes has been read, derived from what is stored.

Such a source is asked for "all that changed since X, oldest change first", so what is stored of a session is always a whole
beginning: the newest stored stamp is the place to go on from, wherever the last run ended. Nothing else is kept, and
so nothing can disagree with the documents themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from crawlers.storage import stored_state

# A cross join keeps SQLite to this order: it reads the index of places and never the documents with their texts.
_STORED = """
    select d.jurisdiction, d.session, max(p.stamp), max(p.fetched_at), count(*)
    from documents d cross join provenance p on p.document_id = d.id
    where p.source = ? and p.stamp is not null group by 1, 2"""
_COMPLETED = """
    select part.value ->> 'jurisdiction', part.value ->> 'session', max(runs.finished_at)
    from runs, json_each(runs.coverage) part
    where runs.source = ? and part.value ->> 'complete' and part.value ->> 'jurisdiction' is not null group by 1, 2"""


_COUNTED = """
    select part.value ->> 'jurisdiction', part.value ->> 'session',
        coalesce(max(case when part.value ->> 'counted' then runs.finished_at end),
            min(case when part.value ->> 'complete' then runs.finished_at end))
    from runs, json_each(runs.coverage) part where runs.source = ? group by 1, 2"""


class Watermark(NamedTuple):
    """`stamp`: the newest stored change; `stored`: how many documents; `completed_at`: when the session was last read to
    its end with nothing stored after it, None while it is only half read."""

    stamp: str
    stored: int
    completed_at: str | None


def watermarks(corpus: Path, *, source: str) -> dict[tuple[str, str], Watermark]:
    """How far each (jurisdiction, session) of a source has been read; empty where there is no corpus yet."""
    completed = {row[:2]: row[2] for row in stored_state.rows(corpus, _COMPLETED, [source])}
    marks = {}
    for jurisdiction, session, stamp, fetched_at, stored in stored_state.rows(corpus, _STORED, [source]):
        ended = completed.get((jurisdiction, session))
        whole = ended is not None and ended >= fetched_at
        marks[jurisdiction, session] = Watermark(stamp, stored, ended if whole else None)
    return marks


def stored_ids(corpus: Path, *, source: str) -> dict[tuple[str, str], list[str]]:
    """The stored documents of a source by (jurisdiction, session), but for those that have gone missing."""
    query = """
        select d.jurisdiction, d.session, d.id from documents d cross join provenance p on p.document_id = d.id
        where p.source = ? and d.missing_since is null"""
    found: dict[tuple[str, str], list[str]] = {}
    for jurisdiction, session, key in stored_state.rows(corpus, query, [source]):
        found.setdefault((jurisdiction, session), []).append(key)
    return found


def counted(corpus: Path, *, source: str) -> dict[tuple[str, str], str]:
    """When each (jurisdiction, session) was last compared with the source's own total, or else first read to its end."""
    return {(row[0], row[1]): row[2] for row in stored_state.rows(corpus, _COUNTED, [source]) if row[2]}


def ids_at(corpus: Path, *, source: str, place: tuple[str, str], stamp: str) -> list[str]:
    """The stored documents of a (jurisdiction, session) that changed at one and the same time."""
    query = """
        select d.id from documents d cross join provenance p on p.document_id = d.id
        where p.source = ? and d.jurisdiction = ? and d.session = ? and p.stamp = ?"""
    return [key for (key,) in stored_state.rows(corpus, query, [source, *place, stamp])]
