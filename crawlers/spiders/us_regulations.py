"""Rules and proposed rules with their comment periods, from regulations.gov's API (v4).

A search tells at most 20 pages of 250. So the documents are asked for by month of posting, and a month that holds more is
asked for in halves. A month counts only when as many different documents came as the source says there are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.download.httpcache import ASK_AFRESH
from crawlers.download.middlewares import reject
from crawlers.items import Document, Listing, Unreadable
from crawlers.parsers import regulations_gov as rg
from crawlers.spiders.us_federal_register import halves, month_end, months
from crawlers.storage import stored_state

PAGE, PAGES = 250, 20
TYPES = "Rule,Proposed Rule"
TRIES = 3  # how often a month is read from its first page when its pages do not add up


class UsRegulationsSpider(GatheringSpider):
    """`since` and `until` are days of posting; without them: the month a year ago and all that has come since."""

    name = "us_regulations"
    kept: ClassVar = {"docket": ("abstract", "rins", "topics")}

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.first_on = self.since or f"{int(today[:4]) - 1}-{today[5:7]}-01"
        self.last_on = self.until if self.until != "9999" else month_end(max(today, self.first_on))

    def headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.key()}

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for days in months(self.first_on, self.last_on):
            yield self.ask_page(days, 1, {}, 1)

    def ask_page(self, days: tuple[str, str], page: int, rows: dict[str, rg.Record], attempt: int) -> scrapy.Request:
        query = {
            "filter[documentType]": TYPES,
            "filter[postedDate][ge]": days[0],
            "filter[postedDate][le]": days[1],
            "sort": "postedDate,documentId",
            "page[size]": PAGE,
            "page[number]": page,
        }
        return self.ask(
            f"{rg.API}/documents?{urlencode(query)}",
            self.parse_page,
            headers=self.headers(),
            meta={ASK_AFRESH: True} if attempt > 1 else {},
            cb_kwargs={"days": days, "page": page, "rows": rows, "attempt": attempt},
        )

    def parse_page(
        self, response: Response, days: tuple[str, str], page: int, rows: dict[str, rg.Record], attempt: int
    ) -> Iterator[Any]:
        total, found, bad = rg.read_page(response.body)
        if total > PAGE * PAGES and days[0] < days[1]:
            for half in halves(*days):
                yield self.ask_page(half, 1, {}, 1)
            return
        for place, row in enumerate(bad if attempt == TRIES else ()):
            yield self.bad_row(response.url, place, row, ValueError("no id or attributes"))
        rows = rows | {row["id"]: row for row in found}
        if not found and not bad and len(rows) < total and not self.last_try(response):
            raise Unreadable(f"{days[0]} to {days[1]}: page {page} is empty, {len(rows)} of {total} documents came")
        if page * PAGE < total and page < PAGES:
            yield self.ask_page(days, page + 1, rows, attempt)
        elif len(rows) == total:
            yield from self.documents(days, rows)
        elif attempt < TRIES:
            # something was posted or withdrawn while the pages were read: they have shifted
            yield self.ask_page(days, 1, rows, attempt + 1)
        elif self.came_short(f"{days[0]} to {days[1]}", total, len(rows)):
            yield from self.documents(days, rows, stored_state.ids(self.corpus, self.name, rg.SESSION, *days))
        else:
            words = f"{days[0]} to {days[1]}: {total} documents announced, {len(rows)} different ones came"
            yield reject(self.name, response, words)

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    @cached_property
    def have(self) -> dict[str, str | None]:
        """The stamps of what is stored, as it was when the crawl began."""
        return stored_state.stamps(self.corpus, source=self.name, session=rg.SESSION)

    @cached_property
    def days_stored(self) -> set[str]:
        return stored_state.days(self.corpus, source=self.name, session=rg.SESSION)

    def documents(self, days: tuple[str, str], rows: dict[str, rg.Record], kept: Iterable[str] = ()) -> Iterator[Any]:
        """What a month holds; `kept` are stored documents that count as listed, where the list came short."""
        if not rows and any(days[0] <= day <= days[1] for day in self.days_stored):
            raise Unreadable(f"{days[0]} to {days[1]}: nothing is listed where documents are stored")
        if not rows and self.must_hold(*days):
            raise Unreadable(f"{days[0]} to {days[1]}: nothing is listed of days that are over")
        keys = {rg.key_of(row): row for row in rows.values()}
        yield Listing(
            source=self.name,
            jurisdiction=rg.JURISDICTION,
            session=rg.SESSION,
            part="",
            document_ids=tuple(dict.fromkeys([*keys, *kept])),
            first_on=days[0],
            last_on=days[1],
        )
        for row in rows.values():
            self.audit("document", row["attributes"])
        stamped = [(key, row, rg.stamp_of(row)) for key, row in keys.items()]
        for key, row, stamp in self.take([each for each in stamped if self.have.get(each[0]) != each[2]]):
            docket = self.docket_of(row)
            yield from self.gather(Work(key=key, record=row, stamp=stamp, waiting=docket, known=key in self.have))

    def docket_of(self, row: rg.Record) -> list[tuple[str, str]]:
        """The docket is asked for while the public may comment: then its summary and RIN matter to somebody."""
        docket = row["attributes"].get("docketId")
        wanted = docket and row["attributes"].get("openForComment") is True
        return [("docket", f"{rg.API}/dockets/{docket}")] if wanted else []

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        return rg.read_docket(body)

    def document(self, work: Work) -> Document:
        return rg.parse_document(work.record, docket=work.got.get("docket"), stamp=work.stamp if work.whole else None)
