"""Log lines of a crawl: items are not printed one by one, and no line carries a key."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scrapy.logformatter import LogFormatter

#: Scrapy's loggers of single transfers.
_TRANSFER = "scrapy.core.downloader.handlers"


class QuietItems(LogFormatter):
    """Leaves the line per scraped item out: a Congress has 17,817 of them, and the run's summary counts them."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]
        return None


@contextmanager
def plain_lines() -> Iterator[None]:
    """Meanwhile a log line says what an error was, instead of where in the code it came up (--verbose shows that).

    Nor does one advise to take what was cut off in transfer: it is requested again, and a run that gives it up says so.
    """
    usual = logging.getLogRecordFactory()
    transfer = logging.getLogger(_TRANSFER)
    level = transfer.level

    def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = usual(*args, **kwargs)
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            record.msg, record.args = f"{record.getMessage()} ({type(error).__name__}: {error})", None
            record.exc_info = None
        return record

    logging.setLogRecordFactory(plain)
    transfer.setLevel(logging.ERROR)
    try:
        yield
    finally:
        transfer.setLevel(level)
        logging.setLogRecordFactory(usual)
