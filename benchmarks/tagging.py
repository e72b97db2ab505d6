"""How fast documents are tagged, what each part of the pipeline costs, and whether memory grows with their number.

    python -m benchmarks.tagging CORPUS [--documents 2000]

Documents of 300 words are put together from the titles, abstracts and texts of corpus.db, one after the other; a day's mix is
as many documents as they are, drawn at random by a fixed seed. Every
variant reads the same documents in the same run, in turns; the figure is the median of the turns, in documents a second of
processor time on one core, because the machine may be shared. Last, two processes tag as `infopolicy crawl` does, by the
clock. Exit code 1 below 400 documents a second, or if five times as many documents take a tenth more memory.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

from classify.tagger import Record, Tagger
from text.tokens import chunks, tokenize

WORDS, TURNS, BATCH = 300, 3, 256
LEAST, GROWTH = 400, 1.1


def documents(corpus: Path, number: int) -> list[Record]:
    """So many documents of 300 words each: a title, and the rest as abstract."""
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        found: list[Record] = []
        title, words = "", list[str]()
        for name, abstract, text in db.execute("select title, abstract, substr(text, 1, 4000) from documents"):
            title = title or name or ""
            words += f"{abstract or ''} {text or ''}".split()
            if len(words) >= WORDS:
                found.append((str(len(found)), title, " ".join(words[: WORDS - len(title.split())]), None))
                title, words = "", []
            if len(found) == number:
                return found
    return found


def days_mix(corpus: Path, number: int) -> list[Record]:
    """So many documents as they are, drawn at random."""
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        ids = [row[0] for row in db.execute("select rowid from documents order by rowid")]
        drawn = random.Random(1).sample(ids, min(number, len(ids)))
        sql = "select id, title, abstract, text from documents where rowid = ?"
        return [db.execute(sql, [rowid]).fetchone() for rowid in drawn]


def whole(records: Sequence[Record]) -> None:
    _tag(Tagger(), records)


def without_evidence(records: Sequence[Record]) -> None:
    tagger = Tagger()
    tagger._evidence = lambda *_: ()  # type: ignore[method-assign]
    _tag(tagger, records)


def without_model(records: Sequence[Record]) -> None:
    _tag(Tagger(model_dir=None), records)


def without_stage_2(records: Sequence[Record]) -> None:
    _tag(Tagger(encoder_dir=None), records)


def without_rules(records: Sequence[Record]) -> None:
    tagger = Tagger()
    tagger.matcher.match = lambda *_: iter(())  # type: ignore[method-assign]
    _tag(tagger, records)


def words_alone(records: Sequence[Record]) -> None:
    for _, *fields in records:
        for text in fields:
            for offset, chunk in chunks(text or ""):
                tokenize(chunk, offset)


VARIANTS: dict[str, Callable[[Sequence[Record]], None]] = {
    "whole": whole,
    "without evidence": without_evidence,
    "without stage 2": without_stage_2,
    "without the model (rules alone)": without_model,
    "without the rules": without_rules,
    "splitting into words alone": words_alone,
}


def _tag(tagger: Tagger, records: Sequence[Record]) -> None:
    for _ in tagger.tag_batch(records, batch_size=BATCH):
        pass


def speeds(records: Sequence[Record]) -> dict[str, float]:
    """Documents a second of processor time, by variant; loading counts, as it does in a crawl."""
    taken: dict[str, list[float]] = {name: [] for name in VARIANTS}
    for _ in range(TURNS):
        for name, run in VARIANTS.items():
            began = time.process_time()
            run(records)
            taken[name].append(time.process_time() - began)
    return {name: len(records) / statistics.median(times) for name, times in taken.items()}


def endless(records: Sequence[Record], times: int) -> Iterator[Record]:
    for _ in range(times):
        yield from records


def peak(records: Sequence[Record], times: int) -> int:
    """Peak memory in MB of this process after tagging the documents so often in one stream."""
    for _ in Tagger().tag_batch(endless(records, times), batch_size=BATCH):
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def on_two_cores(records: Sequence[Record]) -> float:
    """Documents a second by the clock with two processes, once both have loaded."""
    halves = [records[::2], records[1::2]]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(whole, [records[:1], records[:1]]))
        began = time.perf_counter()
        list(pool.map(whole, halves))
        return len(records) / (time.perf_counter() - began)


def speed_of_mix(mix: Sequence[Record]) -> float:
    """Print how fast an ordinary day is tagged; gives the documents a second of two processes."""
    for name in ("whole", "without stage 2"):
        began = time.process_time()
        VARIANTS[name](mix)
        print(f"  a day's mix, {name}, one core: {len(mix) / (time.process_time() - began):,.0f} a second")
    together = on_two_cores(mix)
    print(f"  a day's mix, two processes, by the clock: {together:,.0f} a second")
    return together


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--mix", action="store_true", help="a day's mix alone: a minute instead of ten")
    asked = parser.parse_args()
    mix = days_mix(asked.corpus, asked.documents)
    if asked.mix:
        return int(speed_of_mix(mix) < LEAST)
    records = documents(asked.corpus, asked.documents)
    print(f"{len(records):,} documents of {WORDS} words")
    found = speeds(records)
    for name, speed in found.items():
        print(f"  {name:<34}{speed:>8,.0f} a second{found['whole'] / speed:>8.0%} of the time of the whole")
    first, later = peak(records, 1), peak(records, 4)
    print(f"  memory at its peak: {first} MB; after {4 * len(records):,} more documents {later} MB")
    print(f"  two processes, by the clock: {on_two_cores(records):,.0f} a second")
    return int(speed_of_mix(mix) < LEAST or later > GROWTH * first)


if __name__ == "__main__":
    sys.exit(main())
