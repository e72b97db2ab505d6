"""The spiders of people: golden replays, what is left out, and what becomes of people who leave."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from conftest import SOURCES, replay
from golden import NOWHERE, agreed, made
from scrapy.http import TextResponse
from sqlite_utils import Database

from crawlers.items import BadRecord, ExpectedCount, Reject, Unreadable
from crawlers.parsers import congress_legislators as cl
from crawlers.parsers import openstates_people as op
from crawlers.people import LegislativeCommittee, Member, Person, Roster, Term
from crawlers.spiders.state_people import StatePeopleSpider
from crawlers.spiders.us_people import FILES, UsPeopleSpider
from crawlers.storage import people

CONGRESS, STATES = SOURCES / "us_people", SOURCES / "state_people"
JULY, AUGUST = "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"


@pytest.fixture(scope="module")
def congress() -> list[Any]:
    return replay(made(UsPeopleSpider), CONGRESS, NOWHERE)


@pytest.fixture(scope="module")
def states() -> list[Any]:
    return replay(made(StatePeopleSpider, states="nh,ne"), STATES, NOWHERE)


def person(items: list[Any], key: str) -> Person:
    return next(each for each in items if isinstance(each, Person) and each.id.endswith(key))


# --------------------------------------------------------------------- golden


def test_golden_replay_of_congress_gives_the_records_that_were_agreed_to(congress: list[Any]) -> None:
    agreed(CONGRESS, congress)


def test_golden_replay_of_states_gives_the_records_that_were_agreed_to(states: list[Any]) -> None:
    agreed(STATES, states)


def test_member_has_every_term_key_and_office(congress: list[Any]) -> None:
    rosa = person(congress, "E000901")
    assert (rosa.name, rosa.chamber, rosa.party, rosa.title) == ("Rosa M. Example", "upper", "Democratic", "Senator")
    assert [(term.chamber, term.district, term.starts, term.ends) for term in rosa.terms] == [
        ("lower", "3", "2015-01-06", "2021-01-03"),
        ("upper", None, "2021-01-03", "2027-01-03"),
    ]
    assert {("lis", "S901"), ("fec", "S0OH00901"), ("fec", "H4OH03901")} <= set(rosa.ids)
    assert {"Rosie Example", "Rosa Sample"} <= set(rosa.names)
    assert [office.phone for office in rosa.offices] == ["202-555-0101"]
    assert person(congress, "D000903").title == "Resident Commissioner"
    assert person(congress, "P000902").offices[1].address == "Post Office, 1 Main St., Suite 5, Sampletown, WY 82000"


def test_those_who_left_long_ago_are_left_out_and_the_others_hold_no_office(congress: list[Any]) -> None:
    assert {each.id for each in congress if isinstance(each, Person) and not each.is_current} == {"G000904"}
    [roster] = [each for each in congress if isinstance(each, Roster)]
    assert roster.people == ("E000901", "P000902", "D000903")


def test_committees_have_the_codes_of_documents_and_their_members(congress: list[Any]) -> None:
    found = {each.id: each for each in congress if isinstance(each, LegislativeCommittee)}
    assert set(found) == {"ssro00", "ssro02", "jsex00"}
    assert (found["ssro02"].parent, found["ssro02"].chamber) == ("ssro00", "upper")
    assert found["jsex00"].members == (Member(person="P000902", role="Vice Chair", rank=1, party="minority"),)


@pytest.mark.parametrize("private", ["birthday", "1960-02-29", "1970-01-01", "Quiet Lane", "555-0104", "hiking"])
def test_nothing_private_is_read(private: str, congress: list[Any], states: list[Any]) -> None:
    assert private not in repr([congress, states])


def test_an_office_is_kept_and_a_home_is_not(states: list[Any]) -> None:
    assert person(states, "1").offices == ()
    assert [office.address for office in person(states, "2").offices] == ["Town Hall, Suite 2, Sampleton, NH 03000"]
    assert person(states, "3").offices[0].kind == "capitol"


# --------------------------------------------------------------------- what is wrong with an answer


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"id,name\n1,2\n",
        (STATES / "data.openstates.org/people/current/nh.csv").read_bytes()[:-9],
        b"\xff",
    ],
)
def test_a_table_that_is_none_or_cut_off_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unreadable):
        op.read_rows(body)


def test_a_row_without_a_key_is_a_reject_of_its_own() -> None:
    rows = op.read_rows((STATES / "data.openstates.org/people/current/nh.csv").read_bytes())
    with pytest.raises(BadRecord, match="no key"):
        op.parse_person(rows[0] | {"id": ""}, "nh", source_url="https://x")


def test_a_member_that_cannot_be_read_is_a_reject_and_the_others_come() -> None:
    spider = made(UsPeopleSpider)
    recorded = CONGRESS / "unitedstates.github.io/congress-legislators"
    items: list[Any] = []
    for name in FILES:
        rows = json.loads((recorded / f"{name}.json").read_bytes())
        if name == FILES[0]:
            del rows[1]["terms"]
        items += spider.parse_file(TextResponse("https://x", body=json.dumps(rows).encode()), name)
    [bad] = [each for each in items if isinstance(each, Reject)]
    assert "P000902" in bad.reason
    [tally] = [each for each in items if isinstance(each, ExpectedCount)]
    assert (tally.expected, tally.received) == (3, 2)


@pytest.mark.parametrize(("lacking", "closed"), [(1, True), (4, False)])
def test_a_list_that_lacks_many_takes_nobodys_office(
    lacking: int, closed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {f"ocd-person/{number}" for number in range(2 + lacking)}
    monkeypatch.setattr("crawlers.spiders.state_people.current_people", lambda *given, **named: stored)
    items = replay(made(StatePeopleSpider, states="nh"), STATES, NOWHERE)
    assert any(isinstance(each, Roster) for each in items) is closed


# --------------------------------------------------------------------- the tables


@pytest.fixture
def stored(corpus: Database, congress: list[Any]) -> Database:
    people.store(corpus, of_people(congress), now=JULY)
    return corpus


def of_people(items: list[Any]) -> list[people.PersonRecord]:
    return [each for each in items if isinstance(each, Person | LegislativeCommittee | Roster)]


def test_a_second_time_nothing_is_written(stored: Database, congress: list[Any]) -> None:
    before = list(stored.conn.iterdump())
    counts = people.store(stored, of_people(congress), now=AUGUST)
    assert (counts.added, counts.changed) == (0, 0)
    assert list(stored.conn.iterdump()) == before


def test_a_term_that_is_no_longer_said_is_closed_and_kept(stored: Database, congress: list[Any]) -> None:
    rosa = person(congress, "E000901")
    moved = replace(rosa, party="Independent", terms=(rosa.terms[0], replace(rosa.terms[1], party="Independent")))
    people.store(stored, [moved], now=AUGUST)
    rows = stored.execute(
        "select chamber, party, seen_from, seen_until from person_terms where person = 'E000901' order by rowid"
    ).fetchall()
    assert rows == [
        ("lower", "Democratic", "2026-07-01", None),
        ("upper", "Democratic", "2026-07-01", "2026-08-01"),
        ("upper", "Independent", "2026-08-01", None),
    ]


def test_a_term_with_another_title_is_the_same_term(stored: Database, congress: list[Any]) -> None:
    before = stored.execute("select rowid, * from person_terms order by rowid").fetchall()
    rosa = person(congress, "E000901")
    people.store(
        stored, [replace(rosa, terms=(rosa.terms[0], replace(rosa.terms[1], title="Senator for all")))], now=AUGUST
    )
    after = stored.execute("select rowid, * from person_terms order by rowid").fetchall()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [(row[1], "Senator for all" in row) for row in changed] == [("E000901", True)]


def test_who_is_on_the_list_no_more_holds_no_office_and_may_return(stored: Database, congress: list[Any]) -> None:
    roster = Roster(
        source="us_people", jurisdiction="us", people=("E000901", "D000903"), committees=("ssro00", "ssro02")
    )
    people.store(stored, [roster], now=AUGUST)
    assert stored.execute("select is_current from people where id = 'P000902'").fetchone() == (0,)
    closed = stored.execute("select seen_until from legislative_committees where id = 'jsex00'").fetchone()
    assert closed == ("2026-08-01",)
    assert stored.execute("select seen_until from committee_members where committee = 'jsex00'").fetchone() == closed
    people.store(stored, of_people(congress), now="2026-09-01T00:00:00Z")
    assert stored.execute("select is_current from people where id = 'P000902'").fetchone() == (1,)
    assert stored.execute("select seen_until from legislative_committees where id = 'jsex00'").fetchone() == (None,)


def test_a_new_chair_is_a_new_seat_and_a_new_rank_is_not(stored: Database, congress: list[Any]) -> None:
    committee = next(each for each in congress if isinstance(each, LegislativeCommittee) and each.id == "ssro02")
    [member] = committee.members
    people.store(stored, [replace(committee, members=(replace(member, rank=5),))], now=AUGUST)
    sql = (
        "select role, rank, seen_from, seen_until from committee_members where committee = 'ssro02' order by seen_from"
    )
    assert stored.execute(sql).fetchall() == [(None, 5, "2026-07-01", None)]
    people.store(stored, [replace(committee, members=(replace(member, role="Chair"),))], now=AUGUST)
    assert stored.execute(sql).fetchall() == [
        (None, 5, "2026-07-01", "2026-08-01"),
        ("Chair", 2, "2026-08-01", None),
    ]


def test_whom_a_bill_names_adds_nothing_to_a_record_that_is_stored(stored: Database) -> None:
    glimpse = Person(
        id="E000901", source="us_states", source_url="https://x", jurisdiction="us", name="R. Example", glimpsed=True
    )
    left = replace(
        glimpse,
        id="ocd-person/gone",
        name="Gone Long",
        is_current=False,
        terms=(Term(chamber=None, state=None, district=None, party=None),),
    )
    counts = people.store(stored, [glimpse, left], now=AUGUST)
    assert (counts.added, counts.changed) == (1, 0)
    assert stored.execute("select name from people where id = 'E000901'").fetchone() == ("Rosa M. Example",)


def test_keys_and_codes_that_are_missing_are_named() -> None:
    with pytest.raises(BadRecord, match="Bioguide"):
        cl.key_of({"id": {}})
    with pytest.raises(Unreadable):
        cl.read_members(b"[]")
