"""Bills of whose session nobody has heard since it was to end, or not of late: lists, pages, cards, and downloads say so."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from place_fixtures import ALIVE, DAY, LAW, OTHER, SITE, UNHEARD, shown
from place_fixtures import db as db
from place_fixtures import file as file

from pages.browse import browse
from pages.browse.lists import counted, newest
from pages.export.exports import document_rows
from pages.places import library_bills
from pages.positions import positions
from publish.at_once import relist
from publish.listing import publish
from publish.listing_rows import add_functions
from store.connect import connect


def test_a_bill_without_news_since_its_session_was_to_end_is_not_listed_as_open(db: sqlite3.Connection) -> None:
    found = newest(db, "area_id = ? and jurisdiction = ?", ["tagged", "us-ia"], DAY, alive_first=True)
    assert {card.id for card in found[:2]} == {ALIVE, OTHER}
    assert UNHEARD in {card.id for card in found[2:]}


def test_a_list_of_what_can_move_leaves_it_out_and_a_choice_of_its_own_finds_it(db: sqlite3.Connection) -> None:
    def found(status: str) -> set[str]:
        asked = browse.Filters.of({"jurisdiction": "us-ia", "status": status})
        return {result.card.id for result in browse.browse(db, asked, DAY).results}

    assert found("alive") == {ALIVE, OTHER}
    assert found("unheard") == {UNHEARD}
    assert found("alive,unheard") == {ALIVE, OTHER, UNHEARD}
    assert found("passed_a_chamber") == {LAW}
    [status] = [
        each for each in browse.browse(db, browse.Filters(jurisdiction="us-ia"), DAY).facets if each.name == "status"
    ]
    labels = {choice.value: (choice.label, choice.count) for choice in status.choices}
    assert labels["unheard"] == ("No news since its session was to end", 1)
    assert labels["alive"][1] == 2


def test_a_download_says_of_which_bills_there_is_no_news_since_the_session(db: sqlite3.Connection) -> None:
    rows = document_rows(db, [UNHEARD, ALIVE], DAY, SITE)
    assert [(row["status"], row["no_news_since"]) for row in rows] == [
        ("in_committee", "2021-05-19"),
        ("in_committee", ""),
    ]
    listed = "select listed_as from listed_documents where id = ? and area_id = 'any'"
    assert [db.execute(listed, [key]).fetchone()[0] for key in (UNHEARD, ALIVE)] == ["unheard", "in_committee"]


@pytest.mark.parametrize("status", ["passed_first_chamber", "to_executive"])
def test_a_bill_that_a_chamber_passed_stays_among_those_that_did(file: Path, status: str) -> None:
    store = connect(file)
    store.execute("update documents set status = ? where id = ?", [status, UNHEARD])
    publish(store, "2022-03-09T10:00:00Z")
    store.close()
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    for group, wanted in (("passed_a_chamber", {LAW, UNHEARD}), ("unheard", {UNHEARD}), ("alive", {ALIVE, OTHER})):
        asked = browse.Filters.of({"jurisdiction": "us-ia", "status": group})
        found = browse.browse(db, asked, DAY)
        assert {result.card.id for result in found.results} == wanted, group
        [facet] = [each for each in found.facets if each.name == "status"]
        assert "unheard_passed" not in {choice.value for choice in facet.choices}
    assert dict(counted(db, "status", "area_id = ? and jurisdiction = ?", ["any", "us-ia"]))["unheard"] == 1


def test_what_staff_decide_leaves_the_status_of_a_list_as_it_is(file: Path, tmp_path: Path) -> None:
    db = connect(file)
    before = db.execute("select * from listing where document_id = ? order by area_id", [UNHEARD]).fetchall()
    add_functions(db)
    with db.atomic():
        relist(db, UNHEARD)
    assert db.execute("select * from listing where document_id = ? order by area_id", [UNHEARD]).fetchall() == before
    assert publish(db, "2022-03-09T09:00:00Z") == 0


def test_it_is_not_at_stake_for_a_position(file: Path) -> None:
    store = connect(file)
    for key in (ALIVE, UNHEARD):
        store.execute("update documents set latest_action_on = '2021-12-20' where id = ?", [key])
        store.execute(
            "insert or ignore into position_matches values (?, 'tc-hotspot-lending', 0, 0.9, 'title', 0, 6, 'A bill')",
            [key],
        )
    publish(store, "2022-03-09T10:00:00Z")
    store.close()
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    ids = {card.id for card in positions._at_stake(db, "tc-hotspot-lending", DAY)}
    assert ALIVE in ids
    assert UNHEARD not in ids


async def test_its_page_says_so_and_names_nobody_who_decides(file: Path) -> None:
    page = await shown(file, f"/documents/{UNHEARD}")
    assert "Its session was to end on May 19, 2021" in page
    assert "nothing has been heard of it since. It may be dead, go on under another number, or have become law" in page
    assert "Who decides next" not in page
    other = await shown(file, f"/documents/{ALIVE}")
    assert "nothing has been heard of it since" not in other
    assert "Who decides next" in other


async def test_news_after_the_end_of_a_session_is_not_passed_over(file: Path) -> None:
    store = connect(file)
    store.execute("update documents set latest_action_on = '2021-06-03' where id = ?", [UNHEARD])
    publish(store, "2022-03-09T10:00:00Z")
    store.conn.row_factory = sqlite3.Row
    [row] = document_rows(store.conn, [UNHEARD], DAY, SITE)
    store.close()
    assert row["no_news_since"] == "2021-06-03"
    page = await shown(file, f"/documents/{UNHEARD}")
    assert re.search(r"to end on May 19, 2021 ?, and nothing has been heard of it since June 3, 2021 ?\.", page)
    page = await shown(file, "/jurisdictions/us-ia")
    assert "session was to end on May 19, 2021" in page
    assert "no news since its session" not in page


async def test_the_page_of_a_reported_bill_says_that_it_went_to_a_committee_again(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    copy.write_bytes(file.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute("update documents set status = 'reported', status_on = '2021-02-01' where id = ?", [ALIVE])
        action = (ALIVE, "2021-02-05", "Re-referred to Assignments", "referral-committee")
        db.execute("insert into actions values (?1, 99, ?2, ?3, ?4, null, null)", action)
    page = await shown(copy, f"/documents/{ALIVE}")
    assert "After that report it went to a committee again: Re-referred to Assignments February 5, 2021" in page
    with sqlite3.connect(copy) as db:
        db.execute("update documents set latest_action = 'Re-referred to Assignments' where id = ?", [ALIVE])
    page = await shown(copy, f"/documents/{ALIVE}")
    assert "After that report it went to a committee again. " in page, "the latest action has its words"


async def test_the_page_of_a_bill_says_that_a_committee_of_both_chambers_has_it(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    copy.write_bytes(file.read_bytes())
    add = "insert into actions values (?, ?, '2021-02-05', ?, ?, null, null)"
    with sqlite3.connect(copy) as db:
        db.execute(add, (ALIVE, 98, "Referred to the committee on Education", "referral-committee"))
        db.execute(add, (ALIVE, 99, "Senate concurred", "concurrence"))
    page = await shown(copy, f"/documents/{ALIVE}")
    assert "A committee of both chambers, by its last referral" in page
    assert "“Referred to the committee on Education” February 5, 2021" in page
    with sqlite3.connect(copy) as db:
        db.execute("delete from actions where ordinal = 99")
    assert "A committee, by its last referral" in await shown(copy, f"/documents/{ALIVE}")


async def test_a_session_that_goes_on_says_how_far_its_news_goes(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    copy.write_bytes(file.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute("insert into session_ends values ('us-ia', '89', '2021-01-10', '2022-12-31', '2021-11-30', null)")
        db.execute("update documents set latest_action_on = '2021-02-01' where id = ?", [ALIVE])
    page = await shown(copy, f"/documents/{ALIVE}")
    assert "The latest news that we have of its session is of November 30, 2021 . It may have moved" in page
    assert "Who decides next By the news of its session that we have, the latest of November 30, 2021 :" in page
    with sqlite3.connect(copy) as db:
        db.execute("update session_ends set moved_on = '2022-03-01'")
    page = await shown(copy, f"/documents/{ALIVE}")
    assert "news that we have of its session" not in page
    assert "Who decides next" in page, "its own news is older than a year, and its session goes on"


def test_what_can_still_move_is_the_same_for_counts_and_for_what_is_at_stake(file: Path) -> None:
    store = connect(file)
    store.execute("insert into session_ends values ('us-ia', '89', '2021-01-10', '2022-12-31', '2021-02-01', null)")
    store.execute("update documents set latest_action_on = '2021-02-01' where id = ?", [ALIVE])
    publish(store, "2022-03-09T10:00:00Z")
    store.close()
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    assert library_bills.library_bills(db, "us-ia", DAY).counts.alive == 1
    assert ALIVE in {card.id for card in positions._at_stake(db, "tc-hotspot-lending", DAY)}


async def test_a_session_that_is_collected_in_part_is_said_to_be(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    copy.write_bytes(file.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute(
            "insert into session_ends (jurisdiction, session, ends_on, moved_on) "
            "select jurisdiction, session, '2021-05-19', '2021-02-02' from documents where id = ?",
            [UNHEARD],
        )
    page = await shown(copy, f"/documents/{UNHEARD}")
    assert (
        "ends on February 2, 2021 , and the session was to go on to May 19, 2021 . It may have moved, become law"
        in page
    )
    assert "nothing has been heard of it since" not in page
    page = await shown(copy, "/jurisdictions/us-ia")
    assert "news collected through February 2, 2021 , session to May 19, 2021" in page


async def test_a_card_says_how_far_the_news_of_a_session_that_goes_on_reaches(file: Path) -> None:
    """Bills of Massachusetts were "in committee" on every list, more than a year after the news of its session here."""
    db = connect(file)
    db.execute("insert into session_ends values ('us-ia', '89', '2021-01-10', '2022-12-31', '2021-02-01', null)")
    db.execute("update documents set latest_action_on = '2021-01-20' where id = ?", [ALIVE])
    db.execute("update documents set latest_action_on = '2021-01-20' where id = ?", [LAW])
    publish(db, "2022-03-09T10:00:00Z")
    db.close()
    page = await shown(file, f"/browse?q=number:{ALIVE.rpartition('-')[2]}")
    assert "In committee news collected through February 1, 2021 Latest news January 20, 2021" in page
    assert "news collected" not in await shown(file, f"/browse?q=number:{LAW.rpartition('-')[2]}")
    db = connect(file)
    db.execute("update session_ends set moved_on = '2022-03-01'")
    db.close()
    assert "news collected" not in await shown(file, f"/browse?q=number:{ALIVE.rpartition('-')[2]}"), "recent"
