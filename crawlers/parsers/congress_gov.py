"""Records of api.congress.gov (v3): bills in the shape of BILLSTATUS, and proceedings that name bills. Nothing is fetched here.

The API and BILLSTATUS are two forms of one database, so a bill's answers are laid out as a BILLSTATUS record and read by
the same parser: the same bill gets the same id, status and parts from either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.etree import _Element as Element

from crawlers.items import FEDERAL_TYPES, BadRecord, Bill, Event, Link, Unreadable, clean, document_id
from crawlers.parsers import billstatus
from crawlers.parsers.json_reader import is_total, read_object, readable
from crawlers.storage.attachments import Proceeding

API = "https://api.congress.gov/v3"
SITE = "https://www.congress.gov"
SOURCE, JURISDICTION = "us_congress_api", "us"
TIMEZONE = "America/New_York"
_EASTERN = ZoneInfo(TIMEZONE)
#: The parts of a bill that have addresses of their own -> their name in the bill's record.
PARTS = {
    "actions": "actions",
    "titles": "titles",
    "summaries": "summaries",
    "subjects": "subjects",
    "text": "textVersions",
    "cosponsors": "cosponsors",
    "committees": "committees",
    "relatedbills": "relatedBills",
    "amendments": "amendments",
}
_OFF = re.compile(r"cancel|postpone", re.IGNORECASE)
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"[0-9]{1,9}")
_TAG = re.compile(r"^[A-Za-z_][\w.-]*$")
Record = dict[str, Any]


def read_rows(body: bytes, name: str) -> tuple[int, list[Record]]:
    """How many rows a list has in all, and those this page holds.

    The service counts a bill's policy area among its subjects and tells it beside them (its own sample of 117 H.R. 21: 14
    announced, 13 subjects and the area): the last page of such a list announces one row more than there is.

    Raises:
        Unreadable: this is no page of that list.
    """
    page = read_object(body)
    rows, paging = page.get(name), page.get("pagination")
    total = paging.get("count") if isinstance(paging, dict) else None
    if name == "subjects" and isinstance(rows, dict):
        if rows.get("policyArea") and isinstance(total, int) and total and not (paging or {}).get("next"):
            total -= 1
        rows = rows.get("legislativeSubjects", [])
    if not is_total(total) or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable(f"not a page of {name}: the list or pagination.count is missing or has the wrong form")
    return total, rows


# --------------------------------------------------------------------- bills


def key_of(row: Record) -> str:
    """The id of a listed bill, the same that BILLSTATUS gives.

    Raises:
        BadRecord: Congress, type or number is missing or cannot be.
    """
    kind, number, congress = (str(row.get(name) or "") for name in ("type", "number", "congress"))
    kind = kind.lower().replace(".", "")
    if FEDERAL_TYPES.get(kind) != kind or not (_NUMBER.fullmatch(number) and _NUMBER.fullmatch(congress)):
        raise BadRecord(f"not a bill: {kind} {number} of Congress {congress}")
    return document_id(JURISDICTION, congress, f"{kind}{number}")


def is_bill(row: Record, key: str) -> bool:
    """Whether a record is that of a bill."""
    try:
        return key_of(row) == key
    except BadRecord:
        return False


def stamp_of(row: Record) -> str:
    """When a bill or its texts last changed."""
    return str(row.get("updateDateIncludingText") or row.get("updateDate"))


def address(row: Record) -> str:
    """The bill's own address in the API."""
    return f"{API}/bill/{row['congress']}/{str(row['type']).lower()}/{row['number']}"


def untitled(row: Record) -> str:
    """What a bill is called until the Library of Congress has entered its title, some days after the bill."""
    return f"{billstatus.TYPES[str(row['type']).lower()][1]} {row['number']} (no title yet)"


def listed_bill(row: Record) -> Bill:
    """What the list alone says of a bill that BILLSTATUS already tells as new: that the API knows it, no more.

    Raises:
        BadRecord: its title is no text.
    """
    kind, title = str(row["type"]).lower(), row.get("title") or ""
    if not isinstance(title, str):
        raise BadRecord(f"{key_of(row)}: its title is no text")
    title = clean(title) or untitled(row)
    spelled, short = billstatus.TYPES[kind]
    congress, number = str(row["congress"]), str(row["number"])
    return Bill(
        id=key_of(row),
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="federal",
        session=congress,
        identifier=f"{short} {number}",
        title=title,
        document_type=kind,
        chamber="lower" if kind.startswith("h") else "upper",
        url=f"{SITE}/bill/{billstatus.ordinal(int(congress))}-congress/{spelled}/{number}",
        source_url=address(row),
        stamp=stamp_of(row),
    )


