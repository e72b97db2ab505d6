"""How each step grows with the number of documents: made ready from what is collected, made ready again, shown.

    python -m benchmarks.growth CORPUS [--sizes 1000,10000,100000,250000,1000000]

CORPUS holds every recorded source (benchmarks/whole.py keeps one) and is only read. A smaller corpus is drawn from it by
chance; a larger one has every document and then variations: a third of the words of title, summary and text are exchanged
for those of another document, numbers and names of the bill are new, actions, sponsors and versions come along. For each
size: `infopolicy rebuild` (tag, match, compare, publish) and the same again with nothing to do, with their peak memory; then
the site's pages for one reader. Exit code 1 if, from 100,000 documents on, one takes a quarter longer than at that size, or the
memory grows by half.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.pages import KINDS, Times, addresses, ask, serving
from benchmarks.running import Ended, run
from crawlers.status.rederive_status import RULES
from store.connect import open_corpus
from store.placeholders import marks

SIZES = (1_000, 10_000, 100_000, 250_000, 1_000_000)
#: What belongs to one document and came with it; everything else is derived.
PARTS = (
    "actions",
    "sponsors",
    "status_history",
    "terms",
    "titles",
    "versions",
    "committees",
    "laws",
    "summaries",
    "events",
    "provenance",
)
SHARE = 1 / 3
BATCH = 5_000
EACH = 40
SETTLED, SLOWER, LARGER = 100_000, 1.25, 1.5


def make(source: Path, target: Path, size: int) -> None:
    """Fill a new corpus of `size` documents at `target`."""
    with closing(open_corpus(target)) as opened:
        db: sqlite3.Connection = opened.conn
        db.execute("attach database ? as whole", [f"file:{source}?mode=ro"])
        names = [row[0] for row in db.execute("select id from whole.documents order by id")]
        random.Random(1).shuffle(names)
        columns = [row[1] for row in db.execute("pragma whole.table_info(documents)")]
        for turn, chosen in turns(names, size):
            _copy(db, columns, turn, chosen)
        # The variations are stored by the rules of the first ones, as a crawl would: nothing is derived again.
        known = f"select * from whole.derivations where name in ({marks(RULES)})"
        db.execute(f"insert or ignore into main.derivations {known}", list(RULES))
        for table in ("runs", "links"):
            if size >= len(names):
                db.execute(f"insert or ignore into main.{table} select * from whole.{table}")
        db.commit()
        db.execute("detach database whole")


def turns(names: Sequence[str], size: int) -> Iterator[tuple[int, Sequence[str]]]:
    """Batches of ids with the number of their variation; 0 is the document as it is."""
    left, turn = size, 0
    while left:
        chosen = names[:left]
        for start in range(0, len(chosen), BATCH):
            yield turn, chosen[start : start + BATCH]
        left, turn = left - len(chosen), turn + 1


def _copy(db: sqlite3.Connection, columns: list[str], turn: int, chosen: Sequence[str]) -> None:
    db.execute("create temp table if not exists chosen (id text primary key)")
    db.execute("delete from chosen")
    db.executemany("insert into chosen values (?)", [[name] for name in chosen])
    mark = f"-v{turn}" if turn else ""
    rows = db.execute(
        f"select {', '.join(columns)} from whole.documents where id in (select id from chosen)"
    ).fetchall()
    varied = vary([dict(zip(columns, row, strict=True)) for row in rows], turn, mark) if turn else rows
    db.executemany(f"insert into documents ({', '.join(columns)}) values ({marks(columns)})", varied)
    for table in PARTS:
        rest = [row[1] for row in db.execute(f"pragma table_info({table})") if row[1] != "document_id"]
        listed = ", ".join(f"[{name}]" for name in rest)
        db.execute(
            f"insert into {table} (document_id, {listed}) select document_id || ?, {listed} from whole.{table} "
            "where document_id in (select id from chosen)",
            [mark],
        )
    db.commit()


def vary(rows: list[dict[str, object]], turn: int, mark: str) -> Iterator[tuple[object, ...]]:
    chance = random.Random(f"{turn}-{rows[0]['id']}")
    words = [word for row in rows[:200] for word in f"{row['title']} {row['abstract'] or ''}".split()]
    for row in rows:
        for name in ("title", "abstract", "text"):
            if row[name]:
                row[name] = "".join(_exchange(str(row[name]), words, chance))
        row["id"], row["identifier"] = f"{row['id']}{mark}", f"{row['identifier']}{mark}"
        row["text_hash"] = f"{row['text_hash']}{mark}"
        yield tuple(row.values())


def _exchange(text: str, words: list[str], chance: random.Random) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        yield " ".join(chance.choice(words) if chance.random() < SHARE else word for word in line.split(" "))


def pages(corpus: Path) -> dict[str, Times]:
    """Times by kind of page."""
    found = addresses(corpus, EACH)
    times: dict[str, Times] = {}
    with serving("site", corpus) as port:
        for kind in KINDS:
            paths = [pair[0] for pair in found[kind]]
            ask(port, paths[:3], Times())
            times[kind] = Times()
            ask(port, paths, times[kind])
    return times


def measure(source: Path, size: int) -> tuple[int, float, float]:
    """Print a row; the size, milliseconds a document, and peak memory in MB."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        data = Path(folder)
        make(source, data / "corpus.db", size)
        first, second = (_ready(run(data, "", "rebuild")) for _ in range(2))
        shown = pages(data / "corpus.db")
        megabytes = (data / "corpus.db").stat().st_size / 1e6
    errors = sum(times.errors for times in shown.values())
    cells = " | ".join("{:.0f} / {:.0f}".format(*shown[kind].row()) for kind in KINDS)
    print(
        f"| {size:,} | {megabytes:,.0f} | {first.seconds:,.0f} | {1000 * first.seconds / size:.2f} | {first.peak_mb:,.0f} | "
        f"{second.seconds:.1f} | {cells} |",
        flush=True,
    )
    if errors:
        raise SystemExit(f"{errors} pages went wrong with {size:,} documents")
    return size, 1000 * first.seconds / size, first.peak_mb


def is_linear(rows: Sequence[tuple[int, float, float]]) -> bool:
    """Whether time a document and memory stay what they are at SETTLED documents, where start and model weigh little."""
    large = [row for row in rows if row[0] >= SETTLED]
    return all(ms <= SLOWER * large[0][1] and peak <= LARGER * large[0][2] for _, ms, peak in large)


def _ready(ended: Ended) -> Ended:
    if ended.code:
        raise SystemExit(ended.output)
    return ended


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options = parser.parse_args()
    kinds = " | ".join(f"{kind}, ms" for kind in KINDS)
    print(f"| documents | corpus.db, MB | rebuild, s | ms a document | peak MB | again, s | {kinds} |")
    print("|---:|---:|---:|---:|---:|---:|" + "---:|" * len(KINDS))
    rows = [measure(options.corpus.resolve(), int(size)) for size in options.sizes.split(",")]
    return 0 if is_linear(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
