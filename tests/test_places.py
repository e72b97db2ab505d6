"""The page of a place: sessions, library bills with what can still move first, sponsors, what people there can do."""

from __future__ import annotations

import datetime
import html
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from site_corpus import RULE, TODAY, build, document_row
from sqlite_utils import Database

import serve
from pages.browse import browse
from pages.browse.cards import cards
from pages.browse.lists import alive, counted, newest
from pages.export.exports import document_rows
from pages.places import collected, library_bills, places
from pages.positions import positions
from publish.listing import _prepare, _relist, publish
from store.connect import connect

DAY = datetime.date.fromisoformat(TODAY)
SITE = "https://policy.example.org"
ALIVE, LAW, LOST, UNHEARD, OTHER = (f"us-ia-89-hf{number}" for number in range(1, 6))


def _session(place: str, session: str, starts_on: str, ends_on: str | None) -> dict[str, Any]:
    return {
        "source": "us_states",
        "jurisdiction": place,
        "session": session,
        "title": f"{session}th General Assembly",
        "special": 0,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "seen_at": "2022-03-09T08:00:00Z",
    }


def _bill(db: Database, key: str, title: str, status: str, session: str = "89", moved: str = "2022-03-01") -> None:
    row = document_row(
        key,
        source="us_states",
        jurisdiction="us-ia",
        level="state",
        session=session,
        identifier=key.rpartition("-")[2].upper(),
        title=title,
        url="https://example.org/",
        status=status,
        latest_action_on=moved,
        latest_action="Something happened.",
    )
    db.table("documents").insert(row)
    db.table("tags").insert({"document_id": key, "area_id": "broadband", "probability": 0.9})
    for ordinal, name in enumerate(["Ruth Reader", "Ned Novel"][: 1 if key == LAW else 2]):
        db.table("sponsors").insert(
            {"document_id": key, "ordinal": ordinal, "name": name, "role": "sponsor", "party": "I"}
        )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = build(tmp_path, states=True)
    db = connect(file)
    db.table("sessions").insert_all(
        [
            _session("us-ia", "88", "2020-01-13", "2021-05-19"),
            _session("us-ia", "89", "2022-01-10", "2022-04-19"),
            _session("us-ia", "90", "2023-01-09", None),
        ]
    )
    _bill(db, ALIVE, "A bill about public libraries", "in_committee")
    _bill(db, LAW, "A bill about the hours of a library", "enacted")
    _bill(db, LOST, "A bill about librarians and their schools", "failed")
    _bill(db, UNHEARD, "A bill about library cards of the last assembly", "in_committee", "88", "2021-03-01")
    _bill(db, OTHER, "A bill about the internet", "in_committee")
    db.table("position_matches").insert(
        {"document_id": ALIVE, "position_id": "tc-hotspot-lending", "ordinal": 0, "score": 0.9, "field": "title"}
        | {"start": 0, "end": 6, "words": "A bill"}
    )
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    return file


