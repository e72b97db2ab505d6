"""Conditional requests by Scrapy's HTTP cache: validators only, kept in ops.db.

What Scrapy ships trusts `max-age` (a source that sends a day's worth would serve yesterday's list without a request)
and falls back on the stored answer when a download fails (a silent partial crawl). Here a stored answer is used only
when the server has just said 304 to its ETag or Last-Modified.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import scrapy.downloadermiddlewares.httpcache as scrapy_cache
from scrapy import Request, Spider
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings
from sqlite_utils import Database

from store.clock import utc_now
from store.connect import connect, migrate

#: Set on a request whose last answer could not be read: the stored one may be the broken one, so no validator is sent.
ASK_AFRESH = "ask_afresh"
_BIGGEST = 32 * 1024 * 1024
_KEPT = ("Content-Type", "Content-Encoding", "ETag", "Last-Modified")


class HttpCacheMiddleware(scrapy_cache.HttpCacheMiddleware):
    """Scrapy's, without the recovery that hides a failed download behind an old answer."""

    DOWNLOAD_EXCEPTIONS = ()  # type: ignore[assignment]


class ValidatorsPolicy:
    """Always ask; believe a stored answer only after a 304; store only what carries a validator."""

    def __init__(self, settings: BaseSettings):
        pass

    def should_cache_request(self, request: Request) -> bool:
        return request.method == "GET"

    def should_cache_response(self, response: Response, request: Request) -> bool:
        validated = "ETag" in response.headers or "Last-Modified" in response.headers
        return response.status == 200 and validated and len(response.body) <= _BIGGEST

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        for stored, asked in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            request.headers.pop(asked, None)  # a request that is tried again still carries those of its first try
            if (value := cachedresponse.headers.get(stored)) and not request.meta.get(ASK_AFRESH):
                request.headers[asked] = value
        return False

    def is_cached_response_valid(self, cachedresponse: Response, response: Response, request: Request) -> bool:
        return response.status == 304


class OpsStorage:
    """Stored answers in ops.db, one row for each address, compressed."""

    def __init__(self, settings: BaseSettings):
        self.path = Path(settings["INFOPOLICY_OPS"])
        self.db: Database | None = None

    def open_spider(self, spider: Spider) -> None:
        self.db = connect(self.path)
        migrate(self.db, "ops.db")
        # The cache may lose its last second in a power cut: it is only ever asked again.
        self.db.execute("pragma synchronous = off")
        self.fingerprinter = spider.crawler.request_fingerprinter

    def close_spider(self, spider: Spider) -> None:
        if self.db is not None:
            self.db.close()

    def _key(self, request: Request) -> str:
        assert self.fingerprinter is not None
        return self.fingerprinter.fingerprint(request).hex()

    def retrieve_response(self, spider: Spider, request: Request) -> Response | None:
        assert self.db is not None
        row = self.db.execute(
            "select url, status, headers, body from responses where fingerprint = ?", [self._key(request)]
        ).fetchone()
        if row is None:
            return None
        headers, body = Headers(json.loads(row[2])), zlib.decompress(row[3])
        cls = responsetypes.from_args(headers=headers, url=row[0], body=body)
        return cls(url=row[0], headers=headers, status=row[1], body=body)

    def store_response(self, spider: Spider, request: Request, response: Response) -> None:
        assert self.db is not None
        if "cached" in response.flags:
            return
        headers = {name: value.decode("latin-1") for name in _KEPT if (value := response.headers.get(name))}
        self.db.execute(
            "insert into responses values (:key, :url, :status, :headers, :body, :now) on conflict (fingerprint) do "
            "update set status = excluded.status, headers = excluded.headers, body = excluded.body, "
            "stored_at = excluded.stored_at",
            {
                "key": self._key(request),
                "url": without_key(request.url),
                "status": response.status,
                "headers": json.dumps(headers),
                "body": zlib.compress(response.body, 1),
                "now": utc_now(),
            },
        )


def without_key(url: str) -> str:
    """An address that may be stored and logged: the values of key-like parameters are taken out."""
    from w3lib.url import url_query_cleaner

    return (
        url_query_cleaner(url, ("access_key", "api_key", "apikey", "key", "token"), remove=True) if "?" in url else url
    )
