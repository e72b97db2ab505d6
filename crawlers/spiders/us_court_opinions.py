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
from twisted.python.failure import Failure

from crawlers.completeness.completeness import lacks_much
from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Document, ExpectedCount, Listing, Reject, Unreadable
from crawlers.parsers import govinfo_courts as gc
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

#: How far a first run looks back, and by how much each later one overlaps with the one before.
HORIZON, OVERLAP = timedelta(days=30), timedelta(days=2)
_OF_YEARS = """
    select p.document_id from provenance p join documents d on d.id = p.document_id
    where p.source = ? and d.published_on >= ? and d.missing_since is null"""
_LAST_WHOLE = """
    select max(substr(runs.started_at, 1, 10)) from runs, json_each(runs.coverage) part
    where runs.source = ? and runs.state = 'finished' and runs.rejected = 0 and coalesce(runs.waiting, 0) = 0
    and part.value ->> 'counted'"""


class UsCourtOpinionsSpider(SourceSpider):
    """`since` and `until`: days of change in govinfo."""

    name = "us_court_opinions"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.outstanding = 0  # sitemaps and cases that have not come yet
        self.kept: list[str] = []
        self.seen: set[str] = set()  # all cases that they name
        self.asked = self.absent = 0  # cases that were asked for, and those of them that are not there

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
        return max(earliest, date.fromisoformat(min(last, self.today)) - OVERLAP if last else earliest).isoformat()

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
        self.outstanding = len(sitemaps)
        for row in sitemaps:
            yield self.ask(row.url, self.parse_sitemap)

    def parse_sitemap(self, response: Response) -> Iterator[Any]:
        rows = list(gc.read_sitemap(response.body))
        self.seen.update(gc.key_of(row.name) for row in rows)
        changed = self.take([row for row in rows if self.is_news(row)])
        self.outstanding += len(changed)
        self.asked += len(changed)
        for row in changed:
            request = self.ask(
                row.url,
                self.parse_case,
                document_id=gc.key_of(row.name),
                meta={"dont_cache": True, "handle_httpstatus_list": [404]},
                cb_kwargs={"row": row},
            )
            yield request.replace(errback=self.case_failed)
        yield from self.one_less()

    def one_less(self) -> Iterator[Listing | ExpectedCount]:
        """After the last answer: what is stored and what was kept now. A case is never gone.

        Of the stored cases of the years read, the sitemaps must still name all, if they came whole. A run that asked for less
        gives no such count, and does not move the beginning of the next one.
        """
        self.outstanding -= 1
        if self.outstanding:
            return
        place = {"source": self.name, "jurisdiction": gc.JURISDICTION, "session": gc.SESSION, "part": ""}
        yield Listing(document_ids=tuple(dict.fromkeys([*self.have, *self.kept])), **place)
        if self.partial:
            return
        if lacks_much(self.asked, self.asked - self.absent):
            # Withdrawn cases are rare. Without a count the next run begins at the same day.
            self.notes.append(f"{self.absent:,} of {self.asked:,} cases that the sitemaps name are not there")
            return
        rows = stored_state.rows(self.corpus, _OF_YEARS, [self.name, f"{self.first_on[:4]}-01-01"])
        expected = {key for (key,) in rows if key in self.have} | set(self.kept)
        yield ExpectedCount(
            jurisdiction=gc.JURISDICTION,
            session=gc.SESSION,
            expected=len(expected),
            received=len(expected & self.seen),
            what="stored cases of these years",
        )

    def is_news(self, row: gc.Row) -> bool:
        """Whether a case changed within the days of this run and is not stored as it is. Without a stamp nobody can tell."""
        if self.have.get(gc.key_of(row.name), "") == row.stamp:
            return False
        return not row.stamp or (row.stamp[:10] >= self.first_on and row.stamp[:10] <= self.until)

    def parse_case(self, response: Response, row: gc.Row) -> Iterator[Any]:
        try:
            # one that is not there was withdrawn or sealed since the sitemap was made
            self.absent += response.status != 200
            found = self.case(response, row) if response.status == 200 else None
        except (Unreadable, BadRecord) as error:
            if not self.last_try(response):
                raise Unreadable(str(error)) from error  # asked for again (crawlers.download.middlewares)
            found = reject(self.name, response, str(error))
        if isinstance(found, Document):
            self.kept.append(found.id)
        yield from [found] if found else []
        yield from self.one_less()

    def case(self, response: Response, row: gc.Row) -> Document | Reject | None:
        """The case, if it is one to keep or is stored already."""
        case = gc.read_case(response.body, row.name)
        self.audit("case", gc.fields_of(case))
        if gc.key_of(row.name) not in self.have and not gc.is_wanted(case):
            return None
        return gc.parse_case(case, row.name, stamp=row.stamp)

    async def case_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The end of a request that went wrong on every try; a sitemap that does leaves the run without a listing."""
        for each in [*self.rejects(failure), *self.one_less()]:
            yield each
