"""Who decides next on a document, and its roll calls: the part of its answer about people."""

from __future__ import annotations

from pages.answers.answer import At
from pages.database import Row, rows, value
from pages.http import formatting
from pages.people import deciding, names, roll_call

#: Roll calls of one document in its answer.
MOST = 25
_FACTS = ("held_on", "held_at", "chamber", "number", "question", "description", "motion", "requirement", "result")
_COUNTS = ("passed", "yes", "no", "present", "not_voting", "other")


def short_roll_call(at: At, row: Row) -> Row:
    """A roll call without its single votes."""
    row = roll_call.without_doubt(row)
    return (
        {"id": row["id"], "document_id": row["document_id"]}
        | {name: row[name] for name in (*_FACTS, *_COUNTS)}
        | {"source_url": formatting.safe_url(row["source_url"]), "address": at.address(names.vote_address(row["id"]))}
    )


def votes_collected(at: At, place: str) -> bool:
    """Whether any roll call of a legislature is stored."""
    return bool(value(at.db, "select 1 from roll_calls where jurisdiction = ? limit 1", [place]))


def no_votes(place: str) -> str:
    return f"Roll calls of {formatting.place(place)} are not collected."


def of_document(at: At, head: Row) -> tuple[Row, list[str]]:
    """Who decides next on a document and its roll calls, and the sentences that must be said of them.

    Returns:
        ``decides_next`` (None where nobody is known to), ``roll_calls`` (the newest first, at most MOST), ``roll_calls_in_all``.
    """
    next_one = deciding.decider(at.db, head, at.today)
    found = rows(
        at.db,
        "select * from roll_calls where document_id = ? and missing_since is null order by held_at desc, id",
        [head["id"]],
    )
    says = []
    if head["kind"] == "bill" and not found and not votes_collected(at, head["jurisdiction"]):
        says.append(f"{no_votes(head['jurisdiction'])} None here does not mean that there was none.")
    return {
        "decides_next": _decides(at, next_one) if next_one else None,
        "roll_calls": [short_roll_call(at, row) for row in found[:MOST]],
        "roll_calls_in_all": len(found),
    }, says


def _decides(at: At, found: deciding.Decider) -> Row:
    """Who decides next; `step` as the page says it."""
    return {
        "step": found.step,
        "chamber": found.chamber,
        "committees": [_body(at, body) for body in (*found.voted, *found.bodies)],
        "voted_to_report": [_body(at, body) for body in found.voted],
        "voted_to_report_on": found.ordered["acted_on"] if found.ordered else None,
        "reported_by": [_body(at, body) for body in found.reported_by],
        "last_referral": found.referral["description"] if found.referral else None,
    }


def _body(at: At, body: deciding.Body) -> Row:
    return {
        "id": body.key,
        "name": body.name,
        "chairs": [{"id": row["id"], "name": row["name"], "role": row["role"]} for row in body.chairs],
        "members": len(body.members),
        "address": at.address(body.address) if body.address else None,
    }
