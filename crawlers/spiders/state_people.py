"""State legislators, from Open States' tables: one file for each state, asked with validators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.completeness.completeness import lacks_much
from crawlers.items import BadRecord, ExpectedCount, Listing
from crawlers.parsers import openstates_people as op
from crawlers.parsers.states import postal_codes
from crawlers.people import Roster
from crawlers.spider import SourceSpider
from crawlers.storage.person_state import current_people

SESSION = "members"


class StatePeopleSpider(SourceSpider):
    """`states`: postal codes ("nv,wy") instead of all."""

    name = "state_people"

    def __init__(self, today: str, states: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        all_states = ",".join(name.removeprefix("us-") for name in self.source.jurisdictions)
        self.states = postal_codes(states or all_states, self.source)
        self.partial = self.partial or bool(states)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return jurisdiction.removeprefix("us-") in self.states

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for state in self.states:
            yield self.ask(f"{op.HOST}/{state}.csv", self.parse_table, cb_kwargs={"state": state})

    def parse_table(self, response: Response, state: str) -> Iterator[Any]:
        """All legislators of a state; a table that lacks many whom it had before takes nobody's office."""
        rows, jurisdiction = op.read_rows(response.body), f"us-{state}"
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        stored = current_people(corpus, source=self.name, jurisdiction=jurisdiction)
        expected = len(rows) if self.believe else max(len(stored), len(rows))
        place: dict[str, Any] = {"jurisdiction": jurisdiction, "session": SESSION}
        yield Listing(source=self.name, part="", document_ids=(), **place)
        listed = []
        for place_in, row in enumerate(rows):
            self.audit("legislator", row)
            try:
                person = op.parse_person(row, state, source_url=response.url)
            except BadRecord as error:
                yield self.bad_row(response.url, place_in, row, error)
                continue
            listed.append(person.id)
            yield person
        yield ExpectedCount(expected=expected, received=len(listed), what="legislators", **place)
        if not lacks_much(expected, len(listed)):
            yield Roster(source=self.name, jurisdiction=jurisdiction, people=tuple(listed))