def parse_bill(
    detail: Record,
    parts: dict[str, list[Record]],
    *,
    proceedings: Iterable[Proceeding],
    source_url: str,
    stamp: str | None,
) -> Bill:
    """A bill from its record, its parts by their names in PARTS, and the proceedings that name it.

    Raises:
        BadRecord: number, type, Congress, title or the date of introduction is missing or cannot be.
    """
    with readable(f"bill {detail.get('number')!r}"):
        return _bill(detail, parts, proceedings, source_url, stamp)


def _bill(
    detail: Record,
    parts: dict[str, list[Record]],
    proceedings: Iterable[Proceeding],
    source_url: str,
    stamp: str | None,
) -> Bill:
    if not clean(detail.get("title")) and not parts.get("titles"):
        detail = detail | {"title": untitled(detail)}
    bill = billstatus.parse_bill(as_billstatus(detail, parts), source_url=source_url, stamp=stamp)
    naming = about(bill.id, proceedings)
    amendments = [
        Link(
            document_id=document_id(JURISDICTION, bill.session, f"{row.get('type')}{row.get('number')}"),
            kind="amendment",
            said_by="congress.gov",
            title=clean(row.get("purpose") or row.get("description")),
        )
        for row in _flat(parts.get("amendments", []))
        if row.get("type") and row.get("number")
    ]
    amendments += [
        Link(document_id=each.id, kind="amendment", said_by="congress.gov", title=each.title)
        for each in naming
        if each.kind == "amendment"
    ]
    once = {link.document_id: link for link in reversed(amendments)}
    return replace(
        bill,
        source=SOURCE,
        links=(*bill.links, *reversed(once.values())),
        events=hearings(naming),
    )


def about(bill_id: str, proceedings: Iterable[Proceeding]) -> list[Proceeding]:
    """The proceedings that name a bill, and the transcripts of the meetings among them, which name no bill themselves."""
    found = list(proceedings)
    naming = [each for each in found if bill_id in each.document_ids]
    meetings = {each.id for each in naming}
    return naming + [each for each in found if each.kind == "hearing" and each.meeting_id in meetings]


def hearings(proceedings: Iterable[Proceeding]) -> tuple[Event, ...]:
    """Committee meetings as dates to keep, oldest first; what was called off is none. A printed transcript is noted."""
    found = list(proceedings)
    printed = {each.meeting_id: each.title for each in found if each.kind == "hearing"}
    events = []
    for each in found:
        if each.kind != "meeting" or not each.starts_at or _OFF.search(each.state or ""):
            continue
        words = [each.title, each.committee, f"transcript: {printed[each.id]}" if each.id in printed else None]
        events.append(
            Event(
                kind="hearing",
                starts_at=each.starts_at,
                timezone=each.timezone or TIMEZONE,
                description=" — ".join(filter(None, words)),
            )
        )
    return tuple(sorted(events, key=lambda event: event.starts_at))


def _flat(rows: list[Record]) -> list[Record]:
    """Amendments, where some answers wrap them once more."""
    inner = [row["amendment"] if isinstance(row.get("amendment"), list) else [row] for row in rows]
    return [row for each in inner for row in each if isinstance(row, dict)]


def as_billstatus(detail: Record, parts: dict[str, list[Record]]) -> Element:
    """The answers as a `<billStatus>` record, the form that crawlers.parsers.billstatus reads."""
    known = {name: value for name, value in detail.items() if name not in PARTS.values()}
    bill = known | {PARTS[name]: rows for name, rows in parts.items() if name not in ("amendments", "subjects", "text")}
    bill["subjects"] = {"legislativeSubjects": parts.get("subjects", [])}
    bill["textVersions"] = [
        row | {"formats": sorted(row.get("formats") or [], key=lambda each: each.get("type") != "Formatted XML")}
        for row in parts.get("text", [])
    ]
    root = etree.Element("billStatus")
    _append(root, "bill", bill)
    return root


