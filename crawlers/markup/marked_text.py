"""The text of a bill with the words that it adds and strikes: how pieces in their styles become one text with spans.

Readers (`html`, `placed`, `xml`, `pdf`) turn a file into `Piece`s: words in the style in which the file shows them. What a
style means is said for each host in formats.yml and applied here, the same way for every kind of file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crawlers.items import clean

ADDED, STRUCK = "added", "struck"
#: Pieces that are no words: a space, the end of a line, an empty line, the begin or end of a block (a paragraph, a cell).
SPACE, LINE, GAP, BLOCK = " ", "\n", "\n\n", "\u2029"
_EMPTY_LINE = re.compile(rf"\n\s*\n|{BLOCK}[^{BLOCK}]*\xa0[^{BLOCK}]*{BLOCK}")
_OPEN, _CLOSE = {"[": "]", "((": "))", "{": "}"}, {"]", "))", "}"}
_WORD_START = re.compile(r"[\w(\"“$]")


@dataclass(frozen=True)
class Piece:
    """Words in one style: a set of `underline`, `strike`, `bold`, `italic`, `hidden`, `raised`, and names of colors."""

    text: str
    style: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the styles of one publisher mean.

    `added` and `struck` hold sets of styles that must all be there (any set is enough). `brackets` are the signs around
    struck words; with `strikes` they alone say that words are struck, and must have the style in `strikes`. `labels` are
    words that are underlined or bold, and not added. `left_out` are words that are no part of the text, such as a key.
    """

    added: tuple[frozenset[str], ...] = ()
    struck: tuple[frozenset[str], ...] = ()
    brackets: tuple[str, ...] = ()
    strikes: frozenset[str] | None = None
    labels: tuple[re.Pattern[str], ...] = ()
    left_out: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True)
class MarkedText:
    """A text as it is stored (`crawlers.items.clean`), and the (start, end, "added" or "struck") of what it changes."""

    text: str
    marks: tuple[tuple[int, int, str], ...] = ()


