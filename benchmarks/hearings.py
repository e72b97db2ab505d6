"""Draw actions of state bills that speak of hearings, with the date that was read in each, to be read one by one.

    python -m benchmarks.hearings CORPUS [--count 200] [--seed 16] [--silent]

Drawn at random from all actions in which a rule of crawlers/parsers/hearings.yml found something; with --silent, from those
that are classified as hearings and in which none did. Prints how many there are of each, by state.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from contextlib import closing
from pathlib import Path

from crawlers.items import Action
from crawlers.parsers.hearings import read_hearing
from store.connect import connect_read_only

Drawn = tuple[str, str, str, str]  # document, day of the action, sentence, what was read

_ACTIONS = """
    select d.id, d.jurisdiction, a.acted_on, a.description, a.classification = 'hearing'
    from documents d cross join actions a on a.document_id = d.id where d.level = 'state'"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--silent", action="store_true")
    args = parser.parse_args()
    read, silent, states = spoken(args.corpus)
    print(f"{len(read):,} actions tell a hearing, {len(silent):,} others are classified as hearings; {dict(states)}")
    population = silent if args.silent else read
    for drawn in sorted(random.Random(args.seed).sample(population, min(args.count, len(population)))):
        print(" | ".join(drawn))


def spoken(corpus: Path) -> tuple[list[Drawn], list[Drawn], Counter[str]]:
    """Actions with a hearing, those without that are classified as one, and how many of the first each state has."""
    read: list[Drawn] = []
    silent: list[Drawn] = []
    states: Counter[str] = Counter()
    with closing(connect_read_only(corpus)) as db:
        for key, jurisdiction, acted_on, description, is_hearing in db.execute(_ACTIONS):
            found = read_hearing(jurisdiction.removeprefix("us-"), Action(acted_on=acted_on, description=description))
            words = "; ".join(
                " ".join(filter(None, [each.what, each.day, each.clock, each.end, each.committee, each.place]))
                for each in found
            )
            if found:
                read.append((key, acted_on, description, words))
                states[jurisdiction] += 1
            elif is_hearing:
                silent.append((key, acted_on, description, ""))
    return read, silent, states


if __name__ == "__main__":
    main()
