"""staff.db: who may decide, and what they decided. What people decided is only ever added to; triggers hold that.

The file is opened by the commands and by the desk's own pages, never handed to Datasette as a database. What of it the
public may know is written to the table `decisions` of corpus.db (publish.decisions).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

import positions.tables
from desk.intake import intake_schema
from store.private_files import open_private

staff = Migrations("desk")
corpus = Migrations("decisions")

#: Tables whose rows are facts about what somebody did: nothing may change or remove one.
APPEND_ONLY = (
    "reviews",
    "notes",
    "assignments",
    "snoozes",
    "area_owners",
    "audit",
)  # and those of desk.intake.intake_schema


@staff()
def create_accounts(db: Database) -> None:
    create_account_tables(db)


def create_account_tables(db: Database) -> None:
    """Who may enter, who is in, what was tried: of staff, and in another file of partners (desk.partners.partner_tables)."""
    # `name_key` is the name as it is compared. `password` is None for people who come through single sign-on only.
    db.execute("""
        create table accounts (
            id integer primary key, name text not null, name_key text not null unique, email text unique,
            role text not null, unit text, password text, created_at text not null, disabled_at text,
            shortcuts integer not null default 1
        )""")
    db.execute("""
        create table sessions (
            token_hash text primary key, account_id integer not null references accounts(id), started_at text not null,
            expires_at text not null, revoked_at text
        ) without rowid""")
    db.execute("create index sessions_by_account on sessions (account_id, expires_at)")
    # Short hashes only: a password typed into the wrong field must not be found here.
    db.execute("create table attempts (tried_at text not null, name_hash text not null, origin_hash text not null)")
    db.execute("create index attempts_by_time on attempts (tried_at)")
    db.execute("""
        create table audit (
            id integer primary key, happened_at text not null, account_id integer references accounts(id),
            what text not null, about text not null
        )""")


@staff()
def create_reviews(db: Database) -> None:
    # `note` is for staff, `reason` for the public once `published` is 1. `suggestion` is what the machine said at the time,
    # `passage` the words that were seen, `sampled` 1 when the document was drawn at random and not for its rank.
    db.execute("""
        create table reviews (
            id integer primary key autoincrement, document_id text not null, subject text not null, verdict text not null,
            value text, note text, reason text, published integer not null default 0, passage text,
            text_hash text not null, suggestion text not null, reviewer integer not null references accounts(id),
            reviewed_at text not null, undoes integer unique references reviews(id), batch text,
            sampled integer not null default 0
        )""")
    db.execute("create index reviews_by_document on reviews (document_id, subject, id)")
    db.execute("create index reviews_by_reviewer on reviews (reviewer, id)")
    # The verdict in force for each pair: the last one that nobody has taken back.
    db.execute("""
        create view current_reviews as select * from reviews r where r.id = (
            select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
            and o.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = o.id)
        )""")
    # Derived: whether the verdict in force still holds (desk.reviews.verdict_validity). May be made again at any time.
    db.execute("""
        create table standings (
            document_id text not null, subject text not null, review_id integer not null, state text not null,
            why text not null, since text not null, primary key (document_id, subject)
        ) without rowid""")
    db.execute("create index standings_by_state on standings (state)")


@staff()
def create_work(db: Database) -> None:
    db.execute("""
        create table notes (
            id integer primary key, document_id text not null, written_by integer not null references accounts(id),
            written_at text not null, words text not null
        )""")
    db.execute("create index notes_by_document on notes (document_id)")
    # The newest row of a document counts; nobody assigned is a row without a name, awake again one without an end.
    db.execute("""
        create table assignments (
            id integer primary key, document_id text not null, assigned_to integer references accounts(id),
            assigned_by integer not null references accounts(id), assigned_at text not null
        )""")
    db.execute("create index assignments_by_document on assignments (document_id, id)")
    db.execute("""
        create table snoozes (
            id integer primary key, document_id text not null, until_on text, until_change text,
            asked_by integer not null references accounts(id), asked_at text not null
        )""")
    db.execute("create index snoozes_by_document on snoozes (document_id, id)")
    db.execute("""
        create table area_owners (
            id integer primary key, area_id text not null, owner integer references accounts(id),
            handed_by integer not null references accounts(id), handed_at text not null, note text
        )""")
    db.execute("create index area_owners_by_area on area_owners (area_id, id)")
    for table, key in (("assignments", "document_id"), ("snoozes", "document_id"), ("area_owners", "area_id")):
        db.execute(f"""
            create view current_{table} as select * from {table} r
            where r.id = (select max(o.id) from {table} o where o.{key} = r.{key})""")
    db.execute("""
        create table follows (
            account_id integer not null references accounts(id), document_id text not null, since text not null,
            primary key (account_id, document_id)
        ) without rowid""")
    db.execute("""
        create table saved_filters (
            account_id integer not null references accounts(id), name text not null, query text not null,
            primary key (account_id, name)
        ) without rowid""")
    db.execute("""
        create table visits (
            account_id integer primary key references accounts(id), since text, last_at text not null
        )""")


@staff()
def forbid_changes(db: Database) -> None:
    for table in APPEND_ONLY:
        for action in ("update", "delete"):
            db.execute(f"""
                create trigger {table}_never_{action} before {action} on {table}
                begin select raise(abort, 'what was decided stays: {table} is only added to'); end""")


@staff()
def create_waiting(db: Database) -> None:
    # Derived (desk.queue.queue_table): the pairs that are open, and what ranks each document that has any.
    db.execute("""
        create table waiting_pairs (
            document_id text not null, subject text not null, sure real, returned integer not null,
            deferred integer not null, since text, primary key (document_id, subject)
        ) without rowid""")
    db.execute("create index waiting_pairs_by_subject on waiting_pairs (subject, document_id)")
    db.execute("""
        create table waiting (
            document_id text primary key, pairs integer not null, returned integer not null,
            deferred integer not null, returned_at text, doubt real not null, least_sure real,
            priority integer not null, priority_score real not null, latest_on text not null,
            first_seen_at text not null, kind text not null, jurisdiction text not null, congress integer
        ) without rowid""")


@corpus()
def create_decisions(db: Database) -> None:
    # What the public may know of what staff decided. No name, no note, nothing unpublished: publish.decisions is its only writer.
    db.execute("""
        create table decisions (
            document_id text not null references documents(id), subject text not null, verdict text not null, value text,
            reason text, field text, words text, decided_on text not null, primary key (document_id, subject)
        ) without rowid""")
    db.execute("create index decisions_by_subject on decisions (subject, decided_on)")
    # The areas as the public sees them: what the machine found less what staff rejected, and what staff added.
    db.execute("""
        create view shown_tags as
        select t.document_id, t.area_id, t.probability, d.verdict is not null as confirmed from tags t
        left join decisions d on d.document_id = t.document_id and d.subject = 'area:' || t.area_id
        where d.verdict is null or d.verdict = 'confirm'
        union all select d.document_id, substr(d.subject, 6), 1.0, 1 from decisions d
        where d.subject like 'area:%' and d.verdict = 'confirm' and not exists (
            select 1 from tags t where t.document_id = d.document_id and t.area_id = substr(d.subject, 6)
        )""")
    db.execute("""
        create view shown_positions as
        select m.document_id, m.position_id, max(m.score) as score, max(d.verdict is not null) as confirmed
        from position_matches m
        left join decisions d on d.document_id = m.document_id and d.subject = 'position:' || m.position_id
        where d.verdict is null or d.verdict = 'confirm' group by m.document_id, m.position_id
        union all select d.document_id, substr(d.subject, 10), 1.0, 1 from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")


