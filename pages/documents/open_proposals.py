"""Proposed rules that are no longer open, as far as is known: decided, overtaken by a later rule of their rulemaking, or old."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Collection

from crawlers.storage.rulemakings import LATEST
from pages.database import marks
from pages.documents import rulemaking


def with_later_rule(db: sqlite3.Connection, ids: Collection[str], today: datetime.date) -> set[str]:
    """Those of some documents in whose rulemaking a rule was published after them, up to today: it may have decided them."""
    found = db.execute(
        f"""select this.document_id from thread_documents this join documents d on d.id = this.document_id
        join thread_documents other using (thread_id) join documents later on later.id = other.document_id
        where this.document_id in ({marks(list(ids))}) and later.document_type = 'Rule'
            and later.published_on > d.published_on and later.published_on <= ?""",
        [*ids, today.isoformat()],
    )
    return {row[0] for row in found}


def overtaken(db: sqlite3.Connection, ids: Collection[str], today: datetime.date) -> set[str]:
    """Those of some documents that are proposed rules which a withdrawal or a rule has decided, or may have."""
    found = db.execute(f"select id from documents where status = 'proposed' and id in ({marks(list(ids))})", list(ids))
    proposed = {row[0] for row in found}
    late = with_later_rule(db, proposed, today)
    return late | rulemaking.answered(db, proposed - late)


def long_ago(db: sqlite3.Connection, ids: Collection[str], today: datetime.date) -> set[str]:
    """Those of some documents that are proposed rules without a date ahead, older than those that final rules still answer.

    Most were never withdrawn, and an agency may take one up again, but nobody should be told to wait for them.
    """
    found = db.execute(
        f"""select id from documents d where status = 'proposed' and published_on < ? and id in ({marks(list(ids))})
        and not exists (select 1 from events e where e.document_id = d.id and e.starts_at >= ?)""",
        [(today - LATEST).isoformat(), *ids, today.isoformat()],
    )
    return {row[0] for row in found}
