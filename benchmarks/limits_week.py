"""A week of daily runs, each against the world as it stood that day, with every service's limits in force: is anything refused?

    python -m benchmarks.limits_week [SOURCE]… [--from 2025-03-10] [--days 7] [--clock 60]

Each day starts the recorded upstream with `--as-of` that day and `--limits CLOCK`, which keeps the limits of a clock that runs
so many times faster, and crawls each source at our own pace made faster by as much (`INFOPOLICY_CLOCK`). Printed for each source
and day: requests, those that the service refused (status 403 or 429), and documents stored. Exit code 1 if a run ended with an
error, or a service refused more than one request in a hundred.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from benchmarks.first_week import stored
from benchmarks.running import KEYS, run, upstream

#: What is crawled, with the arguments of a first run that is small enough to watch.
CALLS: dict[str, tuple[str, ...]] = {
    "us_federal_register": ("--since", "2025-03-01"),
    "us_states": (),
    "us_local_legistar": ("-a", "cities=nyc", "--since", "2025-03-01"),
    "ca_bills": (),
    "uk_bills": (),
    "us_courts": ("--since", "2024-01-01"),
    "us_congress_api": ("--congress", "119", "--limit", "200"),
}
MOST_REFUSED = 0.01


def answers(log: Path, after: int) -> tuple[int, Counter[int]]:
    """How many lines the server's log has, and the statuses of those after the first `after` of them."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    rows = [json.loads(line) for line in lines[after:]]
    return len(lines), Counter(row["status"] for row in rows if not row["target"].endswith("/robots.txt"))


def refused(statuses: Counter[int]) -> int:
    return statuses[403] + statuses[429]


def day_of(data: Path, day: date, clock: float, sources: list[str]) -> bool:
    """One day; whether every source was read without an error and hardly ever refused."""
    good, log = True, data / f"{day}.jsonl"
    with upstream("--as-of", day.isoformat(), "--limits", str(clock), "--log", str(log)) as mirror:
        seen = 0
        for name in sources:
            ended = run(data, mirror, "crawl", name, "--collect-only", "--today", day.isoformat(), *CALLS[name])
            seen, statuses = answers(log, seen)
            total, denied = sum(statuses.values()), refused(statuses)
            print(
                f"| {day} | {name} | {total:,} | {denied} | {stored(data, name):,} | {ended.seconds:.0f} |", flush=True
            )
            if ended.code or denied > MOST_REFUSED * max(total, 100):
                print(f"\n{name}: exit code {ended.code}\n{ended.output[-1500:]}\n", flush=True)
                good = False
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", choices=[*CALLS, []])
    parser.add_argument("--from", dest="first", type=date.fromisoformat, default=date(2025, 3, 10))
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--clock", type=float, default=60)
    options = parser.parse_args()
    os.environ |= KEYS | {"INFOPOLICY_CLOCK": str(options.clock)}
    print("| day | source | requests | refused | documents stored | seconds |\n|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        days = [options.first + timedelta(days=number) for number in range(options.days)]
        good = [day_of(Path(folder), day, options.clock, options.sources or list(CALLS)) for day in days]
    return 0 if all(good) else 1


if __name__ == "__main__":
    raise SystemExit(main())
