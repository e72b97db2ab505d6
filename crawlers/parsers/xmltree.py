"""Strict XML for hostile answers: no entities, no DTD, no network, and never a partial tree.

Scrapy's own sitemap reader recovers from broken XML, which would make a cut-off listing look complete.
"""

from __future__ import annotations

from lxml import etree

from crawlers.items import Unreadable


def parse(body: bytes, *, root: str) -> etree._Element:
    """The root element of a document whose root must have the given local name.

    Raises:
        Unreadable: not well-formed, carries a document type declaration (entity bombs, external entities), or another root.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        tree = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"not XML: {error}") from error
    if tree.getroottree().docinfo.doctype:
        raise Unreadable("XML with a document type declaration: refused, the source sends none")
    name = etree.QName(tree).localname
    if name != root:
        raise Unreadable(f"expected <{root}>, got <{name}>")
    return tree
