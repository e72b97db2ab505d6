"""ops.db: what only operators need. It fills again by running."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

ops = Migrations("ops")


@ops()
def create_rejects_and_responses(db: Database) -> None:
    db.execute("""
        create table rejects (
            id integer primary key, source text not null, url text not null, reason text not null,
            rejected_at text not null, size integer not null, body blob
        )""")
    # Answers that carried a validator, so that the next crawl can ask "changed since?" (crawlers.download.httpcache).
    db.execute("""
        create table responses (
            fingerprint text primary key, url text not null, status integer not null, headers text not null,
            body blob not null, stored_at text not null
        ) without rowid""")


@ops()
def create_budgets(db: Database) -> None:
    db.execute(
        "create table budgets (source text not null, day text not null, used integer not null, "
        "primary key (source, day)) without rowid"
    )


@ops()
def index_rejects(db: Database) -> None:
    # Whether an address is known to be unreadable is asked for every reject.
    db.execute("create index rejects_by_url on rejects (source, url)")


@ops()
def create_private_files(db: Database) -> None:
    # How far each private file had come when it was last used (operations.loss): an id that says nothing, and a number.
    db.execute(
        "create table private_files (name text primary key, id text not null, counter integer not null) without rowid"
    )
    # What the last reading of every page of a database found (operations.integrity); `problem` is null when it was whole.
    db.execute("create table full_checks (name text primary key, checked_at text not null, problem text) without rowid")


@ops()
def create_webhooks(db: Database) -> None:
    # How far each receiver of webhooks.yml has come in the feed of changes, and the message that it has not taken yet, with
    # the cursor after it (operations.webhooks.delivery). `attempts` are those of that message.
    db.execute("""
        create table webhooks (
            name text primary key, cursor text not null, message text, message_id text, next_cursor text,
            changes integer not null default 0, attempts integer not null default 0, next_try_at text, problem text,
            taken_at text
        ) without rowid""")
