"""Small files on records of advocacy, kept in staff.db: the letter, the comments, the testimony. Staff alone can download them.

Rows are only ever added; a file that is removed from its record stays in the file and in no page.
"""

from __future__ import annotations

import re
from typing import Any

from sqlite_utils import Database

from desk.accounts import accounts
from desk.accounts.accounts import Account
from desk.queue.advocacy import BadRecord
from desk.web.request_parsing import Upload

#: Bytes of one file, and files of one record.
LARGEST, MOST = 2_000_000, 5
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def check(db: Database, record_id: int, upload: Upload) -> None:
    """Whether a file can be kept with a record (0: a new one).

    Raises:
        BadRecord: it is empty or too large, or the record has enough.
    """
    if not upload.body:
        raise BadRecord("the file is empty")
    if len(upload.body) > LARGEST:
        raise BadRecord(f"a file may have at most {LARGEST // 1_000_000} MB: link to a larger one")
    if len(of_record(db, record_id)) >= MOST:
        raise BadRecord(f"a record may have at most {MOST} files: remove one first")


def attach(db: Database, account: Account, record_id: int, upload: Upload, now: str) -> int:
    """Keep a file with a record; returns its number.

    Raises:
        BadRecord: it cannot be kept.
    """
    check(db, record_id, upload)
    with db.atomic():
        cursor = db.execute(
            "insert into advocacy_files (record_id, name, body, added_by, added_at) values (?, ?, ?, ?, ?)",
            [record_id, safe_name(upload.name), upload.body, account.id, now],
        )
        accounts.log(db, account.id, "file added to a record", f"{record_id}: {safe_name(upload.name)}", now)
    return int(cursor.lastrowid or 0)


def has(db: Database, record_id: int, upload: Upload) -> bool:
    """Whether a record has this very file."""
    same = "select 1 from current_advocacy_files where record_id = ? and name = ? and body = ?"
    return db.execute(same, [record_id, safe_name(upload.name), upload.body]).fetchone() is not None


def remove(db: Database, account: Account, file_id: int, now: str) -> None:
    """Take a file off its record.

    Raises:
        BadRecord: there is no such file.
    """
    if read(db, file_id) is None:
        raise BadRecord("there is no such file")
    with db.atomic():
        db.execute("insert into advocacy_files_removed values (?, ?, ?)", [file_id, account.id, now])
        accounts.log(db, account.id, "file removed from a record", str(file_id), now)


def of_record(db: Database, record_id: int) -> list[dict[str, Any]]:
    """The files of a record: `id`, `name` and `size` in bytes, the oldest first."""
    return list(
        db.query("select id, name, length(body) as size from current_advocacy_files where record_id = ?", [record_id])
    )


def read(db: Database, file_id: int) -> tuple[str, bytes] | None:
    """Name and content of a file of a record that nobody has withdrawn, or None."""
    row = db.execute(
        "select f.name, f.body from current_advocacy_files f join current_advocacy r using (record_id) where f.id = ?",
        [file_id],
    ).fetchone()
    return (row[0], row[1]) if row else None


def safe_name(name: str) -> str:
    """A name that any machine takes and no header breaks on."""
    parts = _UNSAFE.sub("-", name.replace("\\", "/").rpartition("/")[2]).strip("-.")
    return parts[-100:] or "file"
