"""Dates as iCalendar (RFC 5545), for subscribing: an event keeps its UID, and a moved date moves the event."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Event, Timezone
from icalendar.enums import TRANSP

from pages.database import Row
from pages.http import formatting

#: A calendar holds at most so many dates, and those that passed within so many days.
MOST = 1_000
PAST_DAYS = 90
#: How often programs should ask again.
REFRESH = datetime.timedelta(hours=6)
_LONGEST = 160
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def calendar(title: str, page: str, events: Sequence[Row], site: str) -> bytes:
    """A calendar with the events of ``dates.settled``, and the rules of the time zones that it uses."""
    cut = f" Only {MOST:,} dates fit: choose an area or a place to see the others." if len(events) >= MOST else ""
    made = Calendar.new(
        name=_line(title),
        description=f"The choice of documents is automatic. Read the source before you act.{cut}",
        prodid="-//Information policy monitor//infopolicy//EN",
        uid=str(uuid5(NAMESPACE_URL, site + page)),
        url=site + page,
        subcomponents=[_event(event, site) for event in events],
    )
    made.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("X-PUBLISHED-TTL", "PT6H")
    made.add_missing_timezones(*_years(made))
    if not made.subcomponents:  # RFC 5545, 3.6: a calendar has at least one
        first, last = _years(made)
        made.add_component(Timezone.from_tzid("America/New_York", first_date=first, last_date=last))
    return made.to_ical()


def _event(event: Row, site: str) -> Event:
    address = f"{site}/documents/{event['document_id']}"
    number = "" if formatting.repeats(event["identifier"], event["title"]) else f" ({event['identifier']})"
    changed = datetime.datetime.fromisoformat(event["changed_at"].replace("Z", "+00:00"))
    made = Event.new(
        uid=f"{event['key']}@{urlsplit(site).hostname}",
        summary=_line(
            f"{formatting.word('events', event['kind'])}: {formatting.shortened(event['title'], _LONGEST)}{number}"
        ),
        start=start(event["starts_at"], event["timezone"]),
        description=_told(event, address),
        url=address,
        categories=[formatting.word("events", event["kind"]), *map(_line, event["area_titles"])],
        sequence=event["revision"],
        last_modified=changed,
        stamp=changed,
        transparency=TRANSP.TRANSPARENT,
    )
    if event["kind"].endswith("_canceled"):
        made.add("STATUS", "CANCELLED")
    return made


def start(starts_at: str, timezone: str | None) -> datetime.date | datetime.datetime:
    """A day where only the day is known (or no zone is), else the moment in its own zone."""
    day = datetime.date.fromisoformat(starts_at[:10])
    clock = starts_at[11:16]
    if clock in ("", "00:00") or not timezone:
        return day
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name longer than a file may have
        return day
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def _told(event: Row, address: str) -> str:
    clock = formatting.time_in_words(event["starts_at"], event["timezone"])
    lines = [
        f"{formatting.word('events', event['kind'])} {formatting.date_in_words(event['starts_at'])}"
        + (f", {clock}" if clock else ""),
        formatting.numbered(event["identifier"], event["jurisdiction"], event["title"]),
        event["description"] or "",
        f"Policy areas (automatic): {', '.join(event['area_titles'])}" if event["area_titles"] else "",
        address,
    ]
    return "\n".join(_line(line) for line in lines if line)


def _line(text: str) -> str:
    """Without ends of lines and other control characters, which no calendar can hold: one would spoil the whole of it."""
    return _CONTROLS.sub(" ", text)


def _years(made: Calendar) -> tuple[datetime.date, datetime.date]:
    """The time that the rules of time zones must cover: the years of the events."""
    days = [event.start for event in made.events] or [datetime.date(2000, 1, 1)]
    return datetime.date(min(day.year for day in days), 1, 1), datetime.date(max(day.year for day in days) + 1, 1, 1)
