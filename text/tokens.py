"""Words and sentences with their exact places: the one reading of a text that rules and model share.

A word is a run of letters and digits (an apostrophe inside belongs to it), so that hyphens, double spaces, line breaks
and curly quotes never stand between a phrase and its words. Words are compared folded: lower case, singular, without a
possessive ending.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Letters and digits in one run, at most this long: a longer run (base64, a file of one letter) is read in pieces.
LONGEST_WORD = 64
WORD = re.compile(rf"[^\W_]{{1,{LONGEST_WORD}}}(?:['’][^\W_]{{1,{LONGEST_WORD}}})?")

#: Characters of a passage (some 400 words). Passages are read one at a time, so that memory does not grow with a text.
PASSAGE = 2_500

_SENTENCE_END = re.compile(r"[.!?]['\"’”)\]]*\s+(?=['\"‘“(\[]?[A-Z0-9§])|\n\s*\n|;\s*\n")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|No|Nos|Sec|Secs|Art|Ch|Pub|Stat|Rep|Sen|Gov|Mr|Mrs|Ms|Dr|St|Inc|Co|Corp|Ltd|Dept|vs?|al|etc|cf"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|[a-z]\.[a-z]|[A-Z]\.[A-Z])\.$"
)


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """The form in which words are compared: ``Libraries’`` and ``library`` are one, as are ``bus`` and ``bus``."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


@dataclass(frozen=True)
class Words:
    """The folded words of a passage; word ``i`` stands at ``starts[i]:ends[i]`` of the whole field."""

    folded: list[str]
    starts: array[int]
    ends: array[int]


def read_words(text: str, offset: int = 0) -> Words:
    """Split one passage that begins at ``offset`` of its field."""
    folded: list[str] = []
    starts, ends = array("q"), array("q")
    for match in WORD.finditer(text):
        folded.append(fold(match.group()))
        starts.append(match.start() + offset)
        ends.append(match.end() + offset)
    return Words(folded, starts, ends)


def passages(text: str, size: int = PASSAGE) -> Iterator[tuple[int, str]]:
    """Cut a text of any length into ``(offset, passage)`` of at most ``size`` characters, at a paragraph, sentence or
    space where there is one. The passages joined are the text."""
    at = 0
    while len(text) - at > size:
        window = text[at : at + size]
        cut = max(window.rfind("\n"), window.rfind(". ") + 1) if size > 1 else 0
        if cut < size // 2:
            cut = window.rfind(" ")
        if cut < size // 2:
            cut = size - 1
        yield at, window[: cut + 1]
        at += cut + 1
    if at < len(text):
        yield at, text[at:]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """``(start, end)`` of each sentence, without the blanks around it; a paragraph break always ends one."""
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if text[match.start()] == "." and _ABBREVIATION.search(text, max(0, match.start() - 12), match.start() + 1):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [span for span in (_trim(text, *span) for span in spans) if span[0] < span[1]]


def sentence_at(spans: list[tuple[int, int]], position: int) -> tuple[int, int]:
    """The sentence that holds ``position``, or the one before it."""
    return spans[max(0, bisect_right(spans, (position, float("inf"))) - 1)]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
