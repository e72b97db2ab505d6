"""Everything that is recorded, from nothing: collected, tagged, matched, compared and published.

    python -m benchmarks.whole [--keep FOLDER]

Starts the recorded upstream by itself. One process after the other, as one small machine would; `--keep` leaves the data for
the other benchmarks. Exit code 1 if a count is not what was recorded, a record was rejected, or it took over 20 minutes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks.running import KEYS, run, upstream

MINUTES = 20
#: As on the day on which the states were recorded: which of their sessions a load holds depends on the year.
CRAWL = ("crawl", "--today", "2026-11-25", "--collect-only", "--budget", "off")
#: What is asked, and how many documents there are of it in ../shared/upstream. Not here: the sources of texts, which add none
#: (us_bill_text comes after the tags, below; us_state_text), and us_court_opinions, which is not recorded.
CALLS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (17_817, ("us_bills", "--congress", "117")),
    (22_290, ("us_federal_register", "--since", "2024-01-01", "--until", "2025-12-31")),
    (131_602, ("us_states",)),
    (37_153, ("us_regulations", "--since", "2005-01-01", "--until", "2023-12-31")),
    (6_532, ("us_local_legistar", "-a", "cities=nyc")),
    (798, ("ca_bills",)),
    (73, ("uk_bills",)),
    (609, ("us_states_legiscan", "--since", "2010-01-01")),
    (62, ("us_courts", "--since", "2000-01-01")),
    (16_310, ("us_congress_api", "--congress", "119")),
)


#: What follows: tags tell which bills to ask texts for, and what they change is tagged, matched, and graded again.
TEXTS: tuple[tuple[str, ...], ...] = (
    ("tag, match, compare, publish", "rebuild"),
    ("collect us_bill_text", *CRAWL, "us_bill_text", "--congress", "119"),
    ("the same of what the texts change", "rebuild"),
)


def texts(data: Path) -> int:
    """How many texts of versions are stored."""
    with closing(sqlite3.connect(f"{(data / 'corpus.db').as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute("select count(*) from version_texts where text is not null").fetchone()[0])


def stored(data: Path, source: str) -> int:
    with closing(sqlite3.connect(f"{(data / 'corpus.db').as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute("select count(*) from documents where source = ?", [source]).fetchone()[0])


def rejected(data: Path) -> int:
    with closing(sqlite3.connect(f"{(data / 'ops.db').as_uri()}?mode=ro", uri=True)) as db:
        return int(db.execute("select count(*) from rejects").fetchone()[0])


def load(data: Path) -> bool:
    """Print the table; whether everything is as it should be."""
    right, total, documents = True, 0.0, 0
    print("| step | documents | seconds | peak MB |\n|---|---:|---:|---:|")
    with upstream() as mirror:
        for expected, (source, *rest) in CALLS:
            ended = run(data, mirror, *CRAWL, source, *rest)
            found = stored(data, source)
            print(f"| collect {source} | {found:,} | {ended.seconds:.0f} | {ended.peak_mb:.0f} |", flush=True)
            if ended.code or found != expected:
                print(f"\n{source}: {found:,} of {expected:,} documents, exit code {ended.code}\n{ended.output}")
                right = False
            total, documents = total + ended.seconds, documents + found
        for step, (what, *command) in enumerate(TEXTS):
            ended = run(data, mirror, *command)
            total += ended.seconds
            counted = texts(data) if step == 1 else documents
            print(f"| {what} | {counted:,} | {ended.seconds:.0f} | {ended.peak_mb:.0f} |", flush=True)
            if ended.code:
                print(ended.output)
                return False
    print(f"| **all** | **{documents:,}** | **{total:.0f}** | |\n")
    size = (data / "corpus.db").stat().st_size / 1e6
    print(f"corpus.db {size:,.0f} MB; {rejected(data)} rejects; the aim is {MINUTES * 60} s.")
    return right and texts(data) > 0 and rejected(data) == 0 and total < MINUTES * 60


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    os.environ |= KEYS
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty")
    try:
        return 0 if load(folder.resolve()) else 1
    finally:
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
