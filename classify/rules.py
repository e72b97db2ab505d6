"""Where the rules of areas.yml fire in a document: spaCy's PhraseMatcher over folded words, exclusions first-class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from classify.areas import AreaFile, Rule
from text.spans import Span
from text.tokens import Tokens, fold_words

#: Hits kept per rule and field to show as evidence; all of them are counted.
HITS_KEPT = 6


@dataclass
class RuleHits:
    """What one rule found in one document: how often in each field, and the first places."""

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    hits: list[Span] = field(default_factory=list)

    def add(self, field_name: str, start: int, end: int) -> None:
        self.counts[field_name] += 1
        if self.counts[field_name] <= HITS_KEPT:
            self.hits.append(Span(field_name, start, end))

    def join(self, other: RuleHits) -> None:
        """Add what the same rule found in a later chunk."""
        for name, count in other.counts.items():
            kept = HITS_KEPT - self.counts[name]
            self.hits += [hit for hit in other.hits if hit.field == name][: max(0, kept)]
            self.counts[name] += count


class RuleMatcher:
    """All rules in one matcher. ``rules[i]`` belongs to area ``owners[i]`` (None for must-see and context rules)."""

    def __init__(self, areas: AreaFile) -> None:
        self.rules: list[Rule] = [rule for area in areas.areas for rule in area.rules]
        self.rules += [*areas.priority, *areas.context]
        self.owners: list[str | None] = [area.id for area in areas.areas for _ in area.rules]
        self.owners += [None] * (len(self.rules) - len(self.owners))
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab, attr="ORTH")
        #: key -> (rule number or None, area of an exclusion or None, is this the `near` side, or a `never`)
        self._meaning: dict[int, tuple[int | None, str | None, bool]] = {}
        for number, rule in enumerate(self.rules):
            self._add(f"rule/{number}", rule.phrases, (number, None, False))
            self._add(f"near/{number}", rule.near, (number, None, True))
        for area in areas.areas:
            self._add(f"not/{area.id}", area.exclusions, (None, area.id, False))
            self._add(f"never/{area.id}", area.never, (None, area.id, True))

    def _add(self, key: str, phrases: Iterable[str], meaning: tuple[int | None, str | None, bool]) -> None:
        docs = [Doc(self._vocab, words=fold_words(phrase)) for phrase in phrases]
        if docs:
            self._matcher.add(key, docs)
            self._meaning[self._vocab.strings[key]] = meaning

    def zone(self) -> AbstractContextManager[object]:
        """Words met inside the zone are forgotten after it, so that memory stays flat over any number of documents."""
        return self._vocab.memory_zone()

    def match(
        self, words: Tokens, excluded_areas: set[str] | None = None, barred_areas: set[str] | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """Yield ``(rule number, first word, word after the last)`` for each place, overlaps of one rule merged.

        The areas of which an exclusion stands in the words are added to ``excluded_areas``, those of which a phrase under
        ``never`` does to ``barred_areas``.
        """
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        near: dict[int, list[tuple[int, int]]] = defaultdict(list)
        excluded: dict[str, list[tuple[int, int]]] = defaultdict(list)
        barred = set() if barred_areas is None else barred_areas
        for key, start, end in self._matcher(Doc(self._vocab, words=words.folded)):
            number, area, is_near = self._meaning[key]
            if number is None and is_near:
                barred.add(str(area))
            elif number is None:
                excluded[str(area)].append((start, end))
            else:
                (near if is_near else found)[number].append((start, end))
        if excluded_areas is not None:
            excluded_areas.update(excluded)
        for number, spans in found.items():
            rule = self.rules[number]
            spans = _outside(spans, excluded.get(self.owners[number] or "", []))
            if rule.near:
                spans = _beside(spans, near.get(number, []), rule.within)
            for start, end in _merged(spans):
                yield number, start, end


def _outside(spans: list[tuple[int, int]], excluded: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans that no excluded phrase contains."""
    if not excluded:
        return spans
    return [(s, e) for s, e in spans if not any(low <= s and e <= high for low, high in excluded)]


def _beside(spans: list[tuple[int, int]], near: list[tuple[int, int]], within: int) -> list[tuple[int, int]]:
    """Each span widened to the closest ``near`` span at most ``within`` words away; the others dropped."""
    widened = []
    for start, end in spans:
        gaps = [(max(low - end, start - high), low, high) for low, high in near if low >= end or high <= start]
        if gaps and min(gaps)[0] <= within:
            _, low, high = min(gaps)
            widened.append((min(start, low), max(end, high)))
    return widened


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Overlapping spans as one, in order."""
    last: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if last and start < last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last
