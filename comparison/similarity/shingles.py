"""Sampled hashes of the word runs of a text, by which texts that share a passage find each other.

Of all runs of RUN words one in SAMPLE is kept, always the same ones, so that two texts keep the same runs of a passage they
share. A shared passage of 60 words is found with 95 %, one of 100 words with 99.7 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

from text.tokens import tokenize

RUN = 12
SAMPLE = 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class HashedTokens:
    """The words of a text as hashes, and where each starts and ends."""

    hashes: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def hash_tokens(text: str) -> HashedTokens:
    tokens = tokenize(text)
    hashes = np.fromiter(map(_hash, tokens.folded), dtype=np.uint64, count=len(tokens))
    return HashedTokens(hashes, np.asarray(tokens.starts), np.asarray(tokens.ends))


@lru_cache(maxsize=500_000)
def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def runs(hashes: np.ndarray, length: int) -> np.ndarray:
    """Return one hash for each run of ``length`` words, in order; the same words give the same hash everywhere."""
    count = len(hashes) - length + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for step in range(length):
        total = total * _FACTOR + hashes[step : step + count]
    total ^= total >> np.uint64(31)
    total *= _FACTOR
    return total ^ (total >> np.uint64(29))


def sample(found: np.ndarray) -> np.ndarray:
    """Which of some runs are kept, as booleans."""
    return (found >> np.uint64(60)) % np.uint64(SAMPLE) == 0


def prints(text: str) -> np.ndarray:
    """The kept runs of a text, each once, sorted; what an index of texts stores."""
    found = runs(hash_tokens(text).hashes, RUN)
    return np.unique(found[sample(found)])
