"""Groups of look-alikes drawn at random, to be read one by one: ``python -m comparison.similarity.sample CORPUS --seed 2026``."""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

KINDS = ("companion", "again", "near", "family")
#: Members of a group that are printed, and characters of each title and summary.
MEMBERS, TITLE, SUMMARY = 8, 240, 300


def draw(db: sqlite3.Connection, number: int, seed: int) -> list[str]:
    """The ids of ``number`` groups of each kind, the same for the same seed and groups."""
    found: list[str] = []
    for kind in KINDS:
        ids = [row[0] for row in db.execute("select id from look_alike_groups where kind = ? order by id", [kind])]
        found += random.Random(f"{seed}-{kind}").sample(ids, min(number, len(ids)))
    return found


def show(db: sqlite3.Connection, group_id: str) -> str:
    kind, basis, documents = db.execute(
        "select kind, basis, documents from look_alike_groups where id = ?", [group_id]
    ).fetchone()
    lines = [f"== {group_id}: {kind} by {basis}, {documents} documents"]
    for key, likeness, title, abstract in db.execute(
        "select d.id, l.likeness, d.title, coalesce(d.abstract, '') from look_alikes l join documents d on d.id = l.document_id "
        "where l.group_id = ? order by l.ordinal limit ?",
        [group_id, MEMBERS],
    ):
        lines.append(f"  {likeness:.2f} {key} | {title[:TITLE]} | {' '.join(abstract.split())[:SUMMARY]}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--each", type=int, default=5, help="groups of each kind")
    options = parser.parse_args(arguments)
    with closing(sqlite3.connect(f"file:{options.corpus}?mode=ro", uri=True)) as db:
        for group_id in draw(db, options.each, options.seed):
            print(show(db, group_id), end="\n\n")


if __name__ == "__main__":
    main()
