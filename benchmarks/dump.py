"""How long a dump of every public table takes, how large it is, and what memory it holds; and questions to it by DuckDB alone.

    python -m benchmarks.dump CORPUS [--reader PYTHON]

Writes to a temporary folder beside CORPUS, which is removed. Exit code 1 past a gigabyte of memory, or if an answer over HTTP
differs. `--reader` names the Python of an environment with DuckDB and its extension httpfs (`pip install duckdb==1.5.5
duckdb-extensions==1.5.5 duckdb-extension-httpfs==1.5.5`): each question is then put to the site too, from another process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import duckdb
import httpx

from benchmarks.running import free_port, run, start

MOST_MB = 1_024
QUESTIONS = {
    "documents by area": "select area_id, count(*) from '{0}/shown_tags.parquet' group by 1",
    "library funding by place": "select d.jurisdiction, count(*) from '{0}/documents.parquet' d join '{0}/shown_tags.parquet' t "
    "on t.document_id = d.id where t.area_id = 'library-funding' group by 1",
    "sponsors of what must be seen": "select s.name, count(distinct s.document_id) from '{0}/sponsors.parquet' s "
    "join '{0}/shown_priorities.parquet' p on p.document_id = s.document_id where p.priority = 2 "
    "group by 1 order by 2 desc, 1 limit 20",
    "days from introduction to law": "select median(date_diff('day', d.published_on::date, h.reached_on::date)) from "
    "'{0}/documents.parquet' d join '{0}/status_history.parquet' h on h.document_id = d.id where h.status = 'enacted'",
    "texts with “library card”": "select count(*) from '{0}/documents.parquet' where text ilike '%library card%'",
}


#: What the other process does with each question: a connection that has read nothing yet, and its own record of its requests.
READER = """
import json, sys, time, duckdb
from duckdb_extensions import import_extension
import_extension("httpfs")
for name, sql in json.load(sys.stdin).items():
    db = duckdb.connect()
    db.execute("load httpfs; call enable_logging('HTTP')")
    began = time.monotonic()
    rows = db.execute(sql).fetchall()
    took = time.monotonic() - began
    asked = db.execute("select response from duckdb_logs_parsed('HTTP') where request.type = 'GET'").fetchall()
    parts = [{k.lower(): v for k, v in each["headers"].items()} for [each] in asked if each and each["status"].endswith("206")]
    size = sum(int(part["content-length"]) for part in parts)
    print(json.dumps([name, repr(sorted(rows, key=repr)), len(rows), took, len(asked), len(parts), size]))
"""


def over_http(data: Path, reader: str, answers: dict[str, str]) -> bool:
    """Whether the questions get the same answers from the site's own `/dumps`, by parts of files; prints a table."""
    port = free_port()
    site = start(data, "http://127.0.0.1:1", "serve", "--port", str(port), log=data / "serve.log")
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            try:
                httpx.get(f"{address}/dumps/latest/SHA256SUMS", follow_redirects=True).raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.5)
        questions = {name: sql.format(f"{address}/dumps/latest") for name, sql in QUESTIONS.items()}
        asked = subprocess.run(
            [reader, "-c", READER], input=json.dumps(questions), stdout=subprocess.PIPE, text=True, check=True
        )
    finally:
        site.terminate()
        site.wait()
    print("\n| question to DuckDB over HTTP | rows of the answer | s | requests | of parts | MB |")
    print("|---|---:|---:|---:|---:|---:|")
    found = {}
    for name, answer, length, took, requests, parts, size in map(json.loads, asked.stdout.splitlines()):
        print(f"| {name} | {length} | {took:.2f} | {requests} | {parts} | {size / 1e6:.1f} |")
        found[name] = answer
    return found == answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--reader")
    arguments = parser.parse_args()
    corpus = arguments.corpus.resolve()
    with tempfile.TemporaryDirectory(dir=corpus.parent) as place:
        data = Path(place)
        (data / "corpus.db").symlink_to(corpus)
        done = run(data, "http://127.0.0.1:1", "export", "--all")
        if done.code:
            raise SystemExit(done.output)
        folder = data / "dumps/latest"
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
        answers = {}
        for name, sql in QUESTIONS.items():
            began = time.monotonic()
            answer = duckdb.execute(sql.format(folder)).fetchall()
            print(f"| {name} | {len(answer)} | {time.monotonic() - began:.2f} |", flush=True)
            answers[name] = repr(sorted(answer, key=repr))
        same = not arguments.reader or over_http(data, arguments.reader, answers)
    return 1 if done.peak_mb > MOST_MB or not same else 0


if __name__ == "__main__":
    raise SystemExit(main())
