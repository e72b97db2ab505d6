"""Find the passages that two texts share, exactly or nearly, with their character offsets in both.

Exact runs of words are found along diagonals (the same distance between the two texts), adjacent runs with a few words
changed between them become one passage, and boilerplate (rules.yml, and runs that many texts have) is left out.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from comparison.rules import Rules
from comparison.similarity.shingles import RUN, HashedTokens, hash_tokens, runs, sample
from text.spans import Span

#: Words that a passage must share, boilerplate not counted.
LEAST = 60
#: Words that may differ between two runs of one passage.
GAP = 12
#: Runs of words found by themselves; shorter ones are chance.
SEED = 8
#: A run that occurs in one text more often than this is a repeated form; it starts no passage.
OFTEN = 4
#: Which part of the words of a passage must be the same.
SAME = 0.8


@dataclass(frozen=True)
class SharedPassage:
    """A passage of both texts. ``words`` are those that both have, ``same`` their share of the longer one."""

    first: Span
    second: Span
    words: int
    same: float


@dataclass(frozen=True)
class Text:
    """A text made ready to be compared with many others."""

    words: HashedTokens
    seeds: np.ndarray
    counted: np.ndarray
    uncommon: np.ndarray

    @property
    def substance(self) -> int:
        """How many of its words are no boilerplate."""
        return int(self.counted.sum())


def prepare(text: str, rules: Rules, common: Collection[int] | np.ndarray = ()) -> Text:
    """Make a text ready.

    Args:
        common: hashes of the runs (comparison.similarity.shingles) that many texts have.
    """
    words = hash_tokens(text)
    counted = np.ones(len(words.hashes), dtype=bool)
    for match in rules.passages.finditer(text.lower()):
        counted[np.searchsorted(words.starts, match.start()) : np.searchsorted(words.starts, match.end())] = False
    kept = runs(words.hashes, RUN)
    often = np.asarray(sorted(common), dtype=np.uint64) if not isinstance(common, np.ndarray) else common
    for at in np.flatnonzero(sample(kept) & np.isin(kept, often)):
        counted[at : at + RUN] = False
    uncommon = np.flatnonzero(sample(kept) & ~np.isin(kept, often))
    return Text(words, runs(words.hashes, SEED), counted, uncommon)


def shared(first: Text, second: Text) -> list[SharedPassage]:
    """The passages of two texts, in the order of the first, none overlapping another in either text."""
    found = [_Run(*each) for each in _exact(first.seeds, second.seeds)]
    merged = sorted(_merge(found), key=lambda run: (-run.words, run.at))
    kept: list[_Run] = []
    for run in merged:
        if not any(run.overlaps(other) for other in kept) and _counts(run, first):
            kept.append(run)
    return [_passage(run, first.words, second.words) for run in sorted(kept, key=lambda run: run.at)]


@dataclass
class _Run:
    """Words ``at`` to ``stop`` of the first text and ``other`` to ``other_stop`` of the second; ``words`` are the same."""

    at: int
    other: int
    words: int
    stop: int = 0
    other_stop: int = 0

    def __post_init__(self) -> None:
        self.stop = self.stop or self.at + self.words
        self.other_stop = self.other_stop or self.other + self.words

    def overlaps(self, run: _Run) -> bool:
        return (self.at < run.stop and run.at < self.stop) or (
            self.other < run.other_stop and run.other < self.other_stop
        )

    def goes_on_in(self, run: _Run) -> bool:
        return 0 <= run.at - self.stop <= GAP and 0 <= run.other - self.other_stop <= GAP


def _exact(first: np.ndarray, second: np.ndarray) -> list[tuple[int, int, int]]:
    """``(at, other, words)`` of every run of words that both texts have, as long as it can be."""
    at, other = _meetings(first, second)
    if not len(at):
        return []
    order = np.lexsort((at, other - at))
    at, other = at[order], other[order]
    breaks = np.flatnonzero((np.diff(at) != 1) | (np.diff(other) != 1)) + 1
    starts, ends = np.r_[0, breaks], np.r_[breaks, len(at)]
    return [(int(at[s]), int(other[s]), int(e - s) + SEED - 1) for s, e in zip(starts, ends, strict=True)]


def _meetings(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair of indexes at which both texts have the same seed, without seeds that are repeated forms."""
    order = np.argsort(second, kind="stable")
    values, begins, counts = np.unique(second[order], return_index=True, return_counts=True)
    place = np.searchsorted(values, first)
    place[place == len(values)] = 0
    hit = (values[place] == first) & (counts[place] <= OFTEN) if len(values) else np.zeros(len(first), dtype=bool)
    at = np.flatnonzero(hit)
    number = counts[place[at]]
    repeated = np.repeat(at, number)
    offsets = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    return repeated, order[np.repeat(begins[place[at]], number) + offsets]


def _merge(found: list[_Run]) -> list[_Run]:
    """Runs that follow each other in both texts with a few other words between them, as one."""
    merged: list[_Run] = []
    open_runs: list[_Run] = []
    for run in sorted(found, key=lambda run: (run.at, run.other)):
        open_runs = [each for each in open_runs if run.at - each.stop <= GAP]
        before = max((each for each in open_runs if each.goes_on_in(run)), key=lambda each: each.words, default=None)
        if before is None:
            merged.append(run)
            open_runs.append(run)
        else:
            before.words += run.words
            before.stop, before.other_stop = run.stop, run.other_stop
    return merged


def _counts(run: _Run, text: Text) -> bool:
    length = max(run.stop - run.at, run.other_stop - run.other)
    uncommon = np.searchsorted(text.uncommon, run.stop - RUN) > np.searchsorted(text.uncommon, run.at)
    return (
        run.words >= SAME * length
        and bool(uncommon)
        and int(text.counted[run.at : run.stop].sum()) - (run.stop - run.at - run.words) >= LEAST
    )


def _passage(run: _Run, first: HashedTokens, second: HashedTokens) -> SharedPassage:
    length = max(run.stop - run.at, run.other_stop - run.other)
    same = round(run.words / length, 3)
    return SharedPassage(_span(first, run.at, run.stop), _span(second, run.other, run.other_stop), run.words, same)


def _span(words: HashedTokens, at: int, stop: int) -> Span:
    return Span("text", int(words.starts[at]), int(words.ends[stop - 1]))
