"""The meetings ahead of each state, from Open States' /events, read before the bills and within a share of the day's requests.

A list has no marks of change, so all that lies ahead is read again: each day for a state that sits, each week for another.
States follow one another, those longest not asked first, so that the share may end the row anywhere and the next day goes on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.download.budget import BudgetSpent
from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Reject, Unreadable
from crawlers.parsers import openstates as api
from crawlers.parsers import openstates_events as events
from crawlers.spider import SourceSpider
from crawlers.storage.meetings import Listed, MeetingList, last_listed

#: How far ahead states announce meetings, in days; more than that is not asked for.
AHEAD = 60
#: A state that does not sit is asked so often, in days.
SELDOM = 7
#: The share of a day's requests that meetings may take: the bills need the rest.
SHARE = 4
#: How often a list whose pages do not add up is read from its first page.
TRIES = 3


@dataclass
class Agenda:
    """The meetings of one state as they are being read, by id."""

    state: str
    attempt: int = 1
    ids: set[str] = field(default_factory=set)


class MeetingSpider(SourceSpider):
    """A spider of Open States that reads meetings."""

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.to_ask: list[str] = []  # states whose meetings are still to be listed
        self.asked_for_meetings = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"X-API-Key": self.key()}

    @cached_property
    def meeting_lists(self) -> dict[str, Listed]:
        return last_listed(Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name)

    def meetings(self, sitting: Iterable[str], resting: Iterable[str]) -> Iterator[scrapy.Request]:
        """The first request for meetings; the others follow it. A run that asks for a few documents asks for none."""
        if self.left is not None:
            return
        weekly = (date.fromisoformat(self.today) - timedelta(days=SELDOM)).isoformat()
        for states, due in ((sitting, self.today), (resting, weekly)):
            asked = {state: self.meeting_lists.get(f"us-{state}", Listed("", 0)).on for state in states}
            overdue = [(on, state) for state, on in asked.items() if on < due or not on]
            self.to_ask += [state for _, state in sorted(overdue)]
        yield from self.next_state()

    def next_state(self) -> Iterator[scrapy.Request]:
        share = None if self.settings.getbool("INFOPOLICY_BUDGET_OFF") else (self.source.per_day or 0) // SHARE
        if self.to_ask and (not share or self.asked_for_meetings < share):
            yield self.ask_meetings(Agenda(self.to_ask.pop(0)), 1)

    @property
    def last_on(self) -> str:
        return (date.fromisoformat(self.today) + timedelta(days=AHEAD)).isoformat()

    def ask_meetings(self, agenda: Agenda, page: int) -> scrapy.Request:
        self.asked_for_meetings += 1
        query = urlencode(events.query(agenda.state, self.today, self.last_on, page))
        return self.ask(
            f"{api.HOST}/events?{query}",
            self.parse_meetings,
            document_id=f"us-{agenda.state} meetings",
            headers=self.headers,
            meta={"dont_cache": True, "handle_httpstatus_list": [404]},
            priority=2,
            cb_kwargs={"agenda": agenda, "page": page},
        ).replace(errback=self.meetings_failed)

    def parse_meetings(self, response: Response, agenda: Agenda, page: int) -> Iterator[Any]:
        """One page. What cannot be read on any try is a reject, and the next state follows."""
        if response.status == 404 and page == 1:
            # Open States answers a state without meetings with an empty list; so there is no such address any more.
            self.to_ask.clear()
            if not self.settings.get("INFOPOLICY_MIRROR"):  # a mirror may have recorded no meetings
                self.notes.append(f"{response.url.partition('?')[0]} is not there: no meetings were read")
            return
        try:
            found = api.read_page(response.body, page) if response.status == 200 else None
        except Unreadable as error:
            if not self.last_try(response):
                raise  # asked for again (crawlers.download.middlewares)
            yield reject(self.name, response, str(error))
            yield from self.next_state()
            return
        for row in found.results if found else ():
            self.audit("event", row)
            yield self.meeting(row, agenda)
        if found and page < found.max_page:
            yield self.ask_meetings(agenda, page + 1)
        else:
            yield from self.close_list(agenda, found.total if found else None)

    def meeting(self, row: api.Record, agenda: Agenda) -> Any:
        key = str(row.get("id"))
        agenda.ids.add(key)
        try:
            return events.parse_meeting(row)
        except BadRecord as error:
            body = str(row).encode("utf-8", "surrogatepass")
            return Reject(
                source=self.name, url=f"{api.HOST}/events/{key}", reason=str(error), body=body, document_id=key
            )

    def close_list(self, agenda: Agenda, total: int | None) -> Iterator[Any]:
        """The list of a state, where its pages add up. Meetings of one hour have no order among them, so that a page may
        repeat one and skip another; and what is called off meanwhile pulls the others forward."""
        came = len(agenda.ids)
        if total is not None and came >= total:
            yield MeetingList(
                source=self.name,
                jurisdiction=f"us-{agenda.state}",
                # Some states take a meeting off their list once it has begun.
                first_on=(date.fromisoformat(self.today) + timedelta(days=1)).isoformat(),
                last_on=self.last_on,
                listed_on=self.today,
                ids=tuple(sorted(agenda.ids)),
                believed=self.believe,
            )
        elif agenda.attempt < TRIES:
            yield self.ask_meetings(Agenda(agenda.state, agenda.attempt + 1), 1)
            return
        elif not self.came_short(f"meetings of us-{agenda.state}", total or came + 1, came):
            self.notes.append(f"meetings of us-{agenda.state}: {total or 0:,} were announced and {came:,} came")
        yield from self.next_state()

    async def meetings_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """The end of a request that went wrong on every try; the meetings of the next state may still be had."""
        for each in self.rejects(failure):
            yield each
        if not failure.check(BudgetSpent):
            for request in self.next_state():
                yield request
