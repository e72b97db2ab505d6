"""Conditional requests: validators only, and no stored answer without the server's word for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import scrapy
from scrapy.http import Response, TextResponse
from scrapy.settings import Settings
from scrapy.spiders import Spider
from scrapy.utils.request import RequestFingerprinter
from scrapy.utils.test import get_crawler

from crawlers.download.httpcache import ASK_AFRESH, HttpCacheMiddleware, OpsStorage, ValidatorsPolicy, without_key

URL = "https://www.govinfo.gov/sitemap.xml"
POLICY = ValidatorsPolicy(Settings())


def answer(status: int = 200, body: bytes = b"<a/>", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return TextResponse(URL, status=status, body=body, headers=named)


def test_freshness_header_never_skips_a_request() -> None:
    stored = answer(ETag='"1"', Cache_Control="max-age=86400, public", Expires="Thu, 01 Jan 2099 00:00:00 GMT")
    assert not POLICY.is_cached_response_fresh(stored, scrapy.Request(URL))


def test_validators_are_sent_and_renewed_on_another_try() -> None:
    request = scrapy.Request(URL)
    POLICY.is_cached_response_fresh(answer(ETag='"1"', Last_Modified="Mon, 01 Mar 2021 00:00:00 GMT"), request)
    assert request.headers["If-None-Match"] == b'"1"'
    assert request.headers["If-Modified-Since"] == b"Mon, 01 Mar 2021 00:00:00 GMT"
    POLICY.is_cached_response_fresh(answer(ETag='"2"'), request)
    assert request.headers["If-None-Match"] == b'"2"'
    assert "If-Modified-Since" not in request.headers


def test_answer_that_could_not_be_read_is_asked_for_afresh() -> None:
    request = scrapy.Request(URL, headers={"If-None-Match": '"1"'}, meta={ASK_AFRESH: True})
    POLICY.is_cached_response_fresh(answer(ETag='"1"'), request)
    assert "If-None-Match" not in request.headers


@pytest.mark.parametrize(("status", "believed"), [(304, True), (200, False), (500, False), (503, False)])
def test_stored_answer_is_believed_after_a_304_only(status: int, believed: bool) -> None:
    assert POLICY.is_cached_response_valid(answer(), answer(status), scrapy.Request(URL)) is believed


def test_only_whole_answers_with_a_validator_are_stored() -> None:
    request = scrapy.Request(URL)
    assert POLICY.should_cache_response(answer(ETag='"1"'), request)
    assert not POLICY.should_cache_response(answer(), request)
    assert not POLICY.should_cache_response(answer(503, ETag='"1"'), request)
    assert not POLICY.should_cache_response(answer(body=b"x" * (33 * 1024 * 1024), ETag='"1"'), request)


def test_failed_download_is_not_hidden_behind_an_old_answer() -> None:
    assert HttpCacheMiddleware.DOWNLOAD_EXCEPTIONS == ()


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[tuple[OpsStorage, Spider]]:
    made = OpsStorage(Settings({"INFOPOLICY_OPS": str(tmp_path / "ops.db")}))
    crawler = get_crawler(Spider)
    spider = crawler._create_spider("us_bills")
    spider.crawler = crawler
    crawler.request_fingerprinter = RequestFingerprinter(crawler)
    made.open_spider(spider)
    yield made, spider
    made.close_spider(spider)


def test_stored_answer_comes_back_whole_and_newest(storage: tuple[OpsStorage, Spider]) -> None:
    made, spider = storage
    request = scrapy.Request(URL)
    assert made.retrieve_response(spider, request) is None
    made.store_response(spider, request, answer(ETag='"1"', Set_Cookie="a=b"))
    made.store_response(spider, request, answer(body=b"<b/>", ETag='"2"'))
    found = made.retrieve_response(spider, request)
    assert found is not None
    assert (found.body, found.headers["ETag"], found.url) == (b"<b/>", b'"2"', URL)
    assert "Set-Cookie" not in found.headers


def test_no_key_is_stored(storage: tuple[OpsStorage, Spider]) -> None:
    made, spider = storage
    request = scrapy.Request(f"{URL}?page=2&api_key=SECRET")
    made.store_response(spider, request, answer(ETag='"1"').replace(url=request.url))
    assert made.db is not None
    assert "SECRET" not in str(made.db.execute("select * from responses").fetchall())


@pytest.mark.parametrize("name", ["api_key", "apikey", "key", "token"])
def test_key_is_taken_out_of_an_address(name: str) -> None:
    assert without_key(f"https://x.example/a?{name}=SECRET&page=2") == "https://x.example/a?page=2"
    assert without_key("https://x.example/a") == "https://x.example/a"
