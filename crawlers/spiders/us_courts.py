"""Court decisions and federal dockets, from CourtListener's search (v4) by saved queries, within 125 requests a day.

Every query of crawlers/parsers/court_queries.yml is put to opinions and to dockets, for what was filed since a day. Queries whose
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

from crawlers.completeness.completeness import lacks_much
from crawlers.items import BadRecord, ExpectedCount, Listing, Reject, Unreadable
from crawlers.parsers import courtlistener as api
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

#: How far back a run looks where no `since` is given: cases take long, and a docket changes while it lasts.
HORIZON = timedelta(days=365)
_FILED_AFTER = """
    select d.id from provenance p join documents d on d.id = p.document_id
    where p.source = ? and d.session = ? and d.published_on > ? and d.missing_since is null"""


class UsCourtsSpider(SourceSpider):
    """`since`: the first day of filing."""

    name = "us_courts"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.filed_after = self.since or (date.fromisoformat(today) - HORIZON).isoformat()
        self.found: dict[str, api.Record] = {}  # what is new, put together from all searches
        self.seen: set[str] = set()  # all that any search has shown
        self.open_searches = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        searches = [(query, kind) for query in api.load_queries() for kind in (api.OPINION, api.DOCKET)]
        self.open_searches = len(searches)
        turn = date.fromisoformat(self.today).toordinal() % len(searches)
        for rank, (query, kind) in enumerate(searches[turn:] + searches[:turn]):
            words = {"type": kind, "q": query, "order_by": "dateFiled desc", "filed_after": self.filed_after}
            yield self.search(f"{api.HOST}/api/rest/v4/search/?{urlencode(words)}", kind, priority=-rank)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return self.open_searches == 0

    def search(self, url: str, kind: str, priority: int, before: int = 0) -> scrapy.Request:
        """A page of a search; `before` are the results of the pages before it."""
        headers = {"Authorization": f"Token {self.key()}"}
        arguments = {"kind": kind, "priority": priority, "before": before}
        return self.ask(url, self.parse_results, headers=headers, priority=priority, cb_kwargs=arguments)

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    @cached_property
    def have(self) -> dict[str, str | None]:
        """The stamps of what is stored, as it was when the crawl began."""
        return stored_state.stamps(self.corpus, source=self.name, session=api.SESSION)

    def parse_results(self, response: Response, kind: str, priority: int, before: int = 0) -> Iterator[Any]:
        page = api.read_page(response.body)
        came = before + len(page.results)
        if page.next_url is None and lacks_much(page.total, came):
            raise Unreadable(f"{page.total} results announced, {came} came")
        for row in self.take([row for row in page.results if self.is_news(row, kind)]):
            yield self.document(row, kind)
        if page.next_url and self.left != 0:
            yield self.search(page.next_url, kind, priority, came)
            return
        self.open_searches -= 1
        if self.open_searches == 0 and self.left is None:
            yield from self.listing()

    def is_news(self, row: api.Record, kind: str) -> bool:
        """Whether a result is not stored as it is, and no other search of this run has shown as much of it."""
        try:
            key = api.case_id(row, kind)
        except BadRecord:
            return True
        self.seen.add(key)
        if (self.have.get(key) or "") >= (api.stamp(row) or "0"):
            return False
        earlier = self.found.get(key)
        self.found[key] = api.together(earlier, row) if earlier else row
        return earlier is None or len(api.filings(self.found[key])) > len(api.filings(earlier))

    def document(self, row: api.Record, kind: str) -> Any:
        """The result as a case; one that cannot be is kept as a reject, the others of its page are not its fault."""
        url = f"{api.HOST}{row.get('absolute_url') or row.get('docket_absolute_url') or ''}"
        key = url
        self.audit("opinion" if kind == api.OPINION else "docket", row)
        try:
            key = api.case_id(row, kind)
            return api.parse_case(self.found[key], kind)
        except BadRecord as error:
            body = str(row).encode("utf-8", "surrogatepass")
            return Reject(source=self.name, url=url, reason=str(error), body=body, document_id=key)

    def listing(self) -> Iterator[Listing | ExpectedCount]:
        """What was ever found and what the searches found today: a case that left the window of days is not gone.

        Of what was filed within the window, the searches should show all that they showed before.
        """
        place = {"jurisdiction": api.JURISDICTION, "session": api.SESSION, "part": ""}
        if self.believe:
            yield Listing(
                source=self.name, document_ids=tuple(self.seen), first_on=self.filed_after, last_on=self.today, **place
            )
            return
        yield Listing(source=self.name, document_ids=tuple(dict.fromkeys([*self.have, *self.seen])), **place)
        rows = stored_state.rows(self.corpus, _FILED_AFTER, [self.name, api.SESSION, self.filed_after])
        expected = self.seen | {key for (key,) in rows}
        yield ExpectedCount(expected=len(expected), received=len(self.seen), what="cases of the days searched", **place)
