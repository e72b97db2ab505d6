"""A record of federalregister.gov's API (v1) as a Regulation: parsing only, nothing is fetched here."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import lxml.html

from crawlers.items import Action, BadRecord, Event, Link, Regulation, clean, document_id
from crawlers.parsers.federal_register_dates import TIMEZONE, with_days
from crawlers.parsers.federal_register_dockets import dockets, own
from crawlers.parsers.federal_register_excerpt import printed_title
from crawlers.parsers.federal_register_heading import as_printed
from crawlers.parsers.federal_register_replies import with_reply_deadline
from crawlers.parsers.federal_register_title import titled
from crawlers.status.federal import regulation_purpose, regulation_status
from text.yaml_config import rules_of

HOST = "https://www.federalregister.gov"
SOURCE, JURISDICTION, SESSION = "us_federal_register", "us", "fr"
CHOICE = Path(__file__).with_name("federal_register.yml")
#: All that is asked for. Fields that change every day (page views, comment counts) would make every document "changed".
FIELDS = (
    "abstract",
    "action",
    "agencies",
    "cfr_references",
    "citation",
    "comments_close_on",
    "correction_of",
    "corrections",
    "dates",
    "docket_ids",
    "document_number",
    "effective_on",
    "excerpts",
    "executive_order_number",
    "html_url",
    "presidential_document_number",
    "proclamation_number",
    "publication_date",
    "raw_text_url",
    "regulation_id_numbers",
    "signing_date",
    "subtype",
    "title",
    "topics",
    "type",
)
OFFICE = "Office of the Federal Register"
_CITED = re.compile(r"\bFR Doc(?:ument|\.)?(?: (?:No|Number)\.?)?\s*((?:[A-Z]\d-)?(?:19|20)?\d\d[-\u2013]\d{4,5})\b")
_PRINTED = re.compile(r"\d{1,3} FR \d+")
_DATES_LONGEST = 300
_WRAPPED = 82  # the printer's lines are 70-odd characters; a text without longer ones was broken into lines
_PAGE_MARK = re.compile(r"^\s*\[\[Page \S+\]\]\s*$")


# --------------------------------------------------------------------- what is fetched with its text


@dataclass(frozen=True)
class Choice:
    """Whose documents are fetched with their full text: every one of some types, and all that some agencies publish."""

    types: frozenset[str]
    agencies: frozenset[str]

    def wants_text(self, record: dict[str, Any]) -> bool:
        """Whether a listed record's text is fetched too."""
        slugs = [_text(agency, "slug") for agency in _dicts(record.get("agencies"))]
        return _text(record, "type") in self.types or not self.agencies.isdisjoint(slugs)


@cache
def load_choice(path: Path = CHOICE) -> Choice:
    """The choice in federal_register.yml.

    Raises:
        ValueError: the file does not hold two lists of words called types and agencies.
    """
    with rules_of(path) as entries:
        if not isinstance(entries, dict) or set(entries) != {"types", "agencies"}:
            raise ValueError(f"{path.name}: must hold `types` and `agencies`, nothing else")
        for name, words in entries.items():
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise ValueError(f"{path.name}: {name} must be a list of words")
        return Choice(frozenset(entries["types"]), frozenset(entries["agencies"]))


# --------------------------------------------------------------------- a record


def stamp_of(record: dict[str, Any]) -> str:
    """The listing's mark of change: a hash of the record, since the source gives none. An excerpt may be another each time.

    What has no citation has the mark that it had before citations were collected.
    """
    lasting = {name: value for name, value in record.items() if name != "excerpts"}
    if not lasting.get("citation"):
        lasting.pop("citation", None)
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:24]


def number_of(record: dict[str, Any]) -> str:
    """A record's document number ("2025-01234", "C1-2024-00339").

    Raises:
        BadRecord: there is none.
    """
    number = _text(record, "document_number")
    if not number:
        raise BadRecord("a record without document_number")
    return number


