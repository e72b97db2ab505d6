"""The lists that pages about an area or a place share: what must be seen, what is newest, and counts."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pages.browse.cards import Card, cards, one_per_title
from pages.database import marks
from pages.documents.open_proposals import long_ago, overtaken
from pages.documents.session_status import (
    SESSION_END,
    UNDECIDED,
    can_move,
    is_of_the_past,
    still_news,
    unheard_since,
)
from publish.identical_law import IDENTICAL_LAW
from store.constants import ANY_AREA, COUNTED_STATUS


@dataclass(frozen=True)
class FirstToSee:
    """Priority documents; ``moving`` is False when none of them can still move and these are only the newest."""

    cards: list[Card]
    moving: bool


def first_to_see(
    db: sqlite3.Connection,
    where: str,
    values: list[Any],
    today: datetime.date,
    area: str | None = None,
    limit: int = 6,
    *,
    without: Collection[str] = (),
) -> FirstToSee:
    """Of the newest documents that must be seen: those that can still move or moved lately, most urgent first.

    Where none can, the newest of the others: what ended with its Congress is no news, but better than nothing. ``without``
    are documents that the page shows already: others take their place.
    """
    found = [row for row in _priority(db, where, values) if row["id"] not in without]
    moving = still_moving(db, found, today)
    shown = moving or sorted(found, key=lambda row: row["sort_on"], reverse=True)
    ids = [row["id"] for row in shown][: 6 * limit]
    return FirstToSee(one_per_title(cards(db, ids, today, area), limit), bool(moving))


def alive_first_to_see(db: sqlite3.Connection, today: datetime.date, limit: int) -> list[Card]:
    """The priority documents of all places that are not dead and have news or a date ahead, the most urgent first."""
    moving = [row["id"] for row in still_moving(db, _priority(db, "area_id = ?", [ANY_AREA]), today)]
    found = alive(db, moving, today)
    chosen = cards(db, [key for key in moving if key in found][: 12 * limit], today)
    return _few_of_a_place(one_per_title(chosen, len(chosen)), limit)


def _few_of_a_place(found: list[Card], limit: int) -> list[Card]:
    """The first cards, at most a third of them from one state or city while others have some."""
    first: list[Card] = []
    later: list[Card] = []
    for card in found:
        crowded = sum(card.jurisdiction == other.jurisdiction for other in first) >= max(1, limit // 3)
        (later if crowded and card.jurisdiction.startswith("us-") else first).append(card)
    return [*first, *later][:limit]


def alive(db: sqlite3.Connection, ids: list[str], today: datetime.date) -> set[str]:
    """Those of some documents that can still become something.

    Not in it is what nothing was heard of since the day its session was to end, and a proposed rule that a later one has decided,
    or may have.
    """
    found = db.execute(
        f"""select d.id, d.kind, d.jurisdiction, d.session, d.status, d.status_on, d.status_reason,
            d.latest_action_on as latest_on, {SESSION_END} as session_end
        from documents d where d.id in ({marks(ids)})""",
        ids,
    )
    moving = [row["id"] for row in found if can_move(row, today) and not unheard_since(row, today)]
    return set(moving) - of_the_past(db, moving, today) - overtaken(db, moving, today)


def _priority(db: sqlite3.Connection, where: str, values: list[Any]) -> list[sqlite3.Row]:
    """The newest documents that must be seen, as rows for ``still_moving``, the highest priority first."""
    return db.execute(
        f"""select d.id, d.kind, d.jurisdiction, d.session, d.status, d.status_on, d.status_reason,
            newest.sort_on, {SESSION_END} as session_end from (
            select document_id, sort_on from listing where {where} and must_see = 1 order by sort_on desc limit 200
        ) newest join documents d on d.id = newest.document_id join taggings t on t.document_id = d.id
        order by t.priority_score desc, newest.sort_on desc""",
        values,
    ).fetchall()


def of_the_past(db: sqlite3.Connection, ids: list[str], today: datetime.date) -> set[str]:
    """Those of some documents that are of a fiscal year or an extension that is over, or whose identical bill became law: nobody
    waits for them any more."""
    found = db.execute(
        f"select d.id, d.title, d.abstract, {IDENTICAL_LAW} as law from documents d where d.id in ({marks(ids)})", ids
    )
    return {row["id"] for row in found if row["law"] or is_of_the_past(row["title"], row["abstract"], today)}


def still_moving(db: sqlite3.Connection, found: list[sqlite3.Row], today: datetime.date) -> list[sqlite3.Row]:
    """Those of some documents that can still move, have moved lately or have a date ahead.

    An undecided bill that gives money for a fiscal year that is over, or extends something to a day that is, is not among them.
    ``found`` are rows with id, kind, jurisdiction, session, status, status_on, status_reason, session_end, and sort_on, the
    day of the latest news.
    """
    ahead = {
        row["document_id"]
        for row in db.execute(
            "select document_id from events where starts_at >= ? and kind is not 'hearing_canceled' "
            f"and document_id in ({marks(found)})",
            [today.isoformat(), *(row["id"] for row in found)],
        )
    }
    past = of_the_past(db, [row["id"] for row in found if row["status"] in UNDECIDED], today)
    return [
        row
        for row in found
        if row["id"] not in past
        and ((row["id"] in ahead and not row["status_reason"]) or still_news(row, row["sort_on"], today))
    ]


def newest(
    db: sqlite3.Connection,
    where: str,
    values: list[Any],
    today: datetime.date,
    area: str | None = None,
    *,
    alive_first: bool = False,
    without: Collection[str] = (),
) -> list[Card]:
    """The documents with the latest news; with ``alive_first`` what can still move before all others, and priority first.

    ``without`` are documents that the page shows already: others take their place.
    """
    select, order = (
        f"select document_id from listing where {where} and ceremonial = 0 and document_id not in ({marks(tuple(without))})",
        "sort_on desc, document_id desc",
    )
    values = [*values, *without]
    ids = [row[0] for row in db.execute(f"{select} order by {order} limit 20", values)]
    if alive_first:
        undecided = ", ".join(f"'{status}'" for status in sorted(UNDECIDED | {"to_executive", "proposed"}))
        open_ones = db.execute(
            f"{select} and status in ({undecided}) order by must_see desc, {order} limit 60", values
        ).fetchall()
        waiting = [row[0] for row in open_ones]
        moving = alive(db, waiting, today) - long_ago(db, waiting, today)
        first = [row[0] for row in open_ones if row[0] in moving][:20]
        ids = [*first, *(key for key in ids if key not in first)]
    return one_per_title(cards(db, ids, today, area), 10)


def counted(db: sqlite3.Connection, column: str, where: str, values: list[Any]) -> list[tuple[str, int]]:
    """How many documents there are of each value of a facet, the most frequent first; ``where`` is on facet_counts."""
    shown = COUNTED_STATUS if column == "status" else column
    sql = f"select {shown}, sum(documents) from facet_counts where {where} and ceremonial = 0 group by 1 order by 2 desc, 1"
    return [(row[0], row[1]) for row in db.execute(sql, values) if row[0]]
