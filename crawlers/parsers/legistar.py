"""A matter of a city council as Legistar's web API gives it: parsing only, nothing is fetched here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from crawlers.items import (
    Action,
    BadRecord,
    Committee,
    Document,
    Event,
    Law,
    Sponsor,
    TextVersion,
    Title,
    clean,
    document_id,
)
from crawlers.parsers.json_reader import readable
from crawlers.status.local import classify_local_action, local_history
from text.yaml_config import rules_of, texts

API = "https://webapi.legistar.com/v1"
SOURCE = "us_local_legistar"
CITIES = Path(__file__).with_name("cities.yml")
Record = dict[str, Any]
#: Some councils leave the day of introduction empty and begin their file numbers with the year (King County: 2025-0123).
_YEAR_FIRST = re.compile(r"^((?:19|20)\d\d)-")


@dataclass(frozen=True, kw_only=True)
class City:
    """A council that is collected; the fields are explained at the head of cities.yml."""

    client: str
    name: str
    jurisdiction: str
    timezone: str
    types: tuple[str, ...]
    since: str
    page: str = ""
    summary: str | None = None
    token: str | None = None
    get_token: str | None = None

    def keeps(self, row: Record) -> bool:
        """Whether a listed matter is of a kind that is wanted, and was introduced late enough (or nobody knows when)."""
        kind = (_text(row, "MatterTypeName") or "").lower()
        return session_of(row) >= self.since[:4] and any(word.lower() in kind for word in self.types)

    def address(self, number: int) -> str:
        """Where people read a matter, by Legistar's own number."""
        page = self.page or f"https://{self.client}.legistar.com/gateway.aspx?m=l&id=/matter.aspx?key={{id}}"
        return page.format(id=number)


@cache
def load_cities(path: Path = CITIES) -> dict[str, City]:
    """The cities by client name.

    Raises:
        ValueError: the file holds an entry with a missing or unknown field.
    """
    with rules_of(path) as entries:
        cities = {}
        for client, entry in entries.items():
            try:
                fields = {name: str(value) for name, value in entry.items() if name != "types"}
                cities[client] = City(client=client, types=texts(entry["types"]), **fields)
                date.fromisoformat(cities[client].since)
                ZoneInfo(cities[client].timezone)
                _check_jurisdiction(cities[client], cities)
            # A time zone nobody knows is a KeyError, one longer than the name of a file may be an OSError.
            except (TypeError, AttributeError, KeyError, ValueError, OSError) as error:
                raise ValueError(f"{path.name}: {client}: {error}") from error
        return cities


def _check_jurisdiction(city: City, cities: Mapping[str, City]) -> None:
    """Documents are told apart by it: two councils with one would overwrite each other's."""
    if not re.fullmatch(r"us-[a-z]{2}-[a-z0-9-]+", city.jurisdiction):
        raise ValueError(f"the jurisdiction {city.jurisdiction!r} is not of the form us-STATE-PLACE, in small letters")
    if others := [each.client for each in cities.values() if each.jurisdiction == city.jurisdiction and each != city]:
        raise ValueError(f"the jurisdiction {city.jurisdiction!r} belongs to {others[0]} already")


def without_token(environment: Mapping[str, str] = os.environ) -> list[City]:
    """The councils that want a token which is not in the environment: they are left out, and named to whoever collects."""
    return [city for city in load_cities().values() if city.token and not environment.get(city.token)]


def refusal(city: City, status: int, body: bytes) -> str:
    """What a refusal by Legistar means, for whoever must do something about it."""
    if b"LegistarConnectionString" in body:
        return f"{city.name}: Legistar has no client {city.client!r}; has the council moved? See {CITIES.name}"
    if status in (401, 403) and city.token:
        return f"{city.name}: refused (HTTP status {status}): {city.token} is missing or no longer valid"
    return f"{city.name}: HTTP status {status}"


def matter_number(row: Record) -> int:
    """Legistar's own number of a listed matter.

    Raises:
        BadRecord: there is none.
    """
    number = row.get("MatterId")
    if not isinstance(number, int) or isinstance(number, bool):
        raise BadRecord(f"a matter without MatterId: {str(row)[:80]}")
    return number


def keys_of(city: City, rows: dict[int, Record]) -> dict[str, Record]:
    """Listed matters by document id. One without a file number, or with one already taken, goes by Legistar's number."""
    found: dict[str, Record] = {}
    for number, row in sorted(rows.items()):
        session = session_of(row)
        key = document_id(city.jurisdiction, session, _identifier(row))
        if key in found:
            row = {**row, "MatterFile": f"{_identifier(row)} ({number})"}
            key = document_id(city.jurisdiction, session, _identifier(row))
        found[key] = row
    return found


def session_of(row: Record) -> str:
    """The year in which a matter was introduced; numbers begin anew with a year or a council's term. "undated" if unknown."""
    day = _day(row, "MatterIntroDate")
    year = _YEAR_FIRST.match(_text(row, "MatterFile") or "")
    return day[:4] if day else year[1] if year else "undated"


def _identifier(row: Record) -> str:
    return _text(row, "MatterFile") or f"Matter {row['MatterId']}"


