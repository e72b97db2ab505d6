"""Members of Congress, their terms, offices and committees, from congress-legislators.

Five files, always read together: a member is in one, the district offices and the seats on committees in others. All of them
are asked with validators, so that a day without news costs five answers of 304.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.completeness.completeness import lacks_much
from crawlers.items import BadRecord, ExpectedCount, Listing
from crawlers.parsers import congress_legislators as cl
from crawlers.parsers.json_reader import read_objects
from crawlers.people import Person, Roster
from crawlers.spider import SourceSpider
from crawlers.storage.person_state import current_people

FILES = (
    "legislators-current",
    "legislators-historical",
    "legislators-district-offices",
    "committees-current",
    "committee-membership-current",
)
SESSION = "members"
#: Members who left before this day are left out: no record of their bills and votes is collected.
LEFT_SINCE = "2013-01-03"


class UsPeopleSpider(SourceSpider):
    """All members who hold office, and those who left since 2013."""

    name = "us_people"

    def __init__(self, today: str, **kwargs: Any):
        super().__init__(today, **kwargs)
        self.came: dict[str, bytes] = {}

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for name in FILES:
            yield self.ask(f"{cl.HOST}/{name}.json", self.parse_file, cb_kwargs={"name": name})

    def parse_file(self, response: Response, name: str) -> Iterator[Any]:
        """Keep a file that can be read, and go on once all are there."""
        cl.read_members(response.body) if name == FILES[4] else read_objects(response.body)
        self.came[name] = response.body
        if len(self.came) == len(FILES):
            yield from self.records()

    def records(self) -> Iterator[Any]:
        current, past, offices, committees = (read_objects(self.came[name]) for name in FILES[:4])
        members = cl.read_members(self.came[FILES[4]])
        stored = current_people(
            Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name, jurisdiction=cl.JURISDICTION
        )
        place: dict[str, Any] = {"jurisdiction": cl.JURISDICTION, "session": SESSION}
        yield Listing(source=self.name, part="", document_ids=(), **place)
        expected = len(current) if self.believe else max(len(stored), len(current))
        listed = []
        for person in self.people(current, past, offices):
            yield person
            if isinstance(person, Person) and person.is_current:
                listed.append(person.id)
        codes = []
        for place_in, row in enumerate(committees):
            try:
                for committee in cl.parse_committees(row, members):
                    codes.append(committee.id)
                    yield committee
            except BadRecord as error:
                yield self.bad_row(f"{cl.HOST}/{FILES[3]}.json", place_in, row, error)
        yield ExpectedCount(expected=expected, received=len(listed), what="members of Congress", **place)
        if not lacks_much(expected, len(listed)):
            yield Roster(source=self.name, jurisdiction=cl.JURISDICTION, people=tuple(listed), committees=tuple(codes))

    def people(self, current: list[cl.Record], past: list[cl.Record], offices: list[cl.Record]) -> Iterator[Any]:
        """Who sits, then who has left; a record that cannot be read is a reject of its own."""
        rooms = {str((each.get("id") or {}).get("bioguide")): each.get("offices") or () for each in offices}
        recent = [row for row in past if cl.ended_on(row) >= LEFT_SINCE]
        for name, rows in ((FILES[0], current), (FILES[1], recent)):
            url = f"{cl.HOST}/{name}.json"
            for place, row in enumerate(rows):
                self.audit("member", row)
                try:
                    found = rooms.get(cl.key_of(row), ())
                    yield cl.parse_person(row, is_current=name == FILES[0], offices=found, source_url=url)
                except BadRecord as error:
                    yield self.bad_row(url, place, row, error)
