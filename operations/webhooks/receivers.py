"""Who gets the feed of changes: webhooks.yml in the data folder, its secrets from the environment or a file.

Secrets are those of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64. Of several, each signs, so that one can be replaced
while its receiver knows both.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from operations.webhooks import FILE
from operations.webhooks.public_network import check_address
from pages.answers.answer import BadArgument
from pages.answers.questions import QUESTIONS
from pages.browse.filters import PLACE_GROUPS
from store.errors import InvalidInput
from text.yaml_config import load_plain, problem

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
_KEYS = {"url", "secret", "place", "area"}


class BadReceiver(InvalidInput):
    """What cannot be a receiver; the message names the file, the receiver, and what to do."""


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """``choice``: the arguments ``place`` and ``area`` of the question `changes`, where they are given."""

    name: str
    url: str
    secrets: tuple[bytes, ...]
    choice: dict[str, str]

    def __repr__(self) -> str:  # no secret in a log or a traceback
        return f"Receiver({self.name})"


def load_receivers(
    folder: Path, environment: Mapping[str, str], known: Mapping[str, Mapping[str, Any]]
) -> list[Receiver]:
    """The receivers of a data folder; none where it has no webhooks.yml.

    Args:
        environment: where `env:NAME` is looked up.
        known: the ``areas`` and ``jurisdictions`` there are. A misspelled one would leave out everything, without a word.

    Raises:
        BadReceiver: the file is not YAML, or a receiver lacks a value or has one that cannot be used.
    """
    path = folder / FILE
    if not path.exists():
        return []
    try:
        entries = load_plain(path.read_text(encoding="utf-8"))["webhooks"].items()
    except yaml.YAMLError as error:
        raise BadReceiver(problem(path, error)) from error
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadReceiver(f"{path}: must be YAML with `webhooks:` and their names ({error!r})") from error
    return [_receiver(f"{path}: {name}", str(name), entry, folder, environment, known) for name, entry in entries]


def _receiver(
    where: str,
    name: str,
    entry: Any,
    folder: Path,
    environment: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
) -> Receiver:
    if not isinstance(entry, dict) or not {"url", "secret"} <= set(entry):
        raise BadReceiver(f"{where}: needs a `url` and a `secret`")
    if unknown := sorted(set(map(str, entry)) - _KEYS):
        raise BadReceiver(f"{where}: {unknown[0]!r} is none of {', '.join(sorted(_KEYS))}")
    url = _looked_up(where, str(entry["url"]), folder, environment) if _is_named(entry["url"]) else str(entry["url"])
    try:
        check_address(url)
    except ValueError as error:
        raise BadReceiver(f"{where}: url: {error}") from error
    given = entry["secret"] if isinstance(entry["secret"], list) else [entry["secret"]]
    if not given:
        raise BadReceiver(f"{where}: secret: there is none")
    choice = {key: str(entry[key]) for key in ("place", "area") if entry.get(key) is not None}
    _check_choice(where, choice, known)
    secrets = tuple(_secret(where, str(each), folder, environment) for each in given)
    return Receiver(name=name, url=url, secrets=secrets, choice=choice)


def _check_choice(where: str, choice: dict[str, str], known: Mapping[str, Mapping[str, Any]]) -> None:
    try:
        QUESTIONS["changes"].read(choice)
    except BadArgument as error:
        raise BadReceiver(f"{where}: {error}") from error
    for key, there in (("place", {*known["jurisdictions"], *PLACE_GROUPS}), ("area", set(known["areas"]))):
        if key in choice and choice[key] not in there:
            raise BadReceiver(f"{where}: {key}: nothing is stored of {choice[key]!r}")


def _is_named(value: Any) -> bool:
    return str(value).startswith(("env:", "file:"))


def _looked_up(where: str, value: str, folder: Path, environment: Mapping[str, str]) -> str:
    """The value of `env:NAME`, or the first line of `file:PATH` (from the data folder, unless it is absolute)."""
    kind, _, name = value.partition(":")
    if kind == "env":
        if not (found := environment.get(name, "").strip()):
            raise BadReceiver(f"{where}: {name} is not in the environment")
        return found
    try:
        return (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise BadReceiver(f"{where}: {name}: cannot be read ({type(error).__name__})") from error


def _secret(where: str, value: str, folder: Path, environment: Mapping[str, str]) -> bytes:
    if not _is_named(value):
        raise BadReceiver(f"{where}: secret: write env:NAME or file:PATH; a secret does not belong in this file")
    found = _looked_up(where, value, folder, environment)
    try:
        secret = base64.b64decode(found.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadReceiver(f"{where}: secret: must be {PREFIX} and base64") from error
    if not found.startswith(PREFIX) or not _SHORTEST <= len(secret) <= _LONGEST:
        raise BadReceiver(f"{where}: secret: must be {PREFIX} and {_SHORTEST} to {_LONGEST} bytes in base64")
    return secret
