"""What somebody did with a verdict, in words: drafted is not published, and areas and positions have their titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

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


def value_in_words(subject: str, value: str | None) -> str:
    """What was suggested of a subject: a direction, an outcome, or the level of a priority; "" where there is none."""
    kind = subject.partition(":")[0]
    if kind == "priority":
        return PRIORITIES.get(value or "", value or "")
    return formatting.word("outcomes" if kind == "outcome" else "stances", value) if value else ""


#: What may be a key in a text: that of a document, an area, or a position, or the address of its page.
_KEY = re.compile(
    r"(?<![\w/.-])(?:(?:/[a-z]{2})?/(?P<list>documents|areas|positions|jurisdictions)/)?(?P<key>[a-z0-9]+(?:-[a-z0-9]+)*)(?![\w/-])"
)


def without_keys(db: Database, text: str, titles: Titles) -> str:
    """A text, such as an entry of the trail, with each key of a document, an area, or a position as people call it."""

    def called(found: re.Match[str]) -> str:
        where, key = found["list"], found["key"]
        if where == "jurisdictions":
            return formatting.place(key)
        if not where and "-" not in key and f"area:{key}" not in titles:
            return found[0]
        named = titles.get(f"area:{key}") or titles.get(f"position:{key}")
        if named and where != "documents":
            return f"“{named[0]}”"
        sql = "select identifier, jurisdiction, title from corpus.documents where id = ?"
        row = db.execute(sql, [key]).fetchone()
        return formatting.numbered(*row) if row else found[0]

    return _KEY.sub(called, text)
