"""A search in another language than that of documents: it is not taken for a slip, and leads to what bears its words as a name.

The names are those of the message catalogs (pages/http/messages), so that a new language or a new issue needs nothing here.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from pages.browse.filters import Filters
from pages.browse.names import places, question_words
from pages.browse.trackers import load_trackers
from pages.http import formatting, language
from pages.http.language import _

_WORDS = re.compile(r"[^\W\d_]+")
_MARKUP = re.compile(r"<[^>]+>|%\(\w+\)s|\{\w*\}")
#: Letters that English words seldom have: who types them has another keyboard.
_FOREIGN = re.compile("[áéíóúüñ¿¡]", re.IGNORECASE)
#: Words of fewer letters say nothing.
TELLING = 4
#: So many names are offered at most.
MOST = 6
#: Long words are one if they end differently ("prohíben", "prohibición"): in so many letters at most, after so many alike.
ENDING, ROOT = 3, 6


@dataclass(frozen=True)
class Lead:
    """A page of this site whose name has words of the search."""

    title: str
    href: str


def _folded(text: str) -> list[str]:
    """The words of a text in small letters without accents."""
    return _WORDS.findall(formatting.alphabetical(text))


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[str]]:
    """The words of the translations that the English messages do not have, and those that only the English ones have."""
    said: set[str] = set()
    english: set[str] = set()
    for spoken in language.LANGUAGES.keys() - {language.ENGLISH}:
        messages: dict[object, str] = vars(language.translations(spoken))["_catalog"]
        for key, text in messages.items():
            if key:  # "" heads a catalog; a message with plural forms has a pair as its key
                english.update(_folded(_MARKUP.sub(" ", str(key[0] if isinstance(key, tuple) else key))))
                said.update(_folded(_MARKUP.sub(" ", text)))
    return frozenset(said - english), frozenset(english - said)


def is_foreign(query: str) -> bool:
    """Whether at least half of the words of a search are of another language, or one has its letters.

    Short ones alone are no proof: Los Angeles, La Crosse. The language of the page does not count: a feed has an English address
    and the documents of its page.
    """
    words = _folded(query)
    other, english = _vocabulary()
    foreign = [word for word in words if word in other]
    if any(word in english for word in words):  # next to "freedom", "intelectual" is a slip
        foreign = [
            word for word in foreign if len(word) <= ROOT or min(OSA.distance(word, each) for each in english) > 1
        ]
    mostly = 2 * len(foreign) >= len(words) and any(len(word) >= TELLING for word in foreign)
    return bool(words) and (mostly or bool(_FOREIGN.search(query)))


def pages(filters: Filters) -> list[tuple[str, Lead]]:
    """The same search on the pages of each other language, to offer where words of one were typed on English pages."""
    if language.current() != language.ENGLISH or not is_foreign(filters.q):
        return []
    found = []
    for spoken in language.LANGUAGES.keys() - {language.ENGLISH}:
        with language.speaking(spoken):
            found.append((spoken, Lead(_("This search in English"), f"{language.prefix()}{filters.address()}")))
    return found


def leads(db: sqlite3.Connection, query: str, understood: Sequence[str] = ()) -> list[Lead]:
    """The areas, issues and places whose names in the language of the page have most words of a search; none in English.

    Without the places that the search is ``understood`` to name.
    """
    if language.current() == language.ENGLISH:
        return []
    typed = {word for word in _folded(query) if _telling(word)}
    shared = [(sum(_among(word, _folded(name.title)) for word in typed), name) for name in _subjects(db)]
    most = max((number for number, _name in shared), default=0)
    found = [name for number, name in shared if number == most] if most else []
    found.sort(key=lambda name: len(name.title))  # the shortest says the least else
    return [*found, *_named_places(query, understood)][:MOST]


def _telling(word: str) -> bool:
    return len(word) >= TELLING and word not in question_words("foreign")


def _subjects(db: sqlite3.Connection) -> Iterator[Lead]:
    for tracker in load_trackers().values():
        yield Lead(_(tracker.title), f"/trackers/{tracker.id}")
    for key, title in db.execute("select id, title from policy_areas order by ordinal, title"):
        yield Lead(_(title), f"/areas/{key}")


def _named_places(query: str, understood: Sequence[str]) -> Iterator[Lead]:
    line = f" {' '.join(_folded(query))} "
    for key in dict.fromkeys(places().values()):
        if key not in understood and f" {' '.join(_folded(formatting.place(key)))} " in line:
            yield Lead(formatting.place(key), f"/jurisdictions/{key}")


def _among(word: str, others: list[str]) -> bool:
    return any(_alike(_single(word), _single(other)) for other in others if _telling(other))


def _single(word: str) -> str:
    return re.sub(r"(?<=[^aeiou])es$|s$", "", word)


def _alike(one: str, other: str) -> bool:
    root = max(ROOT, min(len(one), len(other)) - ENDING)
    return one == other or (one[:root] == other[:root] and min(len(one), len(other)) >= root)
