"""Decisions of the federal courts, from govinfo's collection USCOURTS: sitemaps, then the record of each case that changed.

Sitemaps tell no subject, so each case that changed is looked at, and the few that matter are kept (court_opinions.yml). A run
looks back to the last one that had everything, so that what is not kept is not asked for again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.items import BadRecord, ExpectedCount, Listing, Unreadable
from crawlers.parsers import govinfo_courts as gc
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

#: How far a first run looks back, and by how much each later one overlaps with the one before.
HORIZON, OVERLAP = timedelta(days=30), timedelta(days=2)
_OF_YEARS = """
    select p.document_id from provenance p join documents d on d.id = p.document_id
    where p.source = ? and d.published_on >= ? and d.missing_since is null"""
_LAST_WHOLE = """
    select max(part.value ->> 'last_on') from runs, json_each(runs.coverage) part
    where runs.source = ? and runs.state = 'finished' and runs.rejected = 0 and coalesce(runs.waiting, 0) = 0"""


class UsCourtOpinionsSpider(SourceSpider):
    """`since` and `until`: days of change in govinfo."""

    name = "us_court_opinions"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.unread = 0  # sitemaps that have not come yet
        self.seen: set[str] = set()  # all cases that they name

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    @cached_property
    def first_on(self) -> str:
        """The first day of changes that this run looks at."""
        if self.since:
            return self.since
        earliest = date.fromisoformat(self.today) - HORIZON
        last = next((day for (day,) in stored_state.rows(self.corpus, _LAST_WHOLE, [self.name]) if day), None)
        return max(earliest, date.fromisoformat(last) - OVERLAP if last else earliest).isoformat()

    @cached_property
    def have(self) -> dict[str, str | None]:
        """The stamps of what is stored, as it was when the crawl began."""
        return stored_state.stamps(self.corpus, source=self.name, session=gc.SESSION)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask(gc.INDEX, self.parse_index)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return False  # what a run keeps is added to what is there: nothing can vanish from its listing

    def parse_index(self, response: Response) -> Iterator[Any]:
        sitemaps = gc.read_index(response.body, self.first_on)
        if not sitemaps:
            raise Unreadable(f"no sitemap of {self.first_on[:4]} or later")
        yield self.listing()
        self.unread = len(sitemaps)
        for row in sitemaps:
            yield self.ask(row.url, self.parse_sitemap)

    def listing(self) -> Listing:
        """What is stored: a case is never gone. Only a run that asked for everything says up to which day it did."""
        return Listing(
            source=self.name,
            jurisdiction=gc.JURISDICTION,
            session=gc.SESSION,
            part="",
            document_ids=tuple(self.have),
            first_on=None if self.partial else self.first_on,
            last_on=None if self.partial else self.today,
        )

    def tally(self) -> ExpectedCount:
        """The stored cases of the years read, and how many of them the sitemaps still name: all, if they came whole."""
        rows = stored_state.rows(self.corpus, _OF_YEARS, [self.name, f"{self.first_on[:4]}-01-01"])
        expected = {key for (key,) in rows}
        return ExpectedCount(
            jurisdiction=gc.JURISDICTION,
            session=gc.SESSION,
            expected=len(expected),
            received=len(expected & self.seen),
            what="stored cases of these years",
        )

    def parse_sitemap(self, response: Response) -> Iterator[Any]:
        rows = list(gc.read_sitemap(response.body))
        self.seen.update(gc.key_of(row.name) for row in rows)
        self.unread -= 1
        if self.unread == 0:
            yield self.tally()
        changed = [row for row in rows if self.is_news(row)]
        for row in self.take(changed):
            yield self.ask(
                row.url,
                self.parse_case,
                document_id=gc.key_of(row.name),
                meta={"dont_cache": True, "handle_httpstatus_list": [404]},
                cb_kwargs={"row": row},
            )

    def is_news(self, row: gc.Row) -> bool:
        """Whether a case changed within the days of this run and is not stored as it is. Without a stamp nobody can tell."""
        if self.have.get(gc.key_of(row.name), "") == row.stamp:
            return False
        return not row.stamp or (row.stamp[:10] >= self.first_on and row.stamp[:10] <= self.until)

    def parse_case(self, response: Response, row: gc.Row) -> Iterator[Any]:
        if response.status == 404:
            return  # withdrawn or sealed since the sitemap was made
        case = gc.read_case(response.body, row.name)
        self.audit("case", gc.fields_of(case))
        key = gc.key_of(row.name)
        if key not in self.have and not gc.is_wanted(case):
            return
        try:
            yield gc.parse_case(case, row.name, stamp=row.stamp)
        except BadRecord as error:
            raise Unreadable(str(error)) from error
