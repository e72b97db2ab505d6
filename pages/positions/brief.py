"""A position on one sheet of paper, for a member to carry into a meeting: what is asked and why, and what is at stake now."""

from __future__ import annotations

import datetime
import sqlite3
from dataclasses import dataclass

from pages.browse.cards import Card, one_per_title
from pages.database import Row, marks
from pages.documents import decisions, rulemaking
from pages.positions.chapters import chapters
from pages.positions.positions import PositionPage, position

#: What fits on one page whatever the position: without the parts of a brief, and with them.
DOCUMENTS, BESIDE_PARTS = 4, 2


#: A document with its next date, the sentence that touches the position best, and ALA's stance.
Stake = tuple[Card, Row | None, str, str | None]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the sheet shows; ``earlier`` are documents that can no longer move, where none is at ``stake``.

    ``chapter`` is the one of the state that the reader chose; ``chapters`` are those that can be chosen.
    """

    position: PositionPage
    stake: list[Stake]
    earlier: list[Stake]
    chapter: Row | None
    chapters: list[Row]
    today: str


def sheet(db: sqlite3.Connection, position_id: str, today: datetime.date, state: str = "") -> Sheet | None:
    """What the sheet shows; None when there is no such position.

    Args:
        state: the jurisdiction whose chapter is named, such as us-tx.
    """
    found = position(db, position_id, today)
    if found is None:
        return None
    most = BESIDE_PARTS if found.brief else DOCUMENTS
    earlier = [] if found.at_stake else one_per_title([card for card, _, _ in found.documents], most)
    listed = chapters(db)
    return Sheet(
        position=found,
        stake=_with_stances(db, position_id, found.at_stake[:most], today),
        earlier=_with_stances(db, position_id, earlier, today),
        chapter=next((row for row in listed if row["jurisdiction"] == state), None),
        chapters=listed,
        today=today.isoformat(),
    )


def _with_stances(db: sqlite3.Connection, position_id: str, found: list[Card], today: datetime.date) -> list[Stake]:
    """Each document with its next date and the sentence that touches the position best, and ALA's stance."""
    ids = [card.id for card in found]
    best: dict[str, str] = {}
    for row in db.execute(
        f"select document_id, words from shown_matches where position_id = ? and document_id in ({marks(ids)}) "
        "order by score desc, ordinal",
        [position_id, *ids],
    ):
        best.setdefault(row["document_id"], row["words"])
    return [
        (card, rulemaking.next_event(db, [card.id], today), best.get(card.id, ""), _stance(db, card.id, position_id))
        for card in found
    ]


def _stance(db: sqlite3.Connection, document_id: str, position_id: str) -> str | None:
    """What ALA wants of what touches the position, or of the document on the whole, once people have published it."""
    made = {stance["key"]: stance["word"] for stance in decisions.stances(decisions.decided(db, document_id))}
    return made.get(position_id) or made.get("")
