"""Commit batches of changes for ever, some of them known already, until killed: change_writer.py CORPUS.db SEED."""

from __future__ import annotations

import random
import sys
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from store.connect import connect


def write(file: Path, seed: int) -> None:
    chosen = random.Random(seed)
    with closing(connect(file)) as db:
        key = db.execute("select id from documents limit 1").fetchone()[0]
        number = 0
        while True:
            batch = [*range(number, number + chosen.randint(1, 9)), chosen.randint(0, number)]
            number = max(batch) + 1
            with db.atomic():
                db.conn.executemany(
                    "insert into changes (id, document_id, seen_at, kind, summary) values (?, ?, ?, 'action', 'Referred.') "
                    "on conflict (id) do nothing",
                    [(f"{seed}-{each}", key, f"2022-03-{chosen.randint(10, 28)}T00:00:00Z") for each in batch],
                )
            time.sleep(chosen.random() / 20)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
