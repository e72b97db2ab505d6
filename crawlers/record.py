"""Writing documents to corpus.db: whole or not at all, and only what differs from what is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from crawlers.changes import Change, differences
from crawlers.items import (
    Action,
    Committee,
    Document,
    Event,
    Law,
    Link,
    Sponsor,
    Summary,
    TextVersion,
    Title,
)  # fmt: skip
from crawlers.tables import PARTS

_PART_TYPES: dict[str, type] = {
    "titles": Title, "summaries": Summary, "actions": Action, "sponsors": Sponsor, "committees": Committee,
    "versions": TextVersion, "laws": Law, "links": Link, "events": Event,
}  # fmt: skip
#: Where a document keeps the lists that all become rows of `terms`, and what the rows are called.
_TERMS = {
    "subjects": "subject", "agencies": "agency", "docket_ids": "docket", "rins": "rin", "cfr_references": "cfr",
    "topics": "topic",
}  # fmt: skip
_COLUMNS = (
    "id", "kind", "source", "jurisdiction", "level", "session", "identifier", "document_type", "chamber", "title",
    "abstract", "text", "url", "status", "status_on", "published_on", "policy_area", "comments_close_on",
    "effective_on", "corrects", "presidential_number",
)  # fmt: skip


@dataclass
class Counts:
    """What one batch did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def add(self, other: Counts) -> None:
        for name in ("added", "changed", "unchanged"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def upsert(db: Database, documents: Sequence[Document], *, now: str, silent: bool) -> Counts:
    """Store a batch in one transaction; a document that is stored as it is costs one look-up.

    Args:
        now: UTC timestamp for first_seen_at, changed_at, fetched_at and seen_at.
        silent: no events, for the first contact with a source (everything would be "new").

    Raises:
        sqlite3.Error: nothing of the batch is stored.
    """
    unique = {document.id: document for document in documents}
    hashes = {key: record_hash(document) for key, document in unique.items()}
    counts = Counts()
    with db.atomic():
        known = _known_hashes(db, unique)
        fresh = [document for key, document in unique.items() if key not in known]
        moved = [document for key, document in unique.items() if key in known and known[key] != hashes[key]]
        changes: list[Change] = []
        if not silent:
            for document in fresh + moved:
                changes += differences(_load(db, document) if document.id in known else None, document)
        _write(db, fresh, moved, hashes, now)
        _write_provenance(db, unique.values(), now)
        _write_changes(db, changes, now)
    counts.added, counts.changed = len(fresh), len(moved)
    counts.unchanged = len(unique) - len(fresh) - len(moved)
    return counts


def record_hash(document: Document) -> str:
    """A hash of everything the source said (but for stamps and validators)."""
    return _hash(_row(document), [_part_rows(document, table) for table in PARTS])


def text_hash(document: Document) -> str:
    """A hash of the fields that are tagged and matched; the same form is computed nowhere else."""
    return _hash(document.title, document.abstract, document.text)


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _row(document: Document) -> dict[str, Any]:
    row = {name: getattr(document, name, None) for name in _COLUMNS}
    row["published_on"] = document.published_on or getattr(document, "introduced_on", None)
    last = document.actions[-1] if document.actions else None
    row["latest_action"] = last.description if last else None
    row["latest_action_on"] = last.acted_on if last else row["published_on"]
    return row


def _part_rows(document: Document, table: str) -> list[tuple[Any, ...]]:
    if table == "terms":
        return [(kind, term) for name, kind in _TERMS.items() for term in getattr(document, name, ())]
    if table == "status_history":
        return list(document.status_history)
    rows = getattr(document, table)
    names = [field.name for field in fields(_PART_TYPES[table])]
    return [tuple(getattr(row, name) for name in names) for row in rows]


def _known_hashes(db: Database, keys: Iterable[str]) -> dict[str, str | None]:
    """The stored hash by id; None for a document that had gone missing, so that its return is a change."""
    rows = db.execute(
        "select id, case when missing_since is null then record_hash end from documents "
        "where id in (select value from json_each(?))",
        [json.dumps(list(keys))],
    )
    return dict(rows.fetchall())


def _write(db: Database, fresh: list[Document], moved: list[Document], hashes: dict[str, str], now: str) -> None:
    rows = [
        _row(document) | {"now": now, "text_hash": text_hash(document), "record_hash": hashes[document.id]}
        for document in fresh + moved
    ]
    if not rows:
        return
    names = [name for name in rows[0] if name != "now"]
    updates = ", ".join(f"{name} = excluded.{name}" for name in names if name != "id")
    sql = (
        f"insert into documents ({', '.join(names)}, first_seen_at, changed_at) "
        f"values ({', '.join(':' + name for name in names)}, :now, :now) "
        f"on conflict (id) do update set {updates}, changed_at = excluded.changed_at, missing_since = null"
    )
    db.conn.executemany(sql, rows)
    for table, columns in PARTS.items():
        db.conn.executemany(f"delete from {table} where document_id = ?", [(document.id,) for document in moved])
        marks = ", ".join("?" * (len(columns) + 2))
        db.conn.executemany(
            f"insert into {table} values ({marks})",
            [
                (document.id, ordinal, *row)
                for document in fresh + moved
                for ordinal, row in enumerate(_part_rows(document, table))
            ],
        )


def _write_provenance(db: Database, documents: Iterable[Document], now: str) -> None:
    db.conn.executemany(
        "insert into provenance values (?, ?, ?, ?, ?) on conflict (document_id, source) do update set "
        "stamp = excluded.stamp, source_url = excluded.source_url, fetched_at = excluded.fetched_at "
        "where stamp is not excluded.stamp or source_url is not excluded.source_url",
        [(document.id, document.source, document.source_url, document.stamp, now) for document in documents],
    )


def _write_changes(db: Database, changes: list[Change], now: str) -> None:
    db.conn.executemany(
        "insert into changes (id, document_id, seen_at, happened_on, kind, summary) values (?, ?, ?, ?, ?, ?) "
        "on conflict (id) do nothing",
        [(each.id, each.document_id, now, each.happened_on, each.kind, each.summary) for each in changes],
    )


def _load(db: Database, document: Document) -> Document:
    """The stored parts of a document, as far as `differences` looks at them."""
    parts: dict[str, Any] = {}
    for table, columns in PARTS.items():
        rows = db.execute(
            f"select {', '.join(columns)} from {table} where document_id = ? order by ordinal", [document.id]
        ).fetchall()
        if table == "status_history":
            parts[table] = tuple(rows)
        elif table in _PART_TYPES:
            names = [field.name for field in fields(_PART_TYPES[table])]
            parts[table] = tuple(_PART_TYPES[table](**dict(zip(names, row, strict=True))) for row in rows)
    return Document(
        id=document.id, kind=document.kind, source=document.source, jurisdiction=document.jurisdiction,
        level=document.level, session=document.session, identifier=document.identifier, title=document.title,
        url=document.url, source_url=document.source_url, **parts,
    )  # fmt: skip


def mark_missing(
    db: Database, source: str, session: str, document_type: str | None, *, listed: set[str], now: str
) -> int:
    """Note since when a complete listing no longer names a document. Nothing is ever deleted. Returns how many are new."""
    rows = db.execute(
        "select id from documents where source = ? and session = ? and (? is null or document_type = ?) "
        "and missing_since is null",
        [source, session, document_type, document_type],
    ).fetchall()
    gone = [(now, key) for (key,) in rows if key not in listed]
    if gone:
        with db.atomic():
            db.conn.executemany("update documents set missing_since = ? where id = ?", gone)
    return len(gone)
