"""Roll calls of the U.S. House, as the Clerk publishes them. Parsing only."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from crawlers.items import BadRecord, Unreadable, clean, document_id
from crawlers.parsers import xmltree
from crawlers.parsers.json_reader import readable
from crawlers.parsers.vote_words import carried, motion_of
from crawlers.people import Ballot, RollCall

HOST = "https://clerk.house.gov"
SOURCE = "us_house_votes"
EASTERN = ZoneInfo("America/New_York")
_ROLL = re.compile(rb"rollnumber=(\d{1,4})\b", re.IGNORECASE)
_YEAR = re.compile(rb"Session \((\d{4})\)", re.IGNORECASE)
_BILL = re.compile(r"(H|S) ?(R|RES|J ?RES|CON ?RES)? ?(\d+)")


def address(year: int, number: int) -> str:
    """Where a roll call is."""
    return f"{HOST}/evs/{year}/roll{number:03}.xml"


def roll_call_id(year: int, number: int) -> str:
    """The key of a roll call: us-house-119-1-50."""
    return f"us-house-{(year - 1787) // 2}-{1 if year % 2 else 2}-{number}"


def read_index(body: bytes, year: int) -> int:
    """The number of the newest roll call of a year.

    Raises:
        Unreadable: the page names none, or is of another year.
    """
    numbers, years = [int(each) for each in _ROLL.findall(body)], _YEAR.findall(body)
    if not numbers:
        raise Unreadable("an index without roll calls")
    if years and int(years[0]) != year:
        raise Unreadable(f"the index of {int(years[0])} came for that of {year}")
    return max(numbers)


def parse_roll_call(body: bytes, *, year: int, number: int) -> RollCall:
    """A roll call.

    Raises:
        Unreadable: it is not the XML of this roll call.
        BadRecord: a part of it is missing or of another form.
    """
    root = xmltree.parse(body, root="rollcall-vote", doctype=True)
    if _text(root, "vote-metadata/rollcall-num") != str(number):
        raise Unreadable(f"roll call {_text(root, 'vote-metadata/rollcall-num')} came for {number}")
    with readable(f"{year} {number}"):
        found = _roll_call(root, year, number)
    # The last votes of a year may be held in the first days of January.
    if int(found.held_on[:4]) != year and not f"{year + 1}-01-01" <= found.held_on <= f"{year + 1}-01-03":
        raise Unreadable(f"a roll call of {found.held_on} came for {year}")
    return found


def _roll_call(root: etree._Element, year: int, number: int) -> RollCall:
    about = root.find("vote-metadata")
    assert about is not None
    congress = int(_text(about, "congress") or "")
    clock = about.find("action-time")
    hour = clock.get("time-etz") if clock is not None else None
    day = datetime.strptime(_text(about, "action-date") or "", "%d-%b-%Y").date().isoformat()
    held_at = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=EASTERN) if hour else None
    question, result = _text(about, "vote-question"), _text(about, "vote-result")
    if not question:
        raise BadRecord("a roll call without a question")
    amendment, author = _text(about, "amendment-num"), _text(about, "amendment-author")
    kind = _text(about, "vote-type") or ""
    return RollCall(
        id=roll_call_id(year, number),
        source=SOURCE,
        source_url=address(year, number),
        jurisdiction="us",
        session=str(congress),
        chamber="lower",
        number=str(number),
        held_at=held_at.isoformat(timespec="minutes") if held_at else day,
        held_on=day,
        question=question,
        description=_text(about, "vote-desc"),
        motion=motion_of(question),
        requirement="2/3" if kind.startswith("2/3") else None,
        result=result,
        passed=carried(result or ""),
        document_id=_document(congress, _text(about, "legis-num") or ""),
        amendment=" ".join(filter(None, ["amendment", amendment, f"({author})" if author else None]))
        if amendment
        else None,
        **_counts(about),
        ballots=tuple(_ballot(each) for each in root.iterfind("vote-data/recorded-vote")),
    )


def _document(congress: int, number: str) -> str | None:
    """The document of "H CON RES 14"; None for a quorum call, a motion to adjourn, the election of the Speaker."""
    return document_id("us", str(congress), number) if _BILL.fullmatch(number.strip()) else None


def _counts(about: etree._Element) -> dict[str, Any]:
    totals = about.find("vote-totals/totals-by-vote")
    if totals is not None:
        names = {"yes": "yea-total", "no": "nay-total", "present": "present-total", "not_voting": "not-voting-total"}
        return {name: int(_text(totals, tag) or 0) for name, tag in names.items()}
    by_name = {
        _text(each, "candidate") or "": int(_text(each, "candidate-total") or 0)
        for each in about.iterfind("vote-totals/totals-by-candidate")
    }
    present, absent = by_name.pop("Present", None), by_name.pop("Not Voting", None)
    return {"present": present, "not_voting": absent, "other": sum(by_name.values()) if by_name else None}


def _ballot(row: etree._Element) -> Ballot:
    member = row.find("legislator")
    name, word = _text(row, "legislator"), _text(row, "vote")
    if member is None or not name or not word:
        raise BadRecord("a vote without a name or a word")
    return Ballot(
        name=name,
        word=word,
        identifier=clean(member.get("name-id")),
        party=clean(member.get("party")),
        state=clean(member.get("state")),
    )


def _text(row: etree._Element, path: str) -> str | None:
    return clean(row.findtext(path))
