"""What a document of each source takes in corpus.db, and what a page takes on the line: the figures of docs/sizing.md.

    python benchmarks/sizes.py CORPUS

A table's pages (with its indexes) are shared out by rows, those of documents and of the search index by the length of the texts.
"""

from __future__ import annotations

import asyncio
import gzip
import resource
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import serve

PAGES = ("/", "/areas", "/areas/privacy", "/browse?q=library", "/browse?area=privacy", "/deadlines", "/positions")


def by_source(db: sqlite3.Connection) -> dict[str, tuple[int, float]]:
    """Source -> how many documents, and the bytes they take."""
    counts = dict(db.execute("select source, count(*) from documents group by source"))
    lengths = dict(
        db.execute(
            "select source, sum(600 + length(title) + coalesce(length(text), 0) + coalesce(length(abstract), 0)) "
            "from documents group by source"
        )
    )
    whole, found = sum(lengths.values()), dict.fromkeys(counts, 0.0)
    db.execute("create temp table its as select id, source from documents")
    db.execute("create unique index temp.its_id on its (id)")
    for table, size in _sizes(db).items():
        columns = {row[1] for row in db.execute(f'pragma table_info("{table}")')}
        if table == "documents" or table.startswith("documents_fts"):
            for source, length in lengths.items():
                found[source] += size * length / whole
        elif "document_id" in columns:
            join = f'select its.source, count(*) from "{table}" t join temp.its on its.id = t.document_id group by 1'
            rows = dict(db.execute(join))
            for source, number in rows.items():
                found[source] += size * number / sum(rows.values())
    return {source: (counts[source], found[source]) for source in counts}


def _sizes(db: sqlite3.Connection) -> dict[str, int]:
    """Table -> bytes of its pages and of those of its indexes."""
    owner = dict(db.execute("select name, tbl_name from sqlite_master where type = 'index'"))
    found: dict[str, int] = {}
    for name, size in db.execute("select name, sum(pgsize) from dbstat group by name"):
        table = owner.get(name, name)
        found[table] = found.get(table, 0) + size
    return found


async def pages(corpus: Path, documents: list[str]) -> float:
    """The mean length of pages after gzip, in bytes."""
    site = serve.build(corpus)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.app()), base_url="http://localhost") as asked:
        answers = [await asked.get(page) for page in [*PAGES, *(f"/documents/{key}" for key in documents)]]
    return sum(len(gzip.compress(answer.content, 6)) for answer in answers) / len(answers)


def main() -> None:
    corpus = Path(sys.argv[1])
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        for source, (number, size) in sorted(by_source(db).items()):
            print(f"{source:22} {number:>9,} documents {size / 1e6:>9,.1f} MB {size / number:>8,.0f} bytes each")
        newest = "select document_id from listing where area_id = 'tagged' order by sort_on desc limit 6"
        documents = [key for (key,) in db.execute(newest)]
    print(f"a page: {asyncio.run(pages(corpus, documents)):,.0f} bytes after gzip")
    print(f"memory of the site: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
