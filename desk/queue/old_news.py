"""Which documents have old news: the desk says so beside their status, as the public page of a document does."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from pages.documents.session_status import COLLECTED_UNTIL, SESSION_END, silent_since, unheard_since
from pages.http.formatting import date_in_words


def old_news(db: Database, document_ids: Sequence[str], today: datetime.date) -> dict[str, str]:
    """Document -> why its status may be out of date, for those of which that is so.

    Args:
        db: staff.db with corpus.db attached.
    """
    rows = db.query(
        f"""select d.id, d.kind, d.jurisdiction, d.session, d.status, d.status_on, d.status_reason, d.latest_action_on,
        d.latest_action_on as latest_on, {SESSION_END} as session_end, {COLLECTED_UNTIL} as collected_until
        from corpus.documents d where d.id in (select value from json_each(?))""",
        [json.dumps(list(document_ids))],
    )
    said = {row["id"]: _says(row, today) for row in rows}
    return {key: words for key, words in said.items() if words}


def _says(row: dict[str, Any], today: datetime.date) -> str:
    until = row["collected_until"]
    if day := unheard_since(row, today):
        if until:
            ends = f"our news of its session ends on {date_in_words(until)}"
            return f"{ends}, and the session was to go on to {date_in_words(day)}"
        return f"its session was to end on {date_in_words(day)}, and nothing has been heard of it since"
    silent = silent_since(row, today)
    return f"our latest news of its session is of {date_in_words(silent)}" if silent else ""
