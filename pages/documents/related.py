"""The documents that a document names as related, or that name it, and how they are related."""

from __future__ import annotations

import sqlite3

from pages.database import Row, rows
from pages.http.language import N_, _

#: How another document is related to this one: where this one's record names it, and where only its own record names this one.
#: A kind that says the same from both sides, such as a companion, is its own word.
_RELATIONS = {
    "replaces": (N_("replaced by this one"), N_("replaces this one")),
    "replaced by": (N_("replaces this one"), N_("replaced by this one")),
    "prior session": (N_("from an earlier session"), N_("from a later session")),
    "corrects": (N_("corrected by this one"), N_("corrects this one")),
    "corrected by": (N_("corrects this one"), N_("corrected by this one")),
    "withdraws": (N_("withdrawn by this one"), N_("withdraws this one")),
    "delays": (N_("delayed by this one"), N_("delays this one")),
    "extends": (N_("extended by this one"), N_("extends this one")),
    "published as": (N_("this one, as it was published"), N_("this one, where comments are filed")),
} | {
    same: (same, same)
    for same in (
        N_("companion"),
        N_("related bill"),
        N_("identical bill"),
        N_("amendment"),
        N_("similar"),
        N_("procedurally related"),
        N_("related"),
        N_("docket"),
        N_("identical"),
        N_("related document"),
    )
}


def related(db: sqlite3.Connection, document_id: str) -> list[Row]:
    """Return documents that link to this one or that it links to; ``stored`` says whether corpus.db holds them."""
    found = rows(
        db,
        """select l.linked_id as id, l.kind, coalesce(d.title, l.title) as title, d.identifier, d.status, d.kind as document_kind,
            d.id is not null as stored, 1 as named_here
        from links l left join documents d on d.id = l.linked_id where l.document_id = ?
        union all
        select l.document_id, l.kind, d.title, d.identifier, d.status, d.kind, 1, 0
        from links l join documents d on d.id = l.document_id where l.linked_id = ?
        limit 200""",
        [document_id, document_id],
    )
    once: dict[str, Row] = {}
    for row in found:
        if row["id"] != document_id:
            once.setdefault(row["id"], row | {"relation": _relation(row["kind"], bool(row["named_here"]))})
    return sorted(once.values(), key=lambda row: (not row["stored"], row["id"]))


def _relation(kind: str, named_here: bool) -> str:
    """The kind of a link in words, seen from this page's document."""
    plain = kind.replace("-", " ").lower()
    here, there = _RELATIONS.get(plain, (plain, plain))
    return _(here if named_here else there)
