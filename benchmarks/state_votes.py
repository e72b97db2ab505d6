"""Is every recorded vote of the states there once, as it was recorded? Reads the recordings itself, past server and crawler.

    infopolicy crawl us_states -a believe=yes --budget off     against the recorded upstream
    python -m benchmarks.state_votes DATA/corpus.db

For each state: roll calls and single votes as recorded and as stored, and bills whose roll calls differ in number, question,
result, or in any name or answer of a single vote. Exit code 1 if any does.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sqlite3
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.running import SERVER
from crawlers.parsers.openstates import bill_id
from crawlers.parsers.openstates_votes import mended
from store.connect import connect_read_only

#: The letters for answers in the pack, as the README of the recordings' server resolves them.
OPTIONS = {"y": "yes", "n": "no", "o": "other", "e": "excused", "v": "not voting", "a": "abstain", "x": "absent"}
_STORED = "select document_id, key, question, result from roll_calls where jurisdiction = ? and missing_since is null"
_CAST = """select r.document_id, b.roll_call, v.name, w.word from roll_calls r join ballots b on b.roll_call = r.key
    join voters v on v.key = b.voter join vote_words w on w.key = b.word where r.jurisdiction = ?"""
#: A roll call: its question and result, and each name with its answer, sorted.
Vote = tuple[str, str, tuple[tuple[str, str], ...]]
Votes = dict[str, Counter[Vote]]


def recorded(pack: Path) -> Iterator[tuple[str, Votes]]:
    """The roll calls of each state by bill."""
    with tarfile.open(pack) as tar:
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            state, found = member.name[:2], json.loads(lzma.decompress(file.read()))
            votes: Votes = {}
            for key, events in found["bills"].items():
                session, _, identifier = key.partition("|")
                place = {"jurisdiction": {"id": f"ocd-jurisdiction/country:us/state:{state}/government"}}
                bill = bill_id(place | {"session": session, "identifier": identifier})
                votes[bill] = Counter(_event(event, found["names"]) for event in events)
            yield f"us-{state}", votes


def _event(event: list[object], names: dict[str, list[str]]) -> Vote:
    _, chamber, question, _, result, _, _, marks, *_ = event
    letters = marks if isinstance(marks, list) else [(at, mark) for at, mark in enumerate(str(marks)) if mark != "."]
    known = names.get(str(chamber), [])
    cast = sorted((plain(known[at]), OPTIONS[mark]) for at, mark in letters if plain(known[at]))
    return plain(str(question)) or "vote", str(result), tuple(cast)


def plain(text: str) -> str:
    """A text with single spaces and without control characters, which some states' pages left in names."""
    return " ".join("".join(letter for letter in mended(text) if letter.isprintable() or letter.isspace()).split())


def stored(db: sqlite3.Connection, jurisdiction: str) -> Votes:
    """The same of corpus.db."""
    cast: dict[int, list[tuple[str, str]]] = {}
    for _, key, name, word in db.execute(_CAST, [jurisdiction]):
        cast.setdefault(key, []).append((plain(name), word))
    found: Votes = {}
    for bill, key, question, result in db.execute(_STORED, [jurisdiction]):
        vote = (plain(question), str(result), tuple(sorted(cast.get(key, []))))
        found.setdefault(bill, Counter())[vote] += 1
    return found


def single(votes: Votes) -> int:
    return sum(len(vote[2]) * often for of_bill in votes.values() for vote, often in of_bill.items())


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("corpus", type=Path)
    options.add_argument("--pack", type=Path, default=SERVER.parent / "data" / "openstates-votes.tar")
    asked = options.parse_args()
    totals: Counter[str] = Counter()
    print("| state | bills | roll calls recorded | stored | single votes recorded | stored | bills that differ |")
    with closing(connect_read_only(asked.corpus)) as db:
        for place, said in recorded(asked.pack):
            held = stored(db, place)
            wrong = [bill for bill in said.keys() | held.keys() if said.get(bill) != held.get(bill)]
            row = {
                "bills": len(said),
                "recorded": sum(each.total() for each in said.values()),
                "stored": sum(each.total() for each in held.values()),
                "single votes recorded": single(said),
                "single votes stored": single(held),
                "bills that differ": len(wrong),
            }
            totals.update(row)
            print(f"| {place} | " + " | ".join(f"{number:,}" for number in row.values()) + " |", *wrong[:3], flush=True)
    print("| all | " + " | ".join(f"{number:,}" for number in totals.values()) + " |")
    return 1 if totals["bills that differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
