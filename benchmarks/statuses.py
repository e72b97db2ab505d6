"""Draw state bills with their status and last actions, to be read one by one: does the status follow from them?

    python -m benchmarks.statuses CORPUS [--count 200] [--seed 16] [--actions 8]

As many of each state as of every other, at random: bills for a vote of a small legislature are as likely as California's. Each
bill is printed with its status, the day, the reason where its session ended, and its last actions, oldest first, each
with the class that is stored for it.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from contextlib import closing
from itertools import chain, zip_longest
from pathlib import Path

from store.connect import connect_read_only

_BILLS = "select jurisdiction, id from documents where level = 'state' and kind = 'bill' and missing_since is null order by id"
_BILL = "select id, document_type, chamber, status, status_on, status_reason, title from documents where id = ?"
_ACTIONS = "select acted_on, chamber, classification, description from actions where document_id = ? order by ordinal"


def drawn(places: dict[str, list[str]], count: int, seed: int) -> list[str]:
    """So many ids, in turn from each place, at random within it; fewer where the places hold fewer."""
    dice = random.Random(seed)
    order = [dice.sample(ids, min(len(ids), count)) for _, ids in sorted(places.items())]
    turns = [[each for each in turn if each] for turn in zip_longest(*order)]
    for turn in turns:
        dice.shuffle(turn)
    return list(chain.from_iterable(turns))[:count]


def bills(corpus: Path, count: int, seed: int, actions: int) -> Iterator[str]:
    """A paragraph for each bill that was drawn."""
    places: dict[str, list[str]] = {}
    with closing(connect_read_only(corpus)) as db:
        for jurisdiction, key in db.execute(_BILLS):
            places.setdefault(jurisdiction, []).append(key)
        for number, key in enumerate(sorted(drawn(places, count, seed)), 1):
            _, kind, chamber, status, day, reason, title = db.execute(_BILL, [key]).fetchone()
            steps = db.execute(_ACTIONS, [key]).fetchall()[-actions:]
            head = f"{number}. {key} ({kind}, {chamber}) {status.upper()} {day or ''} {reason or ''}".rstrip()
            yield "\n".join(
                [head, f"   {title[:100]}", *(f"   {d} {c or '-'} [{k or '-'}] {s[:160]}" for d, c, k, s in steps)]
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--actions", type=int, default=8)
    options = parser.parse_args()
    print("\n".join(bills(options.corpus, options.count, options.seed, options.actions)))


if __name__ == "__main__":
    main()
