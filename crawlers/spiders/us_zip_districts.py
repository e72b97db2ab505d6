"""Which congressional districts each ZIP code lies in: one table, asked with validators, taken whole or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.completeness.completeness import lacks_much
from crawlers.items import ExpectedCount, Listing
from crawlers.parsers import zip_districts
from crawlers.people import ZipDistricts
from crawlers.spider import SourceSpider
from crawlers.storage.person_state import zip_areas

SESSION = "zip"
#: The 119th Congress has 33,774 areas: a table that lacks many of these is cut off, also the first that comes.
LEAST_AREAS = 30_000


class UsZipDistrictsSpider(SourceSpider):
    """The table of ZIP code areas."""

    name = "us_zip_districts"

    async def start(self) -> AsyncIterator[scrapy.Request]:
        yield self.ask(zip_districts.ADDRESS, self.parse_table)

    def parse_table(self, response: Response) -> Iterator[Any]:
        """The table, unless it has far fewer areas than the one before it: then that one stays."""
        rows = zip_districts.read_rows(response.body)
        self.audit("area", (name for name in rows[0] if name))
        found = zip_districts.parse(rows)
        areas = len({area for area, _, _ in found})
        stored = zip_areas(Path(self.settings["INFOPOLICY_CORPUS"]))
        expected = areas if self.believe else max(stored, areas, LEAST_AREAS)
        place: dict[str, Any] = {"jurisdiction": "us", "session": SESSION}
        yield Listing(source=self.name, part="", document_ids=(), **place)
        yield ExpectedCount(expected=expected, received=areas, what="ZIP code areas", **place)
        if not lacks_much(expected, areas):
            yield ZipDistricts(source=self.name, rows=frozenset(found))