@dataclass
class _Stream:
    """Characters with their marks and styles, side by side."""

    chars: list[str] = field(default_factory=list)
    marks: list[str | None] = field(default_factory=list)
    styles: list[frozenset[str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.chars)

    def keep(self, wanted: Sequence[bool]) -> None:
        for name in ("chars", "marks", "styles"):
            setattr(self, name, [each for each, keep in zip(getattr(self, name), wanted, strict=True) if keep])


def marked_text(pieces: Iterable[Piece], rule: Rule) -> MarkedText:
    """One text with its marks; white space is one space, and lies within a mark where it lies between words of one."""
    stream = _Stream()
    for piece in pieces:
        mark = _mark(piece.style, rule)
        for char in unicodedata.normalize("NFC", piece.text):
            stream.chars.append(char)
            stream.marks.append(mark)
            stream.styles.append(piece.style)
    _leave_out(stream, rule)
    if rule.strikes is not None:
        _strike_between(stream, rule)
    else:
        for sign in rule.brackets:
            _drop_around(stream, sign)
    _collapse(stream)
    _apart(stream)
    _unmark(stream, rule)
    return _spans(stream)


def _mark(style: frozenset[str], rule: Rule) -> str | None:
    if any(each <= style for each in rule.struck):
        return STRUCK
    return ADDED if any(each <= style for each in rule.added) else None


def _strike_between(stream: _Stream, rule: Rule) -> None:
    """Strike what stands between brackets, and leave these out; a bracket that never closes strikes nothing."""
    assert rule.strikes is not None
    wanted, opened = [True] * len(stream), []
    for at, char in enumerate(stream.chars):
        if not rule.strikes <= stream.styles[at] or stream.marks[at] == ADDED:
            continue
        if char in rule.brackets:
            opened.append((at, _OPEN[char]))
        elif opened and char == opened[-1][1]:
            start, _ = opened.pop()
            wanted[start] = wanted[at] = False
            stream.marks[start:at] = [STRUCK] * (at - start)
    stream.keep(wanted)


def _drop_around(stream: _Stream, sign: str) -> None:
    """Leave out the brackets at either side of struck words; those within them are words of the law."""
    wanted = [True] * len(stream)
    visible = [at for at, char in enumerate(stream.chars) if not char.isspace()]
    text = "".join(stream.chars[at] for at in visible)
    struck = [stream.marks[at] == STRUCK for at in visible] + [False, False]
    for opening, this in ((True, sign), (False, _OPEN[sign])):
        for found in re.finditer(f"(?={re.escape(this)})", text):
            start, end = found.start(), found.start() + len(this)
            before, own, after = start > 0 and struck[start - 1], struck[start:end], struck[end]
            inside, outside = (after, before) if opening else (before, after)
            nested = (text[:start] if opening else text[end:][: len(this)]).endswith(this)
            if (inside and not any(own)) or (all(own) and not outside and not nested):
                for at in visible[start:end]:
                    wanted[at] = False
    stream.keep(wanted)


def _collapse(stream: _Stream) -> None:
    """White space as `clean` leaves it: one space, one line's end, or one empty line; control characters go."""
    stream.keep([char.isspace() or clean(char) is not None for char in stream.chars])
    result, at = _Stream(), 0
    while at < len(stream):
        if not stream.chars[at].isspace():
            result.chars.append(stream.chars[at])
            result.marks.append(stream.marks[at])
            result.styles.append(stream.styles[at])
            at += 1
            continue
        start = at
        while at < len(stream) and stream.chars[at].isspace():
            at += 1
        space = "".join(stream.chars[start:at])
        if len(result) and at < len(stream):
            before, after = result.marks[-1], stream.marks[at]
            for char in GAP if _EMPTY_LINE.search(space) else LINE if LINE in space or BLOCK in space else SPACE:
                result.chars.append(char)
                result.marks.append(before if before == after else None)
                result.styles.append(frozenset())
    stream.chars, stream.marks, stream.styles = result.chars, result.marks, result.styles


def _apart(stream: _Stream) -> None:
    """A space between a struck word and the one that replaces it: printed texts set them side by side."""
    result = _Stream()
    for at, (char, mark, style) in enumerate(zip(stream.chars, stream.marks, stream.styles, strict=True)):
        before = stream.marks[at - 1] if at else None
        if before and mark and before != mark and not stream.chars[at - 1].isspace() and _WORD_START.match(char):
            result.chars.append(SPACE)
            result.marks.append(None)
            result.styles.append(frozenset())
        result.chars.append(char)
        result.marks.append(mark)
        result.styles.append(style)
    stream.chars, stream.marks, stream.styles = result.chars, result.marks, result.styles


def _unmark(stream: _Stream, rule: Rule) -> None:
    for pattern in rule.labels:
        for found in pattern.finditer("".join(stream.chars)):
            stream.marks[found.start() : found.end()] = [None] * (found.end() - found.start())
    if _leave_out(stream, rule):
        _collapse(stream)


def _leave_out(stream: _Stream, rule: Rule) -> bool:
    """Take out what is no part of the text: as the file has it, and with its white space collapsed."""
    before = len(stream)
    for pattern in rule.left_out:
        wanted = [True] * len(stream)
        for found in pattern.finditer("".join(stream.chars)):
            wanted[found.start() : found.end()] = [False] * (found.end() - found.start())
        if not all(wanted):
            stream.keep(wanted)
    return len(stream) < before


def _spans(stream: _Stream) -> MarkedText:
    spans: list[tuple[int, int, str]] = []
    for at, mark in enumerate(stream.marks):
        if mark is None:
            continue
        if spans and spans[-1][1] == at and spans[-1][2] == mark:
            spans[-1] = (spans[-1][0], at + 1, mark)
        else:
            spans.append((at, at + 1, mark))
    return MarkedText("".join(stream.chars), tuple(spans))
