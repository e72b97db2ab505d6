"""Words placed on a page and lines drawn through or below them, as pieces in reading order.

Shared by PDF and by pages of HTML that place every word by pixel. Lengths are points or pixels, y grows upward.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter

from crawlers.markup.marked_text import LINE, SPACE, Piece

#: Where a line lies, in heights of the letters from their baseline: below them, or through them.
BELOW = (-0.45, 0.08)
THROUGH = (0.12, 0.55)
#: Letters this far apart (in heights) are two words: where the file has no spaces, and where it has; letters whose baselines
#: differ by less than `_SAME_ROW` are in one row.
_WORD_GAP = (0.16, 0.35)
_SAME_ROW = 0.35
#: Rows at the head and foot of a page that may be its header, its number and the key to its marks.
_EDGE = 6
_NUMBER = re.compile(r"(\d{1,4})[a-z]?")


@dataclass(frozen=True)
class Glyph:
    """A letter or a word: its left and right end, its baseline and its height."""

    text: str
    left: float
    right: float
    base: float
    height: float
    style: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Stroke:
    """A horizontal line."""

    left: float
    right: float
    y: float


@dataclass
class Sheet:
    """One page of the paper."""

    glyphs: list[Glyph] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)


@dataclass
class _Row:
    tokens: list[list[Glyph]]  # words of it; a word may change its style

    @property
    def text(self) -> str:
        return SPACE.join("".join(glyph.text for glyph in token) for token in self.tokens)

    @property
    def left(self) -> float:
        return self.tokens[0][0].left


def pieces(sheets: Iterable[Sheet]) -> Iterator[Piece]:
    """The rows of all pages, each followed by the end of a line; without line numbers, headers and feet."""
    pages = _without_numbers([_rows(sheet) for sheet in sheets])
    repeated = _repeated(pages)
    for rows in pages:
        edges = {*range(_EDGE), *range(len(rows) - _EDGE, len(rows))}
        kept = [row for at, row in enumerate(rows) if at not in edges or _place(row) not in repeated]
        margin = min((row.left for row in kept), default=0.0)
        for row in kept:
            yield from _row_pieces(row, margin)


def _row_pieces(row: _Row, margin: float) -> Iterator[Piece]:
    indent = int((row.left - margin) / max(row.tokens[0][0].height, 1) / 0.5)
    yield Piece(SPACE * min(indent, 40))
    for number, token in enumerate(row.tokens):
        if number:
            shared = row.tokens[number - 1][-1].style & token[0].style
            yield Piece(SPACE, shared)
        for glyph in token:
            yield Piece(glyph.text, glyph.style)
    yield Piece(LINE)


def _rows(sheet: Sheet) -> list[_Row]:
    rows: list[list[Glyph]] = []
    base = 0.0
    for glyph in sorted(_inked(sheet), key=lambda each: -each.base):
        if not rows or base - glyph.base > _SAME_ROW * glyph.height:
            rows.append([])
            base = glyph.base
        rows[-1].append(glyph)
    gap = _WORD_GAP[sum(glyph.text.isspace() for glyph in sheet.glyphs) > 0.05 * len(sheet.glyphs)]
    return [_Row(tokens) for row in rows if (tokens := _tokens(row, gap))]


def _inked(sheet: Sheet) -> list[Glyph]:
    """The letters with the lines that run below and through them in their style."""
    strokes = sorted(sheet.strokes, key=attrgetter("y"))
    found, heights = [], [stroke.y for stroke in strokes]
    for glyph in sheet.glyphs:
        middle = (glyph.left + glyph.right) / 2
        style = set(glyph.style)
        low, high = glyph.base + BELOW[0] * glyph.height, glyph.base + THROUGH[1] * glyph.height
        for stroke in strokes[bisect_left(heights, low) : bisect_left(heights, high)]:
            if not stroke.left - 0.6 <= middle <= stroke.right + 0.6:
                continue
            at = (stroke.y - glyph.base) / glyph.height
            if BELOW[0] <= at <= BELOW[1]:
                style.add("underline")
            elif THROUGH[0] <= at <= THROUGH[1]:
                style.add("strike")
        found.append(Glyph(glyph.text, glyph.left, glyph.right, glyph.base, glyph.height, frozenset(style)))
    return found


def _tokens(row: list[Glyph], gap: float) -> list[list[Glyph]]:
    tokens: list[list[Glyph]] = []
    last: Glyph | None = None
    space = False
    for glyph in sorted(row, key=attrgetter("left")):
        if glyph.text.isspace():
            space = True
            continue
        if last is None or space or glyph.left - last.right > gap * glyph.height:
            tokens.append([])
        tokens[-1].append(glyph)
        last, space = glyph, False
    return tokens


def _without_numbers(pages: list[list[_Row]]) -> list[list[_Row]]:
    """The rows without line numbers: numbers at one place of the left or right margin that count up from row to row."""
    columns: set[tuple[int, int]] = set()
    for rows in pages:
        for end in (0, -1):
            numbers = [
                (_column(row, end), int(at[1])) for row in rows if (at := _NUMBER.fullmatch(_word(row.tokens[end])))
            ]
            pairs = list(pairwise(numbers))
            following = [after for (_, before), after in pairs if after[1] in (before, before + 1)]
            if len(following) >= max(2, 0.6 * len(pairs)):
                columns |= {column for column, _ in following}
    kept = []
    for rows in pages:
        for row in rows:
            for end in (0, -1):
                if row.tokens and _NUMBER.fullmatch(_word(row.tokens[end])) and _column(row, end) in columns:
                    del row.tokens[end]
        kept.append([row for row in rows if row.tokens])
    return kept


def _column(row: _Row, end: int) -> tuple[int, int]:
    """Where a number stands: at the left margin by its last digit, as 9 and 10 are one below the other."""
    digits = [glyph for glyph in row.tokens[end] if glyph.text.isdigit()]
    return end, round((digits[-1].right if end == 0 else digits[0].left) / 6)


def _word(token: list[Glyph]) -> str:
    return "".join(glyph.text for glyph in token)


def _repeated(pages: list[list[_Row]]) -> set[tuple[str, int]]:
    """The rows that stand at the same place of the head or foot of several pages."""
    if len(pages) < 2:
        return set()
    seen = Counter(place for rows in pages for place in {_place(row) for row in (*rows[:_EDGE], *rows[-_EDGE:])})
    return {place for place, count in seen.items() if count >= 2 and count >= 0.4 * len(pages)}


def _place(row: _Row) -> tuple[str, int]:
    """A row with its numbers left out, as they change from page to page, and how high on the page it stands."""
    return re.sub(r"\d+", "#", row.text), round(row.tokens[0][0].base / 8)
