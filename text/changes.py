"""What a bill changes in the law that it reprints: the sentences with added or struck words, as texts of the same length.

A bill that amends a long section prints all of it, and most of that is law already: a document is about what it changes.
`changed`, `as_amended` and `as_it_was` put spaces in the place of everything else, so that every offset still counts
characters of the stored text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from text.sentences import sentences

ADDED, STRUCK = "added", "struck"
#: Characters start to end (not included) of a text, and "added" or "struck".
Mark = tuple[int, int, str]

#: Where a section of a bill begins, in the words of the states.
_SECTION = re.compile(
    r"^(?:\* )?(?:NEW SECTION\. )?(?:SECTION|Section|SEC\.|Sec\.) ?\d{1,3}[A-Z]?(?:\.\d+)?\.(?!\d)"
    r"|^\d{1,3}\. (?:\(New section\)|Section \d|N\.J\.S|R\.S\.|P\.L\.|This act)",
    re.MULTILINE,
)
#: A section that only reprints law says so in its first words, and one that makes new law says that.
_REPRINTS = re.compile(r"\b(?:amended|reenacted)\b", re.IGNORECASE)
_MAKES = re.compile(r"\b(?:adding|added|creat(?:e|es|ed|ing)|new|enacted)\b", re.IGNORECASE)
_HEAD = 300
_WORD = re.compile(r"[^\W\d_]{2,}")
#: Words whose change alone changes nothing that a policy speaks of.
_SMALL_WORDS = (
    "a an and as at by for from he her herself him himself his if in into it its of on or section sections she such "
    "subdivision subsection subsections paragraph chapter that the their them then there these they this those to upon "
    "which who whom whose with individual person"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_NOT_BREAK = re.compile(r"[^\n]")


def changed(text: str, marks: Sequence[Mark]) -> str:
    """The sentences that a bill changes or adds, with all their words; all else is spaces."""
    return _only(text, _wanted(text, marks))


def as_amended(text: str, marks: Sequence[Mark]) -> str:
    """The same, as these sentences would read: struck words are spaces too."""
    return _without(_only(text, _wanted(text, [mark for mark in marks if mark[2] == ADDED], marks)), marks, STRUCK)


def as_it_was(text: str, marks: Sequence[Mark]) -> str:
    """The sentences in which words are struck, as they read now: added words, and all other sentences, are spaces."""
    struck = [mark for mark in marks if mark[2] == STRUCK]
    spans = _touched(sentences(text), [mark for mark in struck if _matters(text, mark)])
    return _without(_only(text, spans), marks, ADDED)


def overlaps(marks: Iterable[Mark], kind: str, start: int, end: int) -> bool:
    """Whether words of this kind stand between two places."""
    return any(mark == kind and first < end and start < last for first, last, mark in marks)


def _wanted(text: str, marks: Sequence[Mark], every: Sequence[Mark] | None = None) -> list[tuple[int, int]]:
    """The sentences that marks touch, and whole sections of the bill that make new law without marks."""
    every = marks if every is None else every
    telling = [mark for mark in marks if _matters(text, mark)]
    spans = sentences(text)
    wanted = set(_touched(spans, telling))
    for start, end in _sections(text):
        inside = [span for span in spans if start <= span[0] < end]
        if not any(start <= first < end for first, _, _ in every) and _is_new(text[start : start + _HEAD]):
            wanted.update(inside)
        else:
            wanted.update(inside[:1])  # what the section says of itself: the law that it amends
    return sorted(wanted)


def _sections(text: str) -> list[tuple[int, int]]:
    """The sections of a bill; what stands before the first one (its title) is one too."""
    starts = [0, *(found.start() for found in _SECTION.finditer(text) if found.start())]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _is_new(head: str) -> bool:
    return not _REPRINTS.search(head) or bool(_MAKES.search(head))


def _matters(text: str, mark: Mark) -> bool:
    return any(word.lower() not in _SMALL for word in _WORD.findall(text[mark[0] : mark[1]]))


def _touched(spans: Sequence[tuple[int, int]], marks: Iterable[Mark]) -> list[tuple[int, int]]:
    found = set()
    starts = [start for start, _ in spans]
    for first, last, _ in marks:
        at = max(bisect_right(starts, first) - 1, 0)
        while at < len(spans) and spans[at][0] < last:
            if spans[at][1] > first:
                found.add(spans[at])
            at += 1
    return sorted(found)


def _only(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces, last = [], 0
    for start, end in spans:
        pieces += [_blank(text[last:start]), text[start:end]]
        last = end
    return "".join([*pieces, _blank(text[last:])])


def _without(text: str, marks: Iterable[Mark], kind: str) -> str:
    pieces, last = [], 0
    for start, end, mark in marks:
        if mark == kind:
            pieces += [text[last:start], _blank(text[start:end])]
            last = end
    return "".join([*pieces, text[last:]])


def _blank(text: str) -> str:
    return _NOT_BREAK.sub(" ", text)
