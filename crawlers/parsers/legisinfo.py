"""A bill of the Parliament of Canada as LEGISinfo gives it (www.parl.ca): parsing only, nothing is fetched here.

A session's list (JSON) tells of each bill little more than titles, status and the days of readings; the bill's own page (XML)
has the rest. The list changed its form on about August 13, 2026: both are read.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from crawlers.items import (
    Action,
    BadRecord,
    Bill,
    Committee,
    Law,
    Link,
    Sponsor,
    TextVersion,
    Title,
    Unreadable,
    clean,
    document_id,
)
from crawlers.parsers import xmltree
from crawlers.parsers.billstatus import plain
from crawlers.parsers.json_reader import read_json
from crawlers.status.parliament import classify_event, history, stage_status
from text.yaml_config import rules_of

HOST = "https://www.parl.ca"
SOURCE, JURISDICTION = "ca_bills", "ca"
ENDED = Path(__file__).with_name("legisinfo.yml")
#: Title fields -> what a reader calls them: both languages are the law, so both are kept.
TITLES = {
    "ShortTitleEn": "Short title (English)",
    "ShortTitleFr": "Titre abrégé (français)",
    "LongTitleEn": "Long title (English)",
    "LongTitleFr": "Titre intégral (français)",
}
#: Publication types -> the last part of the text's address.
_TEXTS = {"80701": "first-reading", "80702": "second-reading", "80703": "third-reading", "80704": "royal-assent"}
#: Names in the list of before August 2026 -> the bill page's.
FLAT = {
    "BillNumberFormatted": "NumberCode",
    "CurrentStatusEn": "StatusNameEn",
    "SponsorEn": "SponsorPersonName",
    "LatestActivityDateTime": "LatestBillEventDateTime",
    "BillTypeEn": "BillDocumentTypeNameEn",
}
Record = dict[str, Any]
_TAG = re.compile(r"^[A-Za-z]\w*$")
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WITH_ZONE = re.compile(r"^(?!000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d:\d\d$")
_NUMBER = re.compile(r"^[CS]-[0-9]{1,5}[A-Z]?$")
_SESSION = re.compile(r"^[0-9]{1,3}-[0-9]{1,2}$")
_DAY = re.compile(r"^\d{4}-\d\d-\d\d")


@cache
def ended_sessions(path: Path = ENDED) -> tuple[str, ...]:
    """The ended sessions listed in legisinfo.yml.

    Raises:
        ValueError: the file holds anything but such a list.
    """
    with rules_of(path) as entries:
        sessions = entries.get("ended") if isinstance(entries, dict) else None
        if not isinstance(sessions, list) or not all(_SESSION.match(str(each)) for each in sessions):
            raise ValueError(f'{path.name}: `ended` must be a list of sessions such as "44-1"')
        return tuple(map(str, sessions))


def session_of(bill: Element) -> str:
    """The parliament and session of a bill: "44-1".

    Raises:
        BadRecord: either is missing.
    """
    parliament, session = _text(bill, "ParliamentNumber"), _text(bill, "SessionNumber")
    if not (parliament and session and parliament.isdecimal() and session.isdecimal()):
        raise BadRecord(f"no parliament and session in bill {_text(bill, 'NumberCode')!r}")
    return f"{parliament}-{session}"


def number_of(bill: Element) -> str:
    """A bill's number: "C-18".

    Raises:
        BadRecord: it is missing or none.
    """
    number = _text(bill, "NumberCode") or ""
    if not _NUMBER.match(number):
        raise BadRecord(f"NumberCode {number!r} is not the number of a bill")
    return number


def read_list(body: bytes) -> list[Record]:
    """The rows of a session's list, in whichever form.

    Raises:
        Unreadable: it is no list of records, or an empty one.
    """
    rows = read_json(body)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("not a list of bills")
    return rows


def is_empty(body: bytes) -> bool:
    """Whether an answer is a list without a bill: between two parliaments no session is the present one.

    Raises:
        Unreadable: it is no JSON.
    """
    return read_json(body) == []


def listed(row: Record) -> Element:
    """A row of a list as a bill's page would have it, as far as it goes."""
    bill = etree.Element("Bill")
    for name, value in row.items():
        if isinstance(value, str | int) and _TAG.match(name):
            text = str(value).lower() if isinstance(value, bool) else _NOT_XML.sub(" ", str(value))
            etree.SubElement(bill, FLAT.get(name, name)).text = _wall_clock(text)
    if bill.find("IsHouseBill") is None:
        etree.SubElement(bill, "IsHouseBill").text = str((_text(bill, "NumberCode") or "").startswith("C")).lower()
    return bill


