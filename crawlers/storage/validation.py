"""Whether a record can be stored: every field text, nothing or a tuple of such, or yes or no where it says so.

Sources send other things.

A field that no database takes would otherwise undo the whole batch that it came in.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from crawlers.items import BadRecord

MOST = 100_000_000  # of nothing that is counted are there more


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
