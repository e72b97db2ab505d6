"""Court decisions and federal dockets, from CourtListener's search (v4) by saved queries, within 125 requests a day.

Every query of crawlers/court_queries.yml is put to opinions and to dockets, for what was filed since a day. Queries whose
turn did not come before the day's requests were used up come first the next day: the order is turned by the day.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawlers import courtlistener as api
from crawlers import known
from crawlers.items import BadRecord, Listing, Reject
from crawlers.spider import SourceSpider

#: How far back a run looks where no `since` is given: cases take long, and a docket changes while it lasts.
HORIZON = timedelta(days=365)


class UsCourtsSpider(SourceSpider):
    """`since`: the first day of filing."""

    name = "us_courts"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.filed_after = self.since or (date.fromisoformat(today) - HORIZON).isoformat()
        self.found: dict[str, api.Record] = {}
        self.open_searches = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        searches = [(query, kind) for query in api.load_queries() for kind in (api.OPINION, api.DOCKET)]
        self.open_searches = len(searches)
        turn = date.fromisoformat(self.today).toordinal() % len(searches)
        for rank, (query, kind) in enumerate(searches[turn:] + searches[:turn]):
            words = {"type": kind, "q": query, "order_by": "dateFiled desc", "filed_after": self.filed_after}
            yield self.search(f"{api.HOST}/api/rest/v4/search/?{urlencode(words)}", kind, priority=-rank)

    def search(self, url: str, kind: str, priority: int) -> scrapy.Request:
        headers = {"Authorization": f"Token {self.key()}"}
        arguments = {"kind": kind, "priority": priority}
        return self.ask(url, self.parse_results, headers=headers, priority=priority, cb_kwargs=arguments)

    @cached_property
    def have(self) -> dict[str, str | None]:
        """The stamps of what is stored, as it was when the crawl began."""
        return known.stamps(Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name, session=api.SESSION)

    def parse_results(self, response: Response, kind: str, priority: int) -> Iterator[Any]:
        page = api.read_page(response.body)
        for row in self.take([row for row in page.results if self.is_news(row, kind)]):
            yield self.document(row, kind)
        if page.next_url and self.left != 0:
            yield self.search(page.next_url, kind, priority)
            return
        self.open_searches -= 1
        if self.open_searches == 0 and self.left is None:
            yield self.listing()

    def is_news(self, row: api.Record, kind: str) -> bool:
        """Whether a result is not stored as it is, and no other search of this run has shown as much of it."""
        try:
            key = api.case_id(row, kind)
        except BadRecord:
            return True
        if (self.have.get(key) or "") >= (api.stamp(row) or "0"):
            return False
        earlier = self.found.get(key)
        self.found[key] = api.together(earlier, row) if earlier else row
        return earlier is None or len(api.filings(self.found[key])) > len(api.filings(earlier))

    def document(self, row: api.Record, kind: str) -> Any:
        """The result as a case; one that cannot be is kept as a reject, the others of its page are not its fault."""
        url = f"{api.HOST}{row.get('absolute_url') or row.get('docket_absolute_url') or ''}"
        key = url
        try:
            key = api.case_id(row, kind)
            return api.parse_case(self.found[key], kind)
        except BadRecord as error:
            return Reject(source=self.name, url=url, reason=str(error), body=str(row).encode(), document_id=key)

    def listing(self) -> Listing:
        """What was ever found and what the searches found today: a case that left the window of days is not gone."""
        keys = tuple(dict.fromkeys([*self.have, *self.found]))
        return Listing(source=self.name, jurisdiction=api.JURISDICTION, session=api.SESSION, part="", document_ids=keys)