def parse_regulation(record: dict[str, Any], *, text: str | None, stamp: str | None) -> Regulation:
    """A listed record, with its full text where that was fetched, as a document.

    Raises:
        BadRecord: number, title, type, page or day of publication is missing, or a date is none.
    """
    number = number_of(record)
    kind, url = _required(record, "type"), _required(record, "html_url")
    published_on = _day(record, "publication_date")
    if published_on is None:
        raise BadRecord(f"publication_date {record.get('publication_date')!r} is missing or cannot be")
    title, agencies = titled(
        _required(record, "title"), kind=kind, number=number, published_on=published_on, agencies=_agencies(record)
    )
    title = printed_title(title, _text(record, "excerpts"), _agencies(record))
    action = _text(record, "action")
    links = _links(record, number, action, text)
    purpose = regulation_purpose(action, corrects=bool(_number_in(record.get("correction_of"))))
    status = regulation_status(kind, action, purpose)
    reached_on = _day(record, "signing_date") or published_on
    corrected = [link.document_id for link in links if link.kind == "corrects"]
    docket_ids, rins = own(dockets(_words(record, "docket_ids")), _words(record, "regulation_id_numbers"))
    document = Regulation(
        id=document_id(JURISDICTION, SESSION, number),
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="federal",
        session=SESSION,
        identifier=number,
        title=title,
        url=_page(url),
        source_url=f"{HOST}/api/v1/documents/{number}.json",
        abstract=clean(_text(record, "abstract")),
        text=text,
        status=status,
        status_on=reached_on,
        status_history=((status, reached_on),),
        published_on=published_on,
        document_type=kind,
        actions=(Action(acted_on=published_on, description=action),) if action else (),
        links=links,
        events=_events(record),
        agencies=agencies,
        docket_ids=docket_ids,
        rins=rins,
        cfr_references=_cfr(record),
        citations=_citations(record),
        topics=_words(record, "topics"),
        corrects=corrected[0] if len(corrected) == 1 else None,
        comments_close_on=_day(record, "comments_close_on"),
        effective_on=_effective_on(record),
        presidential_number=_presidential(record),
        stamp=stamp,
    )
    dates = _text(record, "dates")
    return with_reply_deadline(with_days(as_printed(document), dates), dates)


def _events(record: dict[str, Any]) -> tuple[Event, ...]:
    """The comment deadline (the end of that day, Eastern time) and the day of effect, with the source's own sentence."""
    dates = _text(record, "dates")
    words = " ".join(dates.split()) if dates else None
    if words and len(words) > _DATES_LONGEST:
        words = words[: _DATES_LONGEST - 1].rstrip() + "…"
    found = []
    for kind, day, clock in (
        ("comment_close", _day(record, "comments_close_on"), "23:59:59"),
        ("effective", _effective_on(record), "00:00:00"),
    ):
        if day:
            found.append(Event(kind=kind, starts_at=f"{day}T{clock}", timezone=TIMEZONE, description=words))
    return tuple(found)


def _effective_on(record: dict[str, Any]) -> str | None:
    """A proposal takes no effect: what the source gives as its day of effect is a second deadline for comments."""
    day = _day(record, "effective_on")
    return None if record.get("type") == "Proposed Rule" else day


def _links(record: dict[str, Any], number: str, action: str | None, text: str | None) -> tuple[Link, ...]:
    """What the record says it corrects and is corrected by, then what its own words cite as corrected, withdrawn, …"""
    said: list[tuple[str, str, str]] = []
    if target := _number_in(record.get("correction_of")):
        said.append((target, "corrects", OFFICE))
    said_of = record.get("corrections")
    for each in said_of if isinstance(said_of, list) else ():
        if target := _number_in(each):
            said.append((target, "corrected by", OFFICE))
    if purpose := regulation_purpose(action):
        words = "\n".join(filter(None, (action, _text(record, "abstract"), _text(record, "dates"), text)))
        said += [(cited.replace("\u2013", "-"), purpose, "its own text") for cited in _CITED.findall(words)]
    own = document_id(JURISDICTION, SESSION, number)
    found: dict[tuple[str, str], Link] = {}
    for target, kind, who in said:
        key = document_id(JURISDICTION, SESSION, target)
        if key != own:
            found.setdefault((key, kind), Link(document_id=key, kind=kind, said_by=who))
    return tuple(found.values())


