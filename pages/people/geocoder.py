"""The districts of a street address, from the U.S. Census Bureau's geocoder: for readers who ask for it and were told that their
address leaves this site.

Form of request and answer: https://geocoding.geo.census.gov/geocoder/Geocoding_Services_API.html. The names of its layers begin
with a number that changes ("119th Congressional Districts", "2024 State Legislative Districts - Upper").
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

#: Seconds for one answer, bytes that it may have, and how many are waited for at one time.
PATIENCE, LARGEST, AT_ONCE = 10.0, 1_000_000, 4
_QUERY = {"benchmark": "Public_AR_Current", "vintage": "Current_Current", "layers": "all", "format": "json"}
_STATE = re.compile(r"[A-Z]{2}")
_WAITING = asyncio.Semaphore(AT_ONCE)


class NoAnswer(Exception):
    """The geocoder did not answer in time, or in a form that can be read. Its words may hold the address: it has none."""


@dataclass(frozen=True)
class Seats:
    """The districts of a place: `state` is a code such as OH, `congress` a number (0 where a state has one seat); a chamber's
    district in the words of the Bureau, None where it gives none."""

    state: str
    congress: int | None
    upper: str | None
    lower: str | None


async def ask(geocoder: str, address: str) -> list[Seats]:
    """The districts of every place that an address may mean.

    Args:
        geocoder: the service's address, without a slash at its end.

    Raises:
        NoAnswer: it gave none that can be used, or too many are waited for already.
    """
    if _WAITING.locked():
        raise NoAnswer
    try:
        async with _WAITING, asyncio.timeout(PATIENCE), httpx.AsyncClient(timeout=PATIENCE) as client:
            url, query = f"{geocoder}/geographies/onelineaddress", _QUERY | {"address": address}
            async with client.stream("GET", url, params=query) as answer:
                if answer.status_code != 200:
                    raise NoAnswer
                return read(await _body(answer))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError, ValueError):
        raise NoAnswer from None


async def _body(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_bytes():
        body += part
        if len(body) > LARGEST:
            raise NoAnswer
    return bytes(body)


def read(body: bytes) -> list[Seats]:
    """The districts that an answer gives, each once. A place without a state is left out.

    Raises:
        NoAnswer: it is not of the documented form.
    """
    try:
        matches = json.loads(body)["result"]["addressMatches"]
        found = [_seats(match["addressComponents"], match.get("geographies") or {}) for match in matches]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NoAnswer from None
    return list(dict.fromkeys(each for each in found if each))


def _seats(parts: dict[str, Any], layers: dict[str, Any]) -> Seats | None:
    state = str(parts.get("state") or "").upper()
    if not _STATE.fullmatch(state):
        return None
    congress = _name(layers, "Congressional Districts")
    # The only seat of a state has no number: "(at Large)".
    number = re.sub(r"[^0-9]", "", congress) if congress else ""
    seat = None if congress is None or len(number) > 2 else int(number or 0)
    chambers = (_name(layers, f"State Legislative Districts - {chamber}") for chamber in ("Upper", "Lower"))
    return Seats(state, seat, *chambers)


def _name(layers: dict[str, Any], ending: str) -> str | None:
    """The short name of the area in the layer whose name ends so; None where the layer is lacking or has several areas."""
    areas = [area for name, found in layers.items() if str(name).endswith(ending) for area in found]
    names = {str(area.get("BASENAME") or "")[:80] for area in areas}
    return names.pop() or None if len(names) == 1 else None
