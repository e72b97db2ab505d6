"""The table `sessions`: what each source states about the sessions of its legislatures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from crawlers.items import SessionDates
from crawlers.storage import stored_state

Place = tuple[str, str]  # jurisdiction, session


class Asked(NamedTuple):
    """What a source said of one session's bills when it was last asked; `at` is a UTC time stamp."""

    bills: int | None
    latest_action_on: str | None
    at: str


def store(db: Database, sessions: Iterable[SessionDates], *, now: str) -> None:
    """Write sessions in one transaction; what an earlier run asked about their bills stays until it is asked again."""
    rows = [vars(each) | {"now": now, "checked_at": now if each.bills is not None else None} for each in sessions]
    with db.atomic():
        db.conn.executemany(
            """insert into sessions (source, jurisdiction, session, title, special, starts_on, ends_on, bills,
                latest_action_on, checked_at, left_out, seen_at)
            values (:source, :jurisdiction, :session, :title, :special, :starts_on, :ends_on, :bills,
                :latest_action_on, :checked_at, :left_out, :now)
            on conflict (jurisdiction, session, source) do update set title = excluded.title,
                special = excluded.special, starts_on = excluded.starts_on, ends_on = excluded.ends_on,
                left_out = excluded.left_out, bills = coalesce(excluded.bills, bills),
                latest_action_on = case when excluded.bills is null then latest_action_on
                    else excluded.latest_action_on end,
                checked_at = coalesce(excluded.checked_at, checked_at), seen_at = excluded.seen_at
            where (excluded.title, excluded.special, excluded.starts_on, excluded.ends_on, excluded.left_out,
                    coalesce(excluded.bills, bills), coalesce(excluded.latest_action_on, latest_action_on))
                is not (title, special, starts_on, ends_on, left_out, bills, latest_action_on)
                or substr(excluded.checked_at, 1, 10) > substr(coalesce(checked_at, ''), 1, 10)""",
            rows,
        )


def asked(corpus: Path, *, source: str) -> dict[Place, Asked]:
    """What the source said of each session's bills when last asked; empty where there is no corpus yet."""
    query = """
        select jurisdiction, session, bills, latest_action_on, checked_at from sessions
        where source = ? and checked_at is not null"""
    return {row[:2]: Asked(*row[2:]) for row in stored_state.rows(corpus, query, [source])}
