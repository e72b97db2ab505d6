"""Does a page, an email or an export speak as the organization whose positions it shows? Only an approver can let it."""

from __future__ import annotations

import html
import re

from positions.catalog.catalog import load_catalog

#: What says that nobody has approved the words: on a page, in its description, in a row of a table, in an email.
MARKS = (
    "has not approved them",
    "Draft summary",
    "draft summary, not approved",
    "no los ha aprobado",
    "they are not statements of ALA",
    "no son declaraciones de la ALA",
)
_VERBS = (
    "supports?|supported|opposes?|opposed|holds?|wants?|urges?|urged|asks?|asked|backs?|backed|endorses?|endorsed|believes?|"
    "demands?|calls?|rejects?|welcomes?"
)
_CLAIM = re.compile(
    rf"(?<!whether )(?<!Whether )\b(?:ALA|American Library Association)(?: has| have| also| strongly)? (?:{_VERBS})\b[^.<]*"
)
_SIGNED = re.compile(
    r"American Library Association, information policy monitor"
    r"|(?:[Pp]ublished|[Ss]ent|[Ww]ritten|[Ss]igned) by (?:the )?(?:ALA\b|American Library)"
    r"|[Oo]n behalf of (?:the )?(?:ALA\b|American Library)"
    r"|<name>(?:ALA|American Library Association)"
    r"|^From: .*(?:\bALA\b|American Library)",
    re.MULTILINE,
)
_STATEMENTS = [position.statement for position in load_catalog().positions if not position.approved]


def speaks_as(text: str) -> list[str]:
    """The sentences that are signed as the organization, or that give its words or side without saying that they are drafts."""
    words = " ".join(html.unescape(text).split())
    found = [match[0] for match in _SIGNED.finditer(html.unescape(text))]
    if not any(mark in words for mark in MARKS):
        found += [match[0] for match in _CLAIM.finditer(words)]
        found += [statement for statement in _STATEMENTS if statement in words]
    return found
