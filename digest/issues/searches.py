"""Which documents of an issue the saved searches of its readers find: what /browse finds for the same words.

A search for a place and nothing else finds what has its name, as words.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable

from digest.issues.clusters import chunks
from pages.browse.asked import Search
from pages.browse.search import parse_words
from pages.database import marks
from pages.http.formatting import shortened
from store.constants import ANY_AREA

_LONGEST_SENTENCE = 320


def search(
    corpus: sqlite3.Connection, documents: Collection[str], searches: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Document -> the saved searches that find it, each with the words around it: what /browse finds for the same words.

    A search for a place and nothing else finds what has its name, as words.
    """
    wanted = list(dict.fromkeys(searches))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    if not wanted or not documents:
        return found
    index = sqlite3.connect(":memory:")
    index.execute(
        "create virtual table words using fts5(id unindexed, title, abstract, text, tokenize='porter unicode61')"
    )
    for chunk in chunks(list(documents)):
        rows = corpus.execute(f"select id, title, abstract, text from documents where id in ({marks(chunk)})", chunk)
        index.executemany("insert into words values (?, ?, ?, ?)", rows)
    for search in wanted:
        asked = parse_words(search)  # all that a place does would bury the rest: who wants that chooses the place
        if not asked:
            continue
        tied = _tied(corpus, list(documents), asked) if asked.ties or asked.named_places else None
        for key, sentence in _around(index, asked.expression):
            if tied is None or key in tied:
                found[key][search] = shortened(sentence, _LONGEST_SENTENCE)
        numbered = asked.docket.having(corpus) if asked.docket else {}
        for key in numbered.keys() & set(documents):
            found[key][search] = numbered[key][1]
    index.close()
    return found


def _around(index: sqlite3.Connection, expression: str | None) -> list[tuple[str, str]]:
    """The documents that match, each with the words around; without an expression all of them, with their titles."""
    if not expression:
        return index.execute("select id, title from words").fetchall()
    around = "select id, snippet(words, -1, '', '', '…', 40) from words where words match ?"
    return index.execute(around, [expression]).fetchall()


def _tied(corpus: sqlite3.Connection, documents: list[str], asked: Search) -> set[str]:
    """Those of some documents that have the sponsor, number, issue or place of a search."""
    where, values = asked.where(ties_only=True)
    found: set[str] = set()
    for chunk in chunks(documents):
        rows = corpus.execute(
            f"select document_id from listing where area_id = ? and document_id in ({marks(chunk)}) and {where}",
            [ANY_AREA, *chunk, *values],
        )
        found.update(row[0] for row in rows)
    return found
