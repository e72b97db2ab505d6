"""What `infopolicy check --live` prints: what each source answered, beside what the data folder knows of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing

from sqlite_utils import Database

from crawlers.live_check import BAD, NO_KEY, OK, Finding
from crawlers.sources import load_sources
from settings import Configuration
from store.connect import open_ops, read_only

_FIRST_LOAD = "first load: "


def add_stored(config: Configuration, found: Sequence[Finding], now: str) -> None:
    """Count the requests towards the day's budgets, say what is left of them, and where a first load is done already."""
    loaded = _loaded(config)
    asked = Counter(each.source for each in found if each.state != NO_KEY)
    with closing(open_ops(config.ops)) as db:
        for each in found:
            source = load_sources()[each.source]
            if source.per_day and each.source in asked:
                used = _spend(db, each.source, now[:10], asked.pop(each.source))
                each.words += [f"{max(0, source.per_day - used):,} of {source.per_day:,} requests left today"]
            if when := loaded.get(each.source):
                each.words = [words for words in each.words if not words.startswith(_FIRST_LOAD)]
                each.words += [f"loaded, last on {when[:10]}"]


def _spend(db: Database, source: str, day: str, number: int) -> int:
    """Add to the requests of a day (crawlers/download/budget.py) and return how many there are."""
    row = db.execute(
        "insert into budgets (source, day, used) values (:source, :day, :number) on conflict (source, day) do update "
        "set used = used + :number returning used",
        {"source": source, "day": day, "number": number},
    ).fetchone()
    return int(row[0])


def _loaded(config: Configuration) -> dict[str, str]:
    """When a run of each source last ended with nothing left over."""
    if not config.corpus.exists():
        return {}
    query = "select source, max(finished_at) from runs where state = 'finished' and coalesce(waiting, 0) = 0 group by 1"
    with closing(read_only(config.corpus)) as db:
        return dict(map(tuple, db.execute(query)))


def lines(found: Sequence[Finding]) -> Iterator[str]:
    """A line for each source; the cities of one source that answered alike share one. Then a summary."""
    width = max(len(each.source) for each in found)
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for each in found:
        groups[each.source, each.state].append(each)
    for (source, state), group in groups.items():
        yield f"{source:<{width}}  {state:<11}  {_about(group)}"
    bad, keyless = (sum(each.state in states for each in found) for states in (BAD, (NO_KEY,)))
    well = len(found) - bad - keyless
    yield f"{well} answers as they should be, {bad} that need a person, {keyless} left out for want of a key"


def _about(group: Sequence[Finding]) -> str:
    first = "; ".join(group[0].words)
    if not group[0].place:
        return first
    named = ", ".join(each.place for each in group)
    return (
        f"{named}: {first}"
        if len(group) == 1 or group[0].state == OK
        else f"{len(group)} places ({named}), first: {first}"
    )


def told(finding: Finding) -> str:
    """One finding as a sentence."""
    return (
        f"{finding.source}: {finding.place + ': ' if finding.place else ''}{finding.state}: {'; '.join(finding.words)}"
    )
