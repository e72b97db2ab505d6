"""What changed between two versions of a text: sections inserted, deleted, moved and changed, and in those the words.

Sections that say the same are aligned first; of the others those that are alike are paired; words are compared only within
pairs. Nothing here knows of HTML: a page shows the pieces side by side or in one line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel

from comparison.versions.sections import Section, plain, sections, without_attestation
from store.errors import InvalidInput

#: Texts that are longer together (characters) are not compared: the answer would take a reader's patience.
LONGEST = 4_500_000
#: Sections with more words than this, of either text, are compared line by line.
WORDIEST = 12_000
#: From this likeness of their words on, two sections are one section that changed.
ALIKE = 0.6
#: Fewer equal words than this between two changes are shown with them: single words that happen to be equal only confuse.
ISLAND = 3
_TOKEN = re.compile(r"[^\s—]*—\s*|[^\s—]+\s*|\s+")


class TooLong(InvalidInput):
    """The two texts are too long to be compared while a reader waits."""


@dataclass(frozen=True)
class Piece:
    """``mark`` is ``same``, ``deleted`` or ``inserted``."""

    mark: str
    text: str


@dataclass(frozen=True)
class Change:
    """One section. ``kind`` is same, changed, inserted or deleted; ``moved`` when its place among the others is another."""

    kind: str
    heading: str
    old: Section | None
    new: Section | None
    moved: bool = False
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """The sections in the order of the newer text, deleted ones at their old place. Counts are numbers of sections."""

    changes: tuple[Change, ...]

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.changes)

    @property
    def moved(self) -> int:
        return sum(change.moved for change in self.changes)

    @property
    def identical(self) -> bool:
        return all(change.kind == "same" and not change.moved for change in self.changes)


def compare(old: str, new: str) -> Comparison:
    """Compare two versions of a text.

    Raises:
        TooLong: they are longer together than LONGEST.
    """
    if len(old) + len(new) > LONGEST:
        raise TooLong
    before, after = (sections(without_attestation(text)) for text in (old, new))
    pairs, moved = _pairs(before, after)
    return Comparison(tuple(_in_order(before, after, pairs, moved)))


def _pairs(before: Sequence[Section], after: Sequence[Section]) -> tuple[dict[int, int], set[int]]:
    """For each section of the newer text, the section of the older one that it comes from, and whether it has moved."""
    numbers: dict[tuple[str, ...], int] = {}
    keys = [[numbers.setdefault(part.key, len(numbers)) for part in parts] for parts in (before, after)]
    pairs = {
        to: at
        for code in Indel.opcodes(*keys)
        if code.tag == "equal"
        for at, to in zip(range(code.src_start, code.src_end), range(code.dest_start, code.dest_end), strict=True)
    }
    taken = set(pairs.values())
    left = {key: at for at, key in reversed(list(enumerate(keys[0]))) if at not in taken}
    for to, key in enumerate(keys[1]):
        if to not in pairs and key in left:
            pairs[to] = left.pop(key)
    _pair_alike(before, after, pairs)
    return pairs, pairs.keys() - _in_place(pairs)


def _pair_alike(before: Sequence[Section], after: Sequence[Section], pairs: dict[int, int]) -> None:
    """Pair the remaining sections by the similarity of their words, most similar first; adjacent sections break ties."""
    taken = set(pairs.values())
    old = [at for at in range(len(before)) if at not in taken]
    new = [to for to in range(len(after)) if to not in pairs]
    if not old or not new:
        return
    likeness = np.array([before[at].profile for at in old]) @ np.array([after[to].profile for to in new]).T
    rows, columns = np.nonzero(likeness >= ALIKE)
    order = sorted(
        zip(rows, columns, strict=True),
        key=lambda pair: (-round(float(likeness[pair]), 4), abs(old[pair[0]] - new[pair[1]])),
    )
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for row, column in order:
        if row not in used_rows and column not in used_columns:
            pairs[new[column]] = old[row]
            used_rows.add(int(row))
            used_columns.add(int(column))


def _in_place(pairs: dict[int, int]) -> set[int]:
    """The most sections whose order is the same in both texts; the others have moved."""
    ends: list[int] = []  # the smallest place in the older text at which an ordered row of each length can end
    members: list[int] = []
    before: dict[int, int | None] = {}
    for to in sorted(pairs):
        length = bisect_left(ends, pairs[to])
        before[to] = members[length - 1] if length else None
        ends[length : length + 1], members[length : length + 1] = [pairs[to]], [to]
    found: set[int] = set()
    last = members[-1] if members else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


def _in_order(
    before: Sequence[Section], after: Sequence[Section], pairs: dict[int, int], moved: set[int]
) -> Iterator[Change]:
    gone = sorted(set(range(len(before))) - set(pairs.values()))
    for to, section in enumerate(after):
        at = pairs.get(to)
        if at is not None and to not in moved:
            while gone and gone[0] < at:
                yield _deleted(before[gone.pop(0)])
        yield _change(None if at is None else before[at], section, to in moved)
    for rest in gone:
        yield _deleted(before[rest])


def _deleted(section: Section) -> Change:
    return Change("deleted", section.heading, section, None, pieces=(Piece("deleted", section.text),))


def _change(old: Section | None, new: Section, moved: bool) -> Change:
    if old is None:
        return Change("inserted", new.heading, None, new, pieces=(Piece("inserted", new.text),))
    if old.key == new.key:
        return Change("same", new.heading, old, new, moved)
    if old.name != new.name:
        return Change("changed", new.heading, old, new, moved, tuple(differences(old.text, new.text)))
    lead = [Piece("same", new.lead)] if new.lead else []
    return Change("changed", new.heading, old, new, moved, (*lead, *differences(old.body, new.body)))


def differences(old: str, new: str) -> list[Piece]:
    """Two texts as pieces. ``same`` and ``inserted`` ones make up the new text, ``same`` and ``deleted`` ones say the old."""
    cut = _TOKEN if max(old.count(" "), new.count(" ")) <= WORDIEST else re.compile(r"[^\n]*\n|[^\n]+")
    before, after = cut.findall(old), cut.findall(new)
    codes = Indel.opcodes(list(map(_compared, before)), list(map(_compared, after)))
    pieces: list[Piece] = []
    for code in codes:
        if code.tag == "equal":
            pieces.append(Piece("same", "".join(after[code.dest_start : code.dest_end])))
        if code.src_end > code.src_start and code.tag != "equal":
            # Spaces of what is the same are those of the newer text, which may end where the older one goes on.
            apart = " " if pieces and not pieces[-1].text[-1].isspace() else ""
            pieces.append(Piece("deleted", apart + "".join(before[code.src_start : code.src_end])))
        if code.dest_end > code.dest_start and code.tag != "equal":
            pieces.append(Piece("inserted", "".join(after[code.dest_start : code.dest_end])))
    return _tidy(pieces)


def _compared(token: str) -> str:
    """A word as it is compared; headings end with a full stop in some stages of a bill and without in others."""
    word = plain(token.strip())
    return word.rstrip(".") if "\n" in token else word


def _tidy(pieces: Sequence[Piece]) -> list[Piece]:
    """Join what lies between two stretches that are the same: first everything deleted, then everything inserted."""
    found: list[Piece] = []
    deleted = inserted = ""
    for number, piece in enumerate(pieces):
        inner = 0 < number < len(pieces) - 1
        if piece.mark == "same" and not (inner and len(piece.text.split()) < ISLAND):
            found += _both(deleted, inserted)
            deleted = inserted = ""
            found.append(piece)
            continue
        deleted += piece.text if piece.mark != "inserted" else ""
        inserted += piece.text if piece.mark != "deleted" else ""
    return found + _both(deleted, inserted)


def _both(deleted: str, inserted: str) -> list[Piece]:
    return [Piece(mark, text) for mark, text in (("deleted", deleted), ("inserted", inserted)) if text]
