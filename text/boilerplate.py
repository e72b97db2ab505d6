"""Sentences that say nothing of what a document does: how to comment, whom to ask, what a notice must always say.

One list for the tagger and the matcher (boilerplate.yml): such a sentence is evidence of no area and touches no position.
"""

from __future__ import annotations

from array import array
from functools import cache
from pathlib import Path

import yaml

from text.phrases import Pattern, pattern
from text.sentences import sentence_at, sentences
from text.tokens import Tokens

FILE = Path(__file__).with_name("boilerplate.yml")


@cache
def patterns() -> tuple[Pattern, ...]:
    """The patterns of boilerplate.yml, any of which makes a sentence boilerplate."""
    return tuple(pattern(source) for source in yaml.safe_load(FILE.read_text(encoding="utf-8")))


@cache
def _needs() -> list[tuple[Pattern, list[frozenset[str]]]]:
    """Each pattern with the words of its places, the longest first: a text that lacks one of them cannot hold it."""
    places = [
        (item, [slot.words for slot in item.slots if slot.words and not slot.prefixes and not slot.runs])
        for item in patterns()
    ]
    return [(item, sorted(words, key=lambda each: -min(map(len, each)))) for item, words in places]


def _places(item: Pattern, folded: list[str]) -> list[int]:
    first = item.slots[0]
    starts = [at for at, word in enumerate(folded) if word in first.words or word.startswith(first.prefixes or ("\0",))]
    return [at for at in starts if item.find(folded, at, len(folded)) is not None]


def without_boilerplate(text: str, words: Tokens, offset: int = 0) -> Tokens:
    """The words of a text less those of its boilerplate sentences; ``words`` are those of ``tokenize(text, offset)``."""
    folded = words.folded
    seen = frozenset(folded)
    near = [item for item, needs in _needs() if not any(seen.isdisjoint(each) for each in needs)]
    found = [at for item in near for at in _places(item, folded)]
    if not found:
        return words
    spans = sentences(text)
    dropped = {sentence_at(spans, words.starts[at] - offset) for at in found}
    kept = [at for at, start in enumerate(words.starts) if sentence_at(spans, start - offset) not in dropped]
    return Tokens(
        [folded[at] for at in kept],
        array("q", [words.starts[at] for at in kept]),
        array("q", [words.ends[at] for at in kept]),
    )
