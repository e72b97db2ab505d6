"""Roll calls of the U.S. Senate: a list of each session names them all."""

from __future__ import annotations

from crawlers.parsers import senate_votes as sv
from crawlers.parsers import xmltree
from crawlers.people import RollCall
from crawlers.roll_call_spider import RollCallSpider


class UsSenateVotesSpider(RollCallSpider):
    """Roll calls of one Congress; see RollCallSpider."""

    name = "us_senate_votes"

    def list_address(self, year: int) -> str:
        return sv.list_address(self.congress_of_year(year), self.session_of(year))

    def read_list(self, body: bytes, year: int) -> list[int]:
        return sv.read_list(body, self.congress_of_year(year), self.session_of(year))

    def address(self, year: int, number: int) -> str:
        return sv.address(self.congress_of_year(year), self.session_of(year), number)

    def roll_call_id(self, year: int, number: int) -> str:
        return sv.roll_call_id(self.congress_of_year(year), self.session_of(year), number)

    def read(self, body: bytes, year: int, number: int) -> RollCall:
        congress, session = self.congress_of_year(year), self.session_of(year)
        return sv.parse_roll_call(body, congress=congress, session=session, number=number)

    @staticmethod
    def session_of(year: int) -> int:
        """A Congress begins in an odd year."""
        return 1 if year % 2 else 2

    def fields(self, body: bytes) -> list[str]:
        return [str(each.tag) for each in xmltree.parse(body, root="roll_call_vote").iterfind("*")]
