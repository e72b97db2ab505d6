"""The positions nearest to a sentence by its words alone, for the places that the matcher's phrases leave empty.

A match says why; likeness of words cannot. So this only fills up a list for a person who looks for positions: it is never
kept in position_matches, never on a public page, and no outcome rests on it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from positions.catalog.catalog import Catalog, load_catalog
from positions.catalog.records import Position
from positions.matching.direction import read
from positions.matching.direction_words import cues
from positions.matching.matcher import Match
from positions.matching.provisions import Provision
from text.spans import FIELDS
from text.tokens import fold_words, tokenize

#: How many positions a list is filled up to.
PLACES = 3
REASON = "nearest in words"
_MOST = 0.1  # the score of a perfect likeness
_STATED, _TITLE = 3, 0.4  # how often the words of a statement, and those of a document's title, count
_LONGEST = 4_000  # characters of a sentence that are read
_OPENING = 25  # words in which the main verb of a sentence stands
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "the and for with that are which its not may shall must any such other all who their "
        "they have has will under act section state law bill this from",
    )
)


class Nearest:
    """TF-IDF of each position's statement, title, phrases and examples. Build once, use for every sentence."""

    def __init__(self, catalog: Catalog) -> None:
        self._positions = catalog.positions
        self._numbers = {position.id: number for number, position in enumerate(catalog.positions)}
        counts = [_words_of(position) for position in catalog.positions]
        spread = Counter(word for each in counts for word in each)
        self._rarity = {word: math.log((len(counts) + 1) / (n + 0.5)) for word, n in spread.items()}
        self._vectors = [self._vector(each) for each in counts]

    def fill(
        self, found: Sequence[Match], provision: Provision, title: str | None, areas: Collection[str]
    ) -> tuple[Match, ...]:
        """``found``, and after it the nearest positions of ``areas`` until three positions are named.

        Their score is at most 0.1 and below that of every match in ``found``; their reason begins with ``REASON``.
        """
        taken = {match.position_id for match in found}
        asked = Counter(_words(provision.words[:_LONGEST]))
        weights = {word: float(n) for word, n in asked.items()}
        for word in _words((title or "")[:_LONGEST]) if provision.field != "title" else ():
            weights[word] = weights.get(word, 0.0) + _TITLE
        vector = self._vector(weights)
        top = min([_MOST, *(match.score / 2 for match in found)])
        stance = _stance(provision.words[:_LONGEST])
        near = [
            Match(position.id, stance, round(top * likeness, 4), provision, f"{REASON}: {stance}, {position.id}")
            for position, likeness in self._likest(vector, areas)
            if position.id not in taken
        ]
        return (*found, *near[: max(0, PLACES - len(taken))])

    def likeness(self, words: Sequence[str], position_id: str) -> float:
        """How alike folded words and the words of a position are: the cosine, 0 to 1."""
        counts = Counter(word for word in words if _tells(word))
        own = self._vectors[self._numbers[position_id]]
        return sum(weight * own.get(word, 0.0) for word, weight in self._vector(counts).items())

    def _likest(self, vector: Mapping[str, float], areas: Collection[str]) -> list[tuple[Position, float]]:
        """The positions of ``areas`` that share a word with it, the likest first."""
        likeness = [
            (position, sum(weight * own.get(word, 0.0) for word, weight in vector.items()))
            for position, own in zip(self._positions, self._vectors, strict=True)
            if not set(areas).isdisjoint(position.areas + position.also_in)
        ]
        return sorted((pair for pair in likeness if pair[1] > 0), key=lambda pair: -pair[1])

    def _vector(self, counts: Mapping[str, float]) -> dict[str, float]:
        """Of length 1; words that no position has are left out of it, and count in its length as nothing."""
        raw = {w: min(n, 1.0) * (1 + math.log(max(n, 1.0))) * self._rarity.get(w, 0.0) for w, n in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {word: weight / length for word, weight in raw.items() if weight}


@cache
def nearest() -> Nearest:
    """The one of the project's catalog, built when first asked for.

    Raises:
        positions.catalog.yaml_file.BadFile: the catalog on disk is not in order.
    """
    return Nearest(load_catalog())


def first_words(fields: Mapping[str, str | None]) -> Provision | None:
    """What stands for a whole document: its summary, or else its title; None where it has neither."""
    for name in ("abstract", "title", *FIELDS):
        if text := (fields.get(name) or "")[:_LONGEST]:
            return Provision(name, 0, len(text), text)
    return None


def _words(text: str) -> Iterable[str]:
    return filter(_tells, fold_words(text))


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in _COMMON and not word.isdigit()


def _words_of(position: Position) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in (position.title, *(version.statement or "" for version in position.versions)):
        counts.update({word: _STATED * n for word, n in Counter(_words(text)).items()})
    for trigger in position.triggers:
        counts.update(_words(trigger.says))
        for phrase in trigger.any:
            counts.update(_words(re.sub(r"[|_*.]+", " ", phrase.source)))
    for example in position.examples:
        counts.update(_words(example.text))
    return counts


def _stance(words: str) -> str:
    """Help where the main verb builds and nothing turns it round; else nobody can tell."""
    found = tokenize(words)
    signs = cues().signs
    opens = next((signs[word] for word in found.folded[:_OPENING] if signs.get(word) in (1, -1)), 0)
    return "support" if opens > 0 and read(words, found, (0, len(found)), (len(found) - 1,)).sign >= 0 else "watch"
