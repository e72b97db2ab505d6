"""The page of a place: sessions, library bills with what can still move first, sponsors, what people there can do."""

from __future__ import annotations

import datetime
import re
import sqlite3
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from place_fixtures import ALIVE, DAY, LAW, LOST, OTHER, SITE, UNHEARD, bill, session_row, shown
from place_fixtures import db as db
from place_fixtures import file as file
from site_corpus import RULE, TODAY, document_row

import serve
from pages.browse import browse
from pages.browse.cards import cards
from pages.browse.lists import alive
from pages.places import collected, library_bills, places
from publish.listing import publish
from store.connect import connect


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


def test_a_summary_by_the_library_of_parliament_makes_no_library_bill(db: sqlite3.Connection) -> None:
    credit = "A legislative summary is being prepared by the research service of the Library of Parliament."
    db.execute("update documents set title = 'A bill on privacy', abstract = ? where id = ?", [credit, LAW])
    found = library_bills.library_bills(db, "us-ia", DAY)
    assert {card.id for card in found.listed} == {ALIVE, UNHEARD, LOST}


@pytest.mark.parametrize(
    ("status", "closes", "moving"),
    [
        ("proposed", "2022-03-09", True),
        ("proposed", "2022-03-08", False),
        ("proposed", None, False),
        ("notice", "2022-03-09", True),
        ("withdrawn", "2022-03-09", False),
    ],
)
def test_a_proposed_rule_or_a_petition_counts_as_moving_while_one_can_comment(
    file: Path, status: str, closes: str | None, moving: bool
) -> None:
    store = connect(file)
    store.execute("update documents set title = 'Internet of libraries', status = ? where id = ?", [status, RULE])
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
        bill(store, f"us-ia-89-hf{number}", f"A bill about broadband {number}", "failed")
        if number < 33:
            bill(store, f"us-ia-89-sf{number}", f"A bill about library cards {number}", "introduced")
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
    assert "Next hearing or committee meeting Our sources give no dates of hearings in Iowa." in page
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


@pytest.mark.parametrize(
    ("meeting", "hearing", "said"),
    [
        ("2022-03-10T09:00", "2022-03-15T09:00", "March 10, 2022 , Committee meeting: HF1"),
        ("2022-03-20T09:00", "2022-03-15T09:00", "March 15, 2022 , Hearing: HF2"),
        ("2022-03-08", "2022-03-08", "No hearing is known here."),
    ],
)
async def test_the_next_meeting_of_a_committee_counts_like_a_hearing(
    file: Path, meeting: str, hearing: str, said: str
) -> None:
    dates = [(ALIVE, "committee_meeting", meeting), (LAW, "hearing", hearing), (LAW, "hearing_canceled", "2022-03-09")]
    store = connect(file)
    store.table("events").insert_all(
        {"document_id": key, "ordinal": number, "kind": kind, "starts_at": day}
        for number, (key, kind, day) in enumerate(dates, 90)
    )
    store.close()
    assert f"Next hearing or committee meeting {said}" in await shown(file, "/jurisdictions/us-ia")


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


async def test_a_page_that_lists_a_part_of_the_library_bills_says_so_for_who_prints_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On paper, "4 documents" had three cards below it, and no word on the rest: the link to all of them is not printed."""
    assert "are listed here" not in await shown(file, "/jurisdictions/us-ia")
    monkeypatch.setattr(library_bills, "LISTED", 3)
    page = await shown(file, "/jurisdictions/us-ia")
    assert re.search(r"3 of 4 are listed here, those that can still move first\. All 4 \S*/jurisdictions/us-ia ", page)


async def test_the_numbers_say_how_many_bills_were_replaced(file: Path) -> None:
    """Iowa gave one act four numbers: three of them were "dead or replaced", and it became law."""
    db = connect(file)
    db.execute("update documents set status = 'replaced' where id = ?", [LOST])
    publish(db, "2022-03-09T10:00:00Z")
    db.close()
    said = "1 dead or replaced. Of the dead or replaced, 1 was replaced by another bill: its page"
    for address in ("/jurisdictions/us-ia", "/embed/jurisdictions/us-ia", "/trackers/libraries", "/trackers"):
        assert said in await shown(file, address), address
    assert "1 se sustituyó por otro proyecto: su página dice qué fue de este, si se sabe." in await shown(
        file, "/es/jurisdictions/us-ia"
    )


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
    db.table("sessions").insert(session_row("us-gu", "37", "2022-01-01", None))
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
        bill(db, each, "Regulated Professions Bill", status, session)
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
