"""The tables behind the queue, one narrow row for each document: derived from tags, matches and standings when publishing.

Ranking the documents themselves took a second on a full corpus; from these tables it takes a few hundredths.
"""

from __future__ import annotations

import datetime

from sqlite_utils import Database

from pages.documents.session_status import DEAD, is_of_the_past
from publish.identical_law import UNDECIDED
from publish.listing_rows import LISTED_STATUS, SESSION_ENDS
from store.constants import UNHEARD, UNHEARD_PASSED
from store.sync_table import sync_table

#: Every pair that the program suggests and nobody has decided, or whose decision was returned; `sure` is from 0 to 1. Of a bill
#: that its source lists in two sessions, the program asks about the record that lists have.
_PAIRS = """
    with suggested (document_id, subject, sure) as (
        select document_id, 'area:' || area_id, probability from corpus.tags {only}
        union all select document_id, 'position:' || position_id, score from corpus.shown_positions {only}
        union all select document_id, 'priority', priority_score from corpus.taggings where priority = 2 {too}
        -- Outcomes are reviewed only after staff have confirmed that the position is at stake.
        union all select o.document_id, 'outcome:' || o.position_id, null from suggested_outcomes o
        join standings s on s.document_id = o.document_id and s.subject = 'position:' || o.position_id and s.state = 'holds'
        join reviews r on r.id = s.review_id and r.verdict != 'reject' where o.outcome is not null {of_outcome}
    )
    select g.document_id, g.subject, g.sure, 0, 0, null from suggested g
    left join standings s on s.document_id = g.document_id and s.subject = g.subject
    where s.review_id is null and g.document_id not in (select document_id from corpus.twice_listed)
    union all select document_id, subject, null, state = 'returned', state = 'deferred', since from standings
    where state in ('returned', 'deferred') {too}"""

#: What moves no more: decided, dead, or not heard of since its session ended, as the lists of the site say it.
_STILL = ", ".join(f"'{status}'" for status in sorted(DEAD | {"enacted", "adopted", UNHEARD, UNHEARD_PASSED}))
#: The last column is the Congress of a federal bill, and 0 for what can no longer move, or what nobody waits for any more: money
#: for a fiscal year that is over, as on the home page.
_DOCUMENTS = f"""
    select p.document_id, sum(p.deferred = 0), sum(p.returned), sum(p.deferred),
        max(case when p.returned then p.since end),
        coalesce(max(case when p.subject like 'area:%' then 1 - abs(2 * p.sure - 1) end), 0),
        min(case when p.subject like 'area:%' then p.sure end),
        coalesce(t.priority, 0), coalesce(t.priority_score, 0),
        coalesce(d.latest_action_on, d.published_on, ''), d.first_seen_at, d.kind, d.jurisdiction,
        case when {LISTED_STATUS} in ({_STILL}) then 0
            when d.jurisdiction = 'us' and d.kind = 'bill' and d.status in ({UNDECIDED})
                and is_of_the_past(d.title, d.abstract) then 0
            when d.jurisdiction = 'us' and d.kind = 'bill' and d.session != '' then cast(d.session as integer) end
    from {{pairs}} p join corpus.documents d on d.id = p.document_id {SESSION_ENDS}
    left join corpus.taggings t on t.document_id = p.document_id {{only}} group by p.document_id"""


def refresh(db: Database, document_id: str, today: str) -> None:
    """Update the rows of one document, in the caller's transaction.

    Args:
        db: staff.db with `corpus` attached.
        today: an ISO day.
    """
    _know_the_past(db, today)
    parts = {"only": "where document_id = :id", "too": "and document_id = :id", "of_outcome": "and o.document_id = :id"}
    for table in ("waiting_pairs", "waiting"):
        db.execute(f"delete from {table} where document_id = ?", [document_id])
    db.execute(f"insert into waiting_pairs {_PAIRS.format(**parts)}", {"id": document_id})
    sql = _DOCUMENTS.format(pairs="waiting_pairs", only="where p.document_id = :id")
    db.execute(f"insert into waiting {sql}", {"id": document_id})


def refresh_all(db: Database, today: str) -> None:
    """Update the rows of every document; write only what differs."""
    _know_the_past(db, today)
    sync_table(db, "waiting_pairs", _PAIRS.format(only="", too="", of_outcome=""))
    sync_table(db, "waiting", _DOCUMENTS.format(pairs="waiting_pairs", only=""))


def _know_the_past(db: Database, today: str) -> None:
    """Give the connection the function that the SQL of the documents asks, for this day."""
    day = datetime.date.fromisoformat(today)
    db.conn.create_function(
        "is_of_the_past", 2, lambda title, abstract: is_of_the_past(title, abstract, day), deterministic=True
    )
