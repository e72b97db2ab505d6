"""How long a dump of every public table takes, how large it is, and what memory it holds; and questions to it by DuckDB alone.

    python -m benchmarks.dump CORPUS

Writes to a temporary folder beside CORPUS, which is removed. Exit code 1 past a gigabyte of memory.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.running import run

MOST_MB = 1_024
QUESTIONS = {
    "documents by area": "select area_id, count(*) from '{0}/shown_tags.parquet' group by 1",
    "library funding by place": "select d.jurisdiction, count(*) from '{0}/documents.parquet' d join '{0}/shown_tags.parquet' t "
    "on t.document_id = d.id where t.area_id = 'library-funding' group by 1",
    "sponsors of what must be seen": "select s.name, count(distinct s.document_id) from '{0}/sponsors.parquet' s join "
    "'{0}/shown_priorities.parquet' p on p.document_id = s.document_id where p.priority = 2 group by 1 order by 2 desc limit 20",
    "days from introduction to law": "select median(date_diff('day', d.published_on::date, h.reached_on::date)) from "
    "'{0}/documents.parquet' d join '{0}/status_history.parquet' h on h.document_id = d.id where h.status = 'enacted'",
    "texts with “library card”": "select count(*) from '{0}/documents.parquet' where text ilike '%library card%'",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    corpus = parser.parse_args().corpus.resolve()
    with tempfile.TemporaryDirectory(dir=corpus.parent) as place:
        home = Path(place) / "dumps"
        done = run(corpus.parent, "http://127.0.0.1:1", "export", "--all", "--output", str(home))
        if done.code:
            raise SystemExit(done.output)
        folder = home / "latest"
        package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
        rows = {each["name"]: each["rows"] for each in package["resources"]}
        size = sum(each["bytes"] for each in package["resources"])
        print(
            "| documents | tables | rows | s | memory, MB | corpus.db, MB | dump, MB |\n|---:|---:|---:|---:|---:|---:|---:|"
        )
        print(
            f"| {rows['documents']:,} | {len(rows)} | {sum(rows.values()):,} | {done.seconds:.0f} | {done.peak_mb:.0f} "
            f"| {corpus.stat().st_size / 1e6:,.0f} | {size / 1e6:,.0f} |"
        )
        print("\n| question to DuckDB alone | rows of the answer | s |\n|---|---:|---:|")
        for name, sql in QUESTIONS.items():
            began = time.monotonic()
            answer = duckdb.execute(sql.format(folder)).fetchall()
            print(f"| {name} | {len(answer)} | {time.monotonic() - began:.2f} |")
    return 1 if done.peak_mb > MOST_MB else 0


if __name__ == "__main__":
    raise SystemExit(main())
