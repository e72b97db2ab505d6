"""What stands after the first hour, day, and week with free keys: a cold start against the recorded upstream and its real limits.

    python -m benchmarks.first_week [--speed 60] [--days 7] [--keep FOLDER]

The upstream keeps every limit so many times faster (`--limits`), and the crawls their pace (INFOPOLICY_CLOCK). The simulated
clock counts a second of crawling as `--speed` seconds and a second of tagging as one, so a slow machine makes the figures worse,
never better. A day ends when its 24 hours are over, or sooner when nothing is left to ask that day.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from benchmarks.running import KEYS, run, start, upstream
from operations.collect import plan

FIRST = date(2025, 12, 31)
HOUR, DAY = 3_600, 86_400
#: us_bills is recorded for another Congress than the API: it is loaded first, and its time counts as it is, for it has no limit.
BILLS = ("us_bills", "--congress", "117")
SOURCES = (
    "us_federal_register",
    "us_states",
    "ca_bills",
    "uk_bills",
    "us_states_legiscan",
    "us_local_legistar",
    "us_courts",
    "us_regulations",
    "us_congress_api",
    "us_bill_text",
)


class Simulation:
    """A data folder that is filled, and the simulated seconds since the start."""

    def __init__(self, data: Path, mirror: str, speed: float):
        self.data, self.mirror, self.speed = data, mirror, speed
        self.now = 0.0
        self.marks: list[tuple[str, float]] = [("hour 1", HOUR), ("day 1", DAY), ("day 7", 7 * DAY)]
        self.seen: dict[str, dict[str, int]] = {}
        self.days: list[tuple[int, int, int]] = []

    def stored(self) -> dict[str, int]:
        if not (self.data / "corpus.db").exists():
            return {}
        with closing(sqlite3.connect(f"{(self.data / 'corpus.db').as_uri()}?mode=ro", uri=True)) as db:
            return dict(db.execute("select source, count(*) from documents group by 1").fetchall())

    def goes_on(self, seconds: float) -> None:
        """Let simulated time pass, and note what stands at each mark on the way."""
        self.now += seconds
        while self.marks and self.now >= self.marks[0][1]:
            name, _ = self.marks.pop(0)
            self.seen[name] = self.stored()

    def crawl(self, *arguments: str, until: float, factor: float | None = None) -> None:
        """One crawl; at the end of the simulated day it is stopped, as a person would who goes home: the next one goes on."""
        process = start(self.data, self.mirror, "crawl", "--collect-only", *arguments, log=self.data / "crawl.log")
        last = time.monotonic()
        while process.poll() is None:
            time.sleep(0.5)
            now = time.monotonic()
            self.goes_on((now - last) * (factor or self.speed))
            last = now
            if self.now >= until:
                process.terminate()
                process.wait()

    def process(self) -> float:
        ended = run(self.data, self.mirror, "rebuild")
        self.goes_on(ended.seconds)
        return ended.seconds

    def day(self, number: int) -> None:
        today, until = (FIRST + timedelta(days=number - 1)).isoformat(), number * DAY
        for step in plan(SOURCES, loaded=(), quick=False):
            if self.now < until:
                self.crawl(*step.sources, "--today", today, until=until)
            if number == 1 and self.now < until:
                took = self.process()
                print(
                    f"step {step.title!r}: over at hour {self.now / HOUR:.1f}, tagged and published in {took:.0f} s",
                    flush=True,
                )
        self.days.append((number, sum(self.stored().values()), round(min(self.now, until) / HOUR)))
        self.goes_on(max(0.0, until - self.now))


def table(found: Simulation) -> None:
    names = list(found.seen)
    print(f"\n| source | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
    for source in sorted({source for stored in found.seen.values() for source in stored}):
        print(f"| {source} | {' | '.join(f'{found.seen[name].get(source, 0):,}' for name in names)} |")
    print(f"| **all** | {' | '.join(f'**{sum(found.seen[name].values()):,}**' for name in names)} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    os.environ |= KEYS | {"INFOPOLICY_CLOCK": str(options.speed)}
    folder = (options.keep or Path(tempfile.mkdtemp())).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with upstream("--limits", str(options.speed)) as mirror:
            found = Simulation(folder, mirror, options.speed)
            found.crawl(*BILLS, until=DAY, factor=1)
            for number in range(1, options.days + 1):
                found.day(number)
                print(
                    f"day {number}: {found.days[-1][1]:,} documents, nothing left to ask at hour {found.days[-1][2]}",
                    flush=True,
                )
        table(found)
        return 0
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
