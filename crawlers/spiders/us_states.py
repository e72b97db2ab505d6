"""Bills of all states, from Open States' API (v3), within 250 requests a day.

Every session is read in the order of its changes, oldest first, from the newest change that is stored
(crawlers.completeness.session_progress). So a day's last request may be any request, and the next day goes on behind it. A state
without news since it was last read to its end costs nothing: the list of jurisdictions, one request, says when each
last changed.

Pages are not counted on: a bill that changes while we read moves to the end of the list and pulls another one over a page's
edge, unseen. The next request asks for what changed since the last bill of this page; page numbers serve only among
bills of the very same time of change, and at the end the count must be the source's.

A list of changes cannot tell what is no longer there, or what it has left out. So every week or two each session's total is
asked for and compared with what is stored.

Before the bills come the meetings ahead of each state (crawlers.meeting_spider): they share the key and its requests.

Which sessions are read: crawlers.completeness.session_choice. Of one that is not, a request tells how many bills it has and
when the newest of them moved.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.exceptions import DownloadTimeoutError
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.completeness.session_choice import SessionChoice
from crawlers.completeness.session_progress import SessionProgress
from crawlers.items import BadRecord, Bill, ExpectedCount, Listing, Reject, SessionDates, Unreadable
from crawlers.meeting_spider import MeetingSpider
from crawlers.parsers import openstates as api
from crawlers.parsers import openstates_votes as ov
from crawlers.parsers.states import postal_codes
from crawlers.people import Person, RollCallsOf
from crawlers.storage.session_ends import moved_on
from crawlers.storage.sessions import asked

JURISDICTIONS_PER_PAGE = 52
RESTARTS = 2
#: Where Open States' gateway gives up on an answer that takes long to put together, the same bills are asked for in pages of
#: this size. Each costs a request of the day's budget, so the next stretch is asked for in whole pages again.
SMALL_PAGE = 4
#: A page of bills is asked for once: what comes next is decided by what is stored, no validator is of use. A page past the
#: last one is answered with 404.
BILLS_META = {"dont_cache": True, "handle_httpstatus_list": [404]}


@dataclass
class Reading:
    """One session as it is being read: `since` is where the present stretch begins, `seen` its bills by their time of
    change, `ids` all that came. `step` is how many pages to go back from a page that begins with an unknown bill, while
    the place is looked for where an earlier run ended; 0 once it is found. `size`: how many bills a page is to hold."""

    session: api.Session
    since: str | None
    priority: int
    ids: set[str] = field(default_factory=set)
    step: int = 0
    seen: dict[str, str] = field(default_factory=dict)
    restarts: int = 0
    size: int = api.PER_PAGE


class UsStatesSpider(MeetingSpider):
    """`since`: also the sessions that ended on that day or later; `states`: postal codes ("nv,wy") instead of all."""

    name = "us_states"
    # One request at a time in all: Scrapy takes as many from its queue as it may send at once, and their order is lost.
    custom_settings = {"CONCURRENT_REQUESTS": 1}  # noqa: RUF012

    def __init__(self, today: str, states: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.states = frozenset(postal_codes(states, self.source)) if states else None
        self.partial = self.partial or bool(states)
        self.sessions: list[api.Session] = []
        self.told = 0  # jurisdictions that came, on all pages together
        self.choice = SessionChoice([], today)  # until they have come
        self.glimpsed: set[str] = set()  # whom bills have named in this run

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask_jurisdictions(1)

    def ask_jurisdictions(self, page: int) -> scrapy.Request:
        query = {
            "classification": "state",
            "include": "legislative_sessions",
            "per_page": JURISDICTIONS_PER_PAGE,
            "page": page,
        }
        url = f"{api.HOST}/jurisdictions?{urlencode(query)}"
        return self.ask(url, self.parse_jurisdictions, headers=self.headers, cb_kwargs={"page": page})

    @cached_property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    @cached_property
    def progress(self) -> SessionProgress:
        """How far each session was read when the crawl began."""
        return SessionProgress(self.corpus, self.name, self.today, self.believe)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        """What the source still names may be over, or must wait for tomorrow's requests; it is not gone."""
        return (jurisdiction, session) not in {(each.jurisdiction, each.session) for each in self.sessions}

    def parse_jurisdictions(self, response: Response, page: int) -> Iterator[Any]:
        found = api.read_page(response.body, page)
        sessions, told = list(api.read_sessions(found.results)), self.told + len(found.results)
        if page >= found.max_page and told < found.total:
            raise Unreadable(f"{found.total} jurisdictions are said to be there, {told} came")
        self.sessions += [each for each in sessions if self.is_wanted(each.state)]
        self.told = told
        if page < found.max_page:
            yield self.ask_jurisdictions(page + 1)
            return
        self.choice = self.choose()
        # Taken before anything is requested: what an answer adds meanwhile to the choice is read by `parse_about`.
        past = self.choice.past()
        chosen = sorted(self.choice.chosen.values(), key=lambda each: (each in past, self.progress.urgency(each)))
        sitting = {each.state for each in self.sessions if self.progress.sits(each)}
        yield from self.meetings(sitting, {each.state for each in self.sessions} - sitting)
        for session in self.sessions:
            if self.choice.is_due(session):
                yield self.ask_about(session)
            else:
                yield self.dates(session)
        for rank, session in enumerate(chosen):
            yield from self.read(session, priority=-rank)

    def choose(self) -> SessionChoice:
        return SessionChoice(
            self.sessions,
            today=self.today,
            since=self.since,
            moved=moved_on(self.corpus),
            asked=asked(self.corpus, source=self.name),
        )

    def read(self, session: api.Session, priority: int) -> Iterator[Any]:
        """What a chosen session needs: its total, where that is due, and what has changed in it."""
        if self.left is None and self.progress.is_count_due(session):
            yield self.ask_count(session, priority=priority)
        if self.progress.is_read(session):
            yield self.listing(session, [])
        else:
            yield self.resume(Reading(session, self.progress.begin(session), priority=priority))

    def dates(self, session: api.Session, bills: int | None = None, moved: str | None = None) -> SessionDates:
        return SessionDates(
            source=self.name,
            jurisdiction=session.jurisdiction,
            session=session.session,
            title=session.title,
            special=session.special,
            starts_on=session.starts_on,
            ends_on=session.ends_on,
            bills=bills,
            latest_action_on=moved,
            left_out=self.choice.reason(session),
        )

    def ask_about(self, session: api.Session) -> scrapy.Request:
        """How many bills a session has that is not chosen, and when the newest of them moved; before anything is read."""
        query = {"jurisdiction": session.state, "session": session.name, "sort": "latest_action_desc"}
        url = f"{api.HOST}/bills?{urlencode(query | {'per_page': 1, 'page': 1})}"
        return self.ask(
            url, self.parse_about, headers=self.headers, meta=BILLS_META, priority=1, cb_kwargs={"session": session}
        )

    def parse_about(self, response: Response, session: api.Session) -> Iterator[Any]:
        """An empty session may be answered with 404."""
        found = None if response.status == 404 else api.read_page(response.body, 1)
        bills = found.total if found else 0
        moved = api.day(found.results[0].get("latest_action_date")) if found and found.results else None
        held = self.choice.answered(session, bills, moved if (moved or "") <= self.today else self.today)
        yield self.dates(session, bills, moved)
        if held:
            yield from self.read(session, priority=-len(self.choice.chosen))

    def is_wanted(self, state: str) -> bool:
        return self.states is None or state in self.states

    def ask_count(self, session: api.Session, priority: int) -> scrapy.Request:
        query = {"jurisdiction": session.state, "session": session.name, "per_page": 1, "page": 1}
        return self.ask(
            f"{api.HOST}/bills?{urlencode(query)}",
            self.parse_count,
            document_id=f"{session.jurisdiction} {session.session}",
            headers=self.headers,
            meta={"dont_cache": True},
            priority=priority,
            cb_kwargs={"session": session},
        )

    def parse_count(self, response: Response, session: api.Session) -> Iterator[ExpectedCount]:
        yield self.tally(session, api.read_page(response.body, 1).total)

    @staticmethod
    def tally(session: api.Session, total: int) -> ExpectedCount:
        return ExpectedCount(jurisdiction=session.jurisdiction, session=session.session, expected=total)

    def resume(self, reading: Reading) -> scrapy.Request:
        """The first request of a session. Where an earlier run ended among thousands of bills with one and the same time
        of change (a source that stamps in bulk), it goes on at the page where the stored ones end."""
        mark = self.progress.mark(reading.session)
        if mark is None or reading.since != mark.stamp:
            return self.ask_bills(reading, 1)
        reading.seen = dict.fromkeys(self.progress.stored_at(reading.session, mark.stamp), mark.stamp)
        page = (len(reading.seen) - 1) // api.PER_PAGE + 1
        reading.step = 1 if page > 1 else 0
        return self.ask_bills(reading, page)

    def ask_bills(self, reading: Reading, page: int) -> scrapy.Request:
        query: list[tuple[str, Any]] = [
            ("jurisdiction", reading.session.state),
            ("session", reading.session.name),
            ("sort", "updated_asc"),
            ("per_page", reading.size),
            ("page", page),
            *(("include", part) for part in api.INCLUDES),
        ]
        if reading.since:
            query.append(("updated_since", reading.since))
        return self.ask(
            f"{api.HOST}/bills?{urlencode(query)}",
            self.parse_bills,
            headers=self.headers,
            meta=BILLS_META,
            priority=reading.priority,
            cb_kwargs={"reading": reading, "page": page},
        ).replace(errback=self.bills_failed)

    async def bills_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The end of a request for bills that went wrong on every try: then the same place in smaller pages, if that may help."""
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        reading, page = asked["reading"], asked["page"]
        response: Response | None = getattr(failure.value, "response", None)
        slow = response.status >= 500 if response is not None else failure.check(DownloadTimeoutError)
        if slow and reading.size > SMALL_PAGE:
            page, reading.size = (page - 1) * (reading.size // SMALL_PAGE) + 1, SMALL_PAGE
            yield self.ask_bills(reading, page)
            return
        for each in self.rejects(failure):
            yield each

    def parse_bills(self, response: Response, reading: Reading, page: int) -> Iterator[Any]:
        if response.status == 404:
            yield self.again(reading, f"page {page} is not there")
            return
        found = api.read_page(response.body, page)
        if not found.total and reading.since is None:
            yield from self.before_empty(reading)
        if found.results and all(row.get("session") != reading.session.name for row in found.results):
            raise Unreadable(f"bills of another session than {reading.session.name}")
        rows = list(stamped(found.results))
        if [stamp for stamp, _ in rows] != sorted(stamp for stamp, _ in rows):
            raise Unreadable("the bills are not in the order of their changes")
        if reading.step and page > 1 and self.key_of(rows[0][1]) not in reading.seen:
            page, reading.step = max(1, page - reading.step), reading.step * 2
            yield self.ask_bills(reading, page)
            return
        reading.step = 0
        if reading.since is None and page == 1:
            yield self.tally(reading.session, found.total)
            yield self.dates(reading.session, bills=found.total)
        taken = self.take(rows)
        for stamp, row in taken:
            self.audit("bill", row)
            document = self.document(row, reading.session)
            key = document.id if isinstance(document, Bill) else str(document.document_id)
            reading.seen[key] = stamp
            reading.ids.add(key)
            yield document
            if isinstance(document, Bill):
                yield from self.votes(row, document)
        if len(taken) < len(rows) or self.left == 0:
            return
        yield from self.go_on(reading, page, found, [stamp for stamp, _ in rows])

    def before_empty(self, reading: Reading) -> Iterator[Any]:
        """Where a state's newest regular session has no bills yet, the sessions before it."""
        for earlier in self.choice.instead_of(reading.session):
            yield self.dates(earlier)
            yield from self.read(earlier, reading.priority)

    def document(self, row: api.Record, session: api.Session) -> Bill | Reject:
        """The record as a bill; one that cannot be is kept as a reject, the others of its page are not its fault."""
        key = None
        try:
            key = api.bill_id(row)
            if row.get("session") != session.name:
                raise BadRecord(f"a bill of session {row.get('session')!r} in the list of {session.name}")
            return api.parse_bill(row)
        except (BadRecord, Unreadable) as error:
            body = str(row).encode("utf-8", "surrogatepass")
            url = f"{api.HOST}/bills/{row.get('id')}"
            return Reject(source=self.name, url=url, reason=str(error), body=body, document_id=key or url)

    def votes(self, row: api.Record, bill: Bill) -> Iterator[RollCallsOf | Person | Reject]:
        """The roll calls of a bill, and whom it names for the first time; what is wrong with them is no fault of the bill."""
        try:
            for person in ov.parse_people(row, bill.jurisdiction):
                if person.id not in self.glimpsed:
                    self.glimpsed.add(person.id)
                    yield person
            yield ov.parse_roll_calls(
                row,
                bill.id,
                jurisdiction=bill.jurisdiction,
                session=bill.session,
                zone=api.zone_of_days(bill.jurisdiction),
                source_url=bill.source_url,
            )
        except BadRecord as error:
            body = str(row.get("votes")).encode("utf-8", "surrogatepass")
            url = f"{bill.source_url}#votes"
            yield Reject(source=self.name, url=url, reason=str(error), body=body, document_id=url)

    def go_on(self, reading: Reading, page: int, found: api.Page, stamps: list[str]) -> Iterator[Any]:
        """The next request of a session, or its listing where this page was the last."""
        if page < found.max_page:
            if stamps[0] < stamps[-1]:
                reading.since, page, reading.size = stamps[-1], 0, api.PER_PAGE
                reading.seen = {key: stamp for key, stamp in reading.seen.items() if stamp >= stamps[-1]}
            yield self.ask_bills(reading, page + 1)
        elif len(reading.seen) >= found.total:
            yield self.listing(reading.session, sorted(reading.ids))
        else:
            yield self.again(reading, f"{found.total:,} bills are said to be there, {len(reading.seen):,} came")

    def again(self, reading: Reading, reason: str) -> scrapy.Request | Reject:
        """The present stretch from its beginning, or a lost listing where that was tried already."""
        if reading.restarts < RESTARTS:
            reading.restarts, reading.step, reading.seen = reading.restarts + 1, 0, {}
            reading.size = api.PER_PAGE
            return self.ask_bills(reading, 1)
        session = reading.session
        url = f"{api.HOST}/bills?jurisdiction={session.state}&session={session.name}"
        return Reject(source=self.name, url=url, reason=f"{session.jurisdiction} {session.name}: {reason}")

    @staticmethod
    def key_of(row: api.Record) -> str | None:
        try:
            return api.bill_id(row)
        except BadRecord:
            return None

    def listing(self, session: api.Session, read: list[str]) -> Listing:
        """What the source holds of a session that was read to its end: what was known and has not changed, and what came.

        Open States takes back nothing in its lists of changes, so nothing is ever missing from one, unless all of the
        session has been read anew (`believe`).
        """
        known = [] if self.believe else self.progress.stored(session)
        return Listing(
            source=self.name,
            jurisdiction=session.jurisdiction,
            session=session.session,
            part="",
            document_ids=tuple(dict.fromkeys([*known, *read])),
        )


def stamped(rows: list[api.Record]) -> Iterator[tuple[str, api.Record]]:
    """Records with their times of change. One without takes that of the record before it: it is a reject of its own, and
    the place where the next page begins is known from the others.

    Raises:
        Unreadable: the first or the last one has none, so that nobody can tell where the next request must begin.
    """
    newest = ""
    for place, row in enumerate(rows):
        try:
            newest = api.stamp(row)
        except Unreadable:
            if place in (0, len(rows) - 1):
                raise
        yield newest, row
