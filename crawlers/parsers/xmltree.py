"""Strict XML for hostile answers: no entities, no DTD, no network, and never a partial tree.

Scrapy's own sitemap reader recovers from broken XML, which would make a cut-off listing look complete.
"""

from __future__ import annotations

from lxml import etree

from crawlers.items import Unreadable


def parse(body: bytes, *, root: str, doctype: bool = False) -> etree._Element:
    """The root element of a document whose root must have the given local name.

    Args:
        doctype: the source names a document type; nothing of it is loaded, and one that declares anything itself is refused.

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
    about = tree.getroottree().docinfo
    declared = about.internalDTD is not None and (
        any(about.internalDTD.iterentities()) or any(about.internalDTD.iterelements())
    )
    if declared or (about.doctype and not doctype):
        raise Unreadable("XML with a document type declaration: refused, the source sends none of this kind")
    name = etree.QName(tree).localname
    if name != root:
        raise Unreadable(f"expected <{root}>, got <{name}>")
    return tree
