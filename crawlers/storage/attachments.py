"""What belongs to documents without being a part of them: the text of each version, and committee proceedings that name bills.

These have their own marks of change and come from other addresses than the document, so they have tables of their own
(crawlers.storage.tables). Written by the record pipeline, after the documents of the same batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlite_utils import Database

from crawlers.storage import stored_state
from store.placeholders import marks
from text.changes import Mark


@dataclass(frozen=True, kw_only=True)
class VersionText:
    """The full text of one version of a document. `text` is None where the source has none (404), final for this address.

    `marks` are the (start, end, "added" or "struck") of what it changes, None where the file was not read for them; `note` is
    "forbidden" where robots.txt asks us not to fetch it, "unreadable" where the file holds no words.
    """

    document_id: str
    version: str
    url: str
    text: str | None
    marks: tuple[Mark, ...] | None = None
    note: str | None = None


#: The state of a meeting that was called off; all other words are the source's own.
CANCELED = "Canceled"


@dataclass(frozen=True, kw_only=True)
class Proceeding:
    """A committee meeting, a hearing's transcript or an amendment, and the bills it names.

    `kind` is meeting, floor (a chamber sits), hearing or amendment; `stamp` the source's mark of change; `starts_at` local time
    in `timezone` (a plain date for what has no hour); `state` the source's own word ("Scheduled", "Canceled"); `meeting_id`
    the meeting whose transcript a hearing is.
    """

    id: str
    source: str
    session: str
    kind: str
    stamp: str
    title: str
    url: str
    starts_at: str | None = None
    timezone: str | None = None
    state: str | None = None
    committee: str | None = None
    meeting_id: str | None = None
    jurisdiction: str = "us"
    place: str | None = None
    document_ids: tuple[str, ...] = ()

    def stamped(self, stamp: str) -> Proceeding:
        return replace(self, stamp=stamp)


Attachment = VersionText | Proceeding
_PROCEEDING = (
    "id",
    "source",
    "session",
    "kind",
    "stamp",
    "title",
    "url",
    "starts_at",
    "timezone",
    "state",
    "committee",
    "meeting_id",
    "jurisdiction",
    "place",
)


def store(db: Database, attachments: Iterable[Attachment], *, now: str) -> None:
    """Write attachments, in one transaction; what is stored as it is costs no write. The documents must be there."""
    found = list(attachments)
    with db.atomic():
        db.conn.executemany(
            "insert into version_texts (document_id, version, url, text, fetched_at, marks, note) values (?, ?, ?, ?, ?, ?, ?) "
            "on conflict (document_id, url) do update set version = excluded.version, text = excluded.text, "
            "fetched_at = excluded.fetched_at, marks = excluded.marks, note = excluded.note "
            "where (version, text, marks, note) is not (excluded.version, excluded.text, excluded.marks, excluded.note)",
            [
                (x.document_id, x.version, x.url, x.text, now, None if x.marks is None else json.dumps(x.marks), x.note)
                for x in found
                if isinstance(x, VersionText)
            ],
        )
        columns = (*_PROCEEDING, "document_ids", "fetched_at")
        updates = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
        db.conn.executemany(
            f"insert into proceedings ({', '.join(columns)}) values ({marks(columns)}) "
            f"on conflict (id) do update set {updates} where stamp is not excluded.stamp",
            [
                (*(getattr(x, name) for name in _PROCEEDING), json.dumps(x.document_ids), now)
                for x in found
                if isinstance(x, Proceeding)
            ],
        )


def stored_proceedings(corpus: Path, *, source: str, session: str) -> dict[str, Proceeding]:
    """What is stored of a session's proceedings, by id; empty where there is no corpus yet."""
    sql = f"select {', '.join(_PROCEEDING)}, document_ids from proceedings where source = ? and session = ?"
    found = {}
    for *values, ids in stored_state.rows(corpus, sql, [source, session]):
        each = Proceeding(**dict(zip(_PROCEEDING, values, strict=True)), document_ids=tuple(json.loads(ids)))
        found[each.id] = each
    return found
