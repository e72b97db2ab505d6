"""The words that carried a decision, with their exact places: where rules fired, and what weighed most in the model."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from math import fsum

import numpy as np

from classify.features import RULE_IN_FIELD
from classify.rules import RuleHits
from text.plain_words import plain_words, tells
from text.sentences import sentence_at, sentences
from text.spans import FIELDS, Quote, Span
from text.tokens import Tokens, tokenize

#: Words on each side that may join the heaviest word of a stretch, and stretches shown per area.
REACH, STRETCHES = 4, 3
#: How much a sentence counts in which no rule fired.
MODEL_ALONE = 0.1
#: A word is shown only with at least this share of the heaviest word's weight.
WEIGHTY = 0.125
#: The parts of a word with hyphens that come before and after a span, each of so many characters at most.
LONGEST_PART = 40
#: Where no sentence can end between two words, none needs to be looked for.
_MAY_END = re.compile(r"[.!?\n•]|This (?:bill|act|resolution|joint|concurrent)")
#: Between two words: here a part of a title or a line ends.
_ENDS = re.compile(r"[;:]\s|\n")
_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"(?<!\w)(?:\w+[-‑])+$"), re.compile(r"(?:[-‑]\w+)+(?!\w)")
#: Every area of a document asks for the sentences of the same fields.
_sentences = lru_cache(maxsize=len(FIELDS))(sentences)


@dataclass(frozen=True, slots=True)
class Evidence(Quote):
    """Words that speak for an area; ``rule`` is the id of a rule in areas.yml, or ``model``."""

    rule: str


def rule_evidence(found: Iterable[tuple[str, RuleHits]], fields: Mapping[str, str | None]) -> list[Evidence]:
    """The places of ``(rule id, fired)`` in the order given, each span once; words seen before come after new ones."""
    shown: dict[Span, Evidence] = {}
    for rule, fired in found:
        for hit in sorted(fired.hits, key=lambda hit: (FIELDS.index(hit.field), hit.start)):
            span = _in_one_sentence(hit, fields[hit.field] or "")
            shown.setdefault(span, _evidence(fields, span, rule))
    return _new_words_first(list(shown.values()))


def _in_one_sentence(hit: Span, text: str) -> Span:
    """The part of a hit that says most in one sentence: what is near a phrase may be in the next one, and both are no quote."""
    if not _MAY_END.search(text, hit.start, hit.end):
        return hit
    spans = _sentences(text)
    first, last = sentence_at(spans, hit.start), sentence_at(spans, hit.end - 1)
    if first == last:
        return hit
    parts = [Span(hit.field, max(hit.start, start), min(hit.end, end)) for start, end in spans[first : last + 1]]
    return max((_part(part, text) for part in parts), key=lambda told: told[0])[1]


def _part(part: Span, text: str) -> tuple[int, Span]:
    """How many words of a part say something, and the part without joining words at its ends and "This bill" at its beginning."""
    words = tokenize(text[part.start : part.end], part.start)
    told = [number for number, word in enumerate(words.folded) if tells(word)]
    if not told:
        return 0, part
    stop = len(words.folded) - 4 if words.folded[-4:] == ["and", "for", "other", "purpose"] else len(words.folded)
    first, last = _trimmed(words.folded, 0, stop, told[0])
    if words.folded[first] in ("bill", "act", "resolution"):
        first = told[0]
    return len(told), Span(part.field, words.starts[first], words.ends[last])


def _new_words_first(shown: Sequence[Evidence]) -> list[Evidence]:
    first: dict[str, Evidence] = {}
    for evidence in shown:
        first.setdefault(evidence.words.lower(), evidence)
    new = list(first.values())
    return new + [evidence for evidence in shown if evidence not in new]


def model_evidence(
    read: Sequence[tuple[str, Tokens, np.ndarray]], fields: Mapping[str, str | None], *, alone: bool = True
) -> list[Evidence]:
    """The stretches of words that weighed most, heaviest first.

    Args:
        read: field, words and each word's share in the model's score.
        alone: nothing else speaks for the area: then words that say nothing are better than none.
    """
    best = max((float(shares.max()) for _, _, shares in read if len(shares)), default=0.0)
    said = [np.fromiter(map(tells, words.folded), bool, len(words.folded)) for _, words, _ in read]
    telling = [told & (shares > best * WEIGHTY) for told, (_, _, shares) in zip(said, read, strict=True)]
    if alone and not any(told.any() for told in telling):
        telling = [shares > 0 for _, _, shares in read]
    stretches = []
    for (name, words, shares), told in zip(read, telling, strict=True):
        left = shares.copy()
        for _ in range(STRETCHES):
            choice = np.where(told, left, 0)
            heaviest = int(choice.argmax()) if len(choice) else 0
            if not len(choice) or choice[heaviest] <= 0:
                break
            start, end = _stretch(left, heaviest, fields[name] or "", words)
            weight = float(left[start:end].sum())
            left[start:end] = 0
            first, last = _trimmed(words.folded, start, end, heaviest)
            stretches.append((weight, name, words.starts[first], words.ends[last]))
    stretches.sort(key=lambda stretch: -stretch[0])
    return [_evidence(fields, Span(name, start, end), "model") for _, name, start, end in stretches[:STRETCHES]]


def by_sentence(
    shown: Sequence[Evidence],
    fields: Mapping[str, str | None],
    read: Sequence[tuple[str, Tokens, np.ndarray]],
    learned: Mapping[str, float],
) -> list[Evidence]:
    """The same evidence, first one piece of each sentence, the sentence that carried most of the decision first.

    Args:
        read: field, words and each word's share in the model's score, as far as the model read the document.
        learned: what each rule that fired adds to the score.
    """
    spans = {name: _sentences(fields[name] or "") for name in {each.field for each in shown}}
    members: dict[Span, list[Evidence]] = defaultdict(list)
    for each in shown:
        start, end = spans[each.field][sentence_at(spans[each.field], each.start)]
        members[Span(each.field, start, end)].append(each)

    def carried(sentence: Span) -> float:
        rules = {each.rule for each in members[sentence]}
        # fsum: the order of a set differs from process to process, and a plain sum would with it.
        weight = fsum(learned.get(rule, 0.0) * RULE_IN_FIELD[sentence.field] for rule in rules)
        for name, words, shares in read:
            if name == sentence.field:
                first, stop = (bisect_left(words.starts, at) for at in (sentence.start, sentence.end))
                weight += float(shares[first:stop].sum())
        # What the model alone likes is often the form of a notice; a phrase that a person wrote down says why.
        return weight if rules != {"model"} else weight * MODEL_ALONE

    order = sorted(members, key=lambda sentence: -carried(sentence))
    ranks = zip_longest(*(members[sentence] for sentence in order))
    return _new_words_first([each for rank in ranks for each in rank if each])


def _stretch(shares: np.ndarray, heaviest: int, text: str, words: Tokens) -> tuple[int, int]:
    """The heaviest word and its neighbors in the sentence as long as they speak for the area too."""

    def joined(at: int) -> bool:
        if shares[at] <= floor or _ENDS.search(text, words.ends[min(at, last)], words.starts[max(at, last)]):
            return False
        spans = _sentences(text)
        return sentence_at(spans, words.starts[at]) == sentence_at(spans, words.starts[last])

    floor = shares[heaviest] * WEIGHTY
    start = last = heaviest
    while start > max(0, heaviest - REACH) and joined(start - 1):
        start = last = start - 1
    end = last = heaviest
    while end + 1 < min(len(shares), heaviest + REACH + 1) and joined(end + 1):
        end = last = end + 1
    return start, end + 1


def _trimmed(words: Sequence[str], start: int, end: int, heaviest: int) -> tuple[int, int]:
    """The first and the last word of a stretch without joining words at its ends."""
    joining = plain_words("joining")
    while start < heaviest and words[start] in joining:
        start += 1
    while end - 1 > heaviest and (words[end - 1] in joining or len(words[end - 1]) < 3):
        end -= 1
    return start, end - 1


def _evidence(fields: Mapping[str, str | None], span: Span, rule: str) -> Evidence:
    text = fields[span.field] or ""
    # "land-grant university": a part of a word with a hyphen would read as another word.
    before = _JOINED_BEFORE.search(text, max(0, span.start - LONGEST_PART), span.start)
    after = _JOINED_AFTER.match(text, span.end, span.end + LONGEST_PART)
    start, end = before.start() if before else span.start, after.end() if after else span.end
    return Evidence(span.field, start, end, text[start:end], rule)
