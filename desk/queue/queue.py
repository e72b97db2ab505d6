"""The queue: documents that need a decision, ranked by priority, deadline and doubt, and a random sample of others.

A ranking by the program's own suggestions hides what it misses. Therefore one place in ten goes to a document drawn at
random from those in which it found nothing. The estimate of its misses rests on these.

What is cleared gives its place to the next, so a person who stays at the top would never come to place 10. After nine
documents, one from the sample comes by itself.
"""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from desk.queue.advocacy import KNOWN_DATES, lapsed
from desk.queue.queue_filters import SORTS, Filters, conditions, dates
from pages.browse import finding
from pages.http.formatting import place

PAGE = 25
#: One place in this many goes to a document drawn at random.
SAMPLE_INTERVAL = 10
_SAMPLE_TRIES = 400

#: Points, shown on the page: returned for review 4, priority 4, else up to 2 by its score, a date that staff know of within
#: 60 days up to 4, an area of the viewer's own, or of a unit of theirs, 2, news within 90 days 2. What can no longer move
#: loses 4. Doubt only decides between equals.
_RANKED = f"""
    with due (document_id, due_on) as materialized (
        select document_id, min(substr(starts_at, 1, 10)) from {KNOWN_DATES} where starts_at >= :today group by 1
    ),
    own (document_id) as materialized (
        select o.document_id from waiting_pairs o join current_area_owners a on o.subject = 'area:' || a.area_id
        where a.owner = :me
        union select w.document_id from current_unit_members m join units n on n.id = m.unit_id
        join current_area_units a on a.unit_id = n.id join waiting_pairs o on o.subject = 'area:' || a.area_id
        join waiting w on w.document_id = o.document_id
        where m.account_id = :me and (n.place is null or w.jurisdiction = n.place or w.jurisdiction like n.place || '-%')
    )
    select w.*, due.due_on, count(*) over () as total,
        4.0 * (w.returned > 0) + case when w.priority = 2 then 4.0 else 2.0 * w.priority_score end
        + coalesce(4.0 * max(0, 1 - (julianday(due.due_on) - julianday(:today)) / 60.0), 0)
        + 2.0 * (w.document_id in (select document_id from own))
        + 2.0 * (w.latest_on >= :lately) - 4.0 * (coalesce(w.congress, :congress) < :congress) as points
    from waiting w left join due on due.document_id = w.document_id"""

#: The documents that a person has decided today since their last one from the random sample.
_DECIDED_SINCE_SAMPLE = """
    select count(distinct document_id) from reviews where reviewer = :me and reviewed_at >= :today and not sampled
    and verdict != 'undo' and id > coalesce((
        select max(id) from reviews where reviewer = :me and reviewed_at >= :today and sampled), 0)"""

_NOT_ONLY_OUTCOMES = (
    "exists (select 1 from waiting_pairs o where o.document_id = w.document_id and o.subject not like 'outcome:%')"
)


@dataclass(frozen=True)
class Entry:
    """A document in the queue with the reasons for its rank. `sampled`: drawn at random."""

    document_id: str
    waiting: int = 0
    points: float = 0.0
    priority: int = 0
    due_on: str | None = None
    returned: int = 0
    least_sure: float | None = None
    sampled: bool = False


@dataclass(frozen=True)
class QueueViewer:
    """Who looks at the queue and when. `since` is the end of their last visit, None at the first.

    An outcome waits only for those who may approve it (`approves`).
    """

    account_id: int
    today: datetime.date
    since: str | None
    approves: bool = True


def ranked(db: Database, filters: Filters, asked: QueueViewer, *, skip: int, size: int) -> tuple[list[Entry], int]:
    """Return a slice of the ranked queue and the length of the whole (0 when the slice begins after its end).

    Args:
        db: staff.db with corpus.db attached.
    """
    sql, values = _ranking(db, filters, asked)
    first = SORTS.get(filters.sort, SORTS[""])[1]
    if filters.sort == "place":
        values["places"] = json.dumps(_places(db))
    sql += f" order by {first}points desc, w.doubt desc, w.document_id limit :size offset :skip"
    rows = list(db.query(sql, values | {"size": size, "skip": skip}))
    return [_entry(row) for row in rows], rows[0]["total"] if rows else 0


def _places(db: Database) -> dict[str, int]:
    """The places with a document in the queue -> their order: Congress first, then by name."""
    found = [row[0] for row in db.execute("select distinct jurisdiction from waiting").fetchall()]
    return {key: at for at, key in enumerate(sorted(found, key=lambda key: (key != "us", place(key), key)))}


def waiting_by_area(db: Database, asked: QueueViewer) -> dict[str, int]:
    """Area -> the documents in the queue that is filtered by it, none left out."""
    sql, values = _ranking(db, Filters(), asked)
    sql = (
        f"select substr(o.subject, 6), count(*) from ({sql}) w join waiting_pairs o on o.document_id = w.document_id "
        "where o.subject like 'area:%' group by 1"
    )
    return dict(db.execute(sql, values).fetchall())


def _ranking(db: Database, filters: Filters, asked: QueueViewer) -> tuple[str, dict[str, Any]]:
    """The SQL of the documents that fit some filters, with their points, and its values."""
    chosen, values = conditions(filters)
    chosen.append(_not_ceremonial(db, "w.document_id"))
    if not asked.approves:
        chosen.append(_NOT_ONLY_OUTCOMES)
    values["named"] = json.dumps(finding.named(db.conn, filters.q) if filters.q else [])
    values |= lapsed(db, asked.today.isoformat())
    values |= dates(asked.today) | {"me": asked.account_id, "since": asked.since or ""}
    return f"{_RANKED} where {' and '.join(chosen)}", values


