"""The page that says what has been collected from where, what was to be expected, and what is wrong."""

from __future__ import annotations

import datetime
import sqlite3

from crawlers.completeness.health import Health, Holding, by_month, health, months_before
from crawlers.sources import load_sources
from pages.database import Row, rows
from pages.documents.document import source_title
from pages.http import formatting

#: How many runs of a source are shown, and up to how many sessions stand open on the page; more are behind a summary.
RUNS, OPEN = 6, 8
#: What stands for the session in the ids of documents that belong to none.
NO_SESSION = ("fr", "regs", "court", "bills")


_RUNS = """
    select started_at, state, listed, added, changed, unchanged, rejected, waiting from runs where source = ?
    order by id desc limit ?"""


def coverage(db: sqlite3.Connection, now: str) -> Row:
    """Every source that has been asked, with its sessions and newest runs; those that were not; how many need a person."""
    found = health(db, now)
    asked = [_source(db, each, now) for each in found if each.last_run or each.holdings]
    return {
        "sources": asked,
        "bad": [each for each in asked if each["problems"] or each["short"]],
        "never": [source_title(each.source) for each in found if not (each.last_run or each.holdings)],
    }


def _source(db: sqlite3.Connection, found: Health, now: str) -> Row:
    about, today = load_sources()[found.source], datetime.date.fromisoformat(now[:10])
    sessions = [_session(each, today) for each in found.holdings]
    return {
        "id": found.source, "title": source_title(found.source), "publisher": about.publisher, "url": about.url,
        "frequency": about.frequency, "documents": found.documents,
        "since": min((each.oldest_on for each in found.holdings if each.oldest_on), default=None),
        "until": max((each.newest_on for each in found.holdings if each.newest_on), default=None),
        "missing": sum(each.missing for each in found.holdings), "last_success": found.last_success,
        "problems": [_in_words(each.jurisdiction, each.words) for each in found.problems],
        "short": [each for each in sessions if each["reason"]], "sessions": sessions, "open": len(sessions) <= OPEN,
        "months": _months(db, found.source, now),
        "runs": rows(db, _RUNS, [found.source, RUNS]),
    }  # fmt: skip


def _in_words(jurisdiction: str | None, problem: str) -> str:
    problem = problem[:1].upper() + problem[1:] if not jurisdiction else problem
    return f"{formatting.place(jurisdiction)}: {problem}" if jurisdiction else problem


def _session(held: Holding, today: datetime.date) -> Row:
    """A session as the table shows it: numbers, shares in words, the age of its newest document."""
    newest = held.newest_on or held.latest_action_on
    return {
        "place": formatting.place(held.jurisdiction), "session": _session_name(held),
        "documents": held.documents, "expected": held.expected, "received": held.received, "reason": held.reason,
        "complete": held.complete, "first_on": held.first_on, "last_on": held.last_on, "whole_at": held.whole_at,
        "newest_on": newest, "age": formatting.how_far(newest, today) if newest else "",
        "abstracts": share(held.with_abstract, held.documents), "texts": share(held.with_text, held.documents),
        "actions": share(held.with_actions, held.documents),
    }  # fmt: skip


def _session_name(held: Holding) -> str:
    """The session in words; "all" where a source has no sessions and its documents lie under one name of ours."""
    if held.session in NO_SESSION:
        return "all"
    return formatting.session_in_words(held.jurisdiction, held.session) or held.session


def share(part: int, whole: int) -> str:
    """A share in percent that is 0 or 100 only where it is exactly that."""
    if not whole:
        return ""
    percent = round(100 * part / whole)
    if 0 < part < whole and percent in (0, 100):
        return "under 1 %" if percent == 0 else "over 99 %"
    return f"{percent} %"


def _months(db: sqlite3.Connection, source: str, now: str) -> Row | None:
    """What was published in the last whole month and in the same month a year before, place by place."""
    last, before = months_before(now[:7], 1), months_before(now[:7], 13)
    found = [
        {"place": formatting.place(jurisdiction), "last": months.get(last, 0), "before": months.get(before, 0)}
        for jurisdiction, months in by_month(db, source).items()
        if last in months or before in months
    ]
    return {"last": last, "before": before, "places": sorted(found, key=lambda each: each["place"])} if found else None
