"""Which matches the public sees: those that a specialist would probably want beside the document.

The phrases of the catalog find what speaks of the same thing. That is a candidate, for staff. Whether it is shown is decided
here: by the scope of the position, and by a small regression over what can be said of the claim (positions/relevance/claims.py).
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from classify.models import in_use
from positions.catalog.catalog import load_catalog
from positions.matching.company_matches import company_matches, is_company
from positions.matching.matcher import Match, Matcher
from positions.matching.quotes import quoted
from positions.relevance.claims import Claim, ClaimReader, Fields
from text.changes import Mark

FILE = Path(__file__).with_name("model.json")
#: The floor for state bills whose text is there. The model learned from few of them, and a text lifts the probability of what a
#: title only touches: of the matches that came with the texts 62% were right, from here on 83% (docs/matching.md).
WITH_STATE_TEXT = 0.5


@dataclass(frozen=True)
class Model:
    """Weights by the name of a feature. ``floor``: the least probability (0 to 1) with which a match is shown."""

    bias: float
    weights: Mapping[str, float]
    floor: float

    def probability(self, claim: Claim) -> float:
        """How likely a specialist would call it right, 0 to 1; 0 where the scope of the position leaves the document out."""
        if claim.refused:
            return 0.0
        logit = self.bias + sum(self.weights.get(name, 0.0) * value for name, value in claim.features.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def floor_of(claim: Claim | None, floor: float) -> float:
    """The least probability with which a claim is shown where it is ``floor`` for most: more for a state bill with its text."""
    state_text = claim is not None and claim.features.get("level:state") and claim.features.get("text")
    return max(floor, WITH_STATE_TEXT) if state_text else floor


def load_model(path: Path | None = None) -> Model:
    """A trained model (positions/relevance/training.py writes it): by default the one in use (`classify.models`).

    Raises:
        OSError, ValueError, KeyError: the file cannot be read or is no model.
    """
    raw = json.loads((path or in_use(FILE)).read_text(encoding="utf-8"))
    return Model(float(raw["bias"]), raw["weights"], float(raw["floor"]))


class Relevance:
    """Judges the matches of documents. Build once, use for every document."""

    def __init__(self, reader: ClaimReader | None = None, model: Model | None = None) -> None:
        self._reader = reader or ClaimReader(load_catalog())
        self._model = model or load_model()

    def judge(self, document_id: str, fields: Fields, matches: Sequence[Match]) -> tuple[Match, ...]:
        """The same matches in the same order, each with its ``probability``, and ``shown`` where that reaches the floor.

        ``document_id`` tells the level of government (positions.relevance.subject); one that does not tell is allowed.
        """
        claims = {claim.position_id: claim for claim in self._reader.read(document_id, fields, matches)}
        likely = {key: self._model.probability(claim) for key, claim in claims.items()}
        return tuple(
            replace(
                match,
                probability=round(likely[match.position_id], 4),
                shown=likely[match.position_id] >= floor_of(claims[match.position_id], self._model.floor),
            )
            for match in matches
        )


def matched(
    matcher: Matcher,
    document_id: str,
    fields: Fields,
    areas: Collection[str],
    marks: Sequence[Mark] = (),
) -> tuple[Match, ...]:
    """The matches of a document, each judged and with the words that are shown: of the rules of a company by their provisions,
    of all others by triggers."""
    if is_company(document_id):
        return company_matches(fields, areas, matcher.catalog)
    judged = relevance().judge(document_id, fields, matcher.match(fields, areas, marks=marks))
    return tuple(quoted(match, fields) for match in judged)


@cache
def relevance() -> Relevance:
    """The one of the project's catalog and model, built when first asked for."""
    return Relevance()
