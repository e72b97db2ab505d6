"""opinions.db: what a language model said of documents (second_reader). Machine output, but each answer was paid for."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

opinions = Migrations("second_reader")


@opinions()
def create_readings(db: Database) -> None:
    # One row for each question to a model. It is written before the question with the most that the answer may use, so that a
    # killed run has spent no less than is known, and again when the answer is there. `outcome` is one of
    # second_reader.opinions.OUTCOMES, `answer` the words of the model as they came.
    db.execute("""
        create table readings (
            id integer primary key, document_id text not null, text_hash text not null, model text not null,
            prompt_version text not null, asked_at text not null, outcome text not null, tokens_in integer not null,
            tokens_out integer not null, dollars real not null, seconds real, answer text
        )""")
    db.execute("create index readings_by_document on readings (document_id, id)")
    db.execute("create index readings_by_day on readings (asked_at)")
    # `subject` and `value` are those of a verdict (desk.reviews.subjects); a position that is not at stake has the value
    # "none". The place is a quotation from the document; null where the model gave none that is in it.
    db.execute("""
        create table opinions (
            reading_id integer not null references readings(id), subject text not null, value text not null,
            field text, start integer, "end" integer, words text, primary key (reading_id, subject)
        ) without rowid""")
