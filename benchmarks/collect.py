"""How fast each source is collected, beside a bare Scrapy spider that only downloads the same addresses, and a floor.

    python -m benchmarks.collect [SOURCE…] [--turns 3]

Starts the recorded upstream by itself. One crawl goes through a server that writes down what is asked for; then crawl, bare
spider and floor take turns on empty folders. The bare spider has the source's concurrency, no delay and keeps nothing. The
floor reads each answer from disk, parses it (lxml for XML, json for JSON) and makes one insert of its bytes into SQLite. The
ratio is the crawl's rate beside the bare spider's, once as the clock has it and once less what either needs to start (a
crawl of a mirror that holds nothing, a spider without addresses). Exit code 1 if the latter is below 0.8.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.running import KEYS, ROOT, run, upstream

#: What is asked of each source: enough requests to measure, little enough to repeat.
CALLS: dict[str, tuple[str, ...]] = {
    "us_bills, record by record": ("us_bills", "--congress", "117", "--types", "s", "--bulk", "never"),
    "us_congress_api": ("us_congress_api", "--limit", "600"),
    "us_federal_register": ("us_federal_register", "--since", "2025-01-01", "--until", "2025-04-30"),
    "us_regulations": ("us_regulations", "--since", "2005-01-01", "--until", "2023-12-31"),
    "us_states": ("us_states", "-a", "states=nv,wy,ut"),
    "us_states_legiscan": ("us_states_legiscan", "--since", "2010-01-01"),
    "us_courts": ("us_courts", "--since", "2000-01-01"),
    "us_local_legistar": ("us_local_legistar", "--limit", "1500"),
    "uk_bills": ("uk_bills",),
    "ca_bills": ("ca_bills",),
}
LEAST = 0.8
#: A crawl that is over so many seconds after its start says nothing about a rate.
SHORT = 1.0


def addresses(log: Path) -> list[str]:
    """What was asked for, in order, without what every crawl asks first (robots.txt) and a second time."""
    found = dict.fromkeys(row["target"] for row in map(json.loads, log.read_text(encoding="utf-8").splitlines()))
    return [address for address in found if not address.partition("?")[0].endswith("/robots.txt")]


def crawl(call: tuple[str, ...], mirror: str, *, may_fail: bool = False) -> tuple[float, float]:
    """Seconds until everything is stored, and the peak memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        ended = run(Path(folder), mirror, "crawl", "--collect-only", "--budget", "off", *call)
    if ended.code and not may_fail:
        raise SystemExit(f"the crawl of {call[0]} ended with {ended.code}:\n{ended.output}")
    return ended.seconds, ended.peak_mb


def bare(source: str, mirror: str, listed: Path, keep: Path | None = None) -> float:
    """Seconds for the bare spider's process; with `keep`, a database that it puts each answer into."""
    command = [sys.executable, "-m", "benchmarks.bare", source, mirror, str(listed), *([str(keep)] if keep else [])]
    began = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=True)
    return time.monotonic() - began


def floor(kept: Path) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-m", "benchmarks.bare", "--floor", str(kept)], cwd=ROOT, check=True)
    return time.monotonic() - began


def starts(call: tuple[str, ...], turns: int) -> tuple[float, float]:
    """Seconds that a crawl and the bare spider take when there is nothing to fetch, the median of each."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "addresses.txt")
        listed.write_text("", encoding="utf-8")
        empty = Path(folder, "mirror")
        empty.mkdir()
        times = [
            (crawl(call, empty.as_uri(), may_fail=True)[0], bare(call[0], empty.as_uri(), listed)) for _ in range(turns)
        ]
    ours, theirs = zip(*times, strict=True)
    return statistics.median(ours), statistics.median(theirs)


def measure(name: str, turns: int) -> tuple[str, bool]:
    """A row of the table, and whether the ratio is as it should be."""
    call = CALLS[name]
    with tempfile.TemporaryDirectory() as folder:
        log, listed, kept = (Path(folder, each) for each in ("log.jsonl", "addresses.txt", "answers.db"))
        with upstream("--log", str(log)) as mirror:
            crawl(call, mirror)
        listed.write_text("\n".join(addresses(log)), encoding="utf-8")
        number = len(listed.read_text(encoding="utf-8").splitlines())
        times: dict[str, list[float]] = {"crawl": [], "bare": [], "floor": []}
        with upstream() as mirror:
            bare(call[0], mirror, listed, kept)
            with closing(sqlite3.connect(kept)) as db:
                megabytes, refused = db.execute(
                    "select sum(length(body)) / 1e6, sum(status in (401, 403, 429)) from answers"
                ).fetchone()
            if refused > number / 100:
                raise SystemExit(f"{name}: the bare spider was refused {refused:,} of {number:,} answers")
            for _ in range(turns):
                seconds, memory = crawl(call, mirror)
                times["crawl"].append(seconds)
                times["bare"].append(bare(call[0], mirror, listed))
                times["floor"].append(floor(kept))
    middle = {what: statistics.median(found) for what, found in times.items()}
    ours, theirs = starts(call, turns)
    whole, net = middle["bare"] / middle["crawl"], middle["crawl"] - ours
    ratio = (middle["bare"] - theirs) / net if net >= SHORT else None
    row = (
        f"| {name} | {number:,} | {megabytes:,.0f} | {middle['crawl']:.1f} | {middle['bare']:.1f} | {middle['floor']:.1f} | "
        f"{whole:.2f} | {'too short' if ratio is None else f'{ratio:.2f}'} | {memory:,.0f} |"
    )
    return row, ratio is None or round(ratio, 2) >= LEAST


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", help="beginnings of: " + "; ".join(CALLS))
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    os.environ |= KEYS
    chosen = [name for name in CALLS if not options.sources or name.startswith(tuple(options.sources))]
    print(
        "| source | addresses | MB | crawl, s | bare spider, s | floor, s | rate beside bare | the same less start | peak MB |"
    )
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    good = True
    for name in chosen:
        row, fine = measure(name, options.turns)
        print(row, flush=True)
        good = good and fine
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
