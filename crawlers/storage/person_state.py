"""What is stored of people and roll calls, read-only: the spiders ask it what they still lack."""

from __future__ import annotations

from pathlib import Path

from crawlers.storage.stored_state import rows


def current_people(corpus: Path, *, source: str, jurisdiction: str) -> set[str]:
    """Who holds office as far as a source has said."""
    sql = "select id from people where source = ? and jurisdiction = ? and is_current = 1"
    return {row["id"] for row in rows(corpus, sql, [source, jurisdiction])}


def stored_roll_calls(corpus: Path, *, source: str, session: str) -> dict[str, str]:
    """The roll calls of a session that are stored, each with the day on which it was held."""
    sql = "select id, held_on from roll_calls where source = ? and session = ? and missing_since is null"
    return dict(map(tuple, rows(corpus, sql, [source, session])))


def zip_areas(corpus: Path) -> int:
    """How many ZIP code areas are stored."""
    return sum(row[0] for row in rows(corpus, "select count(distinct zip) from zip_districts"))
