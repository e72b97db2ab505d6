"""How fast the pages of people answer on a whole corpus, for one reader, and whether other pages are slower for them.

    python -m benchmarks.people_pages DATA/corpus.db [--each 60] [--before OTHER/corpus.db]

Milliseconds, median and 95th percentile, for addresses drawn at random (seed 24): legislators who have voted, committees, roll
calls with their votes, the list of legislators, documents that say who decides next, and searches. With `--before`, a corpus of
the same documents without people and votes, the pages that both have are asked of both in turns, and the ratio of the medians is
printed. Then what the tables of people and votes take in the file. Exit code 1 if a median passes 100 ms or an answer is no page.
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
from pages.database import marks
from pages.people import names
from store.connect import connect_read_only

#: Pages that a corpus without people has too.
SHARED = ("home", "document that can move", "search")
TABLES = (
    *("people", "person_ids", "person_names", "person_terms", "offices", "legislative_committees", "committee_members"),
    *("roll_calls", "voters", "vote_words", "ballots", "sponsor_people", "zip_districts"),
)
_STATES = ("ca", "ga", "mn", "nh", "ny", "oh", "tx")
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
        "list of legislators": ["/people", *(f"/people?place=us-{state}" for state in _STATES)] * max(1, each // 8),
        "roll call": [names.vote_address(*row) for row in drawn(_ROLL_CALLS) if row],
        "document that can move": [f"/documents/{row[0]}" for row in drawn(_WAITING) if row],
        "search": [f"/browse?q={quote_plus(pick.choice(WORDS))}&page={1 + number % 3}" for number in range(each)],
    }
    found["home"] = ["/"] * each
    return {kind: listed for kind, listed in found.items() if listed}


def weights(db: sqlite3.Connection) -> list[tuple[str, float]]:
    """Megabytes of each table of people and votes with its indexes, the largest first; and of the whole file."""
    found = db.execute(
        "select m.tbl_name, sum(s.pgsize) / 1e6 from dbstat s join sqlite_master m on m.name = s.name "
        f"where s.aggregate = true and m.tbl_name in ({marks(TABLES)}) group by 1 order by 2 desc",
        TABLES,
    ).fetchall()
    [(whole,)] = db.execute("select sum(pgsize) / 1e6 from dbstat where aggregate = true")
    return [*map(tuple, found), ("all of these", sum(each for _, each in found)), ("corpus.db", whole)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("corpus", type=Path)
    options.add_argument("--each", type=int, default=60)
    options.add_argument("--before", type=Path)
    asked = options.parse_args()
    with closing(connect_read_only(asked.corpus)) as db:
        found = addresses(db, asked.each)
        sizes = weights(db)
    good = True
    print("| page | median / 95th percentile, ms | before | ratio | no page |\n|---|---|---|---|---|")
    with serving("site", asked.corpus) as port, serving("site", asked.before or asked.corpus) as other:
        for kind, paths in found.items():
            now, before = Times(), Times()
            both = asked.before is not None and kind in SHARED
            for path in paths:
                ask(port, [path], now)
                if both:
                    ask(other, [path], before)
            good &= not now.errors and (kind == "search" or now.row()[0] <= MEDIAN)
            then = ""
            if both:
                then = "{:.0f} / {:.0f} | {:.2f}".format(*before.row(), now.row()[0] / before.row()[0])
            median, late = now.row()
            print(f"| {kind} | {median:.0f} / {late:.0f} | {then or '|'} | {now.errors} |", flush=True)
    print("\n| table with its indexes | MB |\n|---|---:|")
    print("\n".join(f"| {name} | {size:,.1f} |" for name, size in sizes))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
