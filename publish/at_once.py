"""Make public at once what staff have just decided, without publishing everything: the lists of a few documents, row by row.

Everything else that is published is the same as after `publish.listing.publish`, which finds nothing to write afterwards.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from positions.outcomes import project
from positions.scorecard import write_scorecard
from publish.chapters import write_chapters
from publish.decisions import PATIENCE_SECONDS, write_some
from publish.engagements import write_engagements
from publish.listing_rows import LISTING, POSITION_LISTING, add_functions
from store.constants import ANY_AREA, FACETS, FILTERED, SAME_BILL
from store.placeholders import marks
from store.sync_table import sync_table
from store.writable import Writable


def publish_decisions(corpus_file: Path, staff: Database, documents: Sequence[str]) -> bool:
    """Make public at once what staff decided about a few documents: the decisions, the lists they stand in, and the outcomes
    that the scorecard counts.

    Returns:
        False when somebody else is writing to corpus.db: the next publishing does it then.
    """
    try:
        with closing(Writable(sqlite3.connect(corpus_file, timeout=PATIENCE_SECONDS, isolation_level=None))) as db:
            add_functions(db)
            with db.atomic():
                write_some(db, staff, documents)
                for document_id in _with_companions(db, documents):
                    relist(db, document_id)
                _relist_positions(db, staff, documents)
                project(db)
                write_scorecard(db)
                write_chapters(db, staff)
                write_engagements(db, staff)
    except sqlite3.OperationalError:
        return False
    return True


def _with_companions(db: Database, documents: Sequence[str]) -> list[str]:
    """These documents, and the bills of which a source says that they are the same: an area may be public there for the sake of
    the one here."""
    these = ", ".join(f"?{number}" for number in range(1, len(documents) + 1))
    same = f"""select linked_id from links where document_id in ({these}) and lower(kind) in ({SAME_BILL})
        union select document_id from links where linked_id in ({these}) and lower(kind) in ({SAME_BILL})"""
    return list(dict.fromkeys([*documents, *(row[0] for row in db.execute(same, documents))]))


def relist(db: Database, document_id: str) -> None:
    """One document's rows of `listing`, and with them the counts of the facets."""
    row = db.execute("select rowid from documents where id = ?", [document_id]).fetchone()
    if row is None:
        return
    query = re.sub(r"/\*ONLY (\w+)\*/", r"where \1 = ?", LISTING)
    before = set(db.execute("select * from listing where document_rowid = ?", row).fetchall())
    after = set(db.execute(query, [document_id] * 3).fetchall())
    names = [column.name for column in db.table("listing").columns]
    facets = [names.index(name) for name in ("area_id", *FACETS, "cell")]
    for gone, rows in ((True, before - after), (False, after - before)):
        for listed in rows:
            if gone:
                db.execute("delete from listing where (area_id, sort_on, document_id) = (?, ?, ?)", listed[:3])
            else:
                db.execute(f"insert into listing values ({marks(listed)})", listed)
            _count_more(db, dict(zip(names, listed, strict=True)), -1 if gone else 1)
            *combination, cell = (listed[place] for place in facets)
            db.execute(
                "insert into facet_counts values (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "on conflict (cell) do update set documents = documents + excluded.documents",
                [*combination, -1 if gone else 1, cell],
            )
    for table in ("facet_counts", "agency_counts", "activity"):
        db.execute(f"delete from {table} where documents < 1")


def _count_more(db: Database, listed: Mapping[str, Any], more: int) -> None:
    """Count one row of `listing` in `agency_counts` and `activity` as well (``more`` is 1 or -1), as publishing does for all."""
    if listed["agency"]:
        columns = ("area_id", *FILTERED)
        db.execute(
            f"insert into agency_counts values ({marks(columns)}, ?) "
            f"on conflict ({', '.join(columns)}) do update set documents = documents + excluded.documents",
            [*(listed[name] for name in columns), more],
        )
    if listed["area_id"] == ANY_AREA or listed["ceremonial"]:
        return
    db.execute(
        "insert into activity values (?, ?, ?, ?, ?) on conflict (area_id, month, jurisdiction) do update set "
        "documents = documents + excluded.documents, must_see = must_see + excluded.must_see",
        [listed["area_id"], listed["sort_on"][:7], listed["jurisdiction"], more, more * listed["must_see"]],
    )


def _relist_positions(db: Database, staff: Database, documents: Sequence[str]) -> None:
    """The lists of every position that staff judged in these documents: the same words may stand elsewhere. A doubtful area there
    may be public only for the sake of the position."""
    here = f"document_id in ({marks(documents)})"
    judged = f"select distinct substr(subject, 10) from reviews where subject like 'position:%' and {here}"
    for (position,) in staff.execute(judged, list(documents)).fetchall():
        wanted = db.execute(f"{POSITION_LISTING} where m.position_id = ?", [position]).fetchall()
        sync_table(db, "position_listing", wanted, where="position_id = ?", params=[position])
        said = f"select json_extract(passage, '$.words') from reviews where subject = ? and {here}"
        words = [row[0] for row in staff.execute(said, [f"position:{position}", *documents]) if row[0]]
        _relist_same_words(db, position, documents, words)


def _relist_same_words(db: Database, position: str, documents: Sequence[str], words: Iterable[str] = ()) -> None:
    """The rows of other documents in which a position rests on the same words as in these, or on those that staff judged, which
    may not have been shown."""
    these = marks(documents)
    same_words = f"""select distinct document_id from position_matches where position_id = ? and document_id not in ({these})
        and (lower(words) in (select lower(words) from position_matches where position_id = ? and document_id in ({these}))
        or lower(words) in (select lower(value) from json_each(?)))"""
    values = [position, *documents, position, *documents, json.dumps(list(words))]
    for (document_id,) in db.execute(same_words, values).fetchall():
        relist(db, document_id)
