"""Questions of a reporter to the tables and SQL: are the answers the same, and how long do they take?

    python -m benchmarks.public_sql data/corpus.db [--before CHECKOUT] [--turns 15]

The site is asked in turns with what came before it: another checkout of this project with a `.venv` of its own, or bare
Datasette, which runs SQL in its own threads. Exit code 1 if an answer differs, or the fastest is more than 1.2 times the other's.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks.pages import serving

#: How many times as long a question may take.
SLOWER = 1.2
#: Differences below this, in seconds, are those of two processes that do the same.
NOISE = 0.001
#: Questions that take fewer seconds are asked five times as often.
QUICK = 0.05


def sql(query: str, form: str = "json", **more: str) -> str:
    return f"/corpus.{form}?{urlencode({'sql': query, '_shape': 'array', **more})}"


def table(name: str, form: str = "json", **filters: str) -> str:
    return f"/corpus/{name}.{form}?{urlencode(filters)}"


QUESTIONS = {
    "documents by status": sql("select status, count(*) n from documents group by status order by n desc"),
    "documents by state and area": sql(
        "select d.jurisdiction, t.area_id, count(*) n from tags t join documents d on d.id = t.document_id"
        " group by 1, 2 order by n desc limit 100"
    ),
    "one state": sql("select id, title, status from documents where jurisdiction = :place limit 200", place="us-tx"),
    "a search": sql(
        "select d.id, d.title from documents_fts f join documents d on d.rowid = f.rowid"
        " where documents_fts match 'library' order by d.id limit 50"
    ),
    "a search by rank, with the words": sql(
        "select snippet(documents_fts, 0, '[', ']', '…', 8) s, bm25(documents_fts) score from documents_fts"
        " where documents_fts match '\"school library\"' order by rank limit 20"
    ),
    "by month": sql(
        "select strftime('%Y-%m', published_on) month, count(*) n from documents where kind = 'bill' group by 1 order by 1"
    ),
    "passed, by year": sql(
        "select substr(status_on, 1, 4) year, sum(status = 'enacted') laws, count(*) n,"
        " round(100.0 * sum(status = 'enacted') / count(*), 1) share from documents group by 1 order by 1"
    ),
    "sponsors": sql(
        "select s.name, count(*) n from tags t join sponsors s on s.document_id = t.document_id"
        " where t.area_id = 'copyright' and s.role = 'sponsor' group by s.name order by n desc, 1 limit 25"
    ),
    "parties, joined": sql(
        "select s.party, count(distinct d.id) n from sponsors s join documents d on d.id = s.document_id"
        " where d.session = '117' group by 1 order by n desc"
    ),
    "days to a status, by a window": sql(
        "select document_id, status, reached_on, julianday(reached_on) - julianday(lag(reached_on)"
        " over (partition by document_id order by ordinal)) days from status_history limit 500"
    ),
    "first of each place, by a window": sql(
        "select * from (select jurisdiction, id, row_number() over (partition by jurisdiction order by published_on, id) k"
        " from documents where jurisdiction like 'us-n%') where k = 1 order by jurisdiction"
    ),
    "JSON made and read": sql(
        "select json_extract(j, '$.id') id, json_extract(j, '$.status') status from"
        " (select json_object('id', id, 'status', status) j from documents order by id limit 500)"
    ),
    "positions at stake": sql(
        "select position_id, count(*) n, round(avg(score), 3) mean from shown_positions group by 1 order by n desc, 1"
    ),
    "comments that close": sql(
        "select id, title, comments_close_on from documents where comments_close_on >= '2022-03-01'"
        " order by comments_close_on, id limit 50"
    ),
    "changes of a month": sql(
        "select kind, count(*) n from changes where happened_on between '2022-03-01' and '2022-03-31' group by kind"
    ),
    "a spreadsheet of SQL": sql(
        "select id, identifier, title, status, latest_action, url from documents order by id limit 1000",
        "csv",
        _size="max",
    ),
    "a spreadsheet of a table": table("documents", "csv", _size="max", kind="bill"),
    "a table with facets": table("documents", _facet="kind", jurisdiction="us", _size="50"),
    "a search of a table": table("documents", _search="broadband", _size="50"),
    "a table by page": table("actions", _size="100", _sort_desc="acted_on"),
    "the page of a table": "/corpus/policy_areas",
}


def ask(port: int, path: str) -> tuple[float, int, bytes]:
    """Seconds, status and body of one answer, on a connection of its own."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return time.perf_counter() - began, answer.status, body


def content(path: str, body: bytes) -> Any:
    """What must be the same: the rows, without the time they took and the addresses of the server."""
    if ".json?" not in path:
        return body if ".csv?" in path else None
    found = json.loads(body)
    return found if isinstance(found, list) else {key: found[key] for key in ("rows", "columns", "truncated")}


def measure(ports: Sequence[int], path: str, turns: int) -> tuple[list[float], str]:
    """The fastest answer of each server, asked in turns, and what is wrong with the answers.

    The fastest, because whatever else runs on the machine only ever adds to a time.
    """
    for port in ports:
        ask(port, path)  # the first one reads from the disk
    answers = [ask(port, path) for port in ports]
    turns *= 5 if answers[0][0] < QUICK else 1
    wrong = "" if {status for _, status, _ in answers} == {200} else f"status {[status for _, status, _ in answers]}"
    if not wrong and content(path, answers[0][2]) != content(path, answers[1][2]):
        wrong = "the answers differ"
    taken: list[list[float]] = [[], []]
    for turn in range(turns):
        for which in ((0, 1), (1, 0))[turn % 2]:
            taken[which].append(ask(ports[which], path)[0])
    return [min(each) for each in taken], wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--before", type=Path, help="another checkout, with its .venv; by default bare Datasette")
    parser.add_argument("--turns", type=int, default=15)
    args = parser.parse_args()
    corpus = args.corpus.resolve()
    if args.before:
        code = args.before.resolve()
        other = serving("site", corpus, code, str(code / ".venv/bin/python"))
    else:
        other = serving("bare", corpus)
    failed = 0
    print(
        f"| milliseconds, the fastest of {args.turns} | {'before' if args.before else 'bare Datasette'} | site | times |"
    )
    print("|---|---|---|---|")
    with other as before, serving("site", corpus) as after:
        for what, path in QUESTIONS.items():
            (old, new), wrong = measure((before, after), path, args.turns)
            slow = new > SLOWER * old + NOISE
            failed += bool(wrong) or slow
            print(f"| {what} | {1000 * old:.1f} | {1000 * new:.1f} | {new / old:.2f} {wrong}|", flush=True)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
