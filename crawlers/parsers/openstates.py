"""Open States' API (v3) read into bills: pure functions from its JSON to records, no requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.items import (
    Action,
    BadRecord,
    Bill,
    Link,
    Sponsor,
    Summary,
    TextVersion,
    Title,
    Unreadable,
    clean,
    document_id,
)
from crawlers.parsers import listed_parts
from crawlers.parsers.effective_days import state_dates
from crawlers.parsers.json_reader import is_total, read_json, readable
from crawlers.parsers.states import canonical_session, link, load_states, web_address
from crawlers.status import introduction
from crawlers.status.governor import as_said
from crawlers.status.measures import is_drafting, is_filed, kind_of
from crawlers.status.states import classify, in_both_chambers, most_telling, state_history, with_passage
from text.spaces import spaced

HOST = "https://v3.openstates.org"
SOURCE = "us_states"
#: The most bills one answer holds, and the parts of a bill that are asked for with it.
PER_PAGE = 20
INCLUDES = ("sponsorships", "abstracts", "other_titles", "actions", "sources", "versions", "related_bills", "votes")
Record = dict[str, Any]

_PLACE = re.compile(r"/(?:state|district|territory):([a-z]{2})/")
#: Notes under which a state's long title or list of subjects is filed as an abstract: it sums up nothing.
_NO_SUMMARY = re.compile(r"title|full subject", re.IGNORECASE)
#: Where the subjects come without spaces: they are the first words of titles ("Healthcarecoverage").
_WITHOUT_SPACES = frozenset({"us-ca"})
#: Where the days are midnights of another time zone: in Alabama, those of the East are an hour before its own day begins.
_MIDNIGHTS = {"us-al": "America/New_York"}
_SEPARATORS = re.compile(r"[,;]| and ")


@dataclass(frozen=True, kw_only=True)
class Session:
    """A session of one state as Open States knows it. `name` is its own identifier, dates are None where it gives none;
    `updated_at` is when any bill of the state last changed; `title` is what people call it."""

    state: str
    name: str
    starts_on: str | None
    ends_on: str | None
    updated_at: str | None
    special: bool = False
    title: str | None = None

    @property
    def jurisdiction(self) -> str:
        return f"us-{self.state}"

    @property
    def session(self) -> str:
        """The session's one name among all sources."""
        return canonical_session(self.jurisdiction, self.name)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list: `total` is how many there are on all pages together."""

    results: list[Record]
    page: int
    max_page: int
    total: int


def read_page(body: bytes, page: int) -> Page:
    """A page of a list.

    Raises:
        Unreadable: it is not JSON, not a list, not the page that was asked for, or empty though there should be something.
    """
    answer = read_json(body)
    try:
        counts = answer["pagination"]
        found = Page(
            results=answer["results"], page=counts["page"], max_page=counts["max_page"], total=counts["total_items"]
        )
    except (KeyError, TypeError, IndexError) as error:
        raise Unreadable(f"not a list of Open States ({type(error).__name__}: {error})") from error
    if not isinstance(found.results, list) or not all(isinstance(row, dict) for row in found.results):
        raise Unreadable("the results are no list of records")
    if not is_total(found.total) or not is_total(found.max_page):
        raise Unreadable(f"the pages cannot be counted: {found.total!r} records on {found.max_page!r} pages")
    if found.page != page:
        raise Unreadable(f"page {found.page} came for page {page}")
    if not found.results and found.total:
        raise Unreadable(f"an empty page though there are {found.total:,} records")
    return found


def state_of(jurisdiction: Any) -> str | None:
    """The postal code in a jurisdiction's id; None for what is no state (cities, Congress)."""
    match = _PLACE.search(jurisdiction if isinstance(jurisdiction, str) else "")
    return match.group(1) if match and match.group(1) in load_states() else None


def read_sessions(rows: Iterable[Record]) -> Iterator[Session]:
    """All sessions of all states in a list of jurisdictions.

    Raises:
        Unreadable: a state without its sessions or a session without a name.
    """
    for row in rows:
        state = state_of(row.get("id"))
        if state is None:
            continue
        with readable(f"{row.get('name')}: a session", Unreadable):
            for each in row["legislative_sessions"]:
                if not each["identifier"].strip():
                    raise Unreadable(f"{row.get('name')}: a session without a name")
                yield Session(
                    state=state,
                    name=each["identifier"],
                    starts_on=day(each.get("start_date")),
                    ends_on=day(each.get("end_date")),
                    updated_at=row.get("latest_bill_update") or None,
                    special=each.get("classification") == "special",
                    title=clean(each.get("name")),
                )


