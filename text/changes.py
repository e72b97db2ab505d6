"""What a bill changes in the law that it reprints: the sentences with added or struck words, as texts of the same length.

A bill that amends a long section prints all of it, and most of that is law already: a document is about what it changes.
`changed`, `as_amended` and `as_it_was` put spaces in the place of everything else, so that every offset still counts
characters of the stored text.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
#: A first sentence this short is the number of the section ("SECTION 12."), and the next one says which law it amends.
_NUMBER_ALONE = 14
_WORD = re.compile(r"[^\W\d_]{2,}")
#: Words whose change alone changes nothing that a policy speaks of.
_SMALL_WORDS = (
    "a an and as at by for from he her herself him himself his if in into it its of on or section sections she such "
    "subdivision subsection subsections paragraph chapter that the their them then there these they this those to upon "
    "which who whom whose with individual person"
)
_SMALL = frozenset(_SMALL_WORDS.split())
_LINE = re.compile(r"[^\n]*\S[^\n]*")
#: What stands before the first section and is no title: the session, the sponsors, the day and the committee.
_FRONT = re.compile(
    r"referred to|read (?:the )?first time|sponsor|introduced by|regular session|legislature|^by\b|general assembly",
    re.IGNORECASE,
)
_NOT_BREAK = re.compile(r"[^\n]")


def read_marks(stored: str | None) -> list[Mark]:
    """The marks of a text as version_texts keeps them (JSON); none where nobody has looked."""
    return [(start, end, mark) for start, end, mark in json.loads(stored)] if stored else []


def changed(text: str, marks: Sequence[Mark]) -> str:
    """The sentences that a bill changes or adds, with all their words; all else is spaces."""
    return _only(text, _wanted(text, marks, marks))


def as_amended(text: str, marks: Sequence[Mark]) -> str:
    """The same, as these sentences would read: struck words are spaces too."""
    added = [mark for mark in marks if mark[2] == ADDED]
    return _without(_only(text, _wanted(text, added, marks)), marks, STRUCK)


def standing(text: str, marks: Sequence[Mark]) -> str:
    """The whole text as the law will read: struck words are spaces."""
    return _without(text, marks, STRUCK)


def as_it_was(text: str, marks: Sequence[Mark]) -> str:
    """The sentences in which words are struck, as they read now: added words, and all other sentences, are spaces."""
    struck = [mark for mark in marks if mark[2] == STRUCK]
    return _without(_only(text, _touched(text, _units(text), struck)), marks, ADDED)


def overlaps(marks: Iterable[Mark], kind: str, start: int, end: int) -> bool:
    """Whether words of this kind stand between two places."""
    return any(mark == kind and first < end and start < last for first, last, mark in marks)


@dataclass(frozen=True, order=True)
class _Unit:
    """A sentence, or one line of it; lines of one sentence share their `group`, and items of a list their `lead`."""

    start: int
    end: int
    group: int
    lead: _Unit | None = field(default=None, compare=False)


def _units(text: str) -> list[_Unit]:
    units: list[_Unit] = []
    group = 0
    for start, end in sentences(text):
        group += 1
        lead = None
        for found in _LINE.finditer(text, start, end):
            unit = _Unit(found.start(), found.end(), group, lead)
            units.append(unit)
            if found[0].rstrip().endswith((":", "—")):
                lead = unit
                if _REPRINTS.search(found[0]):  # "Section 4 is amended to read:" is no part of the law that follows
                    group, lead = group + 1, None
    return units


def _wanted(text: str, telling: Sequence[Mark], marks: Sequence[Mark]) -> list[_Unit]:
    """The units that marks touch, and whole sections of the bill that make new law without marks."""
    units = _units(text)
    wanted = set(_touched(text, units, telling))
    starts = [unit.start for unit in units]
    for start, end in _sections(text):
        inside = units[bisect_left(starts, start) : bisect_left(starts, end)]
        if not overlaps(marks, ADDED, start, end) and not overlaps(marks, STRUCK, start, end):
            if start == 0:
                wanted.update(unit for unit in inside if not _FRONT.search(text[unit.start : unit.end]))
            elif _is_new(text[start : min(end, start + _HEAD)]):
                wanted.update(inside)
        elif inside:  # which law the section amends
            wanted.update(inside[: 2 if inside[0].end - inside[0].start < _NUMBER_ALONE else 1])
    return sorted(wanted)


def _sections(text: str) -> list[tuple[int, int]]:
    """The sections of a bill; what stands before the first one (its title) is one too."""
    starts = [0, *(found.start() for found in _SECTION.finditer(text) if found.start())]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _is_new(section: str) -> bool:
    head = section.partition(":\n")[0]
    return not _REPRINTS.search(head) or bool(_MAKES.search(head))


def _matters(text: str, mark: Mark) -> bool:
    return any(word.lower() not in _SMALL for word in _WORD.findall(text[mark[0] : mark[1]]))


def _touched(text: str, units: Sequence[_Unit], marks: Iterable[Mark]) -> list[_Unit]:
    """The units that a mark of more than small words touches, each with the words that lead its list."""
    found = set()
    starts = [unit.start for unit in units]
    for mark in marks:
        first, last, _ = mark
        if not _matters(text, mark):
            continue
        at = max(bisect_right(starts, first) - 1, 0)
        while at < len(units) and units[at].start < last:
            if units[at].end > first:
                found |= {units[at]} | ({lead} if (lead := units[at].lead) else set())
            at += 1
    return sorted(found)


def _only(text: str, units: Sequence[_Unit]) -> str:
    pieces: list[str] = []
    last, group = 0, -1
    for unit in units:
        between = text[last : unit.start]
        pieces += [_blank(between) if unit.group == group else _gap(between), text[unit.start : unit.end]]
        last, group = unit.end, unit.group
    return "".join([*pieces, _gap(text[last:])])


def _gap(text: str) -> str:
    """As much space, with an empty line: what stands before and after is not one sentence."""
    return "\n\n" + " " * (len(text) - 2) if len(text) > 2 else text if text.isspace() else " " * len(text)


def _without(text: str, marks: Iterable[Mark], kind: str) -> str:
    pieces, last = [], 0
    for start, end, mark in marks:
        if mark == kind:
            pieces += [text[last:start], _blank(text[start:end])]
            last = end
    return "".join([*pieces, text[last:]])


def _blank(text: str) -> str:
    return _NOT_BREAK.sub(" ", text)
