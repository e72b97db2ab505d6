"""Conditional requests (RFC 9110, section 13): whether the client already holds the newest answer.

An answer follows from a file, the day, the address and this software, so the times of files stand for what they hold: no query
is needed to say that nothing has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime
from hashlib import blake2b
from pathlib import Path


def validators(database: Path, *parts: object) -> dict[str, str]:
    """Return the ETag and Last-Modified of an answer.

    Args:
        database: the SQLite file that the answer is computed from; its write-ahead log counts too.
        parts: whatever else the answer depends on.
    """
    files = (database, database.with_name(database.name + "-wal"))
    stats = [file.stat() for file in files if file.exists()]
    seen = [*((stat.st_mtime_ns, stat.st_size) for stat in stats), *parts]
    written = int(max(stat.st_mtime for stat in stats))
    return {
        "ETag": f'W/"{blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"',
        "Last-Modified": formatdate(written, usegmt=True),
    }


def is_current(request: Mapping[str, str], answer: Mapping[str, str]) -> bool:
    """Return whether the client has this answer, by the headers of its request."""
    tags = request.get("if-none-match")
    if tags is not None:
        return answer["ETag"] in [tag.strip() for tag in tags.split(",")]
    try:
        since = parsedate_to_datetime(request.get("if-modified-since", ""))
        return since.timestamp() >= parsedate_to_datetime(answer["Last-Modified"]).timestamp()
    except (ValueError, TypeError):
        return False
