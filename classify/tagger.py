"""Tags: which policy areas a document is about, how likely, and the words that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from classify.areas import AREAS_FILE, FIELDS, load_areas, rules_hash
from classify.rules import Fired, RuleMatcher

#: An area less likely than this is not listed at all.
FLOOR = 0.02
#: Pieces of evidence shown per area, strongest first.
EVIDENCE_SHOWN = 8

Record = tuple[str, str | None, str | None, str | None]


@dataclass(frozen=True)
class Evidence:
    """``words`` is exactly ``field[start:end]``; ``rule`` is the id of a rule in areas.yml, or ``model``."""

    field: str
    start: int
    end: int
    words: str
    rule: str


@dataclass(frozen=True)
class Tag:
    """``tagged`` says that ``probability`` (0 to 1) reaches the area's threshold."""

    area: str
    probability: float
    tagged: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Tagging:
    """``priority``: 2 library staff must see it, 1 worth listing, 0 neither; ``priority_score`` (0 to 1) ranks."""

    areas: tuple[Tag, ...]
    priority: int
    priority_score: float


class Tagger:
    """Reads documents under the rules of areas.yml. Needs no network; the same input always gives the same tags."""

    def __init__(self, areas_file: Path = AREAS_FILE) -> None:
        self.areas = load_areas(areas_file)
        self.version = rules_hash(areas_file)
        self._matcher = RuleMatcher(self.areas)
        self._numbers = {rule.id: number for number, rule in enumerate(self._matcher.rules)}

    def tag_batch(self, records: Iterable[Record], batch_size: int = 256) -> Iterator[tuple[str, Tagging]]:
        """Tag ``(id, title, abstract, text)`` records in order, ``batch_size`` at a time; memory does not grow with
        their number. Texts are taken as they are given: offsets count characters of the very string passed in."""
        records = iter(records)
        while batch := list(islice(records, batch_size)):
            with self._matcher.zone():
                tagged = [(record[0], self._tag(dict(zip(FIELDS, record[1:], strict=True)))) for record in batch]
            yield from tagged

    def _tag(self, fields: Mapping[str, str | None]) -> Tagging:
        fired = self._matcher.read(fields)
        strengths = {number: self._strength(number, found) for number, found in fired.items()}
        likely = self._area_probabilities(strengths)
        tags = []
        for area in self.areas.areas:
            probability = likely[area.id]
            if probability >= FLOOR:
                evidence = self._evidence(area.id, fired, strengths, fields)
                tags.append(Tag(area.id, round(probability, 4), probability >= area.threshold, evidence))
        score = self._priority_score(strengths, max((tag.probability for tag in tags), default=0.0))
        listed = any(tag.tagged for tag in tags)
        priority = 2 if listed and score >= self.areas.priority_threshold else int(listed)
        return Tagging(tuple(tags), priority, round(score, 4))

    def _strength(self, number: int, fired: Fired) -> float:
        """How far one rule alone speaks for its area, weighed by field; each further mention adds less."""
        weight, silence = self._matcher.rules[number].weight, 1.0
        for field, count in fired.counts.items():
            silence *= (1 - weight * self.areas.field_weights[field]) ** min(count, 4) ** 0.5
        return 1 - silence

    def _area_probabilities(self, strengths: Mapping[int, float]) -> dict[str, float]:
        """Rules are taken as independent witnesses; an area is at least as likely as any area that implies it."""
        silence = {area.id: 1.0 for area in self.areas.areas}
        for number, strength in strengths.items():
            if owner := self._matcher.owners[number]:
                silence[owner] *= 1 - strength
        likely = {name: 1 - left for name, left in silence.items()}
        for area in self.areas.areas:
            for implied in area.implies:
                likely[implied] = max(likely[implied], likely[area.id])
        return likely

    def _priority_score(self, strengths: Mapping[int, float], best_area: float) -> float:
        """Must-see rules decide above one half; below it, the likeliest area ranks the rest."""
        silence = 1.0
        for rule in self.areas.priority:
            silence *= 1 - strengths.get(self._numbers[rule.id], 0.0)
        return min(1.0, (1 - silence) * (0.6 + 0.4 * best_area) + 0.3 * best_area * silence)

    def _evidence(
        self,
        area_id: str,
        fired: Mapping[int, Fired],
        strengths: Mapping[int, float],
        fields: Mapping[str, str | None],
    ) -> tuple[Evidence, ...]:
        """The places where the area's rules fired, or of an area that implies it; strongest first, each span once."""
        speaks = {area_id} | {area.id for area in self.areas.areas if area_id in area.implies}
        numbers = [number for number in fired if self._matcher.owners[number] in speaks]
        shown: dict[tuple[str, int, int], Evidence] = {}
        for number in sorted(numbers, key=lambda number: (-strengths[number], number)):
            for hit in fired[number].hits:
                words = (fields[hit.field] or "")[hit.start : hit.end]
                found = Evidence(hit.field, hit.start, hit.end, words, self._matcher.rules[number].id)
                shown.setdefault((hit.field, hit.start, hit.end), found)
        return tuple(shown.values())[:EVIDENCE_SHOWN]
