"""Units of the office and chapters of a place: who belongs to them, and which areas they own along with an area's owner.

Rows are only ever added (staff.db): the newest row of a pair counts.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from store.connect import writing
from store.errors import InvalidInput

LONGEST_NAME = 100
#: Table of pairs -> its second column, and what the trail calls a row.
_PAIRS = {"unit_members": ("account_id", "member of a unit"), "area_units": ("area_id", "area of a unit")}


class BadUnit(InvalidInput):
    """What cannot be done with a unit; the message says why."""


def add(db: Database, account: Account | None, name: str, place: str | None, now: str) -> int:
    """Add a unit and return its number.

    Args:
        db: staff.db, with corpus.db attached where there is a place.
        account: who adds it; None for the command line.
        place: the jurisdiction of a chapter; None for a unit of the office.

    Raises:
        BadUnit: the name is missing, too long or taken, or nothing of the place is here.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise BadUnit(f"a name must have 1 to {LONGEST_NAME} characters")
    if place and not db.execute("select 1 from corpus.documents where jurisdiction = ? limit 1", [place]).fetchone():
        raise BadUnit(f"there is no document of {place[:40]!r}")
    by = account.id if account else None
    with writing(db):
        if db.execute("select 1 from units where name = ? collate nocase", [name]).fetchone():
            raise BadUnit(f"there is already a unit called {name!r}")
        row = [name, place or None, by, now]
        cursor = db.execute("insert into units (name, place, added_by, added_at) values (?, ?, ?, ?)", row)
        accounts.log(db, by, "unit added", name, now)
    return int(cursor.lastrowid or 0)


def enroll(db: Database, account: Account, name: str, now: str) -> None:
    """Make somebody a member of the unit of this name, which is added if there is none."""
    found = db.execute("select id from units where name = ? collate nocase", [" ".join(name.split())]).fetchone()
    set_member(db, None, found[0] if found else add(db, None, name, None, now), account.name, True, now)


def set_member(db: Database, account: Account | None, unit_id: int, name: str, holds: bool, now: str) -> None:
    """Let somebody belong to a unit, or no longer.

    Raises:
        BadUnit: there is no such unit or person.
    """
    person = accounts.find(db, name)
    if person is None:
        raise BadUnit(f"there is no account called {name[:60]!r}")
    _change(db, account, "unit_members", (unit_id, person.id), holds, now, about=person.name)


def set_area(db: Database, account: Account, unit_id: int, area_id: str, holds: bool, now: str) -> None:
    """Let a unit own an area along with its owner, or no longer.

    Raises:
        BadUnit: there is no such unit or area.
    """
    if not db.execute("select 1 from corpus.policy_areas where id = ?", [area_id]).fetchone():
        raise BadUnit(f"there is no area called {area_id[:60]!r}")
    _change(db, account, "area_units", (unit_id, area_id), holds, now, about=area_id)


def _change(
    db: Database, account: Account | None, table: str, pair: tuple[int, Any], holds: bool, now: str, *, about: str
) -> None:
    unit = db.execute("select name from units where id = ?", [pair[0]]).fetchone()
    if unit is None:
        raise BadUnit("there is no such unit")
    (column, what), by = _PAIRS[table], account.id if account else None
    with writing(db):
        held = db.execute(f"select 1 from current_{table} where unit_id = ? and {column} = ?", pair).fetchone()
        if bool(held) == holds:
            return
        db.execute(
            f"insert into {table} (unit_id, {column}, holds, changed_by, changed_at) values (?, ?, ?, ?, ?)",
            [*pair, int(holds), by, now],
        )
        accounts.log(db, by, what if holds else f"no longer {what}", f"{unit[0]}: {about}", now)


def units(db: Database) -> list[dict[str, Any]]:
    """Every unit with `members` (names of open accounts) and `areas` (id, title), by name.

    Args:
        db: staff.db with corpus.db attached.
    """
    found = list(db.query("select id, name, place from units order by name"))
    for row in found:
        members = db.execute(
            "select a.name from current_unit_members m join accounts a on a.id = m.account_id "
            "where m.unit_id = ? and a.disabled_at is null order by a.name_key",
            [row["id"]],
        )
        row["members"] = [name for (name,) in members.fetchall()]
        row["areas"] = db.execute(
            "select p.id, p.title from current_area_units u join corpus.policy_areas p on p.id = u.area_id "
            "where u.unit_id = ? order by p.ordinal, p.title",
            [row["id"]],
        ).fetchall()
    return found
