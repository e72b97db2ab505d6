"""Tags: which policy areas a document is about, how likely, and the words that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path

import numpy as np

from classify.areas import AREAS_FILE, load_areas, rules_hash
from classify.encoder import load_encoder, words_of
from classify.evidence import Evidence, by_sentence, model_evidence, rule_evidence
from classify.features import RULE_SCALE, Part, rule_vector
from classify.model import MODEL_DIR, PRIORITY_OUTPUTS, load_model
from classify.models import in_use
from classify.rules import RuleHits, RuleMatcher
from text.boilerplate import title_words, without_boilerplate, without_opening
from text.spans import FIELDS
from text.tokens import Tokens, chunks, tokenize

#: An area less likely than this is not listed at all.
FLOOR = 0.02
#: Pieces of evidence shown per area, strongest first.
EVIDENCE_SHOWN = 8
#: Chunks of a long text that must agree before the text alone carries an area.
AGREEING = 3
#: An area that rules alone and stage 1 make this likely stays tagged, with at least the third number as its probability.
SURE_RULES, SURE_FIRST, STAYS = 0.75, 0.8, 0.55

Record = tuple[str, str | None, str | None, str | None]
Fields = Mapping[str, str | None]


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


@dataclass
class Chunk:
    """One stretch of a document as both rules and model read it."""

    part: Part = field(default_factory=Part)
    fired: dict[int, RuleHits] = field(default_factory=lambda: defaultdict(RuleHits))
    words: list[tuple[str, Tokens]] = field(default_factory=list)
    #: Areas of which an exclusion (areas.yml) stands here.
    excluded: set[str] = field(default_factory=set)
    #: Areas that a phrase under ``never`` keeps away.
    barred: set[str] = field(default_factory=set)

    def add(self, name: str, words: Tokens, hits: Iterable[tuple[int, int, int]], for_model: bool) -> None:
        for number, start, end in hits:
            self.fired[number].add(name, words.starts[start], words.ends[end - 1])
        if for_model:
            self.part.add(words, in_title=name == "title")
            self.words.append((name, words))


class Tagger:
    """Rules and trained models together. Needs no network; the same input always gives the same tags."""

    def __init__(
        self,
        areas_file: Path = AREAS_FILE,
        model_dir: Path | None = MODEL_DIR,
        only: Collection[str] = (),
        encoder_dir: Path | None = MODEL_DIR,
    ) -> None:
        """``model_dir=None`` leaves both trained models out: rules alone decide; ``encoder_dir=None`` leaves out stage 2. In the
        place of the program's model, the one that was trained and accepted in the data folder is used (`classify.models`).
        ``only`` names the areas to give, () all.
        """
        self.only = frozenset(only)
        self.areas = load_areas(areas_file)
        model_dir = in_use(MODEL_DIR) if model_dir == MODEL_DIR else model_dir
        self.model = load_model(model_dir) if model_dir else None
        self.encoder = load_encoder(self.model.outputs, encoder_dir) if self.model and encoder_dir else None
        versions = [part.version for part in (self.model, self.encoder) if part]
        self.version = "-".join([rules_hash(areas_file), *versions])
        if self.only:
            self.version += f"-{sha256(' '.join(sorted(self.only)).encode()).hexdigest()[:8]}"
        self.matcher = RuleMatcher(self.areas)
        self._numbers = {rule.id: number for number, rule in enumerate(self.matcher.rules)}
        self.thresholds = {area.id: area.threshold for area in self.areas.areas} | {"priority-2": 0.5}
        if self.model:
            self.thresholds |= self.model.thresholds
            self._rule_weights = self.model.aligned_rules(self.rule_names())
            trained = set(self.model.card["rules"])
            rules = enumerate(self.matcher.rules)
            self._by_themselves = {number for number, rule in rules if rule.holds or rule.id not in trained}
            self._place = {name: place for place, name in enumerate(self.model.outputs)}

    def rule_names(self) -> list[str]:
        """What each number of ``rule_vector`` stands for."""
        return [rule.id for rule in self.matcher.rules] + [f"area:{area.id}" for area in self.areas.areas]

    def tag_batch(self, records: Iterable[Record], batch_size: int = 256) -> Iterator[tuple[str, Tagging]]:
        """Tag ``(id, title, abstract, text)`` records in order, ``batch_size`` at a time; memory does not grow with
        their number. Texts are taken as they are given: offsets count characters of the very string passed in."""
        records = iter(records)
        while batch := list(islice(records, batch_size)):
            with self.matcher.zone():
                tagged = [(record[0], self._tag(dict(zip(FIELDS, record[1:], strict=True)))) for record in batch]
            yield from tagged

    def read(self, fields: Fields, for_model: bool) -> Iterator[Chunk]:
        """Yield the chunks of a text beyond its opening, one at a time, and last the main one: title and abstract, or the
        opening of a text that has no abstract."""
        main = Chunk()
        for name in FIELDS:
            told = without_opening(fields[name] or "") if name == "abstract" else fields[name] or ""
            for number, (offset, text) in enumerate(chunks(told)):
                words = tokenize(text, offset)
                words = title_words(text, words) if name == "title" else without_boilerplate(text, words, offset)
                in_main = name != "text" or (number == 0 and not fields["abstract"])
                chunk = main if in_main else Chunk()
                chunk.add(name, words, self.matcher.match(words, chunk.excluded, chunk.barred), for_model)
                if not in_main:
                    yield chunk
        yield main

    def rule_strengths(self, fired: Mapping[int, RuleHits]) -> dict[int, float]:
        return {number: self._strength(number, found) for number, found in fired.items()}

    def rule_features(self, fired: Mapping[int, RuleHits]) -> np.ndarray:
        """The rules as the model sees them, in the order of ``rule_names``."""
        likely = self.area_probabilities(self.rule_strengths(fired))
        counts = {number: found.counts for number, found in fired.items()}
        return rule_vector(self.areas, counts, likely, len(self.matcher.rules))

    def _tag(self, fields: Fields) -> Tagging:
        fired: dict[int, RuleHits] = defaultdict(RuleHits)
        others: list[np.ndarray] = []
        main = Chunk()
        for chunk in self.read(fields, for_model=self.model is not None):
            for number, found in chunk.fired.items():
                fired[number].join(found)
            if self.model and main.words:
                others = sorted_best([*others, self._model_probabilities(main)])
            main = chunk
        if len(main.barred) == len(self.areas.areas):  # filed empty: nothing to tag, and nothing to see
            return Tagging((), 0, 0.0)
        strengths = self.rule_strengths(fired)
        by_rules = self.area_probabilities(strengths)
        if not self.model:
            return self._by_rules(fields, fired, strengths, by_rules | dict.fromkeys(main.barred, 0.0))
        likely = self._second_opinion(self._model_probabilities(main), fields, by_rules)
        pooled = self._pooled(likely, others)
        new_rules = self.area_probabilities({n: s for n, s in strengths.items() if n in self._by_themselves})
        by_model = {area: 1 - (1 - pooled[area]) * (1 - new_rules[area]) for area in by_rules if area in pooled}
        of_areas = self._with_implied(by_rules | by_model | self._denied(main, fired))
        tags = self._tags(fields, fired, strengths, of_areas, main)
        return Tagging(tags, *self._model_priority(tags, pooled))

    def _denied(self, main: Chunk, fired: Mapping[int, RuleHits]) -> dict[str, float]:
        """Nothing for each area that has an exclusion in the main chunk and no rule that fired: the document is about another
        thing, and what the model saw in it are the words of the exclusion. Nothing for an area that never goes with its words."""
        spoken_for = {self.matcher.owners[number] for number in fired}
        return dict.fromkeys((main.excluded - spoken_for) | main.barred, 0.0)

    def _strength(self, number: int, fired: RuleHits) -> float:
        """How far one rule alone speaks for its area, weighed by field; each further mention adds less."""
        weight, silence = self.matcher.rules[number].weight, 1.0
        for name, count in fired.counts.items():
            silence *= (1 - weight * self.areas.field_weights[name]) ** min(count, 4) ** 0.5
        return 1 - silence

    def area_probabilities(self, strengths: Mapping[int, float]) -> dict[str, float]:
        """Rules are taken as independent witnesses; an area is at least as likely as any area that implies it."""
        silence = {area.id: 1.0 for area in self.areas.areas}
        for number, strength in strengths.items():
            if owner := self.matcher.owners[number]:
                silence[owner] *= 1 - strength
        return self._with_implied({name: 1 - left for name, left in silence.items()})

    def _with_implied(self, likely: dict[str, float]) -> dict[str, float]:
        for area in self.areas.areas:
            for implied in area.implies:
                likely[implied] = max(likely[implied], likely[area.id])
        return likely

    # ------------------------------------------------------------------ the trained model

    def _model_probabilities(self, chunk: Chunk) -> np.ndarray:
        assert self.model is not None
        logits = self.model.words_logit(chunk.part) + self.rule_features(chunk.fired) @ self._rule_weights
        return self.model.probabilities(logits)

    def first_opinion(self, fields: Fields) -> np.ndarray:
        """What stage 1 alone thinks of title and abstract, or of the opening of a text: a probability per output of the model."""
        with self.matcher.zone():
            *_, main = self.read(fields, for_model=True)
        return self._model_probabilities(main)

    def _second_opinion(self, likely: np.ndarray, fields: Fields, by_rules: Mapping[str, float]) -> np.ndarray:
        """What both stages together think of the main chunk, where stage 1 alone is undecided. What rules and stage 1 are as
        good as sure of stays tagged: a few words ("open internet", "section 230") decide, whatever the others sound like."""
        if self.encoder is None or not self.encoder.undecided(likely):
            return likely
        mixed = self.encoder.second_opinion(likely, words_of(*(fields[name] for name in FIELDS)))
        sure = np.array([by_rules.get(name, 0.0) >= SURE_RULES for name in self._place]) & (likely >= SURE_FIRST)
        return np.where(sure, np.maximum(mixed, STAYS), mixed)

    def _pooled(self, main: np.ndarray, others: list[np.ndarray]) -> dict[str, float]:
        """The main chunk decides, or the mean of the strongest other chunks where that is higher."""
        agreed = np.sum([np.zeros_like(main), *others], axis=0) / AGREEING
        return dict(zip(self._place, np.maximum(main, agreed).tolist(), strict=True))

    def _model_priority(self, tags: Sequence[Tag], pooled: Mapping[str, float]) -> tuple[int, float]:
        """Must-see ranks first, worth listing breaks ties. A document is listed when an area is tagged, or when it looks
        like one that staff list although no single area is sure."""
        listed, must_see = (pooled[name] for name in PRIORITY_OUTPUTS)
        score = round(0.95 * must_see + 0.05 * listed, 4)
        if must_see >= self.thresholds["priority-2"]:
            return 2, score
        return int(listed >= self.thresholds["priority-1"] or any(tag.tagged for tag in tags)), score

    # ------------------------------------------------------------------ what is shown

    def _tags(
        self,
        fields: Fields,
        fired: Mapping[int, RuleHits],
        strengths: Mapping[int, float],
        likely: Mapping[str, float],
        main: Chunk,
    ) -> tuple[Tag, ...]:
        tags = []
        for area in self.areas.areas:
            if self.only and area.id not in self.only:
                continue
            probability = likely[area.id]
            if probability >= FLOOR:
                tagged = probability >= self.thresholds[area.id]
                shown = self._evidence(area.id, fields, fired, strengths, main if tagged else None)
                tags.append(Tag(area.id, round(probability, 4), tagged, shown))
        return tuple(tags)

    def _evidence(
        self,
        area_id: str,
        fields: Fields,
        fired: Mapping[int, RuleHits],
        strengths: Mapping[int, float],
        main: Chunk | None,
    ) -> tuple[Evidence, ...]:
        """Where the area's rules fired (or of an area that implies it) and what weighed most in the model; the sentences
        that carried most of the decision come first."""
        speaks = {area_id} | {area.id for area in self.areas.areas if area_id in area.implies}
        numbers = [number for number in fired if self.matcher.owners[number] in speaks]
        numbers.sort(key=lambda number: (-strengths[number], number))
        shown = rule_evidence(((self.matcher.rules[number].id, fired[number]) for number in numbers), fields)
        if self.model and main and area_id in self._place:
            place = self._place[area_id]
            scale, weigh = self.model.share_scale(main.part), self.model.word_shares
            shares = [(name, words, scale * weigh(words, place)) for name, words in main.words if words.folded]
            shown += model_evidence(shares, fields, alone=not shown)
            learned = {self.matcher.rules[number].id: self._learned(number, place) for number in numbers}
            shown = by_sentence(shown, fields, shares, learned)
        return tuple(shown[:EVIDENCE_SHOWN])

    def _learned(self, number: int, place: int) -> float:
        """What a rule that fired adds to an output of the model; one that holds or came after training, its weight."""
        if number in self._by_themselves:
            return self.matcher.rules[number].weight
        return float(self._rule_weights[number, place]) * RULE_SCALE

    # ------------------------------------------------------------------ rules alone

    def _by_rules(
        self, fields: Fields, fired: Mapping[int, RuleHits], strengths: Mapping[int, float], likely: Mapping[str, float]
    ) -> Tagging:
        tags = self._tags(fields, fired, strengths, likely, Chunk())
        silence = 1.0
        for rule in self.areas.priority:
            silence *= 1 - strengths.get(self._numbers[rule.id], 0.0)
        best = max((tag.probability for tag in tags), default=0.0)
        score = min(1.0, (1 - silence) * (0.6 + 0.4 * best) + 0.3 * best * silence)
        listed = any(tag.tagged for tag in tags)
        return Tagging(tags, 2 if listed and score >= self.areas.priority_threshold else int(listed), round(score, 4))


def sorted_best(probabilities: list[np.ndarray]) -> list[np.ndarray]:
    """Per output the strongest few values, so that a text of any length keeps only those."""
    return list(np.sort(np.array(probabilities), axis=0)[::-1][:AGREEING])
