"""What happens to a document on its way from a response to the page: validate, record, derive, publish.

Scrapy calls the two pipelines while it crawls; `update` follows, and is the same for a rebuild. What crawls store goes
through this module alone; commands, the desk, and the mail open the databases for what people do.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlite_utils import Database

from crawlers.completeness import completeness, fields
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
from crawlers.storage.runs import IN_STATS, Run
from crawlers.storage.session_ends import write_session_ends
from crawlers.storage.validation import check_shape, storable, validate
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
            if self.run.state != "failed":
                self._flush()
                self._absent()
                self._close_listings()
            self._close_run()
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

    @property
    def spider(self) -> SourceSpider:
        assert isinstance(self.crawler.spider, SourceSpider)
        return self.crawler.spider

    @property
    def lost(self) -> int:
        """Listings and bulk files that could not be read: without them nobody knows what is lacking."""
        return self.rejects.lost

    @property
    def first_lost(self) -> str:
        """Why the first of them could not be."""
        return self.rejects.first_lost

    def _close_listings(self) -> None:
        """Judge what came by what was to be expected; a run that lost a listing cannot tell what is gone."""
        spider, run = self.spider, self.run
        seen = [(each.jurisdiction, each.session, each.part) for each in self.listings] + [*self.tallies]
        whole = not (spider.partial or self.lost)
        gone = completeness.gone(self.db, run.source, seen, spider.should_list) if whole else []
        if spider.believe:
            self.listings += [Listing(source=run.source, document_ids=(), **_place(part)) for part in gone]
            gone = []
        if whole and not spider.believe and self._gave_nothing():
            self.notes.append("the source lists nothing at all: it may have moved, or be down")
        closed = completeness.close(
            self.db,
            run.source,
            self.listings,
            self.tallies,
            rejected=self.rejects.ids,
            believe=spider.believe,
            excused=spider.partial or self._held() > 0,
            now=utc_now(),
        )
        run.coverage, run.missing = closed.parts + gone, closed.missing
        self.notes += completeness.told(run.coverage)

    def _gave_nothing(self) -> bool:
        """Whether a source that always holds something lists nothing, and never has: then nothing is lost that would be told."""
        if self.run.listed or self._held() or not self.listings or not self.spider.source.expect_min:
            return False
        given = "select 1 from provenance where source = ? limit 1"
        return not self.db.execute(given, [self.run.source]).fetchone()

    def _held(self) -> int:
        """How many requests the day's budget held back."""
        assert self.crawler.stats is not None
        return int(self.crawler.stats.get_value(SPENT, 0))

    def _close_run(self) -> None:
        assert self.crawler.stats is not None
        run = self.run
        run.requests, run.finished_at = self.crawler.stats.get_value("downloader/request_count", 0), utc_now()
        run.waiting = self._held()
        if run.state == "running" and (self.lost or not (self.listings or run.waiting)):
            run.state = "failed"
            lost = "1 listing or bulk file" if self.lost == 1 else f"{self.lost:,} listings or bulk files"
            first = ("" if self.lost == 1 else "first: ") + self.first_lost[:200]
            self.notes.append(
                f"{lost} could not be read ({first}): the crawl is partial"
                if self.lost
                else "the source gave no listing: nothing can be said about it"
            )
        elif run.state == "running":
            run.state = "finished"
        self.notes += [*self.spider.notes, *self._unread()]
        if self.spider.unknown:
            self.notes.append(f"{fields.TOLD}: {', '.join(sorted(self.spider.unknown))}")
        run.note = storable("; ".join(filter(None, [run.note, *self.notes]))) or None
        row = run.outcome() | {"unknown": json.dumps(sorted(self.spider.unknown))}
        self.db.table("runs").update(run.id, row)

    def _unread(self) -> list[str]:
        """Whether too many records could not be read. One that is known as such is no news in a run that asked for little."""
        run, limit, unheard = self.run, self.spider.source.max_reject_share, self.rejects.unheard
        if unheard > limit * max(run.handled, 1) or run.rejected > limit * max(run.handled, run.listed):
            return [f"{run.rejected} of {run.handled} records could not be read (limit {limit:.0%})"]
        rise = completeness.rejects_rise(self.db, run.source, anew=unheard, handled=run.handled)
        return [rise] if rise else []


def _place(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in ("jurisdiction", "session", "part")}


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
