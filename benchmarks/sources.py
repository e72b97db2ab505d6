"""Every source of documents against the recorded upstream: all there, a second run writes nothing, faults change nothing.

    python -m benchmarks.sources [SOURCE]… [--seeds 7,11]

Each crawl starts from an empty folder: one without faults, the same again over it, and one for each seed while a share of the
requests fails. A row says what was asked, how many documents came of those that the source listed, the requests of each
crawl, and whether the tables are equal. Large sources are crawled in the share that the row names; benchmarks.whole crawls
all of them, benchmarks.limits_week within their limits. People and company rules: see docs/sources/. Exit code 1 if a crawl ended
with an error, a second run wrote a row, or two folders differ.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.compare import differences, fingerprints
from benchmarks.running import KEYS, run, upstream
from store.connect import connect_read_only

TODAY = "2026-11-28"


@dataclass(frozen=True)
class Case:
    """What is asked of a source, the share of requests that fail, and the crawls that it needs before it."""

    arguments: tuple[str, ...] = ()
    faults: float = 0.1
    before: tuple[str, ...] = ()


#: Not here: us_court_opinions, which is not recorded.
CASES = {
    "ca_bills": Case(),
    "uk_bills": Case(),
    "us_courts": Case(("--since", "2000-01-01"), 0.3),
    "us_states_legiscan": Case(("--since", "2010-01-01")),
    "us_bills": Case(("--congress", "117", "--types", "hjres,sjres,hconres,sconres"), 0.5),
    "us_federal_register": Case(("--since", "2025-12-01", "--until", "2025-12-31")),
    "us_regulations": Case(("--since", "2023-01-01", "--until", "2023-12-31")),
    "us_local_legistar": Case(("-a", "cities=nyc", "--since", "2026-08-01")),
    "us_congress_api": Case(("--since", "2026-05-30")),
    "us_states": Case(("-a", "states=wy,ut,nh")),
    "us_bill_text": Case(("-a", "tagged=no"), 0.1, ("us_congress_api", "--since", "2026-05-30")),
    "us_state_text": Case(("-a", "tagged=no", "-a", "jurisdiction=us-wy"), 0.1, ("us_states", "-a", "states=wy")),
}


class Crawls:
    """The crawls of one source, each in a folder of its own below `folder`."""

    def __init__(self, folder: Path, source: str):
        self.folder, self.source, self.case = folder, source, CASES[source]
        self.wrong: list[str] = []

    def crawl(self, name: str, *options: str) -> tuple[Path, int]:
        """A crawl; its corpus.db and its requests. What the source needs before it is crawled once, without faults."""
        data = self.folder / name
        if self.case.before and not data.exists():
            with upstream() as mirror:
                self.run(data, mirror, *self.case.before)
        with upstream(*options) as mirror:
            self.run(data, mirror, self.source, *self.case.arguments)
        return data / "corpus.db", self.last_run(data / "corpus.db")[1]

    def run(self, data: Path, mirror: str, *call: str) -> None:
        ended = run(data, mirror, "crawl", "--collect-only", "--budget", "off", "--today", TODAY, *call)
        if ended.code:
            self.wrong.append(f"`{' '.join(call)}` ended with {ended.code}: {ended.output[-1500:]}")

    def last_run(self, corpus: Path) -> tuple[str, int]:
        """Documents that came and were listed, as words, and requests."""
        with closing(connect_read_only(corpus)) as db:
            added, changed, coverage, requests = db.execute(
                "select coalesce(sum(added), 0), sum(changed), max(coverage), sum(requests) from (select * from runs "
                "where source = ? order by id desc limit 1)",
                [self.source],
            ).fetchone()
        listed = sum(part.get("listed") or 0 for part in json.loads(coverage or "[]"))
        came = added or changed  # texts change documents that are there
        return f"{came or 0:,}" + (f" of {listed:,}" if listed else ""), requests or 0

    def row(self, seeds: list[int]) -> Iterator[str]:
        """The cells of the row, as they are found."""
        yield f"`{' '.join([self.source, *self.case.arguments])}`"
        quiet, asked = self.crawl("quiet")
        documents, _ = self.last_run(quiet)
        yield documents
        yield f"{asked:,}"
        before = fingerprints(quiet)
        _, again = self.crawl("quiet")
        after = fingerprints(quiet)
        written = [table for table in after if after[table] != before.get(table)]
        if written:
            self.wrong.append(f"the second run wrote to {', '.join(written)}")
        yield f"{again:,}; wrote {'to ' + ', '.join(written) if written else 'nothing'}"
        for seed in seeds:
            disturbed, tried = self.crawl(f"seed{seed}", "--faults", str(self.case.faults), "--seed", str(seed))
            found = differences(quiet, disturbed)
            self.wrong += [f"seed {seed}: {line}" for line in found]
            yield f"{tried:,}; {'differs' if found else 'equal'}"
        yield f"{self.case.faults:.0%}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", choices=[*CASES, []])
    parser.add_argument("--seeds", default="7,11")
    options = parser.parse_args()
    os.environ |= KEYS
    seeds = [int(seed) for seed in options.seeds.split(",")]
    heads = ["`infopolicy crawl …`", "Documents, of those listed", "Requests", "Second run: requests, rows"]
    heads += [*(f"Faults, seed {seed}: requests, tables" for seed in seeds), "Share of faults"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    good = True
    for source in options.sources or CASES:
        with tempfile.TemporaryDirectory() as folder:
            crawls = Crawls(Path(folder), source)
            print(f"| {' | '.join(crawls.row(seeds))} |", flush=True)
            if crawls.wrong:
                print("\n" + "\n".join(crawls.wrong) + "\n", flush=True)
            good &= not crawls.wrong
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
