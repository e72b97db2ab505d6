"""Show what issue 2 asks for on the whole 117th Congress, and print it as a section of docs/benchmarks.md.

    python benchmarks/congress_117.py > section.md

Starts the recorded upstream by itself. Exit code 1 if something asked for does not hold.
"""

from __future__ import annotations

import platform
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import scrapy
import spacy
from compare import fingerprints
from running import ROOT, Ended, run, upstream

DOCUMENTS = 17_817
SECONDS = 60
CALL = ("crawl", "us_bills", "--congress", "117")


def main() -> int:
    right: list[bool] = []
    print(
        f"Two cores, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, Scrapy {scrapy.__version__}, "
        f"spaCy {spacy.__version__}; `python benchmarks/congress_117.py`\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        with upstream() as mirror:
            run(Path(folder, "warm"), mirror, *CALL, "--types", "sjres")  # so that the server has unpacked its files
            right += first_and_second(Path(folder, "whole"), mirror)
        right.append(week(Path(folder, "week")))
    return 0 if all(right) else 1


def first_and_second(data: Path, mirror: str) -> list[bool]:
    first = run(data, mirror, *CALL)
    stored, before = one(data, "select count(*) from documents"), content(data)
    size, requests = (data / "corpus.db").stat().st_size, last(data, "requests")
    found = one(data, "select count(*) from documents_fts where documents_fts match 'libraries'")
    second = run(data, mirror, *CALL)
    same, grown = content(data) == before, (data / "corpus.db").stat().st_size - size
    print("| | first run | second run, same day |\n|---|---:|---:|")
    print(
        f"| seconds, collected, tagged, matched, published and searchable | {first.seconds:.1f} | {second.seconds:.1f} |"
    )
    print(f"| documents a second | {stored / first.seconds:,.0f} | |")
    print(f"| peak memory of the process, MB | {first.peak_mb:,.0f} | {second.peak_mb:,.0f} |")
    print(f"| requests | {requests} | {last(data, 'requests')} |")
    print(f"| documents | {stored:,} | {last(data, 'added')} new, {last(data, 'changed')} changed |")
    print(f"| rejects | {rejects(data)} | |")
    print(f"| rows written besides the run's own | | {'none' if same else 'SOME'} (file grown by {grown} bytes) |")
    print(f"| documents that a search for “libraries” finds | {found:,} | |\n")
    return [
        first.seconds < SECONDS,
        ok(first),
        ok(second),
        stored == DOCUMENTS,
        rejects(data) == 0,
        same,
        last(data, "added") == 0,
    ]


def week(data: Path) -> bool:
    """The events of one week, counted a second way by events.py."""
    with upstream("--as-of", "2022-03-01") as before, upstream("--as-of", "2022-03-08") as after:
        ended = [run(data, mirror, *CALL) for mirror in (before, after)]
        count = [sys.executable, str(ROOT / "benchmarks" / "events.py"), before, after, str(data / "corpus.db")]
        counted = subprocess.run(count, capture_output=True, text=True)
    print("The week from 1 to 8 March 2022 (`benchmarks/events.py` counts it from the two states by itself):\n")
    print(counted.stdout + counted.stderr)
    return all(map(ok, ended)) and counted.returncode == 0


def ok(ended: Ended) -> bool:
    if ended.code:
        print(ended.output, file=sys.stderr)
    return ended.code == 0


def content(data: Path) -> dict[str, str]:
    return {
        f"{name} {table}": value
        for name in ("corpus.db", "staff.db")
        for table, value in fingerprints(data / name).items()
    }


def one(data: Path, sql: str, file: str = "corpus.db") -> int:
    with closing(sqlite3.connect(f"{(data / file).as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute(sql).fetchone()[0])


def last(data: Path, column: str) -> int:
    return one(data, f"select {column} from runs order by id desc limit 1")


def rejects(data: Path) -> int:
    return one(data, "select count(*) from rejects", "ops.db")


if __name__ == "__main__":
    sys.exit(main())
