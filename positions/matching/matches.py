"""A match: a sentence of a document, the position it touches, and the stance that is suggested."""

from __future__ import annotations

from dataclasses import dataclass

from positions.matching.provisions import Provision


@dataclass(frozen=True)
class Match:
    """``score`` is 0 to 1 and only ranks: it is no probability. ``reason`` names the trigger in plain words.

    ``conflicts_with`` flags it for staff: the positions of the same document that point the other way (its own where its
    own sentences do).
    """

    position_id: str
    stance: str
    score: float
    provision: Provision
    reason: str
    conflicts_with: tuple[str, ...] = ()
