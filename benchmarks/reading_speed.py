"""How fast documents are tagged and matched, to compare two versions of the program on one corpus.

    python benchmarks/reading_speed.py CORPUS.db [--code CHECKOUT]

Run it in turns for this checkout and for an older one, each with its own environment. It reads 4,000 documents drawn by seed:
2,000 of the states, 500 of the Federal Register, 500 of Congress, and 1,000 that carry a tag. It prints documents per second of
processor time: for the tagger without its transformer, which older versions lack, and for the matcher on the stored areas.
"""

from __future__ import annotations

import argparse
import inspect
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

DRAWN = {
    "select id from documents where source = 'us_states' order by id": 2_000,
    "select id from documents where source = 'us_federal_register' order by id": 500,
    "select id from documents where source in ('us_bills', 'us_congress_api') order by id": 500,
    "select distinct document_id from tags order by 1": 1_000,
}
SEED = 28
FIELDS = ("title", "abstract", "text")


def seconds(work: Callable[[], Iterable[object]]) -> float:
    began = time.process_time()
    for _ in work():
        pass
    return time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--code", type=Path, default=Path(__file__).resolve().parents[1])
    options = parser.parse_args()
    sys.path.insert(0, str(options.code))
    from classify.tagger import Tagger

    try:
        from positions.matching.matcher import Matcher
    except ImportError:  # before November 26, 2026
        from positions.matching import Matcher  # type: ignore[attr-defined,no-redef]
    db = sqlite3.connect(f"file:{options.corpus}?mode=ro", uri=True)
    pick = random.Random(SEED)
    ids = [key for sql, number in DRAWN.items() for key in pick.sample([row[0] for row in db.execute(sql)], number)]
    read = "select id, title, abstract, text from documents where id = ?"
    records = [db.execute(read, [key]).fetchone() for key in ids]
    tags = "select area_id from tags where document_id = ?"
    held = [
        (dict(zip(FIELDS, record[1:], strict=True)), [row[0] for row in db.execute(tags, record[:1])])
        for record in records
    ]
    tagger = Tagger(encoder_dir=None) if "encoder_dir" in inspect.signature(Tagger).parameters else Tagger()
    matcher = Matcher()
    seconds(lambda: tagger.tag_batch(records[:200]))
    tagged = seconds(lambda: tagger.tag_batch(records))
    matched = seconds(lambda: (matcher.match(fields, areas) for fields, areas in held))
    print(f"{options.code}: {len(ids) / tagged:.0f} tagged and {len(ids) / matched:.0f} matched a second")
    return 0


if __name__ == "__main__":
    sys.exit(main())
