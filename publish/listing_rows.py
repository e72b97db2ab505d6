"""Which lists a document is in, as what, and how many are in each: the queries behind `listing` and its counts."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from sqlite_utils import Database

from crawlers.agencies import keys_of
from crawlers.items import slug
from crawlers.status.ceremonial import is_ceremonial
from crawlers.status.session_end import final_days
from publish.identical_law import IDENTICAL_LAW, UNDECIDED
from store.constants import ANY_AREA, FACETS, QUIET, TAGGED, UNHEARD, UNHEARD_PASSED

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
LISTING = f"""
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

FACET_COUNTS = """
    select area_id, kind, jurisdiction, status, year, must_see, ceremonial, count(*), cell
    from listing group by area_id, kind, jurisdiction, status, year, must_see, ceremonial"""

AGENCY_COUNTS = """
    select area_id, kind, jurisdiction, status, year, must_see, ceremonial, agency, count(*) from listing
    where agency <> '' group by area_id, kind, jurisdiction, status, year, must_see, ceremonial, agency"""

ACTIVITY = f"""
    select area_id, substr(sort_on, 1, 7), jurisdiction, count(*), sum(must_see) from listing
    where area_id <> '{ANY_AREA}' and ceremonial = 0 group by 1, 2, 3"""

CEREMONIAL = "select id from documents where is_ceremonial(title, document_type)"

POSITION_LISTING = f"""
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


def add_functions(db: Database) -> None:
    """What the queries above ask of Python."""
    db.conn.create_function("number_of", 3, _number_of, deterministic=True)
    db.conn.create_function("id_of", 4, _id_of, deterministic=True)
    db.conn.create_function("agencies_of", 1, _agencies_of, deterministic=True)
    db.conn.create_function("cell_of", 1 + len(FACETS), _cell_of, deterministic=True)
    db.conn.create_function("is_ceremonial", 2, is_ceremonial, deterministic=True)
