"""Split a text into words with their exact offsets, and give each word the form in which words are compared.

A word is a run of letters and digits (an apostrophe inside belongs to it), so that hyphens, double spaces, line breaks
and curly quotes never separate a phrase from its words. Words are compared folded: lower case, singular, without a
possessive ending. The trained model learned from these words: a change of `WORD` or `fold` needs a new training.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Letters and digits in one run, at most this long: a longer run (base64, a file of one letter) is read in pieces.
LONGEST_WORD = 64
WORD = re.compile(rf"[^\W_]{{1,{LONGEST_WORD}}}(?:['’][^\W_]{{1,{LONGEST_WORD}}})?")

#: Characters of a chunk (some 400 words). Chunks are read one at a time, so that memory does not grow with a text.
CHUNK = 2_500


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Return the form in which words are compared: ``Libraries’`` and ``library`` are one, ``bus`` stays ``bus``."""
    word = word.lower().replace("’", "'").removesuffix("'s")
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def forms(word: str) -> tuple[str, ...]:
    """Return the folded forms of a word and of the same word with an ``s``, each once.

    They are one for nearly every word; `fold` keeps apart "authorize" and "authorizes" or "bureau" and "bureaus".
    """
    return tuple(dict.fromkeys((fold(word), fold(word if word.endswith("s") else word + "s"))))


def beginning(folded: str) -> str:
    """Return what every word of this folded form begins with: "library" is also "libraries". Empty beyond ASCII."""
    return folded.removesuffix("y") if folded.isascii() else ""


def fold_words(text: str) -> list[str]:
    """Return the folded words of a text in order, without their offsets."""
    return [fold(word) for word in WORD.findall(text)]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The folded words of a text; word ``i`` is at ``starts[i]:ends[i]`` of its field."""

    folded: list[str]
    starts: array[int]
    ends: array[int]

    def __len__(self) -> int:
        return len(self.folded)


def tokenize(text: str, offset: int = 0) -> Tokens:
    """Split a text, or a chunk that begins at ``offset`` of its field, into words."""
    found = list(WORD.finditer(text))
    return Tokens(
        [fold(match[0]) for match in found],
        array("q", [match.start() + offset for match in found]),
        array("q", [match.end() + offset for match in found]),
    )


def chunks(text: str, size: int = CHUNK) -> Iterator[tuple[int, str]]:
    """Cut a text of any length into ``(offset, chunk)`` of at most ``size`` characters.

    A cut is at the end of a paragraph or sentence, or at a space, where there is one. The chunks joined are the text.
    """
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
