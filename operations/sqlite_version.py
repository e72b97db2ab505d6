"""Known faults of the installed SQLite: check, status and serve report them, and a version that is too old is refused."""

from __future__ import annotations

import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

from store.errors import OperationError
from text.yaml_config import read_yaml

_FILE = Path(__file__).with_name("sqlite_versions.yml")


@cache
def _table() -> dict[str, Any]:
    return dict(read_yaml(_FILE))


def refuse_too_old(version: str = sqlite3.sqlite_version) -> None:
    """Stop before anything is written where a run could not end.

    Raises:
        OperationError: the version is older than the oldest one that works.
    """
    oldest = _table()["oldest"]
    if _parts(version) < _parts(oldest["version"]):
        raise OperationError(
            f"SQLite {version}: {oldest['why']}; use a Python with SQLite {oldest['version']} or newer: nothing was changed"
        )


def warnings(version: str = sqlite3.sqlite_version) -> list[str]:
    """The known faults of a version, one sentence each."""
    return [
        f"SQLite {version}: {fault['what']}; version {fault['fixed']} fixes it, and your system may have the fix already: "
        f"{fault['reference']}"
        for fault in _table()["known"]
        if _has(version, fault)
    ]


def _has(version: str, fault: dict[str, Any]) -> bool:
    number = _parts(version)
    if not _parts(fault["from"]) <= number < _parts(fault["fixed"]):
        return False
    return not any(branch[:2] == number[:2] and number >= branch for branch in map(_parts, fault.get("also_fixed", ())))


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))
