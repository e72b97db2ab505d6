"""Why a search found each document: the passage with its words, the title, the number, or the sponsor."""

from __future__ import annotations

import sqlite3

from crawlers.people import as_people_say
from pages.browse.asked import Search
from pages.browse.small_index import small_index
from pages.database import marks
from pages.documents.highlight import Piece, snippet_pieces
from pages.http.language import N_

#: So many characters of a text are looked at for a passage before the index of all documents is asked.
READ = 20_000
_OPEN, _CLOSE = "\ue000", "\ue001"
_OTHER_TITLES = N_("list of other titles")
#: Where the numbers of agencies stand in a record, by their kind.
_NUMBERED = {"docket": N_("list of docket numbers"), "rin": N_("list of RINs"), "citation": N_("citation")}
#: The columns of the index in the order in which a passage is taken from them.
_PARTS = ((1, "summary"), (2, "text"), (0, "title"))


def of(db: sqlite3.Connection, ids: list[str], asked: Search) -> dict[str, tuple[list[Piece], str]]:
    """Why each document was found: the passage with the words, or else the sponsor of that name."""
    found = _snippets(db, ids, asked) if asked.expression else {}
    for key, (kind, number) in asked.docket.having(db).items() if asked.docket else ():
        found[key] = ([Piece(number, (kind,))], _NUMBERED[kind])
    for tie in asked.ties:
        if tie.field != "sponsor" or not tie.wanted:
            continue
        for row in db.execute(
            f"""select document_id, name, role from sponsors where document_id in ({marks(ids)})
            and name in (select name from sponsor_names where sponsor_names match ?) order by ordinal""",
            [*ids, tie.value],
        ):
            found.setdefault(
                row["document_id"], ([Piece(as_people_say(row["name"]), ("sponsor",))], f"list of {row['role']}s")
            )
    return found


def _snippets(db: sqlite3.Connection, ids: list[str], asked: Search) -> dict[str, tuple[list[Piece], str]]:
    """Return the passage with words of the search in each document: from its summary, else its text, else its title.

    Of a document that has the words in another of its titles alone, as far as is looked at, it is that title.
    """
    if not asked.groups:
        return _other_titles(db, ids, asked) | _exact_snippets(db, ids, asked.expression or "")
    rows = db.execute(
        f"""select id, title, coalesce(abstract, '') as abstract,
            iif(coalesce(abstract, '') = '', substr(coalesce(text, ''), 1, {READ}), '') as text
        from documents where id in ({marks(ids)})""",
        ids,
    ).fetchall()
    expression = " OR ".join([*asked.groups, *asked.about])
    found: dict[str, tuple[list[Piece], str]] = {}
    with small_index((row["title"], row["abstract"], row["text"]) for row in rows) as index:
        for at, row in enumerate(rows):
            for column, where in _PARTS:
                if snippet := index.snippet(at, column, expression, _OPEN, _CLOSE):
                    found[row["id"]] = (snippet_pieces(snippet, _OPEN, _CLOSE), where)
                    break
        own = index.matches(asked.expression or "")
    found |= _other_titles(db, [row["id"] for at, row in enumerate(rows) if at not in own], asked)
    left = [row["id"] for row in rows if row["id"] not in found]
    return found | _exact_snippets(db, left, asked.expression or "")


def _other_titles(db: sqlite3.Connection, ids: list[str], asked: Search) -> dict[str, tuple[list[Piece], str]]:
    """The passage with the words in the other titles of each document, where a search looks there."""
    if "other_titles" not in asked.indexes:
        return {}
    rowids = {row[0]: row[1] for row in db.execute(f"select rowid, id from documents where id in ({marks(ids)})", ids)}
    # With the plus, the index looks for the words once and not again for each document.
    rows = db.execute(
        "select rowid, snippet(other_titles, 0, ?, ?, ' … ', 30) from other_titles "
        f"where other_titles match ? and +rowid in ({marks(ids)})",
        [_OPEN, _CLOSE, asked.expression, *rowids],
    )
    return {rowids[row[0]]: (snippet_pieces(row[1], _OPEN, _CLOSE), _OTHER_TITLES) for row in rows}


def _exact_snippets(db: sqlite3.Connection, ids: list[str], expression: str) -> dict[str, tuple[list[Piece], str]]:
    """The same from the index of all documents, for searches with operators and words far down in a text."""
    rowids = [row[0] for row in db.execute(f"select rowid from documents where id in ({marks(ids)})", ids)]
    found: dict[str, tuple[list[Piece], str]] = {}
    for column, where in _PARTS:
        if not rowids:
            break
        rows = db.execute(
            f"""select documents.id, documents_fts.rowid, snippet(documents_fts, {column}, ?, ?, ' … ', 30) as snippet
            from documents_fts join documents on documents.rowid = documents_fts.rowid
            where documents_fts match ? and documents_fts.rowid in ({marks(rowids)})""",
            [_OPEN, _CLOSE, expression, *rowids],
        ).fetchall()
        for row in rows:
            if row["snippet"] and _OPEN in row["snippet"]:
                found[row["id"]] = (snippet_pieces(row["snippet"], _OPEN, _CLOSE), where)
                rowids.remove(row["rowid"])
    return found
