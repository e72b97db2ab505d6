"""What is known about each source, from sources.yml, checked when it is read."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.items import LEVELS
from store.errors import InvalidInput
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("sources.yml")


class BadSource(InvalidInput):
    """An entry of sources.yml that cannot be used; the message names file, entry and field."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a source's terms of use `allow`, the page that says so, and the ISO day on which it was read, if it was."""

    allows: str
    url: str
    read: str | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """`concurrency` requests at once, `delay` seconds between them, the publisher's own limits `per_minute`, `per_hour` and
    `per_day` where it has any; `every_hours` how often `infopolicy run` asks, `after_tags` whether it asks only about what
    is tagged; `expect_min` and `expect_max` documents a session; `accept` the Accept header; `error_pages` the addresses
    that a refusal or a missing file is redirected to, with the status that is meant; `robots_off` why robots.txt does not
    apply; `agreement` the variable by which whoever runs this agrees to what `why_off` says: without it the source is off;
    `hosts` further hosts that may be asked, encrypted or not; `per_hour_with` what a key that is not needed raises
    `per_hour` to, by its variable; `counted` the only hosts whose requests the limits by the hour and the day count;
    `not_by_days` why `infopolicy collect --quick` leaves it out; `people_only`
    whether it gives people or roll calls and no documents."""

    id: str
    title: str
    publisher: str
    jurisdictions: tuple[str, ...]
    level: str
    url: str
    terms: Terms
    key: str | None
    get_key: str | None
    concurrency: int
    delay: float
    per_minute: int | None
    per_hour: int | None
    per_day: int | None
    frequency: str
    expect_min: int
    expect_max: int
    max_reject_share: float
    every_hours: int = 24
    after_tags: bool = False
    accept: str | None = None
    error_pages: Mapping[str, int] = field(default_factory=dict)
    robots_off: str | None = None
    agreement: str | None = None
    why_off: str | None = None
    hosts: tuple[str, ...] = ()
    per_hour_with: Mapping[str, int] = field(default_factory=dict)
    counted: tuple[str, ...] = ()
    not_by_days: str | None = None
    people_only: bool = False

    def hourly(self, environment: Mapping[str, str] = os.environ) -> int | None:
        """The publisher's limit by the hour, with the keys that the environment holds."""
        return max((most for name, most in self.per_hour_with.items() if environment.get(name)), default=self.per_hour)

    def lacking(self, environment: Mapping[str, str] = os.environ) -> str | None:
        """What the environment must hold before the source may be asked, in words; None if nothing is lacking."""
        if self.agreement and environment.get(self.agreement) != "1":
            return f"{self.agreement}=1 is not in the environment: {self.why_off}"
        if self.key and not environment.get(self.key):
            return f"{self.key} is not in the environment"
        return None


@cache
def load_sources(path: Path = FILE) -> dict[str, Source]:
    """All sources by id, in the file's order.

    Raises:
        BadSource: a missing or unknown field, or a value out of bounds.
    """
    with rules_of(path, BadSource) as entries:
        if not isinstance(entries, dict):
            raise BadSource(f"{path.name}: must map the name of each source to its entry")
        return {name: _source(path.name, name, entry) for name, entry in entries.items()}


def _terms(entry: dict[str, Any]) -> Terms:
    read = entry["read"]
    return Terms(allows=str(entry["allows"]), url=str(entry["url"]), read=str(read) if read else None)


def _source(file: str, name: str, entry: dict[str, Any]) -> Source:
    try:
        rest = dict(entry)
        rate, expect = rest.pop("rate"), rest.pop("expect")
        source = Source(
            id=name,
            concurrency=int(rate["concurrency"]),
            delay=float(rate.get("delay", 0)),
            get_key=rest.pop("get_key", None),
            per_minute=rate.get("per_minute"),
            per_hour=rate.get("per_hour"),
            per_day=rate.get("per_day"),
            per_hour_with={str(key): int(most) for key, most in rate.get("per_hour_with", {}).items()},
            counted=tuple(rate.get("counted", ())),
            expect_min=int(expect["min"]),
            expect_max=int(expect["max"]),
            terms=_terms(rest.pop("terms")),
            jurisdictions=tuple(rest.pop("jurisdictions")),
            hosts=tuple(rest.pop("hosts", ())),
            **rest,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadSource(f"{file}: {name}: {error} is missing, unknown or of the wrong form") from error
    if bool(source.agreement) != bool(source.why_off):
        raise BadSource(f"{file}: {name}: agreement and why_off go together")
    if source.key and not source.get_key:
        raise BadSource(f"{file}: {name}: get_key must say where to get {source.key}, and what that takes")
    if source.level not in LEVELS:
        raise BadSource(f"{file}: {name}: level {source.level!r} is none of {', '.join(LEVELS)}")
    if not 0 <= source.max_reject_share <= 1 or source.expect_min > source.expect_max or source.concurrency < 1:
        raise BadSource(f"{file}: {name}: max_reject_share, expect or rate is out of bounds")
    return source
