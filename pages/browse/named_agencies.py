"""The agency that the words of a search name, by its name or its letters, and the list of what it published, to offer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from crawlers.agencies import key_of, load_agencies
from pages.browse import facets, names, search
from pages.browse.filters import Filters
from pages.browse.outcomes import WRITTEN

#: The longest name of an agency has so many words: "National Telecommunications and Information Administration" has five.
LONGEST = 8
#: Shorter letters are words, or states: VA.
SHORTEST = 3


@dataclass(frozen=True)
class NamedAgency:
    """``words`` are the other words of the search, where the agency published something with them."""

    name: str
    words: str
    count: int
    address: str


def offered(db: sqlite3.Connection, filters: Filters) -> NamedAgency | None:
    """The agency that is named, if it published anything; None where an agency is chosen already."""
    words = filters.q.split()
    if filters.agency or WRITTEN.search(filters.q) or not (found := _named(words)):
        return None
    at, number, key = found
    others = [word for word in [*words[:at], *words[at + number :]] if _tells(word)]
    for rest in dict.fromkeys((" ".join(others), "")):
        narrowed = replace(filters, q=rest, agency=key, page=1)
        if count := facets.count(db, narrowed, facets.count_matches(db, search.parse(rest)) if rest else None):
            return NamedAgency(load_agencies()[key].name, rest, count, narrowed.address())
    return None


def _tells(word: str) -> bool:
    return not names.says_nothing(word) and names.folded(word) not in names.question_words("of_agencies")


def _named(words: list[str]) -> tuple[int, int, str] | None:
    """Where the name of an agency begins, how many words it has, and its key: the longest name first."""
    for number in range(min(LONGEST, len(words)), 0, -1):
        for at in range(len(words) - number + 1):
            said = " ".join(words[at : at + number]).strip(",.;?!")
            if key := key_of(said) if number > 1 else _of_letters(said, alone=len(words) == 1):
                return at, number, key
    return None


def _of_letters(word: str, *, alone: bool) -> str | None:
    """The agency of an abbreviation: in capitals, or in small letters where nothing else was typed."""
    if len(word) < SHORTEST or not word.isalpha() or not (word.isupper() or alone):
        return None
    name = names.names().get(names.folded(word))
    keys = (key_of(said) for said in [word, *(name.says if name else ())])
    return next(filter(None, keys), None)
