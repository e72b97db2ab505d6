"""Who a voter or a sponsor is: by key, by name where one person is left, and otherwise nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from crawlers.items import Bill, Sponsor
from crawlers.people import Ballot, Person, RollCall
from crawlers.storage import people, roll_calls
from crawlers.storage.merge_remote import take_over
from crawlers.storage.person_links import link_people
from crawlers.storage.person_match import read_name
from crawlers.storage.record import upsert
from store.connect import open_corpus

NOW = "2026-07-01T00:00:00Z"
#: key, first name, family name, chamber, district
MEMBERS = [
    ("1", "Charles", "Meier", "lower", "109"),
    ("2", "Jo", "Smith", "lower", "1"),
    ("3", "Ann", "Smith", "lower", "HD-002"),
    ("4", "Bo", "Smith", "upper", "3"),
    ("5", "Brandon", "Cox", "lower", "5"),
    ("6", "Inés", "Ávila Farías", "lower", "6"),
    ("7", "Emily", "Carris-Duncan", "lower", "7"),
    *((str(number), "Sam", f"Senator{number}", "upper", str(number)) for number in range(20, 28)),
]


def member(key: str, given: str, family: str, chamber: str, district: str) -> Person:
    return Person(
        id=f"ocd-person/{key}",
        source="state_people",
        source_url="https://x",
        jurisdiction="us-tx",
        name=f"{given} {family}",
        given_name=given,
        family_name=family,
        party="Democratic",
        chamber=chamber,
        district=district,
    )


@pytest.fixture
def legislature(corpus: Database) -> Database:
    congress = replace(
        member("0", "Rosa", "Example", "upper", ""), id="E000901", jurisdiction="us", ids=(("lis", "S901"),)
    )
    people.store(corpus, [congress, *(member(*each) for each in MEMBERS)], now=NOW)
    return corpus


def voted(
    *ballots: Ballot, key: str = "1", chamber: str = "lower", jurisdiction: str = "us-tx", day: str = "2026-03-01"
) -> RollCall:
    return RollCall(
        id=key,
        source="us_states",
        source_url="https://x",
        jurisdiction=jurisdiction,
        session="89R",
        chamber=chamber,
        held_at=day,
        held_on=day,
        question="Passage",
        ballots=ballots,
    )


def linked(db: Database, *rolls: RollCall) -> dict[str, tuple[str | None, str | None]]:
    roll_calls.store(db, rolls, now=NOW, is_news=lambda roll: False)
    link_people(db)
    return {name: (person, how) for name, person, how in db.execute("select name, person, how from votes").fetchall()}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Meier", "1"),
        ("Meier, Charlie", "1"),
        ('Meier, Chuck "Charles"', "1"),
        ("MEIER of Okawville", "1"),
        ("Meier*", "1"),
        ("Representative Charles F. Meier", "1"),
        ("Meier, Charles, Jr.", "1"),
        ("Smith", None),
        ("Smith J.", "2"),
        ("Smith, Ann", "3"),
        ("Smith (2nd)", "3"),
        ("Smith, Zoe", None),
        ("Cox, Bobby J.", None),
        ("Avila Farias", "6"),
        ("Carris Duncan", "7"),
        ("Senator20", None),
        ("Mr. Speaker", None),
        ("VACANCY:", None),
        ("Meier,, Charles, Smith, Ann", None),
    ],
)
def test_a_name_is_one_person_of_the_chamber_or_nobody(name: str, key: str | None, legislature: Database) -> None:
    person = (f"ocd-person/{key}", "name") if key else (None, None)
    assert linked(legislature, voted(Ballot(name=name, word="yes")))[name] == person


def test_the_key_of_the_source_comes_first_and_an_unknown_key_is_nobody(legislature: Database) -> None:
    ballots = [
        Ballot(name="Smith", word="yes", identifier="ocd-person/4"),
        Ballot(name="Meier", word="no", identifier="ocd-person/unknown"),
    ]
    senate = voted(
        Ballot(name="Rosa Example", word="Yea", identifier="S901"), key="2", jurisdiction="us", chamber="upper"
    )
    found = linked(legislature, voted(*ballots), senate)
    assert found == {
        "Smith": ("ocd-person/4", "identifier"),
        "Meier": (None, None),
        "Rosa Example": ("E000901", "identifier"),
    }


def test_a_vote_filed_under_the_wrong_chamber_is_put_right_and_its_keys_are_left_out(legislature: Database) -> None:
    senators = [Ballot(name=f"Senator{number}", word="yes") for number in range(20, 28)]
    wrong = Ballot(name="Smith", word="no", identifier="ocd-person/2")  # looked up in the House
    found = linked(legislature, voted(*senators, wrong), voted(Ballot(name="Meier", word="yes"), key="2"))
    assert found["Smith"] == ("ocd-person/4", "name")
    assert found["Senator20"] == ("ocd-person/20", "name")
    assert found["Meier"] == ("ocd-person/1", "name")
    assert dict(legislature.execute("select id, chamber from roll_calls").fetchall()) == {"1": "upper", "2": "lower"}


def test_a_second_time_nothing_is_written(legislature: Database) -> None:
    linked(legislature, voted(Ballot(name="Meier", word="yes"), Ballot(name="Nobody", word="yes")))
    before = list(legislature.conn.iterdump())
    assert link_people(legislature) == 0
    assert list(legislature.conn.iterdump()) == before


def bill(*sponsors: Sponsor, day: str = "2026-02-01") -> Bill:
    return Bill(
        id="us-tx-89r-hb1",
        source="us_states",
        jurisdiction="us-tx",
        level="state",
        session="89R",
        identifier="HB 1",
        title="A bill",
        url="https://x",
        source_url="https://x",
        chamber="lower",
        introduced_on=day,
        sponsors=sponsors,
    )


def test_sponsors_are_found_by_key_then_by_name_and_follow_their_bill(legislature: Database) -> None:
    key = Sponsor(name="J. Smith", role="sponsor", person_id="ocd-person/2")
    name = Sponsor(name="Charles Meier", role="cosponsor", party="D", district="HD-109", person_id="20318")
    nobody = Sponsor(name="Committee on Libraries", role="cosponsor")
    sql = "select name, person, how from person_of_sponsor order by ordinal"
    for sponsors in ((key, name, nobody), (nobody, name, key)):
        upsert(legislature, [bill(*sponsors)], now=NOW, silent=True)
        link_people(legislature)
        expected = {"J. Smith": ("ocd-person/2", "identifier"), "Charles Meier": ("ocd-person/1", "name")}
        assert {row[0]: row[1:] for row in legislature.execute(sql).fetchall()} == expected


@pytest.mark.parametrize(("key", "found"), [("4", None), ("20", "20")])
def test_a_key_behind_a_bare_name_of_the_other_chamber_is_a_guess(
    key: str, found: str | None, legislature: Database
) -> None:
    name = {"4": "Smith", "20": "Senator20"}[
        key
    ]  # the House, where the bill is, has two of the first and none of the second
    upsert(
        legislature, [bill(Sponsor(name=name, role="cosponsor", person_id=f"ocd-person/{key}"))], now=NOW, silent=True
    )
    link_people(legislature)
    rows = [row for (row,) in legislature.execute("select person from person_of_sponsor").fetchall()]
    assert rows == ([f"ocd-person/{found}"] if found else [])


@pytest.mark.parametrize(("party", "found"), [("D", 1), ("R", 0), (None, 0)])
def test_a_sponsor_of_long_ago_needs_first_name_and_party_too(
    party: str | None, found: int, legislature: Database
) -> None:
    old = Sponsor(name="Charles Meier", role="sponsor", party=party, district="HD-109")
    upsert(legislature, [bill(old, day="2015-02-01")], now=NOW, silent=True)
    link_people(legislature)
    assert legislature.execute("select count(*) from person_of_sponsor").fetchone() == (found,)


def test_a_name_of_nothing_has_no_reading() -> None:
    assert read_name(" * ").readings == ()


def test_people_and_roll_calls_of_a_spool_are_taken_over_once(legislature: Database, tmp_path: Path) -> None:
    linked(legislature, voted(Ballot(name="Meier", word="yes"), Ballot(name="Smith", word="no", party="R")))
    spool = Path(legislature.execute("pragma database_list").fetchone()[2])
    target = open_corpus(tmp_path / "other" / "corpus.db")
    tables = ("people", "person_ids", "person_names", "votes")
    for _ in range(2):
        take_over(target, spool, now=NOW)
        link_people(target)
        for table in tables:
            names = "id, name, chamber" if table == "people" else "*"
            sql = f"select {names} from {table} order by 1, 2"
            assert target.execute(sql).fetchall() == legislature.execute(sql).fetchall(), table
        assert target.execute("select count(*) from person_terms").fetchone() == (0,)
    target.close()
