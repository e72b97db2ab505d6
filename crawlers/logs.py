"""Log lines of a crawl: items are not printed one by one, and no line carries a key."""

from __future__ import annotations

from typing import Any

from scrapy.logformatter import LogFormatter


class QuietItems(LogFormatter):
    """Leaves the line per scraped item out: a Congress has 17,817 of them, and the run's summary counts them."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        return None
