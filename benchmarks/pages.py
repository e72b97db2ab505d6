"""How fast the site answers: one reader, then twenty at once, beside bare Datasette on the same file in the same run.

    python benchmarks/pages.py data/corpus.db [--readers 20] [--requests 1200] [--each 60]

Both servers are processes of their own; bare Datasette has the same settings and neither our plugins nor our templates.
It is asked for its own page with the same content: a row for a document, a filtered table for an area, and so on. Exit code 1
if the site is slower than it should be, or than bare Datasette (`good`).
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

ROOT = Path(__file__).resolve().parent.parent
WORDS = ("library", '"school library"', "broadband OR hotspots", "privacy", "copyright NOT patent", "census", "reading")
SERVERS = ("site", "bare")
#: Times that each server is asked by many readers, in turns.
TURNS = 3
#: Milliseconds that a page may take: the median and the 95th percentile for one reader, the latter for many.
MEDIAN, LATE, MANY = 100, 300, 1_000
KINDS = ("home", "document", "area", "position", "two facets", "search")


def addresses(corpus: Path, number: int) -> dict[str, list[tuple[str, str]]]:
    """For each kind of page, ``number`` pairs of addresses: on the site, and the nearest page of bare Datasette."""
    pick = random.Random(1)
    db = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
    documents = [row[0] for row in db.execute("select id from documents order by id")]
    areas = [row[0] for row in db.execute("select id from policy_areas order by id")]
    positions = [row[0] for row in db.execute("select id from positions order by id")]
    combinations = db.execute(
        "select area_id, kind, status from facet_counts where area_id <> 'any' group by 1, 2, 3 order by 1, 2, 3"
    ).fetchall()
    db.close()
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in KINDS}
    listed = "/corpus/listed_documents?_sort_desc=latest_on&_size=25"
    for _ in range(number):
        document, area, position = pick.choice(documents), pick.choice(areas), pick.choice(positions)
        (tag, _, status), word = pick.choice(combinations), quote_plus(pick.choice(WORDS))
        found["home"].append(("/", "/"))
        found["document"].append((f"/documents/{document}", f"/corpus/documents/{document}"))
        found["area"].append((f"/areas/{area}", f"{listed}&area_id={area}"))
        found["position"].append(
            (f"/positions/{position}", f"/corpus/position_documents?position_id={position}&_size=20")
        )
        found["two facets"].append(
            (f"/browse?area={tag}&status={status}", f"{listed}&area_id={tag}&status={status}&_facet=kind&_facet=year")
        )
        found["search"].append(
            (
                f"/browse?q={word}",
                f"/corpus/documents?_search={word}&_searchmode=raw&_size=25&_facet=kind&_facet=status",
            )
        )
    return found


@contextmanager
def serving(what: str, corpus: Path, code: Path = ROOT, python: str = sys.executable) -> Iterator[int]:
    """Start the site of a checkout, or bare Datasette, in a process of its own on a free port; gives the port."""
    child = subprocess.Popen(
        [python, "-m", "benchmarks.pages", str(corpus), "--serve", what],
        stdout=subprocess.PIPE,
        text=True,
        cwd=code,
        env={**os.environ, "PYTHONPATH": str(code)},
    )
    assert child.stdout is not None
    try:
        port = int(child.stdout.readline())
        deadline = time.monotonic() + 60
        while not _answers(port):
            if time.monotonic() > deadline or child.poll() is not None:
                raise SystemExit(f"the {what} server did not start")
            time.sleep(0.2)
        yield port
    finally:
        child.terminate()
        child.wait()


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False


def serve_for_measuring(what: str, corpus: Path) -> None:
    import uvicorn
    from datasette.app import Datasette

    import serve

    if what == "site":
        app = serve.build(corpus).app()
    else:
        app = Datasette([str(corpus)], settings=json.loads((serve.SITE / "settings.json").read_text())).app()
    listener = serve._listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])


@dataclass
class Times:
    """Seconds of each answer; ``errors`` are answers that were not 200."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0

    def __add__(self, other: Times) -> Times:
        return Times([*self.seconds, *other.seconds], self.errors + other.errors)

    def row(self) -> tuple[float, float]:
        """Median and 95th percentile in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * statistics.median(ordered), 1000 * ordered[int(0.95 * (len(ordered) - 1))]


def ask(port: int, paths: Sequence[str], times: Times) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path in paths:
        start = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        times.seconds.append(time.perf_counter() - start)
        times.errors += answer.status != 200
    connection.close()


def many(port: int, paths: Sequence[str], readers: int) -> tuple[Times, float]:
    """Share the addresses among readers that all ask at once; gives their times and the seconds it all took."""
    shares = [Times() for _ in range(readers)]
    threads = [
        threading.Thread(target=ask, args=(port, paths[number::readers], shares[number])) for number in range(readers)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    joined = Times([second for share in shares for second in share.seconds], sum(share.errors for share in shares))
    return joined, elapsed


def measure(corpus: Path, each: int, requests: int, readers: int) -> bool:
    """Ask both servers in turns, print the tables, and say whether the site is as fast as it should be."""
    found = addresses(corpus, max(each, -(-requests // len(KINDS))))
    mixed = [pair for pairs in zip(*found.values(), strict=True) for pair in pairs][:requests]
    one = {what: {kind: Times() for kind in KINDS} for what in SERVERS}
    crowd: dict[str, tuple[Times, float]] = {what: (Times(), 0.0) for what in SERVERS}
    with serving("site", corpus) as site, serving("bare", corpus) as bare:
        ports = {"site": site, "bare": bare}
        for kind, (column, what) in itertools.product(KINDS, enumerate(SERVERS)):
            paths = [pair[column] for pair in found[kind]]
            ask(ports[what], paths[:3], Times())
            ask(ports[what], paths[:each], one[what][kind])
        for turn, (column, what) in itertools.product(range(TURNS), enumerate(SERVERS)):
            part = mixed[turn * len(mixed) // TURNS : (turn + 1) * len(mixed) // TURNS]  # each has pages of every kind
            times, elapsed = many(ports[what], [pair[column] for pair in part], readers)
            crowd[what] = crowd[what][0] + times, crowd[what][1] + elapsed
    return _tell(corpus, one, crowd, readers)


def _tell(corpus: Path, one: dict[str, dict[str, Times]], crowd: dict[str, tuple[Times, float]], readers: int) -> bool:
    db = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)
    number = db.execute("select count(*) from documents").fetchone()[0]
    print(f"{number:,} documents, {corpus.stat().st_size / 1e6:,.0f} MB. Milliseconds: median / 95th percentile.\n")
    print("| one reader | site | bare Datasette |\n|---|---|---|")
    for kind in KINDS:
        print(f"| {kind} | {_cell(one['site'][kind])} | {_cell(one['bare'][kind])} |")
    whole = {what: sum(one[what].values(), Times()) for what in SERVERS}
    print(f"| all | {_cell(whole['site'])} | {_cell(whole['bare'])} |\n")
    print(f"| {readers} readers at once | site | bare Datasette |\n|---|---|---|")
    site, bare = crowd["site"], crowd["bare"]
    print(f"| median / 95th percentile | {_cell(site[0])} | {_cell(bare[0])} |")
    print(
        f"| answers a second | {_rate(site):.0f} | {_rate(bare):.0f} |\n| errors | {site[0].errors} | {bare[0].errors} |"
    )
    return good(whole, crowd)


def good(whole: dict[str, Times], crowd: dict[str, tuple[Times, float]]) -> bool:
    """Whether all pages together keep to the limits and are no slower than bare Datasette's, and no answer failed.

    Of many readers the answers a second are compared: each asks again when it has its answer, so that they follow the mean.
    """
    (median, late), (bare_median, bare_late) = whole["site"].row(), whole["bare"].row()
    return (
        not crowd["site"][0].errors + whole["site"].errors
        and median <= min(MEDIAN, bare_median)
        and late <= min(LATE, bare_late)
        and crowd["site"][0].row()[1] <= MANY
        and _rate(crowd["site"]) >= _rate(crowd["bare"])
    )


def _cell(times: Times) -> str:
    return "{:.0f} / {:.0f}".format(*times.row())


def _rate(measured: tuple[Times, float]) -> float:
    return len(measured[0].seconds) / measured[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--each", type=int, default=60, help="requests for each kind of page by one reader")
    parser.add_argument("--requests", type=int, default=1200, help="requests in all by the readers at once")
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--serve", choices=("site", "bare"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve_for_measuring(args.serve, args.corpus)
    else:
        sys.exit(not measure(args.corpus.resolve(), args.each, args.requests, args.readers))


if __name__ == "__main__":
    main()
