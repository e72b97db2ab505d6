"""A bill of the Parliament of Canada as LEGISinfo's XML gives it (www.parl.ca): parsing only, nothing is fetched here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

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
    clean,
    document_id,
)
from crawlers.parsers.billstatus import plain
from crawlers.status.parliament import classify_event, history, stage_status
from crawlers.yaml_config import rules_of

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


def stamp_of(bill: Element) -> str:
    """The mark of change: a hash of the record, since the source gives none."""
    return hashlib.sha256(etree.tostring(bill, method="c14n")).hexdigest()[:24]


def parse_bill(bill: Element, *, source_url: str, stamp: str) -> Bill:
    """A `<Bill>` of a LEGISinfo list as a document; the text shown is English, titles are kept in both languages.

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
