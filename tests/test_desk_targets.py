"""Whom to ask about a bill: who is on the list and why, the spreadsheets, chapter contacts, and meetings on record."""

from __future__ import annotations

import csv
import datetime
import html
import io
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import people_fixtures
import pytest
from desk_fixtures import NOW, Browser, change, copy, corpus_of, open_desk, person, site_of
from desk_fixtures import build as build_desk
from people_fixtures import CHAIR, IN_COMMITTEE, OHIO_BILL, OHIOAN, READER, SENATOR

from desk.queue import advocacy, targets
from desk.queue.advocacy import AdvocacyRecord, BadRecord
from pages.database import first
from pages.people import finding
from settings import Configuration

TODAY = datetime.date(2022, 3, 9)
RELATED = "us-117-hr777"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = build_desk(tmp_path_factory.mktemp("targets"))
    people_fixtures.with_people(config.corpus)
    db = corpus_of(config)
    people = [people_fixtures.person(11, "N000011", "Nia New", party="Democrat", chamber="lower", district="1")]
    people.append(people_fixtures.person(12, "G000012", "Gus Gone", party="Democrat", is_current=0))
    db.table("people").insert_all(people)
    db.table("person_terms").insert_all(
        {
            "person": key,
            "chamber": "lower",
            "state": "TX",
            "district": "1",
            "starts": "2021-01-03",
            "seen_from": "2022-03-01",
        }
        for key in ("N000011", "G000012")
    )
    db.execute(
        "insert into documents (id, kind, source, jurisdiction, level, session, identifier, chamber, title, url, status, "
        "first_seen_at, changed_at, text_hash, record_hash) select ?, kind, source, jurisdiction, level, session, 'H.R. 777', "
        "chamber, 'Another School Library Act', url, status, first_seen_at, changed_at, 'x', 'x' from documents where id = ?",
        [RELATED, IN_COMMITTEE],
    )
    db.table("links").insert({"document_id": RELATED, "ordinal": 0, "linked_id": IN_COMMITTEE, "kind": "Related bill"})
    joined = ((0, 11, "sponsor"), (1, 12, "cosponsor"), (2, 2, "cosponsor"), (3, 3, "cosponsor"))
    for ordinal, who, role in joined:
        db.table("sponsors").insert({"document_id": RELATED, "ordinal": ordinal, "name": "x", "role": role})
        db.table("sponsor_people").insert(
            {"document_id": RELATED, "ordinal": ordinal, "person": who, "how": "identifier"}
        )
    db.close()
    return config.data


@pytest.fixture
def config(made: Path, tmp_path: Path) -> Configuration:
    return copy(made, tmp_path)


@pytest.fixture
def db(config: Configuration) -> Any:
    with closing(open_desk(config)) as opened:
        yield opened


def listed(db: Any, key: str = IN_COMMITTEE, **more: str) -> dict[str, dict[str, Any]]:
    document = first(db.conn, "select * from corpus.documents where id = ?", [key])
    assert document
    return {row["id"]: row for row in targets.targets(db, document, TODAY, **more)}


def contact(db: Any, place: str, name: str, reach: str) -> None:
    db.execute(
        "insert into chapter_contacts (jurisdiction, name, contact, added_by, added_at) values (?, ?, ?, ?, ?)",
        [place, name, reach, person(db).id, NOW],
    )


def test_the_committee_comes_first_then_who_joined_a_related_bill(db: Any) -> None:
    found = listed(db)
    assert list(found) == [CHAIR, READER, "N000011"]
    assert (found[CHAIR]["role"], found[CHAIR]["joined"]) == ("Chair", "yes")
    assert found[READER]["why"] == "House Committee on Education and Labor"
    assert found[READER]["phone"] == "202-555-0100"
    assert found["N000011"]["why"] == "Joined H.R. 777, not this bill"


def test_who_left_and_who_sits_in_the_other_chamber_are_not_asked(db: Any) -> None:
    assert not {"G000012", SENATOR} & set(listed(db))


def test_a_chapter_contact_brings_the_members_of_its_state(db: Any) -> None:
    contact(db, "us-tx", "Texas Chapter", "Tess, 512-555-0102")
    found = listed(db)
    assert found["N000011"]["why"] == "Joined H.R. 777, not this bill; Chapter contact in the state"
    assert found["N000011"]["chapter"] == "Texas Chapter: Tess, 512-555-0102"
    assert list(listed(db, state="TX")) == ["N000011"]


def test_where_no_committee_is_known_nobody_is_made_up(db: Any) -> None:
    assert listed(db, OHIO_BILL) == {}


async def test_the_page_says_what_is_not_known_where_nobody_is(config: Configuration, db: Any) -> None:
    browser = Browser(site_of(config).app())
    await browser.sign_in()
    address = f"/desk/targets?document={OHIO_BILL}"
    page = (await browser.get(address)).text
    assert "This site knows of nobody to ask: no committee with known members has it" in page
    assert "chapter, " not in page.partition("knows of nobody")[2].partition("</p>")[0], "chapters are for Congress"
    assert "Nobody from TX is on the list" in (await browser.get(f"{address}&state=tx")).text
    bill = dict(next(db.query("select * from corpus.documents where id = ?", [IN_COMMITTEE])))
    assert "staff have entered no contact of a chapter" in targets.lacking(db, bill)[-1]
    contact(db, "us-oh", "Ohio Chapter", "614-555-0103")
    assert "no member of that chamber from a state with a chapter contact" in targets.lacking(db, bill)[-1]
    change(config, "delete from committee_members")
    assert targets.lacking(db, bill)[0] == "nobody has collected who sits in which committee"


