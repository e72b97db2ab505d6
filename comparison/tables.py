"""The derived tables of corpus.db that say where else a text stands. `infopolicy rebuild --all` makes them again."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

corpus = Migrations("comparison")

#: Every table of this room, in an order in which they may be emptied.
TABLES = (
    "shared_passages", "shared_texts", "look_alikes", "look_alike_groups", "wording_pairs", "signatures",
    "word_frequencies", "version_provisions", "version_readings",
)  # fmt: skip


@corpus()
def create_look_alikes(db: Database) -> None:
    # How many wordings have a word, as counted once: the row of "" holds the number of wordings then, that of " " of documents.
    db.execute("create table word_frequencies (word text primary key, wordings integer not null) without rowid")
    # `wording` is one number for the same words of the same jurisdiction; `minhash` and `prints` are what is compared;
    # `compared` is 1 once that was done, so that a run that was cut off goes on where it ended.
    db.execute("""
        create table signatures (
            document_id text primary key references documents(id), text_hash text not null, version text not null,
            wording integer, minhash blob, prints blob, compared integer not null default 0
        )""")
    db.execute("create index signatures_by_wording on signatures (wording)")
    db.execute("create index signatures_to_compare on signatures (document_id) where compared = 0")
    db.execute("""
        create table wording_pairs (
            first integer not null, second integer not null, kind text not null, likeness real not null,
            primary key (first, second)
        ) without rowid""")
    db.execute("create index wording_pairs_by_second on wording_pairs (second)")
    db.execute("""
        create table look_alike_groups (
            id text primary key, kind text not null, title text not null, documents integer not null,
            jurisdictions integer not null, basis text not null
        ) without rowid""")
    db.execute("""
        create table look_alikes (
            group_id text not null references look_alike_groups(id), document_id text not null references documents(id),
            ordinal integer not null, likeness real not null, primary key (group_id, document_id)
        ) without rowid""")
    db.execute("create index look_alikes_by_document on look_alikes (document_id)")


@corpus()
def create_shared_passages(db: Database) -> None:
    # `start` and `end` count characters of the text of the document, `other_start` and `other_end` of the other's text.
    db.execute("""
        create table shared_passages (
            document_id text not null references documents(id), other_id text not null references documents(id),
            ordinal integer not null, start integer not null, "end" integer not null, other_start integer not null,
            other_end integer not null, words integer not null, same real not null,
            primary key (document_id, other_id, ordinal)
        ) without rowid""")
    db.execute("create index shared_passages_by_other on shared_passages (other_id)")
    # The same taken together, in both directions: `share` is the part of the words of the document, boilerplate left out.
    db.execute("""
        create table shared_texts (
            document_id text not null references documents(id), other_id text not null references documents(id),
            words integer not null, share real not null, primary key (document_id, other_id)
        ) without rowid""")
    db.execute("create index shared_texts_by_other on shared_texts (other_id)")


@corpus()
def create_version_provisions(db: Database) -> None:
    # What the provisions of a document's versions were derived from, and those that touch a position.
    db.execute("""
        create table version_readings (
            document_id text primary key references documents(id), read_from text not null
        ) without rowid""")
    db.execute("""
        create table version_provisions (
            document_id text not null references documents(id), url text not null, position_id text not null,
            ordinal integer not null, start integer not null, "end" integer not null, words text not null,
            primary key (document_id, url, position_id, ordinal)
        ) without rowid""")