def parse_matter(
    city: City, row: Record, *, histories: list[Record], sponsors: list[Record], text: str | None, stamp: str | None
) -> Document:
    """A listed matter with its histories, sponsors and text as a document.

    A matter that was introduced before it has a title goes by its number until it gets one.

    Raises:
        BadRecord: a part of it is not of the form that is documented.
    """
    with readable(_identifier(row)):
        return _matter(city, row, histories, sponsors, text, stamp)


def _matter(
    city: City, row: Record, histories: list[Record], sponsors: list[Record], text: str | None, stamp: str | None
) -> Document:
    identifier, session = _identifier(row), session_of(row)
    name, official = _text(row, "MatterName"), _text(row, "MatterTitle")
    title = name or official or f"{identifier} (no title yet)"
    introduced_on = _day(row, "MatterIntroDate")
    actions, events = tuple(_actions(histories)), tuple(_events(city, histories))
    kind, state = _text(row, "MatterTypeName"), _text(row, "MatterStatusName") or ""
    steps = local_history(
        actions,
        state=state,
        resolution="resolution" in (kind or "").lower(),
        introduced_on=introduced_on or "",
        passed_on=_day(row, "MatterPassedDate"),
        enacted_on=_day(row, "MatterEnactmentDate"),
    )
    summary = _text(row, city.summary) if city.summary else None
    parts = [official if official != title else None, summary]
    number, version = row["MatterId"], _text(row, "MatterVersion")
    return Document(
        id=document_id(city.jurisdiction, session, identifier),
        kind="local_matter",
        source=SOURCE,
        jurisdiction=city.jurisdiction,
        level="local",
        session=session,
        identifier=identifier,
        title=title,
        url=city.address(number),
        source_url=f"{API}/{city.client}/matters/{number}",
        abstract="\n\n".join(filter(None, parts)) or None,
        text=clean(text),
        status=steps[-1][0],
        status_on=steps[-1][1] or None,
        status_history=tuple(step for step in steps if step[1]),
        published_on=introduced_on,
        document_type=kind,
        titles=tuple(
            Title(kind=kind, title=each) for kind, each in (("Name", name), ("Official title", official)) if each
        ),
        actions=actions,
        events=events,
        sponsors=tuple(_sponsors(sponsors, version)),
        committees=tuple(_committees(row)),
        versions=(TextVersion(name=f"Version {version}", issued_on=None),) if version and text else (),
        laws=tuple(_laws(row)),
        stamp=stamp,
    )


def _actions(histories: list[Record]) -> Iterator[Action]:
    """The history in the order in which it happened; entries of one moment in Legistar's order."""
    for each in sorted(
        histories, key=lambda each: (each.get("MatterHistoryActionDate") or "", each.get("MatterHistoryId") or 0)
    ):
        day, name = _day(each, "MatterHistoryActionDate"), _text(each, "MatterHistoryActionName")
        if not (day and name):
            continue
        failed = (_text(each, "MatterHistoryPassedFlagName") or "").lower() == "fail"
        words = _text(each, "MatterHistoryActionText") or name
        yield Action(
            acted_on=day,
            description=words,
            classification=classify_local_action(
                name, failed=failed, body=_text(each, "MatterHistoryActionBodyName") or ""
            ),
            code=name if name != words else None,
        )


def _events(city: City, histories: list[Record]) -> Iterator[Event]:
    """The hearings, held and to come; one that was called off is none."""
    found = []
    for each in histories:
        name, when = _text(each, "MatterHistoryActionName"), _moment(each, "MatterHistoryActionDate")
        if name and when and classify_local_action(name) == "hearing":
            words = " — ".join(dict.fromkeys(filter(None, [name, _text(each, "MatterHistoryActionBodyName")])))
            found.append(Event(kind="hearing", starts_at=when, timezone=city.timezone, description=words))
    yield from sorted(dict.fromkeys(found), key=lambda event: event.starts_at)


def _sponsors(rows: list[Record], version: str | None) -> Iterator[Sponsor]:
    """The sponsors of the version in force: Legistar repeats them for each version of a matter."""
    rows = [row for row in rows if row.get("MatterSponsorMatterVersion") in (version, None)] or rows
    for place, row in enumerate(sorted(rows, key=lambda row: row.get("MatterSponsorSequence") or 0)):
        if name := _text(row, "MatterSponsorName"):
            number = row.get("MatterSponsorNameId")
            yield Sponsor(
                name=name, role="sponsor" if place == 0 else "cosponsor", person_id=str(number) if number else None
            )


def _committees(row: Record) -> Iterator[Committee]:
    name = _text(row, "MatterBodyName")
    if name and "committee" in name.lower():
        number = row.get("MatterBodyId")
        yield Committee(name=name, code=str(number) if number else None)


def _laws(row: Record) -> Iterator[Law]:
    if number := _text(row, "MatterEnactmentNumber"):
        yield Law(kind="Local law", number=number)


def _text(row: Record, name: str) -> str | None:
    value = row.get(name)
    return clean(value) if isinstance(value, str) else None


def _moment(row: Record, name: str) -> str | None:
    """A local date and time to the second; None where there is none or it cannot be."""
    value = row.get(name)
    try:
        moment = datetime.fromisoformat(re.sub(r"\.\d+|Z$", "", value)) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.isoformat(timespec="seconds") if moment and 1800 < moment.year < 2200 else None


def _day(row: Record, name: str) -> str | None:
    moment = _moment(row, name)
    return moment[:10] if moment else None
