"""What the tagger says of labeled documents, set against their labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from classify.tagger import Tagging


@dataclass(frozen=True)
class Judged:
    """Documents that nothing learned from: ``truth`` (bool), ``likely`` (0 to 1), and ``tagged`` (bool: above the threshold)
    have the shape (documents, areas); ``natural`` says which were drawn at random."""

    truth: np.ndarray
    likely: np.ndarray
    tagged: np.ndarray
    natural: np.ndarray

    def and_also(self, other: Judged) -> Judged:
        both = ([getattr(self, part.name), getattr(other, part.name)] for part in fields(Judged))
        return Judged(*map(np.concatenate, both))


def judged(
    taggings: Sequence[Tagging], areas: Sequence[str], labels: Iterable[Collection[str]], natural: Sequence[bool]
) -> Judged:
    """``taggings``, ``labels`` (areas), and ``natural`` have one entry a document, in the same order."""
    tagged = [{tag.area for tag in tagging.areas if tag.tagged} for tagging in taggings]
    return Judged(
        np.array([[area in given for area in areas] for given in labels]),
        np.array([probabilities_of(tagging, areas) for tagging in taggings]),
        np.array([[area in found for area in areas] for found in tagged]),
        np.array(natural),
    )


def probabilities_of(tagging: Tagging, areas: Iterable[str]) -> list[float]:
    found = {tag.area: tag.probability for tag in tagging.areas}
    return [found.get(area, 0.0) for area in areas]
