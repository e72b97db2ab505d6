"""Read pages of HTML that place every word by pixel and draw lines as empty elements: each page is a sheet of paper."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawlers.markup.html import root_of
from crawlers.markup.placed import Glyph, Sheet, Stroke

_PIXELS = re.compile(r"(left|top|width|height)\s*:\s*(-?\d+(?:\.\d+)?)px")
_SIZE = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)pt")
#: Letters of the monospaced font of 9.75 points: their width, their height, and the top of a row to its baseline.
_WIDTH, _HEIGHT, _BASELINE, _USUAL = 7.17, 12.0, 12.0, 9.75


def sheets(page: str) -> Iterator[Sheet]:
    """The sheets of a page: `<div class="p">` with rows and words (`span.t`) and lines (`span.l`) by left and top.

    Raises:
        Unreadable: no HTML.
    """
    for div in root_of(page).iterfind(".//div[@class='p']"):
        sheet = Sheet()
        for row in div:
            place = _place(row)
            if row.get("class") == "l":
                left = place.get("left", 0.0)
                sheet.strokes.append(Stroke(left, left + place.get("width", 0.0), -place.get("top", 0.0)))
            else:
                sheet.glyphs += _words(row, place.get("top", 0.0))
        yield sheet


def _words(row: HtmlElement, top: float) -> Iterator[Glyph]:
    for word in row:
        text, left = "".join(word.itertext()).strip(), _place(word).get("left")
        if text and left is not None:
            css = word.get("style") or ""
            size = float(found[1]) if (found := _SIZE.search(css)) else _USUAL
            right = left + _WIDTH * min(size / _USUAL, 1.0) * len(text)
            style = frozenset({"bold"} if "bold" in css else ())
            yield Glyph(text, left, right, -(top + _BASELINE), _HEIGHT, style)


def _place(node: HtmlElement) -> dict[str, float]:
    return {name: float(value) for name, value in _PIXELS.findall(node.get("style") or "")}
