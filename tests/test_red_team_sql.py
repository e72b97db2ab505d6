"""Visitors' SQL against a real server: whatever it costs, pages and health answer, and memory and files stay in bounds."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import red_team
import site_corpus
from conftest import ROOT
from red_team import MB, Seen, Site, sql
from test_nginx import free_port

from public_sql import limits

UNIT = (ROOT / "deploy/systemd/infopolicy-site.service").read_text(encoding="utf-8")
[(_AMOUNT, _UNIT)] = re.findall(r"(?m)^MemoryMax=(\d+)([MG])$", UNIT)
MEMORY_MAX = int(_AMOUNT) * {"M": 2**20, "G": 2**30}[_UNIT]
#: Seconds that a query may take: in the queue, at its time limit, and until it is killed; and some for a busy machine.
LONGEST = limits.PATIENCE + 2 * (1 + limits.GRACE) + 3

COUNT = "with recursive n(i) as (select 1 union all select i + 1 from n limit {})"
BOMB = "select unhex(replace(hex(zeroblob(5000000)),'0','-'), printf('%.*c',10000000,'x')||'-')"
#: The same by functions that are allowed: a step of hours.
SLOW_STEP = "select trim(printf('%.*c', 400000, 'a'), (select group_concat(char(i + 300), '') || 'a' from n))"
STUCK = f"{COUNT.format(20000)} {SLOW_STEP}"
ATTACKS = {
    "three steps of hours": [sql(BOMB)] * 3,
    "three more": [sql(STUCK)] * 3,
    "a hundred random blobs": [sql("select " + " + ".join(["length(randomblob(20000000))"] * 100))],
    "120 blobs at once": [sql("select length(max(" + ", ".join(["randomblob(20000000)"] * 120) + "))")],
    "64 long texts at once": [sql("select length(max(" + ", ".join(["printf('%.*c', 9900000, 'a')"] * 64) + "))")] * 2,
    "groups of long texts": [sql(COUNT.format(400) + " select printf('%.*c', 19000000, 'a') || i, 1 from n group by 1")],
    "shorter ones": [sql(COUNT.format(400) + " select printf('%.*c', 9000000, 'a') || i g, 1 from n group by 1")] * 2,
    "sorts": [sql(COUNT.format(2000) + " select i, printf('%.*c', 100000, 'a') t from n order by t || i desc")] * 2,
    "answers": [sql(COUNT.format(1000) + " select printf('%.*c', 29000, char(128512)) t from n")] * 4,
    "tables in memory": [sql(COUNT.format(10**9) + ", m as materialized (select i, 'a' from n) select max(i) from m")] * 2,
    "as CSV": [sql(STUCK, ".csv"), sql(COUNT.format(10**9) + " select max(i) from n", ".csv")],
    "in a filter of a table": ["/corpus/documents.json?_where=(" + STUCK.replace(" ", "+") + ")"],
    "fifty at once": [sql(STUCK)] * 50,
}  # fmt: skip


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("red")
    site_corpus.build(folder)
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    with red_team.serving(data, free_port()) as started:
        yield started


def assert_harmless(seen: Seen) -> None:
    """Bounded in time, memory and files, and nobody else had to wait for it."""
    for status, seconds, text in seen.answers:
        assert status in (200, 400, 503), text
        assert seconds < LONGEST, text
    assert seen.memory < MEMORY_MAX, f"{seen.memory // MB} MB"
    assert seen.written < limits.WRITTEN
    assert seen.slowest["/"] < 3, seen.slowest
    assert max(seen.slowest.values()) < LONGEST, seen.slowest
    assert seen.statuses["/"] == seen.statuses["/-/health"] == {200}
    assert seen.statuses["/corpus/policy_areas"] <= {200, 503}


@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_is_harmless(site: Site, what: str) -> None:
    seen = site.attack(ATTACKS[what], at_once=len(ATTACKS[what]))
    print(what, [(s, round(t, 1)) for s, t, _ in seen.answers][:5], seen.slowest, seen.memory // MB, seen.written)
    assert_harmless(seen)
    assert site.get("/corpus/documents.json?_shape=array").json(), "tables still answer"


LONG, HALF = "printf('%.*c', 9000000, 'a')", "(substr(printf('%.*c', 4500000, 'a'), 2) || 'b')"
#: Four million numbers.
NESTED = "('[' || substr(replace(printf('%.*c', 4000000, 'a'), 'a', ',1'), 2) || ']')"
ARGUMENTS = {
    "long": [LONG] * 64,
    "pairs": [LONG, HALF, LONG] * 21 + [LONG],
    "JSON": [NESTED, "'$[3999999]'"] * 32,
}


def calls() -> Iterator[str]:
    """Every function of this SQLite, with as much as it takes, and twice that way for those that keep what they are given."""
    with sqlite3.connect(":memory:") as db:
        rows = db.execute(
            "select name, type, max(iif(narg < 0, 64, narg)), min(narg) from pragma_function_list group by 1"
        ).fetchall()
    for name, kind, most, least in sorted(rows):
        if name not in limits.FUNCTIONS:
            yield f'select "{name}"({", ".join([LONG] * most)})'
            continue
        for what, arguments in ARGUMENTS.items():
            number = most if what == "long" else max(least, min(most, 3))
            if what == "pairs" or (what == "JSON") == ("json" in name or "->" in name):
                call = f'length("{name}"({", ".join(arguments[:number])}))'
                yield f"{COUNT.format(300)} select {call} from n" if kind == "a" else f"select {call}"


def test_no_function_of_sqlite_holds_the_site_up(site: Site) -> None:
    queries = list(calls())
    seen = site.attack(map(sql, queries), at_once=4)
    print(len(queries), seen.slowest, seen.memory // MB, seen.written)
    assert_harmless(seen)
    refused = [text for (_, _, text), query in zip(seen.answers, queries, strict=True) if query.startswith('select "')]
    assert refused
    assert all("not authorized" in text for text in refused)
