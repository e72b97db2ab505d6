"""Dates that meetings set for the bills they name: a bill is not read again for them, so they have a writer of their own.

`store_list` notes what a place's list of meetings no longer names; `write_meeting_dates` brings the table `events` in line with
the meetings, whichever of the two came first, the bill or its meeting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from crawlers.items import Event
from crawlers.storage import stored_state
from crawlers.storage.attachments import CANCELED
from crawlers.storage.changes import event as change
from crawlers.storage.record import recorded_event

#: A list that lacks half of the meetings that were ahead, and more than so many, is believed when the next day's lacks them too.
FEW = 3
HEARING, MEETING, HEARING_CANCELED = "hearing", "committee_meeting", "hearing_canceled"
#: What a calendar says of a meeting that its source took off the list.
UNLISTED = "no longer listed"


@dataclass(frozen=True, kw_only=True)
class MeetingList:
    """All meetings that a source lists for a place from `first_on` to `last_on` (ISO days), as of the day `listed_on`.

    `believed`: a person has said that the list is right, however short.
    """

    source: str
    jurisdiction: str
    first_on: str
    last_on: str
    listed_on: str
    ids: tuple[str, ...]
    believed: bool = False


class Listed(NamedTuple):
    """When a place's meetings were last listed to their end, and how many there were."""

    on: str
    meetings: int


def last_listed(corpus: Path, *, source: str) -> dict[str, Listed]:
    """What is known of each jurisdiction's list of meetings; empty where there is no corpus yet."""
    sql = "select jurisdiction, listed_on, meetings from meeting_lists where source = ?"
    return {row[0]: Listed(row[1], row[2]) for row in stored_state.rows(corpus, sql, [source])}


def store_list(db: Database, found: MeetingList, *, now: str) -> str | None:
    """Mark the meetings that a whole list no longer names, in one transaction.

    Returns:
        A sentence where so much is lacking that nobody is told yet: the next day's list decides.
    """
    place = [found.jurisdiction, found.source]
    with db.atomic():
        listed = "id in (select value from json_each(?))"
        db.execute(
            f"update proceedings set missing_since = null where missing_since is not null and {listed}",
            [json.dumps(found.ids)],
        )
        ahead = db.execute(
            "select id from proceedings where jurisdiction = ? and source = ? and missing_since is null "
            "and substr(starts_at, 1, 10) between ? and ?",
            [*place, found.first_on, found.last_on],
        ).fetchall()
        gone = {key for (key,) in ahead} - set(found.ids)
        row = db.execute("select doubted_on from meeting_lists where jurisdiction = ? and source = ?", place).fetchone()
        doubted_on = (row[0] if row else None) or found.listed_on
        short = len(gone) > FEW and 2 * len(gone) >= len(ahead)
        doubted = short and doubted_on == found.listed_on and not found.believed
        if not doubted:
            db.conn.executemany("update proceedings set missing_since = ? where id = ?", [(now, key) for key in gone])
        db.execute(
            "insert into meeting_lists values (?, ?, ?, ?, ?, ?) on conflict (jurisdiction, source) do update set "
            "listed_on = excluded.listed_on, meetings = excluded.meetings, doubted_on = excluded.doubted_on",
            [*place, now, found.listed_on, len(found.ids), doubted_on if doubted else None],
        )
    if not doubted:
        return None
    return (
        f"{found.jurisdiction}: the source lists {len(ahead) - len(gone):,} of {len(ahead):,} meetings that were ahead; "
        "the others stay until the next day's list lacks them too"
    )


# --------------------------------------------------------------------- dates


class Set(NamedTuple):
    """A date that a meeting sets; `is_news` where the meeting was read after the first list of its place."""

    event: Event
    meeting_id: str
    is_news: bool


def write_meeting_dates(db: Database, *, now: str) -> int:
    """Bring the dates of documents in line with the meetings that name them; return how many documents differed.

    A new or moved date, and one that was called off, is a change of its document, but for those of a place's first list.
    """
    differ = 0
    with db.atomic():
        wanted = {key: list(group) for key, group in groupby(_all_set(db), key=lambda each: each[0])}
        held = db.execute("select distinct document_id from events where meeting_id is not null").fetchall()
        for key in dict.fromkeys([*wanted, *(key for (key,) in held)]):
            differ += _write(db, key, _once_each(each for _, each in wanted.get(key, ())), now)
    return differ


