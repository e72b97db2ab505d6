"""Datasette's SQL in worker processes: the same answers as in its own threads, and plain words when there is none."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx
import pytest
import site_corpus
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.utils import escape_fts

import serve
from operations import probe, server
from public_sql import limits, wire, worker
from public_sql.database import PublicDatabase
from public_sql.pool import Pool

pytestmark = pytest.mark.slow

SLOW = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
#: 16 rows of three million letters.
LARGE = "with x as materialized (select printf('%.*c', 3000000, 'a') v) select v from x, documents, documents d"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return site_corpus.build(tmp_path_factory.mktemp("public_sql"))


@pytest.fixture
def site(corpus: Path) -> Iterator[Datasette]:
    made = serve.build(corpus, today=site_corpus.TODAY)
    yield made
    made.get_database("corpus").close()


# --------------------------------------------------------------------- the same answers


@pytest.mark.parametrize(
    ("sql", "params", "more"),
    [
        ("select * from documents order by id", None, {}),
        ("select id, title from documents order by id limit 3", None, {"truncate": True, "page_size": 2}),
        (
            'select 1 a, 2 a, null "b""c", \'é😀\' "", x\'00ff\' blob, 1e999 inf, 0.1 f, -9223372036854775808 i',
            None,
            {},
        ),
        ("select :a || :b as v, typeof(:a) t", {"a": "x", "b": "y", "unused": "z"}, {}),
        ("select ? as v", [5], {}),
        ("select cast(x'61ff62' as text) as broken", None, {}),
        ("select * from documents where 0", None, {"truncate": True}),
        (
            "select rowid, highlight(documents_fts, 0, '<', '>') h, bm25(documents_fts) from documents_fts"
            " where documents_fts match escape_fts(?) order by rank",
            ["library"],
            {},
        ),
        ("select json_extract(value, '$.a') from json_each('[{\"a\":1}]')", None, {}),
        ("select name, type from pragma_table_info('documents')", None, {}),
        ("select count(*) from listed_documents", None, {}),
        ("PRAGMA schema_version", None, {}),
        ("explain query plan select * from documents where id = 1", None, {}),
    ],
)
async def test_rows_are_those_of_datasette(site: Datasette, corpus: Path, sql: str, params: Any, more: Any) -> None:
    own = Database(site, str(corpus), is_mutable=True)
    own.name = "own"
    expected, got = (
        await own.execute(sql, params, **more),
        await site.get_database("corpus").execute(sql, params, **more),
    )
    assert got.description == expected.description
    assert got.truncated == expected.truncated
    assert [tuple(row) for row in got.rows] == [tuple(row) for row in expected.rows]
    assert all(
        isinstance(row, sqlite3.Row) and row.keys() == each.keys() for row, each in zip(got, expected, strict=True)
    )
    own.close()


async def test_as_many_rows_as_datasette_gives_and_no_more(site: Datasette, corpus: Path) -> None:
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n limit {}) select i from n"
    own = Database(site, str(corpus), is_mutable=True)
    own.name = "own_rows"
    for limit in (999, 1000, 1001, 1002):
        for size in (50, 1000):
            wanted, got = [
                await each.execute(numbers.format(limit), truncate=True, page_size=size)
                for each in (own, site.get_database("corpus"))
            ]
            assert (len(got.rows), got.truncated) == (len(wanted.rows), wanted.truncated), (limit, size)
    own.close()


@pytest.mark.parametrize("words", ["library", 'a "b c" d', '"open', "", "x* -y (z", "a\tb\n c"])
def test_words_of_a_search_are_quoted_as_datasette_does(words: str) -> None:
    assert worker.escape_fts(words) == escape_fts(words)


async def test_a_table_that_comes_later_can_be_read(tmp_path: Path) -> None:
    corpus = site_corpus.build(tmp_path)
    site = serve.build(corpus, today=site_corpus.TODAY)
    asked = site.get_database("corpus")
    assert (await asked.execute("select count(*) from documents")).first()[0] == 4
    with sqlite3.connect(corpus) as db:
        db.execute("create table newer (x)")
        db.execute("insert into newer values (7)")
    assert (await asked.execute("select x from newer")).first()[0] == 7
    asked.close()


def test_only_plain_values_come_from_a_worker() -> None:
    values = (1, 2**63 - 1, -(2**63), 0.5, float("inf"), None, "é", b"\x00\xff")
    assert wire.decode(wire.encode(values)) == values
    rows = wire.encode_rows([values, values]), wire.encode_rows([])
    assert wire.decode(wire.answer(["a"], rows, 2, False)) == {
        "columns": ("a",),
        "rows": (values,) * 2,
        "truncated": False,
    }
    with pytest.raises(TypeError):
        wire.encode(object())


@pytest.mark.parametrize("value", [2**64, "\ud800"])
async def test_a_parameter_that_sqlite_cannot_hold_is_a_plain_error(tmp_path: Path, value: object) -> None:
    site = serve.build(site_corpus.build(tmp_path), today=site_corpus.TODAY)
    asked = site.get_database("corpus")
    with pytest.raises(sqlite3.OperationalError):
        await asked.execute("select ?", [value])
    assert (await asked.execute("select ?", [7])).first()[0] == 7
    asked.close()


def test_a_message_that_is_too_long_or_late_or_cut_off_is_refused() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"\xff\xff\xff\xff")
        with pytest.raises(ValueError):
            wire.receive(ours, most=1000)
        theirs.sendall(b"\x00\x00\x00\x05ab")
        with pytest.raises(TimeoutError):
            wire.receive(ours, until=0)
        theirs.close()
        with pytest.raises(EOFError):
            wire.receive(ours)


# --------------------------------------------------------------------- no answer, in plain words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/corpus/documents.json?_where=1=1;drop", "one statement"),
        ("/corpus/documents.json?_where=nonsense", "no such column"),
        ("/corpus/documents.json?_where=load_extension(1)", "not authorized"),
        ("/corpus/documents.json?" + "&".join(["_facet=kind"] * 100), "Too many facets"),
        ("/corpus/documents.json?" + "&".join(["_facet_array=kind"] * 100), "Too many facets"),
        ("/corpus.json?sql=" + quote_plus("select '" + "x" * limits.LONGEST_SQL + "'"), "too long"),
        ("/corpus.json?sql=" + quote_plus("select zeroblob(1)"), "not authorized to use function"),
        ("/corpus.json?sql=" + quote_plus(SLOW), "took too long"),
        ("/corpus.csv?sql=" + quote_plus(SLOW), "took too long"),
        ("/corpus.json?_timelimit=-1000000&sql=" + quote_plus(SLOW), "took too long"),
        ("/corpus.json?sql=" + quote_plus(LARGE), "too large"),
        (
            "/corpus.json?sql=" + quote_plus("select max(" + ",".join(["printf('%.*c', 9000000, 'a')"] * 40) + ")"),
            "memory",
        ),
    ],
)
async def test_what_is_refused_is_the_askers_mistake(site: Datasette, address: str, words: str) -> None:
    answer = await site.client.get(address)
    assert answer.status_code == 400, answer.text[:300]
    assert words in answer.text


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        (lambda n: "select " + ", ".join(["1"] * n), limits._LIMITS[sqlite3.SQLITE_LIMIT_COLUMN]),
        (lambda n: f"select max({', '.join(['1'] * n)})", limits._LIMITS[sqlite3.SQLITE_LIMIT_FUNCTION_ARG]),
        (lambda n: " union all ".join(["select 1"] * n), limits._LIMITS[sqlite3.SQLITE_LIMIT_COMPOUND_SELECT]),
        (lambda n: "select " + "not " * (n - 1) + "1", limits._LIMITS[sqlite3.SQLITE_LIMIT_EXPR_DEPTH]),
        (lambda n: f"select 'a' like '{'a' * n}'", limits._LIMITS[sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH]),
        (
            lambda n: f"select length(printf('%.*c', 9000000, 'a') || printf('%.*c', {n - 9000000}, 'a'))",
            limits.LONGEST_VALUE,
        ),
    ],
    ids=["columns", "arguments", "compound SELECT", "depth", "pattern", "value"],
)
async def test_a_query_may_be_as_large_as_its_limit(site: Datasette, sql: Callable[[int], str], most: int) -> None:
    corpus = site.get_database("corpus")
    assert (await corpus.execute(sql(most))).rows
    with pytest.raises(sqlite3.OperationalError):
        await corpus.execute(sql(most + 1))


async def test_as_many_facets_as_people_use_are_answered(site: Datasette) -> None:
    columns = ("kind", "source", "jurisdiction", "level", "session", "status", "chamber", "document_type")
    answer = await site.client.get(
        "/corpus/documents.json?_facet_size=5&" + "&".join(f"_facet={name}" for name in columns)
    )
    assert set(answer.json()["facet_results"]) == set(columns)


async def test_a_refused_query_is_not_in_the_log(site: Datasette, capfd: pytest.CaptureFixture[str]) -> None:
    for form in (".json", ".csv", ""):
        await site.client.get(f"/corpus{form}?sql=" + quote_plus("select canary from documents"))
        await site.client.get(f"/corpus/documents{form}?_where=" + quote_plus("canary = 1"))
    assert "canary" not in "".join(capfd.readouterr())


async def test_too_many_queries_are_told_to_come_later(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WAITING", 1)
    answers = await asyncio.gather(*[site.client.get("/corpus.json?sql=" + quote_plus(SLOW)) for _ in range(6)])
    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) == 6 - limits.WORKERS - 1
    for answer in refused:
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["error"] == "Too many queries are running. Please try again soon."


async def test_a_query_that_has_waited_too_long_is_told_to_come_later(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = site.get_database("corpus").pool
    slow = [asyncio.create_task(pool.ask(SLOW, [], 1000, None)) for _ in range(limits.WORKERS)]
    while len(pool._all) < limits.WORKERS:
        await asyncio.sleep(0.01)
    monkeypatch.setattr(limits, "PATIENCE", 0.1)
    assert (await site.client.get("/corpus.json?sql=select+1")).status_code == 503
    assert [answer["error"] for answer in await asyncio.gather(*slow)] == ["interrupted"] * limits.WORKERS


async def test_a_worker_that_cannot_start_is_the_sites_fault(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("public_sql.pool._BOOT", "raise SystemExit(1)")
    assert (await site.client.get("/corpus.json?sql=select+1")).status_code == 503
    answer = await site.client.get("/-/health")
    assert (answer.status_code, "the tables and SQL do not answer" in answer.json()["reasons"]) == (503, True)


async def test_a_damaged_file_is_not_the_askers_mistake(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(*_: Any) -> Any:
        return {"error": "file", "message": "database disk image is malformed"}

    monkeypatch.setattr(site.get_database("corpus").pool, "ask", ask)
    with pytest.raises(sqlite3.DatabaseError) as raised:
        await site.get_database("corpus").execute("select 1")
    assert not isinstance(raised.value, sqlite3.OperationalError)


async def test_a_stream_whose_query_fails_breaks_off_and_does_not_look_whole(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/corpus/documents.csv?_stream=on&_size=1"
    corpus, whole, asked = site.get_database("corpus"), PublicDatabase.execute, list[str]()

    async def execute(self: PublicDatabase, sql: str, *args: Any, **more: Any) -> Any:
        asked.extend([sql] * (" limit 2" in sql))  # a row, and whether there is another
        if len(asked) == 3:
            raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, {})
        return await whole(self, sql, *args, **more)

    assert len((await site.client.get(address)).text.splitlines()) > 4
    monkeypatch.setattr(corpus, "execute", execute.__get__(corpus))
    with contextmanager(site_corpus.serving)(site) as server, pytest.raises(httpx.RemoteProtocolError):
        await httpx.AsyncClient().get(server + address)
    assert len(asked) == 3


async def test_a_file_that_is_too_large_breaks_off(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site._settings, "max_csv_mb", 0.0001)
    with contextmanager(site_corpus.serving)(site) as server, pytest.raises(httpx.RemoteProtocolError):
        await httpx.AsyncClient().get(server + "/corpus/documents.csv?_stream=on")


async def test_a_stream_reads_a_view_in_large_batches(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, whole, asked = site.get_database("corpus"), PublicDatabase.execute, list[str]()

    async def execute(sql: str, *args: Any, **more: Any) -> Any:
        asked.append(sql)
        return await whole(corpus, sql, *args, **more)

    monkeypatch.setattr(corpus, "execute", execute)
    assert (await site.client.get("/corpus/listed_documents.csv?_stream=on")).status_code == 200
    batches = [sql.strip().rpartition(" ")[2] for sql in asked if "from listed_documents" in sql and " limit " in sql]
    assert batches == [str(site.setting("max_returned_rows") + 1)]


async def test_what_took_too_long_does_not_repeat_the_query(site: Datasette) -> None:
    with pytest.raises(QueryInterrupted) as raised:
        await site.get_database("corpus").execute(SLOW, custom_time_limit=20)
    assert str(raised.value) == "The query took too long and was stopped"


# --------------------------------------------------------------------- does it still answer?


@contextmanager
def stuck(site: Datasette) -> Iterator[None]:
    """Hold every thread that reads for pages."""
    release = threading.Event()
    for _ in range(site.setting("num_sql_threads")):
        site.executor.submit(release.wait)
    try:
        yield
    finally:
        release.set()


async def test_health_says_when_the_pages_are_stuck(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.3)
    with stuck(site):
        answer = await site.client.get("/-/health")
    assert answer.status_code == 503
    assert "the pages do not answer" in answer.json()["reasons"]
    assert "the pages do not answer" not in (await site.client.get("/-/health")).json()["reasons"]


async def test_busy_workers_are_well_as_long_as_queries_end(site: Datasette) -> None:
    asked: PublicDatabase = site.get_database("corpus")
    asked.pool._under_way = limits.WORKERS
    assert await probe.failures(asked, 5) == []
    asked.pool.moved -= 10
    assert await probe.failures(asked, 5) == ["the tables and SQL do not answer"]


async def test_a_stuck_site_reports_nothing_to_systemd(
    site: Datasette, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.3)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    settings = server.lifecycle(site)
    assert settings["timeout_notify"] == 15
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        with stuck(site):
            await settings["callback_notify"]()
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
        await settings["callback_notify"]()
        assert systemd.recv(100) == b"READY=1\nWATCHDOG=1"


def test_workers_end_with_their_pool(corpus: Path) -> None:
    pool = Pool(corpus)
    assert asyncio.run(pool.ask("select 1", [], 1000, None))["rows"] == ((1,),)
    [process] = [each.process for each in pool._all]
    del pool
    assert process.wait(10) is not None
