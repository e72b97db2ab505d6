"""The names that other systems give to a document: Open Civic Data, Congress.gov, GovTrack, LegiScan, and its publisher.

Each follows from the id of the document or from an address that a source gave. Where neither says it, there is none.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from pages.database import Row, marks, rows

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
_BILL = re.compile(r"(\d{2,3})/([a-z]+)(\d+)")
_STATE = re.compile(r"us-(?P<state>[a-z]{2})")
#: What is no state in the divisions of Open Civic Data.
_DIVISIONS = {"dc": "district", **dict.fromkeys(("as", "gu", "mp", "pr", "vi"), "territory")}
#: Scheme -> the page of a key. The keys themselves are in the view document_ids (store/schema/observed.py).
_PAGES = {
    "federal_register": "https://www.federalregister.gov/d/{}",
    "govtrack": "https://www.govtrack.us/congress/bills/{}",
    "legiscan": "https://legiscan.com/gaits/view/{}",
    "regulations_gov": "https://www.regulations.gov/document/{}",
}


def identifiers(db: sqlite3.Connection, document_id: str, jurisdiction: str) -> list[Row]:
    """The identifiers of a document, each with ``scheme``, ``id`` and ``url`` (None where the scheme has no pages).

    Schemes: ocd, ocd_jurisdiction, congress_gov, govtrack, legiscan, federal_register, regulations_gov.
    """
    found = rows(db, "select scheme, value from document_ids where document_id = ? order by 1, 2", [document_id])
    return [*(_named(row["scheme"], row["value"]) for row in found), *_division(jurisdiction)]


def keys(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """The keys of several documents elsewhere: document -> scheme -> key, of several keys of a scheme the first."""
    found: dict[str, dict[str, str]] = {key: {} for key in ids}
    sql = f"select document_id, scheme, value from document_ids where document_id in ({marks(ids)}) order by 1, 2, 3"
    for key, scheme, value in db.execute(sql, list(ids)):
        found[key].setdefault(scheme, value)
    return found


def pages_elsewhere(document_id: str) -> list[str]:
    """The pages of other systems about a document, as far as its id alone says them."""
    match = _BILL_OF_CONGRESS.fullmatch(document_id)
    if not match or match["type"] not in CONGRESS_GOV:
        return []
    key = "{congress}/{type}{number}".format(**match.groupdict())
    return [_named(scheme, key)["url"] for scheme in ("congress_gov", "govtrack")]


def division(jurisdiction: str) -> str | None:
    """The Open Civic Data id of a government of the United States or one of its states; None for others."""
    return next((row["id"] for row in _division(jurisdiction)), None)


def _named(scheme: str, key: str) -> Row:
    """A key with its page."""
    page = _PAGES[scheme].format(key) if scheme in _PAGES else None
    if scheme == "congress_gov" and (match := _BILL.fullmatch(key)):
        congress, kind, number = match.groups()
        page = f"https://www.congress.gov/bill/{_ordinal(int(congress))}-congress/{CONGRESS_GOV[kind]}/{number}"
    return {"scheme": scheme, "id": key, "url": page}


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _division(jurisdiction: str) -> list[Row]:
    state = _STATE.fullmatch(jurisdiction)
    if jurisdiction != "us" and not state:
        return []  # cities and other countries: their divisions do not follow from our key
    part = f"/{_DIVISIONS.get(state['state'], 'state')}:{state['state']}" if state else ""
    return [{"scheme": "ocd_jurisdiction", "id": f"ocd-jurisdiction/country:us{part}/government", "url": None}]
