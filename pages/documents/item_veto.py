"""Which parts of a law its governor vetoed: its status is that of the rest."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from crawlers.status.governor import said_day
from crawlers.status.states import is_item_veto
from pages.database import Row, first, rows

#: Narrow words of all such sentences, which the rules then read; and what a legislature did about that veto.
_LIKE = "(description like '%veto%' or description like '%in part%')"
_OVERRIDDEN = "(classification = 'veto-override-passage' or description like '%overrid%')"


def item_veto(db: sqlite3.Connection, document: Mapping[str, Any]) -> Row | None:
    """The action by which a governor vetoed parts of a law, or None; `contested`: the legislature voted on overriding that."""
    if document["status"] != "enacted" or document["level"] != "state":
        return None
    sql = f"select acted_on, description from actions where document_id = ? and {_LIKE} order by acted_on, ordinal"
    told = next((row for row in rows(db, sql, [document["id"]]) if is_item_veto(row["description"])), None)
    if told is None:
        return None
    again = f"select 1 from actions where document_id = ? and acted_on >= ? and {_OVERRIDDEN} limit 1"
    contested = first(db, again, [document["id"], told["acted_on"]]) is not None
    return told | {"acted_on": said_day(told["description"], told["acted_on"]), "contested": contested}