def _all_set(db: Database) -> Iterator[tuple[str, Set]]:
    """Every (document, date) that a meeting of a list sets, by document; meetings that are called off come last."""
    rows = db.execute(
        """select bill.value, p.id, p.starts_at, p.timezone, p.committee, p.title, p.place, p.state = ? as off,
            p.missing_since is not null as unlisted, p.fetched_at > l.first_at
        from proceedings p join meeting_lists l on l.jurisdiction = p.jurisdiction and l.source = p.source,
            json_each(p.document_ids) bill
        where p.kind = 'meeting' and p.starts_at is not null and exists (select 1 from documents d where d.id = bill.value)
        order by 1, off or unlisted, p.id""",
        [CANCELED],
    )
    for key, meeting_id, starts_at, timezone, committee, title, place, off, unlisted, is_news in rows:
        words = [committee or title, place, UNLISTED if unlisted and not off else None]
        said = Event(
            kind=HEARING_CANCELED if off or unlisted else HEARING,
            starts_at=starts_at,
            timezone=timezone,
            description=", ".join(filter(None, words)),
        )
        yield key, Set(said, meeting_id, bool(is_news))


def _once_each(found: Iterable[Set]) -> list[Set]:
    """One date for each hour; a meeting that left the list because it stands there again, on that day, says nothing."""
    kept: list[Set] = []
    for each in found:
        said = each.event
        again = any(
            said.starts_at == other.event.starts_at
            or (said.kind == HEARING_CANCELED and _same_day(said, other.event) and other.event.kind == HEARING)
            for other in kept
        )
        if not again:
            kept.append(each)
    return kept


def _same_day(one: Event, other: Event) -> bool:
    return one.starts_at[:10] == other.starts_at[:10]


Row = tuple[int, str, str, str, str | None, str | None, str | None]


def _write(db: Database, key: str, found: list[Set], now: str) -> int:
    """Write a document's dates; 1 where they differ from what is stored."""
    sql = (
        "select ordinal, kind, starts_at, timezone, description, meeting_id, recorded from events "
        "where document_id = ? order by ordinal"
    )
    stored: list[Row] = db.execute(sql, [key]).fetchall()
    own = [recorded_event(*row[1:5], row[6]) for row in stored if row[0] >= 0]
    rows = sorted(_rows(own, found))
    if rows == stored:
        return 0
    db.execute("delete from events where document_id = ?", [key])
    db.conn.executemany(
        "insert into events (document_id, ordinal, kind, starts_at, timezone, description, meeting_id, recorded) "
        "values (?, ?, ?, ?, ?, ?, ?, ?)",
        [(key, *row) for row in rows],
    )
    before, news = {(row[1], row[2]) for row in stored}, {each.meeting_id for each in found if each.is_news}
    changes = [
        change(key, "event", starts_at[:10], f"{kind}: {description or ''}".rstrip(": "))
        for _, kind, starts_at, _, description, meeting_id, _ in rows
        if meeting_id in news and (kind, starts_at) not in before and starts_at[:10] >= now[:10]
    ]
    db.conn.executemany(
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, ?, ?) "
        "on conflict (id) do nothing",
        [(each.id, key, now, each.happened_on, each.kind, each.summary) for each in changes],
    )
    return 1


def _rows(own: list[Event], found: list[Set]) -> Iterator[Row]:
    """The dates of the document's record, each with the words of the meeting that says more of it, and the other meetings'.

    One hearing has one date: a meeting of the same day and hour is the one that the record means, and so is one of the same
    day where the record gives no hour.
    """
    meant: dict[int, Set] = {}
    others = []
    for each in found:
        place = next((n for n, event in enumerate(own) if n not in meant and _is_meant(event, each.event)), None)
        if place is None:
            others.append(each)
        else:
            meant[place] = each
    for ordinal, event in enumerate(own):
        said = meant.get(ordinal)
        shown = _exact(event, said.event) if said else event
        words = json.dumps(asdict(event)) if said and shown != event else None
        yield ordinal, *_plain(shown), said.meeting_id if said and words else None, words
    for number, each in enumerate(others, 1):
        yield -number, *_plain(each.event), each.meeting_id, None


def _is_meant(own: Event, said: Event) -> bool:
    of_committee = own.kind in (HEARING, MEETING, HEARING_CANCELED)
    return of_committee and (own.starts_at == said.starts_at or (_same_day(own, said) and len(own.starts_at) == 10))


def _exact(own: Event, said: Event) -> Event:
    """The date as both say it: the hour and the place of the meeting, and called off where either says so."""
    kind = HEARING_CANCELED if HEARING_CANCELED in (own.kind, said.kind) else own.kind
    exact = said if len(own.starts_at) == 10 < len(said.starts_at) or not own.description else own
    return replace(exact, kind=kind)


def _plain(event: Event) -> tuple[str, str, str, str | None]:
    return event.kind, event.starts_at, event.timezone, event.description
