"""What somebody did with a verdict, in words: drafted is not published, and areas and positions have their titles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.reviews.review_items import Titles
from desk.reviews.subjects import PRIORITIES
from pages.http import formatting

_DID = {"confirm": "confirmed", "reject": "rejected", "change": "changed", "defer": "postponed", "undo": "took back"}


def did(review: Mapping[str, Any], titles: Titles) -> str:
    """What a row of ``reviews`` did, such as "drafted the stance “Oppose”".

    Args:
        titles: as desk.reviews.review_items.titles returns it.
    """
    kind, _, key = review["subject"].partition(":")
    verdict, value = review["verdict"], review["value"]
    title = titles.get(review["subject"], (key, None))[0]
    takes = verdict in ("confirm", "change")
    if kind == "priority":
        if verdict == "change":
            return "pinned it as a priority" if value == "2" else "unpinned it"
        return f"{_DID[verdict]} the priority" + (f" “{PRIORITIES.get(value, value)}”" if value else "")
    if kind == "stance":
        done = ("published" if review["published"] else "drafted") if takes else _DID[verdict]
        if verdict == "reject":
            done = "withdrew" if review["published"] else "dropped the draft of"
        side = f" “{formatting.word('stances', value)}”" if value else ""
        return f"{done} the stance{side}" + (f" on “{title}”" if key else "")
    if kind == "outcome" and review["draft"]:
        done = "proposed the outcome" if takes else "dropped the proposed outcome"
        return f"{done} for “{title}”" + (f": {formatting.word('outcomes', value)}" if value else "")
    section = "outcomes" if kind == "outcome" else "stances"
    about = f"{_DID[verdict]} the {kind} {'for ' if kind == 'outcome' else ''}“{title}”"
    return about + (f": {formatting.word(section, value)}" if value else "")
