"""Bills of the Parliament of Canada, from LEGISinfo: one list a session, then the page of each bill that has changed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.items import BadRecord, Document, Listing, Reject, Unreadable, document_id
from crawlers.parsers import legisinfo as li
from crawlers.storage import stored_state

LIST = f"{li.HOST}/legisinfo/en/bills/json"


class CaBillsSpider(GatheringSpider):
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
            yield self.ask(LIST + query, self.parse_list, cb_kwargs={"session": session})

    def should_list(self, jurisdiction: str, session: str) -> bool:
        """An ended session that came whole is not asked for again; but the list of the present one must not fall behind."""
        return not self.sessions and session > max(self.listed, default="")

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    def ended(self) -> list[str]:
        """The ended sessions that are still to be had: once whole, they change no more."""
        whole = stored_state.whole_sessions(self.corpus, source=self.name)
        return [session for session in li.ended_sessions() if session not in whole]

    def holds_the_present_session(self) -> bool:
        """Whether a bill is stored of a session that has not ended: then an empty list is an error."""
        held = stored_state.rows(self.corpus, "select distinct session from documents where source = ?", [self.name])
        return not {session for (session,) in held} <= set(li.ended_sessions())

    def still_held(self) -> Iterator[Listing]:
        """The ended sessions that came whole: they were not asked for, and nothing in them is gone."""
        for session in set(li.ended_sessions()) - set(self.ended()):
            self.listed.add(session)
            have = stored_state.stamps(self.corpus, source=self.name, session=session)
            yield Listing(
                source=self.name, jurisdiction=li.JURISDICTION, session=session, part="", document_ids=tuple(have)
            )

    def parse_list(self, response: Response, session: str | None) -> Iterator[Any]:
        if session is None and li.is_empty(response.body) and not self.holds_the_present_session():
            self.logger.warning(
                "the list of the present session is empty, as between two parliaments: nothing of it is stored"
            )
            yield from self.still_held()
            return
        rows, bad = self.rows(li.read_list(response.body), response.url)
        found = {li.session_of(bill) for bill, _ in rows.values()}
        if len(found) != 1 or session not in (None, *found):
            raise Unreadable(f"session {session or 'now'}: {len(rows)} bills, of the sessions {sorted(found)}")
        yield from bad
        [session] = found
        self.listed.add(session)
        have = stored_state.stamps(self.corpus, source=self.name, session=session)
        # A row that cannot be read may be that of any stored bill: then none is gone.
        ids = tuple(dict.fromkeys([*rows, *(have if bad else ())]))
        yield Listing(source=self.name, jurisdiction=li.JURISDICTION, session=session, part="", document_ids=ids)
        stamped = [(key, bill, li.stamp_of(row, self.today)) for key, (bill, row) in rows.items()]
        for key, bill, stamp in self.take([row for row in stamped if have.get(row[0]) != row[2]]):
            page = li.page_address(session, li.number_of(bill))
            record = {"bill": bill, "session": session}
            work = Work(key=key, record=record, stamp=stamp, waiting=[("page", page)], known=key in have)
            yield from self.gather(work)

    def rows(self, found: list[li.Record], url: str) -> tuple[dict[str, tuple[Any, li.Record]], list[Reject]]:
        """The rows of a list by document id, as a bill and as they came, and a reject for each that has no number."""
        rows: dict[str, tuple[Any, li.Record]] = {}
        bad = []
        for number, row in enumerate(found):
            self.audit("row", row)
            bill = li.listed(row)
            try:
                key = document_id(li.JURISDICTION, li.session_of(bill), li.number_of(bill))
            except BadRecord as error:
                bad.append(self.bad_row(url, number, row, error))
                continue
            if key in rows:
                raise Unreadable(f"{key} is listed twice")
            rows[key] = bill, row
        return rows, bad

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        page = li.read_page(body, work.record["session"], li.number_of(work.record["bill"]))
        self.audit("bill", (str(field.tag) for field in page))
        return page

    def document(self, work: Work) -> Document:
        page, source_url = work.got.get("page"), self.address_of(work)
        if page is None and work.known:
            raise BadRecord("its page cannot be had: what is stored stays as it is")
        # Without its page a bill is told as the list has it, and asked for again at the next run.
        stamp = work.stamp if page is not None else None
        return li.parse_bill(work.record["bill"] if page is None else page, source_url=source_url, stamp=stamp)

    def address_of(self, work: Work) -> str:
        return li.page_address(work.record["session"], li.number_of(work.record["bill"]))
