"""Open States' records of /events read into meetings that name bills: pure functions from its JSON, no requests.

The form is that of openstates/api-v3 (api/schemas.py: Event). A record has no time of change, so its stamp is a hash of what
is read of it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawlers.items import BadRecord, clean, document_id
from crawlers.parsers.json_reader import readable
from crawlers.parsers.openstates import HOST, SOURCE, Record, state_of
from crawlers.parsers.states import canonical_session, load_states, web_address
from crawlers.storage.attachments import CANCELED, Proceeding

#: The most meetings one answer holds, and the parts of a meeting that are asked for with it.
PER_PAGE = 20
INCLUDES = ("agenda", "participants", "sources", "links")
#: Open States' words for the state of a meeting, and what is stored ("Canceled" as Congress writes it).
STATES = {"cancelled": CANCELED, "tentative": "Tentative", "confirmed": "Scheduled", "passed": "Held"}
#: A sitting of a whole chamber is no hearing of the bills on its calendar.
_FLOOR = re.compile(
    r"\bfloor\b|\bconvenes?\b|\bcaucus\b|^(?:the )?(?:house|senate|assembly|legislature)(?: \w+)? session\b",
    re.IGNORECASE,
)


def parse_meeting(row: Record) -> Proceeding:
    """A record of /events as a meeting, with the bills that its agenda names.

    Raises:
        BadRecord: it has no state, no name or no day, or a part is not of the form that is documented.
    """
    key = row.get("id")
    if not isinstance(key, str) or not key.startswith("ocd-event/"):
        raise BadRecord(f"a meeting without an id: {key!r}")
    with readable(key):
        return _meeting(key, row)


def _meeting(key: str, row: Record) -> Proceeding:
    state = state_of(row["jurisdiction"]["id"])
    title, status = clean(row["name"]), STATES.get(str(row.get("status") or "").lower())
    if state is None or not title or status is None:
        raise BadRecord(f"{key}: no state, name or known status in ({state!r}, {title!r}, {row.get('status')!r})")
    zone = load_states()[state]["timezone"]
    bills = dict(_bills(row.get("agenda") or (), f"us-{state}"))
    links = [each.get("url") for name in ("sources", "links") for each in row.get(name) or ()]
    meeting = Proceeding(
        id=key,
        source=SOURCE,
        jurisdiction=f"us-{state}",
        session=next(iter(bills.values()), ""),
        kind="floor" if _FLOOR.search(f"{title}\n{row.get('classification') or ''}") else "meeting",
        stamp="",
        title=title,
        url=web_address(*links) or f"{HOST}/events/{key}",
        starts_at=local_time(row["start_date"], ZoneInfo(zone), all_day=bool(row.get("all_day"))),
        timezone=zone,
        state=status,
        committee=_committee(row.get("participants") or ()),
        place=clean((row.get("location") or {}).get("name")),
        document_ids=tuple(bills),
    )
    return meeting.stamped(hashlib.sha256(json.dumps(vars(meeting)).encode("utf-8", "replace")).hexdigest()[:24])


def local_time(text: str, zone: ZoneInfo, *, all_day: bool = False) -> str:
    """When a meeting begins, in its state's time; a bare day where no hour is known.

    Midnight, in the state or in UTC, stands for a day without an hour: some states' scrapers know no other way to say it.

    Raises:
        BadRecord: this is no time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        if all_day or moment.time() == time():
            return moment.date().isoformat()
        there = moment.astimezone(zone) if moment.tzinfo else moment
    except (ValueError, OverflowError) as error:
        raise BadRecord(f"the time {text!r} of a meeting") from error
    return there.date().isoformat() if there.time() == time() else there.replace(tzinfo=None).isoformat("T", "seconds")


def _bills(agenda: Iterable[Record], jurisdiction: str) -> Iterator[tuple[str, str]]:
    """The bills that Open States has recognized on an agenda, each with its session; a bare number could be of any session."""
    for item in agenda:
        for entity in item.get("related_entities") or ():
            bill = entity.get("bill") if entity.get("entity_type") == "bill" else None
            if bill:
                session = canonical_session(jurisdiction, bill["session"])
                with suppress(BadRecord):
                    yield document_id(jurisdiction, session, bill["identifier"]), session


def _committee(participants: Iterable[Record]) -> str | None:
    """The committee that meets: its host where one is named so, else the first body among the participants."""
    bodies = [each for each in participants if each.get("entity_type") == "organization"]
    bodies.sort(key=lambda each: each.get("note") != "host")
    return next(filter(None, (clean(each.get("name")) for each in bodies)), None)


def query(state: str, first: str, last: str, page: int) -> list[tuple[str, str | int]]:
    """The parts of the address that asks for a state's meetings from the ISO day `first` to `last`.

    Times are compared as text and may be in UTC: a day more on each side is asked for, so that none of these days is cut.
    """
    before = (datetime.fromisoformat(last) + timedelta(days=2)).date().isoformat()
    after = (datetime.fromisoformat(first) - timedelta(days=1)).date().isoformat()
    parts: list[tuple[str, str | int]] = [("jurisdiction", state), ("after", after), ("before", before)]
    return [*parts, ("per_page", PER_PAGE), ("page", page), *(("include", each) for each in INCLUDES)]
