"""How far a crawl is, told every second to whoever asked for it (the setting INFOPOLICY_TELL), and once more at its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from twisted.internet.task import LoopingCall

SECONDS = 1.0
#: The first answers come slowly (robots.txt, a cold server): before so many nobody can tell how long the rest takes.
ENOUGH = 10


@dataclass(frozen=True)
class Step:
    """`answers` that came, `waiting` requests that are known and not answered yet, after so many `seconds`; `run` is the crawl's
    own record (pipelines.Run), None until there is one; `ended` is True the last time."""

    source: str
    answers: int
    waiting: int
    seconds: float
    run: Any
    ended: bool = False

    @property
    def left(self) -> float | None:
        """Seconds until the requests known so far are answered, at the pace so far; None while nobody can tell."""
        return self.waiting * self.seconds / self.answers if self.answers >= ENOUGH else None


class Progress:
    """Scrapy's extension that tells it."""

    def __init__(self, crawler: Crawler):
        told: Callable[[Step], None] | None = crawler.settings.get("INFOPOLICY_TELL")
        if told is None:
            raise NotConfigured
        self.crawler, self.told = crawler, told
        self.began = time.monotonic()
        self.ticks = LoopingCall(lambda: self.tell(ended=False))
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        return cls(crawler)

    def opened(self) -> None:
        self.began = time.monotonic()
        self.ticks.start(SECONDS, now=False)

    def closed(self) -> None:
        if self.ticks.running:
            self.ticks.stop()
        self.tell(ended=True)

    def tell(self, *, ended: bool) -> None:
        assert self.crawler.spider is not None
        assert self.crawler.stats is not None
        count = self.crawler.stats.get_value
        answers, known = count("downloader/response_count", 0), count("scheduler/enqueued", 0)
        self.told(
            Step(
                source=self.crawler.spider.name,
                answers=answers,
                waiting=max(0, known - answers),
                seconds=time.monotonic() - self.began,
                run=count("infopolicy/run"),
                ended=ended,
            )
        )
