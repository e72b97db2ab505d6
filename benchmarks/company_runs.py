"""Companies' rules through faults, kills, limits and a change: is the result that of one quiet crawl, written once?

    python -m benchmarks.company_runs terms [--services "Goodreads,Discord"] [--versions 10] [--seeds 7,11] [--limits-alone]
    python -m benchmarks.company_runs days [--services …] [--versions 10] [--first 2026-08-03] [--days 2] [--into FOLDER]
    python -m benchmarks.company_runs pages [--seeds 7,11]

`terms` reads Open Terms Archive as it was recorded, each time from an empty folder: a quiet crawl; a second one over it,
which may write nothing; one for each seed while requests misbehave (`FAULTS`); one that is killed (SIGKILL) at a quarter, a
half and three quarters of its requests and then goes on; and one without a token within GitHub's limits, run again each hour
until nothing waits (an hour here is a new server and a new budget). `days` reads it as it was on a day, and on days after it,
and leaves the counting to `benchmarks.company_terms`, which it calls; `--into` adds them to a data folder that holds other
documents. `pages` serves the pages of corp_pages.yml in forms of our own through the same faults: quiet, again, seeds, killed,
and a day on which every page says something new. Exit code 1 if two folders differ, a second run wrote a row, the counts
differ, or a run ended with an error.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from benchmarks.compare import differences, fingerprints
from benchmarks.disturbed import KILLED_AT, kill_at, requests
from benchmarks.running import ROOT, SERVER, Ended, free_port, run, upstream
from crawlers.download.mirror import file_name

TODAY, LATER = "2026-08-22", "2026-08-25"
#: The share of requests that misbehave: of a source of a few requests more.
FAULTS = {"corp_terms": "0.1", "corp_pages": "0.6"}
SERVICES = "Goodreads,LibraryThing,Amazon Kindle Store,Discord,Proctorio"
_ROW = "| {:<34} | {:>8,} | {:>6} | {:>7} | {:>9} | {:>8,} | {:>7,} |"
HEAD = "| run | requests | faults | refused | documents | versions | changes |\n|---|---:|---:|---:|---:|---:|---:|"
Server = Callable[..., AbstractContextManager[str]]


class Runs:
    """Crawls of one source into folders of their own, each with the log of its server."""

    def __init__(self, folder: Path, source: str, server: Server, arguments: tuple[str, ...]):
        self.folder, self.source, self.server, self.arguments = folder, source, server, arguments
        self.good = True

    def command(self, day: str, *more: str) -> tuple[str, ...]:
        return ("crawl", self.source, "--collect-only", "--today", day, *more, *self.arguments)

    def crawl(
        self, name: str, what: str, *options: str, day: str = TODAY, budget: bool = False, kills: tuple[int, ...] = ()
    ) -> Ended:
        """One crawl into a folder, said as a row of the table."""
        log = self.folder / f"{name}-{what.replace(' ', '-')}.jsonl"
        command = self.command(day, *(() if budget else ("--budget", "off")))
        with self.server(*options, "--log", str(log)) as mirror:
            for number in kills:
                kill_at(self.folder / name, mirror, log, number, *command)
            ended = run(self.folder / name, mirror, *command)
        if ended.code and not (budget and "used up" in ended.output):
            self.fail(f"{what}: exit code {ended.code}\n{ended.output[-1500:]}")
        asked, faults, refused = requests(log)
        counts = [self.count(name, table) for table in ("documents", "versions", "changes")]
        print(_ROW.format(what, asked, faults, refused, *counts), flush=True)
        return ended

    def count(self, name: str, table: str) -> int:
        with closing(sqlite3.connect(f"file:{self.corpus(name)}?mode=ro", uri=True)) as db:
            key = "id" if table == "documents" else "document_id"
            return int(db.execute(f"select count(*) from {table} where {key} glob 'corp-*'").fetchone()[0])

    def corpus(self, name: str) -> Path:
        return self.folder / name / "corpus.db"

    def fail(self, words: str) -> None:
        self.good = False
        print(f"\n**{words}**\n", flush=True)

    def same(self, one: str, other: str) -> None:
        for line in differences(self.corpus(one), self.corpus(other)):
            self.fail(f"{other}: {line}")

    def disturbed(self, seeds: list[str]) -> None:
        """Quiet, again, the seeds, and killed."""
        print(HEAD)
        self.crawl("quiet", "quiet")
        before = fingerprints(self.corpus("quiet"))
        self.crawl("quiet", "again")
        after = fingerprints(self.corpus("quiet"))
        if written := [table for table, value in after.items() if before.get(table) != value]:
            self.fail(f"the second run wrote to {', '.join(written)}")
        for seed in seeds:
            self.crawl(f"seed {seed}", f"faults, seed {seed}", "--faults", FAULTS[self.source], "--seed", seed)
            self.same("quiet", f"seed {seed}")
        whole, _, _ = requests(self.folder / "quiet-quiet.jsonl")
        self.crawl("killed", "killed three times, then resumed", kills=tuple(int(whole * at) for at in KILLED_AT))
        self.same("quiet", "killed")


def chosen(services: str) -> tuple[str, ...]:
    return ("-a", f"service={services}") if services else ()


def terms(folder: Path, services: str, versions: str, seeds: list[str], *, limits_alone: bool) -> bool:
    os.environ.pop("GITHUB_TOKEN", None)
    runs = Runs(folder, "corp_terms", upstream, (*chosen(services), "-a", f"versions={versions}"))
    if not limits_alone:
        runs.disturbed(seeds)
    else:
        print(HEAD)
        runs.crawl("quiet", "quiet")
    waits, hour = True, 0
    while waits and hour < 24:
        hour += 1
        waits = "used up" in runs.crawl("limits", f"within limits, hour {hour}", "--limits", budget=True).output
        with closing(sqlite3.connect(folder / "limits" / "ops.db")) as ops, ops:
            ops.execute("delete from budgets")
    runs.same("quiet", "limits")
    return runs.good


def days(folder: Path, services: str, versions: str, first: date, number: int, into: Path | None) -> bool:
    """The day, then the days after it; what is stored is counted by another program from the recorded commits.

    Of one version, nobody could see that a page went back to the words before it: that would be a change.
    """
    if into:
        (folder / "days").symlink_to(into.absolute())
    runs = Runs(folder, "corp_terms", upstream, ("-a", f"versions={versions}", *chosen(services)))
    print(HEAD)
    for day in (first + timedelta(days=n) for n in range(number + 1)):
        runs.crawl("days", f"as of {day}", "--as-of", day.isoformat(), day=day.isoformat())
    spans = ["--since", first.isoformat(), "--until", day.isoformat()]
    counted = subprocess.run(
        [sys.executable, "-m", "benchmarks.company_terms", str(runs.corpus("days")), *spans],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    told = (counted.stdout + counted.stderr).splitlines()
    print("\n".join(line for line in told if not services or not line.startswith("not stored: ")))
    return runs.good and not counted.returncode and " only\n" not in counted.stdout


# --------------------------------------------------------------------- pages of companies, served by ourselves


def pages(folder: Path, seeds: list[str]) -> bool:
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    import company_pages

    for name, changed in (("first", ""), ("later", "We may change the price of a license at any time.")):
        company_pages.write(folder / name, changed=changed)
    runs = Runs(folder, "corp_pages", lambda *options: served(folder / "first", *options), ())
    runs.disturbed(seeds)
    runs.server = lambda *options: served(folder / "later", *options)
    number, told = runs.count("quiet", "versions"), runs.count("quiet", "changes")
    runs.crawl("quiet", "each page changed, seed 7", "--faults", FAULTS["corp_pages"], "--seed", "7", day=LATER)
    runs.crawl("quiet", "again on the day after", day=LATER)
    if runs.count("quiet", "versions") != 2 * number or runs.count("quiet", "changes") == told:
        runs.fail(f"{number} pages changed, and not all of them have a second version")
    return runs.good


@contextmanager
def served(folder: Path, *options: str) -> Iterator[str]:
    """A folder of pages (HOST/PATH) behind the faults of the recorded upstream."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.company_runs", "--serve", str(folder), str(port), *options]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait()


