"""The name of a legislator among the words of a search: "bills by Senator Jack Reed on libraries" asks for his bills."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from pages.browse import names
from pages.browse.asked import quoted
from pages.database import Row, rows
from pages.people.deciding import PERSON, seated

_WORD = re.compile(r"[^\W\d_][\w'’.-]*")
#: Where so many titles have two words in a row, they are a subject ("public library"), whoever is called so.
SUBJECT = 5
LONGEST = 3
#: A word that so many titles have is not offered as a name.
COMMON = 300
#: A last name alone has at least so many letters.
SHORTEST = 5
#: People of the name that are shown above the results.
SHOWN = 3


@dataclass(frozen=True)
class Named:
    """``query`` is the search with the name as ``sponsor:``, ``who`` the name, with the first name of the records."""

    query: str
    who: str


def named(db: sqlite3.Connection, query: str) -> Named | None:
    """A search for words with its first name of a sponsor found; None where it has operators, or names no sponsor.

    A first and a last name are a name by themselves, unless they are a subject of titles; a last name only where it is rare in
    titles, or after a title such as "senator", or after "bills by".
    """
    typed = query.split()
    words = [word.strip(",.?!") for word in typed]
    if not all(map(_WORD.fullmatch, words)) or {"OR", "AND", "NOT"} & set(words):
        return None
    titled = names.question_words("legislators")
    for at in range(len(words)):
        for number in range(min(LONGEST, len(words) - at), 0, -1):
            some = words[at : at + number]
            before = [word.casefold() for word in words[:at]]
            by = before[-1:] == ["by"] and before[-2:-1] != [] and before[-2] in titled | names.question_words("noise")
            after_title = by or (bool(before) and before[-1] in titled)
            if found := _name(db, some, after_title):
                return Named(_tied(words, at, number, found), found)
    return None


def suggested(db: sqlite3.Connection, query: str) -> Named | None:
    """The same search with a word as the last name of a sponsor, to offer where the word may also mean something else."""
    words = [word.strip(",.?!") for word in query.split()]
    if len(words) > LONGEST or not all(map(_WORD.fullmatch, words)):
        return None
    names_of_things = {word for at in range(len(words)) for word in _name_of_thing(words[at:])}
    for at, word in enumerate(words):
        if word in names_of_things:  # "drag story hour" asks for nobody called Story
            continue
        known = db.execute(
            "select documents from search_words where search_words match ? and word = ?",
            [quoted(word), word.casefold()],
        ).fetchone()
        if len(word) >= SHORTEST and known and known[0] < COMMON and _name(db, [word], after_title=True):
            return Named(_tied(words, at, 1, word), word)
    return None


def _name_of_thing(words: list[str]) -> list[str]:
    """The words of the name of a thing (names.yml) with which some words begin."""
    found = names.longest_name(words)
    return words[: found[0]] if found else []


def _name(db: sqlite3.Connection, words: list[str], after_title: bool) -> str | None:
    """The name of a sponsor that some words are, as the records have it; None where they are none, or a subject of titles."""
    stop = names.question_words("stop") | names.question_words("noise") | names.question_words("legislators")
    if any(word.casefold() in stop or len(word) < 2 for word in words):
        return None
    if any(names.longest_place(words[at:]) for at in range(len(words))) or names.longest_name(words):
        return None
    found = _sponsor(db, words)
    if not found or after_title:
        return found
    if len(words) == 1 and len(words[0]) < SHORTEST:
        return None
    titles = db.execute(
        "select count(*) from (select 1 from documents_fts where documents_fts match ? limit ?)",
        [f"title : {quoted(' '.join(words))}", SUBJECT],
    )
    return found if titles.fetchone()[0] < SUBJECT else None


def _sponsor(db: sqlite3.Connection, words: list[str]) -> str | None:
    """The words, if a sponsor has them as first and last name in either order, at most one other name or initial between.

    A first name stands for what people call who has it: "chuck schumer" gives "Charles Schumer".
    """
    for first in [words[0], *sorted(names.first_names().get(words[0].casefold(), frozenset()) - {words[0].casefold()})]:
        called = [first, *words[1:]]
        found = db.execute(
            "select name from sponsor_names where sponsor_names match ? limit 200", [" AND ".join(map(quoted, called))]
        )
        alike = [r"\W+(?:\w+\W+)?".join(map(re.escape, way)) for way in (called, [called[-1], *called[:-1]])]
        if any(re.search(rf"\b(?:{'|'.join(alike)})\b", row[0], re.IGNORECASE) for row in found):
            return " ".join(word.capitalize() if word.islower() else word for word in called)
    return None


def _tied(words: list[str], at: int, number: int, name: str) -> str:
    """The search with the name as ``sponsor:``; what says that a person is meant is left out."""
    left = [*words[:at], *words[at + number :]]
    titled = names.question_words("legislators") | names.question_words("stop") | names.question_words("noise")
    telling = [word for word in left if word.casefold() not in titled]
    return " ".join([f'sponsor:"{name}"', *telling])


def people(db: sqlite3.Connection, who: str) -> list[Row]:
    """The legislators of a name who have a page, those in office first: name, address, party and seat in words."""
    words = [f"% {word.casefold()} %" for word in who.split()]
    alike = " and ".join("(' ' || lower(name) || ' ') like ?" for _ in words)
    found = rows(
        db,
        f"""select {PERSON} from people p where p.id in (
            select person from person_names where {alike} union select id from people where {alike}
        ) order by p.is_current desc, p.jurisdiction <> 'us', p.name limit ?""",
        [*words, *words, SHOWN],
    )
    return [row | seated(row) for row in found]
