"""Whether what stands in the place of a summary is one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from crawlers.items import Title
from crawlers.parsers import bill_abstract
from pages.database import Row, value


def is_from_titles(db: sqlite3.Connection, head: Row, titles: Sequence[Row]) -> bool:
    """Whether the abstract of a document only repeats its titles, because its record has no summary: areas are read from it."""
    abstract = head["abstract"]
    if not abstract or value(db, "select exists (select 1 from summaries where document_id = ?)", [head["id"]]):
        return False
    of_titles = [Title(kind=each["kind"] or "", title=each["title"]) for each in titles]
    return abstract in (bill_abstract.abstract(head["title"], of_titles, ()), *(each.title for each in of_titles))