def _append(parent: Element, name: str, value: Any) -> None:
    if value is None or not _TAG.match(name):
        return
    node = etree.SubElement(parent, name)
    if isinstance(value, dict):
        for key, inner in value.items():
            _append(node, str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            _append(node, "item", inner)
    else:
        node.text = _NOT_XML.sub("", str(value))


# --------------------------------------------------------------------- proceedings


def parse_meeting(record: Record, *, congress: str, stamp: str, url: str) -> Proceeding:
    """A committee meeting with the bills on its agenda; its time is given in UTC and kept as Washington's.

    Raises:
        Unreadable: this is no meeting.
    """
    with readable("a committee meeting", Unreadable):
        return _meeting(record, congress, stamp)


def _meeting(record: Record, congress: str, stamp: str) -> Proceeding:
    event, chamber = record.get("eventId"), str(record.get("chamber") or "").lower()
    if not event:
        raise Unreadable("not a committee meeting: no eventId")
    related = record.get("relatedItems")
    bills = related.get("bills") if isinstance(related, dict) else None
    page = f"{SITE}/event/{billstatus.ordinal(int(congress))}-congress/{chamber}-event/{event}"
    kind, title = clean(str(record.get("type") or "Meeting")), clean(record.get("title"))
    committees = [clean(each.get("name")) for each in record.get("committees") or () if isinstance(each, dict)]
    return Proceeding(
        id=meeting_id(congress, str(event)),
        source=SOURCE,
        session=congress,
        kind="meeting",
        stamp=stamp,
        title=f"{kind}: {title}" if title else str(kind),
        url=page,
        starts_at=_local(record.get("date")),
        timezone=TIMEZONE,
        state=clean(record.get("meetingStatus")),
        committee=next(filter(None, committees), None),
        document_ids=_bills(bills),
    )


def parse_hearing(record: Record, *, congress: str, stamp: str, url: str) -> Proceeding:
    """The printed transcript of a hearing, and the meeting it was.

    Raises:
        Unreadable: this is no hearing.
    """
    with readable("a hearing", Unreadable):
        return _hearing(record, congress, stamp, url)


def _hearing(record: Record, congress: str, stamp: str, url: str) -> Proceeding:
    number, dates = record.get("jacketNumber"), record.get("dates")
    if not number:
        raise Unreadable("not a hearing: no jacketNumber")
    meeting = (record.get("associatedMeeting") or {}).get("eventId")
    days = [each.get("date") for each in dates or () if isinstance(each, dict)]
    citation = clean(record.get("citation")) or f"jacket {number}"
    return Proceeding(
        id=document_id(JURISDICTION, congress, f"hearing-{number}"),
        source=SOURCE,
        session=congress,
        kind="hearing",
        stamp=stamp,
        title=citation,
        url=url,
        starts_at=next((day[:10] for day in days if day), None),
        timezone=TIMEZONE,
        meeting_id=meeting_id(congress, str(meeting)) if meeting else None,
    )


def parse_amendment(record: Record, *, congress: str, stamp: str, url: str) -> Proceeding:
    """An amendment and the bill it would amend.

    Raises:
        Unreadable: this is no amendment.
    """
    with readable("an amendment", Unreadable):
        return _amendment(record, congress, stamp, url)


def _amendment(record: Record, congress: str, stamp: str, url: str) -> Proceeding:
    kind, number = record.get("type"), record.get("number")
    if not (kind and number):
        raise Unreadable("not an amendment: no type and number")
    amended = record.get("amendedBill")
    words = clean(record.get("purpose") or record.get("description"))
    return Proceeding(
        id=document_id(JURISDICTION, congress, f"{kind}{number}"),
        source=SOURCE,
        session=congress,
        kind="amendment",
        stamp=stamp,
        title=words or f"{kind} {number}",
        url=url,
        starts_at=str(record.get("submittedDate") or "")[:10] or None,
        document_ids=_bills([amended] if isinstance(amended, dict) else None),
    )


def proceeding_id(row: Record) -> str | None:
    """The id that a listed meeting, hearing or amendment will have; None where the list does not say."""
    congress = str(row.get("congress") or "")
    if row.get("eventId"):
        return meeting_id(congress, str(row["eventId"]))
    if row.get("jacketNumber"):
        return document_id(JURISDICTION, congress, f"hearing-{row['jacketNumber']}")
    if row.get("type") and row.get("number"):
        return document_id(JURISDICTION, congress, f"{row['type']}{row['number']}")
    return None


def meeting_id(congress: str, event: str) -> str:
    """The key of a committee meeting, which a hearing's record names by its event number alone."""
    return document_id(JURISDICTION, congress, f"meeting-{event}")


def _bills(rows: Any) -> tuple[str, ...]:
    found = []
    for row in rows if isinstance(rows, list) else []:
        try:
            found.append(key_of(row))
        except (BadRecord, AttributeError):
            continue  # treaties and nominations stand in the same lists
    return tuple(dict.fromkeys(found))


def _local(moment: Any) -> str | None:
    """A UTC moment as Washington's time to the second, a plain date as it is; None where it is neither."""
    try:
        found = datetime.fromisoformat(str(moment).replace("Z", "+00:00"))
        there = found.astimezone(_EASTERN) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
    if found.tzinfo is None:
        return found.isoformat(timespec="seconds") if "T" in str(moment) else found.date().isoformat()
    return there.replace(tzinfo=None).isoformat(timespec="seconds")
