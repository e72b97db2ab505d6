"""What could not be read or stored: kept in ops.db with its body, and counted for the run."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

from sqlite_utils import Database

from crawlers.items import Document, Reject
from crawlers.storage.runs import Run
from crawlers.storage.validation import storable
from store.clock import utc_now
from store.redaction import without_secrets

#: Bytes of a body that are kept, before they are compressed.
KEPT_BODY = 1024 * 1024


@dataclass
class Rejects:
    """The rejects of one run, which counts the records among them.

    `ids` are the documents among them. `unheard` counts the records that no earlier run has had, `lost` the listings and bulk
    files, without which nobody knows what is lacking, and `first_lost` says why the first of them could not be read.
    """

    ops: Database
    run: Run
    ids: set[str] = field(default_factory=set)
    unheard: int = 0
    lost: int = 0
    first_lost: str = ""

    def keep(self, item: Reject) -> None:
        """Store one, without the keys that its address or body may hold."""
        url, reason = _printable(item.url), _printable(item.reason)
        if item.document_id:
            self.ids.add(item.document_id)
            self.run.rejected += 1
            known = "select 1 from rejects where source = ? and url = ? limit 1"
            self.unheard += not self.ops.execute(known, [item.source, url]).fetchone()
        else:
            self.lost += 1
            self.first_lost = self.first_lost or reason
        row = {
            "source": item.source,
            "url": url,
            "reason": reason,
            "rejected_at": utc_now(),
            "size": len(item.body),
            "body": zlib.compress(without_secrets(item.body)[:KEPT_BODY]),
        }
        self.ops.table("rejects").insert(row)


def conflict(document: Document) -> Reject:
    """A document whose number belongs to another one at another source."""
    return _reject(
        document,
        f"{document.id} is something else at another source: {document.title!r} shares no date, sponsor or title",
    )


def emptied(document: Document, stored: int) -> Reject:
    """A document that comes without any of its actions, of which some are stored."""
    return _reject(
        document,
        f"{document.id} comes without an action, and {stored:,} are stored: taken for cut off, it stays as it is",
    )


def _reject(document: Document, reason: str) -> Reject:
    return Reject(source=document.source, url=document.source_url, document_id=document.id, reason=reason)


def _printable(text: str) -> str:
    return without_secrets(storable(text).encode()).decode()
