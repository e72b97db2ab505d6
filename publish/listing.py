"""What the site needs precomputed: one narrow row per document and area, counts of every combination of facets, views.

Everything here is derived from the other tables of corpus.db and may be dropped. Publishing compares what should be
there with what is there and writes the difference only, so that a second run writes nothing.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database

from classify.evaluation.agreement import write_agreement
from crawlers.completeness.coverage_tables import HOLDINGS
from crawlers.storage.rulemakings import write_threads
from positions.outcomes import project
from positions.scorecard import write_scorecard
from publish.chapters import write_chapters
from publish.decisions import write_decisions
from publish.engagements import write_engagements
from publish.listing_rows import (
    ACTIVITY,
    AGENCY_COUNTS,
    CEREMONIAL,
    FACET_COUNTS,
    LISTING,
    POSITION_LISTING,
    add_functions,
)
from publish.search_words import write_vocabulary
from publish.twice_listed import TWICE_LISTED
from settings import SITE
from store.connect import SCHEMAS
from store.sync_table import sync_table

_EMPTY = Database(memory=True)
VIEWS = SITE / "views.sql"


_POSITION_WORDS = """
    select p.id, p.title, p.statement, coalesce((
        select group_concat(a.title, '; ') from policy_areas a where instr('; ' || p.areas || '; ', '; ' || a.id || '; ')
    ), '') || coalesce((
        select '; ' || group_concat(v.name, '; ') from position_versions v
        where v.position_id = p.id and v.name like '% v. %'  -- court cases, which people know by their parties
    ), ''), p.standing from positions p order by p.id"""


def _sync_position_search(db: Database) -> int:
    """Index the words of positions anew when one differs; the catalog is small."""
    wanted = db.execute(_POSITION_WORDS).fetchall()
    columns = "position_id, title, statement, about, standing"
    if db.execute(f"select {columns} from position_search order by position_id").fetchall() == wanted:
        return 0
    db.execute("delete from position_search")
    db.conn.executemany(f"insert into position_search ({columns}) values (?, ?, ?, ?, ?)", wanted)
    return len(wanted)


def _make_views(db: Database, now: str) -> None:
    sql = VIEWS.read_text(encoding="utf-8")
    stored = db.execute("select hash from published where what = 'views'").fetchone()
    names = [line.split()[2] for line in sql.splitlines() if line.startswith("create view ")]
    if stored and stored[0] == sql and set(names) <= set(db.view_names()):
        return
    statements = "\n".join(line for line in sql.splitlines() if not line.startswith("--"))
    for name in names:
        db.execute(f"drop view if exists {name}")
    for statement in filter(str.strip, statements.split(";")):
        db.execute(statement)
    _note(db, "views", sql, now)


def _note(db: Database, what: str, hash_: str, now: str) -> None:
    db.execute(
        "insert into published (what, hash, published_at) values (?, ?, ?) on conflict (what) do update set "
        "hash = excluded.hash, published_at = excluded.published_at where hash <> excluded.hash",
        [what, hash_, now],
    )


def _schema() -> str:
    """The names of all migrations of corpus.db: with another schema, pages may ask for tables that nobody has filled."""
    return " ".join(sorted(each.name for migrations in SCHEMAS["corpus.db"] for each in migrations.pending(_EMPTY)))


def is_published(db: Database) -> bool:
    """Whether this version of the software has published into the file: every table that the pages ask is filled."""
    try:
        stored = db.execute("select hash from published where what = 'schema'").fetchone()
    except sqlite3.OperationalError:
        return False
    return stored is not None and stored[0] == _schema()


def publish(db: Database, now: str, staff: Database | None = None) -> int:
    """Bring listings, counts and views up to what the other tables of corpus.db hold; one transaction, or nothing.

    Args:
        db: corpus.db, open for writing.
        now: UTC time stamp (``YYYY-MM-DDTHH:MM:SSZ``) to record where something was written.
        staff: staff.db, whose decisions are made public first; None leaves the public decisions as they are.

    Returns:
        the number of rows written or removed; 0 when nothing had changed.
    """
    written = write_threads(db)
    if staff is not None:
        written += write_decisions(db, staff)
        with db.atomic():
            written += write_agreement(db, staff) + write_engagements(db, staff)
    written += project(db) + write_scorecard(db)
    add_functions(db)
    with db.atomic():
        written += write_chapters(db, staff)
        written += sync_table(db, "ceremonial", CEREMONIAL)
        written += sync_table(db, "twice_listed", TWICE_LISTED)
        written += sync_table(db, "listing", LISTING)
        written += sync_table(db, "facet_counts", FACET_COUNTS)
        written += sync_table(db, "agency_counts", AGENCY_COUNTS)
        written += sync_table(db, "activity", ACTIVITY)
        written += sync_table(db, "position_listing", POSITION_LISTING)
        for table, query in HOLDINGS.items():
            written += sync_table(db, table, query)
        written += _sync_position_search(db)
        written += write_vocabulary(db, anew=written > 0)
        _make_views(db, now)
        _note(db, "schema", _schema(), now)
        if written:
            for table in ("listing", "facet_counts", "agency_counts", "activity", "position_listing"):
                db.execute(f"analyze {table}")
    return written
