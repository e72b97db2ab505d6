"""A first collection as a person meets it: what comes when, a useful site early, and at the end what needs a person.

Three steps, each a crawl in a process of its own that tags and publishes what it brought: the sources that are done within an
hour, the texts of what was tagged, and the sources that take hours. A step that fails does not stop the next one.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta

from crawlers.keys import lacking
from crawlers.live_check import load_probes
from crawlers.pace import DAY, HOUR, in_words, seconds
from crawlers.sources import Source, load_sources
from operations.daily import exit_code
from settings import Configuration
from store.connect import read_only

QUICK_DAYS = 30
#: Sources that take longer come in the last step.
SOON = HOUR


@dataclass(frozen=True)
class Step:
    """What is collected at the same time, what for, and for how many seconds that should take."""

    title: str
    sources: tuple[str, ...]
    takes: float


def plan(names: Sequence[str], *, loaded: Sequence[str], quick: bool) -> list[Step]:
    """The steps in their order, without empty ones.

    Args:
        names: sources to collect.
        loaded: those of which everything was collected before; they ask only for what changed.
        quick: only the last days are asked for.
    """
    sources = [load_sources()[name] for name in names]
    takes = {each.id: 60.0 if each.id in loaded else today(each) / (10 if quick else 1) for each in sources}
    soon = [each.id for each in sources if not each.after_tags and takes[each.id] <= SOON]
    late = [each.id for each in sources if not each.after_tags and takes[each.id] > SOON]
    texts = [each.id for each in sources if each.after_tags]
    steps = (("what is done soon", soon), ("texts of what was tagged", texts), ("what takes hours", late))
    return [Step(title, tuple(found), max(takes[name] for name in found)) for title, found in steps if found]


def today(source: Source) -> float:
    """Seconds that a first load takes today: where a day has a limit, those of its requests."""
    first_load = load_probes()[source.id]["first_load"]
    requests = min(int(first_load["requests"]), source.per_day or int(first_load["requests"]))
    return seconds(source, requests, first_load.get("pace"))


def collect(
    config: Configuration,
    names: Sequence[str],
    *,
    today: str,
    quick: bool,
    more: Sequence[str] = (),
    flags: Sequence[str] = (),
    say: Callable[[str], None],
    call: Callable[[Sequence[str]], int] | None = None,
) -> int:
    """Run the steps; the highest exit code.

    Args:
        today: the day of the crawl (YYYY-MM-DD).
        more: options of `infopolicy crawl` for each step; `flags`: those before the name of the command.
        call: runs one command line of `infopolicy`; its exit code.
    """
    for each in lacking():
        say(str(each))
    if quick:
        for name in names:
            if why := load_sources()[name].not_by_days:
                say(f"{name}: left out for now: {why}; collect without --quick brings it")
        names = [name for name in names if not load_sources()[name].not_by_days]
    steps, code = plan(names, loaded=loaded(config), quick=quick), 0
    since = ("--since", (date.fromisoformat(today) - timedelta(days=QUICK_DAYS)).isoformat()) if quick else ()
    for number, step in enumerate(steps, 1):
        say(f"step {number} of {len(steps)}, {step.title}: {', '.join(step.sources)} ({in_words(step.takes)})")
        days = since if not all(load_sources()[name].after_tags for name in step.sources) else ()
        code = max(
            code, (call or _call)([*flags, "crawl", *step.sources, "--progress", "--today", today, *days, *more])
        )
        if number < len(steps):
            say("what came so far can be read: infopolicy serve, in another window")
    return code


def _call(arguments: Sequence[str]) -> int:
    return exit_code(subprocess.run([sys.executable, "-m", "infopolicy", *arguments], check=False).returncode)


def loaded(config: Configuration) -> list[str]:
    """The sources of which a run has brought everything."""
    if not config.corpus.exists():
        return []
    query = "select distinct source from runs where state = 'finished' and note is null and coalesce(waiting, 0) = 0"
    with closing(read_only(config.corpus)) as db:
        return [row[0] for row in db.execute(query)]


def needs(config: Configuration, names: Sequence[str]) -> Iterator[str]:
    """What a person should know or do about each source, from its last run; nothing about those that are well."""
    query = """
        select source, state, note, waiting, (select sum(requests) from runs r where r.source = runs.source)
        from runs where id in (select max(id) from runs group by source)"""
    with closing(read_only(config.corpus)) as db:
        last = {row[0]: row[1:] for row in db.execute(query)}
    for name in names:
        state, note, waiting, requests = last.get(name, ("never run", None, 0, 0))
        if waiting:
            yield f"{name}: the day's requests are used up; collect again tomorrow{_whole(name, requests)}"
        elif state != "finished":
            yield f"{name}: {note or state}; collect again, it goes on where it ended"
        elif note:
            yield f"{name}: {note} (see infopolicy status)"


def _whole(name: str, requests: int) -> str:
    """When a first load that a day's limit cuts up will be whole."""
    source, first_load = load_sources()[name], load_probes()[name]["first_load"]
    left = int(first_load["requests"]) - (requests or 0)
    if not source.per_day or left <= 0:
        return ""
    return f", all of it is here in {in_words(max(1, left / source.per_day) * DAY)}"
