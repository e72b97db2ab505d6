"""Where the rules of areas.yml fire in a document: spaCy's PhraseMatcher over folded words, exclusions first-class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

from classify.areas import AreaFile, Rule
from text.spans import Span
from text.tokens import Tokens, fold_words

#: Hits kept per rule and field to show as evidence; all of them are counted.
HITS_KEPT = 6

_Zone = Callable[[], AbstractContextManager[object]]
_Find = Callable[[Sequence[str]], Iterable[tuple[int, int, int]]]
#: What a phrase is ("rule", "near", "not" or "never"), and of what: the number of a rule, or an area.
_Meaning = tuple[str, int | str]


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
        self._areas = areas

    @cached_property
    def _loaded(self) -> tuple[_Zone, _Find, dict[int, _Meaning]]:
        """A zone of memory, how phrases are found in words, and what the key of each means."""
        from spacy.matcher import PhraseMatcher  # here, because a run that has nothing to tag should not wait for it
        from spacy.tokens import Doc
        from spacy.vocab import Vocab

        vocab = Vocab()
        matcher = PhraseMatcher(vocab, attr="ORTH")
        meanings: dict[int, _Meaning] = {}
        for meaning, phrases in self._phrases():
            if phrases:
                key = "/".join(map(str, meaning))
                matcher.add(key, [Doc(vocab, words=fold_words(phrase)) for phrase in phrases])
                meanings[vocab.strings[key]] = meaning
        return vocab.memory_zone, lambda words: matcher(Doc(vocab, words=words)), meanings

    def _phrases(self) -> Iterator[tuple[_Meaning, Sequence[str]]]:
        for number, rule in enumerate(self.rules):
            yield ("rule", number), rule.phrases
            yield ("near", number), rule.near
        for area in self._areas.areas:
            yield ("not", area.id), area.exclusions
            yield ("never", area.id), area.never

    def zone(self) -> AbstractContextManager[object]:
        """Words met inside the zone are forgotten after it, so that memory stays flat over any number of documents."""
        return self._loaded[0]()

    def match(
        self, words: Tokens, excluded_areas: set[str] | None = None, barred_areas: set[str] | None = None
    ) -> Iterator[tuple[int, int, int]]:
        """Yield ``(rule number, first word, word after the last)`` for each place, overlaps of one rule merged.

        The areas of which an exclusion stands in the words are added to ``excluded_areas``, those of which a phrase under
        ``never`` does to ``barred_areas``.
        """
        places: dict[str, dict[int | str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        _, find, meanings = self._loaded
        for key, start, end in find(words.folded):
            role, of = meanings[key]
            places[role][of].append((start, end))
        for role, areas in (("not", excluded_areas), ("never", barred_areas)):
            if areas is not None:
                areas.update(map(str, places[role]))
        for number, spans in places["rule"].items():
            rule = self.rules[int(number)]
            spans = _outside(spans, places["not"].get(self.owners[int(number)] or "", []))
            if rule.near:
                spans = _beside(spans, places["near"].get(number, []), rule.within)
            for start, end in _merged(spans):
                yield int(number), start, end


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
