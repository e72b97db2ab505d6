"""Must-see: of the documents that library associations took up, how many the program marks, and of their look-alikes.

    python -m benchmarks.must_see data/corpus.db [--gold FILE] [--list [alive|dead]]

The documents are named in classify/gold/priority/must_see.jsonl, or in another FILE of its form (`must_see_second.jsonl` to
`must_see_sixth.jsonl`); of each the corpus must hold the text. `before` is what the trained model said alone. `--list` prints
every must-see document, one a line, for somebody to read: the only way to know how many are right. A document that is not stored
is not counted: the shares say of how many they are.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from benchmarks.running import ROOT
from positions.evaluation.evaluate import Share

GOLD = ROOT / "classify/gold/priority/must_see.jsonl"
#: Where a bill can go no further.
FINISHED = ("enacted", "adopted", "vetoed", "failed", "withdrawn", "replaced", "final", "decided", "notice")
_GRADES = "select t.document_id, t.model_priority, t.priority from taggings t"
_LIST = """
    select t.document_id, d.status, coalesce(t.why, ''), d.title,
        (select group_concat(g.area_id, ' ') from tags g where g.document_id = d.id)
    from taggings t join documents d on d.id = t.document_id
    where t.priority = 2 and d.id not in (select document_id from ceremonial) order by d.id"""


def table(db: sqlite3.Connection, gold: Path = GOLD) -> list[tuple[str, str, int, int, int, int]]:
    """For each kind: taken up or look-alike, the kind, how many are listed, stored, marked before, and marked now."""
    grades = {key: (before, now) for key, before, now in db.execute(_GRADES)}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for line in gold.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        side = "taken up" if row["must_see"] else "look-alike"
        found = grades.get(row["id"])
        for kind in (row["kind"], "all"):
            count = counts[side, kind]
            count[0] += 1
            if found:
                count[1] += 1
                count[2] += found[0] == 2
                count[3] += found[1] == 2
    return [
        (*key, *counts[key]) for key in sorted(counts, key=lambda key: (key[0] != "taken up", key[1] == "all", key[1]))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--list", nargs="?", const="all", choices=("all", "alive", "dead"))
    options = parser.parse_args()
    with closing(sqlite3.connect(f"{options.corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        if options.list:
            for key, status, *rest in db.execute(_LIST):
                if options.list == "all" or (status in FINISHED) == (options.list == "dead"):
                    print(key, status, *rest, sep=" | ")
            return
        print("| | kind | listed | before | now |\n|---|---|---|---|---|")
        for side, kind, listed, stored, before, now in table(db, options.gold):
            print(f"| {side} | {kind} | {listed} | {Share(before, stored)} | {Share(now, stored)} |")


if __name__ == "__main__":
    main()