@corpus()
def add_places_and_what_is_shown(db: Database) -> None:
    for column in ("start", "end"):
        db.execute(f'alter table decisions add column "{column}" integer')
    # Sentences that touch a position, less those of positions that staff rejected, and those that staff picked.
    db.execute("""
        create view shown_matches as
        select m.* from position_matches m where not exists (
            select 1 from decisions d where d.document_id = m.document_id and d.verdict = 'reject'
            and d.subject = 'position:' || m.position_id
        )
        union all
        select d.document_id, substr(d.subject, 10), 0, 1.0, d.field, d.start, d."end", d.words from decisions d
        where d.subject like 'position:%' and d.verdict = 'confirm' and d.words is not null and not exists (
            select 1 from position_matches m
            where m.document_id = d.document_id and m.position_id = substr(d.subject, 10)
        )""")
    # One table and a subquery, so that SQLite can look up one document in it within a join.
    db.execute("""
        create view shown_priorities as
        select t.document_id, coalesce((
            select cast(d.value as integer) from decisions d where d.document_id = t.document_id and d.subject = 'priority'
        ), t.priority) as priority from taggings t""")


def open_staff(path: Path, corpus_file: Path | None = None) -> Database:
    """staff.db for reading and writing; it is made, readable by its owner only, when it is not there.

    Args:
        corpus_file: corpus.db, to be attached under the name `corpus`, read-only.

    Raises:
        sqlite3.Error: a file cannot be opened or is no database.
    """
    return open_rows(path, migrate, corpus_file)


def open_rows(path: Path, bring_up: Callable[[Database], object], corpus_file: Path | None) -> Database:
    """Open a private file whose rows are read by column name, with corpus.db attached read-only when it is given."""
    db = open_private(path, bring_up)
    if corpus_file is not None:
        db.execute("attach ? as corpus", [f"{corpus_file.absolute().as_uri()}?mode=ro"])
    db.conn.row_factory = sqlite3.Row
    return db


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One transaction that holds the file from its first look on, so that what is read in it is still true when it writes."""
    db.execute("begin immediate")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.execute("commit")


def migrate(db: Database) -> None:
    for migrations in (positions.tables.staff, staff, intake_schema.staff):
        migrations.apply(db)
