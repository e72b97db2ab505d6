"""The table `session_ends`, and the bills that end with their session.

An undecided bill of a session that is over has `failed` on the day the session ended, with the reason `session_ended`. That
is our conclusion, not the source's word: the source's status is kept beside it, `load_document` gives the document back
without it, a record that comes anew replaces it, and a session that moves again revives its bills.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from sqlite_utils import Database

from crawlers.status.measures import ONE_CHAMBER
from crawlers.status.session_end import (
    Session,
    corrected_days,
    dated_here,
    ends,
    expected_end,
    is_not_agreed,
    is_unsaid,
    known_days,
    last_day,
    load_rules,
)
from crawlers.storage import stored_state
from store.sync_table import sync_table

ENDED = "session_ended"
_WORDS = "It did not pass before its session ended"
#: Statuses of a bill that did not pass. What passed both chambers of a state may have been signed where no source says so;
#: of Congress and parliaments the sources tell every signature.
UNDECIDED = ("introduced", "in_committee", "reported", "passed_first_chamber")
NATIONAL = ("us", "ca")
UNDECIDED_NATIONAL = (*UNDECIDED, "passed_second_chamber", "passed")
#: So long after the end of a Congress a bill that both chambers passed may still reach the president and be signed.
SIGNED_WITHIN = timedelta(days=30)
#: What a chamber does on its floor, but for its officers' signatures, which sources count among the passages. Arkansas meets once
#: more to adjourn, weeks after its last vote: "Died in House Committee at Sine Die adjournment."
_FLOOR = """(a.classification in ('passage', 'reading-3', 'concurrence') and a.description not like '%sign%'
    or a.description like '% at sine die adjournment%')"""
#: The last day of an undecided bill ``d`` of a session ``e``.
_LAST_DAY = "last_day(d.jurisdiction, d.session, d.document_type, e.ended_on)"
#: Whether the last that is known of a bill ``d`` is the passage that its status counts: no other chamber took it up. Of 14,571
#: laws of states 13 have no passage in the second chamber (9 of Nevada).
_ITS_LAST_STEP = """(d.document_type = 'bill' and d.status = 'passed_first_chamber' and d.status_on = d.latest_action_on
    and d.latest_action not like '%concurr%')"""
#: One such action on a day may be a slip of a source; a session of few bills has no more.
_SAT, _SMALL = 2, 50

#: A session of a state that no source lists begins, as far as is known, with the first of its bills: the rules say how long it
#: goes on.
_SESSIONS = f"""
    select jurisdiction, session, max(special), min(starts_on), max(ends_on) from sessions group by 1, 2
    union select distinct jurisdiction, session, 0, null, null from documents where jurisdiction in {dated_here()}
    union select jurisdiction, session, 0, (
            select min(d.published_on) from documents d
            where d.jurisdiction = stored.jurisdiction and d.session = stored.session and d.kind = 'bill'
        ), null
    from (select distinct jurisdiction, session from documents where jurisdiction like 'us-__') stored where not exists (
        select 1 from sessions s where s.jurisdiction = stored.jurisdiction and s.session = stored.session)"""
# A cross join keeps SQLite to the index of places: the documents with their texts are never read.
_DAYS = f"""
    select a.acted_on, max(coalesce(a.classification, '') not in ('effective-date', 'clerical')),
        count(distinct case when {_FLOOR} then d.id end)
    from documents d cross join actions a on a.document_id = d.id
    where d.jurisdiction = ? and d.session = ? and a.acted_on <= ? group by 1 order by 1 desc"""
# What a governor did in a recess is filed under the last day on which the chambers sat: the step has the day itself.
_DECIDED = """
    select max(h.reached_on) from documents d cross join status_history h on h.document_id = d.id
    where d.jurisdiction = ? and d.session = ? and h.status in ('enacted', 'vetoed') and h.reached_on <= ?"""


def write_session_ends(db: Database, *, today: str, now: str) -> int:
    """Derive which sessions are over, end their undecided bills, and revive those of sessions that move again.

    Args:
        db: corpus.db, open for writing.
        today: the ISO day.
        now: UTC time stamp for the changes.

    Returns:
        how many documents have another status now.
    """
    sessions = list(_sessions(db, today))
    ended = ends(sessions, today)
    with db.atomic():
        # Without a bill that moved we knew only its dates: what comes of it later is a first contact, which is no news.
        known_open = db.execute(
            "select jurisdiction, session from session_ends where ended_on is null and moved_on is not null"
        )
        open_before = set(known_open.fetchall())
        rows = [
            (*place(each), each.starts_on, expected_end(each, sessions), each.moved_on, ended[place(each)])
            for each in sessions
        ]
        sync_table(db, "session_ends", rows)
        db.conn.create_function("last_day", 4, last_day, deterministic=True)
        revived = _revive(db)
        ending = _ending(db, today)
        _end(db, ending)
        _log(db, [row for row in ending if row[1:3] in open_before], now)
    return revived + len(ending)


def place(session: Session) -> tuple[str, str]:
    return session.jurisdiction, session.session


def _sessions(db: Database, today: str) -> Iterable[Session]:
    for jurisdiction, session, special, starts_on, ends_on in db.execute(_SESSIONS).fetchall():
        days = known_days(jurisdiction, session) or corrected_days(jurisdiction, session)
        if days:
            starts_on, ends_on = days
        elif jurisdiction in dated_here():
            continue  # rules, or a session that nobody dates
        days_of = db.execute(_DAYS, [jurisdiction, session, today]).fetchall()
        moved_on = next((day for day, moved, _ in days_of if moved), None)
        decided_on = db.execute(_DECIDED, [jurisdiction, session, today]).fetchone()[0]
        bills = "select count(*) from documents where jurisdiction = ? and session = ?"
        few = db.execute(bills, [jurisdiction, session]).fetchone()[0] < _SMALL
        least = 1 if few else _SAT
        yield Session(
            jurisdiction=jurisdiction,
            session=session,
            special=bool(special),
            starts_on=starts_on,
            ends_on=ends_on,
            # A law's first day in force is no movement, nor is a note in the journal.
            moved_on=max((day for day in (moved_on, decided_on) if day), default=None),
            sat_on=next((day for day, _, sat in days_of if sat >= least), None),
            # A special session is short, and of few bills.
            few=few and not special,
        )


def _ending(db: Database, today: str) -> list[tuple[str, str, str, str]]:
    """Undecided bills of sessions that are over, as (id, jurisdiction, session, day).

    Not at once those that both chambers have passed: what Congress sends in its last days is signed in the weeks after.
    Not those that took a step after that day, nor those of which our record does not say what became of them: many states
    never record that a chamber adopted what it adopts by itself. What one chamber passed, and nothing after that, has failed.
    """
    rules = load_rules()
    told = [f"us-{state}" for state in rules["enrolled_or_over"]]
    lists = (UNDECIDED, UNDECIDED_NATIONAL, sorted(ONE_CHAMBER), told)
    marks, national, one_chamber, enrolling = (", ".join(map(repr, each)) for each in lists)
    rows = db.execute(
        f"""select d.id, e.jurisdiction, e.session, {_LAST_DAY} as last_on, d.latest_action, {_ITS_LAST_STEP},
            d.level = 'state' and d.status = 'passed_second_chamber' and d.jurisdiction not in ({enrolling})
        from session_ends e join documents d on d.jurisdiction = e.jurisdiction and d.session = e.session
        where e.ended_on is not null and d.kind = 'bill' and d.status_reason is null and d.status in
            ({national}) and (d.status in ({marks}) or (d.jurisdiction in {NATIONAL} and e.ended_on <= ?)
                or (d.status = 'passed_second_chamber' and d.level = 'state'))
            and coalesce(d.status_on, '') <= last_on
            and (d.level <> 'state' or d.document_type is null or d.document_type not in ({one_chamber}))""",
        [(date.fromisoformat(today) - SIGNED_WITHIN).isoformat()],
    ).fetchall()
    return [
        tuple(row)
        for *row, latest, its_last_step, may_be_law in rows
        if is_not_agreed(latest)
        or not (may_be_law or (row[1] not in NATIONAL and not its_last_step and is_unsaid(latest)))
    ]


def _end(db: Database, ending: list[tuple[str, str, str, str]]) -> None:
    db.conn.executemany(
        "insert into status_history select ?1, coalesce(max(ordinal), -1) + 1, 'failed', ?2 from status_history "
        "where document_id = ?1",
        [(key, day) for key, _, _, day in ending],
    )
    db.conn.executemany(
        f"update documents set source_status = status, source_status_on = status_on, status = 'failed', status_on = ?, "
        f"status_reason = '{ENDED}' where id = ?",
        [(day, key) for key, _, _, day in ending],
    )


def _revive(db: Database) -> int:
    """Give the source's status back to bills that can still move, or whose last day was another one."""
    keys = db.execute(
        f"""select d.id from documents d left join session_ends e on e.jurisdiction = d.jurisdiction and e.session = d.session
        where d.status_reason = ? and {_LAST_DAY} is not d.status_on""",
        [ENDED],
    ).fetchall()
    db.conn.executemany(
        "delete from status_history where document_id = ?1 and ordinal = (select max(ordinal) from status_history "
        "where document_id = ?1)",
        keys,
    )
    db.conn.executemany(
        "update documents set status = source_status, status_on = source_status_on, status_reason = null, "
        "source_status = null, source_status_on = null where id = ?",
        keys,
    )
    return len(keys)


def _log(db: Database, ending: list[tuple[str, str, str, str]], now: str) -> None:
    """A change for each bill whose session was not over when we last looked; the others ended before we knew them."""
    rows = [
        (
            hashlib.sha256(f"{key}\x1f{ENDED}\x1f{day}".encode()).hexdigest()[:24],
            key,
            now,
            day,
            "ended",
            _WORDS,
        )
        for key, _, _, day in ending
    ]
    db.conn.executemany(
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, ?, ?) "
        "on conflict (id) do nothing",
        rows,
    )


def moved_on(corpus: Path) -> dict[tuple[str, str], str]:
    """The newest day on which a stored bill of each session moved, as of the last update."""
    query = "select jurisdiction, session, moved_on from session_ends where moved_on is not null"
    return {(row[0], row[1]): row[2] for row in stored_state.rows(corpus, query)}
