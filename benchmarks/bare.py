"""A Scrapy spider that only downloads, and a reader that only parses: what benchmarks/collect.py measures a crawl beside."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import scrapy
from lxml import etree
from scrapy.crawler import AsyncCrawlerProcess

from crawlers.sources import load_sources

#: The recorded upstream takes any key, each source in its own header.
KEYS = {"X-Api-Key": "benchmark", "Authorization": "Token benchmark"}


class Bare(scrapy.Spider):
    """Asks for every address once and keeps nothing, unless `kept` is a database for the answers."""

    name = "bare"

    def __init__(self, mirror: str, listed: str, kept: sqlite3.Connection | None, **kwargs: Any):
        super().__init__(**kwargs)
        self.mirror, self.listed, self.kept = mirror, listed, kept

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for address in Path(self.listed).read_text(encoding="utf-8").splitlines():
            yield scrapy.Request(f"{self.mirror}/{address}", headers=KEYS, callback=self.parse, dont_filter=True)

    def parse(self, response: Any) -> None:
        if self.kept is not None:
            self.kept.execute("insert into answers values (?, ?, ?)", [response.url, response.status, response.body])


def download(source: str, mirror: str, listed: str, keep: str | None) -> None:
    entry = load_sources()[source]
    settings = {
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": entry.concurrency,
        "LOG_LEVEL": "ERROR",
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_ENABLED": False,
        "DOWNLOAD_WARNSIZE": 0,
        "USER_AGENT": "infopolicy-benchmark",
    }
    kept = sqlite3.connect(keep) if keep else None
    if kept:
        kept.execute("create table answers (address text, status integer, body blob)")
    process = AsyncCrawlerProcess(settings)
    process.crawl(Bare, mirror=mirror, listed=listed, kept=kept)
    process.start()
    if kept:
        kept.commit()
        kept.close()


def floor(keep: str) -> None:
    """Parse every answer and insert it, one at a time, in one transaction."""
    with closing(sqlite3.connect(keep)) as source, closing(sqlite3.connect(":memory:")) as target:
        target.execute("create table documents (id text primary key, body blob)")
        for address, body in source.execute("select address, body from answers"):
            head = body.lstrip()[:1]
            if head == b"<":
                etree.fromstring(body, etree.XMLParser(recover=True))
            elif head in (b"{", b"["):
                json.loads(body)
            target.execute("insert or replace into documents values (?, ?)", [address, body])
        target.commit()


if __name__ == "__main__":
    if sys.argv[1] == "--floor":
        floor(sys.argv[2])
    else:
        download(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None)
