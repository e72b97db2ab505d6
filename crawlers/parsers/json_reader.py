"""Hostile answers as the JSON they should be, and what a record of them may make Python raise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

from crawlers.items import BadRecord, Unreadable

MOST = 100_000_000  # no source has more of anything; a larger total is a broken one, and SQLite could not hold it


def read_json(body: bytes) -> Any:
    """An answer's JSON.

    Raises:
        Unreadable: it is none, or is nested too deeply to be an answer: worth asking again.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from error


def read_object(body: bytes) -> dict[str, Any]:
    """An answer's JSON object.

    Raises:
        Unreadable: it is no JSON, or no object: worth asking again.
    """
    found = read_json(body)
    if not isinstance(found, dict):
        raise Unreadable("not a JSON object")
    return found


def read_objects(body: bytes) -> list[dict[str, Any]]:
    """The objects of an answer that is a JSON list.

    Raises:
        Unreadable: it is no JSON, or no list of objects: worth asking again.
    """
    found = read_json(body)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unreadable("not a list of records")
    return found


def is_total(value: Any) -> TypeGuard[int]:
    """Whether this can be how many there are of something."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST


@contextmanager
def readable(record: str, refuse: type[ValueError] = BadRecord) -> Iterator[None]:
    """Inside, whatever a part of the wrong form makes Python raise becomes one error that names the record.

    Raises:
        BadRecord: or another error of that kind, where `refuse` says so.
    """
    try:
        yield
    except (BadRecord, Unreadable):
        raise
    except (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError, RecursionError) as error:
        raise refuse(f"{record}: {type(error).__name__} at {error}") from error
