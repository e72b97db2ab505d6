"""People and roll calls through faults, kills, limits and a week of days: is the result that of one quiet crawl, written once?

    python -m benchmarks.disturbed [SOURCE]… [--small] [--until DAY] [--runs again,seeds,…] [--seeds 7,11] [--first DAY]
                                   [--days 7]

For each source, each time from an empty folder against the recorded upstream: a quiet crawl; a second one over it, which may
write nothing; a crawl for each seed while requests misbehave; one that is killed at a quarter, a half and three quarters of its
requests and then goes on; one within the limits of the service, on a clock that runs 60 times faster; and one on each day of a
week, as the world was that day, compared with a single crawl on its last day. `--small` takes a share of each source, `--until`
all of it as the world was on that day. Exit code 1 if two folders differ, a second run wrote a row, or a run ended with an error.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compare import differences, fingerprints
from benchmarks.limits_week import refused
from benchmarks.running import KEYS, run, start, upstream
from crawlers.storage.person_links import link_people
from store.connect import connect, connect_read_only

TODAY = "2026-08-10"
#: The day of the small share: a Congress that has just begun has few roll calls.
EARLY = "2025-02-05"
CLOCK = 60
RUNS = ("again", "seeds", "killed", "limits", "week")
KILLED_AT = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Case:
    """What is asked of a source, a share of it, and the share of requests that misbehave (sources of few requests: more)."""

    arguments: tuple[str, ...]
    small: tuple[str, ...]
    faults: float
    first: str
    #: What is read of the same day before it, because it knows whom or what the source means.
    before: tuple[str, ...] = ()


CASES = {
    "us_people": Case((), (), 0.6, "2026-03-01"),
    "state_people": Case((), ("-a", "states=wy,oh,ri"), 0.4, "2026-03-01"),
    "us_house_votes": Case((), (), 0.1, "2026-07-13", ("us_people",)),
    "us_senate_votes": Case((), (), 0.1, "2026-07-13", ("us_people",)),
    "us_states": Case(
        ("-a", "states=ri,co,ut,wy"),
        ("-a", "states=wy"),
        0.2,
        "2026-02-09",
        ("state_people", "-a", "states=ri,co,ut,wy"),
    ),
}
#: What a source holds now, of whatever days we saw it on.
NOW_HELD = {
    "people": "select id, name, party, chamber, district, title, email from people where is_current = 1",
    "terms": "select t.person, t.chamber, t.state, t.district, t.party, t.starts, t.ends from person_terms t "
    "join people p on p.id = t.person where p.is_current = 1 and t.seen_until is null",
    "seats": "select committee, person, role, rank from committee_members where seen_until is null",
    "votes": "select roll_call, name, word from votes where roll_call in "
    "(select id from roll_calls where missing_since is null)",
}


@dataclass
class Crawls:
    """The crawls of one source into folders of their own, and the table of how they ended."""

    folder: Path
    source: str
    case: Case
    small: bool
    #: The world of this day, for all but the week; empty for all that is recorded.
    until: str = ""
    good: bool = True

    def arguments(self, day: str) -> list[tuple[str, ...]]:
        own = self.case.small if self.small else self.case.arguments
        budget = () if "INFOPOLICY_CLOCK" in os.environ else ("--budget", "off")
        calls = [(self.case.before), (self.source, *own)]
        return [("crawl", "--collect-only", "--today", day, *budget, *call) for call in calls if call]

    def crawl(self, name: str, what: str, *options: str, day: str = "", kills: tuple[int, ...] = ()) -> Path:
        """A crawl into a folder; its corpus.db, with people linked."""
        if not day and self.until:
            options = (*options, "--as-of", self.until)
        day = day or self.until or TODAY
        data, log = self.folder / name, self.folder / f"{name}-{day}-{what.replace(' ', '-')}.jsonl"
        began = time.monotonic()
        with upstream(*options, "--log", str(log)) as mirror:
            *first, own = self.arguments(day)
            codes = [run(data, mirror, *call).code for call in first]
            for number in kills:
                kill_at(data, mirror, log, number, *own)
            ended = run(data, mirror, *own)
        if any([*codes, ended.code]):
            self.fail(f"{what}: exit code {ended.code}\n{ended.output[-1500:]}")
        corpus = data / "corpus.db"
        with closing(connect(corpus)) as db:
            link_people(db)
        asked, faults, denied = requests(log)
        held = stored(corpus)
        self.say(day, what, f"{asked:,}", faults, denied, held, f"{time.monotonic() - began:.0f}")
        return corpus

    def say(self, *cells: object) -> None:
        print(f"| {self.source} | " + " | ".join(map(str, cells)) + " |", flush=True)

    def fail(self, words: str) -> None:
        self.good = False
        print(f"\n**{self.source}: {words}**\n", flush=True)

    def same(self, quiet: Path, other: Path, what: str) -> None:
        for line in differences(quiet, other):
            self.fail(f"{what}: {line}")


def kill_at(data: Path, mirror: str, log: Path, number: int, *arguments: str) -> None:
    """Crawl until the upstream has answered so many requests, then SIGKILL; a crawl that ends before stays ended."""
    before = lines(log)
    child = start(data, mirror, *arguments, log=data.parent / "killed.log")
    while child.poll() is None and lines(log) - before < number:
        time.sleep(0.05)
    child.kill()
    child.wait()


def lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


def requests(log: Path) -> tuple[int, int, int]:
    """How many requests the upstream answered, how many of them by a fault, and how many it refused within its limits."""
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not row["target"].endswith("/robots.txt?")]
    denied = refused(Counter(row["status"] for row in rows if not row["fault"]))
    return len(rows), sum(bool(row["fault"]) for row in rows), denied


def stored(corpus: Path) -> str:
    with closing(connect_read_only(corpus)) as db:
        people, calls, votes = (
            db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("people", "roll_calls", "ballots")
        )
    return f"{people:,} people, {calls:,} roll calls, {votes:,} votes"


def disturbed(crawls: Crawls, runs: list[str], seeds: list[int]) -> None:
    """All but the week."""
    quiet = crawls.crawl("quiet", "quiet")
    if "again" in runs:
        before = fingerprints(quiet)
        crawls.crawl("quiet", "again")
        written = [table for table, value in fingerprints(quiet).items() if before.get(table) != value]
        if written:
            crawls.fail(f"the second run wrote to {', '.join(written)}")
    for seed in seeds if "seeds" in runs else []:
        bad = crawls.crawl(f"seed{seed}", f"seed {seed}", "--faults", str(crawls.case.faults), "--seed", str(seed))
        crawls.same(quiet, bad, f"seed {seed}")
    if "killed" in runs:
        whole = sum(requests(log)[0] for log in crawls.folder.glob("quiet-*-quiet.jsonl"))
        kills = tuple(max(1, int(whole * share)) for share in KILLED_AT)
        crawls.same(quiet, crawls.crawl("killed", f"killed {len(kills)} times", kills=kills), "killed")
    if "limits" in runs:
        os.environ["INFOPOLICY_CLOCK"] = str(CLOCK)
        try:
            crawls.same(quiet, crawls.crawl("limits", "within limits", "--limits", str(CLOCK)), "limits")
        finally:
            del os.environ["INFOPOLICY_CLOCK"]


def week(crawls: Crawls, first: datetime.date, days: int) -> None:
    """Each day by itself, and the last day once more from nothing."""
    for number in range(days):
        day = (first + datetime.timedelta(days=number)).isoformat()
        daily = crawls.crawl("daily", "day", "--as-of", day, day=day)
    once = crawls.crawl("once", "the last day at once", "--as-of", day, day=day)
    with closing(connect_read_only(daily)) as left, closing(connect_read_only(once)) as right:
        for what, sql in NOW_HELD.items():
            ours, theirs = Counter(left.execute(sql).fetchall()), Counter(right.execute(sql).fetchall())
            if ours != theirs:
                lacking, more = theirs - ours, ours - theirs
                crawls.fail(
                    f"{what} after the week: {lacking.total()} lack, {more.total()} too many; {example(lacking, more)}"
                )


def example(*found: Counter[tuple[object, ...]]) -> str:
    return repr([next(iter(each), None) for each in found])[:300]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", choices=[*CASES, []])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--until", default="")
    parser.add_argument("--runs", default=",".join(RUNS), help="some of them")
    parser.add_argument("--seeds", default="7,11")
    parser.add_argument("--first", type=datetime.date.fromisoformat)
    parser.add_argument("--days", type=int, default=7)
    options = parser.parse_args()
    os.environ |= KEYS
    runs = options.runs.split(",")
    until = options.until or (EARLY if options.small else "")
    print(
        "| source | day | run | requests | faults | refused | stored | seconds |\n|---|---|---|---:|---:|---:|---|---:|"
    )
    good = True
    for source in options.sources or CASES:
        with tempfile.TemporaryDirectory() as folder:
            crawls = Crawls(Path(folder), source, CASES[source], options.small, until)
            if set(runs) - {"week"}:
                disturbed(crawls, runs, [int(seed) for seed in options.seeds.split(",")])
            if "week" in runs:
                week(crawls, options.first or datetime.date.fromisoformat(crawls.case.first), options.days)
            good &= crawls.good
    print("the results are the same" if good else "**something differs**")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
