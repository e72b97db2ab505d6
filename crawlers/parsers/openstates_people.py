"""State legislators, from Open States' table of each state. Parsing only.

Of what a table holds, birthday, gender and biography are not read. In many states a member's district office is their home: an
address is kept only where its words say that it is an office.
"""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from crawlers.items import BadRecord, Unreadable, clean
from crawlers.parsers.states import web_address
from crawlers.people import Office, Person, Term

HOST = "https://data.openstates.org/people/current"
SOURCE = "state_people"
Record = dict[str, Any]
NEEDED = ("id", "name", "current_party", "current_district", "current_chamber", "given_name", "family_name")
#: Words of an address that nobody lives at.
_OFFICE = re.compile(
    r"\b(suite|ste|room|rm|floor|fl|bldg|building|capitol|state house|statehouse|legislative|courthouse|city hall|"
    r"p\.? ?o\.? ?(box|drawer)|office|plaza|center|unit \d+ office)\b",
    re.IGNORECASE,
)
_SCHEMES = ("twitter", "youtube", "instagram", "facebook", "wikidata")


def read_rows(body: bytes) -> list[Record]:
    """The rows of a table.

    Raises:
        Unreadable: it is no table of legislators, or cut off in a row.
    """
    try:
        text = body.decode("utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"not a table: {error}") from error
    if lacking := set(NEEDED) - set(reader.fieldnames or ()):
        raise Unreadable(f"a table without {', '.join(sorted(lacking))}")
    if not text.endswith("\n") or any(None in row or None in row.values() for row in rows):
        raise Unreadable("a table that is cut off")
    return rows


def parse_person(row: Record, state: str, *, source_url: str) -> Person:
    """A legislator who holds office now.

    Raises:
        BadRecord: no key, name or chamber.
    """
    values = {name: clean(value) for name, value in row.items()}
    key, name, chamber = values.get("id"), values.get("name"), values.get("current_chamber")
    if not key or not name or chamber not in ("lower", "upper", "legislature"):
        raise BadRecord(f"no key, name or chamber in ({key!r}, {name!r}, {chamber!r})")
    links = [*(values.get("links") or "").split(";"), *(values.get("sources") or "").split(";")]
    term = Term(
        chamber=chamber, state=state.upper(), district=values.get("current_district"), party=values.get("current_party")
    )
    given, family = values.get("given_name"), values.get("family_name")
    return Person(
        id=key,
        source=SOURCE,
        source_url=source_url,
        jurisdiction=f"us-{state}",
        name=name,
        given_name=given,
        family_name=family,
        party=term.party,
        chamber=chamber,
        district=term.district,
        image_url=web_address(values.get("image")),
        website=web_address(*links),
        email=values.get("email"),
        ids=(("openstates", key), *((each, str(values[each])) for each in _SCHEMES if values.get(each))),
        names=tuple(dict.fromkeys(filter(None, (name, " ".join(filter(None, (given, family))))))),
        terms=(term,),
        offices=tuple(office for kind in ("capitol", "district") if (office := _office(kind, values))),
    )


def _office(kind: str, values: Record) -> Office | None:
    address = values.get(f"{kind}_address")
    if kind == "district" and not _OFFICE.search(address or ""):
        return None
    phone, fax = values.get(f"{kind}_voice"), values.get(f"{kind}_fax")
    return Office(kind=kind, address=address, phone=phone, fax=fax) if address or phone or fax else None
