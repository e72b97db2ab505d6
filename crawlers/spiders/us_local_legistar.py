"""Matters of city councils, from Legistar's web API: any number of cities, see crawlers/parsers/cities.yml."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.items import BadRecord, Document, Listing, Reject, Unreadable
from crawlers.parsers import legistar as ls
from crawlers.storage import stored_state

PAGE = 1000  # the most that the API gives at once
#: The API tells no total. A list is at its end when it is empty twice, and the second time is asked for in other words.
LAST_LOOK = 999


class UsLocalLegistarSpider(GatheringSpider):
    """`cities`: clients of cities.yml with commas (all if not given); `since` and `until`: days of change."""

    name = "us_local_legistar"

    def __init__(self, today: str, cities: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        known_cities = ls.load_cities()
        if unknown := set(filter(None, (cities or "").split(","))) - set(known_cities):
            raise ValueError(
                f"{', '.join(sorted(unknown))}: not in {ls.CITIES.name}, which has {', '.join(known_cities)}"
            )
        self.cities = [known_cities[client] for client in (cities.split(",") if cities else known_cities)]
        self.rows: dict[str, dict[int, ls.Record]] = defaultdict(dict)
        self.bad: set[str] = set()  # cities with rows that cannot be read

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for city in self.cities:
            yield self.ask_page(city, 0)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        return jurisdiction in {city.jurisdiction for city in self.cities}

    def address(self, city: ls.City, path: str, **query: Any) -> str:
        token = os.environ.get(city.token) if city.token else None
        query |= {"token": token} if token else {}
        return f"{ls.API}/{city.client}/{path}" + (f"?{urlencode(query, safe='$')}" if query else "")

    def ask_page(self, city: ls.City, skip: int, top: int = PAGE) -> scrapy.Request:
        query: dict[str, Any] = {"$orderby": "MatterId", "$top": top, "$skip": skip}
        if city.since:
            query["$filter"] = f"MatterIntroDate ge datetime'{city.since}'"
        return self.ask(
            self.address(city, "matters", **query),
            self.parse_page,
            cb_kwargs={"city": city, "skip": skip, "top": top},
            meta={"handle_httpstatus_list": [403]} if city.token and not os.environ.get(city.token) else {},
        )

    def parse_page(self, response: Response, city: ls.City, skip: int, top: int) -> Iterator[Any]:
        if response.status == 403:  # let through only where a token is wanted and not set
            self.logger.warning("%s is left out: it wants a token, and %s is not set", city.name, city.token)
            return
        found = ls.read_rows(response.body)
        yield from self.keep(city, found, skip)
        if found:
            yield self.ask_page(city, skip + len(found))
        elif skip == 0:
            raise Unreadable(f"{city.client}: the list is empty")
        elif top != LAST_LOOK:
            yield self.ask_page(city, skip, LAST_LOOK)
        else:
            yield from self.matters(city)

    def keep(self, city: ls.City, found: list[ls.Record], skip: int) -> Iterator[Reject]:
        """Take the rows of a page; one without a number is a reject, the others are not its fault."""
        if found and not any(isinstance(row.get("MatterId"), int) for row in found):
            raise Unreadable(f"{city.client}: a list of matters without a number")
        for place, row in enumerate(found, skip):
            try:
                self.rows[city.client][ls.matter_number(row)] = row
            except BadRecord as error:
                self.bad.add(city.client)
                yield self.bad_row(self.address(city, "matters"), place, row, error)

    def matters(self, city: ls.City) -> Iterator[Any]:
        rows = {
            n: row
            for n, row in self.rows[city.client].items()
            if not city.types or row.get("MatterTypeName") in city.types
        }
        keys = ls.keys_of(city, rows)
        sessions: dict[str, list[str]] = defaultdict(list)
        for key, row in keys.items():
            sessions[ls.session_of(row)].append(key)
        have: dict[str, str | None] = {}
        corpus = Path(self.settings["INFOPOLICY_CORPUS"])
        for row in rows.values():
            self.audit("matter", row)
        for session, ids in sessions.items():
            stored = stored_state.stamps(corpus, source=self.name, session=session)
            # A row without a number may be that of any stored matter of the city: then none is gone.
            ids += [key for key in stored if key.startswith(f"{city.jurisdiction}-")] if city.client in self.bad else []
            ids = list(dict.fromkeys(ids))
            yield Listing(
                source=self.name, jurisdiction=city.jurisdiction, session=session, part="", document_ids=tuple(ids)
            )
            have |= stored
        stamped = [(key, row, str(row.get("MatterLastModifiedUtc"))) for key, row in keys.items()]
        wanted = [each for each in stamped if have.get(each[0]) != each[2] and self.in_days(each[2])]
        for key, row, stamp in self.take(wanted):
            names = ("histories", "sponsors", "versions")
            parts = [(name, self.address(city, f"matters/{row['MatterId']}/{name}")) for name in names]
            yield from self.gather(Work(key=key, record={"city": city, "row": row}, stamp=stamp, waiting=parts))

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        if name == "text":
            return ls.read_record(body)
        rows = ls.read_rows(body)
        if name == "versions" and rows:
            number, version = work.record["row"]["MatterId"], work.record["row"].get("MatterVersion")
            # each version has its text; that of the version in force is kept
            newest = next((row for row in rows if row.get("Value") == version), rows[-1])
            path = f"matters/{number}/texts/{newest.get('Key')}"
            work.waiting.insert(0, ("text", self.address(work.record["city"], path)))
        return rows

    def document(self, work: Work) -> Document:
        text = work.got.get("text") or {}
        return ls.parse_matter(
            work.record["city"],
            work.record["row"],
            histories=work.got.get("histories") or [],
            sponsors=work.got.get("sponsors") or [],
            text=text.get("MatterTextPlain"),
            stamp=work.stamp if work.whole else None,
        )
