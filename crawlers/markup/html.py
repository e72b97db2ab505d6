"""Read a page of HTML as pieces in the style in which a browser would show them: tags, inline styles, a style sheet in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree, html
from lxml.html import HtmlElement

from crawlers.items import Unreadable
from crawlers.markup.marked_text import BLOCK, GAP, LINE, SPACE, Piece

_TAGS = {
    "u": "underline",
    "ins": "underline",
    "s": "strike",
    "del": "strike",
    "strike": "strike",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "sup": "raised",
}
_PROPERTIES = (
    (re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bunderline"), "underline"),
    (re.compile(r"text-decoration(?:-line)?\s*:[^;]*\bline-through"), "strike"),
    (re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)"), "bold"),
    (re.compile(r"vertical-align\s*:\s*super"), "raised"),
    (re.compile(r"display\s*:\s*none"), "hidden"),
)
_COLOR = re.compile(r"(?:^|[;\s{])color\s*:\s*([#\w]+)")
_BLOCK_NAMES = "address blockquote center dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p section table tr ul"
_NO_TEXT_NAMES = "head script style title nav footer header form noscript template svg button select iframe"
_BLOCKS, _NO_TEXT = frozenset(_BLOCK_NAMES.split()), frozenset(_NO_TEXT_NAMES.split())
_CELLS = frozenset({"td", "th"})
_RULES = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z0-9]*)(?:\.([\w-]+))?", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DEEPEST = 400


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where the text is on a page: `body` are CSS paths of what holds it, of which the first one that is there counts;
    `without` is the path of what in it is no text, `spaces` of what stands for a space."""

    body: tuple[str, ...] = ("body",)
    without: str | None = None
    spaces: str | None = None


def decode(body: bytes, charset: str | None, named: str | None = None) -> str:
    """The characters of a page: by its byte order mark, else by the charset that its header names, else by its host's.

    What is not in that charset is read as Windows-1252, as a browser would.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    for each in filter(None, (named, charset)):
        try:
            return body.decode(each)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("windows-1252", "replace")


def pieces(page: str, where: Page) -> Iterator[Piece]:
    """The words of the text.

    Raises:
        Unreadable: no HTML, nested too deeply, or a page without the element that holds the text.
    """
    root = root_of(page)
    held = next((found for path in where.body if (found := root.cssselect(path))), [])
    if not held:
        raise Unreadable(f"a page without a text: nothing at {' or '.join(where.body)}")
    left_out = set(root.cssselect(where.without)) if where.without else set()
    spaces = set(root.cssselect(where.spaces)) if where.spaces else set()
    reader = _Reader(_style_sheet(root), left_out, spaces)
    for each in held:
        yield from reader.read(each, frozenset(), False, 0)
        yield Piece(GAP)


@dataclass(frozen=True)
class _Reader:
    sheet: dict[tuple[str, str], frozenset[str]]
    left_out: set[HtmlElement]
    spaces: set[HtmlElement]

    def read(self, node: HtmlElement, style: frozenset[str], pre: bool, depth: int) -> Iterator[Piece]:
        if not isinstance(node.tag, str) or node.tag in _NO_TEXT:
            return
        if node in self.left_out:
            if any(char.isspace() for char in node.text_content()):
                yield Piece(SPACE)
            return
        if depth > _DEEPEST:
            raise Unreadable(f"a page nested more than {_DEEPEST} deep")
        style |= self.style(node)
        end = Piece(BLOCK) if node.tag in _BLOCKS else Piece(SPACE) if node.tag in _CELLS else None
        if node in self.spaces:
            end = Piece(SPACE, style)
        elif node.tag == "br":
            end = Piece(LINE)
        pre = pre or node.tag == "pre"
        if end:
            yield end
        yield from _words(node.text, style, pre)
        for child in node:
            yield from self.read(child, style, pre, depth + 1)
            yield from _words(child.tail, style, pre)
        if end and node.tag != "br":
            yield end

    def style(self, node: HtmlElement) -> frozenset[str]:
        tag = str(node.tag)
        style = {_TAGS[tag]} if tag in _TAGS else set()
        style |= self.sheet.get((tag, ""), frozenset())
        for name in (node.get("class") or "").split():
            style |= self.sheet.get(("", name), frozenset()) | self.sheet.get((tag, name), frozenset()) | {f".{name}"}
        return frozenset(style | _declared(node.get("style") or ""))


def root_of(page: str) -> HtmlElement:
    """The tree of a page, read as a browser reads it.

    Raises:
        Unreadable: there is none.
    """
    parser = html.HTMLParser(huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not a page of HTML: {error}") from error


def _style_sheet(root: HtmlElement) -> dict[tuple[str, str], frozenset[str]]:
    """Styles by (tag or "", class or "") of the sheets in the page; other selectors say nothing here."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for sheet in root.iter("style"):
        for names, declarations in _RULES.findall(
            re.sub(r"/\*.*?\*/|<!--|-->", " ", sheet.text or "", flags=re.DOTALL)
        ):
            style = _declared(declarations)
            for name in names.split(","):
                match = _SELECTOR.fullmatch(name.strip())
                if style and match and match.group():
                    key = (match[1].lower(), match[2] or "")
                    found[key] = found.get(key, frozenset()) | style
    return found


def _declared(declarations: str) -> frozenset[str]:
    text = declarations.lower()
    style = {name for pattern, name in _PROPERTIES if pattern.search(text)}
    if color := _COLOR.search(text):
        style.add(color[1])
    return frozenset(style)


def _words(text: str | None, style: frozenset[str], pre: bool) -> Iterator[Piece]:
    if text:
        yield Piece(text if pre else _SPACES.sub(SPACE, text), style)
