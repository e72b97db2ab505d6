"""Documents that staff add by hand: stored in staff.db, and put into corpus.db along with the records of sources.

The id is made by the one function for ids, so that a source that lists the same document later leads and this record fills
what it lacks (crawlers.storage.merge). What people typed is only ever added to; corpus.db can be lost and made again from it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from crawlers.items import Document
from crawlers.storage.merge import BY_HAND, from_json, to_json
from crawlers.storage.observations import without
from crawlers.storage.record import load_document, rewrite, upsert
from desk.accounts import accounts
from desk.accounts.accounts import Account
from store.clock import ago
from store.connect import writing
from store.errors import InvalidInput
from store.writable import Writable

#: Seconds that a page waits for another writer of corpus.db. The next run adds what the page could not.
PATIENCE_SECONDS = 2
#: Documents added longer ago than this are not news when corpus.db is rebuilt.
NEWS_DAYS = 2
#: The status of a document of which no record is left: that staff withdrew theirs tells nothing of the document itself.
GONE = "unrecorded"


class EditConflict(InvalidInput):
    """Somebody changed the same record since the page was opened."""


def add(
    db: Database,
    account: Account,
    document: Document,
    note: str,
    *,
    seen: int,
    now: str,
    gone: bool = False,
    draft: bool = False,
    instead_of: Document | None = None,
) -> None:
    """Keep a record, a correction of it, or with `gone` that it is withdrawn.

    Args:
        draft: for staff only; the public goes on reading what it reads now.
        seen: the number of the row that the page knew for this document, 0 for none.
        instead_of: the draft that this was until now, under another id; it is withdrawn, and never becomes public.

    Raises:
        EditConflict: there is a newer one, or the draft's new id is taken.
    """
    with writing(db):
        newest = current(db, instead_of.id if instead_of else document.id)
        if (newest["id"] if newest else 0) != seen or (instead_of and is_taken(db, document.id, by_draft=True)):
            raise EditConflict("this record has changed since you opened the page")
        if instead_of:
            _write(db, account, instead_of, "", now, gone=True, draft=True)
        _write(db, account, document, note, now, gone=gone, draft=draft)
        what = "corrected a document" if seen else "added a document"
        what = "withdrew a document added by hand" if gone else "drafted a document" if draft else what
        accounts.log(db, account.id, what, document.id, now)


def is_sent_twice(
    db: Database, account: Account, document: Document, note: str, *, seen: int, gone: bool, draft: bool
) -> bool:
    """Whether this is what the same person wrote last, which their page did not know: a form that was sent twice."""
    row = current(db, document.id)
    said = (account.id, _as_kept(document), note.strip() or None, int(gone), int(draft))
    names = ("added_by", "record", "note", "gone", "draft")
    return row is not None and row["id"] != seen and tuple(row[name] for name in names) == said


def _as_kept(document: Document) -> str:
    return json.dumps(to_json(document), ensure_ascii=False)


def _write(db: Database, account: Account, document: Document, note: str, now: str, *, gone: bool, draft: bool) -> None:
    db.execute(
        "insert into hand_documents (document_id, record, gone, note, added_by, added_at, draft) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        [document.id, _as_kept(document), int(gone), note.strip() or None, account.id, now, int(draft)],
    )


def current(db: Database, document_id: str) -> dict[str, Any] | None:
    """The newest row of a document with `document`, or None."""
    row = next(iter(db.query("select * from current_hand_documents where document_id = ?", [document_id])), None)
    return row | {"document": from_json(json.loads(row["record"]))} if row else None


def is_taken(db: Database, document_id: str, *, by_draft: bool = False) -> bool:
    """Whether a document was added by hand under an id.

    Args:
        by_draft: whether a draft wants the id: then one that a withdrawn draft left is free, such as its own of before.
    """
    row = current(db, document_id)
    return row is not None and not (by_draft and row["gone"] and row["draft"])


def public(db: Database, document_id: str) -> Document | None:
    """The record that the public sees, of which a draft is no part; None where there is none."""
    found = db.execute("select record from public_hand_documents where document_id = ?", [document_id]).fetchone()
    return from_json(json.loads(found[0])) if found else None


def listed(db: Database) -> list[dict[str, Any]]:
    """Everything added by hand, newest first, with `name`, `document` and its `fate`: draft, shown, merged, aside, waits, gone.

    Args:
        db: staff.db with corpus.db attached.
    """
    found = db.query(
        """select h.*, a.name, d.source as led_by, d.missing_since, o.source is not null as held
        from current_hand_documents h join accounts a on a.id = h.added_by
        left join corpus.documents d on d.id = h.document_id
        left join corpus.observations o on o.document_id = h.document_id and o.source = ? order by h.id desc""",
        [BY_HAND],
    )
    return [row | {"document": from_json(json.loads(row["record"])), "fate": _fate(row)} for row in found]


def _fate(row: dict[str, Any]) -> str:
    if row["gone"]:
        return "gone"
    if row["draft"]:
        return "correction" if row["led_by"] is not None and not row["missing_since"] else "draft"
    if row["led_by"] is None or (row["led_by"] == BY_HAND and row["missing_since"]):
        return "waits"
    if row["led_by"] == BY_HAND:
        return "shown"
    return "merged" if row["held"] else "aside"


# --------------------------------------------------------------------- into corpus.db


def show(corpus_file: Path, staff: Database, document_id: str, now: str) -> bool:
    """Put one record into corpus.db at once. Return False when another process is writing; the next run then adds it."""
    try:
        with closing(Writable(sqlite3.connect(corpus_file, timeout=PATIENCE_SECONDS, isolation_level=None))) as corpus:
            corpus.execute("pragma foreign_keys = on")
            take_in(corpus, staff, now, [document_id])
    except sqlite3.OperationalError:
        return False
    return True


def take_in(corpus: Database, staff: Database, now: str, only: Iterable[str] | None = None) -> int:
    """Bring corpus.db up to what staff added, corrected and withdrew; a second time changes nothing.

    Args:
        corpus: corpus.db, open for writing.
        only: ids; None for all.

    Returns:
        How many documents are new or differ now.
    """
    wanted = None if only is None else set(only)
    rows = list(staff.query("select * from public_hand_documents order by id"))
    return sum(_take_in(corpus, row, now) for row in rows if wanted is None or row["document_id"] in wanted)


def _take_in(corpus: Database, row: dict[str, Any], now: str) -> int:
    document = from_json(json.loads(row["record"]))
    if row["gone"]:
        return _take_out(corpus, document, row["added_at"])
    old = row["added_at"] < ago(now, days=NEWS_DAYS)
    done = upsert(corpus, [document], now=row["added_at"] if old else now, silent=old)
    if done.refused:
        corpus.execute("delete from provenance where document_id = ? and source = ?", [document.id, BY_HAND])
    return done.added + done.changed


def _take_out(corpus: Database, document: Document, since: str) -> int:
    """Withdraw a record. The records of sources stay; without any, only the title stays, marked as gone."""
    held = corpus.execute(
        "select missing_since is not null and (source <> :by_hand or status = :gone) from documents where id = :id "
        "and exists (select 1 from provenance p where p.document_id = documents.id and p.source = :by_hand)",
        {"id": document.id, "by_hand": BY_HAND, "gone": GONE},
    ).fetchone()
    if held is None or held[0]:
        return 0
    with corpus.atomic():
        rest = without(corpus, document.id, BY_HAND, load_document)
        bare = replace(document, abstract=None, text=None, events=(), status=GONE, status_on=since[:10])
        rewrite(corpus, [rest or bare], now=since)
        if rest is None:
            corpus.execute("update documents set missing_since = ? where id = ?", [since, document.id])
    return 1
