"""Log lines of a crawl: items are not printed one by one, and no line carries a key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scrapy.logformatter import LogFormatter


class QuietItems(LogFormatter):
    """Leaves the line per scraped item out: a Congress has 17,817 of them, and the run's summary counts them."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        return None


@contextmanager
def plain_lines() -> Iterator[None]:
    """Meanwhile a log line says what an error was, instead of where in the code it came up (--verbose shows that)."""
    usual = logging.getLogRecordFactory()

    def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = usual(*args, **kwargs)
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", None
            record.exc_info = None
        return record

    logging.setLogRecordFactory(plain)
    try:
        yield
    finally:
        logging.setLogRecordFactory(usual)
