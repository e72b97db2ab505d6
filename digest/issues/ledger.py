"""The order in which we learned of changes. An issue, and what one person has been told, is a stretch of it."""

from __future__ import annotations

import datetime
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from digest.issues.stances import Published, published
from pages.database import rows
from pages.documents import rulemaking
from store.clock import ago
from text.yaml_config import BadYaml, read_yaml

#: A run's changes carry the time at which the run began, so rows can come in behind newer ones.
_LATE_DAYS = 7


@cache
def rules() -> dict[str, Any]:
    """What is news and what is noise (news.yml).

    Raises:
        BadYaml: the file is no YAML or lacks a part.
    """
    path = Path(__file__).with_name("news.yml")
    found = read_yaml(path)
    parts = (
        "changes",
        "statuses",
        "actions",
        "over_days",
        "remind_days",
        "remind",
        "private",
        "minor",
        "formal",
        "titles",
        "routine",
    )
    if lacking := [part for part in parts if part not in (found or {})]:
        raise BadYaml(f"{path} lacks {lacking[0]!r}")
    return found


@cache
def pattern(which: str) -> re.Pattern[str]:
    """The expressions of a part of news.yml as one: `private` titles name a private person, `minor` ones concern an industry,
    `formal` actions only say again what an earlier one did."""
    return re.compile("|".join(f"(?:{each})" for each in rules()[which]), re.IGNORECASE)


def take_in(
    db: Database, corpus: sqlite3.Connection, *, today: datetime.date, now: str, drafts: Iterable[Published] = ()
) -> int:
    """Give a place in the ledger to every change of corpus.db that has none, to deadlines that have come near, and to
    stances that ALA has published (and drafts, for an issue to staff).

    Returns:
        the last place.
    """
    newest = db.execute("select max(seen_at) from ledger").fetchone()[0]
    since = ago(newest, days=_LATE_DAYS) if newest else ""
    changes = corpus.execute(
        "select id, document_id, seen_at from changes where seen_at >= ? order by seen_at, rowid", [since]
    )
    with db.atomic():
        _add(db, changes)
        _add(db, ((change, document, now) for change, document, *_ in due(corpus, today)))
        _add(db, ((stance.key, stance.document_id, now) for stance in (*published(corpus), *drafts)))
    return last(db)


def _add(db: Database, rows: Iterable[tuple[str, str, str]]) -> None:
    # Not "insert … on conflict do nothing" alone: that would burn a number of the sequence for every row already there.
    db.conn.executemany(
        "insert into ledger (change_id, document_id, seen_at) select ?1, ?2, ?3 "
        "where not exists (select 1 from ledger where change_id = ?1)",
        rows,
    )


def due(corpus: sqlite3.Connection, today: datetime.date) -> Iterator[tuple[str, str, str, str]]:
    """Deadlines that are at most `remind_days` away, as (id of the reminder, document, kind, starts_at)."""
    until = today + datetime.timedelta(days=rules()["remind_days"])
    corpus.row_factory = sqlite3.Row
    dated = rows(
        corpus,
        "select document_id, kind, starts_at from events where substr(starts_at, 1, 10) between ? and ? "
        "order by starts_at, document_id",
        [today.isoformat(), until.isoformat()],
    )
    for document, kind, starts_at in (tuple(event.values()) for event in rulemaking.still_due(corpus, dated)):
        if kind in rules()["remind"]:
            words = "\x1f".join(("due", document, kind, starts_at[:10]))
            yield "due-" + hashlib.sha256(words.encode()).hexdigest()[:20], document, kind, starts_at


def last(db: Database) -> int:
    return db.execute("select coalesce(max(position), 0) from ledger").fetchone()[0]


def at(db: Database, moment: str) -> int:
    """The last place taken by what was seen up to a moment: where a person's reading begins."""
    return db.execute("select coalesce(max(position), 0) from ledger where seen_at <= ?", [moment]).fetchone()[0]
