"""The names that other systems give to a document: Open Civic Data, Congress.gov, GovTrack, LegiScan, and its publisher.

Each follows from the id of the document or from an address that a source gave. Where neither says it, there is none.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from pages.database import Row, rows

#: Type of a bill of Congress -> its word in addresses of congress.gov.
CONGRESS_GOV = {
    "hr": "house-bill",
    "s": "senate-bill",
    "hres": "house-resolution",
    "sres": "senate-resolution",
    "hjres": "house-joint-resolution",
    "sjres": "senate-joint-resolution",
    "hconres": "house-concurrent-resolution",
    "sconres": "senate-concurrent-resolution",
}
_BILL_OF_CONGRESS = re.compile(r"us-(?P<congress>\d{2,3})-(?P<type>[a-z]+)(?P<number>\d+)")
_STATE = re.compile(r"us-(?P<state>[a-z]{2})")
#: What is no state in the divisions of Open Civic Data.
_DIVISIONS = {"dc": "district", **dict.fromkeys(("as", "gu", "mp", "pr", "vi"), "territory")}
#: An address from which a document was collected, with what its publisher calls it.
_COLLECTED_FROM = (
    ("ocd", re.compile(r"(?P<id>ocd-bill/[0-9a-f-]{36})"), None),
    ("legiscan", re.compile(r"api\.legiscan\.com/.*[?&]id=(?P<id>\d+)"), "https://legiscan.com/gaits/view/{id}"),
    (
        "federal_register",
        re.compile(r"federalregister\.gov/api/v1/documents/(?P<id>[A-Za-z0-9-]+)\.json"),
        "https://www.federalregister.gov/d/{id}",
    ),
    (
        "regulations_gov",
        re.compile(r"api\.regulations\.gov/v4/documents/(?P<id>[\w-]+)"),
        "https://www.regulations.gov/document/{id}",
    ),
)


def identifiers(db: sqlite3.Connection, document_id: str, jurisdiction: str) -> list[Row]:
    """The identifiers of a document, each with ``scheme``, ``id`` and ``url`` (None where the scheme has no pages).

    Schemes: ocd, ocd_jurisdiction, congress_gov, govtrack, legiscan, federal_register, regulations_gov.
    """
    found = rows(db, "select source_url from provenance where document_id = ? order by source", [document_id])
    return [*_of_congress(document_id), *_collected_from(row["source_url"] for row in found), *_division(jurisdiction)]


def pages_elsewhere(document_id: str) -> list[str]:
    """The pages of other systems about a document, as far as its id alone says them."""
    return [row["url"] for row in _of_congress(document_id)]


def division(jurisdiction: str) -> str | None:
    """The Open Civic Data id of a government of the United States or one of its states; None for others."""
    return next((row["id"] for row in _division(jurisdiction)), None)


def _of_congress(document_id: str) -> list[Row]:
    match = _BILL_OF_CONGRESS.fullmatch(document_id)
    if not match or match["type"] not in CONGRESS_GOV:
        return []
    congress, kind, number = match.groups()
    page = f"https://www.congress.gov/bill/{_ordinal(int(congress))}-congress/{CONGRESS_GOV[kind]}/{number}"
    key = f"{congress}/{kind}{number}"
    return [
        {"scheme": "congress_gov", "id": key, "url": page},
        {"scheme": "govtrack", "id": key, "url": f"https://www.govtrack.us/congress/bills/{key}"},
    ]


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _collected_from(addresses: Iterable[str]) -> list[Row]:
    return [
        {"scheme": scheme, "id": match["id"], "url": page.format(id=match["id"]) if page else None}
        for address in addresses
        for scheme, pattern, page in _COLLECTED_FROM
        if (match := pattern.search(address or ""))
    ]


def _division(jurisdiction: str) -> list[Row]:
    state = _STATE.fullmatch(jurisdiction)
    if jurisdiction != "us" and not state:
        return []  # cities and other countries: their divisions do not follow from our key
    part = f"/{_DIVISIONS.get(state['state'], 'state')}:{state['state']}" if state else ""
    return [{"scheme": "ocd_jurisdiction", "id": f"ocd-jurisdiction/country:us{part}/government", "url": None}]
