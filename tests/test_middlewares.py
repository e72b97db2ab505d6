"""Manners: Retry-After in both its forms, a host that waits as a whole, and an answer nobody can read."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import scrapy
from scrapy.http import Response, TextResponse
from scrapy.spiders import Spider
from scrapy.utils.test import get_crawler

from crawlers.download import middlewares
from crawlers.download.answers import DataOnlyMiddleware, ErrorPagesMiddleware, NotData
from crawlers.download.budget import SPENT, BudgetSpent
from crawlers.download.httpcache import ASK_AFRESH
from crawlers.download.middlewares import NothingIsLostMiddleware, RetryAfterMiddleware, retry_after
from crawlers.items import Reject, Unreadable
from crawlers.sources import load_sources

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


@pytest.fixture
def waiting(retry: RetryAfterMiddleware, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the middleware sleeps, on a clock that moves with them."""
    clock, slept = [1000.0], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(middlewares.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(asyncio, "sleep", sleep)
    return slept


async def test_whole_host_waits_as_long_as_it_asks(retry: RetryAfterMiddleware, waiting: list[float]) -> None:
    retry.process_response(scrapy.Request(URL), answer(429, Retry_After="12"))
    await retry.process_request(scrapy.Request("https://www.govinfo.gov/other.xml"))
    assert waiting == [12]
    await retry.process_request(scrapy.Request("https://elsewhere.example/"))
    await retry.process_request(scrapy.Request(URL))
    assert waiting == [12], "another host does not wait, and the wait is over"
    retry.process_response(scrapy.Request(URL), answer(503, Retry_After="99999"))
    await retry.process_request(scrapy.Request(URL))
    assert waiting[-1] == 300, "nobody waits for ever"


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


# --------------------------------------------------------------------- 429, error pages, pages for people


async def test_429_that_does_not_say_for_how_long_is_waited_out_longer_each_time(
    retry: RetryAfterMiddleware, waiting: list[float]
) -> None:
    request = scrapy.Request(URL)
    for _ in range(2):
        request = retry.process_response(request, answer(429))
        assert isinstance(request, scrapy.Request)
        await retry.process_request(request)
    assert waiting == [15, 30]


async def test_429_on_every_try_ends_the_budget_and_is_no_reject(
    retry: RetryAfterMiddleware, waiting: list[float]
) -> None:
    with pytest.raises(BudgetSpent):
        retry.process_response(scrapy.Request(URL, meta={"retry_times": 2}), answer(429))
    with pytest.raises(BudgetSpent, match="takes no more requests"):
        await retry.process_request(scrapy.Request(URL))
    assert retry.crawler.stats is not None
    assert retry.crawler.stats.get_value(SPENT) == 2, "both wait for the next run"


def test_429_that_asks_for_half_a_day_is_not_waited_out(retry: RetryAfterMiddleware) -> None:
    with pytest.raises(BudgetSpent):
        retry.process_response(scrapy.Request(URL), answer(429, Retry_After="43200"))


async def test_host_that_fails_rests_longer_each_time_and_a_minute_in_all(
    retry: RetryAfterMiddleware, waiting: list[float]
) -> None:
    for _ in range(8):
        retry.process_response(scrapy.Request(URL), answer(502))
        retry.process_exception(scrapy.Request(URL), TimeoutError())  # sent before the pause began
        await retry.process_request(scrapy.Request(URL))
    assert waiting == [1, 2, 4, 8, 16, 30]
    retry.process_response(scrapy.Request(URL), answer(404))
    retry.process_exception(scrapy.Request(URL), TimeoutError())
    await retry.process_request(scrapy.Request(URL))
    assert waiting[6:] == [1], "it has answered in between"
    retry.mirror = True
    retry.process_response(scrapy.Request("https://elsewhere.example/"), answer(502))
    await retry.process_request(scrapy.Request("https://elsewhere.example/"))
    assert len(waiting) == 7, "a mirror is ours"


def middleware(kind: type[ErrorPagesMiddleware] | type[DataOnlyMiddleware], source: str) -> Any:
    crawler = get_crawler(Spider, {"RETRY_TIMES": 1})
    crawler.spider = crawler._create_spider(source)
    return kind.from_crawler(crawler)


@pytest.mark.parametrize(
    ("source", "target", "status"),
    [
        ("us_bill_text", "https://www.govinfo.gov/error", 404),
        ("us_bill_text", "/error", 404),
        ("us_bill_text", "https://www.govinfo.gov/content/pkg/elsewhere.xml", 302),
        ("us_federal_register", "https://unblock.federalregister.gov/", 429),
    ],
)
def test_redirect_to_an_error_page_is_the_error(source: str, target: str, status: int) -> None:
    found = middleware(ErrorPagesMiddleware, source).process_response(scrapy.Request(URL), answer(302, Location=target))
    assert found.status == status


def test_page_for_people_in_the_place_of_data_is_asked_for_again_and_in_the_end_kept_as_a_reject() -> None:
    made, page = middleware(DataOnlyMiddleware, "us_bills"), answer(200, Content_Type="text/html; charset=utf-8")
    request = scrapy.Request(URL, headers={"Accept": "application/xml"})
    again = made.process_response(request, page)
    assert isinstance(again, scrapy.Request)
    with pytest.raises(NotData, match="HTML") as error:
        made.process_response(again, page)
    assert error.value.response is page


@pytest.mark.parametrize(
    ("accept", "kind"), [("*/*", "text/html"), ("text/html", "text/html"), ("application/json", "application/xml")]
)
def test_answer_of_a_kind_that_was_asked_for_or_that_its_parser_refuses_goes_on(accept: str, kind: str) -> None:
    page = answer(200, Content_Type=kind)
    request = scrapy.Request(URL, headers={"Accept": accept})
    assert middleware(DataOnlyMiddleware, "us_bills").process_response(request, page) is page


def test_every_source_says_what_it_wants_to_be_sent() -> None:
    lacking = [source.id for source in load_sources().values() if not source.accept]
    assert lacking == []
