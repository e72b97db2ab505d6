"""Printed lines as paragraphs: a sentence goes on over the end of a line and of a page, a paragraph begins a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crawlers.markup.marked_text import BLOCK, LINE, SPACE, Piece

#: How a paragraph of a law begins: its number, its letter, or the word for its level.
_BEGINS = re.compile(
    r"(?:\(\w{1,5}\)|(?:\d{1,3}|[A-Z]{1,2}|[a-z])\.\s"
    r"|[*\s]*(?:SECTION|Section|SEC\.|Sec\.|WHEREAS|Whereas|BE IT|Be [Ii]t|Statement|STATEMENT|EXPLANATION|§)\s)"
)
_ENDS = re.compile(r"[.:;!?—][\"”’)\]]*$")
_NUMBER = re.compile(r"\s*\d{1,5}(?=\s|$)")
_DIVIDED = re.compile(r"[^\W\d_]-$")


def joined(pieces: Iterable[Piece], *, divided: bool = False, numbered: bool = False) -> Iterator[Piece]:
    """The pieces with spaces for line ends that are only the paper's.

    `divided`: the publisher divides words at the end of a line, so that "regu-" and "lation" are one word; `numbered`: a
    line begins with its number.
    """
    last: list[Piece] = []
    for line in _lines(pieces):
        if numbered and line and (number := _NUMBER.match(line[0].text)):
            line[0] = Piece(line[0].text[number.end() :], line[0].style)
        if not _text(line).strip():
            continue
        if last:
            yield from _ended(last, _text(line), divided)
        last = line
    yield from last


def _ended(line: list[Piece], following: str, divided: bool) -> list[Piece]:
    """A line with what stands between it and the following one."""
    text, after = _text(line).rstrip(), following.strip()
    deeper = _indent(following) - _indent(_text(line))
    if _BEGINS.match(after) or deeper > 12 or (_ENDS.search(text) and deeper > 2):
        return [*line, Piece(LINE)]
    if not (_DIVIDED.search(text) and after[0].islower()):
        return [*line, Piece(SPACE)]
    at = max(number for number, piece in enumerate(line) if piece.text.strip())
    words = line[at].text.rstrip()
    return [*line[:at], Piece(words.removesuffix("-") if divided else words, line[at].style)]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _text(line: list[Piece]) -> str:
    return "".join(piece.text for piece in line)


def _lines(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    line: list[Piece] = []
    for piece in pieces:
        parts = re.split(rf"[{LINE}{BLOCK}]", piece.text)
        for number, part in enumerate(parts):
            if number:
                yield line
                line = []
            if part:
                line.append(Piece(part, piece.style))
    yield line
