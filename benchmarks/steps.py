"""What each step after collecting takes by itself, on a full corpus.

    python -m benchmarks.steps CORPUS [--documents 10000] [--turns 3]

CORPUS is copied. In each turn other documents, drawn by chance, lose what was derived from them, and every step makes it
again; the figures are medians of the turns, seconds in one process (with the two workers that tag and match), without start.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from comparison.update import update as compare
from derive import update
from publish.listing import publish
from store.connect import open_corpus, open_staff

NOW = "2026-01-01T00:00:00Z"
WORDS = (
    "library",
    "broadband access",
    "student privacy",
    "copyright license",
    "net neutrality",
    "open access publications",
)
#: What is forgotten of the drawn documents before a step, by the name of the step.
FORGET: dict[str, tuple[str, ...]] = {
    "tag": ("delete from taggings where document_id in (select id from drawn)",),
    "match": ("delete from matchings where document_id in (select id from drawn)",),
    "publish": (
        "update documents set latest_action_on = date(coalesce(latest_action_on, published_on), '+1 day') "
        "where id in (select id from drawn)",
    ),
    "compare": ("delete from signatures where document_id in (select id from drawn)",),
}


def steps(corpus: Any, staff: Any) -> dict[str, Callable[[], Any]]:
    return {
        "tag": lambda: update.derive(corpus, staff),
        "match": lambda: update.derive(corpus, staff),
        "publish": lambda: publish(corpus, NOW, staff),
        "compare": lambda: compare(corpus),
    }


def draw(corpus: Any, names: list[str], number: int, turn: int) -> None:
    corpus.execute("create temp table if not exists drawn (id text primary key)")
    corpus.execute("delete from drawn")
    corpus.conn.executemany(
        "insert into drawn values (?)", [[key] for key in random.Random(turn).sample(names, number)]
    )


def timed(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def search(corpus: Any) -> None:
    sql = "select rowid from documents_fts where documents_fts match ? order by rank limit 25"
    for words in WORDS:
        corpus.execute(sql, [words]).fetchall()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.corpus.resolve().parent) as folder:
        for name in ("corpus.db", "staff.db"):
            file = options.corpus.with_name(name)
            with closing(sqlite3.connect(file)) as old, closing(sqlite3.connect(Path(folder, name))) as new:
                old.backup(new)
        corpus, staff = open_corpus(Path(folder, "corpus.db")), open_staff(Path(folder, "staff.db"))
        measure(corpus, staff, options.documents, options.turns)
        corpus.close()
        staff.close()
    return 0


def measure(corpus: Any, staff: Any, number: int, turns: int) -> None:
    work = steps(corpus, staff)
    for step in work.values():
        step()  # whatever the corpus lacks is no part of this
    names = [key for (key,) in corpus.execute("select document_id from matchings order by 1").fetchall()]
    number = min(number, len(names) // 2)
    times: dict[str, list[float]] = {name: [] for step in work for name in (step, f"{step}, nothing to do")}
    times["search"] = []
    for turn in range(turns):
        draw(corpus, names, number, turn)
        for name, step in work.items():
            for statement in FORGET[name]:
                corpus.execute(statement)
            times[name].append(timed(step))
            times[f"{name}, nothing to do"].append(timed(step))
        times["search"].append(timed(lambda: search(corpus)) / len(WORDS))
    held = corpus.execute("select count(*) from documents").fetchone()[0]
    print(f"{held:,} documents, {number:,} of them (all tagged with an area) to do again; median of {turns} turns.\n")
    print("| step | seconds | ms a document | nothing to do, s |\n|---|---:|---:|---:|")
    for name in work:
        middle, idle = (statistics.median(times[key]) for key in (name, f"{name}, nothing to do"))
        print(f"| {name} | {middle:.1f} | {1000 * middle / number:.2f} | {idle:.1f} |")
    print(f"\nOne search of the words of all documents: {1000 * statistics.median(times['search']):.0f} ms.")


if __name__ == "__main__":
    sys.exit(main())
