"""Whose words a statement rests on: what a version says of that, and what must come with it."""

from __future__ import annotations

import re

from positions.catalog.checks import DATE, TEXT, Checker
from positions.catalog.records import GRADES
from positions.catalog.yaml_file import Entry

AUTHORITY_KEYS = {
    **dict.fromkeys(("grade", "address", "passage", "place", "successor", "approved_by"), TEXT),
    **dict.fromkeys(("review_by", "approved_on"), DATE),
}
#: A quotation is short: so many sentences and characters at the most.
SENTENCES, CHARACTERS = 2, 480
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s]+")
_END = re.compile(r"[.!?][”\"’')]*\s+(?=[“\"‘(]?[A-Z])")


def check_authority(checker: Checker, item: Entry) -> None:
    """Note what cannot stand: a quotation without its place, a grade above what was read, half an approval."""
    checker.closed(item, "grade", GRADES)
    for key, needs in (
        ("passage", ("address", "place", "grade")),
        ("approved_by", ("approved_on",)),
        ("approved_on", ("approved_by",)),
    ):
        if item.get(key) and (lacking := [other for other in needs if not item.get(other)]):
            checker.problem(item, key, f"{key} stands without {', '.join(lacking)}: add it")
    if item.get("grade") == "adopted" and not item.get("body"):
        checker.problem(item, "grade", "grade is adopted, but no body is named: say who adopted it")
    if item.get("address") and not _ADDRESS.match(str(item["address"])):
        checker.problem(item, "address", f"address is {item['address']!r}: write one that begins with https://")
    _check_length(checker, item)


def _check_length(checker: Checker, item: Entry) -> None:
    text = " ".join(str(item.get("passage") or "").split())
    if (sentences := len(_END.findall(text)) + 1) > SENTENCES or len(text) > CHARACTERS:
        checker.problem(
            item,
            "passage",
            f"the passage has {sentences} sentences and {len(text)} characters: quote up to {SENTENCES} and {CHARACTERS}",
        )
