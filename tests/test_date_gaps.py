"""What a list of dates lacks: facts about how far data reach, and about sources that give no dates."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_corpus import TODAY, build, document_row

import serve
from pages.places import date_gaps
from pages.places.date_gaps import Unheard, gaps

DAY = datetime.date.fromisoformat(TODAY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return build(tmp_path, states=True)


@pytest.fixture
def db(file: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(file)
    db.row_factory = sqlite3.Row
    yield db
    db.close()


def test_sources_that_fell_silent_are_named_however_long_ago_and_those_without_any_day(db: sqlite3.Connection) -> None:
    lately, long_ago = ((DAY - datetime.timedelta(days=days)).isoformat() for days in (date_gaps.SILENT - 1, 1_000))
    db.execute("delete from coverage")
    for key, source in (("us-regs-x-1", "us_regulations"), ("uk-bills-1", "uk_bills")):
        row = document_row(key, source=source, identifier=key, title="A rule", url="https://a.b/")
        db.execute(f"insert into documents ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    for source, session, published, acted in (
        ("us_bills", "117", "2022-01-15", "2022-02-01"),
        ("us_bills", "116", "2020-12-31", "2020-12-31"),
        ("us_federal_register", "fr", lately, None),
        ("us_regulations", "regs", long_ago, "2199-01-01"),
        ("uk_bills", "bills", None, None),
        ("us_bill_text", "117", "2022-02-01", "2022-02-01"),  # texts of the documents of others
    ):
        db.execute(
            "insert into coverage values (?, 'us', ?, 1, 0, 1, 1, 1, ?, ?, ?)",
            [source, session, *[published] * 2, acted],
        )
    congress = "Bills and resolutions of the U.S. Congress"
    rules = "Rules and proposed rules open for comment, and their dockets"
    kingdom = "Bills of the Parliament of the United Kingdom"
    db.execute("delete from events where document_id in (select id from documents where source = 'us_bills')")
    found = date_gaps.quiet_sources(db, DAY)
    assert found == ([], [kingdom, rules, congress]), "what gives no dates lacks none announced since"
    db.execute(
        "insert into events (document_id, ordinal, kind, starts_at) select id, 0, 'hearing', '2022-02-01' from documents "
        "where source in ('us_bills', 'us_regulations') group by source"
    )
    assert date_gaps.quiet_sources(db, DAY) == ([(rules, long_ago), (congress, "2022-02-01")], [kingdom])


def moved(db: sqlite3.Connection, place: str, day: str) -> None:
    db.execute(
        "insert or replace into session_ends (jurisdiction, session, moved_on) values (?, '134', ?)", [place, day]
    )


def test_a_state_has_its_own_day_and_not_the_newest_of_all_states(db: sqlite3.Connection) -> None:
    moved(db, "us-oh", "2021-11-25")
    moved(db, "us-tx", (DAY - datetime.timedelta(days=date_gaps.SILENT - 1)).isoformat())
    ohio, texas, states = (gaps(db, DAY, place) for place in ("us-oh", "us-tx", "states"))
    assert (ohio.until, ohio.silent, ohio.dateless) == ("2021-11-25", [], [])
    assert texas.until is None, "its data are of late"
    assert (states.until, states.uneven) == (None, True)
    assert not gaps(db, DAY, "us").uneven
    moved(db, "us-oh", TODAY)
    moved(db, "us-gu", TODAY)
    assert not gaps(db, DAY, "").uneven


def test_a_place_is_not_said_to_lack_what_the_sources_of_others_give(db: sqlite3.Connection) -> None:
    db.execute("delete from coverage")
    for source, place in (("us_bills", "us"), ("us_local_legistar", "us-ny-nyc"), ("uk_bills", "uk")):
        db.execute(
            "insert into coverage values (?, ?, 'x', 1, 0, 1, 1, 1, '2020-01-01', '2020-01-01', '2020-01-01')",
            [source, place],
        )
        key = f"{place}-x-1"
        row = document_row(key, source=source, jurisdiction=place, identifier=key, title="A bill", url="https://a.b/")
        db.execute(f"insert into documents ({', '.join(row)}) values ({', '.join('?' * len(row))})", list(row.values()))
    db.execute("delete from events")
    db.execute("insert into events (document_id, ordinal, kind, starts_at) values ('us-x-1', 0, 'vote', '2020-01-01')")
    assert [len(gaps(db, DAY, place).silent) for place in ("us", "federal", "us-ny-nyc", "local", "uk")] == [
        1,
        1,
        0,
        0,
        0,
    ]
    assert [len(gaps(db, DAY, place).dateless) for place in ("us", "us-ny-nyc", "local", "abroad")] == [0, 1, 1, 1]


def hearing(db: sqlite3.Connection, document: str, day: str, kind: str = "hearing") -> None:
    db.execute(
        "insert or replace into events (document_id, ordinal, kind, starts_at) values (?, 7, ?, ?)",
        [document, kind, day],
    )


def test_a_state_without_hearings_lacks_them_whatever_other_dates_it_has(db: sqlite3.Connection) -> None:
    for place in ("us-oh", "us-tx", "us-gu"):
        moved(db, place, "2022-02-01")
    hearing(db, "us-oh-134-hb1", "2022-05-01", "effective")
    hearing(db, "us-tx-87-hb1", "2021-03-01T10:00")
    hearing(db, "us-gu-36-b1", "2019-12-31T10:00")
    assert gaps(db, DAY, "us-oh").unheard == [Unheard("Ohio", None)]
    assert gaps(db, DAY, "us-tx").unheard == []
    assert gaps(db, DAY, "us-gu").unheard == [Unheard("Guam", "2019-12-31")], "its committees met since"
    assert (
        gaps(db, DAY, "states").unheard
        == gaps(db, DAY, "").unheard
        == [
            Unheard("Guam", "2019-12-31"),
            Unheard("Ohio", None),
        ]
    )
    assert gaps(db, DAY, "us").unheard == gaps(db, DAY, "local").unheard == []
    for kind in ("hearing_canceled", "committee_meeting"):
        hearing(db, "us-oh-134-hb1", "2022-02-01", kind)
        assert gaps(db, DAY, "us-oh").unheard == [], "a source that gives these gives hearings"


def test_a_state_of_which_hardly_any_bill_has_a_hearing_lacks_them(db: sqlite3.Connection) -> None:
    moved(db, "us-tx", "2022-02-01")
    hearing(db, "us-tx-87-hb1", "2021-03-01T10:00")
    db.execute("delete from coverage")
    for bills, expected in ((date_gaps.ONE_IN, []), (1_483, [Unheard("Texas", "2021-03-01", 1, 1_483)])):
        row = ["us_states", "us-tx", "87", bills, 0, 1, 1, 1, "2021-01-12", "2022-02-01", "2022-02-01"]
        db.execute(f"insert or replace into coverage values ({', '.join('?' * len(row))})", row)
        assert gaps(db, DAY, "us-tx").unheard == expected
        assert [each for each in gaps(db, DAY, "").unheard if each.place == "Texas"] == expected


async def test_pages_say_that_hearings_are_missing_only_where_hearings_are_asked_for(file: Path) -> None:
    with sqlite3.connect(file) as db:
        moved(db, "us-oh", "2022-02-01")
        db.execute(
            "insert into sessions (source, jurisdiction, session, title, special, starts_on, ends_on, seen_at) values "
            "('us_states', 'us-oh', '134', '134th Legislature', 0, '2021-01-04', '2022-12-31', '2022-03-01')"
        )
    site = serve.build(file, today=TODAY)
    said = "Our sources give no dates of hearings in Ohio. Committees may still meet"
    for path in (
        "/deadlines?",
        "/calendar?",
        "/deadlines?kind=hearing&",
        "/deadlines?past=1&",
        "/jurisdictions/us-oh?",
    ):
        assert (await site.client.get(f"{path}jurisdiction=us-oh")).text.count(said) == 1, path
    for address in ("/deadlines?kind=effective&jurisdiction=us-oh", "/deadlines?jurisdiction=us", "/jurisdictions/us"):
        assert "no dates of hearings" not in (await site.client.get(address)).text
    everywhere = (await site.client.get("/deadlines")).text
    assert "Our sources give no dates of hearings, or hardly any, in 3 states" in everywhere
    assert "Guam, Ohio, Texas. Committees may still meet" in everywhere


async def test_the_page_of_dates_names_the_day_of_the_state(file: Path) -> None:
    with sqlite3.connect(file) as db:
        moved(db, "us-oh", "2021-11-25")
    site = serve.build(file, today=TODAY)
    page = (await site.client.get("/deadlines?jurisdiction=us-oh")).text
    assert "Data of Ohio through" in page
    assert "November 25, 2021" in page
    assert "What was announced after these days" not in page
    assert "What was announced" not in (await site.client.get("/deadlines?jurisdiction=us-oh&past=1")).text
    assert "choose a state to see its day" in (await site.client.get("/deadlines?jurisdiction=states")).text
