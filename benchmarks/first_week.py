"""What is there after the first hour, day, and week of a cold start with free keys, within every limit that sources.yml states.

    python -m benchmarks.first_week [SOURCE]… [--minutes 10]

A simulation: each source is crawled from the recorded upstream as fast as this machine can, and every answer counts as the time
that its limits would have taken (us_states: six seconds), so the figures do not depend on the machine. A source with a limit by
the day is crawled once for each of seven days, with the day's budget of ops.db on. The sources run at the same time in life, and
so do their clocks here; tagging and publishing are not counted (minutes). `--minutes` ends a crawl that takes longer: its figures
are then at least what is printed, and the last column says when it would be whole.
"""

from __future__ import annotations

import argparse
import bisect
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks.running import KEYS, start, upstream
from crawlers.live_check import load_probes
from crawlers.pace import DAY, HOUR, in_words, seconds
from crawlers.sources import Source, load_sources

FIRST = date(2025, 12, 31)
DAYS = 7
MARKS = (("hour 1", HOUR), ("day 1", DAY), ("day 7", DAYS * DAY))
#: Arguments where the day of the simulation does not lead to what is recorded.
OWN: dict[str, tuple[str, ...]] = {
    "us_bills": ("--congress", "117"),
    "us_regulations": ("--since", "2022-09-01", "--until", "2023-09-30"),
    "us_local_legistar": ("-a", "cities=nyc"),
    "us_congress_api": ("--congress", "119"),
}


@dataclass
class Curve:
    """How many documents were stored after how many answers, day by day of a source with a limit by the day."""

    source: Source
    answers: list[int] = field(default_factory=lambda: [0])
    documents: list[int] = field(default_factory=lambda: [0])
    days: list[int] = field(default_factory=list)  # documents at the end of each day
    whole: bool = True

    def takes(self, answers: int) -> float:
        """Simulated seconds for so many answers."""
        return seconds(self.source, answers, load_probes()[self.source.id]["first_load"].get("pace"))

    def at(self, moment: float) -> int:
        """Documents at a simulated moment."""
        if self.source.per_day and moment >= DAY:
            return self.days[min(int(moment // DAY), len(self.days)) - 1]
        within = bisect.bisect_right(self.answers, moment, key=self.takes)
        return self.documents[within - 1]


def crawl(curve: Curve, data: Path, mirror: str, log: Path, today: date, minutes: float) -> None:
    """One crawl, watched; it adds to the curve."""
    name = curve.source.id
    before = lines(log) - curve.answers[-1]
    options = ("--collect-only", "--today", today.isoformat(), *OWN.get(name, ()))
    process = start(data, mirror, "crawl", name, *options, log=data / "crawl.log")
    began = time.monotonic()
    while True:
        ended = process.poll() is not None
        curve.answers.append(lines(log) - before)
        curve.documents.append(stored(data, name))
        if ended:
            break
        if time.monotonic() - began > minutes * 60:
            curve.whole = False
            process.kill()
            process.wait()
            break
        time.sleep(0.3)
    curve.days.append(curve.documents[-1])


def lines(log: Path) -> int:
    """The requests that the upstream has answered, without those for robots.txt."""
    if not log.exists():
        return 0
    with log.open("rb") as file:
        return sum(b"/robots.txt" not in line for line in file)


def stored(data: Path, source: str) -> int:
    if not (data / "corpus.db").exists():
        return 0
    with closing(sqlite3.connect(f"{(data / 'corpus.db').as_uri()}?mode=ro", uri=True, timeout=60)) as db:
        try:
            return int(db.execute("select count(*) from documents where source = ?", [source]).fetchone()[0])
        except sqlite3.OperationalError:
            return 0  # the file is being made


def measure(name: str, minutes: float) -> Curve:
    source = load_sources()[name]
    curve, folder = Curve(source), Path(tempfile.mkdtemp())
    try:
        with upstream("--log", str(folder / "log.jsonl")) as mirror:
            for number in range(DAYS if source.per_day else 1):
                crawl(curve, folder, mirror, folder / "log.jsonl", FIRST + timedelta(days=number), minutes)
                if number and curve.days[-1] == curve.days[-2]:
                    break  # nothing more came
    finally:
        shutil.rmtree(folder)
    return curve


def row(curve: Curve) -> str:
    source, found = (
        curve.source,
        " | ".join(f"{'' if curve.whole else 'at least '}{curve.at(moment):,}" for _, moment in MARKS),
    )
    goes_on = not curve.whole or (source.per_day and len(curve.days) == DAYS and curve.days[-1] > curve.days[-2])
    total = (
        max(int(load_probes()[source.id]["first_load"]["requests"]), curve.answers[-1])
        if goes_on
        else curve.answers[-1]
    )
    return f"| {source.id} | {found} | {curve.answers[-1]:,} | {in_words(curve.takes(total))} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*")
    parser.add_argument("--minutes", type=float, default=10)
    options = parser.parse_args()
    os.environ |= KEYS | {"INFOPOLICY_CLOCK": "10000"}
    print(
        f"| source | {' | '.join(name for name, _ in MARKS)} | requests | all of it after |\n|---|---:|---:|---:|---:|---:|"
    )
    for name, source in load_sources().items():
        if not source.after_tags and (not options.sources or name in options.sources):
            print(row(measure(name, options.minutes)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
