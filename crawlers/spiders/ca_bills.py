"""Bills of the Parliament of Canada, from LEGISinfo: one XML file a session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.items import BadRecord, Listing, Reject, Unreadable, document_id
from crawlers.parsers import legisinfo as li
from crawlers.parsers import xmltree
from crawlers.spider import SourceSpider
from crawlers.storage import stored_state

LIST = f"{li.HOST}/legisinfo/en/bills/xml"
MAXSIZE = 256 * 1024 * 1024


class CaBillsSpider(SourceSpider):
    """`sessions`: "44-1,45-1"; without it the present session, and each ended one of legisinfo.yml until it has come whole."""

    name = "ca_bills"

    def __init__(self, today: str, sessions: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.sessions = sessions.split(",") if sessions else None
        self.listed: set[str] = set()

    async def start(self) -> AsyncIterator[scrapy.Request]:
        # the present session is what the list holds when no session is named: it need not be known here
        wanted: list[str | None] = [*self.sessions] if self.sessions else [None, *self.ended()]
        for session in wanted:
            query = f"?parlsession={session}" if session else ""
            meta = {"download_maxsize": MAXSIZE, "download_timeout": 600}
            yield self.ask(LIST + query, self.parse_list, meta=meta, cb_kwargs={"session": session})

    def should_list(self, jurisdiction: str, session: str) -> bool:
        """An ended session that came whole is not asked for again; but the list of the present one must not fall behind."""
        return not self.sessions and session > max(self.listed, default="")

    def ended(self) -> list[str]:
        """The ended sessions that are still to be had: once whole, they change no more."""
        whole = stored_state.whole_sessions(Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name)
        return [session for session in li.ended_sessions() if session not in whole]

    def parse_list(self, response: Response, session: str | None) -> Iterator[Any]:
        bills = xmltree.parse(response.body, root="Bills").findall("Bill")
        try:
            rows = {document_id(li.JURISDICTION, li.session_of(bill), li.number_of(bill)): bill for bill in bills}
            found = {li.session_of(bill) for bill in bills}
        except BadRecord as error:
            raise Unreadable(str(error)) from error
        if not rows or len(rows) != len(bills) or len(found) != 1 or session not in (None, *found):
            raise Unreadable(
                f"session {session or 'now'}: {len(bills)} bills, {len(rows)} different ones, of the sessions {sorted(found)}"
            )
        [session] = found
        self.listed.add(session)
        for bill in bills:
            self.audit("bill", (str(field.tag) for field in bill))
        yield Listing(
            source=self.name, jurisdiction=li.JURISDICTION, session=session, part="", document_ids=tuple(rows)
        )
        have = stored_state.stamps(Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name, session=session)
        stamped = ((key, bill, li.stamp_of(bill)) for key, bill in rows.items())
        for key, bill, stamp in self.take([row for row in stamped if have.get(row[0]) != row[2]]):
            try:
                yield li.parse_bill(bill, source_url=response.url, stamp=stamp)
            except BadRecord as error:
                yield Reject(source=self.name, url=response.url, reason=str(error), document_id=key)
