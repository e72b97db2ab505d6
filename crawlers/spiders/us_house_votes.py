"""Roll calls of the U.S. House, from the Clerk: the index of a year names the newest, and all before it are there."""

from __future__ import annotations

import scrapy

from crawlers.parsers import house_votes as hv
from crawlers.people import RollCall
from crawlers.roll_call_spider import RollCallSpider


class UsHouseVotesSpider(RollCallSpider):
    """Roll calls of one Congress; see RollCallSpider."""

    name = "us_house_votes"

    def ask_list(self, year: int) -> scrapy.Request:
        return super().ask_list(year).replace(headers={"Accept": "text/html"})

    def list_address(self, year: int) -> str:
        return f"{hv.HOST}/evs/{year}/index.asp"

    def read_list(self, body: bytes, year: int) -> list[int]:
        return list(range(hv.read_index(body, year), 0, -1))

    def address(self, year: int, number: int) -> str:
        return hv.address(year, number)

    def roll_call_id(self, year: int, number: int) -> str:
        return hv.roll_call_id(year, number)

    def read(self, body: bytes, year: int, number: int) -> RollCall:
        return hv.parse_roll_call(body, year=year, number=number)
