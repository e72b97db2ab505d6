"""Drafts of stances, and proposed outcomes: which wait for an approver, and what became of them.

Nothing but a decision about the draft itself ends that of a stance; whatever is decided about an outcome ends a proposed one.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

Row = dict[str, Any]


#: SQL: whether nothing was said since about the outcome whose proposal was dropped.
_NEWEST = """o.draft = 1 and o.id = (select max(e.id) from reviews e where e.document_id = o.document_id
    and e.subject = o.subject and e.verdict != 'undo' and not exists (select 1 from reviews u where u.undoes = e.id))"""


def draft_of(db: Database, document_id: str, subject: str) -> Row | None:
    """The draft of a stance or an outcome that waits, with its author's `name`; the view current_drafts says which do."""
    sql = "select r.*, a.name from current_drafts r join accounts a on a.id = r.reviewer where document_id = ? and subject = ?"
    return next(iter(db.query(sql, [document_id, subject])), None)


def proposed_outcomes(db: Database, document_id: str) -> list[Row]:
    """The outcomes of a document that wait for an approver, each with its author's `name` and the `key` of its position."""
    sql = """select r.*, a.name, substr(r.subject, 9) as key from current_drafts r join accounts a on a.id = r.reviewer
        where document_id = ? and subject like 'outcome:%' order by subject"""
    return list(db.query(sql, [document_id]))


def waiting_drafts(db: Database) -> list[Row]:
    """Every draft that waits for an approver, oldest first, with `name`, `identifier`, `jurisdiction` and `title`."""
    return list(
        db.query(
            "select r.*, a.name, d.identifier, d.jurisdiction, d.title from current_drafts r "
            "join accounts a on a.id = r.reviewer join corpus.documents d on d.id = r.document_id order by r.id"
        )
    )


def touched_by_others(db: Database, document_id: str | None = None) -> list[Row]:
    """Drafts that somebody else dropped, and those that wait although somebody withdrew the stance that they were to replace.

    A draft is no longer listed once something newer is decided about it.

    Args:
        document_id: None for all documents.

    Returns:
        The newest first: the draft, with its author's `name`; `by`, `by_id`, `at` and `why` of the act, its number `act`, and
        `withdrawn` (1: the stance was withdrawn and the draft waits, 0: the draft was dropped).
    """
    where = "" if document_id is None else "and o.document_id = ?"
    return list(
        db.query(
            f"""select r.*, a.name, b.name as by, o.reviewer as by_id, o.reviewed_at as at, o.note as why, o.id as act,
                o.published as withdrawn, d.identifier, d.jurisdiction, d.title
            from reviews o join accounts b on b.id = o.reviewer
            join reviews r on r.id = (
                select max(e.id) from reviews e where e.document_id = o.document_id and e.subject = o.subject and e.id < o.id
                and e.published = 0 and e.draft = o.draft and e.verdict in ('confirm', 'change')
                and not exists (select 1 from reviews u where u.undoes = e.id))
            join accounts a on a.id = r.reviewer join corpus.documents d on d.id = o.document_id
            where (o.subject like 'stance%' or o.draft = 1) and o.verdict = 'reject'
            and not exists (select 1 from reviews u where u.undoes = o.id)
            and (o.published = 1 and r.id in (select id from current_drafts)
                or o.published = 0 and o.reviewer != r.reviewer and ({_NEWEST} or o.id in (select id from current_reviews)))
            {where} order by o.id desc""",
            [] if document_id is None else [document_id],
        )
    )
