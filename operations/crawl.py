"""One crawl: the spiders of some sources in this process, with the limits, logs and signals of whoever started it.

What becomes of the records is not decided here: Scrapy hands them to the item pipelines of pipelines.py.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler

from crawlers import rule_files
from crawlers.download.logs import plain_lines
from crawlers.download.progress import Step
from crawlers.run_settings import scrapy_settings
from crawlers.storage.runs import IN_STATS, Run
from operations.logs import keep_secrets, structured
from settings import Configuration, reachable
from store.clock import utc_now
from store.connect import open_corpus, open_ops


def crawl(
    config: Configuration,
    spiders: Sequence[str],
    arguments: Mapping[str, Any],
    *,
    tell: Callable[[Step], None] | None = None,
    log_level: str = "WARNING",
    budget: bool = True,
    calm: bool = False,
    own: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Run]:
    """Run the spiders in this process, one after the other's start, and return what each did.

    Args:
        spiders: names in sources.yml.
        arguments: passed to each spider (`today`, `congress`, `since`, `until`, `limit`, …).
        tell: called every second for each source, and once more when it has ended.
        budget: obey the publishers' limits; False is for a mirror only.
        calm: no log line for each request that was given up: its reject and the run's note say it.
        own: what one spider alone gets, by its name.

    Raises:
        BadSetting: there is no mirror, and no address for publishers to write to.
        BadRules: a file of rules in crawlers/ cannot be used.
        StorageError: the data folder cannot be used.
    """
    rule_files.load_all()
    if not config.mirror:
        reachable(config.contact)
    open_corpus(config.corpus).close()
    open_ops(config.ops).close()
    keep_secrets()
    more = {"INFOPOLICY_TELL": tell, "INFOPOLICY_BUDGET_OFF": not budget, "LOG_LEVEL": log_level}
    more |= {"LOG_INSTALL_ROOT_HANDLER": not structured()} | ({"RETRY_GIVE_UP_LOG_LEVEL": "INFO"} if calm else {})
    process = AsyncCrawlerProcess(scrapy_settings(config, **more))
    # Otherwise Scrapy makes a line for every request and throws it away later.
    logging.getLogger("scrapy").setLevel(log_level)
    crawlers = [process.create_crawler(name) for name in spiders]
    with plain_lines() if log_level == "WARNING" else nullcontext(), own_signals():
        for crawler, name in zip(crawlers, spiders, strict=True):
            process.crawl(crawler, **arguments, **(own or {}).get(name, {}))
        process.start()
    return [_run_of(crawler, name) for crawler, name in zip(crawlers, spiders, strict=True)]


@contextmanager
def own_signals() -> Iterator[None]:
    """Scrapy leaves its answers to Ctrl-C and SIGTERM behind, which would be swallowed by what follows a crawl."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)


def _run_of(crawler: Crawler, name: str) -> Run:
    # Scrapy gives a crawler its stats when the crawl starts; one whose spider could not be made never gets that far.
    run: Run | None = crawler.stats.get_value(IN_STATS) if crawler.spider and crawler.stats else None
    return run or Run(source=name, started_at=utc_now(), state="failed", note="the crawl could not begin, see above")
