"""When the first load of a source that may be asked little each day will be whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from conftest import NOW
from sqlite_utils import Database

from crawlers.completeness.first_load import PER_SESSION, first_load
from crawlers.items import SessionDates
from crawlers.sources import load_sources
from crawlers.storage import sessions
from operations import status
from settings import Configuration

STATES = load_sources()["us_states"]
TODAY = "2026-11-25"


def path_of(corpus: Database) -> Path:
    return Path(corpus.execute("pragma database_list").fetchone()[2])


def named(corpus: Database, *rows: tuple[str, int | None, str | None]) -> None:
    """Sessions of one state: name, bills as far as the source has told, why it is left out."""
    made = [
        SessionDates(
            source="us_states",
            jurisdiction="us-nv",
            session=session,
            title=session,
            special=False,
            starts_on=None,
            ends_on=None,
            bills=bills,
            latest_action_on=None,
            left_out=left_out,
        )
        for session, bills, left_out in rows
    ]
    sessions.store(corpus, made, now=NOW)


def read_whole(corpus: Database, session: str) -> None:
    coverage = [{"jurisdiction": "us-nv", "session": session, "complete": True, "listed": 1_000, "stored": 1_000}]
    row = {"source": "us_states", "started_at": NOW, "finished_at": NOW, "state": "finished"}
    corpus.table("runs").insert(row | {"coverage": json.dumps(coverage)})


def test_the_day_follows_from_the_bills_still_to_come(corpus: Database) -> None:
    named(corpus, ("83", 1_000, None), ("84", 43_750, None))
    read_whole(corpus, "83")
    load = first_load(path_of(corpus), STATES, TODAY)
    assert load is not None
    assert (load.whole, load.sessions, load.bills) == (1, 2, 43_750)
    assert load.day == date(2026, 12, 5), "2,500 requests, 250 a day"
    assert str(load) == (
        "first load: 1 of 2 sessions were read to their end; about 43,750 bills are still to come, at 250 requests a day "
        "until about December 5, 2026"
    )


def test_a_session_whose_total_nobody_told_counts_as_a_usual_one(corpus: Database) -> None:
    named(corpus, ("83", None, None))
    load = first_load(path_of(corpus), STATES, TODAY)
    assert load is not None
    assert load.bills == PER_SESSION


def test_sessions_left_out_and_empty_ones_are_not_waited_for(corpus: Database) -> None:
    named(corpus, ("83", 1_000, None), ("77", 900, "it ended in 2013"), ("85", 0, None))
    read_whole(corpus, "83")
    assert first_load(path_of(corpus), STATES, TODAY) is None


def test_a_source_without_a_limit_by_the_day_has_no_such_plan(corpus: Database) -> None:
    assert first_load(path_of(corpus), load_sources()["us_bills"], TODAY) is None


def test_without_a_corpus_there_is_no_plan(tmp_path: Path) -> None:
    assert first_load(tmp_path / "corpus.db", STATES, TODAY) is None


def test_status_says_when_the_states_will_be_whole(corpus: Database) -> None:
    named(corpus, ("83", 1_000, None), ("84", 43_750, None))
    read_whole(corpus, "83")
    found = status.status(Configuration(data=path_of(corpus).parent), f"{TODAY}T12:00:00Z")
    [line] = [line for line in status.lines(found) if "first load" in line]
    assert line.endswith("until about December 5, 2026")
