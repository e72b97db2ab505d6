"""The scorecard: how often outcomes that staff confirmed went ALA's way, with the documents behind each number."""

from __future__ import annotations

import io
import sqlite3
from dataclasses import dataclass
from typing import Any

from pages.database import Row, first, rows
from pages.database import value as first_value
from pages.export.exports import cell
from pages.http import formatting
from positions.scorecard import DIMENSIONS

#: What the page can count by, with the heading of its column.
BY = {"position": "Position", "area": "Policy area", "year": "Year", "level": "Level of government"}
assert {"all", *BY} == set(DIMENSIONS)

_BEHIND = """
    select o.*, d.identifier, d.title, d.jurisdiction, d.level, d.url, p.title as position, p.areas,
        substr(coalesce(o.ended_on, o.decided_on), 1, 4) as year
    from outcomes o join documents d on d.id = o.document_id join positions p on p.id = o.position_id
    order by coalesce(o.ended_on, o.decided_on) desc, o.document_id, o.position_id"""


@dataclass(frozen=True, kw_only=True)
class ScorecardView:
    """The counts by one dimension, and the outcomes behind one ``value`` of it (all of them for ``""``)."""

    by: str
    value: str
    value_name: str
    rows: list[Row]
    behind: list[Row]
    total: Row | None
    dimensions: dict[str, str]


def has_outcomes(db: sqlite3.Connection) -> bool:
    """Whether there is anything to show."""
    return bool(first_value(db, "select exists (select 1 from outcomes) or exists (select 1 from engagements)"))


def scorecard(db: sqlite3.Connection, by: str, value: str) -> ScorecardView:
    """The counts by one of BY, and the outcomes behind ``value`` of it."""
    by = by if by in BY else "position"
    names = _names(db, by)
    counted = rows(db, "select * from scorecard where dimension = ? order by decided desc, value", [by])
    return ScorecardView(
        by=by,
        value=value,
        value_name=names.get(value, value),
        rows=[row | {"name": names.get(row["value"], row["value"])} for row in counted],
        behind=[row for row in outcomes(db) if not value or value in row["keys"][by]],
        total=first(db, "select * from scorecard where dimension = 'all'"),
        dimensions=BY,
    )


def outcomes(db: sqlite3.Connection) -> list[Row]:
    """Every confirmed outcome with its document and position; ``keys`` say under what it is counted."""
    found = []
    for row in db.execute(_BEHIND):
        keys = {
            "position": [row["position_id"]],
            "area": row["areas"].split("; "),
            "year": [row["year"]],
            "level": [row["level"]],
        }
        found.append(dict(row) | {"keys": keys, "place": formatting.place(row["jurisdiction"])})
    return found


def of_document(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """The confirmed outcomes of one document, for its page."""
    return rows(
        db,
        "select o.*, p.title from outcomes o join positions p on p.id = o.position_id where o.document_id = ? "
        "order by p.ordinal",
        [document_id],
    )


def _names(db: sqlite3.Connection, by: str) -> dict[str, str]:
    if by == "level":
        return {key: entry["word"] for key, entry in formatting.glossary()["levels"].items()}
    tables = {"position": "positions", "area": "policy_areas"}
    return {row[0]: row[1] for row in db.execute(f"select id, title from {tables[by]}")} if by in tables else {}


_COLUMNS = {
    "document_id": "Document",
    "identifier": "Number",
    "title": "Title",
    "jurisdiction": "Jurisdiction",
    "level": "Level",
    "status": "Ended as",
    "ended_on": "Ended on",
    "position_id": "Position",
    "position": "Position in words",
    "areas": "Policy areas",
    "outcome": "Outcome",
    "went": "Went the organization's way",
    "words": "Passage",
    "decided_on": "Confirmed on",
    "url": "Source",
}


def as_csv(db: sqlite3.Connection) -> bytes:
    """Every confirmed outcome as CSV, for spreadsheets (with a mark of its encoding)."""
    return b"\xef\xbb\xbf" + _frame(db).map(cell).to_csv(index=False, lineterminator="\r\n").encode("utf-8")


def as_excel(db: sqlite3.Connection) -> bytes:
    """The same as an Excel file with a sheet of outcomes and one of counts."""
    import pandas as pd

    counts = pd.read_sql_query("select * from scorecard order by dimension, value", db)
    buffer = io.BytesIO()
    # Text stays text: a title that begins with "=" must not become a formula of the reader's.
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(buffer, engine="xlsxwriter", engine_kwargs=options) as writer:
        _frame(db).to_excel(writer, sheet_name="Outcomes", index=False)
        counts.to_excel(writer, sheet_name="Counts", index=False)
    return buffer.getvalue()


def _frame(db: sqlite3.Connection) -> Any:
    import pandas as pd

    frame = pd.DataFrame([{key: row[key] for key in _COLUMNS} for row in outcomes(db)], columns=list(_COLUMNS))
    return frame.rename(columns=_COLUMNS)
