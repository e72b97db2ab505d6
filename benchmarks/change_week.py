"""A week of collecting, read by cursor while crawls and readers are killed: does the reader get the table of changes, once each?

    python -m benchmarks.change_week [SOURCE] [--from 2022-03-01] [--days 7] [--kills 2] [--arguments '…']

Each day starts the recorded upstream with `--as-of` that day. The crawl of the day is killed (SIGKILL) after 2 to 12 seconds, as
often as `--kills` says, and then runs to its end. Meanwhile a reader in a process of its own asks `changes` and writes each page
with its cursor as one line of a file; it is killed within four seconds of its first question, and begun again. After the last day
one reader is left alone until it has everything. `--arguments` are further ones of each crawl. Exit code 1 if what was written is
not the table of changes, each row once.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from benchmarks.running import KEYS, ROOT, start, upstream

SEED = 20261127


def read(corpus: Path, kept: Path, *, for_ever: bool) -> None:
    """What a reader does: go on from the last cursor, keep a page and its cursor in one line, for ever or until it has all."""
    from pages.answers.answer import At
    from pages.answers.changes import changes

    if for_ever:
        print("asks", flush=True)
    while True:
        try:
            with closing(sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)) as db:
                db.row_factory = sqlite3.Row
                at = At(db, datetime.date.today(), "", "kept")
                result = changes(at, cursor=last(kept), limit=50).result
        except sqlite3.OperationalError:  # it is not there yet
            time.sleep(0.2)
            continue
        if result["changes"]:
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps([result["next"], [each["id"] for each in result["changes"]]]) + "\n")
        if not result["more"] and not for_ever:
            return
        if not result["more"]:
            time.sleep(0.2)


def pages(kept: Path) -> list[tuple[str, list[str]]]:
    """The pages that were written whole; a line that a kill cut off is none, and is cut away."""
    text = kept.read_text(encoding="utf-8") if kept.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        kept.write_text(whole, encoding="utf-8")
    return [tuple(json.loads(line)) for line in whole.splitlines()]


def last(kept: Path) -> str | None:
    found = pages(kept)
    return found[-1][0] if found else None


def keep_reading(corpus: Path, kept: Path, done: threading.Event, chosen: random.Random) -> int:
    """Run readers one after the other, each killed after some seconds; how many there were."""
    number = 0
    while not done.is_set():
        number += 1
        command = [sys.executable, "-m", "benchmarks.change_week", "--read", str(corpus), str(kept)]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()  # on a busy machine it takes long to begin, and must not be killed before it does
        done.wait(chosen.uniform(0.2, 4))
        child.kill()
        child.stdout.close()
        child.wait()
    return number


def crawl(
    data: Path, mirror: str, source: str, day: datetime.date, first: list[str], chosen: random.Random, kills: int
) -> int:
    """One day: killed so often, then whole. How often it was killed before it ended by itself.

    Raises:
        SystemExit: the run that was let alone failed.
    """
    killed = 0
    for left in range(kills, -1, -1):
        arguments = ("crawl", source, "--collect-only", "--today", day.isoformat(), *first)
        child = start(data, mirror, *arguments, log=data.parent / f"{day}.log")
        try:
            child.wait(chosen.uniform(2, 12) if left else 1800)
            break
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed += 1
    if child.returncode not in (0, 3):
        said = (data.parent / f"{day}.log").read_text(encoding="utf-8")[-2_000:]
        raise SystemExit(f"{day}: the crawl ended with {child.returncode}\n{said}")
    return killed


def main() -> int:
    if sys.argv[1:2] == ["--read"]:
        read(Path(sys.argv[2]), Path(sys.argv[3]), for_ever=True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default="uk_bills")
    parser.add_argument("--from", dest="first", type=datetime.date.fromisoformat, default=datetime.date(2026, 6, 1))
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--arguments", default="")
    options = parser.parse_args()
    os.environ |= KEYS
    chosen, done, readers, killed = random.Random(SEED), threading.Event(), [0], 0
    with tempfile.TemporaryDirectory() as folder:
        data, kept = Path(folder) / "data", Path(folder) / "pages.jsonl"
        corpus = data / "corpus.db"

        def reading() -> None:
            readers[0] = keep_reading(corpus, kept, done, random.Random(SEED + 1))

        thread = threading.Thread(target=reading)
        thread.start()
        try:
            for number in range(options.days):
                day = options.first + datetime.timedelta(days=number)
                with upstream("--as-of", day.isoformat()) as mirror:
                    killed += crawl(data, mirror, options.source, day, options.arguments.split(), chosen, options.kills)
        finally:
            done.set()
            thread.join()
        left = len(pages(kept))
        read(corpus, kept, for_ever=False)
        pages_read = pages(kept)
        got = [key for _, keys in pages_read for key in keys]
        with closing(sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)) as db:
            stored = [row[0] for row in db.execute("select id from changes")]
            documents = db.execute("select count(*) from documents").fetchone()[0]
    print(
        f"{options.source}, {options.days} days from {options.first}: {documents:,} documents, {len(stored):,} changes"
    )
    print(f"{killed} crawls and {readers[0]} readers killed, which read {left:,} of {len(pages_read):,} pages")
    print(f"read: {len(got):,}, of them twice: {len(got) - len(set(got)):,}, left out: {len(set(stored) - set(got)):,}")
    return int(sorted(got) != sorted(stored) or not stored)


if __name__ == "__main__":
    sys.exit(main())
