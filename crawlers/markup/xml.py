"""Read the XML of a bill as pieces: elements that begin a paragraph, elements that say what is added and struck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element as Element

from crawlers.items import Unreadable
from crawlers.markup.marked_text import LINE, SPACE, Piece

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*\?>")
_SPACES = re.compile(r"\s+")
_DEEPEST = 200


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Names of elements: `blocks` begin a line of their own, `without` hold no text; `spaces` stand for one.

    `style` is the attribute of a marked element whose value is taken for a style ("ea": "amend" or "erase").
    """

    blocks: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    spaces: frozenset[str] = frozenset()
    marked: str = ""
    style: str = ""
    spaced: str = ""  # the attribute that says that a space follows


def pieces(body: bytes, schema: Schema) -> Iterator[Piece]:
    """The words of the text.

    The encoding that the file names is not believed: some files name UTF-16 and are not.

    Raises:
        Unreadable: not well-formed, with a document type or entities of its own, or nested too deeply.
    """
    if b"<!DOCTYPE" in body[:2000] or b"<!ENTITY" in body[:2000]:
        raise Unreadable("XML with a document type of its own: refused, the source sends none")
    text = _DECLARED.sub(b"", body).strip()
    parser = etree.XMLParser(
        encoding="utf-8" if _is_utf8(text) else "windows-1252",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not XML: {error}") from error
    yield from _read(root, frozenset(), schema, 0)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _read(node: Element, style: frozenset[str], schema: Schema, depth: int) -> Iterator[Piece]:
    name = etree.QName(node).localname
    if name in schema.without:
        return
    if depth > _DEEPEST:
        raise Unreadable(f"XML nested more than {_DEEPEST} deep")
    if name == schema.marked:
        style |= {node.get(schema.style) or ""}
    if name in schema.blocks and node.get("placement") != "sameline":
        yield Piece(LINE)
    if name in schema.spaces:
        yield Piece(SPACE, style)
    yield from _words(node.text, style)
    for child in node:
        yield from _read(child, style, schema, depth + 1)
        yield from _words(child.tail, style)
    if name in schema.spaces or node.get(schema.spaced) == "true":
        yield Piece(SPACE, style)


def _words(text: str | None, style: frozenset[str]) -> Iterator[Piece]:
    if text:
        yield Piece(_SPACES.sub(SPACE, text), style)
