"""The words of titles and summaries, how telling each word is, and how alike two sets of words are.

A word counts by how rare it is among all wordings held; words that a thirtieth of them have, and those of the drafting
trade (rules.yml), count nothing. Titles and summaries only group documents: comparison.similarity.passages finds what two
texts share.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from comparison.rules import Rules

#: A word that one in so many wordings has counts nothing (2 to this power), and so on by halves up to the heaviest.
_COMMON_BITS = 5
_HEAVIEST = 7.0
#: A small collection says little about which words are common; it is reckoned as if it had this many wordings.
_FEWEST = 20_000
#: Words of at least this weight identify a subject: a name, a number, a topic.
TELLING = 1.5


def number_of(*parts: str) -> int:
    """One number for the same parts on every machine; fits a signed column of SQLite."""
    return int.from_bytes(blake2b("\0".join(parts).encode(), digest_size=8).digest(), "big", signed=True)


def frequencies(wordings: Iterable[frozenset[str]]) -> dict[str, int]:
    """How many wordings have each word, without those that only one has; under ``""`` how many wordings there are."""
    counted: Counter[str] = Counter()
    number = 0
    for each in wordings:
        counted.update(each)
        number += 1
    return {"": number} | {word: count for word, count in counted.items() if count > 1}


class Weights:
    """How telling each word is, 0 to 7."""

    def __init__(self, found: Mapping[str, int], rules: Rules) -> None:
        self._found = found
        self._bits = math.log2(max(found.get("", 0), _FEWEST))
        self._formula = rules.formula
        self._known: dict[str, float] = {}

    def of(self, word: str) -> float:
        if (known := self._known.get(word)) is None:
            rarity = self._bits - math.log2(self._found.get(word, 1)) - _COMMON_BITS
            known = 0.0 if word in self._formula else min(max(rarity, 0.0), _HEAVIEST)
            self._known[word] = known
        return known

    def total(self, some: Iterable[str]) -> float:
        return math.fsum(sorted(map(self.of, some)))


def likeness(first: frozenset[str], second: frozenset[str], weights: Weights) -> tuple[float, float]:
    """``(share, shared)``: which part of the weight of all their words both have, 0 to 1, and that weight itself."""
    shared = weights.total(first & second)
    whole = shared + weights.total(first ^ second)
    return (shared / whole if whole else 0.0), shared


def filled_in_differently(first: frozenset[str], second: frozenset[str], weights: Weights) -> bool:
    """Whether each has a telling word or a number that the other lacks: one form with two names in it, no variant."""
    return _is_specific(first - second, weights) and _is_specific(second - first, weights)


def _is_specific(some: Iterable[str], weights: Weights) -> bool:
    return any(word.isdigit() or weights.of(word) >= TELLING for word in some)
