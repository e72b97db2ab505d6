"""Scrapy's AutoThrottle, for sources whose usual answer may be "nothing new" or "not there"."""

from __future__ import annotations

from scrapy.core.downloader import Slot
from scrapy.extensions import throttle
from scrapy.http import Response

#: Not modified, not found, gone: answers in good order. Scrapy lets only a 200 shorten the delay again, so one slow first
#: answer would slow a day's thousands of these for good.
USUAL = frozenset({304, 404, 410})


class AutoThrottle(throttle.AutoThrottle):
    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        if response.status in USUAL:
            response = Response(response.url)  # whose status is 200; nothing else is looked at
        super()._adjust_delay(slot, latency, response)
