"""A match: a sentence of a document, the position it touches, and the stance that is suggested."""

from __future__ import annotations

from dataclasses import dataclass

from positions.matching.provisions import Provision


@dataclass(frozen=True)
class Match:
    """``score`` is 0 to 1 and only ranks: it is no probability. ``reason`` names the trigger in plain words.

    ``conflicts_with`` flags it for staff: the positions of the same document that point the other way (its own where its
    own sentences do). ``shown`` says whether the public may see it, by ``probability`` (0 to 1): how likely a specialist
    would want the position beside the document (positions.relevance). Until that was asked, a match is a candidate for staff.
    ``named`` is the best sentence of the title or summary that touches the position, where ``provision`` is one of the text.
    """

    position_id: str
    stance: str
    score: float
    provision: Provision
    reason: str
    trigger: str = ""
    probability: float = 0.0
    shown: bool = False
    conflicts_with: tuple[str, ...] = ()
    named: Provision | None = None
