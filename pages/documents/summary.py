"""What stands in the place of a summary: titles, in the record or on the page."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Titles:
    """What is to be shown of a document's titles besides the one that heads its page."""

    #: Where there is no summary: the one title that is longer than the heading (Ohio: "To amend section …").
    full: str | None
    others: list[Row]


def besides(head: Row, titles: Sequence[Row]) -> Titles:
    """A single title is worth showing where it differs from heading, number, and summary. Of several, each comes with its kind:
    they are those of versions of the text, or of parts of it."""
    if len(titles) > 1:
        return Titles(None, list(titles))
    shown = {_bare(head[name]) for name in ("title", "abstract", "identifier") if head[name]}
    others = [each for each in titles if _bare(each["title"]) not in shown]
    if others and not head["abstract"] and len(others[0]["title"]) > len(head["title"]):
        return Titles(str(others[0]["title"]), [])
    return Titles(None, others)


def _bare(title: str) -> str:
    """A title without what two records of it may write differently."""
    return " ".join(title.casefold().split()).rstrip(" .")
