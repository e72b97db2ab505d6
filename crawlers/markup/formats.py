"""What formats.yml says of each host, and the one function that reads a file by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from crawlers.markup import html, pixels, placed, xml
from crawlers.markup.lines import joined
from crawlers.markup.marked_text import MarkedText, Piece, Rule, marked_text
from text.yaml_config import rules_of

FORMATS_FILE = Path(__file__).with_name("formats.yml")
#: The kind of file by the content type of an answer.
KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "text/xml": "xml",
    "application/xml": "xml",
}


@dataclass(frozen=True, kw_only=True)
class Format:
    """One kind of file of one host."""

    reader: str
    rule: Rule
    page: html.Page = field(default_factory=html.Page)
    schema: xml.Schema = field(default_factory=xml.Schema)
    lines: bool = False
    divided: bool = False
    numbered: bool = False
    charset: str | None = None


@dataclass(frozen=True, kw_only=True)
class Host:
    """A legislature's site: `kinds` by "html", "pdf", "xml". `forbidden`: robots.txt asks us not to fetch its texts.

    `delay` is the seconds between two requests that it asks for; `standing` the addresses that always hold the newest version.
    """

    kinds: Mapping[str, Format]
    forbidden: bool = False
    delay: float = 1.0
    standing: re.Pattern[str] | None = None


@cache
def hosts(file: Path = FORMATS_FILE) -> Mapping[str, Host]:
    """The hosts by name.

    Raises:
        ValueError: the file is not in order; the message names it.
    """
    with rules_of(file) as found:
        return {name: _host(entry) for name, entry in found.items()}


def _host(entry: Mapping[str, Any]) -> Host:
    charset, standing = entry.get("charset"), entry.get("standing")
    return Host(
        kinds={kind: _format(kind, charset, entry[kind]) for kind in ("html", "pdf", "xml") if kind in entry},
        forbidden=entry.get("forbidden", False),
        delay=float(entry.get("delay", 1)),
        standing=re.compile(standing) if standing else None,
    )


def _format(kind: str, charset: str | None, entry: Mapping[str, Any]) -> Format:
    reader = entry.get("reader", "page" if kind == "html" else kind)
    return Format(
        reader=reader,
        rule=Rule(
            added=_styles(entry.get("added")),
            struck=_styles(entry.get("struck")),
            brackets=tuple(entry.get("brackets", ())),
            strikes=frozenset(entry["strikes"].split()) if "strikes" in entry else None,
            labels=tuple(map(re.compile, entry.get("labels", ()))),
            left_out=tuple(map(re.compile, entry.get("left_out", ()))),
        ),
        page=html.Page(
            body=tuple(entry.get("body", ["body"])), without=entry.get("without"), spaces=entry.get("spaces")
        ),
        schema=_schema(entry) if reader == "xml" else xml.Schema(),
        lines=entry.get("lines", reader in ("pdf", "pixels")),
        divided=entry.get("divided", False),
        numbered=entry.get("numbered", False),
        charset=charset,
    )


def _schema(entry: Mapping[str, Any]) -> xml.Schema:
    names = {name: frozenset(entry.get(name, "").split()) for name in ("blocks", "without", "spaces")}
    return xml.Schema(marked=entry["marked"], style=entry["style"], spaced=entry["spaced"], **names)


def _styles(ways: list[str] | None) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(way.split()) for way in ways or ())


def read(body: bytes, form: Format, charset: str | None = None) -> MarkedText:
    """The text of a file with its marks; `charset` is what the answer's header names.

    Raises:
        Unreadable: the file is not what it should be. pdfminer raises what it likes.
    """
    found = _pieces(body, form, charset)
    if form.lines:
        found = joined(found, divided=form.divided, numbered=form.numbered)
    return marked_text(found, form.rule)


def _pieces(body: bytes, form: Format, charset: str | None) -> Iterator[Piece]:
    if form.reader == "pdf":
        from crawlers.markup import pdf  # takes as long to load as a page of HTML to read

        return placed.pieces(pdf.sheets(body))
    if form.reader == "xml":
        return xml.pieces(body, form.schema)
    page = html.decode(body, form.charset, charset)
    return placed.pieces(pixels.sheets(page)) if form.reader == "pixels" else html.pieces(page, form.page)
