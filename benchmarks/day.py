"""A day's run on a corpus of every recorded source, when about one document in a hundred has changed.

    python -m benchmarks.day [--first 2026-03-18] [--keep FOLDER]

The recorded upstream is served as of the first day and loaded whole, then as of the next day; the second run is one command,
`infopolicy crawl` with every source, from its start until the changes are searchable. Exit code 1 past 60 seconds. `--keep`
leaves what was loaded in FOLDER/loaded; if it is there already, it is used again, brought up to the present rules first.
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

from benchmarks.running import KEYS, Ended, run, upstream
from benchmarks.whole import CALLS

SECONDS = 60
#: What they list for the day itself was not recorded: the bulk data of the 119th Congress, LegiScan's master lists.
SILENT = frozenset({"us_bills", "us_states_legiscan"})


def ready(ended: Ended) -> Ended:
    if ended.code:
        raise SystemExit(ended.output)
    return ended


def crawl(data: Path, mirror: str, day: str, *call: str) -> Ended:
    return ready(run(data, mirror, "crawl", "--today", day, "--budget", "off", *call))


def load(data: Path, day: str) -> float:
    began = time.monotonic()
    with upstream("--as-of", day) as mirror:
        for _, call in CALLS:
            crawl(data, mirror, day, "--collect-only", *call)
        ready(run(data, mirror, "rebuild"))
    return time.monotonic() - began


def next_day(data: Path, day: str) -> tuple[list[Ended], list[tuple[str, int, int, int]]]:
    """Each source's own call again, the last with tagging and publishing; what the runs say of themselves."""
    with upstream("--as-of", day) as mirror:
        with tempfile.TemporaryDirectory() as folder:  # so that the server has unpacked its files
            for source in ("us_states", "us_congress_api", "us_bills"):
                once = ("crawl", "--today", day, "--budget", "off", "--collect-only", "--limit", "1", source)
                run(Path(folder), mirror, *once)
        with closing(sqlite3.connect(data / "corpus.db")) as db:
            last = db.execute("select max(id) from runs").fetchone()[0]
        sources = [call[0] for _, call in CALLS if call[0] not in SILENT]
        ended = [crawl(data, mirror, day, *sources)]
    with closing(sqlite3.connect(data / "corpus.db")) as db:
        rows = db.execute(
            "select source, requests, added, changed from runs where id > ? order by id", [last]
        ).fetchall()
    return ended, rows


def loaded(folder: Path, day: str) -> str:
    """Have FOLDER/data hold everything as of the day; says in how many seconds it was loaded."""
    data, kept = folder / "data", folder / "loaded"
    if kept.exists():
        shutil.copytree(kept, data)
        ready(run(data, "", "rebuild"))
        return "loaded before"
    seconds = load(data, day)
    shutil.copytree(data, kept)
    return f"loaded in {seconds:.0f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 3, 18))
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    os.environ |= KEYS
    second = (options.first + timedelta(days=1)).isoformat()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        data = folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        taken = loaded(folder, options.first.isoformat())
        with closing(sqlite3.connect(data / "corpus.db")) as db:
            stored = db.execute("select count(*) from documents").fetchone()[0]
        [ended], rows = next_day(data, second)
        again = ready(run(data, "", "rebuild"))
    changed = sum(added + altered for _, _, added, altered in rows)
    print(f"{stored:,} documents as of {options.first}, {taken}.\n")
    print("| source | requests | new | changed |\n|---|---:|---:|---:|")
    for source, requests, added, altered in rows:
        print(f"| {source} | {requests:,} | {added:,} | {altered:,} |")
    print(
        f"\nThe next day, all sources: {changed:,} documents new or changed ({changed / stored:.1%}), **{ended.seconds:.1f} s** "
        f"until they are searchable, {ended.peak_mb:.0f} MB. A rebuild with nothing to do: {again.seconds:.1f} s."
    )
    return 0 if ended.seconds < SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
