"""One BILLSTATUS record (govinfo, schemas 1.0.0 and 3.0.0) as a Bill.

The schema is described at https://github.com/usgpo/bill-status. The two versions differ in a few names and in an extra
level around summaries, committees and subjects; both forms are looked for, whatever version the record claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from lxml.etree import _Element as Element
from w3lib.html import remove_tags_with_content, replace_entities, replace_tags

from crawlers.items import (
    FEDERAL_TYPES,
    Action,
    BadRecord,
    Bill,
    Committee,
    Law,
    Link,
    Sponsor,
    Summary,
    TextVersion,
    Title,
    clean,
    document_id,
)
from crawlers.parsers import law_numbers, xmltree
from crawlers.parsers.bill_abstract import abstract
from crawlers.people import as_people_say
from crawlers.status.federal import bill_history, classify_action

#: Congress's short words -> how congress.gov spells the type in an address, and how people write it.
TYPES = {
    "hr": ("house-bill", "H.R."),
    "s": ("senate-bill", "S."),
    "hres": ("house-resolution", "H.Res."),
    "sres": ("senate-resolution", "S.Res."),
    "hjres": ("house-joint-resolution", "H.J.Res."),
    "sjres": ("senate-joint-resolution", "S.J.Res."),
    "hconres": ("house-concurrent-resolution", "H.Con.Res."),
    "sconres": ("senate-concurrent-resolution", "S.Con.Res."),
}
Row = tuple[str, str, str]  # document id, address, lastmod
_BLOCK_ENDS = re.compile(r"</(?:p|li|ul|ol|h\d|div|tr)>|<br\s*/?>", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")
_NAME = re.compile(
    r"^(?:(?P<prefix>(?:Rep|Sen|Del)\.|Resident Commissioner)\s+)?(?P<last>[^,\[]+),\s*(?P<first>[^\[]+?)\s*(?:\[|$)"
)


def fields_of(tree: Element) -> list[str]:
    return sorted({str(field.tag) for field in tree.iterfind("bill/*")})


def read(tree: Element, row: Row) -> Bill:
    """The record that was asked for, and no other.

    Raises:
        BadRecord: it cannot be read, or is another one than its address says.
    """
    bill = parse_bill(tree, source_url=row[1], stamp=row[2])
    if bill.id != row[0]:
        raise BadRecord(f"asked for {row[0]}, got {bill.id}")
    return bill


def read_member(packed: tuple[Row, bytes | None]) -> tuple[Row, Bill | None, list[str]]:
    """A record of a ZIP with its row and its fields; None where it is lacking, another one, or cannot be read."""
    row, body = packed
    names: list[str] = []
    try:
        if body is not None:
            tree = xmltree.parse(body, root="billStatus")
            names = fields_of(tree)
            return row, read(tree, row), names
    except ValueError:
        pass  # asked for singly, it is a reject with its reason
    return row, None, names


def parse_bill(root: Element, *, source_url: str, stamp: str | None = None) -> Bill:
    """A Bill from the root of a BILLSTATUS record.

    Args:
        source_url: the address of the record at govinfo.
        stamp: the sitemap's lastmod.

    Raises:
        BadRecord: number, type, Congress, title or the date of introduction is missing or cannot be.
    """
    bill = root.find("bill")
    if bill is None:
        raise BadRecord("no <bill> in <billStatus>")
    kind, number, congress = _identity(bill)
    titles = tuple(_titles(bill))
    title = _title(bill, titles)
    introduced_on = _required_day(bill, "introducedDate")
    actions = tuple(_actions(bill))
    history = bill_history(actions, document_type=kind, introduced_on=introduced_on)
    summaries = tuple(_summaries(bill))
    address, short = TYPES[kind]
    return Bill(
        id=document_id("us", congress, f"{kind}{number}"),
        source="us_bills",
        jurisdiction="us",
        level="federal",
        session=congress,
        identifier=f"{short} {number}",
        document_type=kind,
        chamber="lower" if kind.startswith("h") else "upper",
        title=title,
        abstract=abstract(title, titles, summaries),
        url=f"https://www.congress.gov/bill/{ordinal(int(congress))}-congress/{address}/{number}",
        source_url=source_url,
        status=history[-1][0],
        status_on=history[-1][1],
        status_history=history,
        introduced_on=introduced_on,
        policy_area=_text(bill, "policyArea/name"),
        titles=titles,
        summaries=summaries,
        actions=actions,
        sponsors=tuple(_sponsors(bill)),
        committees=tuple(_committees(bill)),
        subjects=tuple(_subjects(bill)),
        versions=tuple(_versions(bill)),
        laws=tuple(_laws(bill)) or law_numbers.of_actions(actions),
        links=tuple(_links(bill)),
        stamp=stamp,
    )


def _identity(bill: Element) -> tuple[str, str, str]:
    kind = (_text(bill, "type") or _text(bill, "billType") or "").lower().replace(".", "")
    number, congress = _text(bill, "number") or _text(bill, "billNumber") or "", _text(bill, "congress") or ""
    if FEDERAL_TYPES.get(kind) != kind:
        raise BadRecord(f"type {kind!r} is none of {', '.join(TYPES)}")
    for name, value in (("number", number), ("congress", congress)):
        if not _NUMBER.fullmatch(value):
            raise BadRecord(f"{name} {value!r} is not a number")
    return kind, str(int(number)), str(int(congress))


def _title(bill: Element, titles: tuple[Title, ...]) -> str:
    title = _text(bill, "title") or next((each.title for each in titles), None)
    if not title:
        raise BadRecord("no title of any kind")
    return title


def _titles(bill: Element) -> Iterator[Title]:
    for item in bill.iterfind("titles/item"):
        if text := _text(item, "title"):
            yield Title(kind=_text(item, "titleType") or "Title", title=text)


def _laws(bill: Element) -> Iterator[Law]:
    for item in bill.iterfind("laws/item"):
        if number := _text(item, "number"):
            yield Law(kind=_text(item, "type") or "Law", number=number)


def _summaries(bill: Element) -> Iterator[Summary]:
    for item in _either(bill, "summaries/summary", "summaries/billSummaries/item"):
        text = plain(item.findtext("text") or item.findtext("cdata/text"))
        day = _day(item, "actionDate")
        if text and day:
            yield Summary(acted_on=day, action=_text(item, "actionDesc") or "Summary", text=text)


def _actions(bill: Element) -> Iterator[Action]:
    """Oldest first (the record lists the newest first); an action without date or words is left out."""
    for item in reversed(bill.findall("actions/item")):
        day, text = _day(item, "actionDate"), plain(item.findtext("text"))
        if day and text:
            code = _text(item, "actionCode")
            yield Action(
                acted_on=day,
                description=text,
                classification=classify_action(text),
                chamber=_chamber(item, code),
                code=code,
            )


def _chamber(item: Element, code: str | None) -> str | None:
    system = _text(item, "sourceSystem/name") or ""
    if system.startswith(("House", "Senate")):
        return "lower" if system.startswith("House") else "upper"
    return "lower" if code and code.startswith("H") else None


def _sponsors(bill: Element) -> Iterator[Sponsor]:
    for role, path in (("sponsor", "sponsors/item"), ("cosponsor", "cosponsors/item")):
        for item in bill.iterfind(path):
            if name := person_name(_text(item, "fullName") or _text(item, "name") or ""):
                yield Sponsor(
                    name=name,
                    role=role,
                    party=_text(item, "party"),
                    state=_text(item, "state"),
                    district=_text(item, "district"),
                    person_id=_text(item, "bioguideId"),
                    joined_on=_day(item, "sponsorshipDate"),
                    withdrawn_on=_day(item, "sponsorshipWithdrawnDate"),
                    original=_text(item, "isOriginalCosponsor") == "True",
                )


def person_name(full: str) -> str | None:
    """ "Rep. Fitzpatrick, Brian K. [R-PA-1]" as people say it: "Rep. Brian K. Fitzpatrick"."""
    if match := _NAME.match(full):
        prefix = f"{match['prefix']} " if match["prefix"] else ""
        name = clean(f"{prefix}{match['first']} {match['last'].strip()}")
        return name and as_people_say(name)
    return clean(full)


def _committees(bill: Element) -> Iterator[Committee]:
    for item in _either(bill, "committees/item", "committees/billCommittees/item"):
        chamber = {"House": "lower", "Senate": "upper"}.get(_text(item, "chamber") or "")
        yield from _activities(item, chamber, _text(item, "name") or "")
        for sub in item.iterfind("subcommittees/item"):
            yield from _activities(sub, chamber, f"{_text(item, 'name')}: {_text(sub, 'name')}")


def _activities(item: Element, chamber: str | None, name: str) -> Iterator[Committee]:
    for activity in item.iterfind("activities/item"):
        yield Committee(
            name=name,
            chamber=chamber,
            code=_text(item, "systemCode"),
            activity=_text(activity, "name"),
            active_on=_day(activity, "date"),
        )


def _subjects(bill: Element) -> Iterator[str]:
    for item in _either(bill, "subjects/legislativeSubjects/item", "subjects/billSubjects/legislativeSubjects/item"):
        if name := _text(item, "name"):
            yield name


def _versions(bill: Element) -> Iterator[TextVersion]:
    for item in bill.iterfind("textVersions/item"):
        if name := _text(item, "type"):
            url = next((u.text.strip() for u in item.iterfind("formats/item/url") if u.text), None)
            xml = "text/xml" if url and url.endswith(".xml") else None
            yield TextVersion(name=name, issued_on=_day(item, "date"), url=url, media_type=xml)


def _links(bill: Element) -> Iterator[Link]:
    for item in bill.iterfind("relatedBills/item"):
        kind, number, congress = (_text(item, name) or "" for name in ("type", "number", "congress"))
        if not (kind and number and congress):
            continue
        linked = document_id("us", congress, f"{kind}{number}")
        for detail in item.iterfind("relationshipDetails/item"):
            yield Link(
                document_id=linked,
                kind=_text(detail, "type") or "Related bill",
                said_by=_text(detail, "identifiedBy"),
                title=_text(item, "title"),
            )


# --------------------------------------------------------------------- small readers


def ordinal(number: int) -> str:
    """ "117th", "101st", "102nd": as congress.gov spells a Congress in its addresses."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"


