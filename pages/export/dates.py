"""Dates for calendars and feeds: one entry for each event, which moves when its deadline is extended."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pages.browse.cards import area_titles
from pages.browse.known import UnknownValue
from pages.browse.selection import Selection
from pages.database import Row, marks
from pages.documents import rulemaking
from pages.export.exports import DATE_COLUMNS
from pages.http import formatting
from pages.places.calendar import Wanted
from pages.places.date_gaps import HEARINGS

#: The name of a list of dates that nothing narrows.
TITLE = "Dates to keep"
#: A title with these words moves the deadline of the document before it, even after that has passed.
_MOVES_IT = re.compile(r"\b(exten(d|ds|ded|ding|sion)|reopen(s|ed|ing)?)\b", re.I)

#: The place of an event in a list: its day, its document, and its number there, which is negative where a meeting set the date.
Place = tuple[str, str, int]
_PLACE = re.compile(r"([^/]+)/([^/]+)/(-?\d{1,9})")


@dataclass(frozen=True)
class Choice:
    """SQL conditions on ``events e join documents d``, and the address of the page that shows the same.

    ``first`` is the first day of the month that it is about; None where it is about no month.
    """

    title: str
    page: str
    where: str
    values: tuple[str, ...]
    first: datetime.date | None = None


def of_wanted(db: sqlite3.Connection, wanted: Wanted, past: bool = False) -> Choice:
    """The dates that /deadlines shows, or those of a month; with ``past``, those behind; raises UnknownValue."""
    wanted.check(db)
    where, values = wanted.where()
    title = wanted.in_words(db)
    if not wanted.month:
        return Choice(title or TITLE, wanted.address("/deadlines", past="1" if past else ""), where, tuple(values))
    return Choice(
        ": ".join(filter(None, (formatting.month_in_words(wanted.month), title))),
        wanted.address("/calendar", month=wanted.month),
        f"{where} and substr(e.starts_at, 1, 7) = ?",
        (*values, wanted.month),
        datetime.date.fromisoformat(f"{wanted.month}-01"),
    )


def of_selection(chosen: Selection) -> Choice:
    """The dates of the documents that a list shows."""
    where = f"e.document_id in (select document_id from {chosen.table} where {chosen.where})"
    return Choice(chosen.title, chosen.page, where, chosen.values)


def of_document(db: sqlite3.Connection, document_id: str) -> Choice | None:
    """The dates of a document and of the rulemaking it belongs to; None when there is no such document."""
    row = db.execute("select identifier, title from documents where id = ?", [document_id]).fetchone()
    if row is None:
        return None
    where = """e.document_id = ? or e.document_id in (
        select other.document_id from thread_documents this join thread_documents other using (thread_id)
        where this.document_id = ?)"""
    title = formatting.named(row["identifier"], row["title"])
    return Choice(title, f"/documents/{document_id}", f"({where})", (document_id, document_id))


def dates(
    db: sqlite3.Connection, choice: Choice, when: str, day: datetime.date, most: int, after: Place | None = None
) -> list[Row]:
    """Return events that start on or after a day (``when`` is ``>=``) or before it (``<``), nearest first. ``lapsed`` are those
    that `rulemaking.still_due` leaves out: they keep their place in a window, and are in no list.

    Those that follow ``after`` (`place_of` the last event of a window), where it is given.
    """
    start, further, where = when, [day.isoformat()], choice.where
    if after:
        start, further = ("<=" if when == "<" else ">="), [after[0]]
        where = f"({where}) and not (e.starts_at = ? and (e.document_id, e.ordinal) <= (?, ?))"
    found = db.execute(
        f"""select e.document_id, e.ordinal, e.kind, e.starts_at, e.timezone, e.description, d.title, d.identifier,
            d.jurisdiction, d.kind as "of", d.changed_at, coalesce(t.priority = 2 and c.document_id is null, 0) as must_see
        from events e join documents d on d.id = e.document_id left join shown_priorities t on t.document_id = e.document_id
        left join ceremonial c on c.document_id = e.document_id
        where e.starts_at {start} ? and {where}
        order by e.starts_at {"desc" if when == "<" else "asc"}, e.document_id, e.ordinal limit ?""",
        [*further, *choice.values, *(after or ()), most],
    )
    events = [dict(row) for row in found]
    ids = sorted({event["document_id"] for event in events})
    titles, areas = area_titles(db), defaultdict(list)
    for part in _parts(ids):
        for row in db.execute(
            f"select document_id, area_id from shown_tags where document_id in ({marks(part)}) order by probability desc",
            part,
        ):
            areas[row[0]].append(row[1])
    due = set(map(id, rulemaking.still_due(db, events)))
    for event in events:
        event["lapsed"] = id(event) not in due
        event["areas"] = areas[event["document_id"]]
        event["area_titles"] = [titles.get(area, area) for area in event["areas"]]
    return events


def place_of(event: Row) -> Place:
    """Where an event stands in a list of dates."""
    return event["starts_at"], event["document_id"], event["ordinal"]


def place_in_words(event: Row) -> str:
    """The same for an address."""
    return "/".join(map(str, place_of(event)))


def read_place(words: str) -> Place:
    """Read it back.

    Raises:
        UnknownValue: it is no place.
    """
    found = _PLACE.fullmatch(words)
    if found is None:
        raise UnknownValue(f"after={words[:80]} is no place in a list of dates: follow the address under next")
    return found[1], found[2], int(found[3])


def table_rows(events: list[Row], site: str) -> list[Row]:
    """The same as rows of ``exports.DATE_COLUMNS``."""
    rows = (
        event
        | {
            "kind_in_words": formatting.word("events", event["kind"]),
            "address": f"{site}/documents/{event['document_id']}",
        }
        for event in events
        if not event["lapsed"]
    )
    return [{name: row[name] for name in DATE_COLUMNS} for row in rows]


def settled(db: sqlite3.Connection, events: list[Row]) -> list[Row]:
    """Return each event once, with a ``key`` that stays when the event moves, and its ``revision``.

    A period for comments, or for replies to them, that a later document extends or reopens is one event, known by the document
    that opened it. It has the date, the words and the document of the one that moved it last. Other events are known by
    document and time, since a document may have several hearings.
    """
    events = [event for event in events if not event["lapsed"]]
    ids = sorted({event["document_id"] for event in events})
    periods, revised = _periods(db, ids), _revisions(db, ids)
    kept: dict[str, Row] = {}
    for event in events:
        period = periods.get((event["document_id"], event["kind"]))
        if period:
            event = event | period[-1]
            first, revision = period[0]["document_id"], len(period) - 1
        else:
            first, revision = event["document_id"], 0
        # A rule takes effect on one day, which may move; the parts of a law take effect on days of their own.
        once = event["kind"] in rulemaking.CLOSING or (event["kind"] == "effective" and event["of"] == "regulation")
        # A hearing or meeting that was called off is the one that was set: calendars then show it as canceled.
        kind = "hearing" if event["kind"] in HEARINGS else event["kind"]
        key = f"{kind}-{first}" + ("" if once else f"-{event['starts_at']}")
        event |= {"key": re.sub(r"[^a-z0-9-]+", "-", key.lower()), "revision": revision + revised[event["document_id"]]}
        kept[event["key"]] = event
    return sorted(kept.values(), key=lambda event: (event["starts_at"], event["key"]))


def _parts(ids: Sequence[str], size: int = 500) -> list[list[str]]:
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]


def _revisions(db: sqlite3.Connection, ids: Sequence[str]) -> Counter[str]:
    """How often a date of each document was seen to change."""
    found: Counter[str] = Counter()
    for part in _parts(ids):
        these = f"kind = 'event' and document_id in ({marks(part)})"
        counted = db.execute(f"select document_id, count(*) from changes where {these} group by 1", part)
        found.update(dict(counted.fetchall()))
    return found


def _periods(db: sqlite3.Connection, ids: Sequence[str]) -> dict[tuple[str, str], list[Row]]:
    """Document and kind of deadline -> the documents of that period in order of publication, where there are several."""
    threads: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for part in _parts(ids):
        for row in db.execute(
            f"""select td.thread_id, td.document_id, e.kind, e.starts_at, e.timezone, e.description, d.title, d.identifier,
                d.jurisdiction, d.changed_at, d.published_on
            from thread_documents td join documents d on d.id = td.document_id
            join events e on e.document_id = td.document_id and e.kind in ({marks(rulemaking.CLOSING)})
            where td.thread_id in (select thread_id from thread_documents where document_id in ({marks(part)}))
            order by td.thread_id, td.ordinal, e.starts_at""",
            [*rulemaking.CLOSING, *part],
        ):
            said = {name: row[name] for name in row.keys() if name != "thread_id"}  # noqa: SIM118
            threads[row["thread_id"], row["kind"]].append(said)
    found: dict[tuple[str, str], list[Row]] = {}
    for (_, kind), members in threads.items():
        period: list[Row] = []
        for member in members:
            period = [*period, member] if period and _moves(period[-1], member) else [member]
            found |= {(each["document_id"], kind): period for each in period}
    return found


def _moves(before: Row, after: Row) -> bool:
    """Whether a document moves the deadline of the one before it in its rulemaking, rather than opening another period."""
    if _MOVES_IT.search(after["title"]):
        return True
    open_still = (after["published_on"] or "") <= before["starts_at"][:10]
    return open_still and _subject(before["title"]) == _subject(after["title"])


def _subject(title: str) -> str:
    return title.casefold().partition(";")[0].strip()