def _wall_clock(text: str) -> str:
    """The list takes the page's times for UTC and tells them in Ottawa's: told back, they have the page's day again."""
    if not _WITH_ZONE.match(text):
        return text
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None).isoformat()


def stamp_of(row: Record, today: str) -> str:
    """The mark of change: a hash of the row, since the source gives none.

    The list does not tell all that happens to a bill, so the stamp of one that is not law moves once a week as well, those
    of different bills on different days.
    """
    digest = hashlib.sha256(json.dumps(row, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    if row.get("ReceivedRoyalAssentDateTime"):
        return digest
    return f"{digest}-{(date.fromisoformat(today).toordinal() + int(digest[:4], 16)) // 7}"


def page_address(session: str, number: str) -> str:
    """Where a bill's own record is."""
    return f"{HOST}/legisinfo/en/bill/{session}/{number.lower()}/xml"


def read_page(body: bytes, session: str, number: str) -> Element:
    """The bill on its own page.

    Raises:
        Unreadable: it is not there, or another one is.
    """
    bills = xmltree.parse(body, root="Bills").findall("Bill")
    try:
        if len(bills) == 1 and (session_of(bills[0]), number_of(bills[0])) == (session, number):
            return bills[0]
    except BadRecord as error:
        raise Unreadable(str(error)) from error
    raise Unreadable(f"asked for {number} of {session}, got {len(bills)} bills or another one")


def parse_bill(bill: Element, *, source_url: str, stamp: str | None) -> Bill:
    """A `<Bill>` of LEGISinfo as a document; the text shown is English, titles are kept in both languages.

    Raises:
        BadRecord: number, session or title is missing.
    """
    number, session = number_of(bill), session_of(bill)
    titles = tuple(Title(kind=kind, title=text) for name, kind in TITLES.items() if (text := plain(_text(bill, name))))
    if not titles:
        raise BadRecord(f"{number} of {session} has no title")
    home = "lower" if _text(bill, "IsHouseBill") == "true" else "upper"
    actions = tuple(_actions(bill))
    introduced_on = _introduced_on(bill, actions)
    steps = _history(bill, actions, home, introduced_on)
    english = [each.title for each in titles if "English" in each.kind] or [titles[0].title]
    return Bill(
        id=document_id(JURISDICTION, session, number),
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="international",
        session=session,
        identifier=number,
        title=english[0],
        abstract=_abstract(bill, english),
        url=f"{HOST}/legisinfo/en/bill/{session}/{number.lower()}",
        source_url=source_url,
        status=steps[-1][0] if steps else "introduced",
        status_on=steps[-1][1] if steps else None,
        status_history=steps,
        introduced_on=introduced_on,
        chamber=home,
        document_type=_text(bill, "BillDocumentTypeNameEn"),
        titles=titles,
        actions=actions,
        sponsors=tuple(_sponsor(bill)),
        committees=tuple(_committees(bill)),
        versions=tuple(_versions(bill, session, number)),
        laws=tuple(_laws(bill)),
        links=tuple(_links(bill)),
        stamp=stamp,
    )


def _abstract(bill: Element, english: list[str]) -> str | None:
    """The long title, where the short one is shown, and the Library of Parliament's summary."""
    summary = plain(_text(bill, "ShortLegislativeSummaryEn"))
    return "\n\n".join(filter(None, [*english[1:], summary])) or None


def _history(
    bill: Element, actions: tuple[Action, ...], home: str, introduced_on: str | None
) -> tuple[tuple[str, str], ...]:
    words = _text(bill, "StatusNameEn")
    if not words:
        steps = history(actions, home=home, stated="introduced", stated_on=None)
        return steps or ((("introduced", introduced_on),) if introduced_on else ())
    in_house, in_senate = "in the House" in words, "in the Senate" in words
    at_home = not (in_senate if home == "lower" else in_house) or "awaiting first reading" in words
    stated_on = _day(bill, "LatestBillEventDateTime") or introduced_on
    return history(actions, home=home, stated=stage_status(words, at_home=at_home), stated_on=stated_on)


def _actions(bill: Element) -> Iterator[Action]:
    """The significant events of all stages in the order in which they happened; those of one moment as the record has them."""
    found: list[tuple[str, Action]] = []
    for group, chamber in (
        ("HouseBillStages", "lower"),
        ("SenateBillStages", "upper"),
        ("HouseAdditionalInformation", "lower"),
        ("SenateAdditionalInformation", "upper"),
        ("RoyalAssent", None),
    ):
        for event in bill.iterfind(f"BillStages/{group}/SignificantEvents"):
            found += _action(event, chamber)
    for event in bill.iterfind("BillStages/InterChamberMessages"):
        found += _action(event, None)
    yield from dict.fromkeys(action for _, action in sorted(found, key=lambda pair: pair[0]))


def _action(event: Element, chamber: str | None) -> list[tuple[str, Action]]:
    words, day = _text(event, "EventNameEn"), _day(event, "EventDateTime")
    if not (words and day):
        return []
    action = Action(
        acted_on=day,
        description=words,
        classification=classify_event(words),
        chamber=chamber,
        code=_text(event, "EventTypeId"),
    )
    return [(_text(event, "EventDateTime") or day, action)]


def _introduced_on(bill: Element, actions: tuple[Action, ...]) -> str | None:
    readings = [_day(bill, f"Passed{chamber}FirstReadingDateTime") for chamber in ("House", "Senate")]
    days = [day for day in readings if day] or [action.acted_on for action in actions]
    return min(days, default=None)


def _sponsor(bill: Element) -> Iterator[Sponsor]:
    if name := _text(bill, "SponsorPersonName"):
        honorific = _text(bill, "SponsorPersonShortHonorificEn")
        yield Sponsor(
            name=f"{honorific} {name}" if honorific else name,
            role="sponsor",
            district=_text(bill, "SponsorConstituencyNameEn"),
            person_id=_text(bill, "SponsorPersonId"),
        )


def _committees(bill: Element) -> Iterator[Committee]:
    found = []
    for group, chamber in (("HouseBillStages", "lower"), ("SenateBillStages", "upper")):
        for stage in bill.iterfind(f"BillStages/{group}"):
            for node in stage.iterfind("Committee"):
                if name := _text(node, "CommitteeNameEn"):
                    found.append(
                        Committee(
                            name=name,
                            chamber=chamber,
                            code=_text(node, "CommitteeAcronym"),
                            activity=_text(stage, "BillStageNameEn"),
                        )
                    )
    yield from dict.fromkeys(found)


def _versions(bill: Element, session: str, number: str) -> Iterator[TextVersion]:
    for node in bill.iterfind("Publications"):
        if name := _text(node, "PublicationTypeNameEn"):
            place = _TEXTS.get(_text(node, "PublicationTypeId") or "")
            url = f"{HOST}/DocumentViewer/en/{session}/bill/{number}/{place}" if place else None
            yield TextVersion(name=name, issued_on=None, url=url, media_type="text/html" if url else None)


def _laws(bill: Element) -> Iterator[Law]:
    year, chapter = _text(bill, "StatuteYear"), _text(bill, "StatuteChapter")
    if year and chapter:
        yield Law(kind="Statutes of Canada", number=f"{year}, c. {chapter}")


def _links(bill: Element) -> Iterator[Link]:
    """Similar bills, and the same bill of the session before."""
    for node in bill.iterfind("SimilarBills"):
        number, parliament, session = (_text(node, x) for x in ("NumberCode", "ParliamentNumber", "SessionNumber"))
        if number and parliament and session:
            key = document_id(JURISDICTION, f"{parliament}-{session}", number)
            title = _text(node, "ShortTitleEn") or _text(node, "LongTitleEn")
            yield Link(document_id=key, kind="similar", said_by="LEGISinfo", title=title)


def _text(node: Element, path: str) -> str | None:
    return clean(node.findtext(path))


def _day(node: Element, path: str) -> str | None:
    """The ISO day of a date and time in Ottawa; None where there is none or it cannot be (year 1)."""
    text = (node.findtext(path) or "").strip()
    try:
        return text[:10] if _DAY.match(text) and date.fromisoformat(text[:10]).year > 1700 else None
    except ValueError:
        return None
