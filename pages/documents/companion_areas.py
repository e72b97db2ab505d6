"""Areas of a document that the public sees for the sake of a bill of which a source says that it is the same."""

from __future__ import annotations

import sqlite3

from pages.database import Row, rows
from store.constants import SAME_BILL, SHOWN_FROM


def companions_of_areas(db: sqlite3.Connection, document_id: str) -> dict[str, Row]:
    """By area in which the document itself is doubtful, the bill with which it is public: id, identifier, and whether the source
    calls it identical."""
    found = rows(
        db,
        f"""select c.area_id, d.id, d.identifier, max(lower(same.kind) like 'identical%') as identical
        from (
            select linked_id as id, kind from links where document_id = ?1
            union all select document_id, kind from links where linked_id = ?1
        ) same join documents d on d.id = same.id join shown_tags c on c.document_id = d.id
        join tags t on t.document_id = ?1 and t.area_id = c.area_id and t.probability < {SHOWN_FROM}
        where lower(same.kind) in ({SAME_BILL}) and (c.confirmed or c.probability >= {SHOWN_FROM})
        group by c.area_id, d.id order by identical, d.id desc""",
        [document_id],
    )
    return {row["area_id"]: row for row in found}
