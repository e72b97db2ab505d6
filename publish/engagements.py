"""What the organization did, as far as staff made it public: the table `engagements` of corpus.db. This is its only writer.

Letters, sign-ons, testimony, court briefs and comments that happened. Never a meeting, a note, or who signed.
"""

from __future__ import annotations

from sqlite_utils import Database

from store.sync_table import sync_table

#: Kinds of records of advocacy by which the organization spoke to those who decide.
ENGAGEMENTS = ("letter", "own_letter", "testimony", "brief", "comments")
_PUBLIC = f"""
    select record_id, kind, title, document_id, position_id, happened_on, link from current_advocacy
    where public = 1 and happened_on is not null and kind in ({", ".join(f"'{kind}'" for kind in ENGAGEMENTS)})"""


def write_engagements(corpus: Database, staff: Database) -> int:
    """Bring `engagements` up to what staff made public; returns the rows written. In the caller's transaction."""
    return sync_table(corpus, "engagements", [tuple(row) for row in staff.execute(_PUBLIC).fetchall()])
