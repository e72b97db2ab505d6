"""What every spider shares: manners from sources.yml, keys kept out of sight, and no request that fails in silence."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self

import scrapy
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from crawlers.completeness import fields
from crawlers.completeness.completeness import lacks_much
from crawlers.download.answers import NotData
from crawlers.download.budget import BudgetSpent
from crawlers.download.httpcache import without_key
from crawlers.download.middlewares import reject
from crawlers.items import Reject
from crawlers.sources import BadSource, Source, load_sources

MARGIN = 1.03
TWO_WEEKS, EARLIEST = 14, "2006"  # before then dockets and notices were not all published on the web
MOST_UNKNOWN = 20  # names of fields that a run notes: enough to see that a schema has changed


class SourceSpider(scrapy.Spider):
    """A spider of one source. Its name is the key of its entry in sources.yml and the name of its file.

    `today` is the ISO day of the crawl; `since` and `until` bound what is asked for (ISO days, "" and "9999" if not given);
    `left` counts down to the limit of documents, None without one. With `believe="yes"` what the source lists is taken for
    whole, however much it lacks of what it listed before.
    """

    source: ClassVar[Source]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not getattr(cls, "name", None):
            return  # a base of spiders, such as crawlers.composite_spider
        if cls.name not in load_sources():
            raise BadSource(f"sources.yml: has no entry {cls.name!r} for the spider in {cls.__module__}: add one")
        cls.source = load_sources()[cls.name]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        source = cls.source
        # A little slower than allowed: what is sent on the dot arrives early now and then.
        delay = max(source.delay, MARGIN * 60 / source.per_minute if source.per_minute else 0.0)
        mirror = settings.get("INFOPOLICY_MIRROR")
        if mirror:
            delay /= settings.getfloat("INFOPOLICY_CLOCK", 1.0)
        if mirror and settings.getbool("INFOPOLICY_BUDGET_OFF"):
            delay = 0.0
            settings.set("AUTOTHROTTLE_ENABLED", False, "spider")  # a mirror is ours: nobody else waits for it
        settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", source.concurrency, "spider")
        settings.set("AUTOTHROTTLE_TARGET_CONCURRENCY", float(source.concurrency), "spider")
        settings.set("DOWNLOAD_DELAY", delay, "spider")
        # Scrapy shakes the delay by half up and down; a limit by the minute needs the whole of it.
        settings.set("DOWNLOAD_DELAY_JITTER", 0 if source.per_minute else 0.5, "spider")
        if source.accept:
            headers = {**settings.getdict("DEFAULT_REQUEST_HEADERS"), "Accept": source.accept}
            settings.set("DEFAULT_REQUEST_HEADERS", headers, "spider")
        if source.robots_off:
            settings.set("ROBOTSTXT_OBEY", False, "spider")

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> Self:
        """As Scrapy makes it; where `scrapy crawl` names no day, it is the day of Coordinated Universal Time."""
        kwargs.setdefault("today", datetime.now(UTC).date().isoformat())
        return super().from_crawler(crawler, *args, **kwargs)

    def __init__(
        self,
        today: str,
        since: str | None = None,
        until: str | None = None,
        limit: str | int | None = None,
        believe: str = "no",
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if believe not in ("yes", "no"):
            raise ValueError(f'believe={believe}: must be "yes" or "no"')
        self.believe = believe == "yes"
        self.today = today
        self.unknown: set[str] = set()  # fields of records that nobody here knows
        self.notes: list[str] = []  # what a person should know about this run; the source is asked again soon
        self.since, self.until = since or "", until or "9999"
        self.left = int(limit) if limit else None
        #: Whether less than the whole source was asked for; then what is not listed says nothing.
        self.partial = bool(since or until or limit)

    def key(self) -> str:
        """The source's key from the environment. It goes into headers or addresses, never into what is stored or logged.

        Raises:
            KeyError: it is not set; the command line asks for it before a crawl begins.
        """
        assert self.source.key is not None
        return os.environ[self.source.key]

    def ask(self, url: str, callback: Any, *, document_id: str | None = None, **kwargs: Any) -> scrapy.Request:
        """A request whose failure becomes a reject; `document_id` says which document would be lacking."""
        meta = kwargs.pop("meta", {}) | ({"document_id": document_id} if document_id else {})
        return scrapy.Request(url, callback=callback, errback=self.failed, dont_filter=True, meta=meta, **kwargs)

    async def failed(self, failure: Failure) -> AsyncIterator[Reject]:
        """The end of a request that went wrong on every try."""
        for each in self.rejects(failure):
            yield each

    def rejects(self, failure: Failure) -> Iterator[Reject]:
        """What is kept of a failed request; nothing where the day's budget is spent, which the run notes by itself."""
        if failure.check(BudgetSpent):
            return
        response: Response | None = getattr(failure.value, "response", None)
        if response is not None:
            words = str(failure.value) if failure.check(NotData) else f"HTTP status {response.status}"
            yield reject(self.name, response, words)
            return
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        unsaid = "larger than an answer may be" if failure.check(DownloadCancelledError) else failure.type
        reason = f"no answer: {failure.getErrorMessage() or unsaid}"
        key = request.meta.get("document_id")
        yield Reject(source=self.name, url=without_key(request.url), reason=reason, document_id=key)

    def last_try(self, response: Response) -> bool:
        """Whether an answer that cannot be used will not be asked for again in this run."""
        return bool(response.meta.get("retry_times", 0) >= self.settings.getint("RETRY_TIMES"))

    def came_short(self, what: str, expected: int, received: int) -> bool:
        """Whether a list that does not add up on any try is taken as it is, for the little it lacks.

        Lists move while they are read. The run says so, so that the source is asked again soon; what is lacking must not
        count as gone meanwhile.
        """
        if lacks_much(expected, received):
            return False
        self.notes.append(f"{what}: {expected:,} were announced and {received:,} came; the next run asks again")
        return True

    def must_hold(self, first_on: str, last_on: str) -> bool:
        """Whether a source that publishes every working day must have published in these days: two weeks that are over.

        A first load has nothing to compare an empty answer with. A mirror may have recorded other days.
        """
        days = (date.fromisoformat(last_on) - date.fromisoformat(first_on)).days + 1
        return (
            days >= TWO_WEEKS
            and first_on >= EARLIEST
            and last_on < self.today
            and not self.settings.get("INFOPOLICY_MIRROR")
        )

    def bad_row(self, url: str, place: int, row: Any, reason: Exception) -> Reject:
        """A row of a list that has no number: kept as a record that could not be read, the others of its list go on."""
        body = str(row).encode("utf-8", "surrogatepass")
        where = f"{without_key(url)}#{place}"
        return Reject(source=self.name, url=where, reason=str(reason), body=body, document_id=where)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        """Whether this run, if it was whole, must have listed a session that an earlier one has listed.

        Not where it did not ask for it, nor where the source still names it in its list of sessions.
        """
        return True

    def audit(self, record: str, names: Iterable[str]) -> None:
        """Note the fields of a record that crawlers/completeness/fields.yml does not know."""
        if len(self.unknown) < MOST_UNKNOWN:
            self.unknown.update(fields.unknown(self.name, record, names)[:MOST_UNKNOWN])

    def in_days(self, stamp: str) -> bool:
        """Whether what changed at `stamp` is asked for. Where that is no day, nobody can tell: it is asked for."""
        return not stamp[:1].isdigit() or self.since <= stamp[:10] <= self.until

    def take(self, rows: list[Any]) -> list[Any]:
        """As many of the rows as the limit still allows."""
        if self.left is None:
            return rows
        rows = rows[: self.left]
        self.left -= len(rows)
        return rows
