"""A source's budget of requests by the day and the hour, kept in ops.db so that it holds across restarts.

A request over the budget is not sent: the run ends with a note, what it stored is whole, and the next run goes on with
what is still lacking. The day is the UTC day, the hour that of the clock. A source that refuses for longer than a run
can wait is treated the same way (`hold_back`).
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from crawlers.sources import load_sources
from store.clock import utc_now
from store.connect import connect, migrate

log = logging.getLogger(__name__)
SPENT = "infopolicy/budget_spent"  # Scrapy stat: how many requests were held back


class BudgetSpent(IgnoreRequest):
    """The day's or the hour's requests are used up; the request can be made later."""


def hold_back(crawler: Crawler, words: str) -> NoReturn:
    """Do not send a request now, and count it among those that wait.

    Raises:
        BudgetSpent: always.
    """
    assert crawler.stats is not None
    crawler.stats.inc_value(SPENT)
    raise BudgetSpent(words)


class BudgetMiddleware:
    """Counts every request of a source with a `per_day` or `per_hour` limit, retries too, and holds back what is over it."""

    def __init__(self, crawler: Crawler):
        source = load_sources().get(crawler.spider.name) if crawler.spider else None
        if source is None or not (source.per_day or source.per_hour):
            raise NotConfigured  # the source has no such limit
        if crawler.settings.getbool("INFOPOLICY_BUDGET_OFF"):
            if not crawler.settings.get("INFOPOLICY_MIRROR"):
                raise ValueError("a budget may be switched off with a mirror only")
            raise NotConfigured
        self.crawler, self.source = crawler, source
        self.host = urlsplit(source.url).netloc
        self.db = connect(Path(crawler.settings["INFOPOLICY_OPS"]))
        migrate(self.db, "ops.db")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BudgetMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        if urlsplit(request.url).path == "/robots.txt":
            return None
        if self.source.counted and urlsplit(request.url).netloc not in self.source.counted:
            return None
        day = getattr(self.crawler.spider, "today")  # noqa: B009
        # An hour's requests are counted under its own name, such as 2026-11-25T09, and forgotten with those of its day.
        for name, span, limit in (("hour", utc_now()[:13], self.source.hourly()), ("day", day, self.source.per_day)):
            if limit and not self._spend(span, limit):
                hold_back(self.crawler, f"{self.source.id}: the {name}'s {limit} requests are used up")
        return None

    def _spend(self, span: str, limit: int) -> bool:
        """Count one request; False if there is none left."""
        return bool(
            self.db.execute(
                "insert into budgets (source, day, used) values (:source, :span, 1) on conflict (source, day) do update "
                "set used = used + 1 where used < :limit returning used",
                {"source": self.source.id, "span": span, "limit": limit},
            ).fetchone()
        )
