"""What an editor does with an issue before it leaves: put items first, hide some, write the note."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from sqlite_utils import Database

from digest.issues.issues import Issue, IssueError, load, require_draft
from store.connect import writing

Row = dict[str, Any]

LONGEST_NOTE = 4_000
#: Items of an issue that the editor's page shows: nobody reads more before an issue leaves.
MOST_SHOWN = 60


def write_note(db: Database, key: str, note: str) -> None:
    """Put the editor's note on an issue that has not gone out yet; paragraphs are set apart by blank lines.

    Raises:
        IssueError: no such issue, or it has been released.
    """
    require_draft(db, key)
    db.execute("update digests set note = ? where id = ?", [note.strip()[:LONGEST_NOTE] or None, key])


class EditorsDesk:
    """The drafts of issues for the page of the editor. mail.db is opened for each call and never known to the page."""

    def __init__(self, open_mail: Callable[[], Database]):
        self._open = open_mail

    def drafts(self) -> list[Row]:
        """Issues that have not left, the newest first, each with `items`: what leads first, at most MOST_SHOWN."""
        with closing(self._open()) as db:
            keys = db.execute(
                "select id from digests where state = 'draft' order by prepared_at desc limit 3"
            ).fetchall()
            return [_shown(load(db, key)) for (key,) in keys]

    def save(self, key: str, *, seen: str, note: str, first: Sequence[str], hide: Sequence[str], now: str) -> None:
        """Write the note and the choices; every other item that was shown has its own place again.

        Args:
            seen: what `drafts` gave as `seen` when the page was opened.

        Raises:
            IssueError: no such issue, it has left, it has no such document, or somebody else has saved it since.
        """
        with closing(self._open()) as db:
            require_draft(db, key)
            with writing(db):
                before = _shown(load(db, key))
                if before["seen"] != seen:
                    if _chosen(before) == (note.strip()[:LONGEST_NOTE], [*first], {*hide}):
                        return  # a form that was sent twice
                    raise IssueError("this issue was saved since you opened the page")
                shown = [item["id"] for item in before["items"]]
                write_note(db, key, note)
                edit(db, key, now=now, restore=[each for each in shown if each not in {*first, *hide}], hide=hide)
                edit(db, key, now=now, first=first)


def _chosen(draft: Row) -> tuple[str, list[str], set[str]]:
    """The note, what leads in its order, and what is hidden."""
    leading = sorted((each for each in draft["items"] if each["picked"]), key=lambda each: each["picked"])
    return draft["note"], [each["id"] for each in leading], {each["id"] for each in draft["items"] if each["hidden"]}


def _shown(issue: Issue) -> Row:
    order = sorted(issue.entries, key=lambda each: (each["picked"] is None, each["picked"] or 0))
    items = [
        {
            "id": entry["documents"][0]["id"],
            "number": entry["documents"][0]["identifier"],
            "jurisdiction": entry["documents"][0]["jurisdiction"],
            "title": entry["documents"][0]["title"],
            "priority": entry["must_see"],
            "picked": entry["picked"],
            "hidden": entry["hidden"],
        }
        for entry in order[:MOST_SHOWN]
    ]
    chosen = [(each["id"], each["picked"], each["hidden"]) for each in items if each["picked"] or each["hidden"]]
    return {
        "id": issue.id,
        "day": issue.day.isoformat(),
        "leaves_at": issue.leaves_at,
        "note": issue.note or "",
        "total": len(issue.entries),
        "items": items,
        "seen": hashlib.sha256(json.dumps([issue.note, chosen]).encode()).hexdigest()[:16],
    }


def edit(
    db: Database,
    key: str,
    *,
    now: str,
    first: Sequence[str] = (),
    hide: Sequence[str] = (),
    restore: Sequence[str] = (),
) -> None:
    """Put items first, in the order given, hide some, or give some back the place that the program chose.

    Args:
        first, hide, restore: documents; each means the item that holds it. `first` replaces what was put first before.

    Raises:
        IssueError: no such issue, it has been released, or it has no such document.
    """
    require_draft(db, key)
    numbers = {
        document["id"]: number for number, entry in enumerate(load(db, key).entries) for document in entry["documents"]
    }
    if unknown := [each for each in (*first, *hide, *restore) if each not in numbers]:
        raise IssueError(f"{key} has no document {unknown[0][:80]!r}: infopolicy digest edit {key} lists what it has")
    with db.atomic():
        if first:
            db.execute("update digest_edits set place = null where digest_id = ?", [key])
        rows = [
            *((numbers[each], None, 0) for each in restore),
            *((numbers[each], place, 0) for place, each in enumerate(first, 1)),
            *((numbers[each], None, 1) for each in hide),
        ]
        db.conn.executemany(
            "insert into digest_edits (digest_id, ordinal, place, hidden, edited_at) values (?, ?, ?, ?, ?) "
            "on conflict do update set place = excluded.place, hidden = excluded.hidden, edited_at = excluded.edited_at",
            [(key, *row, now) for row in rows],
        )
