"""Summarize what a data folder holds, in a few lines after a crawl."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from store.connect import read_only
from store.constants import ANY_AREA, TAGGED

_SHOWN = 5


def summary(corpus: Path) -> Iterator[str]:
    """The lines of the summary: documents, areas, what must be seen, positions touched; in the numbers of the site's lists.

    Raises:
        OperationError: there is no corpus yet.
    """
    with closing(read_only(corpus)) as db:
        yield from _documents(db)
        yield from _areas(db)
        yield from _must_see(db)
        yield from _positions(db)


def _documents(db: sqlite3.Connection) -> Iterator[str]:
    total, tagged = db.execute(
        f"select (select count(*) from documents), (select count(*) from listing where area_id = '{TAGGED}' and ceremonial = 0)"
    ).fetchone()
    first, last = db.execute("select min(published_on), max(latest_action_on) from documents").fetchone()
    yield f"{total:,} documents, published from {first or 'never'}, last moved {last or 'never'}; {tagged:,} carry a policy area:"


def _areas(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "select title, count(document_id) from policy_areas left join listing on area_id = id and ceremonial = 0 "
        "group by id order by 2 desc, 1"
    ).fetchall()
    for title, count in rows:
        yield f"  {count:>7,}  {title}"


def _must_see(db: sqlite3.Connection) -> Iterator[str]:
    query = (
        "select identifier, session, title from listing l join documents d on d.id = l.document_id "
        f"left join taggings t on t.document_id = d.id where l.area_id = '{ANY_AREA}' and l.must_see = 1 "
        "order by priority_score desc, latest_action_on desc, d.id"
    )
    rows = db.execute(query).fetchall()
    yield f"{len(rows):,} that library staff must see" + (", first of all:" if rows else "")
    for identifier, session, title in rows[:_SHOWN]:
        yield f"  {identifier} ({session}): {title if len(title) < 90 else title[:89] + '…'}"


def _positions(db: sqlite3.Connection) -> Iterator[str]:
    held, documents, provisions = db.execute(
        "select (select count(*) from positions), count(distinct m.document_id), count(*) from position_matches m "
        "join position_listing using (position_id, document_id)"
    ).fetchone()
    yield f"{provisions:,} provisions of {documents:,} documents touch one of {held} positions (automatic, not reviewed)"
