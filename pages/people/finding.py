"""Find a legislator by what people have at hand: the name or a part of it, with the state or the seat where several have it."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterable

from pages.database import rows
from pages.http.formatting import place
from pages.people.deciding import PERSON, seated

_TITLE = re.compile(r"^(representative|rep|senator|sen|delegate|congress(man|woman))\b\.?\s+", re.IGNORECASE)
#: Legislators in one choice: who types a name that more have adds the state.
MOST = 25

Named = list[tuple[str, list[str]]]


def without_title(name: str) -> str:
    return _TITLE.sub("", name.strip())


def words(name: str) -> list[str]:
    """The words of a name without accents and signs: ``José O'Neil`` -> jose, o, neil."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.findall(r"[a-z0-9]+", plain.lower())


def names_of_people(db: sqlite3.Connection) -> Named:
    """The words of every name under which a source writes of a person, by id."""
    sql = "select person, name from person_names union select id, name from people"
    return [(key, words(name)) for key, name in db.execute(sql)]


def having(named: Iterable[tuple[str, list[str]]], wanted: list[str]) -> dict[str, bool]:
    """The ids of which one name has all of the words -> whether one has no others."""
    found: dict[str, bool] = {}
    for key, each in named:
        if set(wanted) <= set(each):
            found[key] = found.get(key, False) or each == wanted
    return found


def labels(db: sqlite3.Connection, keys: Iterable[str]) -> dict[str, str]:
    """Id -> name and seat, such as "Mary Miller, U.S. House, Illinois 15"; who holds office first, then by name.

    Of who is known from bills alone, no seat is known: the place alone tells people of one name apart.
    """
    found = rows(
        db,
        f"select {PERSON} from people p where id in (select value from json_each(?)) "
        "order by is_current desc, family_name, name, id",
        [json.dumps(list(keys))],
    )
    return {row["id"]: f"{row['name']}, {seated(row)['seat'] or place(row['jurisdiction'])}" for row in found}


def candidates(db: sqlite3.Connection, typed: str) -> dict[str, str]:
    """Who may be meant by an id, a name or a part of one, also with words of the seat, as `labels` has them.

    One alone where what was typed is an id, or exactly what one of them is called.
    """
    if by_id := labels(db, [typed.strip()]):
        return by_id
    wanted = words(without_title(typed))
    named: dict[str, set[str]] = {}
    for key, each in names_of_people(db):
        if not set(wanted).isdisjoint(each):
            named.setdefault(key, set()).update(each)
    called = labels(db, named)
    found = {key: label for key, label in called.items() if set(wanted) <= named[key] | set(words(label))}
    exact = {key: label for key, label in found.items() if words(label) == words(typed)}
    return exact if len(exact) == 1 else found
