"""Killed at any moment, nothing is lost and nothing is told twice: kill -9 a crawl again and again, then let it end.

    python benchmarks/kill.py [--kills 10] [--seed 1] [--types hres,sres]

Two days are crawled one after the other, so that there are events to lose: each crawl is killed at random moments
spread over its whole length (collecting, tagging, matching, publishing), started again until it ends by itself, and
every table is compared with those of crawls that nobody disturbed. Exit code 1 if one row differs.
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
from pathlib import Path

from compare import differences
from running import run, start, upstream

DAYS = ("2022-03-01", "2022-03-08")


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
                for moment in sorted(dice.uniform(0.3, length) for _ in range(kills)):
                    wrong += kill_at(moment, killed, mirror, call)
                ended = run(killed, mirror, *call)
            wrong += ended.code
            print(f"as of {day}: undisturbed {length:.0f} s; after {kills} kills exit code {ended.code}")
            print(ended.output if ended.code else "", end="")
        found = [line for name in ("corpus.db", "staff.db") for line in differences(calm / name, killed / name)]
        print("\n".join(found) or "every table equal")
        rejects = sqlite3.connect(killed / "ops.db").execute("select count(*) from rejects").fetchone()[0]
        print(f"{rejects} rejects")
    return 1 if wrong or found or rejects else 0


def kill_at(moment: float, data: Path, mirror: str, call: list[str]) -> int:
    """Start a crawl, kill it, and say how far it was; 1 if the crawl refused to work at all."""
    process = start(data, mirror, *call)
    time.sleep(moment)
    ended = process.poll()
    process.send_signal(signal.SIGKILL)
    assert process.stdout is not None
    try:
        output, _ = process.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        print(f"killed after {moment:.1f} s: its worker processes outlive it")
        return 1
    done = "ended before" if ended is not None else "killed"
    print(f"{done} at {moment:.1f} s: {progress(data)}")
    if ended:
        print(output)
    return 1 if ended else 0


def progress(data: Path) -> str:
    if not (data / "corpus.db").exists():
        return "nothing stored"
    db = sqlite3.connect(data / "corpus.db")
    counts = {}
    for table in ("documents", "taggings", "matchings", "listing"):
        try:
            counts[table] = db.execute(f"select count(*) from {table}").fetchone()[0]
        except sqlite3.OperationalError:
            counts[table] = 0
    db.close()
    return ", ".join(f"{count:,} {table}" for table, count in counts.items())


if __name__ == "__main__":
    sys.exit(main())
