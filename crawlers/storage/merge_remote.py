"""Collecting on several machines: each crawls its sources into a data folder of its own (a spool), one takes all of them over.

A spool is an ordinary corpus.db, so a crawl there resumes, heals and keeps within its budget as any other. What it holds is
compared by its source's marks of change; taking over again whatever was interrupted writes only what lacks.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawlers.items import Document
from crawlers.storage import districts, people, people_copy, roll_calls
from crawlers.storage.attachments import Proceeding, VersionText, store
from crawlers.storage.merge import from_json
from crawlers.storage.record import Counts, load_document, upsert
from store.errors import InvalidInput
from store.placeholders import marks
from text.changes import read_marks

BATCH = 500
_CHANGES = ("id", "document_id", "happened_on", "kind", "summary")


class BadSpool(InvalidInput):
    """A file that is no spool; the message names it."""


def take_over(db: Database, spool: Path, *, now: str) -> Counts:
    """Bring everything a spool holds into corpus.db: documents, texts, what happened, and how its runs went.

    Args:
        db: corpus.db, open for writing and migrated.
        spool: the other corpus.db; it is only read.

    Raises:
        BadSpool: it is not there, or of another version of this software.
    """
    if not spool.is_file():
        raise BadSpool(f"{spool}: there is no corpus.db to take over; crawl into that folder first")
    with closing(sqlite3.connect(f"{spool.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
        other = Database(connection)
        try:
            counts = _documents(db, other, now)
            _attachments(db, other, now)
            people.store(db, people_copy.people(other), now=now)
            districts.store(db, people_copy.districts(other))
            for batch in people_copy.roll_calls(other):
                # What is news there was told there, as with documents.
                roll_calls.store(db, batch, now=now, is_news=lambda roll: False)
            _changes(db, other, now)
            _missing(db, other)
            _sessions(db, other)
            _runs(db, other)
        except sqlite3.OperationalError as error:
            if "no such" not in str(error):
                raise
            raise BadSpool(f"{spool}: {error}: crawl there with this version first") from error
    return counts


def _documents(db: Database, other: Database, now: str) -> Counts:
    known = {(key, source): (stamp, gone) for key, source, stamp, gone, _ in db.execute(_HELD).fetchall()}
    waiting = (
        (key, source, stamp, url)
        for key, source, stamp, gone, url in other.execute(_HELD).fetchall()
        if not _is_stored(known.get((key, source)), stamp, gone)
    )
    counts = Counts()
    while part := list(islice(waiting, BATCH)):
        said = [replace(_said(other, key, source), stamp=stamp, source_url=url) for key, source, stamp, url in part]
        for documents in _once_each(said):
            # What is news there was told there: its changes are taken over as they are.
            done = upsert(db, documents, now=now, silent=True)
            counts.add(done)
            counts.refused += done.refused
    return counts


_HELD = """
    select p.document_id, p.source, p.stamp, d.missing_since, p.source_url
    from provenance p join documents d on d.id = p.document_id order by p.document_id, p.source"""


def _is_stored(here: tuple[str | None, str | None] | None, stamp: str | None, gone: str | None) -> bool:
    """Whether the spool has no more to say: what went missing here and is back there (or was, since) is stored again."""
    if here is None or here[0] != stamp:
        return False
    return stamp is not None if here[1] is None else here[1] == gone


def _said(other: Database, key: str, source: str) -> Document:
    """What one source said of a document: kept apart where several know it, else the document itself."""
    row = other.execute(
        "select record from observations where document_id = ? and source = ?", [key, source]
    ).fetchone()
    return from_json(json.loads(row[0])) if row else load_document(other, key)


def _once_each(documents: list[Document]) -> Iterator[list[Document]]:
    """The same documents in as few batches as hold each id once: two sources of one document are merged one after the other."""
    while documents:
        batch = {document.id: document for document in reversed(documents)}
        yield list(batch.values())
        documents = [document for document in documents if batch[document.id] is not document]


def _attachments(db: Database, other: Database, now: str) -> None:
    texts = other.execute("select document_id, version, url, text, marks, note from version_texts")
    proceedings = other.query("select * from proceedings")
    here = "select 1 from documents where id = ?"
    while part := texts.fetchmany(BATCH):
        held = [row for row in part if db.execute(here, [row[0]]).fetchone()]
        store(db, [_version_text(row) for row in held], now=now)
    for row in proceedings:
        named = tuple(json.loads(row.pop("document_ids")))
        del row["fetched_at"], row["missing_since"]
        store(db, [Proceeding(**row, document_ids=named)], now=now)


def _version_text(row: Sequence[Any]) -> VersionText:
    key, version, url, text, marks, note = row
    found = None if marks is None else tuple(read_marks(marks))
    return VersionText(document_id=key, version=version, url=url, text=text, marks=found, note=note)


def _changes(db: Database, other: Database, now: str) -> None:
    rows = other.execute(f"select {', '.join(_CHANGES)} from changes")
    with db.atomic():
        while part := rows.fetchmany(BATCH):
            db.conn.executemany(
                f"insert into changes ({', '.join(_CHANGES)}, seen_at) select ?, ?, ?, ?, ?, ? "
                "where exists (select 1 from documents where id = ?2) on conflict (id) do nothing",
                [(*row, now) for row in part],
            )


def _missing(db: Database, other: Database) -> None:
    """What its source no longer lists there and nobody else lists here."""
    gone = other.execute("select missing_since, id, source from documents where missing_since is not null").fetchall()
    with db.atomic():
        db.conn.executemany(
            "update documents set missing_since = ? where id = ? and source = ? and missing_since is null "
            "and (select count(*) from provenance where document_id = documents.id) = 1",
            gone,
        )


def _sessions(db: Database, other: Database) -> None:
    """What the sources state of their sessions, where nothing newer is known here; session_ends follow from it."""
    names = [column.name for column in other.table("sessions").columns]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    with db.atomic():
        db.conn.executemany(
            f"insert into sessions ({', '.join(names)}) values ({marks(names)}) "
            f"on conflict (jurisdiction, session, source) do update set {updates} where excluded.seen_at > seen_at",
            other.execute(f"select {', '.join(names)} from sessions").fetchall(),
        )


def _runs(db: Database, other: Database) -> None:
    """How each run went, so that coverage, baselines and warnings are known here; those under way there wait."""
    known = set(db.execute("select source, started_at from runs").fetchall())
    with db.atomic():
        for row in other.query("select * from runs where state != 'running' order by id"):
            if (row["source"], row["started_at"]) not in known:
                row.pop("id")
                db.table("runs").insert(row)