def _presidential(record: dict[str, Any]) -> str | None:
    """The kind and number of a presidential document, as people say it: "Executive Order 14238"."""
    for name, kind in (("executive_order_number", "Executive Order"), ("proclamation_number", "Proclamation")):
        if number := _text(record, name):
            return f"{kind} {number}"
    number = _text(record, "presidential_document_number")
    return f"{_text(record, 'subtype') or 'Presidential Document'} {number}" if number else None


def _agencies(record: dict[str, Any]) -> tuple[str, ...]:
    names = (agency.get("name") or agency.get("raw_name") for agency in _dicts(record.get("agencies")))
    return tuple(dict.fromkeys(cleaned for name in names if isinstance(name, str) and (cleaned := clean(name))))


def _citations(record: dict[str, Any]) -> tuple[str, ...]:
    """The volume and the page on which the document is printed ("89 FR 43")."""
    said = _text(record, "citation")
    return (said,) if said and _PRINTED.fullmatch(said) else ()


def _cfr(record: dict[str, Any]) -> tuple[str, ...]:
    found = (
        f"{each['title']} CFR {each.get('part') or ''}".strip()
        for each in _dicts(record.get("cfr_references"))
        if each.get("title")
    )
    return tuple(dict.fromkeys(found))


# --------------------------------------------------------------------- its text


def parse_text(body: bytes) -> str | None:
    """The plain text of a full-text page, as it is stored.

    Raises:
        ValueError: this is no full-text page, or only a part of one.
    """
    page = body.decode("utf-8").strip()  # UnicodeDecodeError is a ValueError
    if "<pre" not in page or not page.endswith("</html>") or "\x00" in page:
        raise ValueError("not a full-text page of the Federal Register, or only a part of one")
    found = lxml.html.fromstring(page).find(".//pre")
    if found is None:
        raise ValueError("a full-text page without its text")
    return clean(_unwrap(found.text_content()))


def _unwrap(text: str) -> str:
    """A text that the printer broke into short lines, with each paragraph on one line; any other text as it is."""
    lines = [line.rstrip() for line in text.split("\n") if not _PAGE_MARK.match(line)]
    if max(map(len, lines), default=0) > _WRAPPED:
        return "\n".join(lines)
    joined: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        # a paragraph begins with an indent, a heading is short: what follows a full line without one goes on
        if joined and line and not line[0].isspace() and len(before) > _WRAPPED // 2:
            joined[-1] += " " + line
        else:
            joined.append(line)
    return "\n".join(joined)


# --------------------------------------------------------------------- fields


def _text(record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return clean(value) if isinstance(value, str) else None


def _required(record: dict[str, Any], name: str) -> str:
    value = _text(record, name)
    if value is None:
        raise BadRecord(f"{name} is empty")
    return value


def _day(record: dict[str, Any], name: str) -> str | None:
    """An ISO date, or None where there is none. A slip of the source's ("3036-04-18") is none: its words stand in `dates`.

    Raises:
        BadRecord: there is something, but no date.
    """
    value = _text(record, name)
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise BadRecord(f"{name} {value!r} is not a date") from error
    return day.isoformat() if 1936 <= day.year <= 2200 else None  # the first issue is of 1936


def _words(record: dict[str, Any], name: str) -> tuple[str, ...]:
    words = record.get(name)
    found = (clean(word) for word in words if isinstance(word, str)) if isinstance(words, list) else ()
    return tuple(dict.fromkeys(word for word in found if word))


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number_in(url: Any) -> str | None:
    """The document number at the end of an API address, which is how a record names another."""
    match = re.search(r"/documents/([A-Za-z0-9-]+?)(?:\.json)?(?:\?.*)?$", url) if isinstance(url, str) else None
    return match[1] if match else None


def _page(url: str) -> str:
    if not url.startswith(f"{HOST}/"):
        raise BadRecord(f"html_url {url!r} is not an address of {HOST}")
    return url
