"""Members of Congress and its committees, from congress-legislators. Parsing only.

What it holds of a member as a private person (birthday, gender) is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from crawlers.items import BadRecord, Unreadable, clean
from crawlers.parsers.json_reader import read_json, readable
from crawlers.parsers.states import web_address
from crawlers.people import LegislativeCommittee, Member, Office, Person, Term

HOST = "https://unitedstates.github.io/congress-legislators"
SOURCE, JURISDICTION = "us_people", "us"
Record = dict[str, Any]
_CHAMBERS = {"rep": "lower", "sen": "upper", "house": "lower", "senate": "upper", "joint": "joint"}
_DELEGATES = {"AS": "Delegate", "DC": "Delegate", "GU": "Delegate", "MP": "Delegate", "VI": "Delegate"} | {
    "PR": "Resident Commissioner"
}
#: The two spellings of one party among the sources.
_PARTIES = {"Democrat": "Democratic"}


def read_members(body: bytes) -> dict[str, list[Record]]:
    """Who sits on each committee, by the committee's code as documents have it.

    Raises:
        Unreadable: it has another form.
    """
    found = read_json(body)
    if not isinstance(found, dict) or not all(isinstance(rows, list) for rows in found.values()):
        raise Unreadable("not a map of committees to their members")
    return {_code(name): [row for row in rows if isinstance(row, dict)] for name, rows in found.items()}


def key_of(row: Record) -> str:
    """The Bioguide id of a record.

    Raises:
        BadRecord: it has none.
    """
    ids = row.get("id")
    key = ids.get("bioguide") if isinstance(ids, dict) else None
    if not isinstance(key, str) or not key.strip():
        raise BadRecord("a member without a Bioguide id")
    return key.strip()


def ended_on(row: Record) -> str:
    """The last day of a member's last term, "" where it cannot be read."""
    terms = row.get("terms")
    last = terms[-1] if isinstance(terms, list) and terms else None
    return str(last.get("end") or "") if isinstance(last, dict) else ""


def parse_person(row: Record, *, is_current: bool, offices: Iterable[Record] = (), source_url: str) -> Person:
    """A record of a member, with the district offices that another file has.

    Raises:
        BadRecord: a part of it is missing or of another form.
    """
    key = key_of(row)
    with readable(key):
        terms, name = [_term(each) for each in row["terms"]], row["name"]
        newest, last = terms[-1], row["terms"][-1]
        full = clean(name.get("official_full")) or " ".join(filter(None, (clean(name["first"]), clean(name["last"]))))
        return Person(
            id=key,
            source=SOURCE,
            source_url=source_url,
            jurisdiction=JURISDICTION,
            name=full,
            given_name=clean(name["first"]),
            family_name=clean(name["last"]),
            party=newest.party,
            chamber=newest.chamber,
            district=newest.district,
            title=newest.title,
            website=web_address(last.get("url")),
            contact_form=web_address(last.get("contact_form")),
            is_current=is_current,
            ids=tuple(sorted(_ids(row["id"]))),
            names=tuple(dict.fromkeys(_names(row, full))),
            terms=tuple(terms),
            offices=tuple(_offices(last if is_current else {}, offices)),
        )


def _term(row: Record) -> Term:
    state, kind = str(row["state"]), str(row["type"])
    district = str(row["district"]) if kind == "rep" else None
    title = "Senator" if kind == "sen" else _DELEGATES.get(state, "Representative")
    party = clean(row.get("party"))
    return Term(
        chamber=_CHAMBERS[kind],
        state=state,
        district=district,
        party=_PARTIES.get(party or "", party),
        title=title,
        starts=str(row["start"]),
        ends=str(row["end"]),
    )


def _ids(ids: Record) -> Iterator[tuple[str, str]]:
    for scheme, value in ids.items():
        for each in value if isinstance(value, list) else [value]:
            yield str(scheme), str(each)


def _names(row: Record, full: str) -> Iterator[str]:
    name = row["name"]
    others = [each for each in row.get("other_names") or () if isinstance(each, dict)]
    for first in (name["first"], name.get("nickname")):
        for last in (name["last"], *(each.get("last") for each in others)):
            if first and last:
                yield str(clean(f"{first} {last}"))
    yield full


def _offices(term: Record, offices: Iterable[Record]) -> Iterator[Office]:
    if term.get("address") or term.get("phone"):
        yield Office(
            kind="capitol",
            address=clean(term.get("address")),
            phone=clean(term.get("phone")),
            fax=clean(term.get("fax")),
        )
    for each in offices:
        street = [each.get(part) for part in ("building", "address", "suite")]
        town = " ".join(filter(None, [each.get("state"), each.get("zip")]))
        address = ", ".join(str(part) for part in [*street, each.get("city"), town] if part)
        yield Office(
            kind="district",
            name=clean(each.get("city")),
            address=clean(address),
            phone=clean(each.get("phone")),
            fax=clean(each.get("fax")),
        )


# --------------------------------------------------------------------- committees


def parse_committees(row: Record, members: dict[str, list[Record]]) -> Iterator[LegislativeCommittee]:
    """A committee and its subcommittees, each with who sits on it.

    Raises:
        BadRecord: a part of it is missing or of another form.
    """
    with readable(str(row.get("thomas_id"))):
        whole = _committee(row, _code(row["thomas_id"]), None, row, members)
        yield whole
        for each in row.get("subcommittees") or ():
            yield _committee(each, _code(row["thomas_id"] + each["thomas_id"]), whole.id, row, members)


def _code(name: str) -> str:
    """HSJU -> hsju00, HSJU10 -> hsju10: as documents name committees."""
    return name.lower() if len(name) > 4 else f"{name.lower()}00"


def _committee(
    row: Record, code: str, parent: str | None, whole: Record, members: dict[str, list[Record]]
) -> LegislativeCommittee:
    return LegislativeCommittee(
        id=code,
        source=SOURCE,
        jurisdiction=JURISDICTION,
        chamber=_CHAMBERS[whole["type"]],
        name=clean(row["name"]) or code,
        parent=parent,
        url=web_address(row.get("url")),
        phone=clean(row.get("phone")),
        members=tuple(
            Member(
                person=str(each["bioguide"]),
                role=clean(each.get("title")),
                rank=each.get("rank") if isinstance(each.get("rank"), int) else None,
                party=clean(each.get("party")),
            )
            for each in {str(each.get("bioguide")): each for each in members.get(code, ())}.values()
            if each.get("bioguide")
        ),
    )
