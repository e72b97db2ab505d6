"""Help with a word that was mistyped: the likeliest word of the titles that resembles it, or begins or makes it."""

from __future__ import annotations

import math
import re
import sqlite3

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from pages.browse import names
from pages.browse.asked import Search
from publish.search_words import WORD

#: A word found in so many documents is taken to be meant, however it is spelt.
KNOWN = 30
#: How alike the two must be, from 0 to 1: "libary" and "library" are .92, "privcy" and "privacy" .92, "book" and "cook" .75.
ALIKE = 0.76
#: A word that some documents do have is a slip only if it is one letter off or so: "literary" is not meant to be "library".
ALIKE_IF_FOUND = 0.88
#: A slip is corrected to a word that is at least so many times as frequent.
TIMES = 10
CANDIDATES = 200
#: The beginning of a word, or each half of two words typed as one, has at least so many letters.
SHORTEST_BEGINNING, SHORTEST_HALF = 4, 3


def did_you_mean(db: sqlite3.Connection, query: str, asked: Search) -> str | None:
    """The question with its mistyped words put right; None when there is nothing to put right.

    A name of names.yml is meant as it stands, also where no document has its letters: FASTR is not FASTER.
    """
    corrected = query
    for term in dict.fromkeys(asked.terms):
        if WORD.fullmatch(term) and not names.longest_name([term]) and (better := _better(db, term.casefold())):
            star = r"\*?" if better.endswith("*") else ""
            corrected = re.sub(rf"\b{re.escape(term)}\b{star}", better, corrected)
    return corrected if corrected != query else None


def _better(db: sqlite3.Connection, word: str) -> str | None:
    documents = db.execute(
        "select count(*) from (select 1 from documents_fts where documents_fts match ? limit ?)", [f'"{word}"', KNOWN]
    ).fetchone()[0]
    if documents >= KNOWN or _is_of_positions(db, word):
        return None
    if not documents and _begins(db, word):
        return f"{word}*"
    # Two letters that changed places can leave a short word no three in a row ("muesum"): each is tried the other way.
    swapped = [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]
    runs = dict.fromkeys([*(word[at : at + 3] for at in range(len(word) - 2)), *swapped])
    found = db.execute(
        "select word, documents from search_words where search_words match ? order by rank limit ?",
        [" OR ".join(f'"{run}"' for run in runs), CANDIDATES],
    )
    alike = [
        (_likeness(word, row[0]), row[1], row[0]) for row in found if row[1] >= TIMES * documents and row[0] != word
    ]
    least = ALIKE_IF_FOUND if documents else ALIKE
    likely = [each for each in alike if each[0] >= least]
    if likely:
        return max(likely, key=lambda each: each[0] + 0.02 * math.log10(each[1]))[2]
    return None if documents else _two_words(db, word)


def _is_of_positions(db: sqlite3.Connection, word: str) -> bool:
    """Whether a position or the statement that it rests on has the word: Hachette is no Hatchett."""
    found = db.execute("select 1 from position_search where position_search match ? limit 1", [f'"{word}"'])
    return found.fetchone() is not None


def _begins(db: sqlite3.Connection, word: str) -> bool:
    """Whether frequent words begin with it: somebody typed the beginning of a word."""
    if len(word) < SHORTEST_BEGINNING:
        return False
    found = db.execute(
        "select sum(documents) from search_words where search_words match ? and word >= ? and word < ?",
        [f'"{word}"', word, word + "\uffff"],
    ).fetchone()[0]
    return (found or 0) >= TIMES


def _two_words(db: sqlite3.Connection, word: str) -> str | None:
    """Two words that were typed as one, both known: "openaccess" is "open access"."""
    halves = [(word[:at], word[at:]) for at in range(SHORTEST_HALF, len(word) - SHORTEST_HALF + 1)]
    known = {
        half: number
        for pair in halves
        for half in pair
        if (
            number := db.execute(
                "select documents from search_words where search_words match ? and word = ?", [f'"{half}"', half]
            ).fetchone()
        )
    }
    both = [pair for pair in halves if pair[0] in known and pair[1] in known]
    return " ".join(max(both, key=lambda pair: min(known[half][0] for half in pair))) if both else None


def _likeness(typed: str, other: str) -> float:
    """How alike two words are; people seldom mistype the first letter, and often swap two."""
    alike = max(fuzz.ratio(typed, other) / 100, OSA.normalized_similarity(typed, other))
    return alike - (0.03 if typed[0] != other[0] else 0)
