"""Kinds of provisions in the rules of companies (lending, privacy, police, removal and the like), and sentences that show them.

The kinds and the words that show them are data (company_provisions.yml). A program reads them; nobody has checked a single
sentence, so pages show each with its words and as automatic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from text.phrases import BadPattern, Pattern, PhraseIndex, pattern
from text.sentences import sentences
from text.tokens import fold_words
from text.yaml_config import rules_of

FILE = Path(__file__).with_suffix(".yml")
#: Sentences of one way that are kept of one text.
MOST = 8
_ANY, _NEAR, _UNLESS = "any", "near", "unless"


class BadKinds(ValueError):
    """company_provisions.yml cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One thing that a sentence may say of a kind; the head of the file explains each key."""

    id: str
    says: str
    any: tuple[Pattern, ...]
    near: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of provision, its ways in the order in which they are tried."""

    id: str
    title: str
    positions: tuple[str, ...]
    types: tuple[str, ...]
    opposites: frozenset[str]
    ways: tuple[Way, ...]


@dataclass(frozen=True, order=True)
class Provision:
    """A sentence of a text, `start` to `end`, and what it says of which kind."""

    start: int
    end: int
    words: str
    kind: str
    way: str


@cache
def load_kinds(path: Path = FILE) -> dict[str, Kind]:
    """All kinds by id, in the file's order.

    Raises:
        BadKinds: the file is not of the form that its head describes.
    """
    with rules_of(path, BadKinds) as raw:
        return {str(name): _kind(str(name), entry) for name, entry in raw.items()}


def _kind(name: str, entry: Mapping[str, Any]) -> Kind:
    if unknown := set(entry) - {"title", "positions", "types", "opposites", "ways"}:
        raise ValueError(f"{name}: unknown {sorted(unknown)}")
    ways = tuple(_way(str(way), words) for way, words in entry["ways"].items())
    return Kind(
        id=name,
        title=str(entry["title"]),
        positions=tuple(map(str, entry["positions"])),
        types=tuple(map(str, entry.get("types", ()))),
        opposites=frozenset(map(str, entry.get("opposites", ()))),
        ways=ways,
    )


def _way(name: str, entry: Mapping[str, Any]) -> Way:
    try:
        patterns = {key: tuple(pattern(each) for each in entry.get(key, ())) for key in (_ANY, _NEAR, _UNLESS)}
    except BadPattern as error:
        raise ValueError(str(error)) from error
    return Way(
        id=name,
        says=str(entry["says"]),
        any=patterns[_ANY],
        near=patterns[_NEAR],
        unless=patterns[_UNLESS],
        examples=tuple(map(str, entry["examples"])),
        counterexamples=tuple(map(str, entry["counterexamples"])),
    )


@cache
def _index() -> PhraseIndex[tuple[str, str, str]]:
    return PhraseIndex(
        (each, (kind.id, way.id, role))
        for kind in load_kinds().values()
        for way in kind.ways
        for role in (_ANY, _NEAR, _UNLESS)
        for each in getattr(way, role)
    )


@lru_cache(maxsize=1 << 17)
def ways_of(sentence: str) -> tuple[tuple[str, str], ...]:
    """The (kind, way) pairs that a sentence shows, one for each kind; versions share most of their sentences."""
    words, held = fold_words(sentence), set()
    for at, item, owner in _index().candidates(words):
        if owner not in held and item.find(words, at, len(words)) is not None:
            held.add(owner)
    found = []
    for kind in load_kinds().values():
        for way in kind.ways:
            fits = (kind.id, way.id, _ANY) in held and (not way.near or (kind.id, way.id, _NEAR) in held)
            if fits and (kind.id, way.id, _UNLESS) not in held:
                found.append((kind.id, way.id))
                break
    return tuple(found)


def provisions(text: str, document_type: str | None) -> list[Provision]:
    """The provisions of a text, in its order; a sentence that stands twice counts once."""
    found: list[Provision] = []
    seen: set[tuple[str, str]] = set()
    number: dict[tuple[str, str], int] = {}
    for start, end in sentences(text):
        start += 2 * text.startswith("- ", start)  # of an item in a list
        words = text[start:end]
        for kind, way in ways_of(words):
            types = load_kinds()[kind].types
            if (types and (document_type or "").partition(" - ")[0] not in types) or (kind, words) in seen:
                continue
            seen.add((kind, words))
            number[kind, way] = number.get((kind, way), 0) + 1
            if number[kind, way] <= MOST:
                found.append(Provision(start, end, words, kind, way))
    return found