def stamp(row: Record) -> str:
    """When a bill's record last changed, in a form that sorts: UTC, always with microseconds.

    Raises:
        Unreadable: no such time, so that nobody can tell where the next request must begin.
    """
    try:
        return _utc(row["updated_at"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"a bill without a time of change: {row.get('updated_at')!r}") from error


def _utc(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.isoformat(timespec="microseconds")
    return moment.astimezone(tz=_UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


_UTC = datetime.fromisoformat("2000-01-01T00:00:00+00:00").tzinfo


def changed_at(session: Session) -> str | None:
    """The state's newest change in the form of `stamp`; None where Open States gives none that can be read."""
    try:
        return _utc(session.updated_at) if session.updated_at else None
    except (TypeError, ValueError, OverflowError):
        return None


def day(value: Any, zone: ZoneInfo | None = None) -> str | None:
    """The ISO day of a date or time; None for "" and for what is no date.

    Some states' scrapers give a time in UTC, which is the next day for what a chamber does in the evening: in `zone` it is the
    day on which people there saw it. Midnight in UTC stands for a day without a time.
    """
    text = value if isinstance(value, str) else ""
    if zone and len(text) > 10:
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo and moment.astimezone(_UTC).time() != time():
                text = moment.astimezone(zone).date().isoformat()
    return text[:10] if re.fullmatch(r"\d{4}-\d\d-\d\d", text[:10]) else None


def zone_of_days(jurisdiction: str) -> ZoneInfo:
    """The time zone in which the times of a state's actions and votes are those of their days."""
    return ZoneInfo(_MIDNIGHTS.get(jurisdiction) or load_states()[jurisdiction.removeprefix("us-")]["timezone"])


# --------------------------------------------------------------------- a bill


def bill_id(row: Record) -> str:
    """The bill's key.

    Raises:
        BadRecord: no state, session or number.
    """
    place = row.get("jurisdiction")
    state = state_of(place.get("id")) if isinstance(place, dict) else None
    session, identifier = row.get("session"), row.get("identifier")
    if state is None or not isinstance(session, str) or not isinstance(identifier, str):
        raise BadRecord(f"no state, session or number in ({place!r}, {session!r}, {identifier!r})")
    return document_id(f"us-{state}", canonical_session(f"us-{state}", session), identifier)


def parse_bill(row: Record) -> Bill:
    """A record of /bills as a bill.

    Raises:
        BadRecord: a part of it is missing or not of the form that is documented.
        Unreadable: it has no time of change.
    """
    key = bill_id(row)
    with readable(key):
        return _bill(key, row)


def _bill(key: str, row: Record) -> Bill:
    jurisdiction = f"us-{state_of(row['jurisdiction']['id'])}"
    session = canonical_session(jurisdiction, row["session"])
    kinds = tuple(row.get("classification") or ())
    chamber = (row.get("from_organization") or {}).get("classification") or None
    rows = _in_order(row)
    zone = zone_of_days(jurisdiction)
    classified = [_action(each, zone) for each in rows]
    title = clean(row["title"])
    in_both = in_both_chambers(classified, chamber)
    filed = is_filed(action.description for action, _ in classified)
    said_kind = kinds[0] if kinds else "bill"
    document_type = kind_of(row["identifier"], said_kind, title or "", in_both=in_both, filed=filed)
    dated, named_day = introduction.with_named_day(classified)
    first = day(row.get("first_action_date"), zone)
    introduced_on = named_day or _introduced_on(first, [action for action, _ in classified])
    said = as_said(dated)
    history = state_history(
        said, document_type=document_type, introduced_on=introduced_on, chamber=chamber, number=row["identifier"]
    )
    actions = tuple(action for action, _ in classified)
    status, status_on = history[-1] if history else ("introduced", None)
    abstract, summaries = _abstracts(row.get("abstracts") or (), introduced_on)
    own_url = f"{HOST}/bills/{row['id']}"
    official = [each.get("url") for each in row.get("sources") or ()]
    return Bill(
        id=key,
        source=SOURCE,
        jurisdiction=jurisdiction,
        level="state",
        session=session,
        identifier=clean(row["identifier"]) or "",
        title=title or "",
        abstract=abstract,
        summaries=summaries,
        url=web_address(*official, row.get("openstates_url")) or own_url,
        source_url=own_url,
        status=status,
        status_on=status_on,
        status_history=history,
        published_on=introduced_on,
        introduced_on=introduced_on,
        chamber=chamber,
        document_type=document_type,
        titles=_titles(row, title),
        actions=actions,
        events=state_dates(jurisdiction.removeprefix("us-"), actions, status=status),
        sponsors=_sponsors(row.get("sponsorships") or ()),
        subjects=_subjects(row, jurisdiction, title),
        versions=tuple(_versions(row.get("versions") or ())),
        links=tuple(_links(row.get("related_bills") or (), jurisdiction, session, key)),
        stamp=stamp(row),
    )


def _introduced_on(first: str | None, actions: list[Action]) -> str | None:
    """The day of the first action that is none of those who wrote the bill: Montana's drafters work on one for months."""
    days = [each.acted_on for each in actions if not is_drafting(each.description)]
    return first if first and len(days) == len(actions) else min(days, default=None)


def _in_order(row: Record) -> list[Record]:
    actions = row.get("actions") or []
    return sorted(actions, key=lambda each: each["order"]) if all("order" in each for each in actions) else actions


def _action(row: Record, zone: ZoneInfo) -> tuple[Action, tuple[str, ...]]:
    """The action with the most telling of its classes, and all of them. What the source has classified stays so, but for what
    it wrongly calls a passage (crawlers/status/passage.yml)."""
    description = clean(row["description"]) or ""
    classes = with_passage(tuple(row.get("classification") or ()) or classify(description), description)
    chamber = (row.get("organization") or {}).get("classification") or None
    acted_on = day(row["date"], zone)
    if acted_on is None:
        raise TypeError(f"the date {row['date']!r} of an action")
    action = Action(acted_on=acted_on, description=description, classification=most_telling(classes), chamber=chamber)
    return action, classes


def _abstracts(rows: Iterable[Record], introduced_on: str | None) -> tuple[str | None, tuple[Summary, ...]]:
    """The first text that sums the bill up, and all of them with the stage they describe where there are several."""
    found = [
        (clean(row.get("note")) or "summary", text)
        for row in rows
        if (text := clean(row.get("abstract"))) and not _NO_SUMMARY.search(row.get("note") or "")
    ]
    if not found:
        return None, ()
    several = found if len(found) > 1 else ()
    return found[0][1], tuple(Summary(acted_on=introduced_on or "", action=note, text=text) for note, text in several)


def _titles(row: Record, title: str | None) -> tuple[Title, ...]:
    named = [(each.get("note") or "other", each.get("title")) for each in row.get("other_titles") or ()]
    named += [
        (each["note"], each.get("abstract"))
        for each in row.get("abstracts") or ()
        if "title" in (each.get("note") or "").lower()
    ]
    found = {text: Title(kind=kind, title=text) for kind, words in named if (text := clean(words)) and text != title}
    return tuple(found.values())


def _sponsors(rows: Iterable[Record]) -> tuple[Sponsor, ...]:
    found: dict[tuple[str, str], Sponsor] = {}
    for each in listed_parts.whole_names(_sponsors_as_listed(rows)):
        found.setdefault((each.name, each.role), each)
    return tuple(found.values())


def _sponsors_as_listed(rows: Iterable[Record]) -> Iterator[Sponsor]:
    for row in rows:
        name, person = clean(row.get("name")), row.get("person") or {}
        role = "sponsor" if row.get("primary") or row.get("classification") == "primary" else "cosponsor"
        if name:
            yield Sponsor(name=name, role=role, party=clean(person.get("party")), person_id=clean(person.get("id")))


def _subjects(row: Record, jurisdiction: str, title: str | None) -> tuple[str, ...]:
    found = listed_parts.subjects(_texts(row.get("subject") or ()), jurisdiction)
    return tuple(spaced(each, title or "") for each in found) if jurisdiction in _WITHOUT_SPACES else found


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if (text := clean(value))))


def _versions(rows: Iterable[Record]) -> Iterator[TextVersion]:
    for row in rows:
        name, issued_on = clean(row.get("note")) or "text", day(row.get("date"))
        for each in row.get("links") or ():
            if url := web_address(each.get("url")):
                yield TextVersion(name=name, issued_on=issued_on, url=url, media_type=each.get("media_type") or None)


def _links(rows: Iterable[Record], jurisdiction: str, session: str, key: str) -> Iterator[Link]:
    """Ties to other bills; some states name several under one entry ("SB 772, SB844")."""
    found = set()
    for row in rows:
        other = canonical_session(jurisdiction, row.get("legislative_session") or session)
        for name in _SEPARATORS.split(row["identifier"]):
            tie = link(
                jurisdiction, other, name, kind=row.get("relation_type") or "related", said_by=SOURCE, own_id=key
            )
            if tie and tie not in found:
                found.add(tie)
                yield tie
