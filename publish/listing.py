"""What the site needs precomputed: one narrow row per document and area, counts of every combination of facets, views.

Everything here is derived from the other tables of corpus.db and may be dropped. Publishing compares what should be
there with what is there and writes the difference only, so that a second run writes nothing.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from classify.evaluation.agreement import write_agreement
from crawlers.agencies import keys_of
from crawlers.completeness.coverage_tables import HOLDINGS
from crawlers.items import slug
from crawlers.status.ceremonial import is_ceremonial
from crawlers.status.session_end import final_days
from crawlers.storage.rulemakings import write_threads
from positions.outcomes import project
from positions.scorecard import write_scorecard
from publish.chapters import write_chapters
from publish.decisions import PATIENCE_SECONDS, write_decisions, write_some
from publish.engagements import write_engagements
from publish.identical_law import IDENTICAL_LAW, UNDECIDED
from publish.search_words import write_vocabulary
from publish.twice_listed import TWICE_LISTED
from settings import SITE
from store.connect import SCHEMAS
from store.constants import ANY_AREA, FACETS, FILTERED, QUIET, SAME_BILL, TAGGED, UNHEARD, UNHEARD_PASSED
from store.placeholders import marks
from store.sync_table import sync_table
from store.writable import Writable

_EMPTY = Database(memory=True)
VIEWS = SITE / "views.sql"


_POSITION_WORDS = """
    select p.id, p.title, p.statement, coalesce((
        select group_concat(a.title, '; ') from policy_areas a where instr('; ' || p.areas || '; ', '; ' || a.id || '; ')
    ), '') || coalesce((
        select '; ' || group_concat(v.name, '; ') from position_versions v
        where v.position_id = p.id and v.name like '% v. %'  -- court cases, which people know by their parties
    ), ''), p.standing from positions p order by p.id"""

#: The day of a document's latest news. An action after the day on which we saw it is none yet: the last one before it counts.
#: Nor is the day on which a law takes effect. What a governor did in a recess is filed under the last day on which the chambers
#: sat, and the status has the day that the sentence names.
_LATEST = """max(coalesce(
            case when d.latest_action_on <= substr(d.changed_at, 1, 10) and not (
                d.status in ('enacted', 'adopted') and exists (
                    select 1 from actions a where a.document_id = d.id and a.acted_on = d.latest_action_on
                    and a.classification = 'effective-date')
            ) then d.latest_action_on else (
                select max(a.acted_on) from actions a where a.document_id = d.id
                and a.acted_on <= substr(d.changed_at, 1, 10) and coalesce(a.classification, '') <> 'effective-date'
            ) end, d.published_on, d.status_on, ''),
            case when d.status in ('enacted', 'vetoed') and d.status_on <= substr(d.changed_at, 1, 10) then d.status_on
            else '' end)"""

#: The day up to which the corpus was collected.
_DAY = "(select max(substr(started_at, 1, 10)) from runs)"
#: SQL: whether a constitution ended the session on its last day, so that it is over on the day after.
_FINAL = " or ".join(
    f"d.jurisdiction = '{place}' and substr(ends.ends_on, 6) = '{day}'" for place, day in final_days().items()
)
#: The status in lists: what can still move as far as its source said, but whose session was to end long ago, is of no list of
#: what can still move (pages.documents.session_status.unheard_since says the same on its card). It needs SESSION_ENDS. Nor is a
#: bill whose identical one became law (pages.documents.successor.law_beside says so on its page).
LISTED_STATUS = f"""case when d.status in ({UNDECIDED}) and {IDENTICAL_LAW} is not null then 'replaced'
            when d.status in ({UNDECIDED}, 'to_executive')
            and ends.ends_on < case when {_FINAL} then {_DAY} else date({_DAY}, '-{QUIET} days') end
            and coalesce(d.latest_action_on, '') < date({_DAY}, '-{QUIET} days') then
                case when d.status like 'passed%' or d.status = 'to_executive' then '{UNHEARD_PASSED}' else '{UNHEARD}' end
            else d.status end"""
SESSION_ENDS = """left join (
        select jurisdiction, session, max(ends_on) as ends_on from session_last_days group by 1, 2
    ) ends on ends.jurisdiction = d.jurisdiction and ends.session = d.session"""

#: The agencies that publish a rule or notice, as `agencies_of` joins them; the plus keeps SQLite from reading those of all.
_AGENCY = """case d.kind when 'regulation' then (
            select agencies_of(group_concat(t.term, char(10))) from terms t where t.document_id = d.id and +t.kind = 'agency'
        ) else '' end"""
#: A draft that nobody introduced and that was given up has been no bill: it counts among all documents, and in no area.
_DEAD_DRAFT = "coalesce(d.document_type, '') = 'draft' and d.status in ('failed', 'withdrawn')"
#: With a condition in the place of ONLY, the rows of some documents only.
_LISTING = f"""
    select
        areas.area_id, {_LATEST} as sort_on, d.id, d.rowid,
        d.kind, d.jurisdiction, {LISTED_STATUS},
        substr(coalesce(d.published_on, d.latest_action_on, d.status_on, ''), 1, 4),
        coalesce(p.value = '2', taggings.priority = 2, 0) and c.document_id is null, c.document_id is not null,
        number_of(d.id, d.jurisdiction, d.session),
        cell_of(areas.area_id, d.kind, d.jurisdiction, {LISTED_STATUS},
            substr(coalesce(d.published_on, d.latest_action_on, d.status_on, ''), 1, 4),
            coalesce(p.value = '2', taggings.priority = 2, 0) and c.document_id is null, c.document_id is not null),
        {_AGENCY}
    from documents d
    join (
        select id as document_id, '{ANY_AREA}' as area_id from documents /*ONLY id*/
        union all select distinct document_id, '{TAGGED}' from shown_tags /*ONLY document_id*/
        union all select document_id, area_id from shown_tags /*ONLY document_id*/
    ) areas on areas.document_id = d.id
    left join taggings on taggings.document_id = d.id
    left join decisions p on p.document_id = d.id and p.subject = 'priority'
    left join ceremonial c on c.document_id = d.id
    left join twice_listed on twice_listed.document_id = d.id
    {SESSION_ENDS}
    where twice_listed.document_id is null and (areas.area_id = '{ANY_AREA}' or not ({_DEAD_DRAFT}))"""

_FACET_COUNTS = """
    select area_id, kind, jurisdiction, status, year, must_see, ceremonial, count(*), cell
    from listing group by area_id, kind, jurisdiction, status, year, must_see, ceremonial"""

_AGENCY_COUNTS = """
    select area_id, kind, jurisdiction, status, year, must_see, ceremonial, agency, count(*) from listing
    where agency <> '' group by area_id, kind, jurisdiction, status, year, must_see, ceremonial, agency"""

_ACTIVITY = f"""
    select area_id, substr(sort_on, 1, 7), jurisdiction, count(*), sum(must_see) from listing
    where area_id <> '{ANY_AREA}' and ceremonial = 0 group by 1, 2, 3"""

_CEREMONIAL = "select id from documents where is_ceremonial(title, document_type)"

_POSITION_LISTING = f"""
    select m.position_id, l.sort_on, m.document_id, m.score, l.must_see
    from shown_positions m
    join documents d on d.id = m.document_id and not ({_DEAD_DRAFT})
    join listing l on l.document_rowid = d.rowid and l.area_id = '{ANY_AREA}'"""


def _number_of(document_id: str, jurisdiction: str, session: str) -> str:
    return document_id.removeprefix(f"{slug(jurisdiction)}-{slug(session)}-")


def _id_of(document_id: str, jurisdiction: str, session: str, other: str) -> str:
    """The id that a document of one session would have in another one."""
    return f"{slug(jurisdiction)}-{slug(other)}-{_number_of(document_id, jurisdiction, session)}"


@lru_cache(maxsize=1 << 12)
def _agencies_of(names: str | None) -> str:
    """The keys of the agencies with these names, one name to a line, and of those that they are part of; with blanks between."""
    return " ".join(keys_of((names or "").splitlines()))


@lru_cache(maxsize=1 << 16)
def _cell_of(*facets: str | int) -> int:
    """The same number for the same combination on every machine; 56 bits, so that two never meet in practice."""
    return int.from_bytes(blake2b("|".join(map(str, facets)).encode(), digest_size=7).digest(), "big")


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


def publish_decisions(corpus_file: Path, staff: Database, documents: Sequence[str]) -> bool:
    """Make public at once what staff decided about a few documents: the decisions, the lists they stand in, and the outcomes
    that the scorecard counts.

    Returns:
        False when somebody else is writing to corpus.db: the next publishing does it then.
    """
    try:
        with closing(Writable(sqlite3.connect(corpus_file, timeout=PATIENCE_SECONDS, isolation_level=None))) as db:
            _prepare(db)
            with db.atomic():
                write_some(db, staff, documents)
                for document_id in _with_companions(db, documents):
                    _relist(db, document_id)
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


def _relist(db: Database, document_id: str) -> None:
    """One document's rows of `listing`, and with them the counts of the facets."""
    row = db.execute("select rowid from documents where id = ?", [document_id]).fetchone()
    if row is None:
        return
    query = re.sub(r"/\*ONLY (\w+)\*/", r"where \1 = ?", _LISTING)
    before = set(db.execute("select * from listing where document_rowid = ?", row).fetchall())
    after = set(db.execute(query, [document_id] * 3).fetchall())
    names = [column.name for column in db.table("listing").columns]
    facets = [names.index(name) for name in ("area_id", *FACETS, "cell")]
    for gone, rows in ((True, before - after), (False, after - before)):
        for listed in rows:
            if gone:
                db.execute("delete from listing where (area_id, sort_on, document_id) = (?, ?, ?)", listed[:3])
            else:
                db.execute(f"insert into listing values ({', '.join('?' * len(listed))})", listed)
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
            f"insert into agency_counts values ({', '.join('?' * len(columns))}, ?) "
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
        wanted = db.execute(f"{_POSITION_LISTING} where m.position_id = ?", [position]).fetchall()
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
        _relist(db, document_id)


def _prepare(db: Database) -> None:
    db.conn.create_function("number_of", 3, _number_of, deterministic=True)
    db.conn.create_function("id_of", 4, _id_of, deterministic=True)
    db.conn.create_function("agencies_of", 1, _agencies_of, deterministic=True)
    db.conn.create_function("cell_of", 1 + len(FACETS), _cell_of, deterministic=True)
    db.conn.create_function("is_ceremonial", 2, is_ceremonial, deterministic=True)


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
    _prepare(db)
    with db.atomic():
        written += write_chapters(db, staff)
        written += sync_table(db, "ceremonial", _CEREMONIAL)
        written += sync_table(db, "twice_listed", TWICE_LISTED)
        written += sync_table(db, "listing", _LISTING)
        written += sync_table(db, "facet_counts", _FACET_COUNTS)
        written += sync_table(db, "agency_counts", _AGENCY_COUNTS)
        written += sync_table(db, "activity", _ACTIVITY)
        written += sync_table(db, "position_listing", _POSITION_LISTING)
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
