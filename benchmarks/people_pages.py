"""How fast the pages of people answer on a whole corpus, for one reader; and a search, to be compared with another folder's.

    python -m benchmarks.people_pages DATA/corpus.db [--each 60]

Milliseconds, median and 95th percentile, for addresses drawn at random (seed 24): legislators who have voted, committees, roll
calls with their votes, documents that say who decides next, and searches. Exit code 1 if a median passes 100 ms or an answer
is no page.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import quote_plus

from benchmarks.pages import MEDIAN, WORDS, Times, ask, serving
from pages.people import names
from store.connect import connect_read_only

_PEOPLE = "select p.id, p.name from people p where p.is_current = 1 and p.key in (select person from sponsor_people)"
_COMMITTEES = "select id, name from legislative_committees where seen_until is null"
_ROLL_CALLS = "select id from roll_calls where missing_since is null"
_WAITING = """select id from documents where kind = 'bill' and status in ('introduced', 'in_committee', 'reported',
    'passed_first_chamber') and (jurisdiction = 'us' or jurisdiction like 'us-__')"""


def addresses(db: sqlite3.Connection, each: int) -> dict[str, list[str]]:
    """For each kind of page, so many addresses."""
    pick = random.Random(24)
    drawn = lambda sql: pick.choices(db.execute(sql).fetchall() or [()], k=each)  # noqa: E731
    found = {
        "legislator": [names.person_address(*row) for row in drawn(_PEOPLE) if row],
        "committee": [names.committee_address(*row) for row in drawn(_COMMITTEES) if row],
        "roll call": [names.vote_address(*row) for row in drawn(_ROLL_CALLS) if row],
        "document that can move": [f"/documents/{row[0]}" for row in drawn(_WAITING) if row],
        "search": [f"/browse?q={quote_plus(pick.choice(WORDS))}&page={1 + number % 3}" for number in range(each)],
    }
    return {kind: listed for kind, listed in found.items() if listed}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--each", type=int, default=60)
    asked = options.parse_args()
    with closing(connect_read_only(asked.corpus)) as db:
        found = addresses(db, asked.each)
    good = True
    print("| page | median / 95th percentile, ms | no page |\n|---|---|---|")
    with serving("site", asked.corpus) as port:
        for kind, paths in found.items():
            ask(port, paths[:2], Times())
            times = Times()
            ask(port, paths, times)
            good &= not times.errors and (kind == "search" or times.row()[0] <= MEDIAN)
            print("| {} | {:.0f} / {:.0f} | {} |".format(kind, *times.row(), times.errors), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
