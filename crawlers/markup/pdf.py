"""Read a PDF as pieces: letters with their font and color, and the lines drawn below and through them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTComponent, LTContainer, LTCurve
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage

from crawlers.markup.placed import Glyph, Sheet, Stroke

MOST_PAGES = 2_000
#: A line is no thicker than this, in points; what is higher is a box or a bar.
_THICKEST = 3.0
#: What the name of a font says of its letters.
_FONTS = {"bold": "bold", "italic": "italic", "oblique": "italic"}


def sheets(body: bytes) -> Iterator[Sheet]:
    """The pages of a PDF. Whatever is wrong with the file is raised as pdfminer raises it."""
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    for page in PDFPage.get_pages(io.BytesIO(body), maxpages=MOST_PAGES):
        interpreter.process_page(page)
        yield _sheet(list(_parts(device.get_result())))


def _parts(container: Iterable[Any]) -> Iterator[LTComponent]:
    for part in container:
        if isinstance(part, LTContainer):
            yield from _parts(part)
        else:
            yield part


def _sheet(parts: list[LTComponent]) -> Sheet:
    letters = [part for part in parts if isinstance(part, LTChar) and part.upright and part.get_text()]
    sizes = Counter(round(_height(letter)) for letter in letters if not letter.get_text().isspace())
    usual = sizes.most_common(1)[0][0] if sizes else 0
    sheet = Sheet()
    for letter in letters:
        style = {name for sign, name in _FONTS.items() if sign in letter.fontname.lower()}
        if round(_height(letter)) == usual:
            style.add("usual-size")
        if color := _color(letter.graphicstate.ncolor):
            style.add(color)
        text = letter.get_text()
        if text.startswith("(cid:"):
            text = "\ufffd"
        height = max(_height(letter), 1.0)
        sheet.glyphs.append(Glyph(text, letter.x0, letter.x1, letter.matrix[5], height, frozenset(style)))
    for part in parts:
        if isinstance(part, LTCurve) and part.height <= _THICKEST and part.width > 1 and part.width > part.height:
            sheet.strokes.append(Stroke(part.x0, part.x1, (part.y0 + part.y1) / 2))
    return sheet


def _height(letter: LTChar) -> float:
    return float(letter.size)


def _color(value: Any) -> str | None:
    """Red or blue, where a color is plainly one of them."""
    if not isinstance(value, tuple | list) or len(value) != 3 or not all(isinstance(x, int | float) for x in value):
        return None
    red, green, blue = value
    if red > 0.6 and max(green, blue) < 0.4:
        return "red"
    return "blue" if blue > 0.6 and max(red, green) < 0.5 else None
