"""A source that repeats the key it was asked with: no file and no log holds it, whatever form it has there."""

from __future__ import annotations

import gzip
import json
import sqlite3
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from conftest import Command
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, TextResponse
from scrapy.utils.test import get_crawler

from crawlers import settings as crawl_settings
from crawlers.download.middlewares import KeylessAnswersMiddleware
from crawlers.spiders.us_bills import UsBillsSpider
from crawlers.spiders.us_states_legiscan import UsStatesLegiscanSpider
from store.redaction import without_secrets

pytestmark = pytest.mark.slow

KEY = 'axolotl/key+"12 34'
FORMS = {KEY, quote_plus(KEY), quote(KEY, safe=""), json.dumps(KEY)[1:-1], repr(KEY)[1:-1]}


def echo() -> bytes:
    return json.dumps(
        {"error": f"{KEY} is no key", "request": f"?api_key={quote_plus(KEY)}&x={quote(KEY, safe='')}"}
    ).encode()


class Echo(BaseHTTPRequestHandler):
    """Answers everything with the key, once packed and with a validator, once as an error."""

    def do_GET(self) -> None:
        status = 404 if self.path.endswith("/robots.txt") else self.server.status  # type: ignore[attr-defined]
        body = gzip.compress(echo())
        self.send_response(status, f"no {quote_plus(KEY)}")
        for name, value in (
            ("Content-Encoding", "gzip"),
            ("ETag", f'"{quote_plus(KEY)}"'),
            ("Content-Length", str(len(body))),
        ):
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(params=[200, 403])
def source(request: pytest.FixtureRequest) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.status = request.param  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def values(path: Path) -> Iterator[bytes]:
    """Every value of every table, unpacked where it is packed."""
    with closing(sqlite3.connect(path)) as db:
        for (table,) in db.execute(
            "select name from sqlite_master where type = 'table' and sql not like '%virtual%'"
        ).fetchall():
            for row in db.execute(f'select * from "{table}"'):
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode()
                    if isinstance(value, bytes) and value[:1] == b"x":
                        unpacked = zlib.decompress(value)
                        yield gzip.decompress(unpacked) if unpacked[:2] == b"\x1f\x8b" else unpacked


def test_a_key_that_comes_back_is_kept_nowhere(infopolicy: Command, source: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = infopolicy(
        "--verbose",
        "crawl",
        "us_states_legiscan",
        "-a",
        "states=UT",
        "--collect-only",
        mirror=source,
        env={"LEGISCAN_KEY": KEY},
    )
    said = done.stdout + done.stderr
    kept = [value for file in sorted((tmp_path / "data").glob("*.db")) for value in values(file)]
    assert any(b" is no key" in value for value in kept), "the answer must have been kept as a reject"
    assert [form for form in FORMS if form in said] == []
    assert [value for value in kept if any(form.encode() in value for form in FORMS)] == []


def test_an_answer_loses_its_key_before_anything_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGISCAN_KEY", KEY)
    crawler = get_crawler(UsStatesLegiscanSpider)
    crawler.spider = crawler._create_spider(today="2026-11-25")
    middleware = KeylessAnswersMiddleware.from_crawler(crawler)
    headers = {"Content-Encoding": "gzip", "ETag": quote_plus(KEY), "Content-Type": "application/json"}
    answer = TextResponse("https://api.legiscan.com/", headers=headers, body=gzip.compress(echo()))
    got = middleware.process_response(Request("https://api.legiscan.com/"), answer)
    assert isinstance(got, TextResponse)
    assert json.loads(got.body) == {"error": "*** is no key", "request": "?api_key=***&x=***"}
    assert got.headers["ETag"] == b"***"
    plain = TextResponse("https://api.legiscan.com/", body=b'{"status": "OK"}')
    assert middleware.process_response(Request("https://api.legiscan.com/"), plain) is plain


def test_the_cache_gets_an_answer_after_its_key_is_gone() -> None:
    order = crawl_settings.DOWNLOADER_MIDDLEWARES
    own, cache = (
        order[f"crawlers.download.{name}"]
        for name in ("middlewares.KeylessAnswersMiddleware", "httpcache.HttpCacheMiddleware")
    )
    assert own > cache, "answers come through the highest number first"


def test_a_source_without_a_key_is_left_alone() -> None:
    crawler = get_crawler(UsBillsSpider)
    crawler.spider = crawler._create_spider(today="2026-11-25")
    with pytest.raises(NotConfigured):
        KeylessAnswersMiddleware.from_crawler(crawler)


def test_only_values_of_secrets_are_taken_out() -> None:
    environment = {"SOME_KEY": KEY, "SHORT_KEY": "abc", "HOME": "/home/axolotl"}
    for form in FORMS:
        assert without_secrets(f"a {form} b abc".encode(), environment) == b"a *** b abc"
    assert without_secrets(b"/home/axolotl", environment) == b"/home/axolotl"
