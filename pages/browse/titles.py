"""Find a document by its title, or by one of its other titles, where exactly that was typed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from pages.browse.asked import quoted
from pages.browse.names import folded
from pages.database import marks

#: More documents with one title are about a subject, and which of them was meant nobody can know.
MOST = 25
#: Words with which more titles begin are no title: "A bill to amend".
BEGINNINGS = 500
#: As much of a title as a search keeps: the last word may be cut.
CUT = 300
#: What is between the other titles of one document (publish.search_words).
SEPARATOR = " | "
_YEAR = re.compile(r" (?:of )?(?:19|20)\d\d$")


def with_title(db: sqlite3.Connection, query: str, places: tuple[str, list[str]]) -> list[str]:
    """The ids of the documents with a title, whatever its marks and capitals, newest first.

    Where none has it, a name without its year is one, too ("CHIPS Act" of "CHIPS Act of 2022"). One word is no title but a
    subject.

    Args:
        db: corpus.db.
        query: what was typed.
        places: SQL on the jurisdiction of a document, and its values.
    """
    wanted = folded(query)
    is_cut = len(query) >= CUT
    if is_cut:
        wanted = wanted.rpartition(" ")[0]
    if " " not in wanted:
        return []
    words = " ".join(re.findall(r"\w+", query)[: -1 if is_cut else None])
    exact: dict[str, None] = {}
    without_year: dict[str, None] = {}
    for key, titles in _beginning_with(db, words, places):
        if any(each == wanted or (is_cut and each.startswith(wanted)) for each in titles):
            exact[key] = None
        elif any(_YEAR.sub("", each) == wanted for each in titles):
            without_year[key] = None
    found = exact or without_year
    return list(found) if len(found) <= MOST else []


def _beginning_with(
    db: sqlite3.Connection, words: str, places: tuple[str, list[str]]
) -> Iterator[tuple[str, list[str]]]:
    """The documents with a title that begins with some words, or another one that has them, with these titles, folded."""
    chosen, values = places
    for index, expression in (("documents_fts", f"title : ^{quoted(words)}"), ("other_titles", quoted(words))):
        sql = f"select rowid from {index} where {index} match ? limit {BEGINNINGS + 1}"
        rowids = [row[0] for row in db.execute(sql, [expression])]
        if len(rowids) > BEGINNINGS:
            continue
        title = "d.title" if index == "documents_fts" else f"(select title from {index} o where o.rowid = d.rowid)"
        for key, held in db.execute(
            f"""select d.id, {title} from documents d where d.rowid in ({marks(rowids)}) and {chosen}
            order by d.published_on desc, d.id desc""",
            [*rowids, *values],
        ):
            yield key, [folded(each) for each in (held, *held.split(SEPARATOR))]
