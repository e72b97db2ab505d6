"""The derived tables of corpus.db that say what a document is about. `infopolicy rebuild` makes them again."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

corpus = Migrations("classify")


@corpus()
def create_tags(db: Database) -> None:
    db.execute(
        "create table policy_areas (id text primary key, title text not null, description text, ordinal integer)"
    )
    # What a tagging was derived from: a document whose text or whose version differs from this row is tagged again.
    db.execute("""
        create table taggings (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            priority integer not null, priority_score real not null
        ) without rowid""")
    db.execute("create index taggings_by_priority on taggings (priority_score)")
    db.execute("""
        create table tags (
            document_id text not null references documents(id), area_id text not null, probability real not null,
            primary key (document_id, area_id)
        ) without rowid""")
    db.execute("create index tags_by_area on tags (area_id, probability)")
    # `start` and `end` count characters in the named field of the document, `end` not included.
    db.execute("""
        create table evidence (
            document_id text not null references documents(id), area_id text not null, ordinal integer not null,
            field text not null, start integer not null, "end" integer not null, words text not null, rule text not null,
            primary key (document_id, area_id, ordinal)
        ) without rowid""")


@corpus()
def create_agreement(db: Database) -> None:
    # Counts of what staff said of suggested areas: no document, no name. `missed` were confirmed although not suggested.
    db.execute("""
        create table tag_agreement (
            month text not null, area_id text not null, right integer not null, wrong integer not null,
            missed integer not null, drawn integer not null, primary key (month, area_id)
        ) without rowid""")


@corpus()
def create_editions(db: Database) -> None:
    # What the versions in `taggings` and `matchings` (`what`) were made of, so that an edit touches only what it must.
    db.execute(
        "create table editions (what text not null, version text not null, edition text not null, "
        "primary key (what, version)) without rowid"
    )
