"""The day's work in one call: which sources are due, and in what order they are asked."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta

from crawlers.keys import lacking
from crawlers.sources import Source, load_sources
from settings import Configuration
from store.connect import read_only

#: A timer comes some minutes sooner or later, and a crawl begins some seconds after it: what is due so soon is due.
EARLY = timedelta(minutes=30)


def run(config: Configuration, *, now: str, say: Callable[[str], None], flags: Sequence[str] = ()) -> int:
    """Crawl what is due, in two steps: all sources together, then those that ask about what is tagged.

    Each step is a process of its own, because Scrapy's reactor runs once in a process; the data folder's lock keeps two
    from overlapping. Where nothing is due, what a killed run left is still tagged, matched and published. What need not be
    kept goes last, whatever came before. Returns the highest exit code.

    Args:
        now: UTC time stamp; its day is the day of the crawl, also where the work goes on past midnight.
        flags: `--quiet` and `--verbose`, as each step is to be called with them.
    """
    usable = [source for source in load_sources().values() if not source.lacking()]
    for each in lacking():
        if each.whole:  # one city of a source is told by the crawl of that source
            say(str(each))
    due = [source for source in usable if is_due(config, source, now)]
    if not due:
        say("no source is due")
    steps = [[source.id for source in due if source.after_tags is late] for late in (False, True)]
    calls = [["crawl", *names, "--today", now[:10]] for names in steps if names] or [["rebuild"]]
    # Pruning is quiet in any case: every four hours there is next to nothing to remove.
    return max([_call(*flags, *words) for words in calls] + [_call(*flags, "--quiet", "prune")])


def is_due(config: Configuration, source: Source, now: str) -> bool:
    """Whether the last complete run of a source is older than it should be (or there is none, or it lies in the future:
    it was made while the clock was wrong, and would keep the source waiting for as long)."""
    if not config.corpus.exists():
        return True
    with closing(read_only(config.corpus)) as db:
        last = db.execute(
            "select max(started_at) from runs where source = ? and state = 'finished' and note is null "
            "and coalesce(waiting, 0) = 0",
            [source.id],
        ).fetchone()[0]
    return last is None or not timedelta(0) <= _time(now) - _time(last) < timedelta(hours=source.every_hours) - EARLY


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _call(*arguments: str) -> int:
    """The exit code of a command in a process of its own."""
    return exit_code(subprocess.run([sys.executable, "-m", "infopolicy", *arguments], check=False).returncode)


def exit_code(code: int) -> int:
    """An exit code as a shell has it, of a process that a signal ended 128 and the signal's number: a negative number would be
    the least of all codes, and a killed crawl would pass for a good one."""
    return code if code >= 0 else 128 - code
