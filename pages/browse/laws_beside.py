"""The bill that became law beside one of its session that is undecided, or that failed or was withdrawn: one that its source
calls its companion, one that has the same title and summary, or one of the other chamber that has the same title, where neither
has a summary. It says less than `publish.identical_law`: lists count the bill as they did."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import NamedTuple

from pages.database import marks, rows
from publish.identical_law import UNDECIDED


class LawBeside(NamedTuple):
    """``by``: "companion" where a source calls the two so, else the "words" or the "title" that they share."""

    by: str
    id: str
    identifier: str


def laws_beside(db: sqlite3.Connection, ids: Collection[str]) -> dict[str, LawBeside]:
    """Document -> the law beside it, a companion before one of the same words, and that before one of the same title.

    The cross joins keep SQLite from reading all laws.
    """
    these = list(ids)
    found = rows(
        db,
        f"""select d.id as here, o.id, o.identifier,
            iif(beside.companion, 'companion', iif(d.abstract <> '', 'words', 'title')) as by
        from (
            select document_id as here, linked_id as there, 1 as companion from links
                where document_id in ({marks(these)}) and kind = 'companion'
            union all select linked_id, document_id, 1 from links
                where linked_id in ({marks(these)}) and kind = 'companion'
            union all select a.document_id, b.document_id, 0
                from look_alikes a join look_alike_groups g on g.id = a.group_id and g.kind = 'companion'
                join look_alikes b on b.group_id = a.group_id
                where a.document_id in ({marks(these)})
        ) beside cross join documents d on d.id = beside.here cross join documents o on o.id = beside.there
        where d.kind = 'bill' and d.status in ({UNDECIDED}, 'failed', 'withdrawn')
            and o.kind = 'bill' and o.status = 'enacted' and o.jurisdiction = d.jurisdiction and o.session = d.session
            and (beside.companion or (o.title = d.title and coalesce(o.abstract, '') = coalesce(d.abstract, '')
                and (d.abstract <> '' or (d.chamber, o.chamber) in (values ('lower', 'upper'), ('upper', 'lower')))))
        order by beside.companion, o.status_on desc, o.id desc""",
        [*these, *these, *these],
    )
    return {row["here"]: LawBeside(row["by"], row["id"], row["identifier"]) for row in found}
