"""What the public may know of what staff decided: the table `decisions` of corpus.db. This is its only writer.

Confirmed and rejected areas and positions, priorities and outcomes, as long as their verdict holds; a stance of ALA once
an approver has published it, until one withdraws it. A priority that staff gave of their own accord is also a `pin`, for the
home page, with the line that says why it matters. Never a name, a note or a draft.

A stance on record (stances.yml of the catalog) has the year in which it was taken, and not the day on which somebody read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from positions.catalog.stances import years
from publish.counted_votes import write_counted_votes
from store.placeholders import marks
from store.sync_table import sync_table

#: How long a page waits for whoever writes to corpus.db; what it cannot write, the next publish does.
PATIENCE_SECONDS = 2
#: How the batch of a stance on record begins (desk.reviews.recorded_stances); the id in stances.yml follows.
ON_RECORD = "on record: "

_HOLDING = """
    select r.* from current_reviews r
    join standings s on s.document_id = r.document_id and s.subject = r.subject and s.review_id = r.id
    where s.state = 'holds' and r.subject not like 'stance%'"""
_PUBLISHED = """
    select r.* from reviews r where r.subject like 'stance%' and r.verdict != 'reject' and r.id = (
        select max(o.id) from reviews o where o.document_id = r.document_id and o.subject = r.subject
        and o.published = 1 and not exists (select 1 from reviews u where u.undoes = o.id)
    )"""


def public_rows(staff: Database, documents: Sequence[str] | None = None) -> set[tuple[Any, ...]]:
    """The rows that `decisions` should hold, of all documents or of these."""
    where, values = "", list(documents or ())
    if documents is not None:
        where = f" and r.document_id in ({marks(values)})"
    rows = [*staff.query(_HOLDING + where, values), *staff.query(_PUBLISHED + where, values)]
    return {_public(row) for row in rows} | {_pin(row) for row in rows if _is_pin(row)}


def _is_pin(row: dict[str, Any]) -> bool:
    return row["subject"] == "priority" and row["verdict"] == "change" and row["value"] == "2"


def _pin(row: dict[str, Any]) -> tuple[Any, ...]:
    day = row["reviewed_at"][:10]
    return (row["document_id"], "pin", "confirm", None, row["reason"], None, None, day, None, None, None)


def _public(row: dict[str, Any]) -> tuple[Any, ...]:
    kind = row["subject"].partition(":")[0]
    # The direction of a position is for staff; ALA's own stance is a subject of its own, with a reason for the public.
    value = None if kind in ("area", "position") else row["value"]
    passage = json.loads(row["passage"]) if row["passage"] else {}
    return (
        row["document_id"],
        row["subject"],
        "reject" if row["verdict"] == "reject" else "confirm",
        value,
        row["reason"] if kind == "stance" else None,
        passage.get("field"),
        passage.get("words"),
        _decided_on(row),
        passage.get("start"),
        passage.get("end"),
        row["source"] if kind == "stance" else None,
    )


def _decided_on(row: dict[str, Any]) -> str:
    """The day of a decision; of a stance on record only its year, and nothing where the catalog names it no more."""
    batch = row["batch"] or ""
    return years().get(batch.removeprefix(ON_RECORD), "") if batch.startswith(ON_RECORD) else row["reviewed_at"][:10]


def write_decisions(corpus: Database, staff: Database) -> int:
    """Bring `decisions` up to what staff decided; return the number of rows written or removed.

    Args:
        corpus: corpus.db, open for writing.
        staff: staff.db, whose table `standings` is up to date (desk.reviews.verdict_validity).
    """
    with corpus.atomic():
        return _sync(corpus, public_rows(staff), "1") + write_counted_votes(corpus, staff)


def write_some(corpus: Database, staff: Database, documents: Sequence[str]) -> None:
    """The same for a few documents, whose standings are up to date; in the caller's transaction."""
    _sync(corpus, public_rows(staff, documents), f"document_id in ({marks(documents)})", list(documents))
    write_counted_votes(corpus, staff, documents)


def _sync(corpus: Database, wanted: set[tuple[Any, ...]], where: str, values: Sequence[str] = ()) -> int:
    """Write the rows of documents that corpus.db holds; a decision may be older than a document that was lost."""
    with corpus.atomic():
        held = {row for row in wanted if corpus.execute("select 1 from documents where id = ?", [row[0]]).fetchone()}
        return sync_table(corpus, "decisions", held, where=where, params=values)
