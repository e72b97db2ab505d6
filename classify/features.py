"""What the trained model reads: words and word pairs of the whole and of the title, and the rules.

Every feature is a 64-bit key, made from the same words as the rules see, so that a feature always knows its place in the
text. The trained file lists the keys it knows; all others are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from classify.areas import AreaFile
from text.tokens import Tokens

#: Blocks of features; each is scaled to length one, then by this, so that no block drowns another.
BLOCKS = {"body": 1.0, "title": 0.7}
#: What a rule that fired counts as a feature, by the field it fired in.
RULE_IN_FIELD = {"title": 1.0, "abstract": 0.6, "text": 0.6}
RULE_SCALE = 0.5

_MIX = np.uint64(0x9E3779B97F4A7C15)
_TITLE_SALT = np.uint64(0xA5A5A5A55A5A5A5A)


@lru_cache(maxsize=100_000)
def word_key(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "little")


def word_keys(folded: list[str]) -> np.ndarray:
    return np.array([word_key(word) for word in folded], dtype=np.uint64)


def pair_keys(keys: np.ndarray) -> np.ndarray:
    """Keys of neighbouring words: shape (n - 1,), the pair that begins at each word but the last."""
    return (keys[:-1] * _MIX) ^ (keys[1:] + _MIX)


@dataclass
class Part:
    """The keys of one part of a document (a title and an abstract, or a chunk), gathered field by field."""

    keys: dict[str, list[np.ndarray]] = field(default_factory=lambda: {block: [] for block in BLOCKS})
    words: int = 0

    def add(self, words: Tokens, in_title: bool) -> None:
        if not words.folded:
            return
        single = word_keys(words.folded)
        both = np.concatenate([single, pair_keys(single)])
        self.keys["body"].append(both)
        if in_title:
            self.keys["title"].append(both ^ _TITLE_SALT)
        self.words += len(words.folded)

    def counts(self, block: str) -> tuple[np.ndarray, np.ndarray]:
        """Distinct keys of a block, and how often each stands there."""
        if not self.keys[block]:
            return np.empty(0, np.uint64), np.empty(0, np.int64)
        return np.unique(np.concatenate(self.keys[block]), return_counts=True)


def rule_vector(
    areas: AreaFile, fields_of_rules: Mapping[int, Mapping[str, int]], likely: Mapping[str, float], rules: int
) -> np.ndarray:
    """The rules as features: one number per rule (the best field it fired in), then the log-odds per area, capped.

    ``fields_of_rules`` is rule number -> field -> hits; ``likely`` the rules' own probability per area.
    """
    vector = np.zeros(rules + len(areas.areas), dtype=np.float32)
    for number, counts in fields_of_rules.items():
        vector[number] = max(RULE_IN_FIELD[name] for name in counts)
    for place, area in enumerate(areas.areas, rules):
        vector[place] = min(4.0, np.log1p(likely[area.id] / (1.001 - likely[area.id])))
    return vector * RULE_SCALE
