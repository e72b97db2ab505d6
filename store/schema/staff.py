"""staff.db: what the machine suggests to staff (derived), and what staff decided (human, append-only; triggers hold that)."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from store.schema.accounts import create_account_tables

suggestions = Migrations("staff")
desk = Migrations("desk")

#: Tables whose rows are facts about what somebody did: nothing may change or remove one.
APPEND_ONLY = (
    "reviews",
    "notes",
    "assignments",
    "snoozes",
    "area_owners",
    "audit",
)  # and those of store.schema.intake


@suggestions()
def create_suggested_stances(db: Database) -> None:
    db.execute("""
        create table suggested_stances (
            document_id text not null, position_id text not null, ordinal integer not null, stance text not null,
            score real not null, reason text not null, field text not null, start integer not null,
            "end" integer not null, words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid""")


@suggestions()
def create_suggested_outcomes(db: Database) -> None:
    # An outcome implies a direction, so it stays with staff until somebody confirms it; null where the text does not tell.
    db.execute("""
        create table suggested_outcomes (
            document_id text not null, position_id text not null, outcome text, reason text not null, field text,
            start integer, "end" integer, words text, primary key (document_id, position_id)
        ) without rowid""")
    db.execute("create table outcome_readings (document_id text primary key, read_from text not null) without rowid")


@suggestions()
def create_stance_readings(db: Database) -> None:
    # What the suggested stances of a document were read from, so that a file that comes from an older backup or a journal is
    # known to lack them. What was suggested before there was this table was read from nobody knows what: it is read again.
    db.execute("create table stance_readings (document_id text primary key, read_from text not null) without rowid")
    db.execute("insert into stance_readings select distinct document_id, '' from suggested_stances")


@suggestions()
def add_whether_shown(db: Database) -> None:
    # `probability`: how likely a specialist would want the position beside the document; `shown` 1 where the public sees it.
    db.execute("alter table suggested_stances add column probability real not null default 0")
    db.execute("alter table suggested_stances add column shown integer not null default 0")


@desk()
def create_accounts(db: Database) -> None:
    create_account_tables(db)


@desk()
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


@desk()
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


@desk()
def forbid_changes(db: Database) -> None:
    for table in APPEND_ONLY:
        for action in ("update", "delete"):
            db.execute(f"""
                create trigger {table}_never_{action} before {action} on {table}
                begin select raise(abort, 'what was decided stays: {table} is only added to'); end""")


@desk()
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


@desk()
def add_sources_of_stances(db: Database) -> None:
    # Where the public can read why: a web address, or the name of a document. Required once a stance is published.
    db.execute("alter table reviews add column source text")


@desk()
def create_notice_choices(db: Database) -> None:
    # What a person wants to hear of (desk.queue.notices): `kinds` is JSON, kind -> since when. A change is in the audit trail.
    db.execute("""
        create table notice_choices (
            account_id integer primary key references accounts(id), way text not null, pace text not null,
            kinds text not null
        )""")


@desk()
def create_calendar_links(db: Database) -> None:
    # The private address of a person's calendar (desk.accounts.calendar_links): a hash of its token.
    db.execute("""
        create table calendar_links (
            account_id integer primary key references accounts(id), token_hash text not null unique, made_at text not null
        )""")


@desk()
def create_current_drafts(db: Database) -> None:
    # A draft of a stance waits until it is replaced, published, dropped, or taken back. That the stance which is public is
    # withdrawn meanwhile (rejected as published) is no decision about the draft.
    db.execute("""
        create view current_drafts as select * from reviews r where r.published = 0 and r.verdict in ('confirm', 'change')
        and r.subject like 'stance%' and r.id = (
            select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
            and o.verdict != 'undo' and not (o.published = 1 and o.verdict = 'reject')
            and not exists (select 1 from reviews u where u.undoes = o.id)
        )""")


@desk()
def add_drafts_of_outcomes(db: Database) -> None:
    # An outcome counts as soon as it is recorded, so what a reviewer proposes is marked as a draft (`draft` 1) and is never the
    # verdict in force: everything that is public, and all that waits, reads current_reviews. A row that drops one is marked, too.
    db.execute("alter table reviews add column draft integer not null default 0")
    db.execute("drop view current_reviews")
    db.execute("""
        create view current_reviews as select * from reviews r where r.id = (
            select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
            and o.draft = 0 and o.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = o.id)
        )""")
    # Of a stance as before; that of an outcome ends with whatever is decided about it since.
    db.execute("drop view current_drafts")
    db.execute("""
        create view current_drafts as select * from reviews r where r.published = 0 and r.verdict in ('confirm', 'change')
        and (r.subject like 'stance%' or r.draft = 1) and r.id = (
            select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
            and o.verdict != 'undo' and not (r.draft = 0 and o.published = 1 and o.verdict = 'reject')
            and not exists (select 1 from reviews u where u.undoes = o.id)
        )""")
