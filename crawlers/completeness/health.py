"""How each source stands, for `infopolicy status` and the public page alike: what was expected, what came, what is wrong.

Reads corpus.db only: the runs, and what was counted at publish (crawlers.completeness.coverage_tables).
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from crawlers.completeness import fields
from crawlers.completeness.completeness import Part, earlier, place_of, told
from crawlers.sources import Source, load_sources

#: How many runs back are looked at for what was expected of a session.
RUNS = 30
#: An unknown field is told for so many days after a run has met it, or until fields.yml knows it.
UNKNOWN_FOR = timedelta(days=30)
#: A source is overdue when its last complete run is this many times as old as it should be.
OVERDUE_TIMES = 2
#: A month without a single document is told where the same month of the years before had at least so many.
DRY_LEAST = 20
_RUN = ("started_at", "finished_at", "state", "added", "changed", "rejected", "waiting", "note")


@dataclass
class Holding:
    """What is held of one session of a place, and what was to be expected.

    `expected` and `received` are None where no run has listed it; `first_on` to `last_on` are the days that the last run
    listed, where it listed days; `whole_at` is when it was last seen whole; `reason` says in plain words what is wrong.
    """

    jurisdiction: str
    session: str
    documents: int = 0
    missing: int = 0
    with_abstract: int = 0
    with_text: int = 0
    with_actions: int = 0
    oldest_on: str | None = None
    newest_on: str | None = None
    latest_action_on: str | None = None
    expected: int | None = None
    received: int | None = None
    first_on: str | None = None
    last_on: str | None = None
    complete: bool = True
    whole_at: str | None = None
    reason: str | None = None

    @property
    def label(self) -> str:
        return f"{self.jurisdiction} {self.session}".strip()


@dataclass(frozen=True)
class Problem:
    """What is wrong with a source as a whole, or with all of one place."""

    words: str
    jurisdiction: str | None = None

    def __str__(self) -> str:
        return f"{self.jurisdiction}: {self.words}" if self.jurisdiction else self.words


@dataclass
class Health:
    """One source: its last run (None: it never ran), when one last ended well, `problems` beyond single sessions."""

    source: str
    last_run: dict[str, Any] | None = None
    last_success: str | None = None
    problems: list[Problem] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.holdings)

    @property
    def short(self) -> list[Holding]:
        """The sessions that are not as they should be."""
        return [each for each in self.holdings if each.reason]

    @property
    def warnings(self) -> list[str]:
        return [*map(str, self.problems), *(f"{each.label}: {each.reason}" for each in self.short)]


def health(db: sqlite3.Connection, now: str, *, crawling: bool = True) -> list[Health]:
    """How each source of sources.yml stands, in that order; `now` is a UTC time stamp.

    Args:
        crawling: whether a process may be crawling now; where none is, a run that still says "running" was killed.
    """
    return [_health(db, source, now, crawling) for source in load_sources().values()]


def _health(db: sqlite3.Connection, source: Source, now: str, crawling: bool) -> Health:
    cursor = db.execute("select * from runs where source = ? order by id desc limit 1", [source.id])
    row = cursor.fetchone()
    last = dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else {}
    good = "select max(finished_at) from runs where source = ? and state = 'finished'"
    found = Health(
        source=source.id,
        last_run={name: last.get(name) for name in _RUN} if last else None,
        last_success=db.execute(good, [source.id]).fetchone()[0],
        holdings=_holdings(db, source),
    )
    if found.last_run:
        parts = [part for part in json.loads(last["coverage"] or "[]") if isinstance(part, dict)]
        found.problems = [
            *_of_the_run(found.last_run, parts, source, crawling),
            *_overdue(found, source, now),
            *_unknown(db, source, now),
            *_dry(db, found, source, now),
        ]
    return found


# --------------------------------------------------------------------- sessions


def _holdings(db: sqlite3.Connection, source: Source) -> list[Holding]:
    found = {(row[0], row[1]): Holding(*row) for row in _counted(db, source)}
    for (jurisdiction, session), parts, finished_at in _expected(db, source):
        holding = found.setdefault((jurisdiction, session), Holding(jurisdiction, session))
        if holding.expected is None:
            _expect(holding, parts)
        if holding.whole_at is None and all(part["complete"] for part in parts):
            holding.whole_at = finished_at
    newest_first = sorted(found.values(), key=lambda each: each.newest_on or each.session, reverse=True)
    return sorted(newest_first, key=lambda each: (each.reason is None, each.jurisdiction))


def _counted(db: sqlite3.Connection, source: Source) -> list[tuple[Any, ...]]:
    if not _is_counted(db):
        return []
    names = (
        "jurisdiction, session, documents, missing, with_abstract, with_text, with_actions, first_on, newest_on, "
        "latest_action_on"
    )
    return [tuple(row) for row in db.execute(f"select {names} from coverage where source = ?", [source.id])]


def _expected(db: sqlite3.Connection, source: Source) -> Iterable[tuple[tuple[str, str], list[Part], str]]:
    """Each session with its entries in a run's coverage, newest run first."""
    only = source.jurisdictions[0] if len(source.jurisdictions) == 1 else ""
    for finished_at, parts in islice(earlier(db, source.id), RUNS):
        sessions: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for part in parts:
            jurisdiction, session, _ = place_of(part)
            sessions[jurisdiction or only, session].append(part)
        for place, entries in sessions.items():
            yield place, entries, finished_at


