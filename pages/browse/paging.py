"""The documents of one page of a list: the best matches first, then all others in their order."""

from __future__ import annotations

import sqlite3

from pages.browse import ranking
from pages.browse.asked import Search
from pages.browse.filters import STATUS_GROUPS, Filters
from pages.database import marks

PAGE = 25
_ALIVE = ", ".join(f"'{status}'" for status in (*STATUS_GROUPS["alive"], "proposed"))


def listed(db: sqlite3.Connection, filters: Filters, asked: Search, ids: list[str]) -> list[str]:
    """Those of some documents that the list has, on whatever page."""
    (chosen, values), (matching, looked_for) = filters.where(), asked.where()
    sql = f"select document_id from listing where {chosen} and {matching} and document_id in ({marks(ids)})"
    return [row[0] for row in db.execute(sql, [*values, *looked_for, *ids])] if ids else []


def first(best: list[str], titled: list[str]) -> list[str]:
    """The best matches after the documents whose title was typed, which keep the order of the best."""
    known = [key for key in best if key in titled]
    first = [*known, *(key for key in titled if key not in known)]
    return [*first, *(key for key in best if key not in first)]


def ids_of_page(db: sqlite3.Connection, filters: Filters, asked: Search, total: int, best: list[str]) -> list[str]:
    """The documents of one page: the best matches first, in their order, then all others."""
    start = (filters.page - 1) * PAGE
    page = best[start : start + PAGE]
    if len(page) == PAGE:
        return page
    chosen, values = filters.where()
    matching, looked_for = asked.where()
    # Many matches: walk the newest documents and look each up. Few: look the matches up and sort them.
    if total > ranking.MOST_RANKED:
        matching = matching.replace("document_rowid in", "+document_rowid in")
    first = (
        f"{ranking.IS_TAGGED} desc, "
        if not asked.expression and filters.sort != "latest" and (asked.by_sponsor or asked.named_places)
        else ""
    )
    # What can still move comes first where the list is short enough for that. Each part is in the order of an index: to sort
    # both together took half the time of the page.
    moving_first = filters.area and filters.sort != "latest" and not best and not first
    parts = (f"status in ({_ALIVE})", f"status not in ({_ALIVE})") if moving_first else ("1",)
    following: list[str] = []
    skipped = max(0, start - len(best))
    until = skipped + PAGE - len(page)
    for part in parts:
        sql = f"""select document_id from listing where {chosen} and {matching} and document_id not in ({marks(best)})
            and {part} order by {first}sort_on desc, document_id desc limit ?"""
        found = db.execute(sql, [*values, *looked_for, *best, until - len(following)])
        following += [row[0] for row in found]
    return [*page, *following[skipped:]]
