"""The pages of legislators, committees and roll calls."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import people_fixtures as made
import pytest
from lxml import etree
from people_fixtures import (
    COMMITTEE,
    COMMITTEES_PAGE,
    IN_COMMITTEE,
    OHIO_VOTE,
    OHIOAN,
    OHIOANS_PAGE,
    OHIOS_VOTE,
    READER,
    READERS_PAGE,
    ROLL_CALL,
)
from site_corpus import BROADBAND, PLAIN, TODAY

import serve
from pages.database import Row, first
from pages.people import committee, names, people, person, roll_call

DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.build(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="module")
def db(corpus: Path) -> Any:
    with closing(sqlite3.connect(corpus)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(scope="module")
def site(corpus: Path) -> Any:
    return serve.build(corpus, secret="a secret of the tests", today=TODAY)


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def document(db: sqlite3.Connection, key: str, **changes: Any) -> Row:
    return (first(db, "select * from documents where id = ?", [key]) or {}) | changes


# --------------------------------------------------------------------- addresses


async def test_the_sitemap_names_who_is_in_office(site: Any, db: sqlite3.Connection) -> None:
    named = re.findall(r"<loc>[^<]*(/people/[^<]+)</loc>", (await site.client.get("/sitemap.xml")).text)
    current = db.execute("select id, name from people where is_current").fetchall()
    assert set(named) == {names.person_address(row["id"], row["name"]) for row in current}
    assert len(named) > 1
    for path in named:
        assert (await site.client.get(path)).status_code == 200


@pytest.mark.parametrize(
    ("key", "kind", "address"),
    [
        (READER, "person", names.person_address(READER, "Ada Reader")),
        (OHIOAN, "person", names.person_address(OHIOAN, "Zoë O'Neil-Brown")),
        (COMMITTEE, "organization", names.committee_address(COMMITTEE, "House Committee on Education")),
        (ROLL_CALL, "vote", names.vote_address(ROLL_CALL)),
        (OHIO_VOTE, "vote", names.vote_address(OHIO_VOTE)),
        ("us-senate-119-1-00012", "vote", "/votes/us-senate-119-1-00012"),
    ],
)
def test_an_address_leads_back_to_its_record(key: str, kind: str, address: str) -> None:
    assert re.fullmatch(r"/[a-z]+/[a-z0-9-]+", address)
    low, high = names.ids_of(address.rpartition("/")[2], kind)
    assert low <= key < high


def test_names_are_plain_letters_in_addresses() -> None:
    assert names.person_address("N000001", "José  Núñez, Jr.") == "/people/jose-nunez-jr-n000001"
    assert names.person_address(OHIOAN, "") == "/people/0a1b2c3d4e5f"


def test_a_seat_is_said_in_words() -> None:
    assert names.seat("us", "lower", "OH-4", "OH") == "U.S. House, Ohio 4"
    assert names.seat("us", "lower", "0", "AK") == "U.S. House, Alaska"
    assert names.seat("us", "upper", None, "OH") == "U.S. Senate, Ohio"
    assert names.seat("us-ca", "lower", "12") == "California, Assembly, district 12"
    assert names.seat("us-ne", "legislature", "4") == "Nebraska, Legislature, district 4"
    assert names.seat("us-oh", None, None) == ""


# --------------------------------------------------------------------- pages

PAGES = {
    "/people": ["4 legislators", "Cora Chair", "U.S. House, Illinois 15", "Ohio, House, district 12"],
    READERS_PAGE: [
        "Democrat",
        "U.S. House, Ohio 4",
        "H.R. 1783",
        "Position: Lend hotspots",
        "On Passage",
        "Yes",
        "1 recorded vote in all, of which 0 missed",
        "2 on information policy, 2 in all",
        "Reading Rooms Act",
        "House Committee on Education and Labor",
        "April 5, 2022 H.R. 500 Room 2175",
        "419-555-0101",
        "January 3, 2019 to January 3, 2021",
    ],
    "/people/lee-left-l000004": ["Left office on December 31, 2021", "1 recorded vote in all, of which 1 missed"],
    OHIOANS_PAGE: ["Committees of this legislature are not collected."],
    COMMITTEES_PAGE: [
        "School Library Act",
        "1 on information policy, 1 in all",
        "Early Childhood",
        "Chair",
        "Room 2175",
    ],
    "/committees/early-childhood-hsed14": [
        "This committee has no bill on information policy.",
        "The source names no members.",
    ],
    f"/votes/{ROLL_CALL}": [
        "Roll call 43",
        "On Passage",
        "Library Broadband Act",
        "Yes 2 No 1 Present 0 Did not vote 1",
        "Democrat 1 0 0 1",
        "Illinois 0 1 0 0",
        "1 name could not be linked",
        "Nobody Known Republican Texas Yes",
    ],
    OHIOS_VOTE: ["The source counts other numbers than it names votes.", "Yes 60 No 30", "Other Walked"],
}


@pytest.mark.parametrize("path", PAGES)
async def test_page_says_its_facts(site: Any, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == 200
    shown = text_of(answer.text)
    assert [fact for fact in PAGES[path] if fact not in shown] == []


@pytest.mark.parametrize("path", PAGES)
async def test_page_holds_nothing_hostile_and_every_link_leads_somewhere(site: Any, path: str) -> None:
    page = (await site.client.get(path)).text
    assert "<img src=x" not in page
    assert "javascript:" not in page
    for link in {html.unescape(each) for each in re.findall(r'\shref="(/[^"#]*)', page)}:
        assert (await site.client.get(link)).status_code == 200, link


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/people/ada-maiden-name-r000002", READERS_PAGE),
        ("/es/people/r000002", f"/es{READERS_PAGE}"),
        ("/committees/hsed00", COMMITTEES_PAGE),
    ],
)
async def test_an_old_address_leads_to_the_new_one(site: Any, asked: str, led: str) -> None:
    answer = await site.client.get(asked, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, led)


@pytest.mark.parametrize("path", ["/people/nobody", "/people/x-r00000", "/committees/hsxx00", "/votes/us-house-1"])
async def test_what_is_not_there_is_not_there(site: Any, path: str) -> None:
    assert (await site.client.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({}, 4),
        ({"place": "us"}, 3),
        ({"place": "us-oh"}, 1),
        ({"state": "OH"}, 2),
        ({"place": "us", "chamber": "upper"}, 1),
        ({"party": "Democrat"}, 2),
        ({"q": "ada"}, 1),
        ({"q": "100%"}, 0),
        ({"party": "Whig"}, 0),
        ({"place": "' or 1=1 --"}, 0),
    ],
)
def test_filters_choose_people(db: sqlite3.Connection, choice: dict[str, str], found: int) -> None:
    view = people.people(db, people.Wanted.of(choice), 1)
    assert view.total == len(view.people) == found
    assert not [each for each in view.people if not each["is_current"]]


@pytest.mark.parametrize(
    ("state", "shown"),
    [("OH", ["Ada Reader"]), ("oh", ["Ada Reader"]), ("", ["Cora Chair", "Ada Reader"]), ("TX", None)],
)
async def test_the_member_from_a_state_is_found_on_a_committee(site: Any, state: str, shown: list[str] | None) -> None:
    page = (await site.client.get(f"{COMMITTEES_PAGE}?state={state}")).text
    section = page.split('id="members"')[1]
    assert re.findall(r'<th scope="row"><a [^>]+>([^<]+)</a>', section) == (shown or ["Cora Chair", "Ada Reader"])
    assert re.findall(r'<option value="([A-Z]{2})"', section) == ["IL", "OH"]
    assert ("All 2 members" in text_of(section)) == (state.upper() == "OH")
    assert f'action="{COMMITTEES_PAGE}#members"' in section


def test_people_known_from_votes_alone_are_not_in_the_list(db: sqlite3.Connection) -> None:
    assert "Lee Left" not in [each["name"] for each in people.people(db, people.Wanted(), 1).people]


async def test_votes_are_a_spreadsheet_of_text(site: Any) -> None:
    answer = await site.client.get(f"{OHIOS_VOTE}.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="infopolicy-votes-111122223333.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["name"], row["vote"]) for row in rows] == [("'=HYPERLINK(1)", "Other"), (made.HOSTILE_NAME, "Yes")]
    assert rows[1]["page"] == f"http://127.0.0.1:8001{OHIOANS_PAGE}"


async def test_a_vote_is_told_with_its_document(site: Any) -> None:
    page = (await site.client.get(READERS_PAGE)).text
    [table] = re.findall(r'aria-label="Votes".*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    rows = table.split("<tr>")[1:]
    assert rows
    assert all('<th scope="row"><a href="/documents/' in row for row in rows)


def test_a_party_is_that_of_the_day_of_the_vote(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    copy.execute("update people set party = 'Republican' where id = ?", [OHIOAN])
    view = roll_call.roll_call(copy, "111122223333")
    assert view is not None
    assert [each["party_word"] for each in view.votes if each["address"]] == ["Democrat"]


@pytest.mark.parametrize(
    ("place", "roles", "said"),
    [
        ("us-ri", ["sponsor", "sponsor"], True),
        ("us-ri", ["sponsor"], False),
        ("us-ri", ["sponsor", "sponsor", "cosponsor"], False),
        ("us-oh", ["sponsor", "sponsor"], False),
    ],
)
async def test_where_the_source_calls_all_sponsors_the_pages_say_so(
    tmp_path: Path, place: str, roles: list[str], said: bool
) -> None:
    file = made.build(tmp_path)
    with sqlite3.connect(file) as db:
        db.execute("update documents set jurisdiction = ? where id = ?", [place, made.OHIO_BILL])
        db.execute("update people set jurisdiction = ? where id = ?", [place, OHIOAN])
        key = db.execute("select key from people where id = ?", [OHIOAN]).fetchone()[0]
        for at, role in enumerate(roles):
            values = [made.OHIO_BILL, at, f"Name {at}", role]
            db.execute("insert into sponsors (document_id, ordinal, name, role) values (?, ?, ?, ?)", values)
        db.execute("insert into sponsor_people values (?, 0, ?, 'identifier')", [made.OHIO_BILL, key])
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = text_of((await client.get(f"/documents/{made.OHIO_BILL}")).text)
    assert ("It does not say who brought the bill and who joined." in page) is said
    page = text_of((await client.get(OHIOANS_PAGE)).text)
    assert ("bills that this legislator only joined may be among these." in page) is (place == "us-ri")


async def test_a_document_shows_who_decides_its_votes_and_its_sponsors_pages(site: Any) -> None:
    page = (await site.client.get(f"/documents/{IN_COMMITTEE}")).text
    assert "Who decides next" in page
    assert "its chair decides whether and when the committee votes" in page
    assert f'href="{COMMITTEES_PAGE}"' in page
    assert f'<a href="{READERS_PAGE}">Rep. Reader, Ada [D-OH-4]</a>' in page
    page = (await site.client.get(f"/documents/{BROADBAND}")).text
    assert f'<a href="/votes/{ROLL_CALL}">Roll call</a>' in page
    assert "House: 2 yes, 1 no" in text_of(page)
    assert "Who decides next" not in (await site.client.get(f"/documents/{PLAIN}")).text


async def test_a_page_says_that_a_committee_voted_to_report_and_has_not_filed_its_report(tmp_path: Path) -> None:
    file = made.build(tmp_path)
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("delete from actions where document_id = ? and ordinal = 2", [made.REPORTED])
    client = serve.build(file, secret="a secret of the tests", today=TODAY).client
    page = text_of((await client.get(f"/documents/{made.REPORTED}")).text)
    voted = "voted on February 1, 2022 to report"
    assert f"A committee {voted} it (“ordered to be reported”), and has not filed its report yet." in page
    assert f"A committee of the House: it {voted} it, and has not filed its report yet." in page
    assert "The House as a whole" not in page
    said = (await client.get(f"/api/document?document={made.REPORTED}")).json()["result"]["decides_next"]
    assert (said["step"], said["voted_to_report_on"]) == ("committee", "2022-02-01")
    assert [each["id"] for each in said["committees"]] == [each["id"] for each in said["voted_to_report"]]
    assert len(said["committees"]) == 1


def test_a_committee_lists_what_it_has_now_and_nothing_else(db: sqlite3.Connection) -> None:
    assert committee.waiting(db, COMMITTEE, DAY) == [IN_COMMITTEE]
    assert committee.waiting(db, COMMITTEE, datetime.date(2023, 6, 1)) == []


def test_a_meeting_belongs_to_its_committee_however_its_name_is_written(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    meeting = (
        "m1",
        "x",
        "117",
        "meeting",
        "1",
        "Markup of bills",
        "https://www.congress.gov/event/1",
        "2022-04-01T10:00:00",
    )
    copy.execute(
        "insert into proceedings (id, source, session, kind, stamp, title, url, starts_at, committee, document_ids, fetched_at) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, 'House Education and Labor Committee', '[]', 'x')",
        meeting,
    )
    view = committee.committee(copy, COMMITTEE, DAY)
    assert view is not None
    assert [(row["starts_at"][:10], row["description"]) for row in view.hearings] == [
        ("2022-04-01", "Markup of bills"),
        ("2022-04-05", "Room 2175"),
    ]


def test_a_vote_counts_for_a_person_only_where_a_position_is_shown(db: sqlite3.Connection) -> None:
    assert [row["id"] for row in person.votes(db, READER)] == [ROLL_CALL]
    assert person.votes(db, OHIOAN) == []


def test_a_roll_call_that_its_source_no_longer_lists_is_in_no_list(db: sqlite3.Connection) -> None:
    copy = sqlite3.connect(":memory:")
    db.backup(copy)
    copy.row_factory = sqlite3.Row
    assert len(roll_call.of_document(copy, BROADBAND)) == 1
    copy.execute("update roll_calls set missing_since = '2022-03-08T00:00:00Z'")
    assert (roll_call.of_document(copy, BROADBAND), person.votes(copy, READER)) == ([], [])


async def test_a_legislator_and_a_committee_have_a_feed(site: Any) -> None:
    entries = titles_and_links((await site.client.get(f"{READERS_PAGE}.atom")).content)
    assert entries["Yes: H.R. 1783, On Passage"] == f"http://127.0.0.1:8001/votes/{ROLL_CALL}"
    assert entries["Brought: H.R. 500: School Library Act"] == f"http://127.0.0.1:8001/documents/{IN_COMMITTEE}"
    entries = titles_and_links((await site.client.get(f"{COMMITTEES_PAGE}.atom")).content)
    assert set(entries) == {"Waits there: H.R. 500: School Library Act", "Hearing April 5, 2022: H.R. 500"}
    assert f'href="{READERS_PAGE}.atom"' in (await site.client.get(READERS_PAGE)).text
    assert (await site.client.get("/people/nobody.atom")).status_code == 404
    for page in (READERS_PAGE, COMMITTEES_PAGE):
        assert "<subtitle>Data through March " in (await site.client.get(f"{page}.atom")).text


def titles_and_links(feed: bytes) -> dict[str, str]:
    """Title -> link of the entries of an Atom feed; every id occurs once."""
    root = etree.fromstring(feed)
    name = "{http://www.w3.org/2005/Atom}"
    ids = [each.text for each in root.iter(f"{name}id")]
    assert len(set(ids)) == len(ids)
    return {each.findtext(f"{name}title"): each.find(f"{name}link").get("href") for each in root.iter(f"{name}entry")}


@pytest.mark.parametrize(
    ("phone", "number"),
    [
        ("202-225-4735", "2022254735"),
        ("(614) 466-8258", "6144668258"),
        ("+1 614.466.8258", "+16144668258"),
        ("614-466-8258 x12", None),
        ("call the clerk", None),
        ("614-46", None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_number_is_dialed(phone: str | None, number: str | None) -> None:
    assert person.dialed(phone) == number


# --------------------------------------------------------------------- where no list of members is collected

GLIMPSED = "ocd-person/94df9e98-c52e-466a-ba6b-29cc21ee02ea"


@pytest.fixture
def glimpsed(tmp_path: Path) -> Path:
    """A corpus in which somebody is known from a vote of March 2022 alone."""
    file = made.build(tmp_path)
    with closing(sqlite3.connect(file)) as db, db:
        row = made.person(99, GLIMPSED, "Kevin Ritter", jurisdiction="us-oh", is_current=0, updated_on=None)
        db.execute(f"insert into people ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
        db.execute("update voters set person = ? where person = ?", [GLIMPSED, made.OHIOAN])
    return file


@pytest.mark.parametrize(
    ("listed_on", "said"),
    [("2022-12-01", "No longer in office."), ("2019-01-01", "Whether this person holds office now is not known")],
)
async def test_only_a_later_list_of_members_says_that_somebody_left(glimpsed: Path, listed_on: str, said: str) -> None:
    with closing(sqlite3.connect(glimpsed)) as db, db:
        db.execute("update person_terms set seen_from = ?", [listed_on])
    client = serve.build(glimpsed, secret="a secret of the tests", today=TODAY).client
    whole = (await client.get(names.person_address(GLIMPSED, "Kevin Ritter"))).text
    page = text_of(whole)
    assert said in page
    assert "<title>Kevin Ritter, Ohio · " in whole, "the place where no seat is known"
    assert "<span>Ohio</span></p>" in whole
    assert ("No longer in office." in page) == (said == "No longer in office.")


async def test_without_a_list_of_members_pages_say_so_and_ask_nothing(glimpsed: Path) -> None:
    with closing(sqlite3.connect(glimpsed)) as db, db:
        db.execute("update people set is_current = 0")
        db.execute("delete from zip_districts")
    client = serve.build(glimpsed, secret="a secret of the tests", today=TODAY).client
    page = (await client.get("/people")).text
    assert "no list of members of a legislature has been collected" in page
    assert "0 legislators" not in page
    page = (await client.get("/find-my-legislators")).text
    assert "nobody can be found yet" in page
    assert "<select" not in page.partition("<main")[2].partition("</main>")[0]
    assert "ZIP code" not in text_of(page.partition("<main")[2].partition("</main>")[0])
    page = (await client.get(f"/documents/{made.REPORTED}")).text
    assert "Who decides next" in page
    assert "/people?place" not in page
