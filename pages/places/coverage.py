"""The page about coverage: what each source holds, what was collected from it, and what is wrong."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass
from itertools import pairwise

from crawlers.completeness.health import Health, Holding, by_month, health, months_before
from crawlers.sources import Source, load_sources
from pages.database import Row, rows
from pages.documents.document import source_title
from pages.http import formatting

#: Runs of a source that the page shows. A source with more than OPEN sessions has them behind a summary.
RUNS, OPEN = 6, 8

#: `unchanged` are all others that a whole run listed: it asks again only for what its list marks as changed.
_RUNS = """
    select started_at, state, listed, added, changed, rejected, waiting,
        case when state = 'finished' and not coalesce(waiting, 0)
            and not exists (select 1 from json_each(coverage) part where not json_extract(part.value, '$.complete'))
            then max(listed - added - changed - rejected, 0) end as unchanged
    from runs where source = ? order by id desc limit ?"""
#: The names of ours under which sources of people and districts have their records.
_OF_PEOPLE = ("members", "zip")
#: The states of a run in words.
_STATES = {"finished": "complete", "running": "not ended yet", "failed": "failed", "interrupted": "cut off"}


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A session as the table shows it: what is held, shares in words, the age of its newest document."""

    held: Holding
    place: str
    session: str
    newest_on: str | None
    age: str
    abstracts: str
    texts: str
    actions: str


@dataclass(frozen=True, kw_only=True)
class MonthsView:
    """What was published in the last whole month and a year before: (place, last, before)."""

    last: str
    before: str
    places: list[tuple[str, int, int]]


@dataclass(frozen=True)
class LeftOutSession:
    """A session whose bills are not collected; ``bills`` is None where its source was not asked yet."""

    place: str
    title: str
    bills: int | None
    moved_on: str | None


@dataclass(frozen=True)
class LeftOut:
    """The sessions of a source that are not collected: those that may hold bills by name, the old ones as a number."""

    named: list[LeftOutSession]
    older: int
    older_than: str | None


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """A source that was crawled; ``short`` are the sessions that lack documents; ``open`` shows all sessions at once.

    ``named`` are bills of Congress that are not held though documents name them, and how many do; ``empty`` are spans of months
    of which nothing is held: the first, the last, and how many.
    """

    about: Source
    health: Health
    title: str
    since: str | None
    until: str | None
    missing: int
    problems: list[str]
    sessions: list[SessionView]
    months: MonthsView | None
    named: list[tuple[str, int]]
    empty: list[tuple[str, str, int]]
    left_out: LeftOut
    runs: list[Row]

    @property
    def short(self) -> list[SessionView]:
        return [each for each in self.sessions if each.held.reason]

    @property
    def received(self) -> int:
        """The records that came, as the runs count them: those of people and votes are no documents."""
        return sum(each.held.received or 0 for each in self.sessions)

    @property
    def open(self) -> bool:
        return len(self.sessions) <= OPEN


@dataclass(frozen=True)
class CoverageView:
    """The sources that were crawled, and the titles of those that never were."""

    sources: list[SourceView]
    never: list[str]

    @property
    def bad(self) -> list[SourceView]:
        return [each for each in self.sources if each.problems or each.short]


def coverage(db: sqlite3.Connection, now: str) -> CoverageView:
    """Return every source with its sessions and newest runs."""
    found = health(db, now)
    asked = [each for each in found if each.last_run or each.holdings]
    return CoverageView(
        [_source(db, each, now) for each in asked], [source_title(each.source) for each in found if each not in asked]
    )


def _source(db: sqlite3.Connection, found: Health, now: str) -> SourceView:
    today = datetime.date.fromisoformat(now[:10])
    return SourceView(
        about=load_sources()[found.source],
        health=found,
        title=source_title(found.source),
        since=min((each.oldest_on for each in found.holdings if each.oldest_on), default=None),
        until=max((each.newest_on for each in found.holdings if each.newest_on), default=None),
        missing=sum(each.missing for each in found.holdings),
        problems=[_in_words(each.jurisdiction, each.words) for each in found.problems],
        sessions=[_session(each, today) for each in found.holdings],
        months=_months(db, found.source, now),
        named=[] if load_sources()[found.source].after_tags else _named(db, found.holdings),
        empty=_empty(db, found),
        left_out=_left_out(db, found.source),
        runs=[
            row | {"state": _STATES.get(row["state"], row["state"])} for row in rows(db, _RUNS, [found.source, RUNS])
        ],
    )


