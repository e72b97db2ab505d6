"""Which of many documents may be alike: MinHash signatures (datasketch), cut into bands that are compared as wholes.

datasketch's own index would have to be built in memory at every run; the bands of all stored signatures are compared with
those of a few new ones in a second. A test holds that both name the same pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zlib import crc32

import numpy as np

from comparison.similarity.term_weights import Weights

#: Length of a signature; BANDS times ROWS. Two sets that share half of their weight meet in a band with 64 %, those that
#: share seven tenths with 99 %.
PERMUTATIONS = 64
BANDS, ROWS = 16, 4
#: More documents than this in one bucket follow one form; they are not compared with each other.
CROWD = 60
_SPREAD = 0x9E3779B1


def signatures(wordings: Iterable[frozenset[str]], weights: Weights) -> Iterator[np.ndarray | None]:
    """The signature of each set of words, None where no word of it counts. A heavier word enters several times."""
    # Here and not above: it loads scipy, for which a run that compares nothing need not wait.
    from datasketch import MinHash

    kept = [_features(each, weights) for each in wordings]
    made = MinHash.generator(kept, num_perm=PERMUTATIONS, hashfunc=int, scheme="affine32")
    for values, minhash in zip(kept, made, strict=True):
        yield minhash.hashvalues if values else None


def _features(some: frozenset[str], weights: Weights) -> list[int]:
    found = []
    for word in some:
        base = crc32(word.encode())
        found += [(base + n * _SPREAD) & 0xFFFFFFFF for n in range(round(weights.of(word)))]
    return found


def pairs(matrix: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """Pairs of rows that have a band in common, one of them ``fresh``: an array of (first, second), first < second.

    Args:
        matrix: one signature a row.
        fresh: which rows are new, as booleans.
    """
    number = len(matrix)
    found = np.empty(0, dtype=np.int64)  # first * number + second: half the memory of pairs, and sorted as they are
    for band in range(BANDS):
        keys = _keys(matrix[:, band * ROWS : (band + 1) * ROWS])
        touched = np.flatnonzero(np.isin(keys, keys[fresh]))
        met = [found]
        for first, second in _in_buckets(keys[touched]):
            one, other = touched[first], touched[second]
            new = fresh[one] | fresh[other]
            met.append(one[new] * number + other[new])
        found = np.unique(np.concatenate(met))
    return np.column_stack(np.divmod(found, number)) if number else np.empty((0, 2), dtype=np.int64)


def _keys(band: np.ndarray) -> np.ndarray:
    """One number of 64 bits for each row of a band; that two bands meet in one by chance happens once in 2 to the 64th."""
    keys = np.zeros(len(band), dtype=np.uint64)
    for column in band.T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _in_buckets(keys: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The pairs of rows with the same key, the first ones and the second ones, for all buckets of one size at a time."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.r_[0, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1]
    sizes = np.diff(np.r_[starts, len(keys)])
    for size in np.unique(sizes[(sizes > 1) & (sizes <= CROWD)]):
        # In order within a bucket, as the sort is stable.
        rows = order[starts[sizes == size][:, None] + np.arange(size)]
        first, second = np.triu_indices(size, 1)
        yield rows[:, first].ravel(), rows[:, second].ravel()