def serve(folder: Path, port: int, share: float, seed: int, log: str) -> None:
    """Run the recorded upstream's own server with hosts that are folders."""
    import asyncio

    import uvicorn

    sys.path.insert(0, str(SERVER.parent))
    spec = importlib.util.spec_from_file_location("recorded_upstream", SERVER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    class Pages:
        robots, validators = None, False

        def __init__(self, host: str):
            self.host = host

        def answer(self, path: str, _query: Any, _headers: Any) -> Any:
            file = folder / file_name(f"https://{self.host}{path}")
            found = file.read_bytes() if file.is_file() else None
            return module.Reply(200 if found else 404, found or "not there", "text/html; charset=utf-8")

    world = module.build(faults=share, seed=seed, log=log)
    hosts = {each.name: Pages(each.name) for each in folder.iterdir()}
    world.sources.known = hosts
    world.sources.update(hosts)
    app = asyncio.run(module.app_factory(world))
    print("ready", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="critical", access_log=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["terms", "days", "pages"])
    parser.add_argument("--services", default=SERVICES, help="names of companies.yml; an empty word is all")
    parser.add_argument("--versions", default="10")
    parser.add_argument("--seeds", default="7,11")
    parser.add_argument(
        "--limits-alone", action="store_true", help="of `terms`, only the quiet crawl and that within limits"
    )
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 8, 3))
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--into", type=Path, help="of `days`, a data folder instead of an empty one")
    given = parser.parse_args()
    seeds = given.seeds.split(",")
    with tempfile.TemporaryDirectory() as folder:
        if given.what == "terms":
            good = terms(Path(folder), given.services, given.versions, seeds, limits_alone=given.limits_alone)
        elif given.what == "days":
            good = days(Path(folder), given.services, given.versions, given.first, given.days, given.into)
        else:
            good = pages(Path(folder), seeds)
    print("the results are the same" if good else "**something differs**")
    return 0 if good else 1


def _serve_if_asked() -> None:
    """The child of `served`."""
    if sys.argv[1:2] == ["--serve"]:
        parser = argparse.ArgumentParser()
        parser.add_argument("folder", type=Path)
        parser.add_argument("port", type=int)
        parser.add_argument("--faults", type=float, default=0.0)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--log", default="")
        given = parser.parse_args(sys.argv[2:])
        serve(given.folder, given.port, given.faults, given.seed, given.log)
        sys.exit()


if __name__ == "__main__":
    _serve_if_asked()
    sys.exit(main())
