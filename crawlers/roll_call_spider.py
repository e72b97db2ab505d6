"""What the spiders of the two chambers of Congress share: a list of a year's roll calls, then those that are lacking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.items import BadRecord, ExpectedCount, Listing, Unreadable
from crawlers.people import RollCall
from crawlers.spider import SourceSpider
from crawlers.status.federal import congresses_of
from crawlers.storage.person_state import stored_roll_calls

#: Chambers put right what they published within days: so long a roll call is asked for again at every run.
SETTLED = timedelta(days=4)


class RollCallSpider(SourceSpider, ABC):
    """`congress`: its number; without it the one that sits, and the one before in its first months. `since` and `until` bound
    the years that are asked for."""

    def __init__(self, today: str, congress: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.congresses = (int(congress),) if congress else congresses_of(today)
        self.partial = self.partial or bool(congress)
        both = [year for number in self.congresses for year in (1787 + 2 * number, 1788 + 2 * number)]
        years = [year for year in both if year <= date.fromisoformat(today).year]
        self.expected: dict[int, set[str]] = {}  # year -> what should be stored of it when the run ends
        self.there: dict[int, set[str]] = {}  # year -> what is
        self.years = [year for year in years if self.since[:4] <= str(year) <= self.until[:4]]

    @abstractmethod
    def list_address(self, year: int) -> str:
        """Where the newest roll calls of a year are listed."""

    @abstractmethod
    def read_list(self, body: bytes, year: int) -> list[int]:
        """The numbers of a year's roll calls."""

    @abstractmethod
    def address(self, year: int, number: int) -> str:
        """Where a roll call is."""

    @abstractmethod
    def roll_call_id(self, year: int, number: int) -> str:
        """The key of a roll call."""

    @abstractmethod
    def read(self, body: bytes, year: int, number: int) -> RollCall:
        """A roll call as it came."""

    @abstractmethod
    def fields(self, body: bytes) -> list[str]:
        """The names of what a roll call's record holds."""

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return session in map(str, self.congresses)

    @staticmethod
    def congress_of_year(year: int) -> int:
        """The Congress whose roll calls a year numbers; those of its last days, in January, go on with the year before."""
        return (year - 1787) // 2

    @cached_property
    def stored(self) -> dict[str, str]:
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        found: dict[str, str] = {}
        for congress in self.congresses:
            found |= stored_roll_calls(corpus, source=self.name, session=str(congress))
        return found

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for year in self.years:
            yield self.ask_list(year)

    def ask_list(self, year: int) -> scrapy.Request:
        return self.ask(
            self.list_address(year), self.parse_list, meta={"handle_httpstatus_list": [404]}, cb_kwargs={"year": year}
        )

    def parse_list(self, response: Response, year: int) -> Iterator[Any]:
        """The list of a year."""
        numbers = self.numbers(response, year)
        lacking = [number for number in numbers if self.is_wanted(year, number)]
        asked = self.take(lacking)
        held_back = {self.roll_call_id(year, number) for number in lacking[len(asked) :]}
        listed = {self.roll_call_id(year, number) for number in numbers}
        before = self.stored_of(year)
        self.expected[year] = (listed if self.believe else listed | before) - held_back
        self.there[year] = listed & before
        yield Listing(source=self.name, document_ids=(), **self.place(year))
        yield self.tally(year)
        for number in asked:
            yield self.ask(
                self.address(year, number),
                self.parse_roll_call,
                document_id=self.roll_call_id(year, number),
                cb_kwargs={"year": year, "number": number},
            )

    def numbers(self, response: Response, year: int) -> list[int]:
        """What a list names; before the first roll call of a year there is none, or another page in its place."""
        if response.status == 404:
            return []
        try:
            return self.read_list(response.body, year)
        except Unreadable as error:
            if self.today >= f"{year}-02" or self.stored_of(year) or not self.last_try(response):
                raise
            self.notes.append(f"roll calls of {year}: {error}; the year may have none yet, the next run asks again")
            return []

    def stored_of(self, year: int) -> set[str]:
        """The stored roll calls that are numbered in a year, such as us-senate-119-2-00031 in 2026."""
        numbered = {key: key.split("-")[2:4] for key in self.stored}
        return {key for key, (congress, session) in numbered.items() if 1786 + 2 * int(congress) + int(session) == year}

    def place(self, year: int) -> dict[str, Any]:
        return {"jurisdiction": "us", "session": str(self.congress_of_year(year)), "part": str(year)}

    def tally(self, year: int) -> ExpectedCount:
        """What is there so far of a year: all that is listed now or was stored before should be."""
        expected, there = self.expected[year], self.there[year]
        return ExpectedCount(
            expected=len(expected), received=len(expected & there), what="roll calls", **self.place(year)
        )

    def is_wanted(self, year: int, number: int) -> bool:
        """Whether a roll call is not stored yet, or so new that it may still be put right."""
        held_on = self.stored.get(self.roll_call_id(year, number))
        return held_on is None or self.believe or held_on >= (date.fromisoformat(self.today) - SETTLED).isoformat()

    def parse_roll_call(self, response: Response, year: int, number: int) -> Iterator[RollCall | ExpectedCount]:
        try:
            yield self.read(response.body, year, number)
        except BadRecord as error:
            raise Unreadable(str(error)) from error
        self.audit("roll_call", self.fields(response.body))
        self.there[year].add(self.roll_call_id(year, number))
        yield self.tally(year)