@pytest.fixture
def db(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    return db


async def shown(file: Path, address: str) -> str:
    page = (await serve.build(file, today=TODAY, site=SITE).client.get(address)).text
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def test_a_place_without_an_issue_of_library_bills_says_nothing_of_them(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_bills, "load_trackers", dict)
    for address in ("/jurisdictions/us-ia", "/embed/jurisdictions/us-ia"):
        page = await shown(file, address)
        assert "names libraries" not in page
        assert "Data through" in page
    assert "A bill about public libraries" in await shown(file, "/jurisdictions/us-ia")


def test_library_bills_come_in_the_order_of_what_can_still_happen(db: sqlite3.Connection) -> None:
    found = library_bills.library_bills(db, "us-ia", DAY)
    assert [card.id for card in found.listed] == [ALIVE, LAW, UNHEARD, LOST]
    assert (found.counts.alive, found.counts.passed, found.counts.dead, found.counts.unheard) == (1, 1, 1, 1)
    assert [card.unheard_since for card in found.listed] == [None, None, "2021-05-19", None]
    assert [card.id for card in found.moving] == [ALIVE]


def test_what_a_legislature_files_under_libraries_is_a_library_bill(db: sqlite3.Connection) -> None:
    db.execute("insert into terms values (?, 9, 'subject', 'LIBRARIES AND LIBRARIANS')", [OTHER])
    db.execute(
        """insert or ignore into listing select 'tagged', sort_on, document_id, document_rowid, kind, jurisdiction, status, year,
        must_see, ceremonial, number, cell, agency from listing where document_id = ? and area_id = 'any'""",
        [OTHER],
    )
    found = library_bills.library_bills(db, "us-ia", DAY)
    assert {card.id for card in found.listed} == {ALIVE, LAW, UNHEARD, LOST, OTHER}
    listed = browse.browse(db, browse.Filters.of(dict(parse_qsl(found.address.partition("?")[2]))), DAY)
    assert listed.total == found.counts.total == 5


@pytest.mark.parametrize(("closes", "moving"), [("2022-03-09", True), ("2022-03-08", False), (None, False)])
def test_a_proposed_rule_counts_as_moving_while_one_can_comment(file: Path, closes: str | None, moving: bool) -> None:
    store = connect(file)
    store.execute("update documents set title = 'Internet of libraries' where id = ?", [RULE])
    store.execute("delete from events where document_id = ?", [RULE])
    if closes:
        store.execute(
            "insert into events (document_id, ordinal, kind, starts_at) values (?, 0, 'comment_close', ?)",
            [RULE, f"{closes}T23:59:59"],
        )
    publish(store, "2022-03-09T10:00:00Z")
    store.close()
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    found = library_bills.library_bills(db, "us", DAY)
    assert RULE in {card.id for card in found.listed}
    assert (RULE in {card.id for card in found.moving}) is moving
    assert found.counts.total == len(found.listed), "each once"


def test_a_bill_whose_identical_one_became_law_is_not_listed_as_open(file: Path, db: sqlite3.Connection) -> None:
    written = connect(file)
    written.table("links").insert(
        {"document_id": ALIVE, "ordinal": 0, "linked_id": LAW, "kind": "Identical bill", "said_by": "us_bills"}
    )
    publish(written, "2022-03-10T09:00:00Z")
    written.close()
    status = "select status from listing where document_id = ? and area_id = 'any'"
    assert [db.execute(status, [key]).fetchone()[0] for key in (ALIVE, OTHER)] == ["replaced", "in_committee"]
    assert [card.identical_law for card in cards(db, [ALIVE, OTHER, LAW], DAY)] == ["HF2", None, None]
    assert alive(db, [ALIVE, OTHER], DAY) == {OTHER}


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
    _prepare(db)
    with db.atomic():
        _relist(db, UNHEARD)
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


async def test_a_place_without_library_bills_says_so_of_what_is_filed_under_libraries_too(file: Path) -> None:
    with sqlite3.connect(file) as db:
        db.execute("delete from listing where jurisdiction = 'us-ia'")
    for language, said in {
        "": "that names libraries or is filed under them was found",
        "/es": "que nombre las bibliotecas o esté clasificado bajo ellas",
    }.items():
        assert said in await shown(file, f"{language}/jurisdictions/us-ia")


def test_sponsors_are_those_of_the_listed_bills(db: sqlite3.Connection) -> None:
    found = library_bills.library_bills(db, "us-ia", DAY).sponsors
    assert [(each.name, each.bills) for each in found] == [("Ruth Reader", 4), ("Ned Novel", 3)]
    for each in found:
        filters = browse.Filters.of(dict(parse_qsl(each.href.partition("?")[2])))
        assert browse.browse(db, filters, DAY).total == each.bills, "the number is that of the list behind it"


def test_a_sponsor_whose_name_is_written_in_two_ways_is_one(db: sqlite3.Connection) -> None:
    db.execute("update sponsors set person_id = '7813' where name = 'Ruth Reader'")
    db.execute("update sponsors set name = 'Ruth L. Reader' where name = 'Ruth Reader' and document_id = ?", [ALIVE])
    db.execute("insert into sponsor_names values ('Ruth L. Reader')")
    found = library_bills.library_bills(db, "us-ia", DAY).sponsors
    assert [(each.name, each.party, each.bills) for each in found] == [
        ("Ruth Reader", "Independent", 4),
        ("Ned Novel", "Independent", 3),
    ]


def test_the_words_of_a_position_are_an_ask_only_once_they_are_approved(db: sqlite3.Connection) -> None:
    [position] = library_bills.library_bills(db, "us-ia", DAY).positions
    assert (position["id"], position["statement"]) == ("tc-hotspot-lending", None)
    db.execute("update positions set standing = 'approved'")
    [position] = library_bills.library_bills(db, "us-ia", DAY).positions
    assert position["statement"]


async def test_a_place_of_which_nothing_is_collected_says_so(file: Path) -> None:
    client = serve.build(file, today=TODAY, site=SITE).client
    for address, said in (
        ("/jurisdictions/us-pr", "No document of Puerto Rico is collected here. What is missing may still exist."),
        ("/es/jurisdictions/us-ny", "Aquí no se ha recopilado ningún documento de Nueva York."),
    ):
        answer = await client.get(address)
        assert answer.status_code == 404
        assert said in answer.text
    assert 'href="/es/browse?q=%22New+York%22"' in answer.text, "documents are in English"
    for key in ("us-zz", "gb", "nowhere"):
        answer = await client.get(f"/jurisdictions/{key}")
        assert (answer.status_code, "is collected here" in answer.text) == (404, False)


def test_sessions_are_those_that_go_on_or_come(db: sqlite3.Connection) -> None:
    assert [each.title for each in collected.sessions_of(db, "us-ia", DAY)] == [
        "89th General Assembly",
        "90th General Assembly",
    ]
    later = datetime.date(2022, 6, 1)
    assert [each.starts_on for each in collected.sessions_of(db, "us-ia", later)] == ["2023-01-09"]


async def test_days_that_a_source_copied_from_the_session_before_are_not_said(file: Path) -> None:
    db = sqlite3.connect(file)
    db.execute("update sessions set starts_on = '2023-01-10', ends_on = '2023-04-19' where session = '90'")
    db.commit()
    assert "Next session 90th General Assembly, dates not known yet" in await shown(file, "/jurisdictions/us-ia")
    db.execute("update sessions set ends_on = '2023-04-28' where session = '90'")
    db.commit()
    db.close()
    assert "Next session 90th General Assembly, from January 10, 2023 to April 28" in await shown(
        file, "/jurisdictions/us-ia"
    )


@pytest.mark.parametrize(
    ("gone", "says"),
    [
        ((), "Read the document above that can still move"),
        ((ALIVE,), "Ask the legislature what became of the documents above that have no news"),
        ((ALIVE, UNHEARD), "None of the library documents above can still move."),
        ((ALIVE, LAW, LOST, UNHEARD), None),
    ],
)
async def test_the_page_says_that_none_can_move_only_of_documents_of_which_it_is_known(
    file: Path, gone: tuple[str, ...], says: str | None
) -> None:
    db = connect(file)
    for key in gone:
        db.execute("delete from tags where document_id = ?", [key])
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    page = await shown(file, "/jurisdictions/us-ia")
    if says:
        assert says in page
    else:
        assert "can still move. Learn" not in page
        assert "Ask the legislature" not in page


def test_a_session_ends_on_the_day_that_its_bills_show(db: sqlite3.Connection) -> None:
    db.execute(
        "insert into session_ends (jurisdiction, session, starts_on, ends_on, ended_on) "
        "values ('us-ia', '89', '2022-01-10', '2022-04-19', '2022-05-25')"
    )
    view = places.jurisdiction(db, "us-ia", DAY)
    assert view is not None
    assert view.session is not None
    assert view.session.ends_on == "2022-05-25"


def test_no_document_is_in_two_lists_of_a_place_and_none_leaves_a_gap(file: Path) -> None:
    store = connect(file)
    for number in range(21, 36):
        _bill(store, f"us-ia-89-hf{number}", f"A bill about broadband {number}", "failed")
        if number < 33:
            _bill(store, f"us-ia-89-sf{number}", f"A bill about library cards {number}", "introduced")
    priority = {"text_hash": "1", "version": "1", "priority": 2, "priority_score": 1.0}
    store.table("taggings").insert_all(
        priority | {"document_id": f"us-ia-89-{kind}{number}"} for kind in ("hf", "sf") for number in range(21, 31)
    )
    publish(store, "2022-03-09T10:00:00Z")
    store.close()
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    view = places.jurisdiction(db, "us-ia", DAY)
    assert view is not None
    assert view.library is not None
    lists = [view.library.listed, view.must_see.cards, view.latest]
    assert [len(each) for each in lists] == [12, 6, 10]
    assert len({card.id for each in lists for card in each}) == 28, "each once"


async def test_the_page_tells_sessions_numbers_and_what_to_do(file: Path) -> None:
    page = await shown(file, "/jurisdictions/us-ia")
    assert "In session 89th General Assembly, until April 19, 2022" in page
    assert "Next session 90th General Assembly, from January 9, 2023" in page
    assert "Next hearing No hearing is known here." in page
    said = "that name libraries or are filed under them: 1 can still move, 1 passed or final, 1 dead or replaced."
    assert said in page
    assert "Some bills matter to libraries and do not name them in title or summary: see the issues" in page
    assert "With no news since their session was to end: 1." in page
    assert "no news since its session was to end on May 19, 2021" in page
    assert "Their words are not approved by ALA yet" in page
    assert page.index("HF1") < page.index("HF2") < page.index("HF3")
    assert f'<iframe src="{SITE}/embed/jurisdictions/us-ia"' in page
    spanish = await shown(file, "/es/jurisdictions/us-ia")
    assert "Aún pueden avanzar: 1;" in spanish


async def test_a_library_bill_names_its_positions_for_who_prints_the_page(file: Path) -> None:
    page = await shown(file, "/jurisdictions/us-ia")
    assert "They are not a statement of ALA about a bill." in page
    assert page.count("Related positions: Lend hotspots") == 1
    assert page.index("HF1") < page.index("Related positions: Lend hotspots") < page.index("HF2")
    db = sqlite3.connect(file)
    db.execute("delete from position_matches")
    db.commit()
    db.close()
    assert "Related positions" not in await shown(file, "/jurisdictions/us-ia")


async def test_the_numbers_say_how_many_bills_were_replaced(file: Path) -> None:
    """Iowa gave one act four numbers: three of them were "dead or replaced", and it became law."""
    db = connect(file)
    db.execute("update documents set status = 'replaced' where id = ?", [LOST])
    publish(db, "2022-03-09T10:00:00Z")
    db.close()
    said = "1 dead or replaced. Of the dead or replaced, 1 was replaced by another bill, which may have become law."
    for address in ("/jurisdictions/us-ia", "/embed/jurisdictions/us-ia", "/trackers/libraries", "/trackers"):
        assert said in await shown(file, address), address
    assert "1 se sustituyó por otro proyecto, que puede ser ya ley." in await shown(file, "/es/jurisdictions/us-ia")


async def test_the_chapter_of_the_state_is_named(file: Path) -> None:
    assert "Iowa Library Association" in await shown(file, "/jurisdictions/us-ia"), "positions/catalog/chapters.yml"
    db = sqlite3.connect(file)
    db.execute("delete from chapters where jurisdiction = 'us-ia'")
    db.commit()
    assert "Talk to your library association" not in await shown(file, "/jurisdictions/us-ia")
    db.execute(
        "insert into chapters (jurisdiction, name, url, contact, checked_on) "
        "values ('us-ia', 'A Library Association', 'https://example.org/', 'office@example.org', '2022-03-01')"
    )
    db.commit()
    db.close()
    page = await shown(file, "/jurisdictions/us-ia")
    assert "Talk to your library association: A Library Association , office@example.org" in page


async def test_nothing_found_in_part_of_the_bills_is_no_zero(file: Path) -> None:
    db = connect(file)
    db.table("sessions").insert(_session("us-gu", "37", "2022-01-01", None))
    db.execute("delete from documents_fts where rowid = (select rowid from documents where id = 'us-gu-36-b1')")
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    page = await shown(file, "/jurisdictions/us-gu")
    assert page.index("Not collected:") < page.index("Library bills")
    assert "What is not collected may have some." in page
    assert "0 can still move" not in page


async def test_the_frame_lists_the_first_bills_and_links_to_the_site(file: Path) -> None:
    answer = await serve.build(file, today=TODAY, site=SITE).client.get("/embed/jurisdictions/us-ia")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert f'href="{SITE}/documents/{ALIVE}"' in answer.text
    assert "As of March 9, 2022" in answer.text


async def test_a_kind_whose_news_ends_long_before_says_so(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.db"
    with sqlite3.connect(file) as source, sqlite3.connect(copy) as db:
        source.backup(db)
        db.execute("update listing set sort_on = '2020-01-02' where jurisdiction = 'us' and kind = 'regulation'")
        until = collected.news_until(db, "us", DAY)
        assert collected.kinds_that_end_earlier(db, "us", until) == [("regulation", "2020-01-02")]
        db.commit()
    for address in ("/jurisdictions/us", "/embed/jurisdictions/us"):
        page = (await serve.build(copy, today=TODAY).client.get(address)).text
        assert "Regulations and notices through January 2, 2020." in re.sub(r"<[^>]+>", "", page), address


@pytest.mark.parametrize(("session", "known"), [("bills", False), ("59-2", True)])
async def test_what_may_have_ended_with_a_session_that_nobody_knows_is_said_so(
    file: Path, session: str, known: bool
) -> None:
    db = connect(file)
    key, law = f"uk-{session}-4132", f"uk-{session}-4133"
    for each, status in ((key, "introduced"), (law, "enacted")):
        _bill(db, each, "Regulated Professions Bill", status, session)
        db.execute("update documents set jurisdiction = 'uk', level = 'international' where id = ?", [each])
    publish(db, "2022-03-09T09:00:00Z")
    db.close()
    assert ("We do not know the sessions of these bills." in await shown(file, "/jurisdictions/uk")) is not known
    assert ("We do not know its session." in await shown(file, f"/documents/{key}")) is not known
    assert "We do not know its session." not in await shown(file, f"/documents/{law}")
    assert "We do not know the sessions" not in await shown(file, "/jurisdictions/us-ia")


def test_to_find_that_no_bill_lacks_a_session_reads_no_rules(db: sqlite3.Connection) -> None:
    rules = [
        document_row(f"us-fr-2022-{number}", kind="regulation", session="fr", identifier="", title="", url="")
        for number in range(500)
    ]
    columns = ", ".join(rules[0])
    named = ", ".join(f":{column}" for column in rules[0])
    db.executemany(f"insert into documents ({columns}) values ({named})", rules)
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    db.set_progress_handler(step, 1)
    assert not places._no_sessions(db, "us")
    assert 0 < steps < 100
