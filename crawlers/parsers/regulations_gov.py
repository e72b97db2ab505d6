"""A document of regulations.gov's API (v4) as a Regulation: parsing only, nothing is fetched here."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.items import Action, BadRecord, Document, Event, Link, Regulation, Unreadable, clean, document_id
from crawlers.parsers.json_reader import is_total, read_object
from text.days import in_words
from text.yaml_config import rules_of

API = "https://api.regulations.gov/v4"
SITE = "https://www.regulations.gov"
SOURCE, JURISDICTION, SESSION = "us_regulations", "us", "regs"
TIMEZONE = "America/New_York"
FEDERAL_REGISTER = "fr"  # the session of the Federal Register's own documents
AGENCIES_FILE = Path(__file__).with_name("regulations_agencies.yml")
_EASTERN = ZoneInfo(TIMEZONE)
Record = dict[str, Any]

#: What a subtype makes of a document, whatever its type; flat and ordered. Anything else stands as its type says.
SUBTYPES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (status, re.compile(pattern, re.IGNORECASE))
    for status, pattern in (
        ("withdrawn", r"\bwithdrawal\b"),
        (
            "notice",
            r"^correction|\bhearings?\b|public meeting|policy statement|guidance|initial decision|^petition|^denial",
        ),
        ("notice", r"request for information|negotiated rulemaking"),
        ("proposed", r"proposed rule|\(a?nprm\)|\(snprm\)"),
        ("final", r"final|interim rule|temporary rule|effective date|technical amendment"),
    )
)
_TYPES = {"Rule": "final", "Proposed Rule": "proposed"}
_DASHES = re.compile(r"\s*[-\u2010-\u2015]\s*")
_FR_NUMBER = re.compile(r"(?<![\w-])(?:(?:[A-Z]\d-)?(?:(?:19|20)\d\d-\d{4,5}|\d\d-\d{3,5})|[A-Z]\d-\d{3,5})(?![\w-])")
_PURPOSE = re.compile(
    r"[;:]\s+((?:notice of |partial )?(?:corrections?|correcting|technical|extension|reopening|withdrawal|delay|stay|"
    r"postponement)\b[^;:]{0,60})$",
    re.IGNORECASE,
)
#: How versions before wrote the day on which comments begin.
_OPENED = re.compile(r"\bcomments from (\d{4}-\d\d-\d\d)$")
_NO_RIN = re.compile(r"not assigned|^n/?a$", re.IGNORECASE)


@cache
def agency_names(path: Path = AGENCIES_FILE) -> dict[str, str]:
    """The names of agencies by their codes.

    Raises:
        ValueError: the file is not code -> name.
    """
    with rules_of(path) as names:
        if not isinstance(names, dict) or not all(isinstance(part, str) for pair in names.items() for part in pair):
            raise ValueError(f"{path.name}: must map each code to the name of its agency")
        return names


def read_page(body: bytes) -> tuple[int, list[Record], list[Any]]:
    """How many documents a search has found in all, those this page holds, and rows that are none.

    Raises:
        Unreadable: this is no page of documents.
    """
    page = read_object(body)
    meta, rows = page.get("meta"), page.get("data")
    total = meta.get("totalElements") if isinstance(meta, dict) else None
    if not is_total(total) or not isinstance(rows, list) or (rows and not any(map(_has_id, rows))):
        raise Unreadable("not a page of documents: meta.totalElements or data is missing or has the wrong form")
    return total, [row for row in rows if _has_id(row)], [row for row in rows if not _has_id(row)]


def read_docket(body: bytes) -> Record:
    """The attributes of a docket.

    Raises:
        Unreadable: this is no docket.
    """
    data = read_object(body).get("data")
    if not isinstance(data, dict) or not isinstance(data.get("attributes"), dict):
        raise Unreadable("not a docket: data.attributes is missing")
    return dict(data["attributes"])


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and isinstance(row.get("attributes"), dict)


def key_of(row: Record) -> str:
    """The id of a listed document."""
    return document_id(JURISDICTION, SESSION, row["id"])


def stamp_of(row: Record) -> str:
    """The listing's mark of change."""
    return str(row["attributes"].get("lastModifiedDate"))


