"""Units and chapters: members, the areas that they own with an area's owner, and what that means for the queue."""

from __future__ import annotations

import datetime
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk_fixtures import NOW, Browser, open_desk, person
from desk_fixtures import application as application
from desk_fixtures import browser as browser
from desk_fixtures import config as config
from desk_fixtures import db as db
from desk_fixtures import made as made
from site_corpus import BROADBAND

from desk.accounts import accounts, units
from desk.queue import collaboration, queue
from desk.queue.queue import QueueViewer
from desk.queue.queue_filters import Filters
from settings import Configuration
from store.connect import open_staff
from store.schema import intake as schema

pytestmark = pytest.mark.slow


def mine(db: Any, name: str = "Ben Writer") -> list[str]:
    """The documents of somebody's own areas in the queue."""
    viewer = QueueViewer(person(db, name).id, datetime.date(2022, 3, 9), None)
    entries, _ = queue.ranked(db, Filters(my_areas="1"), viewer, skip=0, size=50)
    return [each.document_id for each in entries]


def named(db: Any) -> dict[str, tuple[list[str], list[str]]]:
    return {row["name"]: (row["members"], [key for key, _ in row["areas"]]) for row in units.units(db)}


def test_an_area_of_a_unit_is_its_members_own(db: Any) -> None:
    assert mine(db) == []
    number = units.add(db, person(db), "State policy", None, NOW)
    units.set_area(db, person(db), number, "broadband", True, NOW)
    assert mine(db) == [], "nobody belongs to it"
    units.set_member(db, person(db), number, "Ben Writer", True, NOW)
    assert BROADBAND in mine(db)
    assert mine(db, "Ana Reader") == []
    units.set_area(db, person(db), number, "broadband", False, NOW)
    assert mine(db) == []
    assert named(db)["State policy"] == (["Ben Writer"], [])


def test_a_chapter_owns_what_is_of_its_place(db: Any) -> None:
    db.execute("insert into units (name, place, added_at) values ('Elsewhere', 'us-tx', ?)", [NOW])
    there = db.execute("select max(id) from units").fetchone()[0]
    here = units.add(db, person(db), "Chapter", "us", NOW)
    for number, seen in ((there, False), (here, True)):
        units.set_area(db, person(db), number, "broadband", True, NOW)
        units.set_member(db, person(db), number, "Ben Writer", True, NOW)
        assert (BROADBAND in mine(db)) is seen


def test_only_who_can_decide_can_own_an_area(db: Any) -> None:
    collaboration.reassign_area(db, person(db), "broadband", "Ben Writer", "", NOW)
    with pytest.raises(collaboration.BadWork, match="Cleo Looker cannot decide"):
        collaboration.reassign_area(db, person(db), "broadband", "Cleo Looker", "", NOW)
    assert collaboration.deciding_account_names(db) == ["Ana Reader", "Ben Writer"]


def test_what_cannot_be_a_unit_is_refused_and_nothing_is_written_twice(db: Any) -> None:
    number = units.add(db, person(db), "State policy", None, NOW)
    for wrong in ("", "x" * 101, "state  POLICY"):
        with pytest.raises(units.BadUnit):
            units.add(db, person(db), wrong, None, NOW)
    with pytest.raises(units.BadUnit):
        units.add(db, person(db), "Chapter of nowhere", "us-zz", NOW)
    for unit, name in ((number, "Nobody"), (999, "Ben Writer")):
        with pytest.raises(units.BadUnit):
            units.set_member(db, person(db), unit, name, True, NOW)
    for _ in range(2):
        units.set_member(db, person(db), number, "Ben Writer", True, NOW)
    assert db.execute("select count(*) from unit_members where unit_id = ?", [number]).fetchone()[0] == 1


def test_units_begin_with_what_accounts_said(tmp_path: Path) -> None:
    with closing(open_staff(tmp_path / "staff.db")) as db:
        for kind, name in (("view", "current_unit_members"), ("view", "current_area_units")):
            db.execute(f"drop {kind} {name}")
        for table in ("unit_members", "area_units", "units"):
            db.execute(f"drop table {table}")
        accounts.add(db, "Ana Reader", role="approver", password=None, email="a@example.org", now=NOW, unit="Policy")
        schema.fill_units(db)
        found = db.execute(
            "select u.name, a.name from current_unit_members m join units u on u.id = m.unit_id "
            "join accounts a on a.id = m.account_id"
        ).fetchall()
    assert [tuple(row) for row in found] == [("Policy", "Ana Reader")]


def test_a_new_account_is_a_member_of_its_unit(db: Any) -> None:
    for name in ("Ben Writer", "Cleo Looker"):
        units.enroll(db, person(db, name), "State policy", NOW)
    assert named(db)["State policy"] == (["Ben Writer", "Cleo Looker"], [])


async def test_an_approver_keeps_the_units_on_a_page(browser: Browser, config: Configuration) -> None:
    await browser.sign_in()
    assert (await browser.send("/desk/units", step="add", name="Texas chapter <b>", place="us")).status_code == 302
    with closing(open_desk(config)) as db:
        number = str(db.execute("select id from units where name like 'Texas%'").fetchone()[0])
    for step, more in (("join", {"person": "Ben Writer"}), ("own", {"area": "broadband"})):
        assert (await browser.send("/desk/units", step=step, unit=number, **more)).status_code == 302
    page = (await browser.get("/desk/units")).text
    assert "Texas chapter &lt;b&gt;" in page
    assert 'Remove<span class="hidden"> Ben Writer from' in page
    assert "With Texas chapter &lt;b&gt;." in (await browser.get("/desk/areas")).text
    assert (await browser.send("/desk/units", step="leave", unit=number, person="Ben Writer")).status_code == 302
    assert (await browser.send("/desk/units", step="add", name="Texas chapter <b>")).status_code == 400
    await browser.send("/desk/logout")
    await browser.sign_in("Ben Writer")
    assert "New unit" not in (await browser.get("/desk/units")).text
    assert (await browser.send("/desk/units", step="add", name="Mine")).status_code == 403
