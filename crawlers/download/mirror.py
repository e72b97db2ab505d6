"""The last step before the wire: with INFOPOLICY_MIRROR set, `https://HOST/PATH` is fetched from `MIRROR/HOST/PATH`.

It sits in the download handler, behind robots.txt, throttling and caching, so that rules, slots, limits and stored
addresses stay the real host's. A mirror may be a server or, with `file:///folder`, a folder of recordings laid out as
HOST/PATH (the bundled sample and the tests' recordings): what is not in it answers 404.
"""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

#: Most file systems allow names of 255 bytes; a path's last part stands before the query.
LONGEST_QUERY, CUT_TO = 180, 120


class MirrorHandler(BaseDownloadHandler):
    """Downloads over HTTP as Scrapy does, from the mirror when one is set."""

    lazy = False

    def __init__(self, crawler: Crawler):
        super().__init__(crawler)
        self.mirror: str | None = crawler.settings.get("INFOPOLICY_MIRROR")
        self.inner = HTTP11DownloadHandler(crawler)

    async def download_request(self, request: Request) -> Response:
        if not self.mirror:
            return _at(request.url, await self.inner.download_request(request))
        if self.mirror.startswith("file:"):
            return recorded(Path(unquote(urlsplit(self.mirror).path)), request.url)
        parts = urlsplit(request.url)
        target = f"{self.mirror}/{parts.netloc}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        asked = request.replace(url=target)
        response = await self.inner.download_request(asked)
        if "download_latency" in asked.meta:  # AutoThrottle reads it from the request that it knows
            request.meta["download_latency"] = asked.meta["download_latency"]
        return _at(request.url, response)

    async def close(self) -> None:
        await self.inner.close()


def _at(url: str, response: Response) -> Response:
    """The answer as that of an address; one that is still compressed as bytes alone: Scrapy unpacks it and finds its type then.

    `response.replace` would first guess the encoding of the body, compressed or not (docs/benchmarks.md says what that takes).
    """
    cls = Response if "Content-Encoding" in response.headers else type(response)
    return cls(
        url,
        status=response.status,
        headers=response.headers,
        body=response.body,
        flags=response.flags,
        certificate=response.certificate,
        ip_address=response.ip_address,
        protocol=response.protocol,
    )


def recorded(folder: Path, url: str) -> Response:
    """The recording of an address (see `file_name`); what is not recorded answers 404 and says which file it would be."""
    name = file_name(url)
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return Response(url, status=404, body=f"not recorded: {name}".encode())
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    body = path.read_bytes()
    headers = Headers({"Content-Type": kind})
    return responsetypes.from_args(headers=headers, url=url, body=body)(url, status=200, headers=headers, body=body)


def file_name(url: str) -> str:
    """Where an address is recorded: HOST/PATH, its query (if any) after an `@`.

    Slashes in a query become %2F. A query too long for a file's name is cut, and a hash of the whole stands at its end.
    """
    parts = urlsplit(url)
    query = parts.query.replace("/", "%2F")
    if len(query) > LONGEST_QUERY:
        query = f"{query[:CUT_TO]}~{hashlib.sha256(parts.query.encode()).hexdigest()[:12]}"
    return f"{parts.netloc}/{unquote(parts.path).strip('/')}" + (f"@{query}" if query else "")
