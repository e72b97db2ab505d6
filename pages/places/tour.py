"""What the guided tour shows: a document and a position that are there, as examples for its steps."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from pages.database import first
from store.constants import ANY_AREA


@dataclass(frozen=True)
class Tour:
    """The ids of the document and the position that serve as examples; None where the site has none yet."""

    document: str | None
    position: str | None


def tour(db: sqlite3.Connection) -> Tour:
    """Choose the newest document that must be seen and touches a position, and the position that it touches most."""
    found = first(
        db,
        """select m.document_id, m.position_id from (
            select document_id, sort_on from listing where area_id = ? and must_see = 1 order by sort_on desc limit 50
        ) newest join position_matches m using (document_id) order by newest.sort_on desc, m.score desc, m.position_id limit 1""",
        [ANY_AREA],
    )
    return Tour(found["document_id"], found["position_id"]) if found else Tour(None, None)
