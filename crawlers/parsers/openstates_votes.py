"""Roll calls of state bills, and the people whom bills name, from Open States' API. Parsing only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from crawlers.items import BadRecord, clean
from crawlers.parsers.json_reader import is_total, readable
from crawlers.parsers.openstates import HOST
from crawlers.parsers.states import web_address
from crawlers.parsers.vote_words import BARE, choice_of, motion_of, passed_of
from crawlers.people import CHOICES, Ballot, Person, RollCall, RollCallsOf

SOURCE = "us_states"
CHAMBERS = ("lower", "upper", "legislature")
Record = dict[str, Any]
_UTC = ZoneInfo("UTC")
#: The control characters that no name has, and that stand where bytes of another encoding were read as Latin-1.
_MISREAD = re.compile("[\x80-\x9f]")


def parse_roll_calls(
    row: Record, document_id: str, *, jurisdiction: str, session: str, zone: ZoneInfo, source_url: str
) -> RollCallsOf:
    """All roll calls of a bill's record.

    Raises:
        BadRecord: one of them lacks a key, a question or a day, or has another form.
    """
    with readable(f"the votes of {document_id}"):
        place: dict[str, Any] = {"jurisdiction": jurisdiction, "session": session, "document_id": document_id}
        found = [_roll_call(each, zone, source_url, place) for each in row.get("votes") or ()]
    return RollCallsOf(source=SOURCE, document_id=document_id, roll_calls=tuple(found))


def _roll_call(row: Record, zone: ZoneInfo, bill_url: str, place: dict[str, Any]) -> RollCall:
    body, key, question = row.get("organization") or {}, clean(row["id"]), clean(row["motion_text"])
    if not key:
        raise BadRecord("a roll call without a key")
    held_at = moment(row["start_date"], zone)
    chamber = body.get("classification")
    kinds = [str(kind) for kind in row.get("motion_classification") or ()]
    ballots = tuple(_ballot(each) for each in row.get("votes") or () if clean(each.get("voter_name")))
    counts = _counts(row.get("counts") or [], ballots)
    result = clean(row.get("result"))
    passed = passed_of(BARE.get(result or ""), counts["yes"], counts["no"], question or "")
    return RollCall(
        id=key,
        source=SOURCE,
        source_url=web_address(*(each.get("url") for each in row.get("sources") or ())) or bill_url,
        **place,
        chamber=chamber if chamber in CHAMBERS else None,
        number=clean(row.get("identifier")),
        held_at=held_at,
        held_on=held_at[:10],
        question=question or "vote",
        description=None if chamber in CHAMBERS else clean(body.get("name")),
        # Most scrapers call every vote one on passage; the words of the motion say it better where they say it at all.
        motion=motion_of(question or "") or (kinds[0] if kinds else None),
        result=result,
        passed=passed,
        **counts,
        ballots=ballots,
    )


def moment(text: str, zone: ZoneInfo) -> str:
    """When a vote was held, in the time of its state: an ISO time with its offset, or the day where no hour is known.

    Midnight, there or in UTC, stands for a day without an hour.

    Raises:
        ValueError: it is no date.
    """
    if len(text) <= len("2025-01-01"):
        return datetime.fromisoformat(text).date().isoformat()
    found = datetime.fromisoformat(text)
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    if found.astimezone(_UTC).time() == time():
        return found.astimezone(_UTC).date().isoformat()
    local = found.astimezone(zone)
    return local.date().isoformat() if local.time() == time() else local.isoformat(timespec="seconds")


def mended(name: str) -> str:
    """A name whose apostrophe was read in the wrong encoding, as the state's page has it: control characters tell of that.

    Michigan's are Windows-1252, Nevada's were UTF-8.
    """
    if not _MISREAD.search(name):
        return name
    for encoding in ("utf-8", "cp1252"):
        try:
            return name.encode("latin-1").decode(encoding)
        except UnicodeError:
            continue
    return name


def _ballot(row: Record) -> Ballot:
    voter = row.get("voter") or {}
    name, word = clean(mended(str(row["voter_name"]))), clean(row["option"])
    return Ballot(name=name or "", word=word or "other", identifier=clean(voter.get("id")))


def _counts(rows: list[Record], ballots: tuple[Ballot, ...]) -> dict[str, Any]:
    """The source's counts by choice; those of the single votes where it gives none, None where it gives neither."""
    found: Counter[str] = Counter()
    for row in rows:
        if not is_total(row["value"]):
            raise BadRecord(f"{row['value']!r} votes")
        found[choice_of(row["option"])] += row["value"]
    if not rows:
        found.update(choice_of(each.word) for each in ballots)
    return {choice: found[choice] if rows or ballots else None for choice in CHOICES}


def parse_people(row: Record, jurisdiction: str) -> Iterator[Person]:
    """Whom a bill's record names with a key, as brought it or voted on it: those who have left are in no list.

    Their address is that of their own record: which bill names a person first depends on the order of the answers.

    Raises:
        BadRecord: the record has another form.
    """
    with readable("the people of a bill"):
        named = [each.get("person") for each in row.get("sponsorships") or ()]
        named += [vote.get("voter") for roll in row.get("votes") or () for vote in roll.get("votes") or ()]
        people = {each["id"]: each for each in named if each and clean(each.get("id")) and clean(each.get("name"))}
        for key, each in people.items():
            yield Person(
                id=key,
                source=SOURCE,
                source_url=f"{HOST}/people?id={quote(key)}",
                jurisdiction=jurisdiction,
                name=clean(each["name"]) or "",
                party=clean(each.get("party")),
                is_current=False,
                ids=(("openstates", key),),
                glimpsed=True,
            )
