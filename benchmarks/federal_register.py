"""Show that the Federal Register is collected whole, once, cheaply and exactly, against the recorded upstream.

    python benchmarks/federal_register.py whole      all 22,290 documents; a second run asks little and writes nothing
    python benchmarks/federal_register.py faults     three seeds of faults end with what a faultless crawl gives
    python benchmarks/federal_register.py days       two consecutive days: the events are exactly the second day's

`--since` and `--until` bound the days of publication. Exit code 1 if anything is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import urllib.parse
import urllib.request
from collections import Counter
from contextlib import closing
from pathlib import Path

from compare import differences, fingerprints
from faults import last_line
from running import run, upstream

API = "www.federalregister.gov/api/v1/documents.json"
STATUS = {"Rule": "final", "Proposed Rule": "proposed", "Presidential Document": "adopted"}
Events = Counter[tuple[str, str, str]]  # document number, kind, day


def whole(since: str, until: str) -> int:
    """One crawl, then another: what arrived is counted against the upstream's own numbers, day by day."""
    call = ["crawl", "us_federal_register", "--since", since, "--until", until]
    with tempfile.TemporaryDirectory() as folder, upstream() as mirror:
        first = run(Path(folder), mirror, *call)
        print(f"{last_line(first.output)}; {first.seconds:.0f} s, {first.peak_mb:.0f} MB")
        corpus = Path(folder, "corpus.db")
        listed = {number for number, _ in state(mirror, since, until)}
        with closing(sqlite3.connect(corpus)) as db:
            stored = [number for (number,) in db.execute("select identifier from documents")]
        before = fingerprints(corpus)
        second = run(Path(folder), mirror, *call)
        print(f"{last_line(second.output)}; {second.seconds:.0f} s")
        after = fingerprints(corpus)
    print(f"{len(listed):,} listed day by day, {len(stored):,} stored, {len(set(stored)):,} different ones")
    written = [table for table in after if after[table] != before.get(table)]
    print(
        f"the second run wrote to {', '.join(written)}" if written else "the second run wrote nothing but its own row"
    )
    return int(bool(written) or sorted(stored) != sorted(listed) or bool(first.code or second.code))


def faults(since: str, until: str) -> int:
    """A tenth of all requests goes wrong; nothing of it is left in the corpus."""
    call = ["crawl", "us_federal_register", "--since", since, "--until", until]
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        with upstream() as mirror:
            print(last_line(run(Path(folder, "calm"), mirror, *call).output))
        for seed in ("1", "2", "3"):
            with upstream("--faults", "0.1", "--seed", seed) as mirror:
                ended = run(Path(folder, seed), mirror, *call)
            found = differences(Path(folder, "calm", "corpus.db"), Path(folder, seed, "corpus.db"))
            print(f"seed {seed}: exit code {ended.code}, {ended.seconds:.0f} s, {last_line(ended.output)}")
            print("\n".join(found) or "  every table equal")
            wrong += bool(found) + bool(ended.code)
    return int(wrong > 0)


def days(first: str, second: str, since: str) -> int:
    """Crawl the world of one day, then of the next; the events are counted from the two states' JSON."""
    call = ["crawl", "us_federal_register", "--since", since, "--until", second]
    with tempfile.TemporaryDirectory() as folder:
        before: dict[str, dict[str, str]] = {}
        for day in (first, second):
            with upstream("--as-of", day) as mirror:
                ended = run(Path(folder), mirror, *call)
                print(f"as of {day}: {last_line(ended.output)}" + (ended.output if ended.code else ""))
                after = dict(state(mirror, since, day))
            expected = events(before, after)
            before = after
        with closing(sqlite3.connect(Path(folder, "corpus.db"))) as db:
            rows = db.execute(
                "select d.identifier, c.kind, c.happened_on from changes c join documents d on d.id = c.document_id"
            )
            found: Events = Counter(rows.fetchall())
    print("expected:", dict(Counter(kind for _, kind, _ in expected.elements())))
    print("logged:  ", dict(Counter(kind for _, kind, _ in found.elements())))
    for what, apart in (("not logged", expected - found), ("not expected", found - expected)):
        print(f"{apart.total()} {what}", *list(apart)[:5])
    return int(found != expected)


def state(mirror: str, since: str, until: str) -> list[tuple[str, dict[str, str]]]:
    """Every document by number, as the upstream lists it, in pages of 500 of one type at a time."""
    rows = []
    for kind in ("RULE", "PRORULE", "NOTICE", "PRESDOCU"):
        for first, last in quarters(since, until):
            page = 1
            while True:
                query = [
                    ("conditions[publication_date][gte]", first),
                    ("conditions[publication_date][lte]", last),
                    ("conditions[type][]", kind),
                    ("per_page", "500"),
                    ("page", str(page)),
                    *(
                        ("fields[]", name)
                        for name in (
                            "document_number",
                            "type",
                            "action",
                            "effective_on",
                            "comments_close_on",
                            "publication_date",
                            "signing_date",
                            "correction_of",
                        )
                    ),
                ]
                with urllib.request.urlopen(f"{mirror}/{API}?{urllib.parse.urlencode(query)}") as answer:
                    data = json.load(answer)
                rows += [(each["document_number"], each) for each in data.get("results", [])]
                if page >= data.get("total_pages", 1):
                    break
                page += 1
    return rows


def quarters(since: str, until: str) -> list[tuple[str, str]]:
    """Spans of three months at most, so that no search comes near the 10,000 that the API tells."""
    found = []
    for year in range(int(since[:4]), int(until[:4]) + 1):
        for first, last in (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")):
            span = max(since, f"{year}-{first}"), min(until, f"{year}-{last}")
            found += [span] if span[0] <= span[1] else []
    return found


def events(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> Events:
    """What the second state has and the first had not: the document, its action line, its status, each date to keep."""
    found: Events = Counter()
    for number, record in after.items():
        news, old = parts(record), parts(before[number]) if number in before else set()
        if not old:
            found[number, "introduced", record["publication_date"]] += 1
        found.update((number, kind, day) for kind, day, _ in news - old)
    return found


def parts(record: dict[str, str]) -> set[tuple[str, str, str]]:
    """(kind, day, words) of everything that makes an event; statuses by the plain words of the action line."""
    published, action = record["publication_date"], (record["action"] or "").lower()
    status = STATUS.get(record["type"], "notice")
    if "withdrawal" in action:
        status = "withdrawn"
    elif record["correction_of"] or ("correction" in action and "correcting amendment" not in action):
        status = "notice"
    found = {("status", record["signing_date"] or published, status)}
    found |= {("action", published, action)} if action else set()
    for name in ("comments_close_on",) if record["type"] == "Proposed Rule" else ("comments_close_on", "effective_on"):
        found |= {("event", record[name], name)} if record[name] else set()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["whole", "faults", "days"])
    parser.add_argument("--since", default="2024-01-01")
    parser.add_argument("--until", default="2025-12-31")
    parser.add_argument("--first", default="2025-03-18", help="the first of the two days; the second is the next")
    parser.add_argument("--second", default="2025-03-19")
    args = parser.parse_args()
    if args.what == "days":
        return days(args.first, args.second, "2025-01-01")
    return {"whole": whole, "faults": faults}[args.what](args.since, args.until)


if __name__ == "__main__":
    sys.exit(main())
