"""The feed of changes by cursor: everything that was recorded, once each, in the order in which it was committed.

A cursor is a position in `change_log` and a mark of the change that stands there. If the mark is not that of the change, the
file was put back from a copy since, and positions may have been given out again: then the cursor is refused instead of
leaving something out.
"""

from __future__ import annotations

import datetime
import hashlib
import sqlite3
from dataclasses import dataclass

from comparison.versions import company_provisions
from crawlers.companies import ACTIONS, KIND
from pages.answers import arguments as given
from pages.answers.answer import Answer, At, State, UnusableCursor, answer, how_many, places_of
from pages.browse.filters import PLACE_GROUPS
from pages.database import Row, first, rows, value
from pages.http import formatting

_CHANGES = """
    select l.position, c.id, c.kind, c.happened_on, c.seen_at, c.summary, d.id as document_id, d.identifier, d.title,
        d.jurisdiction, d.session, d.status, d.kind as document_kind
    from change_log l join changes c on c.id = l.change_id join documents d on d.id = c.document_id
    where l.position > ? and l.position <= ?"""


@dataclass(frozen=True)
class Window:
    """A stretch of the feed: its rows, the cursor after it, and whether there is more by now."""

    rows: list[Row]
    next: str
    more: bool


def changes(
    at: At,
    cursor: given.Cursor = None,
    since: given.Since = None,
    place: given.Place = None,
    area: given.OneArea = None,
    limit: given.Limit = 100,
) -> Answer:
    """What changed, each change once, in the order in which it was recorded; read on with `cursor` = the last `next`.

    A reader that always goes on from `next` misses nothing and gets nothing twice. Without `cursor`, it begins with the first
    change that was seen on the day `since`, or with the oldest. The first look at a source records no changes.
    """
    after = _position(at.db, cursor) if cursor else _before(at.db, since)
    conditions, values = _filter(place, area)
    found = window(at.db, after, limit, conditions, values)
    listed = [_described(at, row) for row in found.rows]
    says = (
        f"{how_many(len(listed), 'change')}, {'and there are more' if found.more else 'up to the newest'}. "
        "`seen_at` is when the run that saw a change began; `happened_on` is the day that the source gives."
    )
    if not listed:
        says = "No change is recorded there. That says nothing about places that are not collected."
    return answer(
        at,
        State.ANSWERED if listed else State.NOTHING_FOUND,
        says,
        "/browse?area=tagged&sort=latest",
        {"changes": listed, "next": found.next, "more": found.more},
        places=places_of(at, place),
        automatic=["changes[].rules"],
        quoted=["changes[].title", "changes[].summary"],
    )


def window(
    db: sqlite3.Connection, after: int, limit: int, conditions: str = "", values: list[str] | None = None
) -> Window:
    """The next changes after a position.

    The end is read before the rows: what is committed in between belongs to the next window, so that a filter that leaves
    rows out can still move the cursor to the end.
    """
    last: int = value(db, "select coalesce(max(position), 0) from change_log")
    found = rows(
        db,
        f"{_CHANGES} {conditions} order by l.position limit ?",
        [after, last, *(values or []), limit + 1],
    )
    more = len(found) > limit
    found = found[:limit]
    end = found[-1]["position"] if more else max(last, after)
    return Window(found, cursor_at(db, end), more)


def _filter(place: str | None, area: str | None) -> tuple[str, list[str]]:
    conditions, values = "", []
    if place in PLACE_GROUPS:
        conditions += " and " + PLACE_GROUPS[place].replace("jurisdiction", "d.jurisdiction")
    elif place:
        conditions += " and d.jurisdiction = ?"
        values.append(place)
    if area:
        conditions += " and exists (select 1 from shown_tags t where t.document_id = d.id and t.area_id = ?)"
        values.append(area)
    return conditions, values


def cursor_at(db: sqlite3.Connection, position: int) -> str:
    """The cursor of everything after a position; 0 is before the first change."""
    row = first(db, "select change_id from change_log where position = ?", [position])
    mark = hashlib.sha256((row["change_id"] if row else "").encode()).hexdigest()[:8]
    return f"{position}-{mark}"


def _position(db: sqlite3.Connection, cursor: str) -> int:
    text, _, _mark = cursor.partition("-")
    position = int(text)
    known = position == 0 or value(db, "select 1 from change_log where position = ?", [position])
    if not known or cursor_at(db, position) != cursor:
        raise UnusableCursor(
            "This cursor is not of this corpus: it was made up, or the file was put back from a copy since. Begin again with "
            "`since`, and drop the changes whose id you have."
        )
    return position


def newest(db: sqlite3.Connection) -> str:
    """The cursor of what is recorded from now on."""
    return cursor_at(db, value(db, "select coalesce(max(position), 0) from change_log"))


def since_day(db: sqlite3.Connection, day: datetime.date) -> str:
    """The cursor before the first change that was seen on a day or later."""
    return cursor_at(db, _before(db, day))


def _before(db: sqlite3.Connection, since: datetime.date | None) -> int:
    """The position before the first change that was seen on a day or later; of later runs that began before, nothing is lost."""
    if since is None:
        return 0
    found: int | None = value(
        db,
        "select min(l.position) - 1 from changes c join change_log l on l.change_id = c.id where c.seen_at >= ?",
        [since.isoformat()],
    )
    return value(db, "select coalesce(max(position), 0) from change_log") if found is None else found


def _described(at: At, row: Row) -> Row:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "kind_in_words": formatting.change_word(row["kind"], row["document_kind"]),
        "happened_on": row["happened_on"],
        "seen_at": row["seen_at"],
        "summary": row["summary"],
        "document": row["document_id"],
        "identifier": row["identifier"],
        "title": row["title"],
        "place": row["jurisdiction"],
        "session": row["session"],
        "status": row["status"],
        "address": at.address(f"/documents/{row['document_id']}"),
    } | _rules(at.db, row)


def _rules(db: sqlite3.Connection, row: Row) -> Row:
    """What of a company's rules turned, came or went in a change of them; null while nobody has read the new text."""
    if row["summary"] != ACTIONS["changed"] or row["document_kind"] != KIND:
        return {}
    told = [
        {"what": what, "says": says or None, "said_before": said or None}
        for what, says, said in company_provisions.told_of_change(db, row["document_id"], row["happened_on"])
    ]
    return {"rules": told if told or company_provisions.is_read(db, row["document_id"]) else None}
