"""The pattern language of the catalog, and an index that finds many patterns in one pass over a text.

A pattern is plain words: ``library records`` matches any case, spacing, hyphens and regular plurals. ``remov*`` matches a
beginning (four letters or more), ``ban|bar`` either word, ``staff|library_worker`` a word or a run of words, and ``..`` up
to eight words in between. Nothing else is special.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Generic, TypeVar

from store.errors import InvalidInput
from text.tokens import WORD, forms

Owner = TypeVar("Owner")

#: How many words ``..`` may stand for.
GAP = 8

_PART = re.compile(r"[^\W.][\w|*'’]*|[|*][\w|*'’]*|\.\.")


class BadPattern(InvalidInput):
    """A pattern that cannot be read: the message says what to change."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a text and their first four letters: rules out most patterns before any is searched for."""

    words: frozenset[str]
    beginnings: frozenset[str]


def vocabulary(folded: Iterable[str]) -> Vocabulary:
    words = frozenset(folded)
    return Vocabulary(words, frozenset(word[:4] for word in words))


@dataclass(frozen=True, slots=True)
class _Slot:
    """One place of a pattern: any of ``words`` or ``prefixes``, or one of the longer ``runs``."""

    words: frozenset[str]
    prefixes: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...]
    gap_before: bool

    def possible(self, seen: Vocabulary) -> bool:
        """Whether a text with these words could fill this place."""
        if not self.words.isdisjoint(seen.words) or any(run[0] in seen.words for run in self.runs):
            return True
        return any(prefix[:4] in seen.beginnings for prefix in self.prefixes)

    def ends(self, words: Sequence[str], at: int, stop: int) -> list[int]:
        """Return the indexes after the words that fill this place from ``at`` on; empty if none do."""
        word = words[at]
        single = word in self.words or any(word.startswith(prefix) for prefix in self.prefixes)
        ends = [at + 1] if single else []
        for run in self.runs:
            if at + len(run) <= stop and all(words[at + i] == part for i, part in enumerate(run)):
                ends.append(at + len(run))
        return ends


@dataclass(frozen=True, slots=True)
class Pattern:
    source: str
    slots: tuple[_Slot, ...]

    def find(self, words: Sequence[str], at: int, stop: int) -> tuple[int, ...] | None:
        """Return the indexes of the folded words that fill the pattern from ``at`` on, before ``stop``; None if it fails."""
        paths: dict[int, tuple[int, ...]] = {at: ()}
        for slot in self.slots:
            reach = GAP + 1 if slot.gap_before else 1
            longer: dict[int, tuple[int, ...]] = {}
            for place, path in paths.items():
                for start in range(place, min(stop, place + reach)):
                    for end in slot.ends(words, start, stop):
                        longer.setdefault(end, (*path, *range(start, end)))
            if not longer:
                return None
            paths = longer
        return paths[min(paths)]

    def possible(self, seen: Vocabulary) -> bool:
        return all(slot.possible(seen) for slot in self.slots)

    def occurs_in(self, words: Sequence[str], first: int, stop: int) -> bool:
        return any(self.find(words, at, stop) is not None for at in range(first, stop))


def pattern(source: str) -> Pattern:
    """Read a pattern.

    Raises:
        BadPattern: it is empty, starts or ends with ``..``, or has a beginning shorter than four letters.
    """
    slots: list[_Slot] = []
    gap = False
    for part in _PART.findall(_plain(source)):
        if part == "..":
            if gap or not slots:
                raise BadPattern(f"{source!r}: '..' stands between two words")
            gap = True
            continue
        slots.append(_slot(source, part, gap))
        gap = False
    if gap or not slots:
        raise BadPattern(f"{source!r}: write at least one word, and do not end with '..'")
    return Pattern(source, tuple(slots))


def _plain(source: str) -> str:
    """Return it in lower case with everything that only separates words turned into a space, ``..`` kept."""
    return re.sub(r"(?<!\.)\.(?!\.)|[^\w.|*\s'’]", " ", source.lower())


def _slot(source: str, part: str, gap: bool) -> _Slot:
    choices = [choice.strip("_'’") for choice in part.split("|")]
    prefixes = tuple(choice[:-1] for choice in choices if choice.endswith("*"))
    written = [choice for choice in choices if not choice.endswith("*")]
    if not all(choices) or any("*" in each for each in (*prefixes, *written)):
        raise BadPattern(f"{source!r}: '*' stands only at the end of a word, '|' between two words")
    if any("_" in prefix for prefix in prefixes):
        raise BadPattern(f"{source!r}: words joined by '_' are written out, without '*'")
    if short := [prefix for prefix in prefixes if len(prefix) < 4]:
        raise BadPattern(f"{source!r}: write at least four letters before '*' (found {short[0]!r})")
    runs = [run for choice in written for run in product(*map(forms, WORD.findall(choice)))]
    words = frozenset(run[0] for run in runs if len(run) == 1)
    return _Slot(words, prefixes, tuple(run for run in runs if len(run) > 1), gap)


class PhraseIndex(Generic[Owner]):
    """Many patterns, each with its owner, looked up by their first word: one pass over a text finds all."""

    def __init__(self, patterns: Iterable[tuple[Pattern, Owner]]) -> None:
        self._exact: dict[str, list[tuple[Pattern, Owner]]] = {}
        self._prefix: dict[str, list[tuple[Pattern, Owner]]] = {}
        for item in patterns:
            first = item[0].slots[0]
            for word in {*first.words, *(run[0] for run in first.runs)}:
                self._exact.setdefault(word, []).append(item)
            for key in {prefix[:4] for prefix in first.prefixes}:
                self._prefix.setdefault(key, []).append(item)

    def candidates(self, words: Iterable[str]) -> Iterator[tuple[int, Pattern, Owner]]:
        """Yield ``(index, pattern, owner)`` for each folded word that may begin a pattern; not checked further."""
        for at, word in enumerate(words):
            for pattern, owner in self._exact.get(word, ()):
                yield at, pattern, owner
            for pattern, owner in self._prefix.get(word[:4], ()):
                if word.startswith(pattern.slots[0].prefixes):
                    yield at, pattern, owner
