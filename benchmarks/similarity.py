"""How long it takes to compare every document with every other, and what a small change costs after that.

    python benchmarks/similarity.py data/corpus.db [other.db …] [--least 171709]

The documents of the files given are put together in a corpus of their own, which is compared in a process that may use
4 GB of address space and two cores: first all of it, then again without a change, then after 100 titles have changed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
LIMIT_SECONDS, LIMIT_GB, CORES = 600, 4, 2
PARTS = ("documents", "terms", "links", "version_texts", "tags")


def collect(files: list[Path], target: Path) -> int:
    """Put the documents of some corpora, and what comparing asks of them, in one fresh corpus; returns how many."""
    from crawlers.storage.rulemakings import write_threads
    from store.connect import open_corpus

    db = open_corpus(target)
    db.execute("pragma foreign_keys = off")
    for file in files:
        db.execute("attach ? as other", [f"file:{file.absolute()}?mode=ro"])
        for table in PARTS:
            ours = {row[1] for row in db.execute(f"pragma main.table_info({table})")}
            columns = ", ".join(row[1] for row in db.execute(f"pragma other.table_info({table})") if row[1] in ours)
            if columns:
                db.execute(f"insert or ignore into {table} ({columns}) select {columns} from other.{table}")
        db.execute("detach other")
    write_threads(db)
    number = int(db.execute("select count(*) from documents").fetchone()[0])
    db.close()
    return number


def measured(corpus: Path) -> dict[str, float]:
    """Compare in a process with limits; seconds, documents, groups, and peak memory in MB."""
    command = [sys.executable, __file__, "--compare", str(corpus)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def compare(corpus: Path) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_GB << 30, LIMIT_GB << 30))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    from comparison.update import update
    from store.connect import open_corpus

    db = open_corpus(corpus)
    began, used = time.monotonic(), time.process_time()
    done = update(db)
    found = {"seconds": time.monotonic() - began, "processor": time.process_time() - used}
    db.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"documents": done.documents, "groups": done.groups, "peak_mb": peak}))


def change(corpus: Path, number: int) -> None:
    from store.connect import open_corpus

    db = open_corpus(corpus)
    for n, (key,) in enumerate(db.execute("select id from documents order by rowid desc limit ?", [number]).fetchall()):
        db.execute(
            "update documents set title = title || ' revised', text_hash = ? where id = ?", [f"changed-{n}", key]
        )
    db.close()


def counts(corpus: Path) -> None:
    from store.connect import open_corpus

    db = open_corpus(corpus)
    for kind, basis, groups, documents in db.execute(
        "select kind, basis, count(*), sum(documents) from look_alike_groups group by 1, 2 order by 1, 2"
    ):
        print(f"  {kind} by {basis}: {groups:,} groups of {documents:,} documents")
    pairs = db.execute("select count(*) / 2, (select count(*) / 2 from shared_passages) from shared_texts").fetchone()
    print(f"  {pairs[0]:,} pairs of texts share {pairs[1]:,} passages")
    db.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path)
    parser.add_argument("--least", type=int, default=0, help="fail when fewer documents than this were compared")
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.compare:
        compare(options.compare)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.db"
        number = collect(options.corpora, corpus)
        print(f"{number:,} documents")
        for what in ("all of them", "again, nothing changed", "after 100 changed"):
            if what.startswith("after"):
                change(corpus, 100)
            run = measured(corpus)
            print(
                f"{what}: {run['seconds']:.1f} s ({run['processor']:.1f} s of processor), {run['documents']:,.0f} documents "
                f"compared, {run['groups']:,.0f} groups changed, peak {run['peak_mb']:.0f} MB"
            )
            if what == "all of them":
                counts(corpus)
                first = run
    return int(number < options.least or first["seconds"] > LIMIT_SECONDS or first["documents"] != number)


if __name__ == "__main__":
    sys.exit(main())
