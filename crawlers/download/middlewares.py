"""Good manners, own hosts only, no silence: Retry-After is obeyed; an answer nobody can read is asked again, then kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware, get_retry_request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response
from scrapy.spidermiddlewares.base import BaseSpiderMiddleware
from scrapy.statscollectors import StatsCollector

from crawlers.download.budget import hold_back
from crawlers.download.httpcache import ASK_AFRESH, without_key
from crawlers.items import Reject, Unreadable
from crawlers.sources import load_sources
from store.redaction import without_secrets

log = logging.getLogger(__name__)
_LONGEST_WAIT = 300.0
_UNSAID_WAIT = 15.0
#: The pauses of a host that fails, in seconds: a service is gone for half a minute now and then, and six tries in a row are over
#: in two seconds. After the last one it is down, and the run says so.
_PAUSES = (1, 2, 4, 8, 16, 30)


class ForeignAddress(IgnoreRequest):
    """An address that is not the source's: its answers name addresses, and may be redirected, and are believed in neither."""


class OwnHostMiddleware:
    """Lets through only requests to the hosts of the source, encrypted where it is: also those that a redirect leads to.

    Otherwise a source, or whoever has broken into it, could make this machine ask its own network, and have a key sent along.
    """

    def __init__(self, crawler: Crawler):
        source = load_sources().get(crawler.spider.name) if crawler.spider else None
        if source is None:
            raise NotConfigured  # a spider that is not of ours
        self.own = _place(source.url)
        self.allowed = {self.own, *((scheme, host) for host in source.hosts for scheme in ("http", "https"))}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OwnHostMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if _place(request.url) not in self.allowed:
            raise ForeignAddress(f"refused: not an address of {self.own[1]}")


def _place(url: str) -> tuple[str, str]:
    """Scheme and host, with the port and the name before an @ where there is one: these must be the same too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.lower()


class RetryAfterMiddleware(RetryMiddleware):
    """Scrapy's retries, waiting as long as the server asks: the whole host waits, not only the one request.

    A host that fails, or does not answer, gets longer pauses each time, a minute in all; a mirror, which is ours, gets none. A
    429 that does not say for how long is waited out twice as long each time. One that asks for longer than a run can wait,
    or that is there still after the last try, is the end of the budget for this run: what is left waits for the next one.
    """

    def __init__(self, settings: Any):
        super().__init__(settings)
        self.until: dict[str, float] = {}
        self.shut: set[str] = set()  # hosts that refuse for the rest of this run
        self.failed: dict[str, int] = {}  # how many pauses a host has had since it last answered
        self.mirror = bool(settings.get("INFOPOLICY_MIRROR"))

    async def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).netloc
        while (wait := self.until.get(host, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        if host in self.shut:
            hold_back(self.crawler, f"{host} takes no more requests for now")

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        if response.status == 403 and response.headers.get("X-RateLimit-Remaining") == b"0":  # GitHub's 429
            self.shut.add(urlsplit(request.url).netloc)
            hold_back(self.crawler, f"{urlsplit(request.url).netloc}: the hour's requests are used up")
        if response.status < 500 and response.status not in (408, 429):
            self.failed.pop(urlsplit(request.url).netloc, None)
        elif response.status != 429 and not retry_after(response):
            self._pause(urlsplit(request.url).netloc)
        if response.status not in (429, 503):
            return super().process_response(request, response)
        host, tries, seconds = urlsplit(request.url).netloc, request.meta.get("retry_times", 0), retry_after(response)
        if response.status == 429:
            if seconds > _LONGEST_WAIT or tries >= self.max_retry_times:
                self.shut.add(host)
                hold_back(self.crawler, f"{host} refuses (429) for longer than a run can wait")
            seconds = seconds or _UNSAID_WAIT * 2**tries
        if seconds:
            self.until[host] = max(self.until.get(host, 0.0), time.monotonic() + min(seconds, _LONGEST_WAIT))
        return super().process_response(request, response)

    def process_exception(self, request: Request, exception: Exception) -> Request | Response | None:  # type: ignore[override]
        again = super().process_exception(request, exception)
        if again is not None:
            self._pause(urlsplit(request.url).netloc)
        return again

    def _pause(self, host: str) -> None:
        """Let a host rest that has just failed; answers to what was sent before the pause began do not prolong it."""
        now, failed = time.monotonic(), self.failed.get(host, 0)
        if not self.mirror and failed < len(_PAUSES) and now >= self.until.get(host, 0.0):
            self.until[host], self.failed[host] = now + _PAUSES[failed], failed + 1


def retry_after(response: Response) -> float:
    """The seconds a Retry-After header asks for, in either of its forms; 0 where there is none or it makes no sense."""
    value = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return 0.0


class KeylessAnswersMiddleware(HttpCompressionMiddleware):
    """Takes keys out of every answer of a source that has one, before anything stores, reads or logs it.

    A source may repeat the key it was asked with: in an error, in the address of the next page. It unpacks the answer too, as
    the class it is made from does, because a key in a packed one cannot be seen.
    """

    def __init__(self, stats: StatsCollector | None = None, *, crawler: Crawler | None = None):
        super().__init__(stats, crawler=crawler)
        source = load_sources().get(crawler.spider.name) if crawler and crawler.spider else None
        if source is None or source.key is None:
            raise NotConfigured

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        unpacked = super().process_response(request, response)
        if not isinstance(unpacked, Response):
            return unpacked
        body = without_secrets(unpacked.body)
        headers = {name: [without_secrets(each) for each in values] for name, values in unpacked.headers.items()}
        if body == unpacked.body and headers == dict(unpacked.headers):
            return unpacked
        return unpacked.replace(body=body, headers=headers)


class NothingIsLostMiddleware(BaseSpiderMiddleware):
    """Turns a callback's error into another try, and the last one into a reject with the answer's body."""

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[Any] | None:
        assert self.crawler.spider is not None
        assert response.request is not None
        if isinstance(exception, Unreadable):
            again = get_retry_request(response.request, spider=self.crawler.spider, reason=str(exception))
            if again is not None:
                again.meta[ASK_AFRESH] = True
                return [again]
        else:
            log.error("cannot handle %s", without_key(response.url), exc_info=exception)
        return [reject(self.crawler.spider.name, response, str(exception) or type(exception).__name__)]


def reject(source: str, response: Response, reason: str) -> Reject:
    """What is kept of an answer that cannot be used."""
    key = response.meta.get("document_id") if response.request else None
    return Reject(source=source, url=without_key(response.url), reason=reason, body=response.body, document_id=key)