def _expect(holding: Holding, parts: list[Part]) -> None:
    begun = any(not (part["listed"] or part.get("gone") or part["complete"]) for part in parts)
    told = [{"expected": part["listed"], "received": min(part["stored"], part["listed"])} | part for part in parts]
    expected, received = sum(part["expected"] for part in told), sum(part["received"] for part in told)
    if begun:  # only begun: later runs may have brought more
        received = max(received, min(holding.documents, expected))
    holding.expected, holding.received = expected, received
    holding.first_on = min((part["first_on"] for part in parts if part.get("first_on")), default=None)
    holding.last_on = max((part["last_on"] for part in parts if part.get("last_on")), default=None)
    holding.complete = all(part["complete"] for part in parts)
    reasons = [
        f"{part['part']}: {part['reason']}" if part.get("part") else part["reason"]
        for part in parts
        if part.get("reason")
    ]
    holding.reason = "; ".join(reasons) or None


# --------------------------------------------------------------------- what is wrong with a source as a whole


def _of_the_run(run: dict[str, Any], parts: list[Part], source: Source, crawling: bool) -> Iterator[Problem]:
    if run["state"] == "running" and not crawling:
        yield Problem(
            f"the last run, of {run['started_at'][:10]}, was cut off: infopolicy crawl {source.id} goes on with it"
        )
    if run["state"] not in ("finished", "running"):
        yield Problem("the last run failed" if run["state"] == "failed" else "the last run was cut off")
    elsewhere = (*told(parts), fields.TOLD)  # told with the sessions and by `_unknown`
    if note := "; ".join(words for words in (run["note"] or "").split("; ") if not words.startswith(elsewhere)):
        yield Problem(note)
    listed: dict[tuple[str | None, str], int] = defaultdict(int)
    for part in parts:
        jurisdiction, session, name = place_of(part)
        listed[jurisdiction, session] += part["listed"]
        if not part["complete"] and not part.get("reason") and part["listed"] and not run["waiting"]:
            where = " ".join(filter(None, (session, name)))
            yield Problem(
                f"{where}: {part['stored']:,} of {part['listed']:,} listed documents are stored", jurisdiction
            )
    for (jurisdiction, session), count in listed.items():
        if count and not source.expect_min <= count <= source.expect_max:
            bounds = f"{source.expect_min:,} to {source.expect_max:,}"
            yield Problem(f"{session}: {count:,} documents are listed, a session should have {bounds}", jurisdiction)


def _overdue(found: Health, source: Source, now: str) -> Iterator[Problem]:
    since = found.last_success
    if since is None or _time(now) - _time(since) > OVERDUE_TIMES * timedelta(hours=source.every_hours):
        when = f"since {since[:10]}" if since else "so far"
        yield Problem(f"no run to its end {when}; it should be asked every {source.every_hours} hours")


def _unknown(db: sqlite3.Connection, source: Source, now: str) -> Iterator[Problem]:
    if not db.execute("select 1 from pragma_table_info('runs') where name = 'unknown'").fetchone():
        return  # nothing was written since this column came
    since = (_time(now) - UNKNOWN_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = db.execute(
        "select unknown from runs where source = ? and started_at >= ? and unknown <> '[]'", [source.id, since]
    ).fetchall()
    if names := fields.still_unknown(source.id, {name for (stored,) in rows for name in json.loads(stored)}):
        yield Problem(f"new fields in its records that nobody here has looked at yet: {', '.join(names)}")


def _dry(db: sqlite3.Connection, found: Health, source: Source, now: str) -> Iterator[Problem]:
    """Places of which nothing was published last month, though there should be: the source is asked, and has dried up.

    States are told only where both years before had something: some legislatures sit every other year.
    """
    last = months_before(now[:7], 1)
    if not found.last_success or found.last_success[:7] <= last:
        return
    for jurisdiction, months in by_month(db, source.id).items():
        years = [months_before(last, 12 * back) for back in ((1, 2) if source.level == "state" else (1,))]
        before = [months.get(year, 0) for year in years]
        if last not in months and min(before) >= DRY_LEAST:
            words = f"nothing published in {_in_words(last)} has come; of {_in_words(years[0])} there are {before[0]:,}"
            yield Problem(words, jurisdiction)


def by_month(db: sqlite3.Connection, source: str) -> dict[str, dict[str, int]]:
    """Place -> month ("2026-10") -> documents published in it; empty before the first publish."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    if _is_counted(db):
        rows = db.execute("select jurisdiction, month, documents from coverage_months where source = ?", [source])
        for jurisdiction, month, documents in rows:
            counts[jurisdiction][month] = documents
    return counts


def months_before(month: str, count: int) -> str:
    """ "2026-01" and 1 give "2025-12"."""
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 - count
    return date(number // 12, number % 12 + 1, 1).isoformat()[:7]


def _in_words(month: str) -> str:
    return f"{date.fromisoformat(month + '-01'):%B %Y}"


def _is_counted(db: sqlite3.Connection) -> bool:
    """Whether the corpus was published since these tables came."""
    return db.execute("select 1 from sqlite_master where name = 'coverage'").fetchone() is not None


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
