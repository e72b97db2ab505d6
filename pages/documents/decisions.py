"""What people at ALA decided about a document, as far as it is public (corpus.db, table decisions)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from pages.database import Row, marks
from pages.http import formatting


def decided(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """Every public decision on a document, with the title of the area or position it is about."""
    found = db.execute(
        """select d.*, coalesce(a.title, p.title) as title from decisions d
        left join policy_areas a on d.subject = 'area:' || a.id
        left join positions p on d.subject in ('position:' || p.id, 'stance:' || p.id, 'outcome:' || p.id)
        where d.document_id = ? order by d.subject""",
        [document_id],
    )
    return [
        dict(row) | {"kind": row["subject"].partition(":")[0], "key": row["subject"].partition(":")[2]} for row in found
    ]


def is_doubtful(db: sqlite3.Connection, document_id: str) -> bool:
    """Whether software found an area that nobody has decided on. Asked of a document that shows none."""
    asked = """select 1 from tags t where t.document_id = ? and not exists (
        select 1 from decisions d where d.document_id = t.document_id and d.subject = 'area:' || t.area_id)"""
    return db.execute(asked, [document_id]).fetchone() is not None


def evidence(db: sqlite3.Connection, document_id: str, made: list[Row]) -> list[Row]:
    """Return the words that led to the areas that are shown: what software found, and what staff chose."""
    shown = {row[0] for row in db.execute("select area_id from shown_tags where document_id = ?", [document_id])}
    found = [
        dict(row)
        for row in db.execute(
            """select e.*, coalesce(a.title, e.area_id) as area from evidence e
            left join policy_areas a on a.id = e.area_id where e.document_id = ? order by e.area_id, e.ordinal""",
            [document_id],
        )
        if row["area_id"] in shown
    ]
    known = {row["area_id"] for row in found}
    return found + [
        {
            "area_id": row["key"],
            "area": row["title"] or row["key"],
            "ordinal": 0,
            "field": row["field"],
            "start": row["start"],
            "end": row["end"],
            "words": row["words"],
            "rule": "staff",
        }
        for row in made
        if row["kind"] == "area" and row["verdict"] == "confirm" and row["key"] not in known and row["words"]
    ]


def every_stance(db: sqlite3.Connection, documents: Sequence[str] | None = None, limit: int = -1) -> list[Row]:
    """Every published stance, of all documents or of these, as `stances` has them; each with its `document_id`."""
    where = "" if documents is None else f"and d.document_id in ({marks(documents)})"
    found = db.execute(
        f"""select d.*, p.title from decisions d left join positions p on d.subject = 'stance:' || p.id
        where (d.subject = 'stance' or d.subject like 'stance:%') and d.verdict = 'confirm' {where}
        order by d.document_id, d.subject limit ?""",
        [*(documents or ()), limit],
    )
    return stances([dict(row) | {"kind": "stance", "key": row["subject"].partition(":")[2]} for row in found])


def stances(made: list[Row]) -> list[Row]:
    """ALA's stances on a document, that on the whole first: `word`, `reason`, `decided_on`, `title` of a position or None."""
    found = [row | {"word": formatting.word("stances", row["value"])} for row in made if row["kind"] == "stance"]
    return sorted(found, key=lambda row: bool(row["key"]))
