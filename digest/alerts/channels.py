"""The channels of alerts.yml in the data folder, each an Apprise address with its choice of alerts and its quiet hours."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import apprise
import httpx
import yaml

from digest.subscribers.preferences import LANGUAGES, BadPreferences, Preferences, preferences
from store.clock import utc_now
from store.errors import InvalidInput
from text.yaml_config import load_plain, problem

TOPICS = ("must_see", "deadlines")
#: A channel whose `tell` has this takes notices of people who chose it at the desk; they are never among a channel's alerts.
NOTICES = "notices"
#: An address that begins so is a webhook of ours: Apprise has none whose messages are signed.
SIGNED = "signed+"
TIMEOUT = 20.0
_KEYS = {"address", "secret", "tell", "areas", "jurisdictions", "language", "quiet"}


class BadChannel(InvalidInput):
    """What cannot be a channel; the message names the file, the channel and what to do."""


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """Hours in which a channel is left alone; they may go past midnight. `days`: weekdays (0 Monday) that are quiet whole."""

    begins: time
    ends: time
    zone: ZoneInfo
    days: frozenset[int] = frozenset()

    def holds(self, now: str) -> bool:
        """Whether a UTC time stamp is in the quiet hours."""
        there = datetime.fromisoformat(now).astimezone(self.zone)
        if there.weekday() in self.days:
            return True
        at = there.time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, kw_only=True)
class Channel:
    """`address` is Apprise's; `secret` signs the messages of a webhook. Neither is ever stored, logged or shown."""

    name: str
    address: str
    secret: str | None
    topics: frozenset[str]
    choice: Preferences
    language: str
    quiet: Quiet | None

    def send(self, title: str, body: str) -> bool:
        """Hand one message over; False when the service did not take it."""
        if self.address.startswith(SIGNED):
            return _post_signed(self.address.removeprefix(SIGNED), self.secret or "", title, body)
        service = apprise.Apprise()
        if not service.add(self.address):
            raise BadChannel(f"alerts.yml: {self.name}: this is no address that Apprise knows")
        return bool(service.notify(title=title, body=body))


def load_channels(path: Path, environment: Mapping[str, str], known: Mapping[str, Any]) -> list[Channel]:
    """Read the channels of a file; none where there is no file.

    Args:
        environment: where `env:NAME` is looked up, so that addresses with keys need not be in the file.
        known: the areas and jurisdictions there are.

    Raises:
        BadChannel: the file is not YAML, or a channel lacks a value or has an invalid one.
    """
    if not path.exists():
        return []
    try:
        entries = (load_plain(path.read_text(encoding="utf-8")) or {}).get("channels") or {}
        items = list(entries.items())
    except yaml.YAMLError as error:
        raise BadChannel(problem(path, error)) from error
    except (AttributeError, ValueError, RecursionError) as error:
        raise BadChannel(f"{path}: must be YAML with `channels:` and their names ({error})") from error
    return [_channel(path, str(name), entry, environment, known) for name, entry in items]


def _channel(path: Path, name: str, entry: Any, environment: Mapping[str, str], known: Mapping[str, Any]) -> Channel:
    where = f"{path}: {name}"
    if not isinstance(entry, dict) or not entry.get("address"):
        raise BadChannel(f"{where}: needs an `address`, such as env:ALERT_TEAM")
    if unknown := sorted(set(map(str, entry)) - _KEYS):
        raise BadChannel(f"{where}: {unknown[0]!r} is none of {', '.join(sorted(_KEYS))}")
    topics = frozenset(_list(where, entry, "tell") or TOPICS)
    if unknown := sorted(topics - {*TOPICS, NOTICES}):
        raise BadChannel(f"{where}: tell: {unknown[0]!r} is none of {', '.join((*TOPICS, NOTICES))}")
    if (language := entry.get("language", "en")) not in LANGUAGES:
        raise BadChannel(f"{where}: language: {language!r} is none of {', '.join(LANGUAGES)}")
    try:
        areas, places = _list(where, entry, "areas"), _list(where, entry, "jurisdictions")
        choice = preferences(areas=areas, jurisdictions=places, known=known)
    except BadPreferences as error:
        raise BadChannel(f"{where}: {error}") from error
    secret = entry.get("secret")
    address = _named(where, entry["address"], environment)
    if address.startswith(SIGNED) and not secret:
        raise BadChannel(f"{where}: a {SIGNED}https:// address needs a `secret`, such as env:ALERT_SECRET")
    return Channel(
        name=name,
        address=address,
        secret=_named(where, secret, environment) if secret else None,
        topics=topics,
        choice=choice,
        language=language,
        quiet=_quiet(where, entry.get("quiet")),
    )


def _list(where: str, entry: dict[str, Any], name: str) -> list[str]:
    words = entry.get(name) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadChannel(f"{where}: {name}: must be a list of words, such as [must_see]")
    return words


def _named(where: str, value: Any, environment: Mapping[str, str]) -> str:
    text = str(value)
    if not text.startswith("env:"):
        return text
    if not (found := environment.get(text[4:])):
        raise BadChannel(f"{where}: {text[4:]} is not in the environment")
    return found


def _quiet(where: str, entry: Any) -> Quiet | None:
    if entry is None:
        return None
    try:
        begins, ends = (time.fromisoformat(str(entry[name])) for name in ("from", "to"))
        zone = ZoneInfo(entry.get("timezone", "America/New_York"))
    except (KeyError, TypeError, AttributeError, ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise BadChannel(
            f'{where}: quiet: write {{from: "20:00", to: "07:00", timezone: America/New_York}} ({error})'
        ) from error
    return Quiet(begins=begins, ends=ends, zone=zone, days=frozenset((5, 6)) if entry.get("weekends") else frozenset())


# --------------------------------------------------------------------- webhooks with a signature


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return `sha256=` and the HMAC of timestamp, period and body, so that a receiver can detect forged and replayed ones."""
    return "sha256=" + hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post_signed(address: str, secret: str, title: str, body: str) -> bool:
    """The message as JSON to a webhook; redirects are not followed, so that it goes where the channel says."""
    sent = json.dumps({"title": title, "body": body}, ensure_ascii=False).encode()
    moment = utc_now()
    headers = {
        "content-type": "application/json",
        "x-infopolicy-time": moment,
        "x-infopolicy-signature": signature(secret, moment, sent),
    }
    try:
        return httpx.post(address, content=sent, headers=headers, timeout=TIMEOUT).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def channels_of(folder: Path, known: Mapping[str, Any]) -> list[Channel]:
    """The channels of a data folder, with addresses from the environment."""
    return load_channels(folder / "alerts.yml", os.environ, known)
