"""ALA's positions as they stand in ``catalogue/*.yml``: loaded, checked and frozen.

A file is a policy area and a list of entries; its order is the order of the site. What is wrong is reported all at once,
with file, line and entry. See docs/positions.md for what each key means and where the facts come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from positions import yamlfile
from positions.phrases import BadPattern, Pattern, pattern
from positions.records import AREAS, CONFIDENCES, STANCES, Example, Position, PositionVersion, Trigger
from positions.yamlfile import BadFile, Entry

__all__ = [
    "AREAS",
    "HOME",
    "STANCES",
    "BadFile",
    "Catalogue",
    "Example",
    "Position",
    "PositionVersion",
    "Trigger",
    "catalogue_hash",
    "check",
    "load_catalogue",
]

HOME = Path(__file__).with_name("catalogue")


@dataclass(frozen=True)
class Catalogue:
    positions: tuple[Position, ...]
    version: str

    @cached_property
    def by_id(self) -> dict[str, Position]:
        return {position.id: position for position in self.positions}


def load_catalogue(path: Path = HOME) -> Catalogue:
    """Every position, files in the order of ``AREAS``, entries in the order of their file.

    Raises:
        BadFile: anything is wrong; ``problems`` lists all of it.
    """
    positions, problems = _read_all(path)
    if problems:
        raise BadFile(problems)
    return Catalogue(tuple(positions), catalogue_hash(path))


def check(path: Path = HOME) -> list[str]:
    """What is wrong with the catalogue, one sentence each with file and line; empty if nothing is."""
    return _read_all(path)[1]


def catalogue_hash(path: Path = HOME) -> str:
    """Hash of everything matches are derived from: the catalogue, the cue words and this package's matching code."""
    here = Path(__file__).parent
    code = [here / name for name in ("cues.yml", "direction.py", "matching.py", "phrases.py", "sentences.py")]
    digest = hashlib.sha256()
    for file in [*_files(path), *code]:
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    return [path / f"{area}.yml" for area in AREAS if (path / f"{area}.yml").exists()]


def _read_all(path: Path) -> tuple[list[Position], list[str]]:
    if not (files := _files(path)):
        return [], [f"{path}: holds no catalogue file such as {AREAS[0]}.yml: give the folder of the catalogue"]
    reader = _Reader()
    for file in files:
        try:
            entries = yamlfile.read(file)
        except BadFile as error:
            reader.problems += error.problems
            continue
        for entry in entries:
            reader.position(file, entry)
    reader.check_relations()
    return reader.positions, reader.problems


_TEXT, _FLAG, _NUMBER, _LIST, _DATE = "text", "true or false", "a number from 0 to 1", "a list of texts", "a date"
_POSITION_KEYS = {
    "id": _TEXT, "title": _TEXT, "areas": _LIST, "confidence": _TEXT, "source_url": _TEXT, "source_read": _FLAG,
    "owner_units": _LIST, "partners": _LIST, "opponents": _LIST, "core_values": _LIST, "related": _LIST, "note": _TEXT,
    "versions": None, "triggers": None, "examples": None, "messages": None,
}  # fmt: skip
_VERSION_KEYS = {
    "document": _TEXT, "body": _TEXT, "section": _TEXT, "adopted": _DATE, "revised": _DATE, "superseded": _DATE,
    "retired": _DATE, "statement": _TEXT, "rationale": _TEXT, "confidence": _TEXT, "date_confidence": _TEXT, "note": _TEXT,
}  # fmt: skip
_TRIGGER_KEYS = {
    "id": _TEXT, "says": _TEXT, "reversed": _TEXT, "any": _LIST, "near": _LIST, "context": _LIST, "unless": _LIST,
    "alone": _FLAG, "weight": _NUMBER,
}  # fmt: skip
_EXAMPLE_KEYS = {"text": _TEXT, "stance": _TEXT}
_FITS: dict[str, Callable[[Any], bool]] = {
    _TEXT: lambda value: isinstance(value, str) and bool(value.strip()),
    _FLAG: lambda value: isinstance(value, bool),
    _NUMBER: lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1,
    _LIST: lambda value: isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value),
    _DATE: yamlfile.is_date,
}


