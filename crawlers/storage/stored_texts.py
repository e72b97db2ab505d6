"""What the spiders of bill texts ask of what is stored: texts they had before, and the bill that a text belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crawlers.items import Bill
from crawlers.storage import stored_state

#: Of the documents that such a spider reads: what `bill_as_stored` wants.
COLUMNS = """d.id, d.jurisdiction, d.level, d.session, d.identifier, d.document_type, d.chamber, d.title, d.published_on, d.url,
    d.changed_at"""


def had_before(corpus: Path, source: str) -> list[tuple[str, str, str]]:
    """The (jurisdiction, session, document id) of what a source has given before."""
    sql = "select d.jurisdiction, d.session, d.id from provenance p join documents d on d.id = p.document_id where p.source = ?"
    return [(row[0], row[1], row[2]) for row in stored_state.rows(corpus, sql, [source])]


def usual_share(corpus: Path, level: str) -> float | None:
    """Which share (0 to 1) of the texts asked for so far is there; None where none was asked for yet.

    Texts that robots.txt forbids were never asked for.
    """
    sql = """select avg(v.text is not null) from version_texts v join documents d on d.id = v.document_id
        where d.level = ? and v.note is not 'forbidden'"""
    rows = stored_state.rows(corpus, sql, [level])
    return rows[0][0] if rows else None


def stored_text(corpus: Path, key: str, url: str) -> str | None:
    """The text of a version asked for before."""
    rows = stored_state.rows(corpus, "select text from version_texts where document_id = ? and url = ?", [key, url])
    return rows[0]["text"] if rows else None


def bill_as_stored(
    row: Mapping[str, Any], *, source: str, source_url: str, text: str | None, stamp: str | None
) -> Bill:
    """The bill with a text; every other field is what other sources said, who know it better."""
    same = ("id", "jurisdiction", "level", "session", "identifier", "document_type", "chamber", "title", "url")
    return Bill(
        **{name: row[name] for name in same},
        introduced_on=row["published_on"],
        source=source,
        source_url=source_url,
        text=text,
        stamp=stamp,
    )
