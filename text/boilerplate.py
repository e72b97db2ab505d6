"""Words that say nothing of what a document does: how to comment, what a notice must always say, who asks for a bill.

One list for the tagger and the matcher (boilerplate.yml): such a sentence is evidence of no area and touches no position.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from text.phrases import Pattern, pattern
from text.sentences import sentence_at, sentences
from text.tokens import Tokens
from text.yaml_config import rules_of

FILE = Path(__file__).with_name("boilerplate.yml")
#: A title that is running text, taken from the body of a notice: formulas in it are formulas.
_RUNNING = re.compile(
    r"(the|this|these|comments?|if|also|all|any|in|on|individuals|provisions)\b.{60,}\.\s*$", re.IGNORECASE | re.DOTALL
)
#: A word of a title has so many letters; "Id." has none.
_LETTERS = 3
#: In the place of a word, for patterns of which no single word must stand in a text.
_ANY = frozenset(("",))


class Boilerplate(NamedTuple):
    """Patterns of sentences that say nothing, and of the openings of summaries that only name who asks for the bill."""

    sentences: tuple[Pattern, ...]
    openings: tuple[re.Pattern[str], ...]


@cache
def load_boilerplate(path: Path = FILE) -> Boilerplate:
    """Read boilerplate.yml.

    Raises:
        BadYaml: it is not of this form, or a pattern is not valid.
    """
    with rules_of(path) as raw:
        openings = tuple(re.compile(source, re.DOTALL) for source in raw["openings"])
        return Boilerplate(tuple(map(pattern, raw["sentences"])), openings)


def without_opening(summary: str) -> str:
    """A summary with spaces in the place of an opening that only names who asks for the bill: all offsets stay."""
    for opening in load_boilerplate().openings:
        if found := opening.match(summary):
            return " " * found.end() + summary[found.end() :]
    return summary


@cache
def _by_word() -> dict[str, list[tuple[Pattern, list[frozenset[str]]]]]:
    """The patterns by the rarest words that must stand in a text, each with all that must: the longest are taken for rare."""
    found: dict[str, list[tuple[Pattern, list[frozenset[str]]]]] = {}
    for item in load_boilerplate().sentences:
        needs = [slot.words for slot in item.slots if slot.words and not slot.prefixes and not slot.runs]
        needs.sort(key=lambda each: -min(map(len, each)))
        for word in needs[0] if needs else _ANY:
            found.setdefault(word, []).append((item, needs))
    return found


def _near(seen: frozenset[str]) -> list[Pattern]:
    """The patterns all of whose words are among those of a text."""
    by_word = _by_word()
    near = {
        item.source: item
        for word in (seen & by_word.keys()) | _ANY
        for item, needs in by_word.get(word, ())
        if not any(seen.isdisjoint(each) for each in needs)
    }
    return list(near.values())


def _places(items: Iterable[Pattern], folded: list[str], seen: frozenset[str]) -> list[int]:
    """Where one of the patterns begins, in one pass over the words; ``seen`` are the same words as a set."""
    by_word: dict[str, list[Pattern]] = {}
    for item in items:
        first = item.slots[0]
        opens = first.words & seen
        if first.prefixes:
            opens |= {word for word in seen if word.startswith(first.prefixes)}
        for word in opens:
            by_word.setdefault(word, []).append(item)
    starts = [at for at, word in enumerate(folded) if word in by_word] if by_word else []
    return [at for at in starts if any(item.find(folded, at, len(folded)) is not None for item in by_word[folded[at]])]


def title_words(title: str, words: Tokens) -> Tokens:
    """The words by which a title tells what a document is about; ``words`` are those of ``tokenize(title)``.

    The title of a notice is what it is about, formula or not. A title that is running text is read as text, and one without
    a word says nothing.
    """
    if not any(len(word) >= _LETTERS for word in words.folded):
        return Tokens([], array("q"), array("q"))
    return without_boilerplate(title, words) if _RUNNING.match(title) else words


def without_boilerplate(text: str, words: Tokens, offset: int = 0) -> Tokens:
    """The words of a text less those of its boilerplate sentences; ``words`` are those of ``tokenize(text, offset)``."""
    folded = words.folded
    seen = frozenset(folded)
    found = _places(_near(seen), folded, seen)
    if not found:
        return words
    spans = sentences(text)
    opens = [start + offset for start, _ in spans] + [offset + len(text)]
    dropped = sorted({sentence_at(spans, words.starts[at] - offset) for at in found})
    kept = Tokens([], array("q"), array("q"))
    first = 0
    for sentence in [*dropped, None]:
        last = len(folded) if sentence is None else bisect_left(words.starts, opens[sentence])
        kept.folded.extend(folded[first:last])
        kept.starts.extend(words.starts[first:last])
        kept.ends.extend(words.ends[first:last])
        first = last if sentence is None else bisect_left(words.starts, opens[sentence + 1])
    return kept
