"""A source's daily budget of requests, kept in ops.db so that it holds across restarts.

A request over the budget is not sent: the run ends with a note, what it stored is whole, and tomorrow's run goes on with
what is still lacking. The day is the UTC day.
"""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http import Response

from crawlers.sources import load_sources
from store.connect import connect, migrate

log = logging.getLogger(__name__)
SPENT = "infopolicy/budget_spent"  # Scrapy stat: how many requests were held back


class BudgetSpent(IgnoreRequest):
    """The day's requests are used up; the request can be made tomorrow."""


class BudgetMiddleware:
    """Counts every request of a source with a `per_day` limit, retries too, and holds back what is over it."""

    def __init__(self, crawler: Crawler):
        source = load_sources().get(crawler.spider.name) if crawler.spider else None
        if source is None or source.per_day is None:
            raise NotConfigured  # the source has no daily limit
        if crawler.settings.getbool("INFOPOLICY_BUDGET_OFF"):
            if not crawler.settings.get("INFOPOLICY_MIRROR"):
                raise ValueError("a budget may be switched off with a mirror only")
            raise NotConfigured
        self.crawler, self.source, self.limit = crawler, source, source.per_day
        self.host = urlsplit(source.url).netloc
        self.db = connect(Path(crawler.settings["INFOPOLICY_OPS"]))
        migrate(self.db, "ops.db")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BudgetMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> Response | None:
        if urlsplit(request.url).path == "/robots.txt":
            return None
        day = getattr(self.crawler.spider, "today")  # noqa: B009
        spent = self.db.execute(
            "insert into budgets (source, day, used) values (:source, :day, 1) on conflict (source, day) do update "
            "set used = used + 1 where used < :limit returning used",
            {"source": self.source.id, "day": day, "limit": self.limit},
        ).fetchone()
        if spent is None:
            assert self.crawler.stats is not None
            self.crawler.stats.inc_value(SPENT)
            raise BudgetSpent(
                f"{self.source.id}: the day's {self.limit} requests are used up; the rest follows tomorrow"
            )
        return None
