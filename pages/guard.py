"""What one visitor's query may cost, beside Datasette's limits of time and rows: those stop it between two steps only.

A single step can hold a processor for hours (`trim` of a long text by a long list of letters) or fill the memory (a thousand rows
of the longest text there may be). So no value, row or answer may grow without bound, and no function may take too long a pair.
"""

from __future__ import annotations

import sqlite3
import weakref
from typing import Any

LONGEST_VALUE = 20_000_000
#: All values of an answer together, in characters or bytes. The largest page of a table is a fifth of it.
LARGEST_ANSWER = 50_000_000
MOST_COLUMNS = 250
LONGEST_PATTERN = 100
#: The length of a text times that of what is looked for in it: what takes about a tenth of a second.
MOST_COMPARED = 100_000_000
#: Compares every key of one object with every key of another; nobody needs it here.
DENIED = frozenset({"load_extension", "fts3_tokenizer", "json_patch", "jsonb_patch"})


def limit(conn: sqlite3.Connection) -> None:
    """Set the limits on a connection whose rows are `sqlite3.Row`; what goes over them is a `sqlite3.OperationalError`."""
    conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    conn.setlimit(sqlite3.SQLITE_LIMIT_COLUMN, MOST_COLUMNS)
    conn.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
    conn.row_factory = _Measured()
    conn.create_function("instr", 2, _instr, deterministic=True)
    conn.create_function("replace", 3, _replace, deterministic=True)
    for name, strip in (("trim", str.strip), ("ltrim", str.lstrip), ("rtrim", str.rstrip)):
        conn.create_function(name, 2, _trimming(strip), deterministic=True)


class _Measured:
    """Makes rows, and counts what the rows of one cursor hold."""

    def __init__(self) -> None:
        self.cursor: Any = None
        self.size = 0

    def __call__(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self.cursor is None or self.cursor() is not cursor:
            self.cursor, self.size = weakref.ref(cursor), 0
        for value in values:
            if type(value) is str or type(value) is bytes:
                self.size += len(value)
        if self.size > LARGEST_ANSWER:
            raise sqlite3.OperationalError("The answer is too large: ask for fewer rows or columns")
        return sqlite3.Row(cursor, values)


# --------------------------------------------------------------------- SQLite's functions, but for the longest pairs


def _pair(text: Any, part: Any) -> tuple[Any, Any]:
    """Both as they are if both are bytes, and else as text; the pair may not be too long."""
    if not (isinstance(text, bytes) and isinstance(part, bytes)):
        text, part = _text(text), _text(part)
    if len(text) * len(part) > MOST_COMPARED:
        raise ValueError("too long to be compared")
    return text, part


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _instr(text: Any, part: Any) -> int | None:
    if text is None or part is None:
        return None
    text, part = _pair(text, part)
    return int(text.find(part)) + 1


def _replace(text: Any, part: Any, by: Any) -> str | None:
    if text is None or part is None or by is None:
        return None
    text, part = _pair(_text(text), _text(part))
    if not part:
        return str(text)
    by = _text(by)
    if len(text) + text.count(part) * (len(by) - len(part)) > LONGEST_VALUE:
        raise ValueError("too long")
    return str(text.replace(part, by))


def _trimming(strip: Any) -> Any:
    def trim(text: Any, letters: Any) -> str | None:
        if text is None or letters is None:
            return None
        text, letters = _pair(_text(text), _text(letters))
        return str(strip(text, letters)) if letters else str(text)

    return trim
