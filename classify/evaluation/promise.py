"""What is decided without a person, and how often that is right: measured on documents that nothing learned from.

An area of a document is decided when its probability is high enough that the tag stands by itself, or so low that nothing is
shown. In between it is undecided, and a person must look. Both cuts were chosen by cross-validation on the training side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import beta

from classify.evaluation.judged import Judged
from store.constants import SHOWN_TAG, SHOWN_TAG_OF

#: A tag this likely stands by itself: of such tags, 0.95 are right at least (lower bound, training side, all areas). An area
#: less likely than the second is not the document's: one label in twenty lies below (`classify.training.unseen` prints both).
SURE_YES, SURE_NO = SHOWN_TAG, 0.05
#: Areas with another first cut. Readers found their tags doubtful oftener (docs/classifier.md).
SURE_YES_OF = SHOWN_TAG_OF
#: The lower bound holds with this probability.
CONFIDENCE = 0.95


def sure_yes(area: str) -> float:
    """The probability from which a tag of the area stands by itself."""
    return SURE_YES_OF.get(area, SURE_YES)


def lower_bound(hits: int, n: int) -> float | None:
    """The share that ``hits`` of ``n`` speak for at least, by Clopper and Pearson (1934), one-sided; None for nothing."""
    if not n:
        return None
    return round(float(beta.ppf(1 - CONFIDENCE, hits, n - hits + 1)), 3) if hits else 0.0


def promise(judged: Judged, areas: Sequence[str]) -> dict[str, Any]:
    """Per area, for all together, and for those drawn at random: what was decided, and how much of it was right.

    Returns:
        the two cuts, ``sure_yes_of`` (areas with another first one), ``whole`` (share of the random documents of which every
        area is decided), and rows with ``n`` (documents), ``decided`` (share of them), ``tags`` (given without a person) of
        which ``right``, ``precision`` and its ``at_least``; ``undecided`` of which ``wanted`` carry the label, and ``missed``
        (labeled documents that were decided not to be).
    """
    truth, likely, natural = judged.truth, judged.likely, judged.natural
    sure = np.array([sure_yes(area) for area in areas])
    rows = {area: _row(truth[:, [i]], likely[:, [i]], sure[[i]]) for i, area in enumerate(areas)}
    decided = np.all((likely >= sure) | (likely < SURE_NO), axis=1)
    return {
        "sure_yes": SURE_YES,
        "sure_yes_of": {area: cut for area, cut in SURE_YES_OF.items() if area in areas},
        "sure_no": SURE_NO,
        "whole": round(float(decided[natural].mean()), 3) if natural.any() else None,
        "all": _row(truth, likely, sure),
        "random": _row(truth[natural], likely[natural], sure),
        "areas": rows,
    }


def _row(truth: np.ndarray, likely: np.ndarray, sure: np.ndarray) -> dict[str, Any]:
    yes, no = likely >= sure, likely < SURE_NO
    open_, tags, right = ~yes & ~no, int(yes.sum()), int((yes & truth).sum())
    return {
        "n": len(truth),
        "labels": int(truth.sum()),
        "decided": round(float((~open_).mean()), 3) if open_.size else None,
        "tags": tags,
        "right": right,
        "precision": round(right / tags, 3) if tags else None,
        "at_least": lower_bound(right, tags),
        "undecided": int(open_.sum()),
        "wanted": int((open_ & truth).sum()),
        "missed": int((no & truth).sum()),
    }
