"""Help with a word that was mistyped: the likeliest word of the titles that resembles it."""

from __future__ import annotations

import re
import sqlite3

from rapidfuzz import fuzz

from pages.browse.search import Search
from publish.search_words import WORD

#: A word found in so many documents is taken to be meant, however it is spelt.
KNOWN = 10
#: How alike the two must be, from 0 to 1: "libary" and "library" are .92, "privcy" and "privacy" .92, "book" and "cook" .75.
ALIKE = 0.76
#: A word that some documents do have is a slip only if it is one letter off or so: "literary" is not meant to be "library".
ALIKE_IF_FOUND = 0.9
#: A slip is corrected to a word that is at least so many times as frequent.
TIMES = 10
CANDIDATES = 60


def did_you_mean(db: sqlite3.Connection, query: str, asked: Search) -> str | None:
    """The question with its mistyped words put right; None when there is nothing to put right."""
    corrected = query
    for term in dict.fromkeys(asked.terms):
        if WORD.fullmatch(term) and (better := _better(db, term.casefold())):
            corrected = re.sub(rf"\b{re.escape(term)}\b", better, corrected)
    return corrected if corrected != query else None


def _better(db: sqlite3.Connection, word: str) -> str | None:
    documents = db.execute(
        "select count(*) from (select 1 from documents_fts where documents_fts match ? limit ?)", [f'"{word}"', KNOWN]
    ).fetchone()[0]
    if documents >= KNOWN:
        return None
    runs = dict.fromkeys(word[at : at + 3] for at in range(len(word) - 2))
    found = db.execute(
        "select word, documents from search_words where search_words match ? order by rank limit ?",
        [" OR ".join(f'"{run}"' for run in runs), CANDIDATES],
    )
    alike = [
        (_likeness(word, row[0]), row[1], row[0]) for row in found if row[1] >= TIMES * documents and row[0] != word
    ]
    best = max(alike, default=(0.0, 0, ""))
    return best[2] if best[0] >= (ALIKE_IF_FOUND if documents else ALIKE) else None


def _likeness(typed: str, other: str) -> float:
    """How alike two words are; people seldom mistype the first letter."""
    return fuzz.ratio(typed, other) / 100 - (0.03 if typed[0] != other[0] else 0)
