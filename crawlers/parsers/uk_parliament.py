"""A bill of the United Kingdom's Parliament as bills-api.parliament.uk gives it: parsing only, nothing is fetched here."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from crawlers.items import Action, BadRecord, Bill, Sponsor, Title, Unreadable, clean, document_id
from crawlers.parsers.billstatus import plain
from crawlers.parsers.json_reader import is_total, read_object, readable
from crawlers.status.parliament import classify_event, stage_status

HOST = "https://bills-api.parliament.uk"
SOURCE, JURISDICTION = "uk_bills", "uk"
#: The API numbers bills across all sessions, and a bill carried over keeps its number: one session holds them all.
SESSION = "bills"
_CHAMBERS = {"Commons": "lower", "Lords": "upper"}
Record = dict[str, Any]


def read_page(body: bytes) -> tuple[int, list[Record], list[Any]]:
    """How many bills a list page says there are, those it holds, and rows that are none.

    Raises:
        Unreadable: this is no list of bills.
    """
    page = read_object(body)
    total, items = page.get("totalResults"), page.get("items")
    if not is_total(total) or not isinstance(items, list) or (items and not any(map(_has_number, items))):
        raise Unreadable("not a list of bills: totalResults or items is missing or has the wrong form")
    return total, [row for row in items if _has_number(row)], [row for row in items if not _has_number(row)]


def read_bill(body: bytes, number: int) -> Record:
    """The record that was asked for.

    Raises:
        Unreadable: it is none, or another one.
    """
    record = read_object(body)
    if record.get("billId") != number:
        raise Unreadable(f"asked for bill {number}, got {record.get('billId')!r}")
    return record


def key_of(record: Record) -> str:
    """The id of a listed bill."""
    return document_id(JURISDICTION, SESSION, str(record["billId"]))


def parse_bill(record: Record, *, source_url: str, stamp: str) -> Bill:
    """A bill's record as a document.

    Raises:
        BadRecord: number, title or chamber is missing.
    """
    with readable(f"bill {record.get('billId')!r}"):
        return _bill(record, source_url, stamp)


def _bill(record: Record, source_url: str, stamp: str) -> Bill:
    number, title = record.get("billId"), clean(_string(record, "shortTitle"))
    home = _string(record, "originatingHouse")
    if not isinstance(number, int) or not title or home not in _CHAMBERS:
        raise BadRecord(f"bill {number!r}: no billId, shortTitle or originatingHouse")
    long_title = plain(_string(record, "longTitle"))
    action = _latest(record)
    status = _status(record, home)
    reached_on = action.acted_on if action else None
    titles = [Title(kind="Short title", title=title)]
    if long_title:
        titles.append(Title(kind="Long title", title=long_title))
    return Bill(
        id=key_of(record),
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="international",
        session=SESSION,
        # The number that is printed on a bill ("HL Bill 5") is in its publications, which have addresses of their own.
        identifier=title,
        key=str(number),
        title=title,
        abstract="\n\n".join(filter(None, [long_title, plain(_string(record, "summary"))])) or None,
        url=f"https://bills.parliament.uk/bills/{number}",
        source_url=source_url,
        status=status,
        status_on=reached_on,
        status_history=((status, reached_on),) if reached_on else (),
        chamber=_CHAMBERS[home],
        titles=tuple(titles),
        actions=(action,) if action else (),
        sponsors=tuple(_sponsors(record)),
        stamp=stamp,
    )


def _status(record: Record, home: str) -> str:
    if record.get("isAct") is True:
        return "enacted"
    if record.get("isDefeated") is True:
        return "failed"
    if record.get("billWithdrawn"):
        return "withdrawn"
    stage = record.get("currentStage") or {}
    return stage_status(_string(stage, "description") or "", at_home=stage.get("house") in (home, None, "Unassigned"))


def _latest(record: Record) -> Action | None:
    """The stage the bill is at, on the day of its last sitting before the record was updated: later ones are planned.

    None where the API names no such sitting. ``lastUpdate`` itself is no day of a stage, for it also moves when somebody corrects
    the record of an act of long ago.
    """
    stage = record.get("currentStage") or {}
    words = clean(_string(stage, "description"))
    sittings = [_day(each.get("date")) for each in stage.get("stageSittings") or () if isinstance(each, dict)]
    updated = _day(record.get("lastUpdate")) or ""
    day = max((each for each in sittings if each and each <= updated), default=None)
    if not (words and day):
        return None
    chamber = _CHAMBERS.get(_string(stage, "house") or "")
    return Action(
        acted_on=day,
        description=words,
        classification=classify_event(words),
        chamber=chamber,
        code=clean(_string(stage, "abbreviation")),
    )


def _sponsors(record: Record) -> list[Sponsor]:
    found: list[Sponsor] = []
    for each in record.get("sponsors") or ():
        member = each.get("member") if isinstance(each, dict) else None
        if isinstance(member, dict) and (name := clean(_string(member, "name"))):
            found.append(
                Sponsor(
                    name=name,
                    role="sponsor" if not found else "cosponsor",
                    party=clean(_string(member, "party")),
                    district=clean(_string(member, "memberFrom")),
                    person_id=str(member.get("memberId") or "") or None,
                )
            )
    return found


def _has_number(item: Any) -> bool:
    return isinstance(item, dict) and is_total(item.get("billId"))


def _string(record: Record, name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) else None


def _day(value: Any) -> str | None:
    """The ISO day of a date and time in London (the API gives up to seven digits of a second); None where it is none."""
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d(T|$)", value):
        return None
    try:
        return date.fromisoformat(value[:10]).isoformat()
    except ValueError:
        return None
