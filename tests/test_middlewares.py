"""Manners: Retry-After in both its forms, a host that waits as a whole, and an answer nobody can read."""

from __future__ import annotations

import asyncio
import time

import pytest
import scrapy
from scrapy.http import Response, TextResponse
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from crawlers.download import middlewares
from crawlers.download.httpcache import ASK_AFRESH
from crawlers.download.middlewares import NothingIsLostMiddleware, RetryAfterMiddleware, retry_after
from crawlers.items import Reject, Unreadable

URL = "https://www.govinfo.gov/x.xml"


def answer(status: int, **headers: str) -> Response:
    return Response(URL, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30), (" 7 ", 7), ("", 0), ("soon", 0), ("-5", 0), ("²", 0), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_read_in_seconds(value: str, seconds: float) -> None:
    assert retry_after(answer(503, Retry_After=value)) == seconds


def test_retry_after_is_read_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_445_412_470.0)  # ten seconds before
    assert retry_after(answer(503, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")) == 10


@pytest.fixture
def retry() -> RetryAfterMiddleware:
    crawler = get_crawler(Spider, {"RETRY_TIMES": 2})
    crawler.spider = crawler._create_spider("x")
    made = RetryAfterMiddleware(crawler.settings)
    made.crawler = crawler
    return made


async def test_whole_host_waits_as_long_as_it_asks(
    retry: RetryAfterMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, slept = [1000.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(middlewares.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    retry.process_response(scrapy.Request(URL), answer(429, Retry_After="12"))
    await retry.process_request(scrapy.Request("https://www.govinfo.gov/other.xml"))
    assert slept == [12]
    await retry.process_request(scrapy.Request("https://elsewhere.example/"))
    await retry.process_request(scrapy.Request(URL))
    assert slept == [12], "another host does not wait, and the wait is over"
    retry.process_response(scrapy.Request(URL), answer(503, Retry_After="99999"))
    await retry.process_request(scrapy.Request(URL))
    assert slept[-1] == 300, "nobody waits for ever"


def test_answer_that_cannot_be_read_is_asked_again_without_validators_then_kept() -> None:
    crawler = get_crawler(Spider, {"RETRY_TIMES": 1})
    crawler.spider = crawler._create_spider("us_bills")
    middleware = NothingIsLostMiddleware(crawler)
    request = scrapy.Request(URL, meta={"document_id": "us-117-hr1"})
    response = TextResponse(URL, body=b"<html>", request=request)
    [again] = middleware.process_spider_exception(response, Unreadable("not XML"))
    assert again.meta[ASK_AFRESH]
    [kept] = middleware.process_spider_exception(response.replace(request=again), Unreadable("not XML"))
    assert kept == Reject(source="us_bills", url=URL, reason="not XML", body=b"<html>", document_id="us-117-hr1")


def test_mistake_of_ours_is_kept_as_a_reject_too() -> None:
    crawler = get_crawler(Spider)
    crawler.spider = crawler._create_spider("us_bills")
    response = TextResponse(f"{URL}?api_key=secret", body=b"x", request=scrapy.Request(URL))
    [kept] = NothingIsLostMiddleware(crawler).process_spider_exception(response, KeyError("a"))
    assert isinstance(kept, Reject)
    assert "secret" not in kept.url
