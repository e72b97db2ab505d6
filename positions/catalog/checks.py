"""What every file of the catalog is checked for; a problem names file, line and entry and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from positions.catalog.yaml_file import Entry, is_date

TEXT, FLAG, NUMBER, YEAR = "text", "true or false", "a number from 0 to 1", "a year such as 2024"
LIST, DATE = "a list of texts", "a date such as 2004, 2014-06 or 2019-01-29"
_FITS: dict[str, Callable[[Any], bool]] = {
    TEXT: lambda value: isinstance(value, str) and bool(value.strip()),
    FLAG: lambda value: isinstance(value, bool),
    NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1,
    LIST: lambda value: isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value),
    DATE: is_date,
    YEAR: lambda value: isinstance(value, int) and 1776 <= value <= 2999,
}


class Checker:
    """Collects problems while entries are read. ``begin`` says which entry of which file they belong to."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.file = Path()
        self.where = ""
        self.places: dict[str, tuple[Path, Entry]] = {}
        self._seen: dict[str, str] = {}

    def begin(self, file: Path, entry: Entry) -> None:
        self.file = file
        self.where = str(entry.get("id") or entry.get("title") or "entry without id")

    def values(self, entry: Entry, keys: Mapping[str, str | None], needed: tuple[str, ...]) -> dict[str, Any]:
        """The values of ``entry`` that fit ``keys`` (key -> kind, None for one that is read apart); problems are noted."""
        values: dict[str, Any] = {}
        for key, value in entry.items():
            if key not in keys:
                self.problem(entry, key, f"unknown key {key!r}: write one of {', '.join(keys)}")
            elif (kind := keys[key]) is None or value is None:
                continue
            elif not _FITS[kind](value):
                self.problem(entry, key, f"{key} is {value!r}: write {kind}")
            else:
                values[key] = tuple(value) if kind == LIST else value.strip() if isinstance(value, str) else value
        for key in needed:
            if entry.get(key) in (None, "", []):
                self.problem(entry, key, f"has no {key}: add it")
        return values

    def entries(self, entry: Entry, key: str) -> list[Entry]:
        """The list of mappings under ``key``; empty when absent or wrong."""
        items = entry.get(key) or []
        if isinstance(items, list) and all(isinstance(item, Entry) for item in items):
            return items
        self.problem(entry, key, f"{key} must be a list of entries, each starting with '- '")
        return []

    def closed(self, entry: Entry, key: str, allowed: tuple[str, ...]) -> None:
        """The value, or each value of a list, must be one of ``allowed``."""
        value = entry.get(key)
        for item in value if isinstance(value, list) else [value]:
            if item is not None and item not in allowed:
                self.problem(entry, key, f"{key} is {item!r}: write one of {', '.join(allowed)}")

    def unique(self, entry: Entry) -> None:
        """The entry's id must be new; its place is kept in ``places``."""
        key = str(entry.get("id"))
        if key in self._seen:
            self.problem(entry, "id", f"the id is used already in {self._seen[key]}: ids are unique")
        self._seen[key] = f"{self.file.name}:{entry.line}"
        self.places[key] = (self.file, entry)

    def problem(self, entry: Entry, key: str, problem: str) -> None:
        """Note a problem at the line of ``key``, or of the entry where it lacks that key."""
        line = entry.lines.get(key, entry.line)
        self.problems.append(f"{self.file}:{line}: {self.where}: {problem}")
