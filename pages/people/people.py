"""The list of legislators, with filters by place, chamber and party."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from pages.database import Row, marks, rows, value
from pages.http import formatting
from pages.people import names
from pages.people.deciding import PERSON, seated

#: People on one page of the list.
PAGE = 100
#: Congress and the chambers of states; other places have no legislators here.
CHAMBERS = ("lower", "upper", "legislature")


def has_people(db: sqlite3.Connection) -> bool:
    """Whether anyone is known to hold a seat; the names of sponsors alone find nobody's legislators."""
    return bool(value(db, "select exists (select 1 from people where is_current)"))


@dataclass(frozen=True)
class Wanted:
    """What the address chooses. ``place`` is a jurisdiction, ``state`` the state that a member of Congress is from."""

    place: str = ""
    state: str = ""
    chamber: str = ""
    party: str = ""
    q: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Wanted:
        return cls(**{name: args.get(name, "").strip()[:100] for name in cls.__dataclass_fields__})

    def address(self, **changes: str | int) -> str:
        """The address of the list with these filters and some changes; empty parts are left out."""
        kept = {name: value for name, value in {**vars(self), **changes}.items() if value and value != 1}
        return "/people" + (f"?{urlencode(kept)}" if kept else "")


@dataclass(frozen=True, kw_only=True)
class PeopleView:
    """One page of the list, and what the filters offer. ``everybody`` counts all who hold an office."""

    wanted: Wanted
    people: list[Row]
    total: int
    everybody: int
    page: int
    pages: int
    places: list[tuple[str, str]]
    states: list[tuple[str, str]]
    chambers: list[tuple[str, str]]
    parties: list[str]


def people(db: sqlite3.Connection, wanted: Wanted, page: int) -> PeopleView:
    """Who holds an office, by place, chamber, district and name."""
    conditions, values = ["is_current = 1", "chamber is not null"], list[str]()
    for column, chosen in (("jurisdiction", wanted.place), ("chamber", wanted.chamber), ("state", wanted.state)):
        if chosen:
            conditions.append(f"{column} = ?")
            values.append(chosen)
    source = f"(select {PERSON} from people p)"
    spellings = _spellings(db)
    if wanted.party:
        found = spellings.get(wanted.party, [])
        conditions.append(f"party in ({marks(found)})")
        values += found
    for word in wanted.q.split()[:8]:
        conditions.append("name like ? escape '\\'")
        values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    where = " and ".join(conditions)
    total = value(db, f"select count(*) from {source} where {where}", values)
    pages = max(1, -(-total // PAGE))
    page = min(page, pages)
    order = "jurisdiction <> 'us', jurisdiction, chamber, state, cast(district as integer), district, family_name, name"
    shown = rows(
        db,
        f"select * from {source} where {where} order by {order} limit ? offset ?",
        [*values, PAGE, PAGE * (page - 1)],
    )
    places = [row[0] for row in db.execute("select distinct jurisdiction from people where is_current = 1")]
    return PeopleView(
        wanted=wanted,
        people=[row | seated(row) for row in shown],
        total=total,
        everybody=value(db, "select count(*) from people where is_current = 1"),
        page=page,
        pages=pages,
        places=sorted(
            ((key, formatting.place(key)) for key in places),
            key=lambda each: (each[0] != "us", formatting.alphabetical(each[1])),
        ),
        states=states_of_congress(db),
        chambers=[(key, names.chamber(wanted.place, key)) for key in CHAMBERS],
        parties=sorted(spellings),
    )


def states_of_congress(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """The states with members of Congress, as (code, name), by name."""
    found = db.execute(
        f"select distinct state from (select {PERSON} from people p where p.jurisdiction = 'us' and p.is_current = 1) "
        "where state is not null"
    )
    return sorted(
        ((row[0], formatting.place(f"us-{row[0].lower()}")) for row in found),
        key=lambda each: formatting.alphabetical(each[1]),
    )


def _spellings(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The word for each party -> how sources write it."""
    spellings: dict[str, list[str]] = {}
    for (party,) in db.execute("select distinct party from people where is_current = 1 and party is not null"):
        spellings.setdefault(names.party(party), []).append(party)
    return spellings
