"""What an answer is, whatever its status says: services redirect to error pages, and send pages for people with status 200."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from crawlers.sources import load_sources


class ErrorPagesMiddleware:
    """A redirect to one of the source's `error_pages` becomes the status that it means: 404 is final, 429 waits."""

    def __init__(self, crawler: Crawler):
        source = load_sources().get(crawler.spider.name) if crawler.spider else None
        if source is None or not source.error_pages:
            raise NotConfigured
        self.pages = source.error_pages

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ErrorPagesMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        if response.status not in (301, 302, 303, 307, 308):
            return response
        target = urljoin(request.url, (response.headers.get("Location") or b"").decode("latin-1"))
        meant = next((status for page, status in self.pages.items() if target.startswith(page)), None)
        return response.replace(status=meant) if meant else response


class NotData(IgnoreRequest):
    """A page for people in the place of data, on every try; `response` is the last one."""

    def __init__(self, response: Response):
        super().__init__("an HTML page came where data was asked for")
        self.response = response


class DataOnlyMiddleware:
    """An HTML page for a request whose Accept header names no HTML is asked for again: maintenance, a captcha, a login.

    Without this, a page in the place of a text would be stored as the text.
    """

    def __init__(self, crawler: Crawler):
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DataOnlyMiddleware:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if urlsplit(request.url).path == "/robots.txt":
            return response  # which Scrapy asks for with the same headers
        accepted = (request.headers.get("Accept") or b"*/*").lower()
        kind = (response.headers.get("Content-Type") or b"").lower()
        if (
            response.status != 200
            or not kind.startswith(b"text/html")
            or b"text/html" in accepted
            or b"*/*" in accepted
        ):
            return response
        assert self.crawler.spider is not None
        again = get_retry_request(request, spider=self.crawler.spider, reason="HTML where data was asked for")
        if again is None:
            raise NotData(response)
        return again
