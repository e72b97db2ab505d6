"""Rules, proposed rules, notices and presidential documents, from the Federal Register's API (v1).

The API tells at most 10,000 results of a search and then begins again at page 1 without a word. So no second page is
ever asked for: a month is one request, and a month that holds more than one answer can is asked for in halves, down to
single days. An answer counts only when it holds as many documents as it says, each once, all of the days asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.items import BadRecord, Listing, Regulation, Reject, Unreadable, document_id
from crawlers.parsers import federal_register as fr
from crawlers.parsers.json_reader import is_total, read_object
from crawlers.storage import stored_state

API = f"{fr.HOST}/api/v1/documents.json"
PER_PAGE = 2000  # the most the API gives at once; it answers a larger wish with 20
Record = dict[str, Any]


class UsFederalRegisterSpider(GatheringSpider):
    """`since` and `until` are days of publication; without them: the month a year ago and all that has come since."""

    name = "us_federal_register"
    kept: ClassVar = {"text": ("text",)}

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.first_on = self.since or f"{int(today[:4]) - 1}-{today[5:7]}-01"
        # Whole months, though the last is not over: its address, and with it what is cached, stays the same all month.
        self.last_on = self.until if self.until != "9999" else month_end(max(today, self.first_on))

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for days in months(self.first_on, self.last_on):
            yield self.ask_days(*days)

    def ask_days(self, first_on: str, last_on: str) -> scrapy.Request:
        days = {"first_on": first_on, "last_on": last_on}
        return self.ask(listing_url(first_on, last_on), self.parse_listing, cb_kwargs=days)

    @property
    def corpus(self) -> Path:
        return Path(self.settings["INFOPOLICY_CORPUS"])

    @cached_property
    def have(self) -> dict[str, str | None]:
        """The stamps of what is stored, as it was when the crawl began."""
        return stored_state.stamps(self.corpus, source=self.name, session=fr.SESSION)

    @cached_property
    def days(self) -> set[str]:
        """The days of publication of what is stored."""
        return stored_state.days(self.corpus, source=self.name, session=fr.SESSION)

    def parse_listing(self, response: Response, first_on: str, last_on: str) -> Iterator[Any]:
        count, records = read_listing(response.body)
        if count > len(records) and first_on < last_on:
            yield from (self.ask_days(*days) for days in halves(first_on, last_on))
            return
        rows, bad = self.rows(records, response.url)
        where = first_on if first_on == last_on else f"{first_on} to {last_on}"
        check_days(rows.values(), first_on, last_on)
        short = len(rows) + len(bad) != count or len(records) != count
        if short and not (self.last_try(response) and self.came_short(where, count, len(rows))):
            raise Unreadable(f"{where}: {count} documents announced, {len(records)} came, {len(rows)} different ones")
        if not records and any(first_on <= day <= last_on for day in self.days):
            raise Unreadable(f"{first_on} to {last_on}: nothing is listed where documents are stored")
        if not records and self.must_hold(first_on, last_on):
            raise Unreadable(f"{first_on} to {last_on}: nothing is listed of days that are over")
        yield from bad
        # What a row without a number, or one that did not come, is about is not gone.
        kept = stored_state.ids(self.corpus, self.name, fr.SESSION, first_on, last_on) if bad or short else ()
        yield Listing(
            source=self.name,
            jurisdiction="us",
            session=fr.SESSION,
            part="",
            document_ids=tuple(dict.fromkeys([*rows, *kept])),
            first_on=first_on,
            last_on=last_on,
        )
        for record in records:
            self.audit("document", record)
        stamped = ((key, record, fr.stamp_of(record)) for key, record in rows.items())
        for key, record, stamp in self.take([row for row in stamped if self.have.get(row[0]) != row[2]]):
            text = self.text_of(record)
            yield from self.gather(Work(key=key, record=record, stamp=stamp, waiting=text, known=key in self.have))

    def rows(self, records: list[Record], url: str) -> tuple[dict[str, Record], list[Reject]]:
        """The records of a listing by document id, and a reject for each that has no number."""
        rows, bad = {}, []
        for place, record in enumerate(records):
            try:
                rows[document_id("us", fr.SESSION, fr.number_of(record))] = record
            except BadRecord as error:
                bad.append(self.bad_row(url, place, record, error))
        return rows, bad

    def headers(self) -> dict[str, str]:
        """Only full texts are asked for as parts of a document: plain text, with a frame of HTML."""
        return {"Accept": "text/plain"}

    def text_of(self, record: Record) -> list[tuple[str, str]]:
        """The address of the full text, where it is wanted."""
        url = record.get("raw_text_url")
        if not fr.load_choice().wants_text(record) or not isinstance(url, str) or not url.startswith(f"{fr.HOST}/"):
            return []
        return [("text", url)]

    def read_part(self, work: Work, name: str, body: bytes) -> str | None:
        try:
            return fr.parse_text(body)
        except ValueError as error:
            raise Unreadable(str(error)) from error

    def document(self, work: Work) -> Regulation:
        text = work.got.get("text")
        if text is None and work.known and work.got:  # its text is there no more: the one that is stored stays
            found = stored_state.rows(self.corpus, "select text from documents where id = ?", [work.key])
            text = found[0]["text"] if found else None
        return fr.parse_regulation(work.record, text=text, stamp=work.stamp if work.whole else None)

    def address_of(self, work: Work) -> str:
        return f"{fr.HOST}/api/v1/documents/{work.record['document_number']}.json"


# --------------------------------------------------------------------- days


def month_end(day: str) -> str:
    """The last day of a day's month (ISO)."""
    first = date.fromisoformat(f"{day[:7]}-01")
    return ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat()


def months(first_on: str, last_on: str) -> Iterator[tuple[str, str]]:
    """The days from the first to the last as calendar months, cut at both ends: (first day, last day) each."""
    while first_on <= last_on:
        end = min(month_end(first_on), last_on)
        yield first_on, end
        first_on = (date.fromisoformat(end) + timedelta(days=1)).isoformat()


def halves(first_on: str, last_on: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two spans that together are the days from the first to a later last."""
    first, last = date.fromisoformat(first_on), date.fromisoformat(last_on)
    middle = first + (last - first) // 2
    return (first_on, middle.isoformat()), ((middle + timedelta(days=1)).isoformat(), last_on)


# --------------------------------------------------------------------- listings


def listing_url(first_on: str, last_on: str) -> str:
    """The address of everything published on these days and between them, with all the fields that are kept."""
    query = [
        ("conditions[publication_date][gte]", first_on),
        ("conditions[publication_date][lte]", last_on),
        ("order", "oldest"),
        ("per_page", str(PER_PAGE)),
        *(("fields[]", name) for name in fr.FIELDS),
    ]
    return f"{API}?{urlencode(query)}"


def read_listing(body: bytes) -> tuple[int, list[Record]]:
    """How many documents an answer says there are, and those it holds. No `results` at all means none.

    Raises:
        Unreadable: this is no listing.
    """
    page = read_object(body)
    count, records = page.get("count"), page.get("results", [])
    if not is_total(count) or not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise Unreadable("not a listing of documents: count or results has the wrong form")
    return count, records


def check_days(records: Iterable[Record], first_on: str, last_on: str) -> None:
    """Make sure that all documents of a listing are of the days asked for.

    Raises:
        Unreadable: they are not; it is asked for again, and in the end the run fails and says so.
    """
    strays = [each for each in records if not first_on <= str(each.get("publication_date")) <= last_on]
    if strays:
        raise Unreadable(
            f"{first_on} to {last_on}: {len(strays)} documents are of other days, {fr.number_of(strays[0])} is one"
        )