def plain(markup: str | None) -> str | None:
    """Text without its markup: the ends of paragraphs and list items become line breaks, entities characters."""
    if not markup:
        return None
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    text = remove_tags_with_content(markup, ("script", "style"))
    return clean(replace_entities(replace_tags(_BLOCK_ENDS.sub("\n", text), "")))


def _either(bill: Element, *paths: str) -> Iterable[Element]:
    return next((found for path in paths if (found := bill.findall(path))), [])


def _text(node: Element, path: str) -> str | None:
    return clean(_found(node, path))


def _found(node: Element, path: str) -> str | None:
    """What `findtext` gives; a child is looked up without reading a path: a record asks for eight of every cosponsor."""
    if "/" in path:
        return node.findtext(path)
    child = next(node.iterchildren(path), None)
    return None if child is None else child.text or ""


def _day(node: Element, path: str) -> str | None:
    """The ISO day of a date or time; None where there is none or where it cannot be (year 1, month 13)."""
    text = (_found(node, path) or "").strip()[:10]
    try:
        return text if text and date.fromisoformat(text).year > 1700 else None
    except ValueError:
        return None


def _required_day(bill: Element, path: str) -> str:
    if day := _day(bill, path):
        return day
    raise BadRecord(f"{path} {bill.findtext(path)!r} is not a date")
