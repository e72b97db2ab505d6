"""corpus.db, what is derived from the texts: tags, matches, comparisons. `infopolicy rebuild --all` makes them again."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

tags = Migrations("classify")
matches = Migrations("positions")
comparisons = Migrations("comparison")


#: Every table of comparisons, in an order in which they may be emptied.
COMPARED = (
    "shared_passages",
    "shared_texts",
    "look_alikes",
    "look_alike_groups",
    "wording_pairs",
    "signatures",
    "word_frequencies",
    "version_provisions",
    "version_readings",
    "company_provisions",
    "company_readings",
)


@tags()
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


@tags()
def create_agreement(db: Database) -> None:
    # Counts of what staff said of suggested areas: no document, no name. `missed` were confirmed although not suggested.
    db.execute("""
        create table tag_agreement (
            month text not null, area_id text not null, right integer not null, wrong integer not null,
            missed integer not null, drawn integer not null, primary key (month, area_id)
        ) without rowid""")


@tags()
def create_editions(db: Database) -> None:
    # What the versions in `taggings` and `matchings` (`what`) were made of, so that an edit touches only what it must.
    db.execute(
        "create table editions (what text not null, version text not null, edition text not null, "
        "primary key (what, version)) without rowid"
    )


@tags()
def add_grades(db: Database) -> None:
    # `priority` and `priority_score` are what derive.grading made of the model's own (`model_priority`, `model_score`); `why`
    # names the rule that decided. `graded` is a hash of all that the grade rests on and the document's own grade, before
    # companions share theirs; null until it is given.
    db.execute("alter table taggings add column model_priority integer not null default 0")
    db.execute("alter table taggings add column model_score real not null default 0")
    for column in ("graded", "why"):
        db.execute(f"alter table taggings add column {column} text")
    db.execute("update taggings set model_priority = priority, model_score = priority_score")
    db.execute("update taggings set priority = 0 where document_id not in (select document_id from tags)")


@matches()
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


@matches()
def add_reasons(db: Database) -> None:
    db.execute("alter table position_versions add column rationale text")
    db.execute("alter table position_versions add column ended text")
    db.execute("alter table positions add column related text")


@matches()
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


@matches()
def add_messages(db: Database) -> None:
    db.execute("alter table positions add column grade real")
    db.execute("""
        create table position_messages (
            position_id text not null references positions(id), audience text not null, message text not null,
            primary key (position_id, audience)
        ) without rowid""")


@matches()
def add_authority(db: Database) -> None:
    # Whose words a version is: its grade, the passage it rests on and where that was read, who approved it.
    for column in ("grade", "address", "passage", "place", "successor", "review_by", "approved_by", "approved_on"):
        db.execute(f"alter table position_versions add column {column} text")


@matches()
def add_standing(db: Database) -> None:
    # Whether a person confirmed the words for the organization: beside the words themselves, so that no copy of them lacks it.
    for table in ("positions", "position_versions", "position_messages"):
        db.execute(f"alter table {table} add column standing text")


@matches()
def create_brief_parts(db: Database) -> None:
    # The brief of a position: `part` is ask, amount, point, objection or answer; `lead` is whom an ask is for, or the amount.
    db.execute("""
        create table brief_parts (
            position_id text not null references positions(id), part text not null, ordinal integer not null, lead text,
            words text not null, address text, passage text, as_of text, standing text not null, approved_by text,
            approved_on text, primary key (position_id, part, ordinal)
        ) without rowid""")


@comparisons()
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


@comparisons()
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


@comparisons()
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


@comparisons()
def create_company_provisions(db: Database) -> None:
    # What the rules of companies say of the kinds of company_provisions.yml: `what` is "stands" (in the current text, without an
    # address), or new, gone, changed, turned, more or less with the version at `url`. `way` and `words` are those now, the last
    # two before.
    db.execute("""
        create table company_readings (
            document_id text primary key references documents(id), read_from text not null
        ) without rowid""")
    db.execute("""
        create table company_provisions (
            document_id text not null references documents(id), url text not null, changed_on text, ordinal integer not null,
            what text not null, kind text not null, way text, words text, way_before text, words_before text,
            primary key (document_id, url, ordinal)
        ) without rowid""")
    db.execute("create index company_provisions_by_kind on company_provisions (kind, what)")
