"""What ALA holds and which provisions touch it (corpus.db, derived), and what is for staff alone (staff.db).

A suggested stance is for staff: the public table names the position and the provision only, never a direction.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

corpus = Migrations("positions")
staff = Migrations("staff")


@corpus()
def create_positions(db: Database) -> None:
    db.execute("""
        create table positions (
            id text primary key, title text not null, statement text not null, area_id text not null, areas text not null,
            owner_units text, partners text, core_values text, source_url text, confidence text, ordinal integer
        )""")
    db.execute("""
        create table position_versions (
            position_id text not null references positions(id), ordinal integer not null, name text, section text,
            body text, adopted text, revised text, statement text, confidence text, primary key (position_id, ordinal)
        ) without rowid""")
    # What the matches of a document were derived from; `areas` are those it carried at the time.
    db.execute("""
        create table matchings (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            areas text not null
        ) without rowid""")
    db.execute("""
        create table position_matches (
            document_id text not null references documents(id), position_id text not null, ordinal integer not null,
            score real not null, field text not null, start integer not null, "end" integer not null,
            words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid""")
    db.execute("create index position_matches_by_position on position_matches (position_id, score)")


@corpus()
def add_reasons(db: Database) -> None:
    db.execute("alter table position_versions add column rationale text")
    db.execute("alter table position_versions add column ended text")
    db.execute("alter table positions add column related text")


@corpus()
def create_outcomes(db: Database) -> None:
    # What staff confirmed, one row for each document and position; `went` is yes, partly or no, null where no side was taken.
    db.execute("""
        create table outcomes (
            document_id text not null references documents(id), position_id text not null,
            outcome text not null, went text, status text not null, ended_on text, words text, decided_on text not null,
            primary key (document_id, position_id)
        ) without rowid""")
    db.execute("create index outcomes_by_position on outcomes (position_id)")
    # The same counted: all of it, by position, area, year and level.
    db.execute("""
        create table scorecard (
            dimension text not null, value text not null, decided integer not null, yes integer not null,
            partly integer not null, no integer not null, untold integer not null, share real,
            primary key (dimension, value)
        ) without rowid""")


@corpus()
def add_messages(db: Database) -> None:
    db.execute("alter table positions add column grade real")
    db.execute("""
        create table position_messages (
            position_id text not null references positions(id), audience text not null, message text not null,
            primary key (position_id, audience)
        ) without rowid""")


@staff()
def create_suggested_stances(db: Database) -> None:
    db.execute("""
        create table suggested_stances (
            document_id text not null, position_id text not null, ordinal integer not null, stance text not null,
            score real not null, reason text not null, field text not null, start integer not null,
            "end" integer not null, words text not null, primary key (document_id, position_id, ordinal)
        ) without rowid""")


@staff()
def create_suggested_outcomes(db: Database) -> None:
    # An outcome implies a direction, so it stays with staff until somebody confirms it; null where the text does not tell.
    db.execute("""
        create table suggested_outcomes (
            document_id text not null, position_id text not null, outcome text, reason text not null, field text,
            start integer, "end" integer, words text, primary key (document_id, position_id)
        ) without rowid""")
    db.execute("create table outcome_readings (document_id text primary key, read_from text not null) without rowid")


@staff()
def create_stance_readings(db: Database) -> None:
    # What the suggested stances of a document were read from, so that a file that comes from an older backup or a journal is
    # known to lack them. What was suggested before there was this table was read from nobody knows what: it is read again.
    db.execute("create table stance_readings (document_id text primary key, read_from text not null) without rowid")
    db.execute("insert into stance_readings select distinct document_id, '' from suggested_stances")
