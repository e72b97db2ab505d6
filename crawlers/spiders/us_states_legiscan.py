"""State bills from LegiScan: a second opinion on what Open States has, or the first where sources.yml names it first.

Three steps: the sessions of each state, the list of each current session with a hash for every bill, and then only the
bills whose hash is not the stored one. A session that is new here comes as LegiScan's weekly dataset, two requests for all
its bills; those that changed since it was made are requested one by one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.items import BadRecord, Listing, Reject, Unreadable, document_id
from crawlers.parsers import legiscan as api
from crawlers.parsers import legiscan_dataset
from crawlers.parsers.states import postal_codes
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

#: A dataset is worth its size where so many bills, and this share of their session, were never stored.
BULK_LEAST, BULK_SHARE = 10, 0.2
BULK_MAXSIZE = 512 * 1024 * 1024
#: Document -> LegiScan's number of the bill, and the hash that its session's list has for it.
Wanted = dict[str, tuple[int, str]]
T = TypeVar("T")


class UsStatesLegiscanSpider(SourceSpider):
    """`since`: also the sessions that ended in that year or later (else in last year or later); `states`: postal codes."""

    name = "us_states_legiscan"

    def __init__(self, today: str, states: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        chosen = postal_codes(states, self.source) if states else None
        self.states = [
            code.upper() for code in chosen or [name.removeprefix("us-") for name in self.source.jurisdictions]
        ]
        self.partial = self.partial or bool(states)
        self.earliest = int(self.since[:4]) if self.since else int(today[:4]) - 1
        self.named: dict[str, set[str]] = {}  # jurisdiction -> the sessions that LegiScan names

    @cached_property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    def call(self, operation: str, callback: Any, **kwargs: Any) -> scrapy.Request:
        """A request for an operation; the key goes into the address, as LegiScan has it, and out of all that is kept."""
        query = urlencode({"key": self.key(), "op": operation, **kwargs.pop("query")})
        meta = {"dont_cache": True} | kwargs.pop("meta", {})
        return self.ask(f"{api.HOST}/?{query}", callback, meta=meta, **kwargs)

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for state in self.states:
            place = api.jurisdiction_of(state)
            query = {"state": state}
            yield self.call("getSessionList", self.parse_sessions, query=query, cb_kwargs={"jurisdiction": place})

    def parse_sessions(self, response: Response, jurisdiction: str) -> Iterator[scrapy.Request]:
        sessions = api.read_sessions(self.read(response, "sessions"), jurisdiction)
        self.named[jurisdiction] = {session.name for session in sessions}
        for session in sessions:
            if session.ends_in >= self.earliest:
                yield self.call(
                    "getMasterListRaw",
                    self.parse_list,
                    query={"id": session.id},
                    cb_kwargs={"session": session},
                    priority=1,
                )

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return jurisdiction in self.named and session not in self.named[jurisdiction]

    def read(self, response: Response, part: str) -> Any:
        """The part asked for. LegiScan's own errors are worth another try too: its servers say so when they are busy."""
        try:
            return api.read_answer(response.body, part)
        except api.Refused as error:
            raise Unreadable(f"LegiScan refused: {error}") from error

    def parse_list(self, response: Response, session: api.Session) -> Iterator[Any]:
        try:
            bills, bad = api.read_master_list(api.read_answer(response.body, "masterlist"))
        except api.Refused as error:
            if str(error) != api.EMPTY_SESSION:
                raise Unreadable(f"LegiScan refused: {error}") from error
            bills, bad = {}, []  # a session that is open and has no bills yet
        keys = [_key(session, number) for number, _ in bills.values()]
        for place, row in enumerate(bad):
            yield self.bad_row(response.url, place, row, ValueError("no bill_id, number or change_hash"))
        have = stored_state.stamps(self.corpus, source=self.name, session=session.name)
        # A row that cannot be read may be that of any stored bill of the session: then none is gone.
        here = [key for key in have if key.startswith(f"{session.jurisdiction}-")] if bad else []
        ids = tuple(dict.fromkeys([*keys, *here]))
        yield Listing(
            source=self.name, jurisdiction=session.jurisdiction, session=session.name, part="", document_ids=ids
        )
        lacking = [
            (key, (bill_id, stamp))
            for bill_id, (number, stamp) in bills.items()
            if have.get(key := _key(session, number)) != stamp
        ]
        wanted = dict(self.take(lacking))
        new = {key: row for key, row in wanted.items() if key not in have}
        if len(new) > max(BULK_LEAST, BULK_SHARE * len(bills)):
            query = {"state": session.jurisdiction.removeprefix("us-").upper()}
            yield self.ask_bulk("getDatasetList", self.parse_datasets, query, session=session, wanted=new)
            wanted = {key: row for key, row in wanted.items() if key not in new}
        yield from self.one_by_one(wanted)

    def one_by_one(self, wanted: Wanted) -> Iterator[scrapy.Request]:
        for key, (bill_id, _) in wanted.items():
            yield self.call("getBill", self.parse_bill, query={"id": bill_id}, document_id=key, priority=2)

    def ask_bulk(self, operation: str, callback: Any, query: Any, **cb_kwargs: Any) -> scrapy.Request:
        """A request that the bills of `cb_kwargs` can do without: where it fails, they are requested one by one."""
        meta = {"download_maxsize": BULK_MAXSIZE, "download_timeout": 900}
        request = self.call(operation, callback, query=query, cb_kwargs=cb_kwargs, meta=meta, priority=1)
        return request.replace(errback=self.bulk_failed)

    async def bulk_failed(self, failure: Failure) -> AsyncIterator[scrapy.Request]:
        self.logger.warning("no dataset (%s): its bills are requested one by one", failure.getErrorMessage())
        for request in self.one_by_one(failure.request.cb_kwargs["wanted"]):  # type: ignore[attr-defined]
            yield request

    def read_bulk(self, response: Response, read: Callable[[], T]) -> T | None:
        """What is read of an answer on the way to a dataset; None where it cannot be read on the last try either."""
        try:
            return read()
        except Unreadable as error:
            if not self.last_try(response):
                raise
            self.logger.warning("no dataset (%s): its bills are requested one by one", error)
            return None

    def parse_datasets(self, response: Response, session: api.Session, wanted: Wanted) -> Iterator[scrapy.Request]:
        read = lambda: legiscan_dataset.access_key(self.read(response, "datasetlist"), session.id)  # noqa: E731
        if access_key := self.read_bulk(response, read):
            query = {"id": session.id, "access_key": access_key}
            yield self.ask_bulk("getDataset", self.parse_dataset, query, wanted=wanted)
        else:
            yield from self.one_by_one(wanted)

    def parse_dataset(self, response: Response, wanted: Wanted) -> Iterator[Any]:
        """The bills that are wanted, then a request for each that is not there or has changed since.

        Of these the dataset's older state is stored first: the day's requests may not last for all that changed.
        """
        archive = self.read_bulk(response, lambda: legiscan_dataset.archive_of(self.read(response, "dataset")))
        singly = dict(wanted)
        for row in legiscan_dataset.bills(archive) if archive else ():
            self.audit("bill", row)
            try:
                bill = api.parse_bill(row)
            except BadRecord:
                continue  # requested by itself, and kept if it cannot be read then either
            if bill.id in singly:
                yield bill
                if bill.stamp == singly[bill.id][1]:
                    del singly[bill.id]
        yield from self.one_by_one(singly)

    def parse_bill(self, response: Response) -> Iterator[Any]:
        row = self.read(response, "bill")
        if not isinstance(row, dict):
            raise Unreadable("the bill is no record")
        self.audit("bill", row)
        try:
            yield api.parse_bill(row)
        except BadRecord as error:
            key = response.meta["document_id"]
            url = f"{api.HOST}/?op=getBill&id={row.get('bill_id')}"
            yield Reject(source=self.name, url=url, reason=str(error), body=response.body, document_id=key)


def _key(session: api.Session, number: str) -> str:
    return document_id(session.jurisdiction, session.name, api.bill_number(session.jurisdiction, number))
