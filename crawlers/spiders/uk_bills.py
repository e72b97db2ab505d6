"""Bills of the United Kingdom's Parliament, from bills-api.parliament.uk."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Bill, Listing, Unreadable
from crawlers.parsers import uk_parliament as uk
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

PAGE = 100
TURNS = 3  # how often the list is read when its pages do not add up


class UkBillsSpider(SourceSpider):
    """All bills; each that changed is asked for by itself. `since` and `until`: days of change."""

    name = "uk_bills"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.rows: dict[int, uk.Record] = {}
        self.turns = 1  # how often the list was read from its beginning

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask_page(0)

    def ask_page(self, skip: int) -> scrapy.Request:
        # in the order of titles, which stays the same while bills change during the reading
        url = f"{uk.HOST}/api/v1/Bills?SortOrder=TitleAscending&Skip={skip}&Take={PAGE}"
        return self.ask(url, self.parse_page, cb_kwargs={"skip": skip})

    def parse_page(self, response: Response, skip: int) -> Iterator[Any]:
        """One page after the other until as many bills are there as the source says: never until a page is empty."""
        total, items, bad = uk.read_page(response.body)
        self.rows |= {item["billId"]: item for item in items}
        came = len(items) + len(bad)
        for place, row in enumerate(bad if self.turns == TURNS else (), skip):
            yield self.bad_row(response.url, place, row, ValueError("no billId"))
        if not came and len(self.rows) < total and not self.last_try(response):
            raise Unreadable(f"{total} bills announced, {len(self.rows)} came, and an empty page at {skip}")
        if came and skip + came < total:
            yield self.ask_page(skip + came)
        elif len(self.rows) == total:
            yield from self.bills()
        elif self.turns < TURNS:
            # a bill was introduced, withdrawn or renamed meanwhile: those behind it have moved
            self.turns += 1
            yield self.ask_page(0)
        elif self.came_short("the list", total, len(self.rows)):
            yield from self.bills(keep=True)
        else:
            yield reject(self.name, response, f"{total} bills announced, {len(self.rows)} different ones came")

    def bills(self, keep: bool = False) -> Iterator[Any]:
        """The bills that changed; with `keep` what is stored and was not listed counts as listed."""
        keys = {uk.key_of(row): row for row in self.rows.values()}
        have = stored_state.stamps(Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name, session=uk.SESSION)
        ids = tuple(dict.fromkeys([*keys, *(have if keep else ())]))
        yield Listing(source=self.name, jurisdiction=uk.JURISDICTION, session=uk.SESSION, part="", document_ids=ids)
        changed = [(key, row, str(row.get("lastUpdate"))) for key, row in keys.items()]
        wanted = [each for each in changed if have.get(each[0]) != each[2] and self.in_days(each[2])]
        for key, row, stamp in self.take(wanted):
            url = f"{uk.HOST}/api/v1/Bills/{row['billId']}"
            yield self.ask(url, self.parse_bill, document_id=key, cb_kwargs={"number": row["billId"], "stamp": stamp})

    def parse_bill(self, response: Response, number: int, stamp: str) -> Iterator[Bill]:
        record = uk.read_bill(response.body, number)
        self.audit("bill", record)
        try:
            yield uk.parse_bill(record, source_url=response.url, stamp=stamp)
        except BadRecord as error:
            raise Unreadable(str(error)) from error
