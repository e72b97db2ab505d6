"""Parts of files by the header Range (RFC 9110, section 14): how readers of Parquet take only what they need."""

from __future__ import annotations

import re

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(ValueError):
    """The range lies past the end of the file: the answer is 416."""


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last of the part that is asked for; None for the whole file.

    Several ranges at once, other units, and what is no range at all get the whole file, as the standard lets a server do.

    Raises:
        Unsatisfiable: no byte of the range is there.
    """
    found = _ONE.fullmatch((header or "").strip())
    if not found or found[1] == found[2] == "":
        return None
    if found[1] == "":  # the last so many bytes
        first, end = max(size - int(found[2]), 0), size
    else:
        first = int(found[1])
        end = min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < first:
            return None
    if first >= size or first >= end:
        raise Unsatisfiable
    return first, end
