"""What happens to a document on its way from a response to the page: validate, record, derive, publish.

Scrapy calls the two pipelines while it crawls; `update` follows, and is the same for a rebuild. What crawls store goes
through this module alone; commands, the desk, and the mail open the databases for what people do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlite_utils import Database

from crawlers.completeness import completeness
from crawlers.completeness.coverage import Baseline
from crawlers.download.budget import SPENT
from crawlers.items import (
    BadRecord,
    Document,
    ExpectedCount,
    Listing,
    Reject,
    SessionDates,
)
from crawlers.people import LegislativeCommittee, Person, RollCall, RollCallsOf, Roster, ZipDistricts
from crawlers.spider import SourceSpider
from crawlers.status import rederive_status
from crawlers.status.rederive_status import restate
from crawlers.storage import attachments, districts, meetings, people, roll_calls, sessions
from crawlers.storage.corrected_dates import write_corrected_dates
from crawlers.storage.lost_parts import without_their_actions
from crawlers.storage.person_links import link_people
from crawlers.storage.record import upsert
from crawlers.storage.rejects import Rejects, conflict, emptied
from crawlers.storage.run_end import RunEnd
from crawlers.storage.runs import IN_STATS, Run
from crawlers.storage.session_ends import write_session_ends
from crawlers.storage.validation import check_shape, validate
from operations.logs import keep_secrets
from store.clock import utc_now
from store.connect import open_corpus, open_ops
from store.errors import StorageError

BATCH = 500


# --------------------------------------------------------------------- Scrapy's pipelines


class ValidatePipeline:
    """A record that lacks what it must have, or holds what cannot be, becomes a reject with its reason."""

    def process_item(self, item: Any) -> Any:
        try:
            if isinstance(item, Document):
                validate(item)
            elif isinstance(item, attachments.Proceeding | Person | LegislativeCommittee | RollCall | RollCallsOf):
                check_shape(item)
        except BadRecord as error:
            key = f"{item.document_id}#votes" if isinstance(item, RollCallsOf) else item.id
            url = getattr(item, "source_url", None) or getattr(item, "url", None) or key
            return Reject(source=item.source, url=str(url), reason=str(error), document_id=key)
        return item


class RecordPipeline:
    """Stores what arrives, in batches, and closes the run's row with what was found."""

    def __init__(self, crawler: Crawler):
        self.crawler = crawler
        self.corpus = Path(crawler.settings["INFOPOLICY_CORPUS"])
        self.ops = Path(crawler.settings["INFOPOLICY_OPS"])
        self.buffer: list[Document] = []
        self.attachments: list[attachments.Attachment] = []
        self.absent: list[attachments.VersionText] = []
        self.people: list[people.PersonRecord] = []
        self.roll_calls: list[RollCall | RollCallsOf] = []
        self.districts: list[ZipDistricts] = []
        self.listings: list[Listing] = []
        self.sessions: list[SessionDates] = []
        self.meeting_lists: list[meetings.MeetingList] = []
        self.tallies: dict[completeness.Place, ExpectedCount] = {}
        self.notes: list[str] = []  # what a person should know about this run

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RecordPipeline:
        keep_secrets()  # `scrapy crawl` logs the addresses it asks for, and never comes by our commands
        return cls(crawler)

    def open_spider(self) -> None:
        assert self.crawler.spider is not None
        self.db = open_corpus(self.corpus)
        self.run = Run(source=self.crawler.spider.name, started_at=utc_now())
        self.rejects = Rejects(open_ops(self.ops), self.run)
        self.baseline = Baseline(self.db, self.run.source)
        assert self.crawler.stats is not None
        self.crawler.stats.set_value(IN_STATS, self.run)
        with self.db.atomic():
            rederive_status.begin(self.db)
            # Only one crawl of a data folder runs at a time (a lock sees to it), so an open row is one that died.
            self.db.execute(
                "update runs set state = 'interrupted' where state = 'running' and source = ?", [self.run.source]
            )
            row = {"source": self.run.source, "started_at": self.run.started_at, "state": "running"}
            self.run.id = self.db.table("runs").insert(row).last_pk or 0

    async def process_item(self, item: Any) -> Any:
        if self.run.state == "failed":
            raise DropItem("the storage failed; the run is ending")
        try:
            self._take(item)
        except (sqlite3.Error, OSError) as error:
            await self._fail(error)
        return item

    def _take(self, item: Any) -> None:
        if isinstance(item, Document):
            # Before it is added: the attachments of the documents before it have come, and are stored with them.
            if max(len(self.buffer), len(self.attachments)) >= BATCH:
                self._flush()
            self.buffer.append(item)
        elif isinstance(item, attachments.VersionText) and item.text is None and item.note is None:
            self.absent.append(item)
        elif isinstance(item, attachments.VersionText | attachments.Proceeding):
            self.attachments.append(item)
        elif isinstance(item, Person | LegislativeCommittee | Roster):
            self.people.append(item)
        elif isinstance(item, RollCall | RollCallsOf):
            self.roll_calls.append(item)
            if len(self.roll_calls) >= BATCH:
                self._flush()
        elif isinstance(item, ZipDistricts):
            self.districts.append(item)
        elif isinstance(item, SessionDates):
            self.sessions.append(item)
        elif isinstance(item, meetings.MeetingList):
            self.meeting_lists.append(item)
        elif isinstance(item, Listing):
            self.listings.append(item)
            self.run.listed += len(item.document_ids)
        elif isinstance(item, ExpectedCount):
            self.tallies[item.jurisdiction, item.session, item.part] = item
        elif isinstance(item, Reject):
            self.rejects.keep(item)

    async def _fail(self, error: Exception) -> None:
        assert self.crawler.engine is not None
        self.run.state, self.run.unstored = "failed", True
        self.run.note = str(StorageError.of(self.corpus, error))
        await self.crawler.engine.close_spider_async(reason="storage")

    def _flush(self) -> None:
        for silent in (True, False):
            batch = [document for document in self.buffer if self._is_silent(document) is silent]
            if batch := self._with_what_was_there(batch):
                done = upsert(self.db, batch, now=utc_now(), silent=silent, reread=self.spider.believe)
                self.run.counts.add(done)
                for document in done.refused:
                    self.rejects.keep(conflict(document))
        self.buffer.clear()
        attachments.store(self.db, self.attachments, now=utc_now())
        self.attachments.clear()
        sessions.store(self.db, self.sessions, now=utc_now())
        self.sessions.clear()
        # After the meetings themselves: one that has come back is no longer missing.
        doubts = [meetings.store_list(self.db, each, now=utc_now()) for each in self.meeting_lists]
        self.notes += filter(None, doubts)
        self.meeting_lists.clear()
        self._flush_people()

    def _with_what_was_there(self, batch: list[Document]) -> list[Document]:
        """The documents to store; one that comes without any of its actions is cut off, and a reject."""
        bare = {} if self.spider.believe else without_their_actions(self.db, batch)
        for document in batch:
            if document.id in bare:
                self.rejects.keep(emptied(document, bare[document.id]))
        return [document for document in batch if document.id not in bare]

    def _flush_people(self) -> None:
        """Who decides and how they voted; of a source that gives nothing else they are what its run counts."""
        done = [
            people.store(self.db, self.people, now=utc_now()),
            roll_calls.store(self.db, self.roll_calls, now=utc_now(), is_news=self.baseline.knows),
            districts.store(self.db, self.districts),
        ]
        self.people.clear()
        self.roll_calls.clear()
        self.districts.clear()
        if self.spider.source.people_only:
            for each in done:
                self.run.counts.add(each)

    def _is_silent(self, document: Document) -> bool:
        """Whether this is the first contact with this part of the source: then nothing in it is news."""
        return not self.baseline.is_news(document, getattr(self.crawler.spider, "first_on", None))

    def close_spider(self) -> None:
        try:
            end = self._end()
            if self.run.state != "failed":
                self._flush()
                self._absent()
                end.close_listings()
            end.close_run(self._counted("downloader/request_count"))
        except (sqlite3.Error, OSError) as error:
            self.run.state, self.run.unstored = "failed", True
            self.run.note = str(StorageError.of(self.corpus, error))
        finally:
            self.db.close()
            self.rejects.ops.close()

    def _absent(self) -> None:
        """That a text is not there (404) is final, but not where many more are lacking than usual: those are asked for again."""
        if not any(
            completeness.lacks_much(each.expected, each.received or 0)
            for each in self.tallies.values()
            if each.received is not None
        ):
            attachments.store(self.db, self.absent, now=utc_now())

    def _end(self) -> RunEnd:
        held = self._counted(SPENT)
        return RunEnd(self.db, self.run, self.spider, self.rejects, self.listings, self.tallies, self.notes, held)

    def _counted(self, stat: str) -> int:
        assert self.crawler.stats is not None
        return int(self.crawler.stats.get_value(stat, 0))

    @property
    def spider(self) -> SourceSpider:
        assert isinstance(self.crawler.spider, SourceSpider)
        return self.crawler.spider


