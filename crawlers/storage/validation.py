"""Whether a record can be stored: it has what every document must have, and every field is text, nothing or a tuple of such, or
yes or no where it says so.

Sources send other things. A field that no database takes would otherwise undo the whole batch that it came in.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from crawlers.items import KINDS, LEVELS, STATUSES, BadRecord, Document, document_id

MOST = 100_000_000  # of nothing that is counted are there more
LONGEST_ID = 200
_DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


def storable(text: str) -> str:
    """A text with a question mark for each half of a character, which no database takes."""
    return text.encode("utf-8", "replace").decode()


@cache
def _names(kind: type) -> tuple[tuple[str, str], ...]:
    """The fields of a record, each with "bool", "maybe" (yes, no or nothing), "int" (a count or nothing) or ""."""
    kinds = {"bool": "bool", "bool | None": "maybe", "int | None": "int"}
    return tuple((each.name, kinds.get(getattr(each.type, "__name__", str(each.type)), "")) for each in fields(kind))


def check_shape(record: Any, where: str = "") -> None:
    """Look at every field of a record, its parts too.

    Raises:
        BadRecord: one that cannot be stored, named with its place (`versions[0].media_type`).
    """
    kind: type = type(record)
    for name, holds in _names(kind):
        value = getattr(record, name)
        if not holds:
            # Nearly all of millions of fields end here: no name is made of what needs none.
            if value is not None and not (type(value) is str and value.isascii()):
                _check(value, f"{where}{name}")
        elif holds == "int":
            if value is not None and (type(value) is not int or not 0 <= value <= MOST):
                raise BadRecord(f"{where}{name} is {str(value)[:40]!r}, not a count")
        elif not isinstance(value, bool) and (holds == "bool" or value is not None):
            raise BadRecord(f"{where}{name} is {type(value).__name__}, not yes or no")


def _check(value: Any, where: str) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if not value.isascii():
            _check_letters(value, where)
    elif isinstance(value, tuple):
        for place, each in enumerate(value):
            _check(each, f"{where}[{place}]")
    elif is_dataclass(value):
        check_shape(value, f"{where}.")
    else:
        raise BadRecord(f"{where} is {type(value).__name__}, not text")


def _check_letters(value: str, where: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadRecord(f"{where} holds half a character at {error.start}") from error


def validate(document: Document) -> None:
    """Check what every document must have.

    Raises:
        BadRecord: the first field that is missing or cannot be.
    """
    check_shape(document)
    expected = document_id(document.jurisdiction, document.session, document.key or document.identifier)
    closed = {"kind": KINDS, "level": LEVELS, "status": STATUSES}
    for name in ("title", "url", "source_url", "identifier"):
        if not getattr(document, name):
            raise BadRecord(f"{name} is empty")
    for name, words in closed.items():
        if getattr(document, name) not in words:
            raise BadRecord(f"{name} {getattr(document, name)!r} is none of {', '.join(words)}")
    if document.id != expected:
        raise BadRecord(f"id {document.id!r} should be {expected!r}")
    if len(document.id) > LONGEST_ID:
        raise BadRecord(f"id {document.id[:40]!r}… has {len(document.id):,} characters: no source numbers so")
    for name in ("status_on", "published_on", "introduced_on", "comments_close_on", "effective_on"):
        value = getattr(document, name, None)
        if value is not None and not _DAY.match(value):
            raise BadRecord(f"{name} {value!r} is not a date")
