"""The writer of Atom feeds (RFC 4287), which may hold any character that a source sends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
RIGHTS = (
    "Government documents are public records; rules of companies are the companies', from records of Open Terms Archive "
    "contributors (ODC-BY 1.0). What the software adds may be used under Apache-2.0."
)
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """``id`` is an address that never changes; ``on`` an ISO date or UTC time stamp."""

    id: str
    title: str
    link: str
    on: str
    summary: str = ""
    categories: list[tuple[str, str]] = field(default_factory=list)


def write_atom(
    title: str, site: str, page: str, own: str, entries: Sequence[Entry], key: str | None = None, about: str = ""
) -> bytes:
    """Return a feed.

    Args:
        page, own: the addresses, on this site, of the page that shows the same and of the feed.
        about: a sentence on the feed, such as how far its data reach.
        key: the address that identifies the feed and must never change; None for its own.
    """
    feed = etree.Element(
        f"{{{ATOM}}}feed", nsmap={None: ATOM}, attrib={"{http://www.w3.org/XML/1998/namespace}lang": "en"}
    )
    _add(feed, "title", title)
    if about:
        _add(feed, "subtitle", about)
    _add(feed, "id", site + (key or own))
    _add(feed, "updated", moment(max((entry.on for entry in entries), default="")))
    _add(feed, "link", rel="self", type="application/atom+xml", href=site + own)
    _add(feed, "link", rel="alternate", type="text/html", href=site + page)
    _add(etree.SubElement(feed, f"{{{ATOM}}}author"), "name", "Information policy monitor")
    _add(feed, "rights", RIGHTS)
    for entry in entries:
        node = etree.SubElement(feed, f"{{{ATOM}}}entry")
        _add(node, "title", entry.title)
        _add(node, "id", entry.id)
        _add(node, "updated", moment(entry.on))
        _add(node, "link", rel="alternate", type="text/html", href=entry.link)
        for term, label in entry.categories:
            _add(node, "category", term=term, label=label)
        if entry.summary:
            _add(node, "summary", entry.summary)
    return etree.tostring(feed, xml_declaration=True, encoding="utf-8", pretty_print=True)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> None:
    node = etree.SubElement(parent, f"{{{ATOM}}}{name}", {key: _plain(value) for key, value in attributes.items()})
    node.text = _plain(text) if text is not None else None


def _plain(text: str) -> str:
    """Without what XML cannot hold: remote text may have any character in it."""
    return _NOT_XML.sub(" ", text)


def moment(on: str) -> str:
    """A date or time stamp as RFC 3339. A feed with nothing in it yet has the beginning of time as its last change."""
    if len(on) == 10:
        return f"{on}T00:00:00Z"
    return on or "1970-01-01T00:00:00Z"
