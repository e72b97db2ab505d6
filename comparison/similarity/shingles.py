"""Sampled hashes of the word runs of a text, by which texts that share a passage find each other.

Of all runs of RUN words one in SAMPLE is kept, always the same ones, so that two texts keep the same runs of a passage they
share. A shared passage of 60 words is found with 95 %, one of 100 words with 99.7 %.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np

RUN = 12
SAMPLE = 16
_WORD = re.compile(r"[^\W_]+")
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Words:
    """The words of a text as numbers, and where each starts and ends."""

    numbers: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def words_of(text: str) -> Words:
    found = list(_WORD.finditer(text))
    numbers = np.fromiter((_number(match[0].lower()) for match in found), dtype=np.uint64, count=len(found))
    spans = np.array([match.span() for match in found], dtype=np.int64).reshape(-1, 2)
    return Words(numbers, spans[:, 0], spans[:, 1])


@lru_cache(maxsize=500_000)
def _number(word: str) -> int:
    return int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")


def runs(numbers: np.ndarray, length: int) -> np.ndarray:
    """One number for each run of ``length`` words, in order; the same words give the same number everywhere."""
    count = len(numbers) - length + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    total = np.zeros(count, dtype=np.uint64)
    for step in range(length):
        total = total * _FACTOR + numbers[step : step + count]
    total ^= total >> np.uint64(31)
    total *= _FACTOR
    return total ^ (total >> np.uint64(29))


def sample(found: np.ndarray) -> np.ndarray:
    """Which of some runs are kept, as booleans."""
    return (found >> np.uint64(60)) % np.uint64(SAMPLE) == 0


def prints(text: str) -> np.ndarray:
    """The kept runs of a text, each once, sorted; what an index of texts stores."""
    found = runs(words_of(text).numbers, RUN)
    return np.unique(found[sample(found)])
