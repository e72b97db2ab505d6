"""How long assistants wait: calls of the ten tools through MCP, over HTTP, on a served corpus, one after another.

    python -m benchmarks.assistants CORPUS.db [--calls 1000] [--today 2026-11-27] [--aim 300]

The calls are drawn with a fixed seed: searches for words of titles and for the judged questions of `search_questions.yml`,
documents by id and by number, places, positions, issues, versions and look-alikes that the corpus has. CORPUS.db must be one that
this version has opened for writing (`infopolicy publish`). Prints the milliseconds that a client waits, by tool. Exit code 1 when
the 95th percentile of all calls is above the aim.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sqlite3
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from mcp import Client

from text.yaml_config import read_yaml

Call = tuple[str, dict[str, Any]]
SEED = 20261127
SEARCHES = Path(__file__).with_name("search_questions.yml")


def draw(corpus: Path, number: int) -> list[Call]:
    """Calls of every tool; half of them are searches and documents."""
    chosen = random.Random(SEED)
    db = sqlite3.connect(f"file:{corpus}?mode=ro", uri=True)

    def ids(sql: str) -> list[str]:
        return [row[0] for row in db.execute(sql)]

    documents = ids("select id from documents where rowid % 97 = 0")
    tagged = ids("select document_id from listing where area_id = 'tagged' and document_rowid % 7 = 0")
    titles = ids("select title from documents where rowid % 499 = 0")
    numbers = ids("select identifier from documents where rowid % 501 = 0")
    places = ids("select distinct jurisdiction from documents")
    positions = ids("select id from positions")
    compared = (
        ids("select document_id from version_texts where text is not null group by 1 having count(*) > 1") or documents
    )
    alike = ids("select distinct document_id from look_alikes order by group_id limit 2000") or documents
    areas = ids("select id from policy_areas")
    who = ids("select id from people where rowid % 41 = 0 union all select id from legislative_committees")
    who += ids(
        "select id from roll_calls where rowid % 199 = 0 union all select family_name from people where rowid % 97 = 0"
    )
    questions = [each["q"] for each in read_yaml(SEARCHES)]
    issues = [each["id"] for each in read_yaml(SEARCHES.parents[1] / "datasette" / "trackers.yml")]

    def words() -> str:
        return " ".join(chosen.choice(titles).split()[:3])[:100] or "library"

    makers: list[tuple[int, Any]] = [
        (15, lambda: ("search", {"q": chosen.choice(questions)})),
        (10, lambda: ("search", {"q": words(), "place": chosen.choice(places)})),
        (5, lambda: ("search", {"area": chosen.choice(areas), "status": "alive"})),
        (15, lambda: ("document", {"document": chosen.choice([*tagged, *documents])})),
        (5, lambda: ("document", {"document": chosen.choice(numbers)[:100] or "HB 1"})),
        (8, lambda: ("changes", {"since": "2026-01-01", "limit": 100})),
        (8, lambda: ("deadlines", {"area": chosen.choice(areas)})),
        (8, lambda: ("positions", chosen.choice([{}, {"position": chosen.choice(positions)}]))),
        (8, lambda: ("people", {"who": chosen.choice(who or ["Smith"])})),
        (4, lambda: ("issues", chosen.choice([{}, {"issue": chosen.choice(issues)}]))),
        (5, lambda: ("versions", {"document": chosen.choice(compared)})),
        (5, lambda: ("lookalikes", {"document": chosen.choice(alike)})),
        (4, lambda: ("coverage", chosen.choice([{}, {"place": chosen.choice(places)}]))),
    ]
    made = chosen.choices([make for _, make in makers], [weight for weight, _ in makers], k=number)
    return [make() for make in made]


async def measure(address: str, calls: list[Call]) -> dict[str, list[float]]:
    """Milliseconds by tool.

    Raises:
        RuntimeError: a call was not answered.
    """
    taken: dict[str, list[float]] = defaultdict(list)
    async with Client(address) as client:
        for name, given in calls:
            begun = time.perf_counter()
            answer = await client.call_tool(name, given)
            taken[name].append(1000 * (time.perf_counter() - begun))
            if answer.is_error:
                raise RuntimeError(f"{name} {given}: {answer.content}")
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--calls", type=int, default=1_000)
    parser.add_argument("--today", default="2026-11-27")
    parser.add_argument("--aim", type=float, default=300)
    options = parser.parse_args()
    os.environ["INFOPOLICY_MCP_CALLS"] = "100000"
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
    from site_corpus import serving

    import serve

    running = serving(serve.build(options.corpus, today=options.today))
    address = f"{next(running)}/-/mcp"
    try:
        taken = asyncio.run(measure(address, draw(options.corpus, options.calls)))
    finally:
        next(running, None)
    print("| tool | calls | median ms | p95 ms | longest ms |")
    print("|---|---:|---:|---:|---:|")
    everything = [each for some in taken.values() for each in some]
    for name, some in [*sorted(taken.items()), ("all", everything)]:
        p95 = statistics.quantiles(some, n=20)[-1] if len(some) > 1 else some[0]
        print(f"| {name} | {len(some)} | {statistics.median(some):.0f} | {p95:.0f} | {max(some):.0f} |")
    return int(statistics.quantiles(everything, n=20)[-1] > options.aim)


if __name__ == "__main__":
    sys.exit(main())
