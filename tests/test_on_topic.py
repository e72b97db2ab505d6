"""Which positions a search shows above its documents: none rather than one that only shares a common word."""

from __future__ import annotations

import sqlite3

import pytest

from pages.browse import search
from pages.positions import on_topic

TABLES = """
    create table positions (id text, title text, statement text, area_id text);
    create table policy_areas (id text, title text);
    create table position_listing (position_id text);
    create table shown_positions (position_id text, document_id text, score real);
    create virtual table position_search using fts5(
        position_id unindexed, title, statement, about, standing unindexed,
        tokenize="porter unicode61 remove_diacritics 2");
"""
STATED = {
    "reading": ("Reading is a basic right", "The right to read is a basic right.", ""),
    "rooms": ("Fair use of rooms", "Libraries should let all groups meet in their public rooms.", "open meetings"),
    "depository": ("Better depositories", "The government should print its publications for each depository.", ""),
    **{f"library-{n}": (f"Matter {n}", "The library should have it.", "") for n in range(on_topic.SAID_BY_MANY)},
}


@pytest.fixture
def db() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    db.executescript(TABLES)
    for key, words in STATED.items():
        db.execute("insert into positions values (?, ?, ?, 'literacy')", [key, *words[:2]])
        db.execute("insert into position_search values (?, ?, ?, ?, 1)", [key, *words])
    return db


def _shown(db: sqlite3.Connection, typed: str, found: list[str] | None = None, *, loose: bool = False) -> list[str]:
    return [row["id"] for row in on_topic.matching(db, search.parse(typed), found or [], loose=loose)]


@pytest.mark.parametrize(
    ("typed", "positions"),
    [
        ("water rights", []),  # one word of two
        ("basic right", ["reading"]),
        ("library", []),  # many positions say it
        ("library 2025", []),
        ("print its publications in each basement", ["depository"]),
        ("government publications about water mills", []),  # two words of four
        ("open meetings", ["rooms"]),
    ],
)
def test_a_position_has_the_words_that_tell_what_is_asked_for(
    db: sqlite3.Connection, typed: str, positions: list[str]
) -> None:
    assert _shown(db, typed) == positions


@pytest.mark.parametrize(
    ("touching", "loose", "positions"), [(1, False, []), (2, False, []), (3, False, ["rooms"]), (3, True, [])]
)
def test_a_position_shows_that_several_of_the_first_documents_touch(
    db: sqlite3.Connection, touching: int, loose: bool, positions: list[str]
) -> None:
    first = [f"us-ri-2026-hb{n}" for n in range(10)]
    db.executemany("insert into shown_positions values ('rooms', ?, 1)", [[key] for key in first[:touching]])
    assert _shown(db, "yoga", first, loose=loose) == positions


def test_words_that_were_widened_are_still_all_wanted(db: sqlite3.Connection) -> None:
    asked = search.parse("basic yoga")
    wider = next(each for each in asked.relaxed() if " OR " in (each.expression or ""))
    assert on_topic.matching(db, wider, [], loose=True) == []
