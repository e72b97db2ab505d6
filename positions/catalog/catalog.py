"""The positions as they stand in ``entries/*.yml`` of the catalog in force: loaded, checked and frozen.

A file is a policy area and a list of entries; its order is the order of the site. What is wrong is reported all at once,
with file, line and entry. See docs/positions.md for what each key means and where the facts come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from classify.models import in_use
from positions.catalog import briefs, messages, yaml_file
from positions.catalog.chapters import FILE as CHAPTERS
from positions.catalog.chapters import load_chapters
from positions.catalog.entry_reader import EntryReader
from positions.catalog.organization import FILE as ORGANIZATION
from positions.catalog.organization import entries_home, organization
from positions.catalog.records import (
    AREAS,
    DIRECTIONS,
    Example,
    Position,
    PositionVersion,
    Trigger,
)
from positions.catalog.stances import FILE, load_stances
from positions.catalog.yaml_file import BadFile

__all__ = [
    "AREAS",
    "DIRECTIONS",
    "HOME",
    "BadFile",
    "Catalog",
    "Example",
    "Position",
    "PositionVersion",
    "Trigger",
    "catalog_hash",
    "check",
    "code_hash",
    "load_catalog",
]

#: The positions that come with the project, whatever catalog is in force.
HOME = Path(__file__).with_name("entries")
#: What a match depends on beside the catalog.
CODE = (
    "matching/bill_families.py",
    "matching/bill_families.yml",
    "matching/causes.yml",
    "matching/direction_words.py",
    "matching/direction_words.yml",
    "matching/direction.py",
    "matching/document_direction.py",
    "matching/matcher.py",
    "matching/provisions.py",
    "matching/quotes.py",
    "matching/title_forms.py",
    "matching/title_forms.yml",
    "matching/weak_quotes.yml",
    "relevance/claims.py",
    "relevance/kinds.yml",
    "relevance/library_words.yml",
    "relevance/model.json",
    "relevance/relevance.py",
    "relevance/subject.py",
    "../text/boilerplate.py",
    "../text/boilerplate.yml",
    "../text/phrases.py",
    "../text/sentences.py",
    "../text/spans.py",
    "../text/tokens.py",
)


@dataclass(frozen=True)
class Catalog:
    """``positions`` are matched and shown; ``unlisted`` wait until somebody has read a source for them."""

    positions: tuple[Position, ...]
    version: str
    unlisted: tuple[Position, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Position]:
        return {position.id: position for position in self.positions}

    @cached_property
    def by_company_provision(self) -> dict[str, list[tuple[Position, str]]]:
        """The positions that a provision of companies' rules touches, each with the stance it suggests, by "kind.way"."""
        found: dict[str, list[tuple[Position, str]]] = {}
        for position in self.positions:
            for way, stance in position.companies:
                found.setdefault(way, []).append((position, stance))
        return found


def load_catalog(path: Path | None = None) -> Catalog:
    """Every position, files in the order of ``AREAS``, entries in the order of their file.

    Args:
        path: the folder entries/ of a catalog; by default of the one in force.

    Raises:
        BadFile: anything is wrong; ``problems`` lists all of it.
    """
    path = path or entries_home()
    return _loaded(path, catalog_hash(path))


@lru_cache(maxsize=4)  # reading takes half a second, and one run needs it in several places
def _loaded(path: Path, version: str) -> Catalog:
    reader = _read_all(path)
    if reader.problems:
        raise BadFile(reader.problems)
    listed = tuple(position for position in reader.positions if position.listed)
    return Catalog(listed, version, tuple(position for position in reader.positions if not position.listed))


def check(path: Path | None = None) -> list[str]:
    """What is wrong with the catalog, and the stances and messages beside it, one sentence each with file and line.

    Args:
        path: the folder entries/ of a catalog; by default of the one in force.

    Also what can be used but is not well written: statements and messages that are hard to read, examples and parts of a
    scope that are lacking.
    Empty if nothing is wrong.
    """
    path = path or entries_home()
    reader = _read_all(path)
    unread, problems = bool(reader.problems), reader.problems
    if (path.parent / ORGANIZATION).exists():
        problems += _problems(organization, path.parent)
    problems += _problems(load_chapters, path.parent / CHAPTERS.name)
    if unread:
        return problems
    if (file := path.parent / FILE.name).exists():
        problems += _problems(load_stances, frozenset(position.id for position in reader.positions), file)
    if (folder := path.with_name(messages.HOME.name)).exists():
        listed = [position for position in reader.positions if position.listed]
        problems += _problems(messages.load_messages, listed, folder) or messages.check_words(folder)
    if (folder := path.with_name(briefs.HOME.name)).exists():
        problems += _problems(briefs.load_briefs, [each for each in reader.positions if each.listed], folder)
    reader.check_examples()
    reader.check_scope()
    reader.check_reading()
    return problems


def _problems(load: Callable[..., Any], *arguments: Any) -> list[str]:
    try:
        load(*arguments)
    except BadFile as error:
        return error.problems
    return []


def catalog_hash(path: Path | None = None) -> str:
    """Hash of everything matches are derived from: the catalog, the cue words and this package's matching code."""
    digest = hashlib.sha256(code_hash().encode())
    for file in _files(path or entries_home()):
        digest.update(f"{file.name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def code_hash() -> str:
    """Hash of what decides about every position alike: cue words, boilerplate, and the code that reads a document."""
    digest = hashlib.sha256()
    for name in CODE:
        file = Path(__file__).parents[1] / name
        file = in_use(file) if file.name == "model.json" else file
        digest.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _files(path: Path) -> list[Path]:
    return [path / f"{area}.yml" for area in AREAS if (path / f"{area}.yml").exists()]


def _read_all(path: Path) -> EntryReader:
    reader = EntryReader()
    if not (files := _files(path)):
        reader.problems.append(f"{path}: holds no catalog file such as {AREAS[0]}.yml: give the folder of the catalog")
    for file in files:
        try:
            entries = yaml_file.read(file)
        except BadFile as error:
            reader.problems += error.problems
            continue
        for entry in entries:
            reader.position(file, entry)
    reader.check_relations()
    return reader
