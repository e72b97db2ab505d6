"""People and votes that came in pieces, late or twice are what came at once; the benchmark of it sees what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import SOURCES, replay
from golden import NOWHERE, made

from benchmarks import disturbed
from benchmarks.compare import differences
from crawlers.people import LegislativeCommittee, Person, RollCall, Roster
from crawlers.spiders.us_house_votes import UsHouseVotesSpider
from crawlers.spiders.us_people import UsPeopleSpider
from crawlers.storage import people, roll_calls
from crawlers.storage.person_links import link_people
from store.connect import open_corpus

NOW = "2025-03-10T00:00:00Z"
Pieces = Callable[[list[Any]], list[list[Any]]]


@pytest.fixture(scope="module")
def came() -> tuple[list[Any], list[RollCall]]:
    members = replay(made(UsPeopleSpider), SOURCES / "us_people", NOWHERE)
    votes = replay(made(UsHouseVotesSpider), SOURCES / "us_house_votes", NOWHERE)
    of_people = [each for each in members if isinstance(each, (Person, LegislativeCommittee, Roster))]
    return of_people, [each for each in votes if isinstance(each, RollCall)]


def stored(file: Path, came: tuple[list[Any], list[RollCall]], pieces: Pieces) -> Path:
    """corpus.db of what came, in pieces, with people linked after each as a run does at its end."""
    with closing(open_corpus(file)) as db:
        people.store(db, came[0], now=NOW)
        for piece in pieces(came[1]):
            roll_calls.store(db, piece, now=NOW, is_news=lambda _: False)
            link_people(db)
    return file


def at_once(found: list[Any]) -> list[list[Any]]:
    return [found]


@pytest.mark.parametrize(
    "pieces",
    [
        lambda found: [found[:1], found[1:]],  # a run was cut off after its first batch
        lambda found: [found[1:], found[:1]],  # what had failed came last
        lambda found: [found, found],
        lambda found: [[each] for each in reversed(found)],
    ],
    ids=["cut off", "late", "twice", "backward"],
)
def test_votes_in_pieces_are_the_votes_at_once(
    came: tuple[list[Any], list[RollCall]], tmp_path: Path, pieces: Pieces
) -> None:
    assert len(came[1]) > 1
    whole = stored(tmp_path / "whole.db", came, at_once)
    assert differences(whole, stored(tmp_path / "pieces.db", came, pieces)) == []


def test_a_single_vote_that_is_lost_or_another_ones_is_seen(
    came: tuple[list[Any], list[RollCall]], tmp_path: Path
) -> None:
    whole, other = (stored(tmp_path / f"{name}.db", came, at_once) for name in ("whole", "other"))
    crawls = disturbed.Crawls(tmp_path, "us_house_votes", disturbed.CASES["us_house_votes"], small=True)
    crawls.same(whole, other, "seed 7")
    assert crawls.good
    for change in (
        "delete from ballots where voter = (select min(voter) from ballots)",
        "update voters set person = null, how = null where person is not null",
    ):
        with closing(open_corpus(other)) as db:
            db.execute(change)
            db.conn.commit()
        crawls.good = True
        crawls.same(whole, other, "seed 7")
        assert not crawls.good, change


def test_faults_and_refusals_are_counted_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    rows = [("a/x?", 200, None), ("a/x?", 429, "429"), ("a/x?", 429, None), ("a/robots.txt?", 404, None)]
    log.write_text(
        "".join(json.dumps({"target": each[0], "status": each[1], "fault": each[2]}) + "\n" for each in rows)
    )
    assert disturbed.requests(log) == (3, 1, 1)
    assert disturbed.lines(log) == 4
    assert disturbed.lines(tmp_path / "nothing") == 0
