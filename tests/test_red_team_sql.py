"""Visitors' SQL against a real server: whatever it costs, pages and health answer, and memory and files stay in bounds."""

from __future__ import annotations

import os
import re
import socket
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
import red_team
import site_corpus
from conftest import ROOT
from red_team import MB, Seen, Site, sql
from waiting import NEVER, alive, until

from benchmarks.running import free_port
from operations import server
from public_sql import limits

pytestmark = pytest.mark.slow

UNIT = (ROOT / "deploy/systemd/infopolicy-site.service").read_text(encoding="utf-8")
[(_AMOUNT, _UNIT)] = re.findall(r"(?m)^MemoryMax=(\d+)([MG])$", UNIT)
MEMORY_MAX = int(_AMOUNT) * {"M": 2**20, "G": 2**30}[_UNIT]
#: Seconds that a query may take: in the queue, at its time limit, and until it is killed; and some for a busy machine.
LONGEST = limits.PATIENCE + 2 * (1 + limits.GRACE) + 20

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
    "groups of long texts": [
        sql(COUNT.format(400) + " select printf('%.*c', 19000000, 'a') || i, 1 from n group by 1")
    ],
    "shorter ones": [sql(COUNT.format(400) + " select printf('%.*c', 9000000, 'a') || i g, 1 from n group by 1")] * 2,
    "sorts": [sql(COUNT.format(2000) + " select i, printf('%.*c', 100000, 'a') t from n order by t || i desc")] * 2,
    "answers": [sql(COUNT.format(1000) + " select printf('%.*c', 29000, char(128512)) t from n")] * 4,
    "tables in memory": [sql(COUNT.format(10**9) + ", m as materialized (select i, 'a' from n) select max(i) from m")]
    * 2,
    "as CSV": [sql(STUCK, ".csv"), sql(COUNT.format(10**9) + " select max(i) from n", ".csv")],
    "in a filter of a table": ["/corpus/documents.json?" + urlencode({"_where": f"({STUCK}) > 'a'"})],
    "fifty at once": [sql(STUCK)] * 50,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("red")
    site_corpus.build(folder)
    return folder


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    with red_team.serving(
        data, free_port(), INFOPOLICY_SECRET="a secret of forty letters, never to be told"
    ) as started:
        yield started


def assert_harmless(seen: Seen) -> None:
    """Bounded in time, memory and files, and nobody else had to wait for it."""
    for status, seconds, text in seen.answers:
        assert status in (200, 400, 503), text
        assert seconds < LONGEST, text
    assert seen.memory < MEMORY_MAX, f"{seen.memory // MB} MB"
    assert seen.written <= 2 * limits.WORKERS * limits.WRITTEN  # a query rarely has more than two sorts at once
    longest = max(seconds for _, seconds, _ in seen.answers)
    assert seen.slowest["/"] < max(6, 0.75 * longest), seen.slowest
    assert max(seen.slowest.values()) < LONGEST, seen.slowest
    assert seen.statuses["/"] == seen.statuses["/-/health"] == {200}
    assert seen.statuses["/corpus/policy_areas"] <= {200, 503}


@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_is_harmless(site: Site, what: str) -> None:
    seen = site.attack(ATTACKS[what], at_once=len(ATTACKS[what]))
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
    """Every function of this SQLite, with the longest arguments: as many as it takes, and pairs that take long."""
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
    assert_harmless(seen)
    refused = [text for (_, _, text), query in zip(seen.answers, queries, strict=True) if query.startswith('select "')]
    assert refused
    assert all("not authorized" in text for text in refused)


# --------------------------------------------------------------------- what a worker is, and how all of it ends


def workers(site: Site) -> list[psutil.Process]:
    site.get(sql("select 1"))
    return site.tree()[1:]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_has_nothing_but_the_public_file(site: Site) -> None:
    assert workers(site)
    for worker in workers(site):
        proc = Path(f"/proc/{worker.pid}")
        assert (proc / "environ").read_bytes() == b""
        opened = {os.readlink(each) for each in (proc / "fd").iterdir()}
        files = {Path(each).name for each in opened if each.startswith("/") and each != "/dev/null"}
        assert files <= {"corpus.db", "corpus.db-wal", "corpus.db-shm"}
        assert sum(each.startswith("socket:") for each in opened) == 1
        told = re.sub(r"  +", "|", (proc / "limits").read_text())
        for name, value in (
            ("data size", limits.MEMORY),
            ("address space", limits.MEMORY + limits.MAPPED),
            ("file size", limits.WRITTEN),
            ("core file size", 0),
        ):
            assert f"Max {name}|{value}|{value}|" in told, told
        assert "NoNewPrivs:\t1" in (proc / "status").read_text()
        assert (proc / "oom_score_adj").read_text().strip() == "1000"


def test_a_worker_that_was_killed_is_replaced(site: Site) -> None:
    for worker in workers(site):
        worker.kill()
    assert site.get(sql("select 1 as one")).json() == [{"one": 1}]


def test_the_site_ends_when_told_to_during_an_attack(data: Path) -> None:
    with red_team.serving(data, free_port()) as site, ThreadPoolExecutor(3) as crowd:
        asked = [crowd.submit(site._timed, sql(STUCK)) for _ in range(3)]
        until(lambda: len(site.tree()) > 2)
        family = site.tree()
        site.process.terminate()
        site.process.wait(server.LAST + 5)
        until(lambda: not any(alive(each.pid) for each in family[1:]))
        assert [each.result() for each in asked]


def test_workers_end_with_a_site_that_was_killed(data: Path) -> None:
    with red_team.serving(data, free_port()) as site, ThreadPoolExecutor(1) as crowd:
        crowd.submit(site._timed, sql(STUCK))
        until(lambda: len(site.tree()) > 1)
        family = site.tree()
        site.process.kill()
        site.process.wait()
        until(lambda: not any(alive(each.pid) for each in family))


def test_a_site_that_answers_reports_to_systemd(data: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(NEVER)
        settings = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "200000"}
        with red_team.serving(data, free_port(), **settings):
            for _ in range(3):
                assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"
