"""Tables that staff.db and partners.db share: who may sign in, and rows that are only ever added."""

from __future__ import annotations

from sqlite_utils import Database


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


def only_added_to(db: Database, *tables: str) -> None:
    """Let nothing change or remove a row of these tables."""
    for table in tables:
        for action in ("update", "delete"):
            db.execute(f"""
                create trigger {table}_never_{action} before {action} on {table}
                begin select raise(abort, 'what was said stays: {table} is only added to'); end""")
