"""What all sources of state bills share: names of states and sessions, and ties between bills."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.items import BadRecord, Link, document_id
from crawlers.sources import Source
from text.yaml_config import rules_of

SESSIONS_FILE = Path(__file__).with_name("sessions.yml")
STATES_FILE = Path(__file__).with_name("states.yml")


@cache
def load_states(path: Path = STATES_FILE) -> dict[str, dict[str, str]]:
    """Postal code -> {name, timezone}.

    Raises:
        ValueError: the file holds anything else.
    """
    with rules_of(path) as entries:
        # YAML reads a bare `no` as false; no state has that code, but the check costs nothing.
        return {str(code): {name: str(entry[name]) for name in ("name", "timezone")} for code, entry in entries.items()}


@cache
def load_aliases(path: Path = SESSIONS_FILE) -> dict[str, tuple[tuple[re.Pattern[str], str], ...]]:
    """Jurisdiction, or `every` -> what its sessions are called elsewhere, and their one name.

    Raises:
        ValueError: the file holds anything else, or a pattern that is none.
    """
    with rules_of(path) as entries:
        return {
            name: tuple((re.compile(pattern, re.IGNORECASE), str(to)) for pattern, to in rules)
            for name, rules in entries.items()
        }


def canonical_session(jurisdiction: str, name: str, *, year: int | None = None, end: int | None = None) -> str:
    """The one name of a session: `("us-tx", "88th Legislature Regular Session")` is `88R`; unknown names stay.

    Args:
        year: first year of the session where the source tells it, for states whose names count legislatures.
        end: its last year.
    """
    name = " ".join(name.split())
    years = {"{year}": year, "{end}": end}
    for pattern, to in (*load_aliases().get(jurisdiction, ()), *load_aliases()["every"]):
        if match := pattern.fullmatch(name):
            if any(mark in to and value is None for mark, value in years.items()):
                continue
            for mark, value in years.items():
                to = to.replace(mark, str(value))
            return match.expand(to)
    return name


def link(jurisdiction: str, session: str, identifier: str, *, kind: str, said_by: str, own_id: str) -> Link | None:
    """A tie to another bill; None where the source names the bill itself or nothing that is a bill."""
    try:
        key = document_id(jurisdiction, session, identifier)
    except BadRecord:
        return None
    return None if key == own_id else Link(document_id=key, kind=kind, said_by=said_by)


def web_address(*candidates: Any) -> str | None:
    """The first of the candidates that is a web address."""
    return next((url for url in candidates if isinstance(url, str) and url.startswith(("https://", "http://"))), None)


def postal_codes(typed: str, source: Source) -> list[str]:
    """Postal codes with commas, "nv,wy", in lower case.

    Raises:
        ValueError: one is not among the source's jurisdictions.
    """
    codes = [code.strip() for code in typed.lower().split(",")]
    known = {name.removeprefix("us-") for name in source.jurisdictions}  # LegiScan has "us" itself too
    if unknown := [code for code in codes if code not in known]:
        raise ValueError(f"states={typed}: {source.id} has no state {unknown[0]!r} (write postal codes: nv,wy)")
    return codes
