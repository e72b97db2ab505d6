"""What programs and assistants are told of legislators, committees and roll calls: what the pages show, and never a guess."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import people_fixtures as made
import pytest
from people_fixtures import (
    CHAIR,
    COMMITTEE,
    IN_COMMITTEE,
    LEFT,
    OHIO_BILL,
    OHIO_VOTE,
    OHIOAN,
    READER,
    ROLL_CALL,
    SENATOR,
)
from site_corpus import BROADBAND, TODAY

from pages.answers.answer import Answer, At, BadArgument, State
from pages.answers.questions import QUESTIONS

SITE = "https://monitor.example.org"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[At]:
    with closing(sqlite3.connect(made.build(tmp_path_factory.mktemp("answers")))) as db:
        db.row_factory = sqlite3.Row
        yield At(db, datetime.date.fromisoformat(TODAY), SITE)


def ask(at: At, question: str = "people", **given: Any) -> Answer:
    return QUESTIONS[question].answer(at, given)


def test_there_are_ten_questions_and_one_is_about_people() -> None:
    assert len(QUESTIONS) == 10
    assert set(QUESTIONS["people"].signature.parameters) == {"who", "place", "chamber", "state", "page"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {CHAIR, READER, SENATOR, OHIOAN}),
        ({"place": "us", "chamber": "lower"}, {CHAIR, READER}),
        ({"place": "us", "state": "OH"}, {READER, SENATOR}),
        ({"place": "us", "page": 2}, set()),
    ],
)
def test_a_list_names_who_holds_office(at: At, given: dict[str, Any], found: set[str]) -> None:
    said = ask(at, **given)
    assert (said.state, {each["id"] for each in said.result["people"]}) == (State.ANSWERED, found)
    assert all(each["holds_office"] and each["address"].startswith(SITE) for each in said.result["people"])


@pytest.mark.parametrize("who", [READER, READER.lower(), "Ada Reader", "Rep. ada reader", "  Áda   Reader "])
def test_an_id_or_a_whole_name_that_one_has_gives_that_person(at: At, who: str) -> None:
    said = ask(at, who=who)
    assert said.state is State.ANSWERED
    person = said.result["person"]
    assert (person["id"], person["seat"], person["party"]) == (READER, "U.S. House, Ohio 4", "Democrat")
    assert [each["id"] for each in said.result["committees"]] == [COMMITTEE]
    assert {each["id"] for each in said.result["brought"]["documents"]} == {IN_COMMITTEE, "us-117-hr501"}
    assert [(each["roll_call"], each["choice"]) for each in said.result["votes"]] == [(ROLL_CALL, "yes")]
    assert "brought" in said.automatic
    assert said.covers.places.keys() == {"us"}


@pytest.mark.parametrize(
    ("who", "given", "found"),
    [
        ("Reader", {}, [("person", READER)]),  # a part of a name is no person, even where one has it
        ("Lee", {}, [("person", LEFT)]),
        ("nunez", {}, [("person", SENATOR)]),
        ("education", {}, [("committee", COMMITTEE)]),
        ("education", {"place": "us-oh"}, []),
        ("Reader", {"state": "IL"}, []),
        ("Read", {}, []),
        ("%", {}, []),
        ("' or 1=1 --", {}, []),
    ],
)
def test_a_part_of_a_name_gives_candidates(
    at: At, who: str, given: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    said = ask(at, who=who, **given)
    assert said.state is (State.CANDIDATES if found else State.NOTHING_FOUND)
    assert [(each["kind"], each["id"]) for each in said.result["candidates"]] == found


def test_a_name_that_two_have_is_nobody(at: At) -> None:
    copy = sqlite3.connect(":memory:")
    at.db.backup(copy)
    copy.row_factory = sqlite3.Row
    copy.execute("update people set name = 'Ada Reader' where id = ?", [SENATOR])
    said = ask(At(copy, at.today, SITE), who="Ada Reader")
    assert said.state is State.CANDIDATES
    assert {each["id"] for each in said.result["candidates"]} == {READER, SENATOR}


def test_who_has_left_is_said_to_have_left(at: At) -> None:
    said = ask(at, who=LEFT)
    assert said.result["person"]["holds_office"] is False
    assert "Left office on 2021-12-31" in said.says


def test_a_place_without_legislators_is_not_collected(at: At) -> None:
    for given in ({"place": "us-tx"}, {"place": "us-tx", "who": "Smith"}):
        said = ask(at, **given)
        assert said.state is State.NOT_COLLECTED
        assert "Legislators of Texas are not collected" in said.says


def test_a_committee_has_its_members_or_those_of_a_state(at: At) -> None:
    said = ask(at, who=COMMITTEE)
    assert [(each["id"], each["role"]) for each in said.result["members"]] == [(CHAIR, "Chair"), (READER, None)]
    assert [each["id"] for each in said.result["waiting"]["documents"]] == [IN_COMMITTEE]
    said = ask(at, who=COMMITTEE, state="OH")
    assert ([each["id"] for each in said.result["members"]], said.result["seats"]) == ([READER], 2)
    assert "2 members, of whom 1 from Ohio are listed" in said.says


def test_a_roll_call_says_how_each_voted_and_whose_name_is_not_known(at: At) -> None:
    said = ask(at, who=ROLL_CALL)
    assert (said.result["roll_call"]["yes"], said.result["total"], said.result["pages"]) == (2, 4, 1)
    assert {each["name"]: each["choice"] for each in said.result["votes"]}["Ada Reader"] == "yes"
    assert [each["person"] for each in said.result["votes"] if each["as_written"] == "Nobody Known"] == [None]
    assert "do not guess" in said.says
    assert [each["name"] for each in ask(at, who=ROLL_CALL, state="IL").result["votes"]] == ["Cora Chair"]
    assert ask(at, who=ROLL_CALL, page=2).result["votes"] == []
    assert "counts other numbers" in ask(at, who=OHIO_VOTE).says
    assert "votes[].as_written" in said.quoted


def test_a_document_leads_to_its_people_and_its_votes(at: At) -> None:
    said = ask(at, "document", document=IN_COMMITTEE)
    assert [each["person"] for each in said.result["document"]["sponsors"]] == [READER, CHAIR]
    next_one = said.result["decides_next"]
    assert (next_one["step"], [each["id"] for each in next_one["committees"]]) == ("committee", [COMMITTEE])
    assert [each["id"] for each in next_one["committees"][0]["chairs"]] == [CHAIR]
    assert said.result["roll_calls"] == []
    assert "not collected" not in said.says
    assert [each["id"] for each in ask(at, "document", document=BROADBAND).result["roll_calls"]] == [ROLL_CALL]


def test_a_document_of_a_place_without_votes_says_so(at: At) -> None:
    copy = sqlite3.connect(":memory:")
    at.db.backup(copy)
    copy.row_factory = sqlite3.Row
    copy.execute("delete from roll_calls where jurisdiction = 'us-oh'")
    there = At(copy, at.today, SITE)
    assert "Roll calls of Ohio are not collected" in ask(there, "document", document=OHIO_BILL).says
    said = ask(there, who=OHIOAN)
    assert said.result["votes_collected"] is False
    assert "Roll calls of Ohio are not collected" in said.says


def test_nothing_hostile_is_an_address(at: At) -> None:
    for who in (SENATOR, OHIOAN, OHIO_VOTE, ROLL_CALL):
        assert "javascript:" not in json.dumps(ask(at, who=who).result)


@pytest.mark.parametrize("given", [{"zip": "45801"}, {"address": "1 Main St"}, {"state": "Ohio"}, {"chamber": "house"}])
def test_nobody_is_asked_where_they_live(at: At, given: dict[str, Any]) -> None:
    with pytest.raises(BadArgument):
        ask(at, **given)