def _left_out(db: sqlite3.Connection, source: str) -> LeftOut:
    """The sessions that are not collected; one that its source says is empty lacks nothing."""
    found = rows(
        db,
        """select jurisdiction, session, title, ends_on, bills, latest_action_on, left_out from sessions
        where source = ? and left_out is not null and bills is not 0 order by jurisdiction, starts_on""",
        [source],
    )
    named = [
        LeftOutSession(
            formatting.place(row["jurisdiction"]), row["title"] or row["session"], row["bills"], row["latest_action_on"]
        )
        for row in found
        if row["left_out"] != "old"
    ]
    old = [row["ends_on"] for row in found if row["left_out"] == "old"]
    return LeftOut(named, len(old), max(old, default=None))


def _named(db: sqlite3.Connection, holdings: list[Holding]) -> list[tuple[str, int]]:
    """The bills of the Congresses collected that others name and that are not held, most named first: a list may lack them."""
    found: list[tuple[str, int]] = []
    for session in (each.session for each in holdings if each.jurisdiction == "us" and each.session.isdecimal()):
        rest = db.execute(
            """select linked_id, count(distinct document_id) as documents from links
            where linked_id >= ? and linked_id < ? and kind <> 'amendment'
            and not exists (select 1 from documents d where d.id = linked_id) group by 1""",
            [f"us-{session}-", f"us-{session}-~"],
        )
        found += [(formatting.number_in_words(row[0]), row[1]) for row in rest]
    return sorted(found, key=lambda each: -each[1])


def _empty(db: sqlite3.Connection, found: Health) -> list[tuple[str, str, int]]:
    """The spans of months without a document between the oldest and the newest, where the source knows no sessions."""
    if not all(each.session in formatting.NO_SESSION and each.jurisdiction == "us" for each in found.holdings):
        return []
    held = sorted(month for months in by_month(db, found.source).values() for month in months)
    spans = []
    for before, after in pairwise(held):
        first, last = months_before(before, -1), months_before(after, 1)
        if first <= last:
            months = 12 * (int(last[:4]) - int(first[:4])) + int(last[5:]) - int(first[5:]) + 1
            spans.append((first, last, months))
    return spans


def _in_words(jurisdiction: str | None, problem: str) -> str:
    problem = problem[:1].upper() + problem[1:] if not jurisdiction else problem
    return f"{formatting.place(jurisdiction)}: {problem}" if jurisdiction else problem


def _session(held: Holding, today: datetime.date) -> SessionView:
    newest = held.newest_on or held.latest_action_on
    return SessionView(
        held=held,
        place=formatting.place(held.jurisdiction),
        session=_session_name(held),
        newest_on=newest,
        age=formatting.how_far(newest, today) if newest else "",
        abstracts=share(held.with_abstract, held.documents),
        texts=share(held.with_text, held.documents),
        actions=share(held.with_actions, held.documents),
    )


def _session_name(held: Holding) -> str:
    """The session in words; "all" where a source has no sessions and its records lie under one name of ours."""
    if held.session in (*formatting.NO_SESSION, *_OF_PEOPLE):
        return "all"
    return formatting.session_in_words(held.jurisdiction, held.session) or held.session


def share(part: int, whole: int) -> str:
    """A share in percent that is 0 or 100 only where it is exactly that."""
    if not whole:
        return ""
    percent = round(100 * part / whole)
    if 0 < part < whole and percent in (0, 100):
        return "under 1%" if percent == 0 else "over 99%"
    return f"{percent}%"


def _months(db: sqlite3.Connection, source: str, now: str) -> MonthsView | None:
    """What was published in the last whole month and in the same month a year before, place by place."""
    last, before = months_before(now[:7], 1), months_before(now[:7], 13)
    found = [
        (formatting.place(jurisdiction), months.get(last, 0), months.get(before, 0))
        for jurisdiction, months in by_month(db, source).items()
        if last in months or before in months
    ]
    return (
        MonthsView(last=last, before=before, places=sorted(found, key=lambda each: formatting.alphabetical(each[0])))
        if found
        else None
    )
