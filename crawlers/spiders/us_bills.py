"""Bills and resolutions of the U.S. Congress, from govinfo's BILLSTATUS bulk data.

The sitemaps say what there is and when each record last changed. A type of bill we hardly hold yet comes as one ZIP,
otherwise each record that changed is asked for by itself.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import AsyncIterator, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers import known, xmltree
from crawlers.billstatus import parse_bill, unknown_fields
from crawlers.items import BadRecord, Bill, Listing, Reject, document_id
from crawlers.middlewares import Unreadable, reject
from crawlers.spider import SourceSpider
from crawlers.status import congress_of

HOST = "https://www.govinfo.gov"
INDEX = f"{HOST}/sitemap/bulkdata/BILLSTATUS/sitemapindex.xml"
_SITEMAP = re.compile(r"/BILLSTATUS/(\d+)([a-z]+)/sitemap\.xml$")
_RECORD = re.compile(r"/BILLSTATUS-(\d+)([a-z]+)(\d+)\.xml$")
#: A ZIP is worth its size when it saves this many single requests and this share of the type.
BULK_LEAST, BULK_SHARE = 50, 0.2
BULK_MAXSIZE = 512 * 1024 * 1024
MEMBER_MAXSIZE = 64 * 1024 * 1024
Row = tuple[str, str, str]  # document id, address, lastmod


class UsBillsSpider(SourceSpider):
    """`congress`: numbers with commas, or "all"; `types` of bill; `since` and `until`: days of change; `bulk`: auto or never."""

    name = "us_bills"

    def __init__(
        self, today: str, congress: str | None = None, types: str | None = None, bulk: str = "auto", **kwargs: Any
    ):
        super().__init__(today, **kwargs)
        self.congresses = set((congress or str(congress_of(today))).split(","))
        self.types = set(types.split(",")) if types else None
        self.bulk = bulk
        self.partial = self.partial or bool(types)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask(INDEX, self.parse_index)

    def parse_index(self, response: Response) -> Iterator[scrapy.Request | Reject]:
        locations = [
            node.text or "" for node in xmltree.parse(response.body, root="sitemapindex").iterfind("{*}sitemap/{*}loc")
        ]
        wanted = 0
        for location in locations:
            match = _SITEMAP.search(location)
            if match and self.wants(*match.groups()):
                wanted += 1
                yield self.ask(location, self.parse_sitemap, cb_kwargs={"congress": match[1], "kind": match[2]})
        if not wanted:
            yield reject(
                self.name, response, f"the index lists nothing for Congress {', '.join(sorted(self.congresses))}"
            )

    def wants(self, congress: str, kind: str) -> bool:
        return ("all" in self.congresses or congress in self.congresses) and (not self.types or kind in self.types)

    def parse_sitemap(self, response: Response, congress: str, kind: str) -> Iterator[Any]:
        rows = list(self.rows(response))
        ids = tuple(key for key, _, _ in rows)
        yield Listing(source=self.name, jurisdiction="us", session=congress, part=kind, document_ids=ids)
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        have = known.stamps(corpus, source=self.name, session=congress, document_type=kind)
        lacking = [
            row for row in rows if have.get(row[0]) != row[2] and self.since <= row[2] and row[2][:10] <= self.until
        ]
        lacking = self.take(lacking)
        if self.bulk != "never" and len(lacking) > max(BULK_LEAST, BULK_SHARE * len(rows)):
            url = f"{HOST}/bulkdata/BILLSTATUS/{congress}/{kind}/BILLSTATUS-{congress}-{kind}.zip"
            meta = {"download_maxsize": BULK_MAXSIZE, "download_timeout": 900, "dont_cache": True}
            yield self.ask(url, self.parse_zip, meta=meta, cb_kwargs={"rows": lacking})
        else:
            yield from (self.ask_record(row) for row in lacking)

    def rows(self, response: Response) -> Iterator[Row]:
        for node in xmltree.parse(response.body, root="urlset").iterfind("{*}url"):
            location, stamp = node.findtext("{*}loc") or "", node.findtext("{*}lastmod") or ""
            if match := _RECORD.search(location):
                yield document_id("us", match[1], match[2] + match[3]), location, stamp

    def ask_record(self, row: Row) -> scrapy.Request:
        return self.ask(row[1], self.parse_record, document_id=row[0], cb_kwargs={"stamp": row[2]})

    def parse_record(self, response: Response, stamp: str) -> Iterator[Bill]:
        try:
            yield self.bill(response.body, response.url, stamp)
        except BadRecord as error:
            raise Unreadable(str(error)) from error

    def bill(self, body: bytes, url: str, stamp: str) -> Bill:
        tree = xmltree.parse(body, root="billStatus")
        self.note_unknown(unknown_fields(tree))
        return parse_bill(tree, source_url=url, stamp=stamp)

    def parse_zip(self, response: Response, rows: list[Row]) -> Iterator[Any]:
        """Each wanted record of a ZIP; what it lacks, holds broken or holds older than the listing says is asked for singly."""
        archive = _open(response.body)
        made = response.headers.get("Last-Modified")
        made_at = parsedate_to_datetime(made.decode()).strftime("%Y-%m-%dT%H:%M:%SZ") if made else "9999"
        members = {info.filename.rsplit("/", 1)[-1]: info for info in archive.infolist()}
        for row in rows:
            info = members.get(row[1].rsplit("/", 1)[-1])
            body = _read(archive, info) if info and row[2] <= made_at else None
            try:
                yield self.bill(body, row[1], row[2]) if body else self.ask_record(row)
            except (BadRecord, Unreadable):
                yield self.ask_record(row)


def _open(body: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(f"not a ZIP file: {error}") from error


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    """A member's bytes; None where it is too large to be a record, or damaged."""
    if info.file_size > MEMBER_MAXSIZE:
        return None
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError):
        return None
