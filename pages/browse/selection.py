"""The documents of a feed or download: the same that a page lists, newest first, one window after another."""

from __future__ import annotations

import datetime
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pages.browse import browse, facets
from pages.browse.filters import Filters
from pages.browse.known import UnknownValue
from pages.database import marks
from pages.http.language import _
from store.constants import ANY_AREA, TAGGED

#: The place of a row in a list: the day of its latest news, and its document.
Place = tuple[str, str]
#: Before everything: no day and no id sorts above it.
START: Place = ("\uffff", "\uffff")
#: A place in an address. A document without news has no day.
_PLACE = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2}|)/([a-z0-9-]+)")


@dataclass(frozen=True)
class Selection:
    """``table`` is one of the listings that publishing computes; ``page`` the address that shows the same documents.

    ``says_subject``: the title says by itself whether the documents are on information policy.
    """

    title: str
    page: str
    table: str
    where: str
    values: tuple[str, ...]
    total: int
    says_subject: bool = False


def of_filters(db: sqlite3.Connection, filters: Filters, today: datetime.date) -> Selection:
    """What /browse shows for these filters, all pages of it; a number that was typed leads to its document here too.

    The page shows that document whatever is chosen, and says so; a file has no words to say it, and keeps to the filters.

    Raises:
        UnknownValue: a filter has a value that does not exist.
    """
    found = browse.browse(db, replace(filters, page=1), today, choices=False)
    if found.unknown:
        raise UnknownValue(found.unknown)
    filters = found.filters
    chosen_where, chosen_values = filters.where()
    matching, looked_for = found.matching
    where, values, total = f"{chosen_where} and {matching}", [*chosen_values, *looked_for], found.total
    ids = [] if found.number.of_others else [card.id for card in found.direct if card.id in found.fitting]
    held = db.execute(
        f"select document_id from listing where {where} and document_id in ({marks(ids)})", [*values, *ids]
    )
    if ids := sorted(set(ids) - {row[0] for row in held}):
        where = f"(({where}) or (area_id = ? and document_id in ({marks(ids)})))"
        values, total = [*values, ANY_AREA, *ids], total + len(ids)
    chosen = facets.chosen(db, filters)
    asked = [found.named or f"“{filters.q}”"] if filters.q else []
    title = ", ".join([*asked, *chosen]) or _("All documents")
    return Selection(title, filters.address(), "listing", where, tuple(values), total, filters.area in ("", TAGGED))


def of_position(db: sqlite3.Connection, position_id: str) -> Selection | None:
    """The documents that may touch a position; None when there is no such position."""
    row = db.execute("select title from positions where id = ?", [position_id]).fetchone()
    if row is None:
        return None
    total = db.execute("select count(*) from position_listing where position_id = ?", [position_id]).fetchone()[0]
    address = f"/positions/{position_id}"
    return Selection(row["title"], address, "position_listing", "position_id = ?", (position_id,), total)


def window(db: sqlite3.Connection, chosen: Selection, size: int, after: Place = START) -> list[Place]:
    """The next ``size`` documents after a place, newest first. The last of them is the place to go on from."""
    found = db.execute(
        f"select sort_on, document_id from {chosen.table} where {chosen.where} and (sort_on, document_id) < (?, ?) "
        "order by sort_on desc, document_id desc limit ?",
        [*chosen.values, *after, size],
    )
    return [(row[0], row[1]) for row in found]


def read_place(words: str) -> Place:
    """A place as an address has it; ``""`` is the start.

    Raises:
        UnknownValue: it is none. The start again would send a program around in circles.
    """
    if not words:
        return START
    if not (found := _PLACE.fullmatch(words)):
        raise UnknownValue(f"after={words[:80]} is no place in a list of documents: follow the address under next")
    return found[1], found[2]


def read_size(words: str, default: int, most: int) -> int:
    """The rows of one window as an address has them; raises UnknownValue for what is no number from 1 to ``most``."""
    if not words:
        return default
    if not (re.fullmatch("[0-9]{1,9}", words) and 1 <= int(words) <= most):
        raise UnknownValue(f"size={words[:80]} is no number from 1 to {most:,}")
    return int(words)


def windows(db: sqlite3.Connection, chosen: Selection, size: int, most: int) -> Iterator[list[str]]:
    """The ids of at most ``most`` documents, a window at a time, on one connection."""
    after, left = START, most
    while left > 0 and (places := window(db, chosen, min(size, left), after)):
        yield [key for _, key in places]
        after, left = places[-1], left - len(places)
