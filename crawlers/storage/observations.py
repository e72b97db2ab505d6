"""Keeping what each source said of one document, and putting it together (crawlers.storage.merge)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from sqlite_utils import Database

from crawlers.items import Document
from crawlers.sources import load_sources
from crawlers.storage.merge import BY_HAND, from_json, merge, said_by, same_document, to_json

#: Reads a document of a single source back from its tables.
Load = Callable[[Database, str], Document]


def put_together(
    db: Database, documents: Iterable[Document], *, now: str, load: Load
) -> tuple[list[Document], list[Document]]:
    """The documents to store, merged where another source knows them too, and those that cannot be the same document.

    Writes observations and field_provenance of the merged ones; call it inside the transaction that stores them.
    """
    unique = {document.id: document for document in documents}
    others = _other_sources(db, unique)
    stored: list[Document] = []
    refused: list[Document] = []
    for key, document in unique.items():
        if key not in others:
            stored.append(document)
            continue
        said = _observations(db, key, load)
        said.pop(document.source, None)
        if BY_HAND in said and not same_document(said[BY_HAND], document):
            # Who typed it took the number of something else: the source is believed. Where it was fetched is still needed
            # to tell what changed; desk.intake.manual_documents removes that.
            db.execute("delete from observations where document_id = ? and source = ?", [key, BY_HAND])
            del said[BY_HAND]
            if not said:
                stored.append(document)
                continue
        if not all(same_document(other, document) for other in said.values()):
            refused.append(document)
            continue
        said[document.source] = document
        _write(db, key, said, now)
        stored.append(merge(_by_rank(said.values())))
    return stored, refused


def without(db: Database, key: str, source: str, load: Load) -> Document | None:
    """A document as the other sources tell it, and what this one said forgotten; None when no other tells of it.

    Call it inside the transaction that stores the result.
    """
    said = _observations(db, key, load)
    said.pop(source, None)
    if not said:
        return None
    _forget(db, key, source)
    return merge(_by_rank(said.values()))


def derive_again(db: Database, source: str, again: Callable[[Document], Document]) -> None:
    """Bring what a source said of documents that another source knows, too, up to new rules.

    Its old form would return with the next word of the other.
    """
    found = db.execute("select document_id, record from observations where source = ?", [source])
    said = ((key, from_json(json.loads(record))) for key, record in found)
    changed = [(_record(new), key, source) for key, old in said if (new := again(old)) != old]
    with db.atomic():
        db.conn.executemany("update observations set record = ? where document_id = ? and source = ?", changed)


def _record(document: Document) -> str:
    return json.dumps(to_json(document), ensure_ascii=False)


def _forget(db: Database, key: str, source: str) -> None:
    for table in ("observations", "field_provenance", "provenance"):
        db.execute(f"delete from {table} where document_id = ? and source = ?", [key, source])


def _other_sources(db: Database, unique: dict[str, Document]) -> set[str]:
    rows = db.execute(
        "select document_id, source from provenance where document_id in (select value from json_each(?))",
        [json.dumps(list(unique))],
    )
    return {key for key, source in rows.fetchall() if source != unique[key].source}


def _observations(db: Database, key: str, load: Load) -> dict[str, Document]:
    rows = db.execute("select source, record from observations where document_id = ?", [key]).fetchall()
    if rows:
        return {source: from_json(json.loads(record)) for source, record in rows}
    first = load(db, key)
    return {first.source: first}


def _by_rank(documents: Iterable[Document]) -> list[Document]:
    order = {name: rank for rank, name in enumerate(load_sources())}
    return sorted(documents, key=lambda document: (order.get(document.source, len(order)), document.source))


def _write(db: Database, key: str, said: dict[str, Document], now: str) -> None:
    db.conn.executemany(
        "insert into observations values (?, ?, ?, ?) on conflict (document_id, source) do update set "
        "record = excluded.record, seen_at = excluded.seen_at where record is not excluded.record",
        [(key, source, now, _record(each)) for source, each in said.items()],
    )
    db.conn.executemany(
        "insert into field_provenance values (?, ?, ?, ?) on conflict do nothing",
        [(key, field, source, now) for field, source in said_by(list(said.values()))],
    )
