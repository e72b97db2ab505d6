"""mail.db: who reads what, which issues there are, who got them. Human and personal: only ever gains columns."""

from __future__ import annotations

import hashlib
import hmac

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

mail = Migrations("digest")


def keyed_hash(key: str, text: str, purpose: str = "address") -> str:
    """Hash with a key, so that what is kept for limits and suppressions names nobody."""
    return hmac.new(key.encode(), f"{purpose}\x1f{text}".encode(), hashlib.sha256).hexdigest()[:32]


@mail()
def create_subscribers(db: Database) -> None:
    # `address_key` is how we tell addresses apart; both are emptied when a person leaves. `handle` is part of their links.
    db.execute("""
        create table subscribers (
            id text primary key, list text not null, address text, address_key text, state text not null,
            frequency text not null, language text not null, preferences text not null, handle text not null unique,
            nonce text, created_at text not null, confirmed_at text, left_at text
        ) without rowid""")
    db.execute("create unique index subscribers_by_address on subscribers (address_key, list)")
    db.execute("create index subscribers_by_list on subscribers (list, frequency, state)")
    # Keyed hashes only: who must not be written to, and who asked how often.
    db.execute(
        "create table suppressions (address_hash text primary key, reason text not null, added_at text not null)"
    )
    db.execute("create table requests (asked_at text not null, address_hash text not null, origin_hash text)")
    db.execute("create index requests_by_time on requests (asked_at)")
    db.execute("create table secrets (name text primary key, value text not null) without rowid")


@mail()
def create_issues(db: Database) -> None:
    # The order in which we learned of changes: an issue is a stretch of it, so nothing is told twice and nothing is lost,
    # whatever the clocks say and whoever changes from weekly to daily.
    db.execute("""
        create table ledger (
            position integer primary key autoincrement, change_id text not null unique, document_id text not null,
            seen_at text not null
        )""")
    db.execute("create index ledger_by_time on ledger (seen_at)")
    db.execute("""
        create table digests (
            id text primary key, list text not null, frequency text not null, period text not null, day text not null,
            since integer not null, through integer not null, news_since integer not null, state text not null,
            note text, prepared_at text not null, released_at text
        ) without rowid""")
    db.execute("""
        create table digest_items (
            digest_id text not null references digests(id), ordinal integer not null, document_id text not null,
            entry text not null, primary key (digest_id, ordinal)
        ) without rowid""")
    # `since` and `through` are the stretch of the ledger this person is told of; `digest_id` of other mail begins with
    # "confirm-" and has no row in digests.
    db.execute("""
        create table deliveries (
            digest_id text not null, subscriber_id text not null, state text not null, since integer not null,
            through integer not null, attempts integer not null default 0, next_try_at text, claimed_at text,
            sent_at text, error text, message_id text, items integer, primary key (digest_id, subscriber_id)
        ) without rowid""")
    db.execute("create index deliveries_by_subscriber on deliveries (subscriber_id, state, through)")
    db.execute("create index deliveries_by_message on deliveries (message_id)")


@mail()
def create_alerts(db: Database) -> None:
    # Which events a channel was told; `since` is the place in the ledger where the channel's reading begins.
    db.execute("create table alert_channels (name text primary key, since integer not null, added_at text not null)")
    db.execute("""
        create table alerts (
            channel text not null, event text not null, document_id text not null, state text not null,
            attempts integer not null, claimed_at text not null, settled_at text, primary key (channel, event)
        ) without rowid""")


@mail()
def add_turns_and_who_left(db: Database) -> None:
    # A letter that waits for its turn is `held`; `turn` and `domain_hash` say when it is released (digest.subscribers.limits).
    for column in ("turn integer", "domain_hash text", "released_at text"):
        db.execute(f"alter table deliveries add column {column}")
    db.execute("create index deliveries_held on deliveries (domain_hash, turn) where state = 'held'")
    db.execute("create index deliveries_released on deliveries (released_at) where released_at is not null")
    # A keyed hash of the address. It stays when they leave, so that an old leaving link finds who has come back.
    db.execute("alter table subscribers add column address_hash text")
    db.execute("create index subscribers_by_hash on subscribers (address_hash) where address_hash is not null")
    secret = db.execute("select value from secrets where name = 'links'").fetchone()
    signed_with = secret[0] if secret else ""
    for key, address in db.execute("select id, address_key from subscribers where address_key is not null").fetchall():
        db.execute("update subscribers set address_hash = ? where id = ?", [keyed_hash(signed_with, address), key])


@mail()
def add_editing(db: Database) -> None:
    # When an issue leaves although no editor has sent it, and what an editor chose: `place` (from 1) puts an item first, `hidden`
    # 1 keeps it out.
    db.execute("alter table digests add column leaves_at text")
    db.execute("""
        create table digest_edits (
            digest_id text not null references digests(id), ordinal integer not null, place integer,
            hidden integer not null default 0, edited_at text not null, primary key (digest_id, ordinal)
        ) without rowid""")


@mail()
def create_notices(db: Database) -> None:
    # What people of the office were told (digest.delivery.notices): `event` once for each account, in the delivery of its
    # `batch` (digest_id "notices-<batch>", subscriber_id "staff-<account>"). `notice` is what it said, as JSON.
    db.execute("""
        create table notices (
            account_id integer not null, event text not null, batch integer not null, way text not null,
            notice text not null, queued_at text not null, primary key (account_id, event)
        ) without rowid""")
    db.execute("create index notices_by_batch on notices (batch, account_id)")


@mail()
def add_reports(db: Database) -> None:
    # What the office did, what of its bills moved, and what is next, as JSON (digest.issues.issues.Report): staff lists only.
    db.execute("alter table digests add column report text")
