"""Killed at any moment, nothing is lost and nothing is told twice: kill -9 a crawl again and again, then let it end.

    python benchmarks/kill.py [--kills 10] [--seed 1] [--types hres,sres]

Two days are crawled one after the other, so that there are events to lose. The first crawl is killed while it collects,
tags, matches and publishes, each time after a random share of that step; the second at random moments of its length.
Each is started again until it ends by itself, and every table is compared with those of crawls that nobody disturbed.
Exit code 1 if one row differs.
"""

from __future__ import annotations

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from compare import differences
from running import run, start, upstream

DAYS = ("2022-03-01", "2022-03-08")
STEPS = (
    "documents",
    "taggings",
    "matchings",
    "listing",
)  # the tables that grow while it collects, tags, matches, publishes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10, help="over the two crawls together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--congress", default="117")
    parser.add_argument("--types", help="only these types of bill, with commas")
    args = parser.parse_args()
    call = ["crawl", "us_bills", "--congress", args.congress] + (["--types", args.types] if args.types else [])
    dice, wrong = random.Random(args.seed), 0
    with tempfile.TemporaryDirectory() as folder:
        calm, killed = Path(folder, "calm"), Path(folder, "killed")
        for number, day in enumerate(DAYS):
            with upstream("--as-of", day) as mirror:
                run(Path(folder, "warm"), mirror, *call)  # the recorded server is slow at its first answers
                length = run(calm, mirror, *call).seconds
                kills = args.kills // 2 + (args.kills % 2 if number == 0 else 0)
                for each in range(kills):
                    process = start(killed, mirror, *call)
                    if number == 0:
                        wait_for_step(process, killed, calm, STEPS[each * len(STEPS) // kills], dice.random())
                    else:
                        time.sleep(dice.uniform(2, length))
                    wrong += kill(process, killed)
                ended = run(killed, mirror, *call)
            wrong += ended.code
            print(f"as of {day}: undisturbed {length:.0f} s; after {kills} kills exit code {ended.code}")
            print(ended.output if ended.code else "", end="")
        found = [line for name in ("corpus.db", "staff.db") for line in differences(calm / name, killed / name)]
        print("\n".join(found) or "every table equal")
        rejects = sqlite3.connect(killed / "ops.db").execute("select count(*) from rejects").fetchone()[0]
        print(f"{rejects} rejects")
    return 1 if wrong or found or rejects else 0


def wait_for_step(process: subprocess.Popen[str], data: Path, calm: Path, step: str, share: float) -> None:
    """Return when the step has done the share of its work, or is under way for a random moment where it is one transaction."""
    before = STEPS[max(STEPS.index(step) - 1, 0)]
    table, most = (before, count(calm, before)) if step == "listing" else (step, count(calm, step) * share)
    while process.poll() is None and count(data, table) < most:
        time.sleep(0.02)
    if step == "listing":
        time.sleep(share)


def kill(process: subprocess.Popen[str], data: Path) -> int:
    """Kill a crawl and say how far it was; 1 if it refused to work at all or its workers outlive it."""
    code = process.poll()
    process.send_signal(signal.SIGKILL)
    try:
        output, _ = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        print("its worker processes outlive it")
        return 1
    stored = ", ".join(f"{count(data, table):,} {table}" for table in STEPS)
    print(f"{'killed' if code is None else 'ended before'}: {stored}", flush=True)
    print(output if code else "", end="")
    return 1 if code else 0


def count(data: Path, table: str) -> int:
    if not (data / "corpus.db").exists():
        return 0
    with closing(sqlite3.connect(f"{(data / 'corpus.db').as_uri()}?mode=ro", uri=True, timeout=10)) as db:
        try:
            return int(db.execute(f"select count(*) from {table}").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


if __name__ == "__main__":
    sys.exit(main())