class _Reader:
    """Turns entries into positions and collects every problem on the way."""

    def __init__(self) -> None:
        self.positions: list[Position] = []
        self.problems: list[str] = []
        self._where = ""
        self._seen: dict[str, str] = {}
        self._file = Path()
        self._lines: dict[str, tuple[Path, Entry]] = {}

    def position(self, file: Path, entry: Entry) -> None:
        self._file = file
        self._where = str(entry.get("id") or entry.get("title") or "entry without id")
        before = len(self.problems)
        values = self._values(entry, _POSITION_KEYS, ("id", "title", "areas", "confidence", "versions", "triggers"))
        self._unique(entry)
        self._closed(entry, "confidence", CONFIDENCES)
        for area in values.get("areas") or ():
            if area not in AREAS:
                self._problem(entry, "areas", f"unknown area {area!r}: write one of {', '.join(AREAS)}")
        if values.get("areas") and values["areas"][0] != file.stem:
            self._problem(
                entry, "areas", f"stands in {file.name}, but its first area is {values['areas'][0]!r}: move it"
            )
        versions = [self._version(item) for item in self._entries(entry, "versions")]
        triggers = [*self._triggers(entry)]
        examples = [self._example(item) for item in self._entries(entry, "examples")]
        if not any("statement" in item for item in self._entries(entry, "versions")):
            self._problem(entry, "versions", "no version has a statement: write what ALA holds in the latest one")
        if len(self.problems) > before:
            return
        self.positions.append(
            Position(
                id=values["id"],
                title=values["title"],
                areas=values["areas"],
                confidence=values["confidence"],
                source_url=values.get("source_url"),
                source_read=values.get("source_read", False),
                **{
                    key: values.get(key, ())
                    for key in ("owner_units", "partners", "opponents", "core_values", "related")
                },
                note=values.get("note"),
                messages=dict(entry.get("messages") or {}),
                versions=tuple(PositionVersion(**item) for item in versions),
                triggers=tuple(Trigger(**item) for item in triggers),
                examples=tuple(Example(**item) for item in examples),
            )
        )

    def check_relations(self) -> None:
        """Every ``related`` id must exist; only meaningful once all files are read without other problems."""
        if self.problems:
            return
        for position in self.positions:
            self._file, entry = self._lines[position.id]
            self._where = position.id
            for other in position.related:
                if other not in self._lines:
                    self._problem(entry, "related", f"names {other!r}, which no file holds: correct or remove it")

    # ---- parts

    def _version(self, item: Entry) -> dict[str, Any]:
        self._closed(item, "confidence", CONFIDENCES)
        self._closed(item, "date_confidence", CONFIDENCES)
        return self._values(item, _VERSION_KEYS, ("document", "confidence"))

    def _example(self, item: Entry) -> dict[str, Any]:
        self._closed(item, "stance", (*STANCES, "none"))
        values = self._values(item, _EXAMPLE_KEYS, ("text", "stance"))
        return {
            "text": values.get("text", ""),
            "stance": None if values.get("stance") == "none" else values.get("stance"),
        }

    def _triggers(self, entry: Entry) -> list[dict[str, Any]]:
        groups = entry.get("triggers")
        if not isinstance(groups, Entry):
            self._problem(entry, "triggers", "must be a mapping with 'support:' and 'oppose:' lists")
            return []
        made: list[dict[str, Any]] = []
        for stance in groups:
            if stance not in STANCES:
                self._problem(groups, stance, f"unknown stance {stance!r}: write one of {', '.join(STANCES)}")
                continue
            for item in self._entries(groups, stance):
                made.append({"stance": stance, **self._trigger(item)})
        ids = [item.get("id") for item in made]
        for twice in sorted({str(i) for i in ids if ids.count(i) > 1}):
            self._problem(entry, "triggers", f"two triggers are called {twice!r}: give each its own id")
        return made

    def _trigger(self, item: Entry) -> dict[str, Any]:
        values = self._values(item, _TRIGGER_KEYS, ("id", "says", "any"))
        for key in ("any", "near", "context", "unless"):
            values[key] = tuple(self._patterns(item, key, values.get(key, ())))
        return values

    def _patterns(self, item: Entry, key: str, sources: tuple[str, ...]) -> list[Pattern]:
        made = []
        for source in sources:
            try:
                made.append(pattern(source))
            except BadPattern as error:
                self._problem(item, key, str(error))
        return made

    # ---- checks

    def _values(self, entry: Entry, keys: Mapping[str, str | None], needed: tuple[str, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in entry.items():
            if key not in keys:
                self._problem(entry, key, f"unknown key {key!r}: write one of {', '.join(keys)}")
            elif (kind := keys[key]) is None or value is None:
                continue
            elif not _FITS[kind](value):
                self._problem(entry, key, f"{key} is {value!r}: write {kind}")
            else:
                values[key] = tuple(value) if kind == _LIST else value.strip() if isinstance(value, str) else value
        for key in needed:
            if entry.get(key) in (None, "", []):
                self._problem(entry, key, f"has no {key}: add it")
        return values

    def _entries(self, entry: Entry, key: str) -> list[Entry]:
        items = entry.get(key) or []
        if isinstance(items, list) and all(isinstance(item, Entry) for item in items):
            return items
        self._problem(entry, key, f"{key} must be a list of entries, each starting with '- '")
        return []

    def _closed(self, entry: Entry, key: str, allowed: tuple[str, ...]) -> None:
        if (value := entry.get(key)) is not None and value not in allowed:
            self._problem(entry, key, f"{key} is {value!r}: write one of {', '.join(allowed)}")

    def _unique(self, entry: Entry) -> None:
        key = str(entry.get("id"))
        if key in self._seen:
            self._problem(entry, "id", f"the id is used already in {self._seen[key]}: ids are unique")
        self._seen[key] = f"{self._file.name}:{entry.line}"
        self._lines[key] = (self._file, entry)

    def _problem(self, entry: Entry, key: str, problem: str) -> None:
        line = entry.lines.get(key, entry.line)
        self.problems.append(f"{self._file}:{line}: {self._where}: {problem}")
