"""Does the site still answer? Ask it what its pages ask, each way to corpus.db with a deadline."""

from __future__ import annotations

import asyncio
import time

from pages.places import overview
from public_sql.database import PublicDatabase

#: Longer than a query may wait and then run.
SECONDS = 6.0


async def failures(corpus: PublicDatabase, seconds: float) -> list[str]:
    """Say what does not answer within so many seconds; empty when all does."""
    pages, tables = await asyncio.gather(_pages(corpus, seconds), _tables(corpus, seconds))
    reasons = ((pages, "the pages do not answer"), (tables, "the tables and SQL do not answer"))
    return [reason for answers, reason in reasons if not answers]


async def _pages(corpus: PublicDatabase, seconds: float) -> bool:
    """Whether the threads that read for the site's own pages are free to do so."""
    try:
        await asyncio.wait_for(corpus.execute_fn(overview.totals), seconds)
    except Exception:  # any error means that the page could not be read
        return False
    return True


async def _tables(corpus: PublicDatabase, seconds: float) -> bool:
    """Whether visitors' SQL is answered. While every worker is busy, it is enough that some queries have just ended."""
    if corpus.pool.full:
        return time.monotonic() - corpus.pool.moved < seconds
    try:
        await asyncio.wait_for(corpus.execute("select 1 from listing limit 1"), seconds)
    except Exception:  # as above
        return False
    return True
