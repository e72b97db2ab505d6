"""Matters of city councils, from Legistar's web API: any number of cities, see crawlers/parsers/cities.yml."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from crawlers.composite_spider import GatheringSpider, Work
from crawlers.items import BadRecord, Document, Listing, Reject, Unreadable
from crawlers.parsers import legistar as ls
from crawlers.parsers.json_reader import read_object, read_objects
from crawlers.storage import stored_state

PAGE = 1000  # the most that the API gives at once
#: The API tells no total. A list is at its end when it is empty twice, and the second time is asked for in other words.
LAST_LOOK = 999


class UsLocalLegistarSpider(GatheringSpider):
    """`cities`: clients of cities.yml with commas; without it all but those whose token is not in the environment, which
    `infopolicy crawl` names. `since` and `until`: days of change."""

    name = "us_local_legistar"
    kept: ClassVar = {"sponsors": ("sponsors",), "versions": ("text",), "text": ("text",)}

    def __init__(self, today: str, cities: str | None = None, **kwargs: Any):
        super().__init__(today, **kwargs)
        known_cities = ls.load_cities()
        if unknown := set(filter(None, (cities or "").split(","))) - set(known_cities):
            raise ValueError(
                f"{', '.join(sorted(unknown))}: not in {ls.CITIES.name}, which has {', '.join(known_cities)}"
            )
        wanted = cities.split(",") if cities else [*known_cities.keys() - {each.client for each in ls.without_token()}]
        self.cities = [city for client, city in known_cities.items() if client in wanted]
        self.rows: dict[str, dict[int, ls.Record]] = defaultdict(dict)
        self.bad: set[str] = set()  # cities with rows that cannot be read

    async def start(self) -> AsyncIterator[scrapy.Request]:
        for city in self.cities:
            yield self.ask_page(city, 0)

    def should_list(self, jurisdiction: str, session: str) -> bool:
        """What was introduced before a council's first day (`since`) is not asked for, whatever earlier runs have stored."""
        return any(city.jurisdiction == jurisdiction and session >= city.since[:4] for city in self.cities)

    def rejects(self, failure: Failure) -> Iterator[Reject]:
        """A council that refuses loses its own matters only; the reason says which it is and what to do."""
        city = failure.request.cb_kwargs.get("city")  # type: ignore[attr-defined]
        response: Response | None = getattr(failure.value, "response", None)
        for each in super().rejects(failure):
            if city is not None and response is not None:
                each = replace(each, reason=ls.refusal(city, response.status, response.body))
            yield each

    def address(self, city: ls.City, path: str, **query: Any) -> str:
        token = os.environ.get(city.token) if city.token else None
        query |= {"token": token} if token else {}
        return f"{ls.API}/{city.client}/{path}" + (f"?{urlencode(query, safe='$')}" if query else "")

    def ask_page(self, city: ls.City, skip: int, top: int = PAGE) -> scrapy.Request:
        # Not by the day of introduction, which some councils leave empty: what was introduced since then has changed since.
        changed = f"MatterLastModifiedUtc ge datetime'{max(city.since, self.since)}'"
        query: dict[str, Any] = {"$filter": changed, "$orderby": "MatterId", "$top": top, "$skip": skip}
        return self.ask(
            self.address(city, "matters", **query),
            self.parse_page,
            cb_kwargs={"city": city, "skip": skip, "top": top},
        )

    def parse_page(self, response: Response, city: ls.City, skip: int, top: int) -> Iterator[Any]:
        found = read_objects(response.body)
        yield from self.keep(city, found, skip)
        if found:
            yield self.ask_page(city, skip + len(found))
        elif skip == 0 and not self.since:
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
        listed = self.rows.pop(city.client, {})
        rows = {number: row for number, row in listed.items() if city.keeps(row)}
        if listed and not rows and not self.since:
            kinds = ", ".join(sorted({str(row.get("MatterTypeName")) for row in listed.values()})[:8])
            reason = f"{city.name}: none of {len(listed):,} matters is of a kind that {ls.CITIES.name} names; they are {kinds}"
            yield Reject(source=self.name, url=self.address(city, "matters"), reason=reason)
            return
        keys = ls.keys_of(city, rows)
        for row in rows.values():
            self.audit("matter", row)
        have: dict[str, str | None] = {}
        for listing in self.listings(city, keys):
            yield listing
            corpus = Path(self.settings["INFOPOLICY_CORPUS"])
            have |= stored_state.stamps(corpus, source=self.name, session=listing.session)
        stamped = [(key, row, str(row.get("MatterLastModifiedUtc"))) for key, row in keys.items()]
        wanted = [each for each in stamped if have.get(each[0]) != each[2] and self.in_days(each[2])]
        for key, row, stamp in self.take(wanted):
            names = ("histories", "sponsors", "versions")
            parts = [(name, self.address(city, f"matters/{row['MatterId']}/{name}")) for name in names]
            record = {"city": city, "row": row}
            yield from self.gather(Work(key=key, record=record, stamp=stamp, waiting=parts, known=key in have))

    def listings(self, city: ls.City, keys: dict[str, ls.Record]) -> Iterator[Listing]:
        """What the city lists, by session. A list of what changed since a day holds all that was introduced since then, and says
        nothing of what is older."""
        days: dict[str, str] = {}
        sessions: dict[str, list[str]] = defaultdict(list)
        if self.since:
            days = {"first_on": self.since, "last_on": min(self.until, self.today)}
            sessions |= {self.since[:4]: [], self.today[:4]: []}
        for key, row in keys.items():
            introduced = str(row.get("MatterIntroDate") or "")[:10]
            listed = not days or days["first_on"] <= introduced <= days["last_on"]
            sessions[ls.session_of(row)] += [key] if listed else []
        for session, ids in sessions.items():
            if city.client in self.bad:  # a row without a number may be that of any stored matter: then none is gone
                stored = stored_state.stamps(
                    Path(self.settings["INFOPOLICY_CORPUS"]), source=self.name, session=session
                )
                ids = [*dict.fromkeys([*ids, *(key for key in stored if key.startswith(f"{city.jurisdiction}-"))])]
            place = {"jurisdiction": city.jurisdiction, "session": session, "part": ""}
            yield Listing(source=self.name, document_ids=tuple(ids), **place, **days)

    def read_part(self, work: Work, name: str, body: bytes) -> Any:
        if name == "text":
            return read_object(body)
        rows = read_objects(body)
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
