"""What an editor does with an issue before it leaves: put items first, hide some, write the note."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from digest.issues.issues import IssueError, load, require_draft

LONGEST_NOTE = 4_000


def write_note(db: Database, key: str, note: str) -> None:
    """Put the editor's note on an issue that has not gone out yet; paragraphs are set apart by blank lines.

    Raises:
        IssueError: no such issue, or it has been released.
    """
    require_draft(db, key)
    db.execute("update digests set note = ? where id = ?", [note.strip()[:LONGEST_NOTE] or None, key])


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