def test_meetings_hang_on_people(db: Any) -> None:
    record = AdvocacyRecord(
        kind="meeting", title="Talked", document_id=IN_COMMITTEE, person_id=READER, happened_on="2022-03-08"
    )
    advocacy.add(db, person(db), record, now=NOW)
    assert listed(db)[READER]["met"] == "2022-03-08"
    assert [row["person_name"] for row in advocacy.records(db, person_id=READER)] == ["Ada Reader"]
    assert advocacy.records(db, person_id=CHAIR) == []
    with pytest.raises(BadRecord, match="there is no legislator"):
        advocacy.add(db, person(db), AdvocacyRecord(**(vars(record) | {"person_id": "X"})), now=NOW)


async def test_the_page_and_its_files_hold_the_same_people(config: Configuration, db: Any) -> None:
    contact(db, "us-oh", "=Olga", "614-555-0103")
    browser = Browser(site_of(config).app())
    assert (await browser.get(f"/desk/targets?document={IN_COMMITTEE}")).status_code == 302, "staff only"
    await browser.sign_in()
    page = (await browser.get(f"/desk/targets?document={IN_COMMITTEE}")).text
    assert "3 people" in page
    answer = await browser.get(f"/desk/targets.csv?document={IN_COMMITTEE}")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert list(rows[0]) == list(targets.COLUMNS)
    assert [row["name"] for row in rows] == ["Cora Chair", "Ada Reader", "Nia New"]
    assert rows[1]["chapter"] == "'=Olga: 614-555-0103", "no formula"
    assert rows[0]["address"] == "http://localhost/people/cora-chair-c000001"
    answer = await browser.get(f"/desk/targets.xlsx?document={IN_COMMITTEE}&state=OH")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["Rows"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["name", "Ada Reader"]
    assert (await browser.get("/desk/targets?document=us-117-hr0")).status_code == 404
    assert (await browser.get("/desk/targets.csv")).status_code == 404


async def test_a_meeting_is_kept_on_the_desk_and_nowhere_else(config: Configuration, db: Any) -> None:
    browser = Browser(site_of(config).app())
    await browser.sign_in("Ben Writer")
    form = (await browser.get(f"/desk/advocacy?document={IN_COMMITTEE}&person={READER}")).text
    assert 'name="person_id" value="Ada Reader, U.S. House, Ohio 4"' in form
    fields = {"kind": "meeting", "title": "zyzzyva-note", "document_id": IN_COMMITTEE, "person_id": READER}
    done = await browser.send("/desk/advocacy", step="save", happened_on="2022-03-08", **fields)
    assert done.status_code == 302
    assert "zyzzyva-note" in (await browser.get(f"/desk/advocacy?person={READER}")).text
    for path in (people_fixtures.READERS_PAGE, f"{people_fixtures.READERS_PAGE}.atom", f"/documents/{IN_COMMITTEE}"):
        public = (await browser.get(path)).text
        assert "zyzzyva-note" not in public


# --------------------------------------------------------------------- a legislator by name


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        (READER, READER),
        ("Ada Reader", READER),
        ("Rep. Reader", READER),
        ("reader, ohio", READER),
        ("Ada Reader, U.S. House, Ohio 4", READER),
        ("Reader Texas", None),
        ("smith ohio", OHIOAN),
        ("Lee Known", "K000099"),
        ("known, united states", "K000099"),
        ("Nobody", None),
        ("ohio", None),
    ],
)
def test_a_legislator_is_found_by_the_name_a_part_of_it_and_the_seat(
    config: Configuration, db: Any, typed: str, who: str | None
) -> None:
    known = people_fixtures.person(99, "K000099", "Lee Known", is_current=0)
    with closing(corpus_of(config)) as corpus:
        corpus.table("people").insert(known)
    assert list(finding.candidates(db.conn, typed)) == ([who] if who else [])


async def test_a_record_takes_the_name_of_a_legislator_and_asks_which_where_several_have_it(
    config: Configuration, db: Any
) -> None:
    other = people_fixtures.person(13, "R000013", "Rae Reader", party="Democrat", chamber="lower")
    with closing(corpus_of(config)) as corpus:
        corpus.table("people").insert(other)
    browser = Browser(site_of(config).app())
    await browser.sign_in("Ben Writer")
    fields = {"kind": "meeting", "title": "Talked", "document_id": IN_COMMITTEE, "happened_on": "2022-03-08"}

    async def send(name: str, **more: str) -> str:
        answer = await browser.send("/desk/advocacy", step="save", person_id=name, **fields, **more)
        return html.unescape(answer.text) if answer.status_code == 400 else str(answer.status_code)

    assert "no legislator who is collected here has the name “Miler”" in await send("Miler")
    page = await send("Reader")
    assert "several legislators have the name “Reader”: choose one" in page
    assert '<option value="R000013">Rae Reader, U.S. House</option>' in page
    assert f'<option value="{READER}">' in page
    assert advocacy.records(db) == []
    assert await send("Reader", chosen="R000013") == "302"
    [record] = advocacy.records(db)
    assert record["person_name"] == "Rae Reader"
    form = (await browser.get(f"/desk/advocacy?record={record['record_id']}")).text
    assert 'name="person_id" value="Rae Reader, U.S. House"' in form
    assert await send("Rae Reader, U.S. House") == "302", "what the form holds means the same again"
    assert len(advocacy.records(db)) == 1