def parse_document(row: Record, *, docket: Record | None, stamp: str | None) -> Regulation:
    """A listed document, with its docket where that was fetched.

    Raises:
        BadRecord: it has no title, type or day.
    """
    number, said = row["id"], row["attributes"]
    title, kind, subtype = (_text(said, name) for name in ("title", "documentType", "subtype"))
    published_on = eastern_day(said.get("postedDate"))
    if not (title and kind and published_on):
        raise BadRecord(f"{number}: title, documentType or postedDate is missing")
    purpose = subtype or purpose_of(title)
    status = regulation_status(kind, purpose, withdrawn=said.get("withdrawn") is True)
    docket_id, closes_on = _text(said, "docketId"), _closes_on(said)
    about = docket or {}
    rin = _text(about, "rin")
    return Regulation(
        id=key_of(row),
        source=SOURCE,
        jurisdiction=JURISDICTION,
        level="federal",
        session=SESSION,
        identifier=number,
        title=title,
        abstract=_text(about, "dkAbstract"),
        url=f"{SITE}/document/{number}",
        source_url=f"{API}/documents/{number}",
        status=status,
        status_on=published_on,
        status_history=((status, published_on),),
        published_on=published_on,
        document_type=kind,
        actions=(Action(acted_on=published_on, description=purpose or kind),),
        links=tuple(_links(said)),
        events=tuple(_events(said, closes_on, purpose)),
        agencies=tuple(filter(None, [_text(said, "agencyId")])),
        docket_ids=(docket_id,) if docket_id else (),
        rins=(rin,) if rin and not _NO_RIN.search(rin) else (),
        topics=_words(about.get("keywords")),
        comments_close_on=closes_on,
        stamp=stamp,
    )


def regulation_status(kind: str, subtype: str | None, *, withdrawn: bool = False) -> str:
    """Where a document stands: what its subtype makes of it, else what its type says; it never moves, but for withdrawal."""
    if withdrawn:
        return "withdrawn"
    found = next((status for status, pattern in SUBTYPES if pattern.search(subtype or "")), None)
    return found or _TYPES.get(kind, "notice")


def purpose_of(title: str) -> str | None:
    """The end of a title that says what the document does to an earlier one ("…; Extension of Comment Period"), or None.

    Many agencies fill in no subtype and say it there.
    """
    match = _PURPOSE.search(title)
    return match[1].strip() if match else None


def fr_numbers(words: str | None) -> tuple[str, ...]:
    """The Federal Register's document numbers in what agencies type into the field for it ("FR Doc. 2019-01234, 02-20865")."""
    return tuple(dict.fromkeys(_FR_NUMBER.findall(_DASHES.sub("-", words or "").upper())))


def eastern_day(value: Any) -> str | None:
    """The ISO day in Washington of a UTC time; None where there is none. A deadline ends a second before midnight there.

    Midnight UTC is a plain date that was never a time.
    """
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        return None
    if moment.tzinfo is None or value[10:19] in ("", "T00:00:00"):
        return moment.date().isoformat()
    return moment.astimezone(UTC).astimezone(_EASTERN).date().isoformat()


def _links(said: Record) -> list[Link]:
    """The same document as the Federal Register published it; one publication may be filed under many dockets."""
    return [
        Link(
            document_id=document_id(JURISDICTION, FEDERAL_REGISTER, number),
            kind="published as",
            said_by="regulations.gov",
        )
        for number in fr_numbers(_text(said, "frDocNum"))
    ]


def _closes_on(said: Record) -> str | None:
    """The last day for comments. A final rule may have one that is the first, too: then nobody could comment."""
    closes_on = eastern_day(said.get("commentEndDate"))
    return None if closes_on == eastern_day(said.get("commentStartDate")) else closes_on


def _events(said: Record, closes_on: str | None, purpose: str | None) -> list[Event]:
    """The comment deadline: the end of that day in Washington; with the purpose, which tells an extension from a first period."""
    if not closes_on:
        return []
    opened_on = eastern_day(said.get("commentStartDate"))
    words = ", ".join(filter(None, [purpose, f"comments from {in_words(opened_on)}" if opened_on else None]))
    return [
        Event(kind="comment_close", starts_at=f"{closes_on}T23:59:59", timezone=TIMEZONE, description=words or None)
    ]


def with_days_in_words(document: Document) -> Document:
    """A stored document whose deadline says in words when comments began (`_events`), if it has one at all (`_closes_on`)."""
    events = tuple(
        replace(each, description=_OPENED.sub(lambda found: f"comments from {in_words(found[1])}", each.description))
        if each.description
        else each
        for each in document.events
    )
    if isinstance(document, Regulation) and document.comments_close_on:
        first_day = f"comments from {in_words(document.comments_close_on)}"
        if any((each.description or "").endswith(first_day) for each in events):
            rest = tuple(each for each in events if each.kind != "comment_close")
            return replace(document, comments_close_on=None, events=rest)
    return replace(document, events=events)


def _text(record: Record, name: str) -> str | None:
    value = record.get(name)
    return clean(value) if isinstance(value, str) else None


def _words(values: Any) -> tuple[str, ...]:
    found = (clean(value) for value in values if isinstance(value, str)) if isinstance(values, list) else ()
    return tuple(dict.fromkeys(word for word in found if word))
