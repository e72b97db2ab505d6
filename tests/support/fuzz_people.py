"""The parsers of legislators, committees, districts, and roll calls, on their recorded answers."""

from __future__ import annotations

from fuzz_targets import UNUSABLE, each, stored
from fuzzing import change_bytes, change_json, change_xml

from crawlers.parsers import congress_legislators, house_votes, openstates_people, senate_votes, zip_districts
from crawlers.parsers.json_reader import read_objects


def _members(body: bytes) -> None:
    parse = congress_legislators.parse_person
    rows = read_objects(body)
    stored(each(lambda row: parse(row, is_current=True, source_url="https://x"), rows))


def _committees(body: bytes) -> None:
    rows = read_objects(body)
    for made in each(lambda row: list(congress_legislators.parse_committees(row, {})), rows):
        stored(made)


def _seats(body: bytes) -> None:
    members = congress_legislators.read_members(body)
    row = {"type": "house", "name": "Committee", "thomas_id": "HSRO"}
    for code in members:
        stored(congress_legislators.parse_committees(row | {"thomas_id": code.upper()}, members))


def _state_people(body: bytes) -> None:
    rows = openstates_people.read_rows(body)
    stored(each(lambda row: openstates_people.parse_person(row, "nh", source_url="https://x"), rows))


def _zip_districts(body: bytes) -> None:
    for area, state, district in zip_districts.parse(zip_districts.read_rows(body)):
        assert len(area) == 5
        assert len(state) == 2
        assert 0 <= district <= zip_districts.MOST_DISTRICTS


def _house_index(body: bytes) -> None:
    assert house_votes.read_index(body, 2025) >= 0


def _house_vote(body: bytes) -> None:
    stored([house_votes.parse_roll_call(body, year=2025, number=2)])


def _senate_list(body: bytes) -> None:
    assert senate_votes.read_list(body, 119, 1)


def _senate_vote(body: bytes) -> None:
    stored([senate_votes.parse_roll_call(body, congress=119, session=1, number=2)])


#: Name, recorded answers, how they are spoilt, what reads them, what that may raise.
TARGETS = (
    ("members", "us_people/**/legislators-current.json", change_json, _members, UNUSABLE),
    ("committees", "us_people/**/committees-current.json", change_json, _committees, UNUSABLE),
    ("seats", "us_people/**/committee-membership-current.json", change_json, _seats, UNUSABLE),
    ("state_people", "state_people/**/*.csv", change_bytes, _state_people, UNUSABLE),
    ("zip_districts", "us_zip_districts/**/*.csv", change_bytes, _zip_districts, UNUSABLE),
    ("house_index", "us_house_votes/**/index.asp", change_bytes, _house_index, UNUSABLE),
    ("house_vote", "us_house_votes/**/roll002.xml", change_xml, _house_vote, UNUSABLE),
    ("senate_list", "us_senate_votes/**/vote_menu_119_1.xml", change_xml, _senate_list, UNUSABLE),
    ("senate_vote", "us_senate_votes/**/vote_119_1_00002.xml", change_xml, _senate_vote, UNUSABLE),
)
