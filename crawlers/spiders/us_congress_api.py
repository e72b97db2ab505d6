"""What BILLSTATUS lacks or brings late, from api.congress.gov (v3): bills as they change, meetings, hearings, amendments.

First the proceedings that changed, then the list of bills. A bill that BILLSTATUS already tells as new costs no request:
that the API knows it is noted. Any other bill, and each that a proceeding has just named, is asked for with all its parts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.completeness.completeness import is_short, lacks_much
from crawlers.composite_spider import GatheringSpider, Work
from crawlers.download.httpcache import ASK_AFRESH
from crawlers.download.middlewares import reject
from crawlers.items import BadRecord, Document, Listing, Reject, Unreadable
from crawlers.parsers import congress_gov as cg
from crawlers.parsers.json_reader import is_total, read_object
from crawlers.status.federal import congresses_of
from crawlers.storage import stored_state
from crawlers.storage.attachments import Proceeding, stored_proceedings

PAGE = 250  # the most that the API gives at once
OVERLAP = 10  # rows of the page before that each page shows again: a bill that changes meanwhile pulls others forward
TRIES = 3  # how often the list is read from its first page when its pages do not add up
LOOK_BACK = 30  # days of proceedings that a first run asks for
#: Lists of proceedings: path, name of the list, name of a record, its reader.
PROCEEDINGS: tuple[tuple[str, str, str, Callable[..., Proceeding]], ...] = (
    ("committee-meeting", "committeeMeetings", "committeeMeeting", cg.parse_meeting),
    ("hearing", "hearings", "hearing", cg.parse_hearing),
    ("amendment", "amendments", "amendment", cg.parse_amendment),
)


class UsCongressApiSpider(GatheringSpider):
    """`congress`: a number; without it the one that sits, and the one before in its first months.

    `since` and `until`: days of change.
    """

    name = "us_congress_api"

    def __init__(self, today: str, congress: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.congresses = [congress] if congress else [str(number) for number in congresses_of(today)]
        self.proceedings: dict[str, Proceeding] = {}
        self.news: list[Proceeding] = []  # those that are new or have changed
        self.outstanding = 0  # requests for proceedings that have not been answered

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return session in self.congresses

    def headers(self) -> dict[str, str]:
        return {"X-Api-Key": self.key()}

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    async def start(self) -> AsyncIterator[scrapy.Request]:
        requests = [each for congress in self.congresses for each in self.proceedings_of(congress)]
        for request in requests:
            yield request

    def proceedings_of(self, congress: str) -> Iterator[scrapy.Request]:
        """The lists of a Congress's proceedings since the newest that is stored."""
        stored = stored_proceedings(self.corpus, source=self.name, session=congress)
        self.proceedings |= stored
        newest = max((each.stamp for each in stored.values()), default="")[:10]
        first = date.fromisoformat(self.since or newest or self.today) - timedelta(days=1 if newest else LOOK_BACK)
        for path, name, record, parse in PROCEEDINGS:
            query = {"fromDateTime": f"{first}T00:00:00Z", "limit": PAGE, "offset": 0, "format": "json"}
            url = f"{cg.API}/{path}/{congress}?{urlencode(query)}"
            reader = partial(parse, congress=congress)
            yield self.ask_proceeding(url, partial(self.parse_proceedings, name=name, record=record, parse=reader))

    # ----------------------------------------------------------------- proceedings

    def ask_proceeding(self, url: str, callback: Any, key: str | None = None) -> scrapy.Request:
        self.outstanding += 1
        meta = {"handle_httpstatus_list": [404], "dont_cache": True}
        request = self.ask(
            url, partial(self.answered, callback=callback), document_id=key, headers=self.headers(), meta=meta
        )
        return request.replace(errback=self.proceeding_failed)

    def answered(self, response: Response, callback: Any) -> Iterator[Any]:
        """One answer less to wait for; after the last one come the bills. What cannot be read on any try is a reject."""
        try:
            found = list(callback(response)) if response.status == 200 else list(self.not_there(response))
        except (Unreadable, BadRecord) as error:
            if not self.last_try(response):
                raise Unreadable(str(error)) from error  # asked for again (crawlers.download.middlewares)
            found = [reject(self.name, response, str(error))]
        self.outstanding -= 1
        yield from found
        yield from self.bills_if_ready()

    def not_there(self, response: Response) -> Iterator[Reject]:
        """A record that is not there was withdrawn since its list was made; a list that is not there has moved."""
        path, _, query = response.url.partition("?")
        if path.removeprefix(cg.API).count("/") > 2:
            return
        if "offset=0" not in query.split("&"):
            yield reject(self.name, response, f"{path}: the next page of the list is not there")
        elif not self.settings.get("INFOPOLICY_MIRROR"):  # a mirror may have recorded none
            self.notes.append(f"{path} is not there: what it lists was not read")

    async def proceeding_failed(self, failure: Failure) -> AsyncIterator[Any]:
        self.outstanding -= 1
        for each in [*self.rejects(failure), *self.bills_if_ready()]:
            yield each

    def bills_if_ready(self) -> Iterator[scrapy.Request]:
        if self.outstanding == 0:
            yield from (self.ask_page(congress, 0, {}, 1) for congress in self.congresses)

    def parse_proceedings(
        self, response: Response, name: str, record: str, parse: Any, before: int = 0
    ) -> Iterator[Any]:
        """One page of a list; `before` are the records of the pages before it."""
        total, rows = cg.read_rows(response.body, name)
        following, came = read_object(response.body)["pagination"].get("next"), before + len(rows)
        more = bool(rows) and isinstance(following, str) and following.startswith(f"{cg.API}/")
        if not more and lacks_much(total, came):
            raise Unreadable(f"{total} {name} announced, {came} came")
        have = {(each.id, each.stamp) for each in self.proceedings.values()}
        for row in rows:
            url, stamp = row.get("url"), str(row.get("updateDate"))
            key = cg.proceeding_id(row)
            if isinstance(url, str) and url.startswith(f"{cg.API}/") and (key, stamp) not in have:
                reader = partial(self.parse_proceeding, name=record, parse=parse, stamp=stamp)
                yield self.ask_proceeding(url, reader, key)
        if more:
            again = partial(self.parse_proceedings, name=name, record=record, parse=parse, before=came)
            yield self.ask_proceeding(following, again)

    def parse_proceeding(self, response: Response, name: str, parse: Any, stamp: str) -> Iterator[Proceeding]:
        record = read_object(response.body).get(name)
        if not isinstance(record, dict):
            raise Unreadable(f"no {name} in the answer")
        found: Proceeding = parse(record, stamp=stamp, url=response.url)
        self.proceedings[found.id] = found
        self.news.append(found)
        yield found

    # ----------------------------------------------------------------- bills

    def ask_page(self, congress: str, offset: int, rows: dict[str, cg.Record], attempt: int) -> scrapy.Request:
        query = {"format": "json", "limit": PAGE, "offset": offset, "sort": "updateDate+asc"}
        url = f"{cg.API}/bill/{congress}?{urlencode(query, safe='+')}"
        meta = {ASK_AFRESH: True} if attempt > 1 else {}
        return self.ask(
            url,
            self.parse_page,
            headers=self.headers(),
            meta=meta,
            cb_kwargs={"congress": congress, "offset": offset, "rows": rows, "attempt": attempt},
        )

    def parse_page(
        self, response: Response, congress: str, offset: int, rows: dict[str, cg.Record], attempt: int
    ) -> Iterator[Any]:
        total, found = cg.read_rows(response.body, "bills")
        rows = dict(rows)
        for place, row in enumerate(found, offset):
            try:
                rows[cg.key_of(row)] = row
            except BadRecord as error:
                yield self.bad_row(response.url, place, row, error)
        if not found and offset < total and not self.last_try(response):
            raise Unreadable(f"the page at {offset} of {total} bills is empty")
        if found and offset + len(found) < total:
            following = offset + len(found) - (OVERLAP if len(found) == PAGE else 0)
            yield self.ask_page(congress, following, rows, attempt)
        elif len(rows) == total and (rows or not self.stamps(congress)):  # in its first days a Congress has no bills
            yield from self.bills(congress, rows)
        elif attempt < TRIES:
            # bills that changed while the pages were read moved to the end, and all behind them forward
            yield self.ask_page(congress, 0, rows, attempt + 1)
        elif self.came_short(f"the bills of Congress {congress}", total, len(rows)):
            yield from self.bills(congress, rows, keep=True)
        else:
            yield reject(self.name, response, f"{total} bills announced, {len(rows)} different ones came")

    def stamps(self, congress: str, source: str | None = None) -> dict[str, str | None]:
        return stored_state.stamps(self.corpus, source=source or self.name, session=congress)

    def bills(self, congress: str, rows: dict[str, cg.Record], keep: bool = False) -> Iterator[Any]:
        """The bills that changed; with `keep` what is stored and was not listed counts as listed."""
        own = self.stamps(congress)
        ids = tuple(dict.fromkeys([*rows, *(own if keep else ())]))
        yield Listing(source=self.name, jurisdiction=cg.JURISDICTION, session=congress, part="", document_ids=ids)
        billstatus = self.stamps(congress, "us_bills")
        named = self.named()
        stamped = [(key, row, cg.stamp_of(row)) for key, row in rows.items()]
        lacking = [
            each for each in stamped if (own.get(each[0]) != each[2] or each[0] in named) and self.in_days(each[2])
        ]
        for key, row, stamp in self.take(lacking):
            if (billstatus.get(key) or "") >= stamp and key not in named:
                yield self.noted(key, row)
            else:
                detail = f"{cg.address(row)}?format=json"
                waiting = [("bill", detail)]
                yield from self.gather(Work(key=key, record=row, stamp=stamp, waiting=waiting, known=key in own))

    def noted(self, key: str, row: cg.Record) -> Document | Reject:
        """That the API knows a bill; a row that cannot be a bill is a reject, the others of its list are not its fault."""
        try:
            return cg.listed_bill(row)
        except BadRecord as error:
            return Reject(source=self.name, url=cg.address(row), reason=str(error), document_id=key)

    def named(self) -> set[str]:
        """The bills that a new proceeding names, or the meeting does whose transcript is new."""
        found: set[str] = set()
        for each in self.news:
            meeting = self.proceedings.get(each.meeting_id or "")
            found.update(each.document_ids, meeting.document_ids if meeting else ())
        return found

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        if name == "bill":
            detail = read_object(body).get("bill")
            if not isinstance(detail, dict) or not cg.is_bill(detail, work.key):
                raise Unreadable(f"asked for {work.key}, got another record")
            self.audit("bill", detail)
            work.waiting += [
                (part, self.part_address(work, part, 0))
                for part, field in cg.PARTS.items()
                if isinstance(detail.get(field), dict) and detail[field].get("count")
            ]
            return detail
        total, rows = cg.read_rows(body, cg.PARTS[name])
        have = (work.got.get(name) or []) + rows
        if not total and name != "subjects":  # a policy area counts as a subject and is none of their list
            total = self.announced(work, name)
        if not rows and len(have) < total:
            words = f"{work.key}: a page of {name} is empty, {len(have)} of {total} came"
            if is_short(total, len(have)) or not work.last_try:
                raise Unreadable(words)
            self.logger.warning("%s: taken as it is, the service miscounts some lists for good", words)
        elif len(have) < total:
            work.waiting.insert(0, (name, self.part_address(work, name, len(have))))
        return have

    @staticmethod
    def announced(work: Work, name: str) -> int:
        """How many rows of a part the bill's own record names; only those that have some are asked for."""
        said = (work.got.get("bill") or {}).get(cg.PARTS[name])
        return said["count"] if isinstance(said, dict) and is_total(said.get("count")) else 0

    def absent(self, work: Work, name: str) -> None:
        if name != "bill":
            raise Unreadable(f"{work.key}: its {self.announced(work, name)} {name} are not there")

    def part_address(self, work: Work, part: str, offset: int) -> str:
        query = urlencode({"format": "json", "limit": PAGE, "offset": offset})
        return f"{cg.address(work.record)}/{part}?{query}"

    def document(self, work: Work) -> Document:
        detail, stamp = work.got.get("bill"), work.stamp if work.whole else None
        if detail is None and work.known:
            raise BadRecord(f"{work.key}: its record is not there: what is stored stays as it is")
        if detail is None:
            return cg.listed_bill(work.record)
        parts = {name: rows or [] for name, rows in work.got.items() if name in cg.PARTS}
        return cg.parse_bill(
            detail, parts, proceedings=self.proceedings.values(), source_url=cg.address(work.record), stamp=stamp
        )