def queue_slice(db: Database, filters: Filters, asked: QueueViewer, page: int) -> tuple[list[tuple[int, Entry]], int]:
    """Return one page of the queue, each entry with its number from 0, and the length of the ranked part."""
    numbers = range((page - 1) * PAGE, page * PAGE)
    sample = _sampled(db, filters, asked, numbers[-1] // SAMPLE_INTERVAL + 1)
    places = [n for n in numbers if not _is_sample_slot(n, filters)]
    first = _rank_of(numbers[0], filters)
    entries, total = ranked(db, filters, asked, skip=first, size=len(places))
    mixed = dict(zip(places, entries, strict=False))
    last = max(mixed, default=-1)
    mixed |= {
        n: sample[n // SAMPLE_INTERVAL]
        for n in numbers
        if n < last and _is_sample_slot(n, filters) and n // SAMPLE_INTERVAL < len(sample)
    }
    return sorted(mixed.items()), total


def pages(total: int, filters: Filters) -> int:
    """How many pages hold the ranked part, where the places kept for the random sample are not its own."""
    kept = 0 if filters.query() else max(0, total - 1) // (SAMPLE_INTERVAL - 1)
    return max(1, -(-(total + kept) // PAGE))


def entry_at(db: Database, filters: Filters, asked: QueueViewer, number: int) -> tuple[int, Entry] | None:
    """Return the entry with this number or the next one, starting over after the end; None when the queue is empty."""
    if _is_sample_slot(number, filters):
        sample = _sampled(db, filters, asked, number // SAMPLE_INTERVAL + 1)
        if number // SAMPLE_INTERVAL < len(sample):
            return number, sample[number // SAMPLE_INTERVAL]
        number += 1
    entries, _ = ranked(db, filters, asked, skip=_rank_of(number, filters), size=1)
    if entries:
        return number, entries[0]
    return entry_at(db, filters, asked, 0) if number else None


def place_after(number: int, filters: Filters, *, sampled: bool, cleared: bool) -> int:
    """Return the number to go to after a document: what is cleared gives its place to the next, unless it was drawn for it.

    Args:
        sampled: the document is one of the random sample.
        cleared: it was decided, not left as it is.
    """
    return number + (_is_sample_slot(number, filters) if sampled else not cleared)


def due_from_sample(db: Database, filters: Filters, asked: QueueViewer) -> Entry | None:
    """Return the document of the random sample that comes next for a person, if one is due.

    It is due when they have decided nine other documents since their last one from the sample, today, and stays due until
    they decide it. With filters, none is.
    """
    if filters.query():
        return None
    [decided] = db.execute(_DECIDED_SINCE_SAMPLE, {"me": asked.account_id, "today": asked.today.isoformat()}).fetchone()
    due = decided >= SAMPLE_INTERVAL - 1
    return next(iter(random_sample(db, asked.today, 1)), None) if due else None


def address_after(db: Database, filters: Filters, asked: QueueViewer, number: int, *, sampled: bool) -> str:
    """Return where to go from a document that was cleared: to the one due from the random sample, or on in the queue."""
    number = place_after(number, filters, sampled=sampled, cleared=True)
    due = due_from_sample(db, filters, asked)
    page = f"documents/{due.document_id}" if due else "next"
    return f"/desk/{page}?{filters.query(n=number)}"


def _is_sample_slot(number: int, filters: Filters) -> bool:
    """Whether this number goes to a document drawn at random. With filters, none does."""
    return number % SAMPLE_INTERVAL == SAMPLE_INTERVAL - 1 and not filters.query()


def _rank_of(number: int, filters: Filters) -> int:
    """Return the rank of the entry with this number."""
    return number if filters.query() else number - number // SAMPLE_INTERVAL


def _not_ceremonial(db: Database, column: str) -> str:
    """Return the condition that leaves out ceremonial resolutions, where corpus.db marks them."""
    marked = db.execute("select 1 from corpus.sqlite_master where name = 'ceremonial'").fetchone()
    return f"{column} not in (select document_id from corpus.ceremonial)" if marked else "1"


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        row["document_id"],
        row["pairs"],
        round(row["points"], 2),
        row["priority"],
        row["due_on"],
        row["returned"],
        row["least_sure"],
    )


# --------------------------------------------------------------------- the random sample


def random_sample(db: Database, today: datetime.date, most: int) -> list[Entry]:
    """Return at most `most` documents drawn at random from those in which the program found nothing.

    The sample is the same all day and for everyone. Documents that somebody has reviewed leave it.
    """
    top = db.execute("select coalesce(max(rowid), 0) from corpus.documents").fetchone()[0]
    if not top or most < 1:
        return []
    drawn = random.Random(f"lots {today.isoformat()}").sample(range(1, top + 1), min(_SAMPLE_TRIES, top))
    rows = db.execute(
        f"""select d.rowid, d.id from corpus.documents d join corpus.taggings t on t.document_id = d.id
        where d.rowid in (select value from json_each(?)) and {_not_ceremonial(db, "d.id")}
        and not exists (select 1 from corpus.tags where document_id = d.id)
        and not exists (select 1 from standings s where s.document_id = d.id and s.subject = 'priority')""",
        [json.dumps(drawn)],
    ).fetchall()
    order = {rowid: place for place, rowid in enumerate(drawn)}
    blank = [row[1] for row in sorted(rows, key=lambda row: order[row[0]])]
    return [Entry(key, sampled=True) for key in blank[:most]]


def is_sampled(db: Database, today: datetime.date, document_id: str) -> bool:
    """Whether today's random sample contains a document."""
    return any(entry.document_id == document_id for entry in random_sample(db, today, 100))


def _sampled(db: Database, filters: Filters, asked: QueueViewer, most: int) -> list[Entry]:
    return [] if filters.query() else random_sample(db, asked.today, most)
