"""Draw documents that show a position, to be read, and say what a reader thought of those that were (positions/gold/README.md).

python -m positions.evaluation.shown CORPUS.db --draw 100 --seed 5128 > documents.jsonl
python -m positions.evaluation.shown CORPUS.db
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from positions.evaluation.evaluate import Share
from positions.relevance.labels import MARGINAL, RIGHT, WRONG, read_labels

#: What the second reader called shown pairs of a document and a position.
FILE = Path(__file__).resolve().parents[1] / "gold" / "shown_pairs.jsonl"
Row = dict[str, Any]


def verdicts() -> list[Row]:
    """Each judged pair: ``id``, ``position``, ``draw``, ``verdict``, and ``again`` where it was read a second time."""
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def draw(corpus: Path, number: int, seed: int) -> Iterator[Row]:
    """So many documents at random that show a position and that no reader has judged; their sides are left out.

    Raises:
        sqlite3.Error: the corpus cannot be read.
    """
    known = {read.id for read in read_labels()} | {row["id"] for row in verdicts()}
    with closing(_opened(corpus)) as db:
        ids = [row[0] for row in db.execute("select distinct document_id from shown_positions order by 1")]
        drawn = [key for key in ids if key not in known]
        random.Random(seed).shuffle(drawn)
        for key in drawn[:number]:
            title, abstract = db.execute("select title, abstract from documents where id = ?", [key]).fetchone()
            shown = db.execute(
                "select position_id, field, words from shown_matches where document_id = ? order by position_id, ordinal",
                [key],
            )
            pairs = [{"position": position, "field": field, "words": words} for position, field, words in shown]
            yield {"id": key, "title": title, "abstract": abstract, "pairs": pairs}


def measure(corpus: Path) -> list[str]:
    """By draw: how many pairs were right, marginal and wrong, at the first and the second reading, and of those shown now.

    Raises:
        sqlite3.Error: the corpus cannot be read.
    """
    with closing(_opened(corpus)) as db:
        shown = {tuple(row) for row in db.execute("select document_id, position_id from shown_positions")}
    rows, lines = verdicts(), []
    for name in sorted({row["draw"] for row in rows}):
        own = [row for row in rows if row["draw"] == name]
        lines.append(f"{name}, {len({row['id'] for row in own})} documents: {_told([row['verdict'] for row in own])}")
        if again := [row for row in own if "again" in row]:
            same = sum(row["verdict"] == row["again"] for row in again)
            turned = sum({row["verdict"], row["again"]} == {RIGHT, WRONG} for row in again)
            lines.append(
                f"  read again: {_told([row['again'] for row in again])}; {same} the same, {turned} turned round"
            )
        now = [row["verdict"] for row in own if (row["id"], row["position"]) in shown]
        lines.append(f"  shown now: {_told(now)}")
    return lines


def _told(found: list[str]) -> str:
    count = Counter(found)
    right = Share(count[RIGHT], count[RIGHT] + count[WRONG])
    return ", ".join(f"{count[verdict]} {verdict}" for verdict in (RIGHT, MARGINAL, WRONG)) + f"; {right}"


def _opened(corpus: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--draw", type=int, help="print so many documents to read")
    parser.add_argument("--seed", type=int, default=5128)
    given = parser.parse_args()
    if given.draw:
        print("\n".join(json.dumps(row, ensure_ascii=False) for row in draw(given.corpus, given.draw, given.seed)))
    else:
        print("\n".join(measure(given.corpus)))


if __name__ == "__main__":
    main()
