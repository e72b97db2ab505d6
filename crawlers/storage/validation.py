"""Whether a record can be stored: every field text, nothing or a tuple of such, or yes or no where it says so.

Sources send other things.

A field that no database takes would otherwise undo the whole batch that it came in.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from crawlers.items import BadRecord


def storable(text: str) -> str:
    """A text with a question mark for each half of a character, which no database takes."""
    return text.encode("utf-8", "replace").decode()


@cache
def _names(kind: type) -> tuple[tuple[str, bool], ...]:
    """The fields of a record, each with whether it holds yes or no."""
    return tuple((each.name, each.type in (bool, "bool")) for each in fields(kind))


def check_shape(record: Any, where: str = "") -> None:
    """Look at every field of a record, its parts too.

    Raises:
        BadRecord: one that cannot be stored, named with its place (`versions[0].media_type`).
    """
    kind: type = type(record)
    for name, yes_or_no in _names(kind):
        value = getattr(record, name)
        if not yes_or_no:
            _check(value, f"{where}{name}")
        elif not isinstance(value, bool):
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
