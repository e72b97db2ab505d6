"""Find my legislators: members of Congress by ZIP code, and state legislators by the district that the reader chooses, or that
the Census Bureau gave for an address (pages.people.geocoder).

Everything else is looked up in corpus.db: it leaves this site for nowhere, and nothing of it is kept.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pages.database import Row, rows, value
from pages.http import formatting
from pages.people import names
from pages.people.deciding import PERSON, seated
from pages.people.geocoder import Seats
from pages.people.people import states_of_congress

#: A ZIP code, also with its four further digits or a space.
_ZIP = re.compile(r"([0-9]{5})(?:[- ]?[0-9]{4})?")
_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class StateLegislature:
    """The chambers of a state's legislature with their districts, and who sits for the chosen ones."""

    place: str
    name: str
    chambers: list[tuple[str, str, list[str], str]]  # key, name, districts, the chosen one
    members: list[Row]


@dataclass(frozen=True, kw_only=True)
class FoundView:
    """What the page shows.

    ``problem`` is "zip" (not a ZIP code), "unknown" (no area of this ZIP code), "address" (none that can be sent), "consent" (the
    reader did not say that it may be), "busy", "silent" (the geocoder gave no answer), "nowhere" (no such address), "several"
    (more than one) or "". ``districts`` have state, district and the representatives; more than one means that the ZIP code lies
    in several. ``district`` is the number of the congressional district that an address gave.
    """

    zip_code: str = ""
    state: str = ""
    district: str = ""
    placed: bool = False
    problem: str = ""
    states: list[tuple[str, str]] = field(default_factory=list)
    districts: list[Row] = field(default_factory=list)
    senators: list[Row] = field(default_factory=list)
    legislatures: list[StateLegislature] = field(default_factory=list)
    has_zips: bool = True
    share: int = 0


def find(db: sqlite3.Connection, form: Mapping[str, str]) -> FoundView:
    """The legislators of a ZIP code (``zip``) or a state (``state``); ``us-oh-lower`` and the like choose districts, and
    ``district`` the one of Congress."""
    base = _base(db)
    typed, state = form.get("zip", "").strip(), form.get("state", "").strip().upper()
    if typed:
        found = _ZIP.fullmatch(typed)
        if not found:
            return FoundView(zip_code=typed[:20], problem="zip", **base)
        seats = rows(db, "select state, district from zip_districts where zip = ? order by state, district", [found[1]])
        if not seats:
            return FoundView(zip_code=found[1], problem="unknown", **base)
        return _found(db, form, seats, zip_code=found[1], **base)
    if _STATE.fullmatch(state) and state in {code for code, _ in base["states"]}:
        chosen = _seat(form.get("district", ""))
        number = "" if chosen is None else str(chosen)
        return _found(db, form, [{"state": state, "district": chosen}], state=state, district=number, **base)
    return FoundView(**base)


def problem(db: sqlite3.Connection, what: str) -> FoundView:
    """The page where an address gave nothing."""
    return FoundView(problem=what, **_base(db))


def at(db: sqlite3.Connection, places: Sequence[Seats]) -> FoundView:
    """The legislators of an address, by the districts that the Census Bureau gives for it."""
    states = {code for code, _ in _base(db)["states"]}
    there = [seats for seats in places if seats.state in states]
    if len(there) != 1:
        return problem(db, "several" if there else "nowhere")
    [seats] = there
    form = {"state": seats.state, "district": "" if seats.congress is None else str(seats.congress)}
    place = f"us-{seats.state.lower()}"
    for chamber, name in (("lower", seats.lower), ("upper", seats.upper), ("legislature", seats.upper)):
        form[f"{place}-{chamber}"] = _known_as(db, place, chamber, name or "")
    return replace(find(db, form), placed=True)


def _known_as(db: sqlite3.Connection, place: str, chamber: str, name: str) -> str:
    """The district of a chamber as its legislators' source writes it; "" where no one is written alike."""
    sql = "select distinct district from people where jurisdiction = ? and chamber = ? and is_current = 1"
    alike = [row[0] for row in db.execute(sql, [place, chamber]) if row[0] and _plain(row[0]) == _plain(name)]
    return alike[0] if len(alike) == 1 else ""


def _plain(district: str) -> str:
    """ "First Essex" and "first essex", "003" and "3" are one."""
    return " ".join(word.lstrip("0") for word in re.findall(r"[a-z0-9]+", district.lower()))


def _seat(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else None


def _base(db: sqlite3.Connection) -> dict[str, Any]:
    """What the page has at any rate."""
    return {
        "states": states_of_congress(db),
        "has_zips": bool(value(db, "select 1 from zip_districts limit 1")),
        "share": _share(db),
    }


def _found(db: sqlite3.Connection, form: Mapping[str, str], seats: list[Row], **base: Any) -> FoundView:
    states = list(dict.fromkeys(seat["state"] for seat in seats))
    return FoundView(
        districts=[_district(db, seat) for seat in seats if seat["district"] is not None],
        senators=[each for state in states for each in _members(db, "us", "upper", state)],
        legislatures=[each for state in states if (each := _legislature(db, f"us-{state.lower()}", form)).chambers],
        **base,
    )


def _district(db: sqlite3.Connection, seat: Row) -> Row:
    members = _members(db, "us", "lower", seat["state"])
    number = seat["district"]
    return {
        "name": names.seat("us", "lower", str(number), seat["state"]),
        "members": [each for each in members if _number(each["district"]) == number],
    }


def _number(district: str | None) -> int:
    """The number of a congressional district as sources write it; 0 for the only one of a state."""
    end = (district or "").rpartition("-")[2]
    return int(end) if end.isdecimal() else 0


def _members(db: sqlite3.Connection, place: str, chamber: str, state: str) -> list[Row]:
    found = rows(
        db,
        f"select * from (select {PERSON} from people p where p.jurisdiction = ? and p.chamber = ? and p.is_current = 1) "
        "where upper(state) = ? order by family_name, name",
        [place, chamber, state],
    )
    return [row | seated(row) for row in found]


def _legislature(db: sqlite3.Connection, place: str, form: Mapping[str, str]) -> StateLegislature:
    chambers, members = [], list[Row]()
    for chamber in ("lower", "upper", "legislature"):
        sitting = rows(
            db,
            f"select {PERSON} from people p where p.jurisdiction = ? and p.is_current = 1 and p.chamber = ? "
            "order by cast(p.district as integer), p.district, p.family_name",
            [place, chamber],
        )
        districts = list(dict.fromkeys(each["district"] for each in sitting if each["district"]))
        if not districts:
            continue
        chosen = form.get(f"{place}-{chamber}", "")
        chambers.append((chamber, names.chamber(place, chamber), districts, chosen if chosen in districts else ""))
        members += [each | seated(each) for each in sitting if each["district"] == chosen]
    return StateLegislature(place, formatting.place(place), chambers, members)


def _share(db: sqlite3.Connection) -> int:
    """The percentage of ZIP code areas that lie in more than one district."""
    several = value(db, "select count(*) from (select 1 from zip_districts group by zip having count(*) > 1)")
    return round(100 * several / max(1, value(db, "select count(distinct zip) from zip_districts")))
