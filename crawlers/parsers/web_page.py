"""A page of a company's site as its readable text, without menus, notices on cookies, and the like. Nothing is fetched here."""

from __future__ import annotations

import logging

import trafilatura

from crawlers.items import Unreadable, clean

#: Letters below which a page is no terms: a question whether we are human, a page that only programs in a browser fill.
LEAST = 400
#: Bytes of a page: more is no text that people accept.
LARGEST = 8 * 1024 * 1024

# What the library cannot read it tells its log; here that is an error of its own.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def page_text(body: bytes) -> str:
    """The readable text of a page, with a blank line between its parts.

    Raises:
        Unreadable: it is no page, was damaged on its way, or has hardly any text.
    """
    if b"\0" in body:  # no page has one; text that was damaged has, and would be kept as what the company says
        raise Unreadable("not a page: it has bytes that no text has")
    if len(body) > LARGEST:
        raise Unreadable(f"{len(body):,} bytes are no page of terms")
    try:
        found = trafilatura.extract(body, include_comments=False, include_tables=True, favor_recall=True)
    except Exception as error:  # whatever a hostile page makes the library raise
        raise Unreadable(f"not a page that can be read: {type(error).__name__}") from error
    text = clean("\n\n".join((found or "").splitlines())) or ""
    if len(text) < LEAST:
        raise Unreadable(f"no readable text: {len(text):,} letters")
    return text
