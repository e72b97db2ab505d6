"""Roll calls of the U.S. Senate, as its Legislative Information System publishes them. Parsing only."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from crawlers.items import FEDERAL_TYPES, BadRecord, Unreadable, clean, document_id, slug
from crawlers.parsers import xmltree
from crawlers.parsers.house_votes import EASTERN
from crawlers.parsers.json_reader import readable
from crawlers.parsers.vote_words import carried, motion_of
from crawlers.people import Ballot, RollCall

HOST = "https://www.senate.gov"
SOURCE = "us_senate_votes"
_BILL = re.compile(r"(.*?)\s*(\d+)")


def list_address(congress: int, session: int) -> str:
    """Where the list of a session's roll calls is."""
    return f"{HOST}/legislative/LIS/roll_call_lists/vote_menu_{congress}_{session}.xml"


def address(congress: int, session: int, number: int) -> str:
    """Where a roll call is."""
    name = f"vote_{congress}_{session}_{number:05}.xml"
    return f"{HOST}/legislative/LIS/roll_call_votes/vote{congress}{session}/{name}"


def read_list(body: bytes, congress: int, session: int) -> list[int]:
    """The numbers of a session's roll calls, the newest first.

    Raises:
        Unreadable: it is not the list of this session, or names no roll call or one without a number.
    """
    root = xmltree.parse(body, root="vote_summary")
    if (root.findtext("congress"), root.findtext("session")) != (str(congress), str(session)):
        raise Unreadable(f"another list came for that of the {congress}th Congress, session {session}")
    found = [(each.findtext("vote_number") or "").strip() for each in root.iterfind("votes/vote")]
    if not found or not all(number.isascii() and number.isdigit() and len(number) <= 5 for number in found):
        raise Unreadable("a list with a roll call that has no number, or without any")
    return [int(number) for number in found]


def roll_call_id(congress: int, session: int, number: int) -> str:
    """The key of a roll call."""
    return f"us-senate-{congress}-{session}-{number:05}"


def parse_roll_call(body: bytes, *, congress: int, session: int, number: int) -> RollCall:
    """A roll call.

    Raises:
        Unreadable: it is not the XML of this roll call.
        BadRecord: a part of it is missing or of another form.
    """
    root = xmltree.parse(body, root="roll_call_vote")
    key = roll_call_id(congress, session, number)
    with readable(key, Unreadable):
        came = tuple(int(_text(root, name) or "") for name in ("congress", "session", "vote_number"))
    if came != (congress, session, number):
        raise Unreadable(f"roll call {came} came for {key}")
    with readable(key):
        return _roll_call(root, key, came)


def _roll_call(root: etree._Element, key: str, place: tuple[int, ...]) -> RollCall:
    congress, session, number = place
    question = _text(root, "vote_question_text") or _text(root, "question")
    if not question:
        raise BadRecord(f"{key}: a roll call without a question")
    held = datetime.strptime(" ".join((_text(root, "vote_date") or "").split()), "%B %d, %Y, %I:%M %p")
    result = _text(root, "vote_result")
    return RollCall(
        id=key,
        source=SOURCE,
        source_url=address(congress, session, number),
        jurisdiction="us",
        session=str(congress),
        chamber="upper",
        number=str(number),
        held_at=held.replace(tzinfo=EASTERN).isoformat(timespec="minutes"),
        held_on=held.date().isoformat(),
        question=question,
        description=_text(root, "vote_title") or _text(root, "vote_document_text"),
        motion=motion_of(question),
        requirement=_text(root, "majority_requirement"),
        result=result,
        passed=carried(result or ""),
        document_id=_document(root, congress),
        amendment=_text(root, "amendment/amendment_number"),
        yes=_count(root, "yeas"),
        no=_count(root, "nays"),
        present=_count(root, "present"),
        not_voting=_count(root, "absent"),
        ballots=tuple(_ballot(each) for each in root.iterfind("members/member")),
    )


def _document(root: etree._Element, congress: int) -> str | None:
    """The bill or resolution that the roll call, or the amendment, is about; None for nominations and treaties."""
    of = _text(root, "document/document_congress") or str(congress)
    for name in (_text(root, "document/document_name"), _text(root, "amendment/amendment_to_document_number")):
        match = _BILL.fullmatch(name or "")
        if match and slug(match.group(1)).replace("-", "") in FEDERAL_TYPES:
            return document_id("us", of, name or "")
    return None


def _count(root: etree._Element, name: str) -> int:
    """A count; an empty element is zero."""
    return int(_text(root, f"count/{name}") or 0)


def _ballot(row: etree._Element) -> Ballot:
    name = " ".join(filter(None, (_text(row, "first_name"), _text(row, "last_name"))))
    word = _text(row, "vote_cast")
    if not name or not word:
        raise BadRecord("a vote without a name or a word")
    return Ballot(
        name=name,
        word=word,
        identifier=_text(row, "lis_member_id"),
        party=_text(row, "party"),
        state=_text(row, "state"),
    )


def _text(row: etree._Element, path: str) -> str | None:
    return clean(row.findtext(path))
