"""The positions that speak of what was searched for: none rather than one that only shares a common word."""

from __future__ import annotations

import itertools
import sqlite3

from pages.browse.asked import MOST_RELAXED, NOT_IN_TEXTS, Search, all_of
from pages.database import Row, marks, rows

#: A word that so many of some ninety positions say (library, public, access) does not tell what a search is about.
SAID_BY_MANY = 20
#: The share of first documents that must touch a position before it may be what a search is about, and where they have only some
#: of the words.
TOUCHED, TOUCHED_LOOSE = 0.3, 0.5
#: Of three words or more, the share that a position must say: two of three, three of four.
_MOST_OF = 0.6


def matching(
    db: sqlite3.Connection,
    asked: Search,
    first_found: list[str],
    *,
    some_words: bool = True,
    loose: bool = False,
    limit: int = 3,
) -> list[Row]:
    """The positions that speak of what was searched for, at most ``limit``.

    First those of a name that was typed, then those with all the words, then those that several of the documents
    ``first_found`` touch (``loose``: these have only some of the words), then, with ``some_words``, those whose title or
    statement has most of several words.
    """
    found = list(asked.positions)
    if expression := _all_words(asked):
        found += _by_words(db, expression, limit)
    found += _touched(db, first_found, TOUCHED_LOOSE if loose else TOUCHED) if asked.groups else []
    if some_words and len(found) < limit and (most := _most_words(asked)):
        found += _by_words(db, most, 1 if found else limit)
    chosen = list(dict.fromkeys(found))
    listed = {
        row["id"]: row
        for row in rows(
            db,
            f"""select p.id, p.title, p.statement, p.area_id, coalesce(a.title, p.area_id) as area, (
                select count(*) from position_listing l where l.position_id = p.id
            ) as documents from positions p left join policy_areas a on a.id = p.area_id where p.id in ({marks(chosen)})""",
            chosen,
        )
    }
    return [listed[key] for key in chosen if key in listed][:limit]


def _all_words(asked: Search) -> str | None:
    """An expression for all the words, those of a search that was made looser, too."""
    if asked.in_columns or not asked.groups:
        return all_of(asked.terms)
    return " AND ".join(asked.groups).replace(NOT_IN_TEXTS, "")


def _most_words(asked: Search) -> str | None:
    """An expression for most of three words or more, in what a position states; None for fewer."""
    telling = [
        group.replace(NOT_IN_TEXTS, "")
        for group, term in zip(asked.groups, asked.terms, strict=False)
        if len(term) > 2 and not term.isdigit()  # not the V of a title, nor a year
    ][:MOST_RELAXED]
    if len(telling) < 3:
        return None
    number = max(2, round(len(telling) * _MOST_OF + 0.4))
    some = " OR ".join(f"({' AND '.join(chosen)})" for chosen in itertools.combinations(telling, number))
    return f"{{title statement}} : ({some})"


def _by_words(db: sqlite3.Connection, expression: str, limit: int) -> list[str]:
    found = db.execute(
        "select position_id from position_search where position_search match ? "
        "order by bm25(position_search, 0.0, 5.0, 3.0, 1.0)",
        [expression],
    ).fetchall()
    return [] if len(found) > SAID_BY_MANY else [row[0] for row in found[:limit]]


def _touched(db: sqlite3.Connection, documents: list[str], share: float) -> list[str]:
    """The positions that two or more, and a share, of some documents touch, the most frequent first."""
    found = db.execute(
        f"select position_id from shown_positions where document_id in ({marks(documents)}) "
        "group by position_id having count(*) >= max(2, ?) order by count(*) desc, sum(score) desc",
        [*documents, len(documents) * share],
    )
    return [row[0] for row in found]