# --------------------------------------------------------------------- what follows a crawl


@dataclass(frozen=True)
class Updated:
    """How many documents each step of `update` changed."""

    rederived: int
    manual: int
    tagged: int
    matched: int
    compared: int
    ended: int = 0


def update(
    corpus: Database,
    staff: Database,
    *,
    now: str,
    today: str | None = None,
    workers: int = 2,
    progress: tuple[Callable[[int], None], Callable[[int], None]] | None = None,
) -> Updated:
    """Bring everything that follows from the stored records up to date: restate, take in, link, date, derive, outcomes,
    publish, compare.

    Each step asks the tables what is missing, so that a run that was killed heals at the next one.

    Args:
        corpus: corpus.db, open for writing.
        staff: staff.db with corpus.db attached.
        today: the ISO day on which sessions are over or not; the day of `now` where it is not given.
        workers, progress: as for `derive.update.derive`.

    Raises:
        WorkerError: a process that tags was killed; what was written is complete.
    """
    # Here, because a crawl should not wait for what tags and compares: it takes seconds to import.
    from comparison.update import update as compare_texts
    from derive.update import derive
    from desk.intake.manual_documents import take_in
    from positions import outcomes

    rederived = restate(corpus, now=now)
    manual = take_in(corpus, staff, now)
    link_people(corpus)
    meetings.write_meeting_dates(corpus, now=now)
    write_corrected_dates(corpus)
    ended = write_session_ends(corpus, today=today or now[:10], now=now)
    derived = derive(corpus, staff, workers=workers, progress=progress)
    outcomes.suggest(corpus, staff)
    publish(corpus, staff, now)
    compared = compare_texts(corpus)
    return Updated(rederived, manual, derived.tagged, derived.matched, compared.documents, ended)


def publish(corpus: Database, staff: Database, now: str) -> int:
    """Bring what the public sees up to date; return the number of rows of lists and decisions that differed."""
    from desk.reviews import verdict_validity
    from publish.listing import publish as write_listings
    from publish.reference import write_reference

    write_reference(corpus)
    verdict_validity.settle_all(staff, now)
    return write_listings(corpus, now, staff)
