"""Bills and resolutions of the U.S. Congress, from govinfo's BILLSTATUS bulk data.

The sitemaps say what there is and when each record last changed. A type of bill we hardly hold yet comes as one ZIP,
otherwise each record that changed is asked for by itself.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import scrapy
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.download import worker_process
from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Bill, Listing, Reject, Unreadable, document_id
from crawlers.parsers import xmltree
from crawlers.parsers.archive import DAMAGE, unpacked
from crawlers.parsers.billstatus import Row, fields_of, read, read_member
from crawlers.spider import SourceSpider
from crawlers.status.federal import congresses_of
from crawlers.storage import stored_state

HOST = "https://www.govinfo.gov"
INDEX = f"{HOST}/sitemap/bulkdata/BILLSTATUS/sitemapindex.xml"
_SITEMAP = re.compile(r"/BILLSTATUS/(\d+)([a-z]+)/sitemap\.xml$")
_RECORD = re.compile(r"/BILLSTATUS-(\d+)([a-z]+)(\d+)\.xml$")
#: A ZIP is worth its size when it saves this many single requests and this share of the type.
BULK_LEAST, BULK_SHARE = 50, 0.2
BULK_MAXSIZE = 512 * 1024 * 1024


class UsBillsSpider(SourceSpider):
    """`congress`: numbers with commas, or "all"; without it the one that sits, and the one before in its first months.

    `types` of bill; `since` and `until`: days of change; `bulk`: auto or never.
    """

    name = "us_bills"

    def __init__(
        self, today: str, congress: str | None = None, types: str | None = None, bulk: str = "auto", **kwargs: Any
    ):
        super().__init__(today, **kwargs)
        self.congresses = set(congress.split(",") if congress else map(str, congresses_of(today)))
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

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return "all" in self.congresses or session in self.congresses

    def wants(self, congress: str, kind: str) -> bool:
        return ("all" in self.congresses or congress in self.congresses) and (not self.types or kind in self.types)

    def parse_sitemap(self, response: Response, congress: str, kind: str) -> Iterator[Any]:
        rows = list(self.rows(response))
        ids = tuple(key for key, _, _ in rows)
        yield Listing(source=self.name, jurisdiction="us", session=congress, part=kind, document_ids=ids)
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        have = stored_state.stamps(corpus, source=self.name, session=congress, document_type=kind)
        lacking = self.take([row for row in rows if have.get(row[0]) != row[2] and self.in_days(row[2])])
        if self.bulk != "never" and len(lacking) > max(BULK_LEAST, BULK_SHARE * len(rows)):
            url = f"{HOST}/bulkdata/BILLSTATUS/{congress}/{kind}/BILLSTATUS-{congress}-{kind}.zip"
            meta = {"download_maxsize": BULK_MAXSIZE, "download_timeout": 900, "dont_cache": True}
            yield self.ask(url, self.parse_zip, meta=meta, cb_kwargs={"rows": lacking}).replace(errback=self.zip_failed)
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
            yield self.bill(response.body, (response.meta["document_id"], response.url, stamp))
        except BadRecord as error:
            raise Unreadable(str(error)) from error

    def bill(self, body: bytes, row: Row) -> Bill:
        tree = xmltree.parse(body, root="billStatus")
        self.audit("bill", fields_of(tree))
        return read(tree, row)

    def parse_zip(self, response: Response, rows: list[Row]) -> Iterator[Any]:
        """Each wanted record of a ZIP; what it lacks, holds unreadable or holds older than the listing says is asked for
        singly. A ZIP that came damaged is asked for again, for the records still lacking."""
        try:
            archive = zipfile.ZipFile(io.BytesIO(response.body))
        except DAMAGE as error:
            yield from self.zip_again(response, rows, f"not a ZIP file: {error}")
            return
        made_at = _made_at(response)
        members = {info.filename.rsplit("/", 1)[-1]: info for info in archive.infolist()}
        broken: list[Row] = []

        def members_of_rows() -> Iterator[tuple[Row, bytes | None]]:
            for row in rows:
                info = members.get(row[1].rsplit("/", 1)[-1])
                try:
                    yield row, unpacked(archive, info) if info and row[2] <= made_at else None
                except DAMAGE:
                    broken.append(row)

        processes = self.settings.getint("INFOPOLICY_WORKERS", 2)
        for row, bill, names in worker_process.each(
            read_member, members_of_rows(), len(rows), size=lambda packed: len(packed[1] or b""), processes=processes
        ):
            self.audit("bill", names)
            yield bill or self.ask_record(row)
        if broken:
            yield from self.zip_again(response, broken, f"{len(broken)} of its records are damaged")

    def zip_again(self, response: Response, rows: list[Row], reason: str) -> Iterator[scrapy.Request]:
        assert response.request is not None
        request = response.request.replace(cb_kwargs={"rows": rows})
        again = get_retry_request(request, spider=self, reason=reason) if len(rows) > BULK_LEAST else None
        yield from [again] if again else self.one_by_one(rows, reason)

    async def zip_failed(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        for request in self.one_by_one(failure.request.cb_kwargs["rows"], failure.getErrorMessage()):  # type: ignore[attr-defined]
            yield request

    def one_by_one(self, rows: list[Row], reason: str) -> Iterator[scrapy.Request]:
        """The slow way that still loses nothing, where a ZIP cannot be had on any try."""
        self.logger.warning("a ZIP cannot be read (%s): asking for its %d records one by one", reason, len(rows))
        yield from (self.ask_record(row) for row in rows)


def _made_at(response: Response) -> str:
    """When a ZIP was made, by its Last-Modified; the far future where that is missing or makes no sense."""
    try:
        made = parsedate_to_datetime((response.headers.get("Last-Modified") or b"").decode("latin-1"))
        return made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        return "9999"
