"""Writing documents to corpus.db: whole or not at all, and only what differs from what is stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlite_utils import Database

from crawlers.items import (
    Action,
    Bill,
    Committee,
    Document,
    Event,
    Law,
    Link,
    Listing,
    Regulation,
    Sponsor,
    Summary,
    TextVersion,
    Title,
)
from crawlers.status.latest_action import latest_action
from crawlers.storage.changes import Change, differences
from crawlers.storage.observations import put_together
from store.placeholders import marks
from store.schema.observed import PARTS

_PART_TYPES: dict[str, type] = {
    "titles": Title,
    "summaries": Summary,
    "actions": Action,
    "sponsors": Sponsor,
    "committees": Committee,
    "versions": TextVersion,
    "laws": Law,
    "links": Link,
    "events": Event,
}
CLASSES: dict[str, type[Document]] = {"bill": Bill, "regulation": Regulation}
#: Where a document keeps the lists that all become rows of `terms`, and what the rows are called.
_TERMS = {
    "subjects": "subject",
    "agencies": "agency",
    "docket_ids": "docket",
    "rins": "rin",
    "cfr_references": "cfr",
    "citations": "citation",
    "topics": "topic",
}
_COLUMNS = (
    "id",
    "kind",
    "source",
    "jurisdiction",
    "level",
    "session",
    "identifier",
    "document_type",
    "chamber",
    "title",
    "abstract",
    "text",
    "url",
    "status",
    "status_on",
    "published_on",
    "policy_area",
    "comments_close_on",
    "effective_on",
    "corrects",
    "presidential_number",
)


@dataclass
class Counts:
    """What one batch did."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    #: Documents under an id that another source uses for something else: a person must look.
    refused: list[Document] = field(default_factory=list)

    def add(self, other: Counts) -> None:
        for name in ("added", "changed", "unchanged"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def upsert(db: Database, documents: Sequence[Document], *, now: str, silent: bool, reread: bool = False) -> Counts:
    """Store a batch in one transaction; a document that is stored as it is costs one look-up.

    Args:
        now: UTC timestamp for first_seen_at, changed_at, fetched_at and seen_at.
        silent: no events, for the first contact with a source (everything would be "new").
        reread: the source is read again although it says that nothing has changed. A document that bears the stamp with
            which it is stored gets no event: what differs is how we read it.

    Raises:
        sqlite3.Error: nothing of the batch is stored.
    """
    counts = Counts()
    with db.atomic():
        together, refused = put_together(db, documents, now=now, load=load_document)
        unique = {document.id: document for document in together}
        hashes = {key: record_hash(document) for key, document in unique.items()}
        known = _known_hashes(db, unique)
        fresh = [document for key, document in unique.items() if key not in known]
        moved = [document for key, document in unique.items() if key in known and known[key] != hashes[key]]
        changes: list[Change] = []
        if not silent:
            same = _with_the_same_stamp(db, documents) if reread else set()
            for document in (each for each in fresh + moved if each.id not in same):
                changes += differences(load_document(db, document.id) if document.id in known else None, document)
        _write(db, fresh, moved, hashes, now)
        not_stored = {document.id for document in refused}
        _write_provenance(db, [document for document in documents if document.id not in not_stored], now)
        _write_changes(db, changes, now)
    counts.added, counts.changed, counts.refused = len(fresh), len(moved), refused
    counts.unchanged = len(unique) - len(fresh) - len(moved)
    return counts


def rewrite(db: Database, documents: Sequence[Document], *, now: str) -> None:
    """Store documents that are known in another form of ours: no event, no provenance, in one transaction.

    What its source no longer lists stays marked: nobody has asked the source.
    """
    hashes = {document.id: record_hash(document) for document in documents}
    with db.atomic():
        _write(db, [], list(documents), hashes, now, listed=False)


def rewrite_latest(db: Database, documents: Iterable[Document]) -> None:
    """Store which action of known documents is their latest, and the hash that follows from it: nothing else of them has changed.

    When they changed last stays as it is: their texts need not be asked for again.
    """
    rows = [_row(document) | {"hash": record_hash(document)} for document in documents]
    sql = (
        "update documents set latest_action = :latest_action, latest_action_on = :latest_action_on, record_hash = :hash "
        "where id = :id"
    )
    with db.atomic():
        db.conn.executemany(sql, rows)


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
    last = latest_action(document.actions, jurisdiction=document.jurisdiction, source=document.source)
    row["latest_action"] = last.description if last else None
    row["latest_action_on"] = last.acted_on if last else row["published_on"]
    return row


def _part_rows(document: Document, table: str) -> list[tuple[Any, ...]]:
    """The rows as SQLite keeps them (no booleans), so that a document read back has the same hash."""
    if table == "terms":
        return [(kind, term) for name, kind in _TERMS.items() for term in getattr(document, name, ())]
    if table == "status_history":
        return list(document.status_history)
    rows = getattr(document, table)
    names = [field.name for field in fields(_PART_TYPES[table])]
    return [tuple(_plain(getattr(row, name)) for name in names) for row in rows]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


def _known_hashes(db: Database, keys: Iterable[str]) -> dict[str, str | None]:
    """The stored hash by id; None for a document that had gone missing, so that its return is a change."""
    rows = db.execute(
        "select id, case when missing_since is null then record_hash end from documents "
        "where id in (select value from json_each(?))",
        [json.dumps(list(keys))],
    )
    return dict(rows.fetchall())


def _with_the_same_stamp(db: Database, documents: Sequence[Document]) -> set[str]:
    """The ids of those whose source gives the mark of change with which they are stored."""
    stamps = {(document.id, document.source): document.stamp for document in documents if document.stamp}
    rows = db.execute(
        "select document_id, source, stamp from provenance where document_id in (select value from json_each(?))",
        [json.dumps([key for key, _ in stamps])],
    )
    return {key for key, source, stamp in rows.fetchall() if stamp and stamps.get((key, source)) == stamp}


def _write(
    db: Database, fresh: list[Document], moved: list[Document], hashes: dict[str, str], now: str, *, listed: bool = True
) -> None:
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
        f"on conflict (id) do update set {updates}, changed_at = excluded.changed_at, "
        f"{'missing_since = null, ' if listed else ''}status_reason = null, source_status = null, source_status_on = null"
    )
    db.conn.executemany(sql, rows)
    # Who a sponsor is goes by the place in the list; it is worked out again (crawlers.storage.person_links).
    db.conn.executemany("delete from sponsor_people where document_id = ?", [(document.id,) for document in moved])
    for table, columns in PARTS.items():
        # Dates that meetings set have negative ordinals and a writer of their own (crawlers.storage.meetings).
        db.conn.executemany(
            f"delete from {table} where document_id = ? and ordinal >= 0", [(document.id,) for document in moved]
        )
        own = ("document_id", "ordinal", *columns)
        db.conn.executemany(
            f"insert into {table} ({', '.join(own)}) values ({marks(own)})",
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


def load_document(db: Database, key: str) -> Document:
    """A stored document with all its parts, as its source said it; stamps and validators are not part of it.

    What follows from the end of its session (crawlers.storage.session_ends) is left out.
    """
    columns = (*_COLUMNS, "source_url")
    row = db.execute(
        f"select {', '.join('d.' + name for name in _COLUMNS)}, p.source_url, d.status_reason, d.source_status, "
        "d.source_status_on from documents d "
        "join provenance p on p.document_id = d.id and p.source = d.source where d.id = ?",
        [key],
    ).fetchone()
    *row, reason, source_status, source_status_on = row
    values: dict[str, Any] = dict(zip(columns, row, strict=True))
    if reason:
        values |= {"status": source_status, "status_on": source_status_on}
    dates = db.execute(
        "select kind, starts_at, timezone, description, recorded from events where document_id = ? and ordinal >= 0 "
        "order by ordinal",
        [key],
    ).fetchall()
    values["events"] = tuple(recorded_event(*each) for each in dates)
    for table, names in PARTS.items():
        if table == "events":
            continue
        rows = db.execute(
            f"select {', '.join(names)} from {table} where document_id = ? order by ordinal", [key]
        ).fetchall()
        if table == "status_history":
            values[table] = tuple(rows[:-1] if reason else rows)
        elif table == "terms":
            values |= {name: tuple(term for kind, term in rows if kind == word) for name, word in _TERMS.items()}
        else:
            part = _PART_TYPES[table]
            fieldnames = [field.name for field in fields(part)]
            values[table] = tuple(part(**dict(zip(fieldnames, each, strict=True))) for each in rows)
    values["introduced_on"] = values["published_on"]
    cls = CLASSES.get(values["kind"], Document)
    known = {field.name for field in fields(cls)}
    return cls(**{name: value for name, value in values.items() if name in known})


def recorded_event(kind: str, starts_at: str, timezone: str, description: str | None, recorded: str | None) -> Event:
    """A date as its document's own record gives it, from its row of `events`, without what a meeting adds."""
    if recorded:
        return Event(**json.loads(recorded))
    return Event(kind=kind, starts_at=starts_at, timezone=timezone, description=description)


def mark_missing(db: Database, listing: Listing, *, now: str) -> int:
    """Note since when a complete listing no longer names a document. Nothing is ever deleted. Returns how many are new."""
    gone = sorted(stored_ids(db, listing) - set(listing.document_ids))
    # Where another source lists it still, this listing alone cannot tell.
    shared = db.execute(
        "select document_id from provenance where source <> ? and document_id in (select value from json_each(?))",
        [listing.source, json.dumps(gone)],
    )
    elsewhere = {key for (key,) in shared.fetchall()}
    gone = [key for key in gone if key not in elsewhere]
    if gone:
        with db.atomic():
            db.conn.executemany("update documents set missing_since = ? where id = ?", [(now, key) for key in gone])
    return len(gone)


def stored_ids(db: Database, listing: Listing) -> set[str]:
    """The documents of a listing's session, part and days that its source has given and that have not gone missing."""
    rows = db.execute(
        "select p.document_id from provenance p join documents d on d.id = p.document_id "
        "where p.source = :source and d.jurisdiction = :jurisdiction and d.session = :session "
        "and (:part = '' or d.document_type = :part) "
        "and (:first is null or d.published_on >= :first) and (:last is null or d.published_on <= :last) "
        "and d.missing_since is null",
        {
            "source": listing.source,
            "jurisdiction": listing.jurisdiction,
            "session": listing.session,
            "part": listing.part,
            "first": listing.first_on,
            "last": listing.last_on,
        },
    )
    return {key for (key,) in rows.fetchall()}
